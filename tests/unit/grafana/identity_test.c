#include "../test.h"

#include "grafana/identity.h"

#include <stdio.h>
#include <string.h>

static int mint(void *ctx, struct op *op, const struct grafana_site *site, struct secret *out)
{
    (void)op;
    ++*(int *)ctx;
    char text[80];
    snprintf(text, sizeof text, "signed:%s:%lld", site->credential->subject,
             (long long)site->org_id);
    secret_set(out, bytes_of(text));
    return 0;
}

static void expect(struct grafana_credential *credential, const char *secret, const char *header,
                   const char *value)
{
    struct op op;
    struct grafana_carry carry;
    int minted = 0;
    struct grafana_site site = {.base_url = "http://g",
                                .org_id = 3,
                                .credential = credential,
                                .mint = mint,
                                .mint_ctx = &minted};
    op_init(&op, -1);
    secret_set(&credential->secret, bytes_of(secret));
    assert_int_equal(grafana_carry(&op, &site, &carry), 0);
    if (header) {
        assert_string_equal(carry.header, header);
        assert_string_equal(secret_reveal(&carry.value).p, value);
    } else {
        assert_null(carry.header);
    }
    grafana_carry_fini(&carry);
    secret_fini(&credential->secret);
    op_fini(&op);
}

static void each_kind_carries_its_header(void **state)
{
    (void)state;
    struct grafana_credential none = {.kind = GRAFANA_ANONYMOUS}, token = {.kind = GRAFANA_TOKEN},
                              basic = {.kind = GRAFANA_BASIC, .user = "admin"},
                              jwt = {.kind = GRAFANA_JWT, .header = "X-Own"},
                              own = {.kind = GRAFANA_OWN_ISSUER, .subject = "bot"};
    expect(&none, "", NULL, NULL);
    expect(&token, "glsa_1", "Authorization", "Bearer glsa_1");
    expect(&basic, "pass:word", "Authorization", "Basic YWRtaW46cGFzczp3b3Jk");
    expect(&jwt, "eyJ", "X-Own", "eyJ");
    expect(&own, "", "X-JWT-Assertion", "signed:bot:3");
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    struct grafana_credential rows[] = {{.kind = GRAFANA_TOKEN},
                                        {.kind = GRAFANA_BASIC, .user = "a:b"},
                                        {.kind = GRAFANA_JWT},
                                        {.kind = GRAFANA_OWN_ISSUER, .subject = "x"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct op op;
        struct grafana_carry carry;
        struct grafana_site site = {.base_url = "http://g", .credential = &rows[i]};
        op_init(&op, -1);
        if (rows[i].kind == GRAFANA_BASIC)
            secret_set(&rows[i].secret, BYTES("p"));
        assert_int_equal(grafana_carry(&op, &site, &carry), -1);
        assert_int_equal(op.err, ERR_UNPROCESSABLE);
        secret_fini(&rows[i].secret);
        op_fini(&op);
    }
}

static void fingerprints_tell_credentials_apart(void **state)
{
    (void)state;
    struct grafana_credential a = {.kind = GRAFANA_TOKEN}, b = {.kind = GRAFANA_TOKEN},
                              c = {.kind = GRAFANA_JWT};
    char x[SECRET_PRINT_MAX], y[SECRET_PRINT_MAX];
    secret_set(&a.secret, BYTES("one"));
    secret_set(&b.secret, BYTES("two"));
    secret_set(&c.secret, BYTES("one"));
    grafana_fingerprint(&a, x);
    grafana_fingerprint(&a, y);
    assert_string_equal(x, y);
    grafana_fingerprint(&b, y);
    assert_string_not_equal(x, y);
    grafana_fingerprint(&c, y);
    assert_string_not_equal(x, y);
    secret_fini(&a.secret);
    secret_fini(&b.secret);
    secret_fini(&c.secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_carries_its_header),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(fingerprints_tell_credentials_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
