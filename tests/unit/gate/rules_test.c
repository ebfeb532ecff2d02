/* What may be reached, by name and by address. */
#include "../test.h"

#include "gate/rules.h"

#include <arpa/inet.h>
#include <string.h>

static enum rules_class class_of(const char *text)
{
    struct sockaddr_storage a;
    assert_true(rules_literal(text, 80, &a));
    return rules_class_of((struct sockaddr *)&a);
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum rules_class class_;
    } CASES[] = {
        {"93.184.216.34", RULES_PUBLIC},
        {"169.254.169.254", RULES_NEVER},
        {"0.0.0.0", RULES_NEVER},
        {"0.1.2.3", RULES_NEVER},
        {"255.255.255.255", RULES_NEVER},
        {"224.0.0.1", RULES_NEVER},
        {"240.0.0.1", RULES_NEVER},
        {"168.63.129.16", RULES_NEVER},
        {"100.100.100.200", RULES_NEVER},
        {"127.0.0.1", RULES_LOOPBACK},
        {"127.255.0.9", RULES_LOOPBACK},
        {"10.0.0.1", RULES_PRIVATE},
        {"172.16.0.1", RULES_PRIVATE},
        {"172.31.255.255", RULES_PRIVATE},
        {"172.32.0.1", RULES_PUBLIC},
        {"192.168.1.1", RULES_PRIVATE},
        {"100.64.0.1", RULES_PRIVATE},
        {"2606:2800:220:1::1", RULES_PUBLIC},
        {"::1", RULES_LOOPBACK},
        {"::", RULES_NEVER},
        {"::ffff:127.0.0.1", RULES_LOOPBACK},
        {"::ffff:169.254.169.254", RULES_NEVER},
        {"::ffff:a9fe:a9fe", RULES_NEVER},
        {"::127.0.0.1", RULES_LOOPBACK},
        {"64:ff9b::a9fe:a9fe", RULES_NEVER},
        {"64:ff9b::7f00:1", RULES_LOOPBACK},
        {"2002:a9fe:a9fe::1", RULES_NEVER},
        {"fd00:ec2::254", RULES_NEVER},
        {"fd00::1", RULES_PRIVATE},
        {"fe80::1", RULES_NEVER},
        {"ff02::1", RULES_NEVER},
        {"2001:0:1::1", RULES_NEVER},
        {"fec0::1", RULES_PRIVATE},
        {"::ffff:0:7f00:1", RULES_LOOPBACK},
        {"4000::1", RULES_NEVER},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (class_of(CASES[i].text) != CASES[i].class_)
            fail_msg("%s is %d", CASES[i].text, class_of(CASES[i].text));
}

static void assert_canonical(const char *in, const char *want)
{
    char out[GATE_HOST_MAX];
    bool is_good = rules_canonical(bytes_of(in), out);
    if (!want) {
        if (is_good)
            fail_msg("%s passed as %s", in, out);
        return;
    }
    if (!is_good)
        fail_msg("%s was refused", in);
    assert_string_equal(out, want);
}

static void test_spellings(void **state)
{
    (void)state;
    assert_canonical("Grafana.Example.ORG", "grafana.example.org");
    assert_canonical("grafana.example.org.", "grafana.example.org");
    assert_canonical("my_host-1", "my_host-1");
    assert_canonical("127.0.0.1", "127.0.0.1");
    assert_canonical("[::1]", "::1");
    assert_canonical("0:0:0:0:0:0:0:1", "::1");
    assert_canonical("::FFFF:127.0.0.1", "::ffff:127.0.0.1");
    static const char *const ODD[] = {
        "",           ".",           "a..b",        "127.1",        "2130706433", "0x7f000001",
        "0x7f.0.0.1", "0177.0.0.1",  "127.0.0.1.5", "127.0.0.01",   "foo.0x7f",   "a b",
        "a/b",        "a@b",         "a%00b",       "[::1",         "::1%eth0",   "[127.0.0.1%25]",
        "256.1.1.1",  "caf\xc3\xa9", "foo.123",     "1e100.net:80",
    };
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++)
        assert_canonical(ODD[i], NULL);
    char nul[] = "a\0b", out[GATE_HOST_MAX];
    assert_false(rules_canonical((struct bytes){nul, 3}, out));
}

static void set(struct rules *rules, const struct gate_allow *allow, size_t n)
{
    struct op op;
    op_init(&op, -1);
    assert_int_equal(rules_set(&op, rules, allow, n), 0);
    op_fini(&op);
}

static void test_lists(void **state)
{
    (void)state;
    struct rules rules = {0};
    set(&rules,
        (struct gate_allow[]){{"Grafana.example", 3000, true}, {"*.tiles.example", 0, false}}, 2);
    assert_non_null(rules_find(&rules, "grafana.example", 3000));
    assert_null(rules_find(&rules, "grafana.example", 3001));
    assert_null(rules_find(&rules, "x.grafana.example", 3000));
    assert_non_null(rules_find(&rules, "a.tiles.example", 443));
    assert_non_null(rules_find(&rules, "a.b.tiles.example", 80));
    assert_null(rules_find(&rules, "a.tiles.example", 8080));
    assert_null(rules_find(&rules, "tiles.example", 443));
    assert_null(rules_find(&rules, "eviltiles.example", 443));
}

static void test_bad_lists(void **state)
{
    (void)state;
    static const struct gate_allow BAD[] = {{"a b", 1, false},         {"*", 1, false},
                                            {"*.127.0.0.1", 1, false}, {"0x7f.1", 1, false},
                                            {"ok", 70000, false},      {"", 1, false}};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct rules rules = {0};
        struct op op;
        op_init(&op, -1);
        assert_int_equal(rules_set(&op, &rules, &BAD[i], 1), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        op_fini(&op);
    }
}

static bool admits(struct rules *rules, const char *host, int port, const char *address,
                   enum gate_reason *why)
{
    struct sockaddr_storage a;
    struct rules_entry *entry = rules_find(rules, host, port);
    assert_non_null(entry);
    assert_true(rules_literal(address, port, &a));
    return rules_admit(entry, (struct sockaddr *)&a, why);
}

static void test_addresses_of_allowed_names(void **state)
{
    (void)state;
    struct rules rules = {0};
    enum gate_reason why;
    set(&rules,
        (struct gate_allow[]){{"own", 3000, true},
                              {"extra", 80, false},
                              {"10.1.2.3", 80, false},
                              {"169.254.169.254", 80, true}},
        4);
    assert_true(admits(&rules, "own", 3000, "127.0.0.1", &why));
    assert_true(admits(&rules, "own", 3000, "10.0.0.8", &why));
    assert_false(admits(&rules, "own", 3000, "169.254.169.254", &why));
    assert_int_equal(why, GATE_REFUSED_ADDRESS);
    assert_true(admits(&rules, "extra", 80, "93.184.216.34", &why));
    assert_false(admits(&rules, "extra", 80, "127.0.0.1", &why));
    assert_false(admits(&rules, "extra", 80, "10.0.0.1", &why));
    assert_true(admits(&rules, "10.1.2.3", 80, "10.1.2.3", &why));
    assert_false(admits(&rules, "169.254.169.254", 80, "169.254.169.254", &why));
}

static void test_rebinding(void **state)
{
    (void)state;
    struct rules rules = {0};
    enum gate_reason why;
    struct gate_allow own = {"own", 3000, true};
    set(&rules, &own, 1);
    assert_true(admits(&rules, "own", 3000, "93.184.216.34", &why));
    assert_false(admits(&rules, "own", 3000, "127.0.0.1", &why));
    assert_int_equal(why, GATE_REFUSED_REBOUND);
    set(&rules, &own, 1); /* a new list does not forget it */
    assert_false(admits(&rules, "own", 3000, "10.0.0.1", &why));
    assert_true(admits(&rules, "own", 3000, "93.184.216.35", &why));
}

static void test_no_proxy(void **state)
{
    (void)state;
    static const char *const LIST[] = {"internal.example", ".corp", "10.0.0.0/8", "fd00::/8",
                                       "192.168.1.7"};
    static const struct {
        const char *host;
        bool is_direct;
    } CASES[] = {
        {"localhost", true},
        {"127.0.0.1", true},
        {"::1", true},
        {"internal.example", true},
        {"a.internal.example", true},
        {"notinternal.example", false},
        {"x.corp", true},
        {"corp", false},
        {"10.200.0.1", true},
        {"11.0.0.1", false},
        {"fd12::1", true},
        {"fe12::1", false},
        {"192.168.1.7", true},
        {"192.168.1.8", false},
        {"www.example", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (rules_is_direct(CASES[i].host, LIST, 5) != CASES[i].is_direct)
            fail_msg("%s", CASES[i].host);
    static const char *const ALL[] = {"*"};
    assert_true(rules_is_direct("www.example", ALL, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_bad_lists),
        cmocka_unit_test(test_addresses_of_allowed_names),
        cmocka_unit_test(test_rebinding),
        cmocka_unit_test(test_no_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
