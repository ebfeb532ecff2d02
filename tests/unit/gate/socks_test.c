/* The browser's side of the talk: whole, in pieces, and wrong. */
#include "../test.h"

#include "gate/socks.h"

#include <string.h>

static enum socks_result request(const char *p, size_t n, char host[GATE_HOST_MAX], int *port)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) { /* no piece of it may be taken for the whole */
        enum socks_result r = socks_read_request((struct bytes){p, i}, &used, host, port);
        if (r == SOCKS_BAD)
            return r;
        assert_int_equal(r, SOCKS_MORE);
    }
    enum socks_result r = socks_read_request((struct bytes){p, n}, &used, host, port);
    if (r == SOCKS_GOOD)
        assert_int_equal(used, n);
    return r;
}

static void test_greeting(void **state)
{
    (void)state;
    size_t used;
    assert_int_equal(socks_read_greeting((struct bytes){"\x05", 1}, &used), SOCKS_MORE);
    assert_int_equal(socks_read_greeting((struct bytes){"\x05\x02\x02", 3}, &used), SOCKS_MORE);
    assert_int_equal(socks_read_greeting((struct bytes){"\x05\x01\x00", 3}, &used), SOCKS_GOOD);
    assert_int_equal(used, 3);
    assert_int_equal(socks_read_greeting((struct bytes){"\x05\x02\x02\x00x", 5}, &used),
                     SOCKS_GOOD);
    assert_int_equal(used, 4);
    assert_int_equal(socks_read_greeting((struct bytes){"\x05\x01\x02", 3}, &used), SOCKS_BAD);
    assert_int_equal(socks_read_greeting((struct bytes){"\x04\x01", 2}, &used), SOCKS_BAD);
    assert_int_equal(socks_read_greeting((struct bytes){"GET / HTTP/1.1\r\n", 16}, &used),
                     SOCKS_BAD);
}

static void test_requests(void **state)
{
    (void)state;
    char host[GATE_HOST_MAX];
    int port;
    assert_int_equal(request("\x05\x01\x00\x03\x04name\x0b\xb8", 11, host, &port), SOCKS_GOOD);
    assert_string_equal(host, "name");
    assert_int_equal(port, 3000);
    assert_int_equal(request("\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50", 10, host, &port),
                     SOCKS_GOOD);
    assert_string_equal(host, "127.0.0.1");
    assert_int_equal(
        request("\x05\x01\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x01\xbb", 22, host, &port),
        SOCKS_GOOD);
    assert_string_equal(host, "::1");
    assert_int_equal(port, 443);
    char longest[4 + 1 + 255 + 2] = "\x05\x01\x00\x03\xff";
    memset(longest + 5, 'a', 255);
    assert_int_equal(request(longest, sizeof longest, host, &port), SOCKS_GOOD);
    assert_int_equal(strlen(host), 255);
}

static void test_refused_requests(void **state)
{
    (void)state;
    char host[GATE_HOST_MAX];
    int port;
    assert_int_equal(request("\x05\x03\x00\x01\x7f\x00\x00\x01\x00\x50", 10, host, &port),
                     SOCKS_BAD);
    assert_int_equal(request("\x05\x02\x00\x01\x7f\x00\x00\x01\x00\x50", 10, host, &port),
                     SOCKS_BAD);
    assert_int_equal(request("\x05\x01\x00\x05\x7f\x00\x00\x01\x00\x50", 10, host, &port),
                     SOCKS_BAD);
    assert_int_equal(request("\x05\x01\x00\x03\x00\x00\x50", 7, host, &port), SOCKS_BAD);
    assert_int_equal(request("\x05\x01\x00\x03\x03"
                             "a\0b"
                             "\x00\x50",
                             10, host, &port),
                     SOCKS_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greeting),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_refused_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
