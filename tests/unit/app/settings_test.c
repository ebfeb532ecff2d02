#include "../test.h"

#include "app/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct op op;
static char file[] = "/tmp/settings-test-XXXXXX";

static int begin(void **state)
{
    (void)state;
    clearenv();
    op_init(&op, -1);
    memcpy(file + sizeof file - 7, "XXXXXX", 6);
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    close(fd);
    return 0;
}

static int end(void **state)
{
    (void)state;
    unlink(file);
    op_fini(&op);
    return 0;
}

static int load(const char *yaml, const char *name, const char *value, struct settings **out)
{
    struct settings_flag flag = {name, value};
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs(yaml, f);
    fclose(f);
    op_clear(&op);
    return settings_load(&op, file, &flag, name != NULL, out);
}

static void expect_refused(const char *yaml, const char *name, const char *value, const char *text)
{
    struct settings *s;
    assert_int_equal(load(yaml, name, value, &s), -1);
    if (!strstr(op.err_text, text))
        fail_msg("\"%s\" does not say \"%s\"", op.err_text, text);
}

static void the_nearer_source_wins(void **state)
{
    (void)state;
    struct settings *s;
    assert_int_equal(load("", NULL, NULL, &s), 0);
    assert_int_equal(settings_int(s, SET_WIDTH_MAX), 3000);
    assert_string_equal(settings_origin(s, SET_WIDTH_MAX), "default");
    assert_int_equal(load("render: {width_max: 2000}\n", NULL, NULL, &s), 0);
    assert_int_equal(settings_int(s, SET_WIDTH_MAX), 2000);
    setenv("BROWSER_MAX_WIDTH", "1500", 1);
    assert_int_equal(load("render: {width_max: 2000}\n", NULL, NULL, &s), 0);
    assert_int_equal(settings_int(s, SET_WIDTH_MAX), 1500);
    setenv("ROUNDS_WIDTH_MAX", "1400", 1);
    assert_int_equal(load("", NULL, NULL, &s), 0);
    assert_int_equal(settings_int(s, SET_WIDTH_MAX), 1400);
    assert_int_equal(load("", "render.width_max", "1300", &s), 0);
    assert_int_equal(settings_int(s, SET_WIDTH_MAX), 1300);
    assert_string_equal(settings_origin(s, SET_WIDTH_MAX), "flag");
}

static void every_kind_is_read(void **state)
{
    (void)state;
    struct settings *s;
    size_t n;
    assert_int_equal(load("render: {timeout: 1m30s, strict: false, scale_max: 2.5}\n"
                          "browser: {memory: 512MiB, flags: [--a, --b]}\n"
                          "network: {extra_hosts: 'x:1, y:2'}\n",
                          NULL, NULL, &s),
                     0);
    assert_int_equal(settings_int(s, SET_DEFAULT_TIMEOUT), 90000);
    assert_false(settings_bool(s, SET_STRICT_OWN));
    assert_true(settings_real(s, SET_SCALE_MAX) > 2.4 && settings_real(s, SET_SCALE_MAX) < 2.6);
    assert_int_equal(settings_int(s, SET_BROWSER_MEMORY), 512 << 20);
    assert_string_equal(settings_list(s, SET_BROWSER_FLAGS, &n)[1], "--b");
    assert_int_equal(n, 2);
    assert_string_equal(settings_list(s, SET_EXTRA_HOSTS, &n)[1], "y:2");
}

static void mistakes_name_place_and_remedy(void **state)
{
    (void)state;
    expect_refused("browser:\n  pth: x\n", NULL, NULL,
                   "line 2: unknown setting browser.pth; did you mean browser.path?");
    expect_refused("", "browser.pth", "x", "did you mean browser.path?");
    expect_refused("render:\n  default_encoding: gif\n", NULL, NULL, "one of png|jpeg|webp|pdf");
    expect_refused("render: {width_max: 3}\n", NULL, NULL, "between 16 and 16000");
    expect_refused("render: {strict: yes please}\n", NULL, NULL, "true or false");
    expect_refused("render: {timeout: soon}\n", NULL, NULL, "a duration such as");
    expect_refused("auth: {tokens: s3cret}\n", NULL, NULL, "ROUNDS_AUTH_TOKENS");
    expect_refused("", "auth.tokens", "s3cret", "process list");
    expect_refused("a: [\n", NULL, NULL, file);
    setenv("BROWSER_MAX_WIDTH", "wide", 1);
    expect_refused("", NULL, NULL, "environment variable BROWSER_MAX_WIDTH");
}

static void grafanas_and_their_credentials(void **state)
{
    (void)state;
    struct settings *s;
    size_t n;
    setenv("T", "glsa_x\n", 1);
    assert_int_equal(load("grafana:\n"
                          "  - {origin: 'HTTP://G.example:80/', org: 2, credential: {kind: token, "
                          "secret_env: T}}\n"
                          "  - {origin: 'https://h', credential: {kind: own_issuer, user: robot}, "
                          "extra_hosts: ['t:443']}\n",
                          NULL, NULL, &s),
                     0);
    const struct settings_grafana *g = settings_grafanas(s, &n);
    assert_int_equal(n, 2);
    assert_string_equal(g[0].origin, "http://g.example");
    assert_string_equal(g[0].org, "2");
    assert_true(bytes_eq_s(secret_reveal(&g[0].secret), "glsa_x"));
    assert_string_equal(g[1].user, "robot");
    assert_string_equal(g[1].extra_hosts[0], "t:443");
    expect_refused("grafana: [{orign: 'http://x'}]\n", NULL, NULL, "did you mean origin");
    expect_refused("grafana: [{origin: 'ftp://x'}]\n", NULL, NULL, "grafana[0].origin");
    expect_refused("grafana: [{origin: 'http://x', credential: {kind: magic}}]\n", NULL, NULL,
                   "own_issuer");
    expect_refused("grafana: [{origin: 'http://x', credential: {kind: token}}]\n", NULL, NULL,
                   "secret_file");
    expect_refused("grafana: [{origin: 'http://x', credential: {kind: token, secret_env: NONE}}]\n",
                   NULL, NULL, "secret_env");
    expect_refused("grafana: {}\n", NULL, NULL, "must be a list");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_nearer_source_wins, begin, end),
        cmocka_unit_test_setup_teardown(every_kind_is_read, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_name_place_and_remedy, begin, end),
        cmocka_unit_test_setup_teardown(grafanas_and_their_credentials, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
