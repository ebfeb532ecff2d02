/* Tokens are checked with OpenSSL directly, not by the code that made them. */
#include "../test.h"

#include "auth/jwt.h"
#include "base/hash.h"
#include "base/json.h"
#include "sys/file.h"
#include "sys/thread.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/rounds-jwt-test-XXXXXX";
static const int64_t day = 24LL * 3600 * 1000;
static const int64_t start = 1800000000000LL;

static int setup(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    file_drop_tree(folder);
    return 0;
}

static bool base64url_decode(struct arena *arena, struct bytes text, struct bytes *out)
{
    size_t padding = (4 - text.n % 4) % 4;
    char *copy = arena_alloc(arena, text.n + padding + 1);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '+' || c == '/' || c == '=')
            return false;
        copy[i] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    memset(copy + text.n, '=', padding);
    return base64_decode(arena, (struct bytes){copy, text.n + padding}, out);
}

struct parts {
    struct bytes signed_text, signature;
    const struct jv *head, *body;
};

static struct parts take_apart(struct op *op, const struct secret *token)
{
    struct parts parts;
    struct bytes rest = secret_reveal(token), head, body, raw;
    parts.signed_text.p = rest.p;
    assert_true(bytes_split(&rest, '.', &head));
    assert_true(bytes_split(&rest, '.', &body));
    parts.signed_text.n = head.n + 1 + body.n;
    assert_true(base64url_decode(&op->arena, rest, &parts.signature));
    assert_true(base64url_decode(&op->arena, head, &raw));
    parts.head = jv_parse_quiet(&op->arena, raw);
    assert_true(base64url_decode(&op->arena, body, &raw));
    parts.body = jv_parse_quiet(&op->arena, raw);
    assert_non_null(parts.head);
    assert_non_null(parts.body);
    return parts;
}

static const struct jv *jwk_find(struct op *op, const char *jwks, const char *kid)
{
    const struct jv *keys = jv_get(jv_parse_quiet(&op->arena, bytes_of(jwks)), "keys");
    for (size_t i = 0; i < jv_len(keys); i++) {
        if (strcmp(jv_text_at(jv_item(keys, i), "kid", ""), kid) == 0)
            return jv_item(keys, i);
    }
    return NULL;
}

static struct bytes member(struct op *op, const struct jv *jwk, const char *name)
{
    struct bytes raw;
    assert_true(base64url_decode(&op->arena, jv_bytes(jv_get(jwk, name)), &raw));
    return raw;
}

static EVP_PKEY *build(const char *type, OSSL_PARAM_BLD *params)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *list = OSSL_PARAM_BLD_to_param(params);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, list), 1);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(list);
    OSSL_PARAM_BLD_free(params);
    return key;
}

static EVP_PKEY *key_of(struct op *op, const struct jv *jwk)
{
    OSSL_PARAM_BLD *params = OSSL_PARAM_BLD_new();
    if (strcmp(jv_text_at(jwk, "kty", ""), "EC") == 0) {
        struct bytes x = member(op, jwk, "x"), y = member(op, jwk, "y");
        char *point = arena_alloc(&op->arena, 65);
        point[0] = 4;
        memcpy(point + 1, x.p, 32);
        memcpy(point + 33, y.p, 32);
        OSSL_PARAM_BLD_push_utf8_string(params, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
        OSSL_PARAM_BLD_push_octet_string(params, OSSL_PKEY_PARAM_PUB_KEY, point, 65);
        return build("EC", params);
    }
    struct bytes n = member(op, jwk, "n"), e = member(op, jwk, "e");
    BIGNUM *bn = BN_bin2bn((const unsigned char *)n.p, (int)n.n, NULL);
    BIGNUM *be = BN_bin2bn((const unsigned char *)e.p, (int)e.n, NULL);
    OSSL_PARAM_BLD_push_BN(params, OSSL_PKEY_PARAM_RSA_N, bn);
    OSSL_PARAM_BLD_push_BN(params, OSSL_PKEY_PARAM_RSA_E, be);
    EVP_PKEY *key = build("RSA", params);
    BN_free(bn);
    BN_free(be);
    return key;
}

/* JWS writes an ECDSA signature as r and s side by side, OpenSSL wants DER. */
static struct bytes der_of(struct op *op, struct bytes raw)
{
    const unsigned char *p = (const unsigned char *)raw.p;
    unsigned char *der = NULL;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    assert_int_equal(raw.n, 64);
    ECDSA_SIG_set0(sig, BN_bin2bn(p, 32, NULL), BN_bin2bn(p + 32, 32, NULL));
    int n = i2d_ECDSA_SIG(sig, &der);
    char *copy = arena_copy(&op->arena, (struct bytes){(char *)der, (size_t)n});
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    return (struct bytes){copy, (size_t)n};
}

static bool verifies(struct op *op, const struct parts *parts, const struct jv *jwk)
{
    struct bytes signature = parts->signature;
    if (strcmp(jv_text_at(jwk, "kty", ""), "EC") == 0)
        signature = der_of(op, signature);
    EVP_PKEY *key = key_of(op, jwk);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    int ok = EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
                              (const unsigned char *)parts->signed_text.p, parts->signed_text.n);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok == 1;
}

static char *kid_of(struct op *op, struct jwt_issuer *issuer, int64_t now)
{
    struct secret token = {0};
    struct jwt_claims claims = {.subject = "rounds"};
    assert_int_equal(jwt_issue(op, issuer, &claims, now, &token), 0);
    struct parts parts = take_apart(op, &token);
    char *kid = arena_strdup(&op->arena, jv_text_at(parts.head, "kid", ""));
    secret_fini(&token);
    return kid;
}

static void tokens_verify_against_the_published_keys(void **state)
{
    static const enum jwt_alg algs[] = {JWT_RS256, JWT_ES256};
    for (size_t i = 0; i < 2; i++) {
        struct op op;
        struct jwt_issuer *issuer;
        struct secret token = {0};
        const char *jwks;
        op_init(&op, -1);
        struct jwt_conf conf = {.alg = algs[i], .issuer = "https://rounds.example.org"};
        struct jwt_claims claims = {.subject = "巡检",
                                    .audience = "grafana",
                                    .role = "Viewer",
                                    .email = "r@example.org",
                                    .org_id = 3};
        assert_int_equal(jwt_issuer_open(&op, &conf, &issuer), 0);
        assert_int_equal(jwt_issue(&op, issuer, &claims, start, &token), 0);
        assert_int_equal(jwt_print_jwks(&op, issuer, start, &jwks), 0);
        struct parts parts = take_apart(&op, &token);
        const struct jv *jwk = jwk_find(&op, jwks, jv_text_at(parts.head, "kid", ""));
        assert_non_null(jwk);
        assert_true(verifies(&op, &parts, jwk));
        assert_string_equal(jv_text_at(parts.head, "alg", ""), algs[i] ? "ES256" : "RS256");
        assert_string_equal(jv_text_at(jwk, "alg", ""), algs[i] ? "ES256" : "RS256");
        assert_string_equal(jv_text_at(jwk, "use", ""), "sig");
        assert_true(jv_is_null(jv_get(jwk, "d")));
        assert_true(jv_is_null(jv_get(jwk, "p")));
        assert_string_equal(jv_text_at(parts.body, "sub", ""), "巡检");
        assert_string_equal(jv_text_at(parts.body, "aud", ""), "grafana");
        assert_string_equal(jv_text_at(parts.body, "role", ""), "Viewer");
        assert_string_equal(jv_text_at(parts.body, "iss", ""), "https://rounds.example.org");
        assert_int_equal(jv_int_at(parts.body, "orgId", 0), 3);
        assert_int_equal(jv_int_at(parts.body, "iat", 0), start / 1000);
        assert_int_equal(jv_int_at(parts.body, "exp", 0), start / 1000 + 300);
        ((char *)parts.signed_text.p)[parts.signed_text.n - 1] ^= 1;
        assert_false(verifies(&op, &parts, jwk));
        jwt_issuer_close(issuer);
        secret_fini(&token);
        op_fini(&op);
    }
}

static void a_token_without_a_subject_is_refused(void **state)
{
    struct op op;
    struct jwt_issuer *issuer;
    struct secret token = {0};
    op_init(&op, -1);
    assert_int_equal(jwt_issuer_open(&op, &(struct jwt_conf){.alg = JWT_ES256}, &issuer), 0);
    struct jwt_claims claims = {.subject = ""};
    assert_int_equal(jwt_issue(&op, issuer, &claims, start, &token), -1);
    assert_int_equal(op.err, ERR_UNPROCESSABLE);
    assert_true(secret_is_empty(&token));
    jwt_issuer_close(issuer);
    op_fini(&op);
}

static size_t count_published(struct op *op, struct jwt_issuer *issuer, int64_t now)
{
    const char *jwks;
    assert_int_equal(jwt_print_jwks(op, issuer, now, &jwks), 0);
    return jv_len(jv_get(jv_parse_quiet(&op->arena, bytes_of(jwks)), "keys"));
}

static void a_new_key_is_published_before_it_signs_and_the_old_one_after(void **state)
{
    struct op op;
    struct jwt_issuer *issuer;
    const char *jwks;
    op_init(&op, -1);
    struct jwt_conf conf = {.alg = JWT_ES256, .rotate_ms = 30 * day, .overlap_ms = day};
    assert_int_equal(jwt_issuer_open(&op, &conf, &issuer), 0);
    char *first = kid_of(&op, issuer, start);
    /* The first key's time began long ago, so the second is announced at once, and waits. */
    assert_int_equal(count_published(&op, issuer, start), 2);
    assert_string_equal(kid_of(&op, issuer, start + day - 1), first);
    char *second = kid_of(&op, issuer, start + day);
    assert_string_not_equal(second, first);
    assert_int_equal(jwt_print_jwks(&op, issuer, start + day, &jwks), 0);
    assert_non_null(jwk_find(&op, jwks, first));
    assert_non_null(jwk_find(&op, jwks, second));
    /* Nothing that the first signed is alive now. */
    assert_int_equal(count_published(&op, issuer, start + 3 * day), 1);
    assert_string_equal(kid_of(&op, issuer, start + 29 * day), second);
    assert_int_equal(count_published(&op, issuer, start + 30 * day), 2);
    assert_string_equal(kid_of(&op, issuer, start + 31 * day - 1), second);
    assert_string_not_equal(kid_of(&op, issuer, start + 31 * day), second);
    jwt_issuer_close(issuer);
    op_fini(&op);
}

static void keys_survive_a_restart_in_a_sealed_file(void **state)
{
    struct op op;
    struct keys *keys, *others;
    struct jwt_issuer *issuer;
    struct bytes text;
    op_init(&op, -1);
    char *path = arena_fmt(&op.arena, "%s/jwt.keys", folder);
    assert_int_equal(keys_open(&op, &(struct keys_conf){0}, &keys), 0);
    assert_int_equal(keys_open(&op, &(struct keys_conf){0}, &others), 0);
    struct jwt_conf conf = {.alg = JWT_RS256, .file = path, .keys = keys};
    assert_int_equal(jwt_issuer_open(&op, &conf, &issuer), 0);
    char *kid = kid_of(&op, issuer, start);
    jwt_issuer_close(issuer);
    assert_int_equal(file_read(&op, path, 1 << 20, &text), 0);
    assert_int_equal(bytes_find(text, BYTES("kty")), -1);
    assert_int_equal(jwt_issuer_open(&op, &conf, &issuer), 0);
    assert_string_equal(kid_of(&op, issuer, start), kid);
    jwt_issuer_close(issuer);
    conf.keys = others;
    assert_int_equal(jwt_issuer_open(&op, &conf, &issuer), -1);
    assert_int_equal(op.err, ERR_STORAGE);
    keys_close(keys);
    keys_close(others);
    op_fini(&op);
}

static void a_failing_disk_does_not_stop_the_present_key(void **state)
{
    struct op op;
    struct keys *keys;
    struct jwt_issuer *issuer;
    op_init(&op, -1);
    char *dir = arena_fmt(&op.arena, "%s/gone", folder);
    char *path = arena_fmt(&op.arena, "%s/jwt.keys", dir);
    assert_int_equal(file_make_dir(&op, dir, 0700), 0);
    assert_int_equal(keys_open(&op, &(struct keys_conf){0}, &keys), 0);
    struct jwt_conf conf = {.alg = JWT_ES256, .file = path, .keys = keys};
    assert_int_equal(jwt_issuer_open(&op, &conf, &issuer), 0);
    file_drop_tree(dir);
    char *kid = kid_of(&op, issuer, start);
    assert_string_equal(kid_of(&op, issuer, start + 90 * day), kid);
    assert_int_equal(op.err, ERR_NONE);
    jwt_issuer_close(issuer);
    keys_close(keys);
    op_fini(&op);
}

struct signer {
    struct thread thread;
    struct jwt_issuer *issuer;
    int failures;
};

/* Each walks through two years, a week a step, so that all meet at every rotation. */
static void sign_for_years(void *ctx)
{
    struct signer *signer = ctx;
    for (int week = 0; week < 104; week++) {
        struct op op;
        struct secret token = {0};
        const char *jwks;
        struct jwt_claims claims = {.subject = "rounds"};
        int64_t now = start + week * 7 * day;
        op_init(&op, -1);
        if (jwt_issue(&op, signer->issuer, &claims, now, &token) ||
            jwt_print_jwks(&op, signer->issuer, now, &jwks))
            signer->failures++;
        secret_fini(&token);
        op_fini(&op);
    }
}

static void many_threads_sign_while_keys_rotate(void **state)
{
    struct op op;
    struct keys *keys;
    struct jwt_issuer *issuer;
    struct signer signers[4] = {0};
    op_init(&op, -1);
    char *path = arena_fmt(&op.arena, "%s/many.keys", folder);
    assert_int_equal(keys_open(&op, &(struct keys_conf){0}, &keys), 0);
    struct jwt_conf conf = {.alg = JWT_ES256, .file = path, .keys = keys};
    assert_int_equal(jwt_issuer_open(&op, &conf, &issuer), 0);
    for (int i = 0; i < 4; i++) {
        signers[i].issuer = issuer;
        thread_start(&signers[i].thread, "signer", sign_for_years, &signers[i]);
    }
    for (int i = 0; i < 4; i++) {
        thread_join(&signers[i].thread);
        assert_int_equal(signers[i].failures, 0);
    }
    jwt_issuer_close(issuer);
    keys_close(keys);
    op_fini(&op);
}

static void a_render_key_is_what_grafana_expects(void **state)
{
    struct op op;
    struct secret token = {0}, key = {0};
    unsigned char mac[64];
    unsigned int n = sizeof mac;
    op_init(&op, -1);
    secret_set(&token, BYTES("0123456789abcdef"));
    struct jwt_render_key ask = {
        .org_id = 2, .user_id = 7, .org_role = "Admin", .expires_ms = start};
    assert_int_equal(jwt_make_render_key(&op, &token, &ask, &key), 0);
    assert_true(bytes_has_prefix(secret_reveal(&key), BYTES("eyJ")));
    struct parts parts = take_apart(&op, &key);
    HMAC(EVP_sha512(), "0123456789abcdef", 16, (const unsigned char *)parts.signed_text.p,
         parts.signed_text.n, mac, &n);
    assert_int_equal(parts.signature.n, 64);
    assert_memory_equal(parts.signature.p, mac, 64);
    assert_string_equal(jv_text_at(parts.head, "alg", ""), "HS512");
    assert_int_equal(jv_int(jv_path(parts.body, "renderUser.org_id"), 0), 2);
    assert_int_equal(jv_int(jv_path(parts.body, "renderUser.user_id"), 0), 7);
    assert_string_equal(jv_text(jv_path(parts.body, "renderUser.org_role"), ""), "Admin");
    assert_int_equal(jv_int_at(parts.body, "exp", 0), start / 1000);
    ask.expires_ms = 0;
    assert_int_equal(jwt_make_render_key(&op, &token, &ask, &key), 0);
    assert_true(jv_is_null(jv_get(take_apart(&op, &key).body, "exp")));
    secret_set(&token, BYTES("-"));
    assert_int_equal(jwt_make_render_key(&op, &token, &ask, &key), -1);
    assert_int_equal(op.err, ERR_UNPROCESSABLE);
    secret_fini(&token);
    secret_fini(&key);
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_verify_against_the_published_keys),
        cmocka_unit_test(a_token_without_a_subject_is_refused),
        cmocka_unit_test(a_new_key_is_published_before_it_signs_and_the_old_one_after),
        cmocka_unit_test(keys_survive_a_restart_in_a_sealed_file),
        cmocka_unit_test(a_failing_disk_does_not_stop_the_present_key),
        cmocka_unit_test(many_threads_sign_while_keys_rotate),
        cmocka_unit_test(a_render_key_is_what_grafana_expects),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
