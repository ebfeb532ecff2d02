/* The talk with a company's proxy, word by word. */
#include "../test.h"

#include "gate/upstream.h"

#include <string.h>

static struct upstream make(const char *url, const char *user, const char *password)
{
    struct op op;
    op_init(&op, -1);
    struct secret secret = {0};
    secret_set(&secret, bytes_of(password ? password : ""));
    struct upstream up;
    struct gate_upstream conf = {.url = url, .user = user, .password = &secret};
    assert_int_equal(upstream_init(&op, &up, &conf), 0);
    secret_fini(&secret);
    op_fini(&op);
    return up;
}

/* Lets the proxy say `heard`; checks what is said to it. */
static enum upstream_result step(struct upstream *up, struct upstream_talk *talk,
                                 struct bytes heard, struct bytes want)
{
    struct str say;
    size_t used;
    str_init(&say, 4096);
    enum upstream_result r = upstream_step(up, talk, heard, &used, &say);
    assert_int_equal(say.n, want.n);
    assert_memory_equal(say.p, want.p, want.n);
    str_fini(&say);
    return r;
}

static void test_connect(void **state)
{
    (void)state;
    struct upstream up = make("http://proxy.corp:3128", NULL, NULL);
    assert_string_equal(up.host, "proxy.corp");
    assert_int_equal(up.port, 3128);
    struct upstream_talk talk = {.host = "grafana.example", .port = 443};
    assert_int_equal(
        step(&up, &talk, (struct bytes){0},
             BYTES("CONNECT grafana.example:443 HTTP/1.1\r\nHost: grafana.example:443\r\n\r\n")),
        UPSTREAM_MORE);
    assert_int_equal(step(&up, &talk, BYTES("HTTP/1.1 200 Connection"), BYTES("")), UPSTREAM_MORE);
    assert_int_equal(step(&up, &talk, BYTES("HTTP/1.1 200 OK\r\nVia: x\r\n\r\nearly"), BYTES("")),
                     UPSTREAM_OPEN);
    upstream_fini(&up);
}

static void test_connect_refused(void **state)
{
    (void)state;
    struct upstream up = make("http://proxy.corp:3128", NULL, NULL);
    struct upstream_talk talk = {.step = 1, .host = "a", .port = 443};
    assert_int_equal(step(&up, &talk, BYTES("HTTP/1.1 403 Forbidden\r\n\r\n"), BYTES("")),
                     UPSTREAM_REFUSED);
    assert_int_equal(step(&up, &talk, BYTES("SSH-2.0-OpenSSH_9.2 x\r\n\r\n"), BYTES("")),
                     UPSTREAM_REFUSED);
    upstream_fini(&up);
}

static void test_connect_with_login(void **state)
{
    (void)state;
    struct upstream up = make("http://proxy.corp:3128", "Aladdin", "open sesame");
    struct upstream_talk talk = {.host = "::1", .port = 8443};
    assert_int_equal(step(&up, &talk, (struct bytes){0},
                          BYTES("CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n"
                                "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n")),
                     UPSTREAM_MORE);
    upstream_fini(&up);
}

static void test_socks(void **state)
{
    (void)state;
    struct upstream up = make("socks5://proxy.corp:1081", NULL, NULL);
    struct upstream_talk talk = {.host = "name", .port = 3000};
    assert_int_equal(step(&up, &talk, (struct bytes){0}, (struct bytes){"\x05\x01\x00", 3}),
                     UPSTREAM_MORE);
    assert_int_equal(step(&up, &talk, (struct bytes){"\x05", 1}, BYTES("")), UPSTREAM_MORE);
    assert_int_equal(step(&up, &talk, (struct bytes){"\x05\x00", 2},
                          (struct bytes){"\x05\x01\x00\x03\x04name\x0b\xb8", 11}),
                     UPSTREAM_MORE);
    assert_int_equal(step(&up, &talk, (struct bytes){"\x05\x00\x00\x01\0\0\0\0\0", 9}, BYTES("")),
                     UPSTREAM_MORE);
    assert_int_equal(
        step(&up, &talk, (struct bytes){"\x05\x00\x00\x01\0\0\0\0\0\0", 10}, BYTES("")),
        UPSTREAM_OPEN);
    upstream_fini(&up);
}

static void test_socks_with_login(void **state)
{
    (void)state;
    struct upstream up = make("socks5://proxy.corp", "me", "pw");
    assert_int_equal(up.port, 1080);
    struct upstream_talk talk = {.host = "h", .port = 80};
    assert_int_equal(step(&up, &talk, (struct bytes){0}, (struct bytes){"\x05\x02\x00\x02", 4}),
                     UPSTREAM_MORE);
    assert_int_equal(
        step(&up, &talk, (struct bytes){"\x05\x02", 2}, (struct bytes){"\x01\x02me\x02pw", 7}),
        UPSTREAM_MORE);
    struct upstream_talk denied = talk;
    assert_int_equal(step(&up, &denied, (struct bytes){"\x01\x01", 2}, BYTES("")),
                     UPSTREAM_REFUSED);
    assert_int_equal(step(&up, &talk, (struct bytes){"\x01\x00", 2},
                          (struct bytes){"\x05\x01\x00\x03\x01h\x00\x50", 8}),
                     UPSTREAM_MORE);
    assert_int_equal(
        step(&up, &talk, (struct bytes){"\x05\x02\x00\x01\0\0\0\0\0\0", 10}, BYTES("")),
        UPSTREAM_REFUSED);
    upstream_fini(&up);
}

static void test_bad_urls(void **state)
{
    (void)state;
    static const char *const BAD[] = {"proxy:3128", "ftp://x", "https://x:1", "http://user:pw@x:1",
                                      "socks4://x"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct op op;
        struct upstream up;
        op_init(&op, -1);
        assert_int_equal(upstream_init(&op, &up, &(struct gate_upstream){.url = BAD[i]}), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        assert_null(strstr(op.err_text, "pw"));
        upstream_fini(&up);
        op_fini(&op);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connect),
        cmocka_unit_test(test_connect_refused),
        cmocka_unit_test(test_connect_with_login),
        cmocka_unit_test(test_socks),
        cmocka_unit_test(test_socks_with_login),
        cmocka_unit_test(test_bad_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
