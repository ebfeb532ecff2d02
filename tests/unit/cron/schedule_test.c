#include "../test.h"

#include "base/clock.h"
#include "cron/cron.h"

static int64_t at(const char *iso)
{
    int64_t ms;
    assert_int_equal(clock_parse_iso(iso, &ms), 0);
    return ms;
}

static void holidays_are_days_off_in_the_zone(void **state)
{
    (void)state;
    struct op op;
    struct schedule schedule;
    op_init(&op, -1);
    const char *lines[] = {"30 8 * * *", "0 18 * * *"};
    const char *holidays[] = {"2026-10-01..2026-10-07", "2026-10-09"};
    assert_int_equal(schedule_parse(&op, lines, 2, "Asia/Shanghai", holidays, 2, &schedule), 0);
    size_t line = 9;
    int64_t next = schedule_next(&schedule, at("2026-09-30T11:00:00Z"), &line);
    assert_int_equal(next, at("2026-10-08T00:30:00Z"));
    assert_int_equal(line, 0);
    next = schedule_next(&schedule, next, &line);
    assert_int_equal(next, at("2026-10-08T10:00:00Z"));
    assert_int_equal(line, 1);
    assert_int_equal(schedule_next(&schedule, next, NULL), at("2026-10-10T00:30:00Z"));
    op_fini(&op);
}

static void the_newest_missed_moment_is_found(void **state)
{
    (void)state;
    struct op op;
    struct schedule schedule;
    op_init(&op, -1);
    const char *lines[] = {"*/5 * * * *", "30 8 * * 1"};
    assert_int_equal(schedule_parse(&op, lines, 2, "UTC", NULL, 0, &schedule), 0);
    int64_t after = at("2025-01-01T00:00:00Z"), until = at("2026-11-23T08:32:00Z");
    assert_int_equal(schedule_newest(&schedule, after, until), at("2026-11-23T08:30:00Z"));
    assert_int_equal(schedule_newest(&schedule, until, until + 60000), 0);
    assert_int_equal(schedule_newest(&schedule, until, at("2026-11-23T08:35:00Z")),
                     at("2026-11-23T08:35:00Z"));
    op_fini(&op);
}

static void bad_holidays_are_refused(void **state)
{
    (void)state;
    const char *bad[] = {"2026-13-01", "tomorrow", "2026-10-07..2026-10-01",
                         "2020-01-01..2026-01-01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct op op;
        struct schedule schedule;
        op_init(&op, -1);
        assert_int_equal(schedule_parse(&op, NULL, 0, "UTC", &bad[i], 1, &schedule), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        op_fini(&op);
    }
}

static void a_schedule_of_holidays_only_never_fires(void **state)
{
    (void)state;
    struct op op;
    struct schedule schedule;
    op_init(&op, -1);
    const char *lines[] = {"0 8 1 10 *"};
    assert_int_equal(schedule_parse(&op, lines, 0, "UTC", NULL, 0, &schedule), 0);
    assert_int_equal(schedule_next(&schedule, 0, NULL), 0);
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holidays_are_days_off_in_the_zone),
        cmocka_unit_test(the_newest_missed_moment_is_found),
        cmocka_unit_test(bad_holidays_are_refused),
        cmocka_unit_test(a_schedule_of_holidays_only_never_fires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
