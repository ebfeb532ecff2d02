#include "../test.h"

#include "auth/limit.h"

#include <stdio.h>

static const struct limit_conf conf = {
    .pair_free = 3,
    .address_free = 10,
    .name_free = 6,
    .pause_ms = 1000,
    .pause_max_ms = 60000,
    .name_pause_max_ms = 4000,
    .forget_ms = 600000,
};

static void wrong(struct limit *limit, const char *name, const char *address, int n, int64_t now)
{
    for (int i = 0; i < n; i++)
        limit_add_wrong(limit, name, address, now);
}

static void pauses_begin_after_the_free_tries_and_double(void **state)
{
    struct limit *limit = limit_new(&conf);
    wrong(limit, "ann", "192.0.2.1", 2, 0);
    assert_int_equal(limit_pause(limit, "ann", "192.0.2.1", 0), 0);
    wrong(limit, "ann", "192.0.2.1", 1, 0);
    assert_int_equal(limit_pause(limit, "ann", "192.0.2.1", 0), 1000);
    assert_int_equal(limit_pause(limit, "ann", "192.0.2.1", 999), 1);
    assert_int_equal(limit_pause(limit, "ann", "192.0.2.1", 1000), 0);
    wrong(limit, "ann", "192.0.2.1", 1, 1000);
    assert_int_equal(limit_pause(limit, "ann", "192.0.2.1", 1000), 2000);
    limit_free(limit);
}

static void other_names_and_addresses_are_not_held_up_by_a_pair(void **state)
{
    struct limit *limit = limit_new(&conf);
    wrong(limit, "ann", "192.0.2.1", 4, 0);
    assert_int_equal(limit_pause(limit, "ann", "192.0.2.2", 0), 0);
    assert_int_equal(limit_pause(limit, "bob", "192.0.2.1", 0), 0);
    assert_true(limit_pause(limit, "ANN", "::ffff:192.0.2.1", 0) > 0);
    limit_free(limit);
}

static void an_address_that_tries_many_names_is_held_up(void **state)
{
    struct limit *limit = limit_new(&conf);
    char name[16];
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "user%d", i);
        limit_add_wrong(limit, name, "2001:db8::1", 0);
    }
    assert_true(limit_pause(limit, "fresh", "2001:db8::1", 0) > 0);
    /* The same /64, and another one. */
    assert_true(limit_pause(limit, "fresh", "2001:db8::ffff:2", 0) > 0);
    assert_int_equal(limit_pause(limit, "fresh", "2001:db8:0:1::1", 0), 0);
    limit_free(limit);
}

static void nobody_can_lock_a_colleague_out_for_long(void **state)
{
    struct limit *limit = limit_new(&conf);
    char address[20];
    for (int i = 0; i < 100; i++) {
        snprintf(address, sizeof address, "198.51.100.%d", i);
        limit_add_wrong(limit, "ann", address, 0);
    }
    int64_t pause = limit_pause(limit, "ann", "192.0.2.1", 0);
    assert_true(pause > 0);
    assert_true(pause <= conf.name_pause_max_ms);
    limit_free(limit);
}

static void success_forgives_the_name_but_not_the_address(void **state)
{
    struct limit *limit = limit_new(&conf);
    wrong(limit, "ann", "192.0.2.1", 9, 0);
    limit_drop_wrong(limit, "ann", "192.0.2.1");
    assert_int_equal(limit_pause(limit, "ann", "192.0.2.1", 0), 0);
    wrong(limit, "bob", "192.0.2.1", 1, 0);
    assert_true(limit_pause(limit, "eve", "192.0.2.1", 0) > 0);
    limit_free(limit);
}

static void counters_are_forgotten_in_time(void **state)
{
    struct limit *limit = limit_new(&conf);
    wrong(limit, "ann", "192.0.2.1", 5, 0);
    assert_int_equal(limit_pause(limit, "ann", "192.0.2.1", 600001), 0);
    wrong(limit, "ann", "192.0.2.1", 1, 600001);
    assert_int_equal(limit_pause(limit, "ann", "192.0.2.1", 600001), 0);
    limit_free(limit);
}

static void a_flood_of_names_keeps_the_flooder_s_address(void **state)
{
    struct limit *limit = limit_new(&conf);
    char name[16];
    for (int i = 0; i < 3 * LIMIT_ENTRIES; i++) {
        snprintf(name, sizeof name, "n%d", i);
        limit_add_wrong(limit, name, "192.0.2.1", 0);
    }
    assert_int_equal(limit_pause(limit, "fresh", "192.0.2.1", 0), conf.pause_max_ms);
    assert_int_equal(limit_pause(limit, "fresh", "192.0.2.9", 0), 0);
    limit_free(limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_begin_after_the_free_tries_and_double),
        cmocka_unit_test(other_names_and_addresses_are_not_held_up_by_a_pair),
        cmocka_unit_test(an_address_that_tries_many_names_is_held_up),
        cmocka_unit_test(nobody_can_lock_a_colleague_out_for_long),
        cmocka_unit_test(success_forgives_the_name_but_not_the_address),
        cmocka_unit_test(counters_are_forgotten_in_time),
        cmocka_unit_test(a_flood_of_names_keeps_the_flooder_s_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
