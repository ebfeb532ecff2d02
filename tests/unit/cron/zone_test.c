#include "../test.h"

#include "cron/zone.h"

#include <stdlib.h>
#include <time.h>

static const char *const names[] = {"Asia/Shanghai",     "Europe/Berlin",    "Europe/Dublin",
                                    "America/New_York",  "America/Santiago", "Australia/Lord_Howe",
                                    "Africa/Casablanca", "Asia/Kathmandu",   "Pacific/Apia",
                                    "America/Sao_Paulo", "Asia/Tehran",      "UTC"};

static const struct zone *open_zone(struct op *op, const char *name)
{
    const struct zone *zone;
    assert_int_equal(zone_open(op, name, &zone), 0);
    return zone;
}

static void local_times_are_those_of_the_c_library(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct op op;
        op_init(&op, -1);
        const struct zone *zone = open_zone(&op, names[i]);
        setenv("TZ", names[i], 1);
        tzset();
        for (time_t t = 1577836800; t < 2682374400; t += 5 * 3600 + 1799) {
            struct tm tm;
            struct zone_civil local;
            localtime_r(&t, &tm);
            zone_local(zone, (int64_t)t * 1000, &local);
            assert_int_equal(local.offset_s, tm.tm_gmtoff);
            assert_int_equal(local.year, tm.tm_year + 1900);
            assert_int_equal(local.month, tm.tm_mon + 1);
            assert_int_equal(local.day, tm.tm_mday);
            assert_int_equal(local.hour, tm.tm_hour);
            assert_int_equal(local.minute, tm.tm_min);
            assert_int_equal(local.second, tm.tm_sec);
            assert_int_equal(local.weekday, tm.tm_wday);
            int64_t first, later;
            zone_utc(zone, &local, &first, &later);
            assert_true(first == (int64_t)t * 1000 || later == (int64_t)t * 1000);
        }
        op_fini(&op);
    }
}

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return (zone_days(year, month, day) * 86400 + hour * 3600 + minute * 60) * 1000;
}

static void a_time_that_clocks_jumped_over_becomes_the_instant_after(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    const struct zone *berlin = open_zone(&op, "Europe/Berlin");
    struct zone_civil at = {.year = 2026, .month = 3, .day = 29, .hour = 2, .minute = 30};
    int64_t first, later;
    assert_int_equal(zone_utc(berlin, &at, &first, &later), ZONE_NEVER);
    assert_int_equal(first, utc(2026, 3, 29, 1, 0));
    assert_int_equal(later, first);
    op_fini(&op);
}

static void a_time_that_comes_twice_has_two_instants(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    const struct zone *berlin = open_zone(&op, "Europe/Berlin");
    struct zone_civil at = {.year = 2026, .month = 10, .day = 25, .hour = 2, .minute = 30};
    int64_t first, later;
    assert_int_equal(zone_utc(berlin, &at, &first, &later), ZONE_TWICE);
    assert_int_equal(first, utc(2026, 10, 25, 0, 30));
    assert_int_equal(later, utc(2026, 10, 25, 1, 30));
    op_fini(&op);
}

static void a_day_that_never_was_leads_to_the_next_one(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    const struct zone *apia = open_zone(&op, "Pacific/Apia");
    struct zone_civil at = {.year = 2011, .month = 12, .day = 30, .hour = 12}, local;
    int64_t first;
    assert_int_equal(zone_utc(apia, &at, &first, NULL), ZONE_NEVER);
    zone_local(apia, first, &local);
    assert_int_equal(local.day, 31);
    assert_int_equal(local.hour, 0);
    op_fini(&op);
}

static void fields_out_of_range_carry_over(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    const struct zone *zone = open_zone(&op, "UTC");
    struct zone_civil at = {.year = 2026, .month = 14, .day = 0, .hour = 24};
    int64_t first;
    zone_utc(zone, &at, &first, NULL);
    assert_int_equal(first, utc(2027, 2, 1, 0, 0));
    op_fini(&op);
}

static void bad_names_are_refused(void **state)
{
    (void)state;
    const char *bad[] = {"",    "/etc/passwd", "../../etc/passwd", "Asia/../../etc", ".",
                         "a b", "x\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct op op;
        const struct zone *zone;
        op_init(&op, -1);
        assert_int_equal(zone_open(&op, bad[i], &zone), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        op_fini(&op);
    }
    struct op op;
    const struct zone *zone;
    op_init(&op, -1);
    assert_int_equal(zone_open(&op, "Asia/Atlantis", &zone), -1);
    assert_int_equal(op.err, ERR_NOT_FOUND);
    op_fini(&op);
}

static void dates_are_read_strictly(void **state)
{
    (void)state;
    int64_t days;
    assert_true(zone_parse_date(BYTES("2024-02-29"), &days));
    assert_int_equal(days, 19782);
    const char *bad[] = {"2023-02-29", "2024-13-01", "2024-1-01", "2024-02-2", "24-02-29xx", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(zone_parse_date(bytes_of(bad[i]), &days));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_times_are_those_of_the_c_library),
        cmocka_unit_test(a_time_that_clocks_jumped_over_becomes_the_instant_after),
        cmocka_unit_test(a_time_that_comes_twice_has_two_instants),
        cmocka_unit_test(a_day_that_never_was_leads_to_the_next_one),
        cmocka_unit_test(fields_out_of_range_carry_over),
        cmocka_unit_test(bad_names_are_refused),
        cmocka_unit_test(dates_are_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
