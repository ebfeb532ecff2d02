#include "../test.h"

#include "httpd/proxy.h"

#include <string.h>

static const char *const blocks[] = {"10.0.0.0/8", "fd00::/8", "192.0.2.7", "172.16.0.0/12"};

static void add(struct head *head, const char *name, const char *value)
{
    head->headers[head->header_n++] = (struct head_header){bytes_of(name), bytes_of(value)};
}

static void check(const char *peer, const struct head *head, const char *address, bool is_tls)
{
    struct op op;
    struct proxy_list list;
    struct proxy_client client = {peer, false};
    op_init(&op, -1);
    assert_int_equal(proxy_list_read(&op, blocks, 4, &list), 0);
    proxy_find_client(&op.arena, &list, head, &client);
    assert_string_equal(client.address, address);
    assert_int_equal(client.is_tls, is_tls);
    proxy_list_fini(&list);
    op_fini(&op);
}

static void test_strangers_are_not_believed(void **state)
{
    static struct head head;
    (void)state;
    add(&head, "X-Forwarded-For", "203.0.113.9");
    add(&head, "X-Forwarded-Proto", "https");
    add(&head, "Forwarded", "for=203.0.113.9;proto=https");
    check("198.51.100.1", &head, "198.51.100.1", false);
    check("11.0.0.1", &head, "11.0.0.1", false);
    check("172.32.0.1", &head, "172.32.0.1", false);
    check("192.0.2.8", &head, "192.0.2.8", false);
    check("", &head, "", false);
}

static void test_trusted_proxies_are(void **state)
{
    static struct head head;
    (void)state;
    add(&head, "x-forwarded-for", "203.0.113.9");
    add(&head, "x-forwarded-proto", "https");
    check("10.200.0.1", &head, "203.0.113.9", true);
    check("192.0.2.7", &head, "203.0.113.9", true);
    check("172.31.255.255", &head, "203.0.113.9", true);
    check("fd12::1", &head, "203.0.113.9", true);
    check("::ffff:10.1.2.3", &head, "203.0.113.9", true);
}

static void test_what_the_client_wrote_does_not_count(void **state)
{
    static struct head head;
    (void)state;
    add(&head, "X-Forwarded-For", "1.1.1.1, 2.2.2.2");
    add(&head, "X-Forwarded-For", "203.0.113.9 , 10.1.1.1,fd00::2");
    check("10.0.0.1", &head, "203.0.113.9", false);
}

static void test_words_that_are_no_address_end_the_chain(void **state)
{
    static struct head head;
    (void)state;
    add(&head, "X-Forwarded-For", "203.0.113.9, unknown, 10.1.1.1");
    check("10.0.0.1", &head, "10.1.1.1", false);
    static struct head empty;
    add(&empty, "X-Forwarded-For", "");
    check("10.0.0.1", &empty, "10.0.0.1", false);
}

static void test_ports_and_brackets(void **state)
{
    static struct head four, six, bare;
    (void)state;
    add(&four, "X-Forwarded-For", "203.0.113.9:4711");
    check("10.0.0.1", &four, "203.0.113.9", false);
    add(&six, "X-Forwarded-For", "[2001:db8::1]:4711");
    check("10.0.0.1", &six, "2001:db8::1", false);
    add(&bare, "X-Forwarded-For", "2001:DB8:0::1");
    check("10.0.0.1", &bare, "2001:db8::1", false);
}

static void test_forwarded(void **state)
{
    static struct head head, both;
    (void)state;
    add(&head, "Forwarded", "for=1.1.1.1;proto=http, For=\"[2001:db8::5]:80\"; Proto=https;by=10.0.0.2");
    add(&head, "Forwarded", "for=10.0.0.2");
    check("10.0.0.1", &head, "2001:db8::5", true);
    add(&both, "Forwarded", "for=1.1.1.1;proto=https"); /* handed through from the client */
    add(&both, "X-Forwarded-For", "203.0.113.9");
    check("10.0.0.1", &both, "203.0.113.9", false);
}

static void test_only_trusted_ones_give_the_first(void **state)
{
    static struct head head;
    (void)state;
    add(&head, "X-Forwarded-For", "10.3.3.3, 10.2.2.2");
    check("10.0.0.1", &head, "10.3.3.3", false);
}

static void test_a_long_chain_keeps_its_end(void **state)
{
    static struct head head;
    (void)state;
    for (int i = 0; i < 90; i++)
        add(&head, "X-Forwarded-For", "1.1.1.1, 2.2.2.2");
    add(&head, "X-Forwarded-For", "203.0.113.9,10.1.1.1");
    check("10.0.0.1", &head, "203.0.113.9", false);
}

static void test_bad_blocks_are_named(void **state)
{
    static const char *const bad[] = {"10.0.0.0/33", "fd00::/129", "10.0.0/8", "proxy", "10.0.0.0/",
                                      "10.0.0.0/-1", "", "1.2.3.4/8/8"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct op op;
        struct proxy_list list;
        op_init(&op, -1);
        assert_int_equal(proxy_list_read(&op, &bad[i], 1, &list), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        assert_non_null(strstr(op.err_text, bad[i]));
        proxy_list_fini(&list);
        op_fini(&op);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strangers_are_not_believed),
        cmocka_unit_test(test_trusted_proxies_are),
        cmocka_unit_test(test_what_the_client_wrote_does_not_count),
        cmocka_unit_test(test_words_that_are_no_address_end_the_chain),
        cmocka_unit_test(test_ports_and_brackets),
        cmocka_unit_test(test_forwarded),
        cmocka_unit_test(test_only_trusted_ones_give_the_first),
        cmocka_unit_test(test_a_long_chain_keeps_its_end),
        cmocka_unit_test(test_bad_blocks_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
