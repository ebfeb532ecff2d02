#include "../test.h"

#include "fetch/fetch.h"

static void every_spelling_of_an_inner_address_is_recognised(void **state)
{
    static const struct {
        const char *address;
        int class_bits;
    } rows[] = {
        {"8.8.8.8", 0},
        {"172.15.255.255", 0},
        {"172.32.0.0", 0},
        {"2606:4700::1111", 0},
        {"127.0.0.1", FETCH_LOOPBACK},
        {"127.255.255.254", FETCH_LOOPBACK},
        {"0.0.0.0", FETCH_LOOPBACK},
        {"::1", FETCH_LOOPBACK},
        {"::", FETCH_LOOPBACK},
        {"::ffff:127.0.0.1", FETCH_LOOPBACK},
        {"::127.0.0.1", FETCH_LOOPBACK},
        {"64:ff9b::7f00:1", FETCH_LOOPBACK},
        {"2002:7f00:1::", FETCH_LOOPBACK},
        {"169.254.169.254", FETCH_LINK_LOCAL},
        {"::ffff:a9fe:a9fe", FETCH_LINK_LOCAL},
        {"168.63.129.16", FETCH_LINK_LOCAL},
        {"100.100.100.200", FETCH_LINK_LOCAL},
        {"fe80::1%eth0", FETCH_LINK_LOCAL},
        {"fd00:ec2::254", FETCH_LINK_LOCAL},
        {"10.1.2.3", FETCH_PRIVATE},
        {"172.16.0.1", FETCH_PRIVATE},
        {"172.31.255.255", FETCH_PRIVATE},
        {"192.168.1.1", FETCH_PRIVATE},
        {"100.64.0.1", FETCH_PRIVATE},
        {"fc00::1", FETCH_PRIVATE},
        {"fdff::1", FETCH_PRIVATE},
        {"fec0::1", FETCH_PRIVATE},
        {"224.0.0.1", FETCH_SPECIAL},
        {"255.255.255.255", FETCH_SPECIAL},
        {"192.0.2.1", FETCH_SPECIAL},
        {"ff02::1", FETCH_SPECIAL},
        {"2001:db8::1", FETCH_SPECIAL},
        {"grafana.example", -1},
        {"127.1", FETCH_LOOPBACK},
        {"0x7f000001", FETCH_LOOPBACK},
        {"2852039166", FETCH_LINK_LOCAL},
        {"0177.0.0.1", FETCH_LOOPBACK},
        {"134744072", 0},
        {"127.0.0.1.example", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fetch_address_class(rows[i].address) != rows[i].class_bits)
            fail_msg("%s: %d", rows[i].address, fetch_address_class(rows[i].address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_of_an_inner_address_is_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
