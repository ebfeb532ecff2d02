#include "../test.h"

#include "base/clock.h"
#include "cron/cron.h"

#include <string.h>

static struct cron parse(const char *text)
{
    struct op op;
    struct cron cron;
    op_init(&op, -1);
    assert_int_equal(cron_parse(&op, bytes_of(text), &cron), 0);
    op_fini(&op);
    return cron;
}

static int64_t at(const char *iso)
{
    int64_t ms;
    assert_int_equal(clock_parse_iso(iso, &ms), 0);
    return ms;
}

/* The moments after `after`, as text, must be those given. */
static void expect(const char *text, const char *zone_text, const char *after,
                   const char *const *moments)
{
    struct op op;
    const struct zone *zone;
    op_init(&op, -1);
    struct cron cron = parse(text);
    assert_int_equal(zone_open(&op, zone_text, &zone), 0);
    int64_t now = at(after);
    for (; *moments; moments++) {
        char iso[CLOCK_ISO_MAX];
        now = cron_next(&cron, zone, now);
        clock_iso(now, iso);
        assert_string_equal(iso, *moments);
    }
    op_fini(&op);
}
#define EXPECT(text, zone, after, ...)                                                             \
    expect(text, zone, after, (const char *const[]){__VA_ARGS__, NULL})

static void workdays_in_shanghai(void **state)
{
    (void)state;
    EXPECT("30 8 * * 1-5", "Asia/Shanghai", "2026-11-20T00:30:00Z", "2026-11-23T00:30:00.000Z",
           "2026-11-24T00:30:00.000Z");
}

static void a_time_in_the_spring_gap_fires_once_after_it(void **state)
{
    (void)state;
    EXPECT("15,30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-28T01:15:00.000Z",
           "2026-03-28T01:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-30T00:15:00.000Z");
}

static void a_time_in_the_autumn_overlap_fires_once(void **state)
{
    (void)state;
    EXPECT("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00.000Z",
           "2026-10-26T01:30:00.000Z");
}

static void every_hour_goes_by_real_time(void **state)
{
    (void)state;
    EXPECT("30 * * * *", "Europe/Berlin", "2026-10-24T23:31:00Z", "2026-10-25T00:30:00.000Z",
           "2026-10-25T01:30:00.000Z", "2026-10-25T02:30:00.000Z");
    EXPECT("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T00:30:00.000Z",
           "2026-03-29T01:30:00.000Z");
}

static void a_zone_half_an_hour_off(void **state)
{
    (void)state;
    /* Lord Howe goes back by 30 minutes at 02:00: 01:45 comes twice. */
    EXPECT("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-04T14:45:00.000Z",
           "2026-04-05T15:15:00.000Z");
}

static void last_days_and_nth_weekdays(void **state)
{
    (void)state;
    EXPECT("0 0 L * *", "UTC", "2024-02-01T00:00:00Z", "2024-02-29T00:00:00.000Z",
           "2024-03-31T00:00:00.000Z");
    EXPECT("0 9 * * 1#2", "UTC", "2026-11-01T00:00:00Z", "2026-11-09T09:00:00.000Z",
           "2026-12-14T09:00:00.000Z");
    EXPECT("0 9 * * 5L", "UTC", "2026-11-01T00:00:00Z", "2026-11-27T09:00:00.000Z");
}

static void both_days_mean_either(void **state)
{
    (void)state;
    EXPECT("0 0 13 * fri", "UTC", "2026-11-01T00:00:00Z", "2026-11-06T00:00:00.000Z",
           "2026-11-13T00:00:00.000Z", "2026-11-20T00:00:00.000Z", "2026-11-27T00:00:00.000Z",
           "2026-12-04T00:00:00.000Z", "2026-12-11T00:00:00.000Z", "2026-12-13T00:00:00.000Z");
}

static void leap_days_are_found_years_away(void **state)
{
    (void)state;
    EXPECT("0 0 29 2 *", "UTC", "2024-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z");
    struct op op;
    const struct zone *zone;
    op_init(&op, -1);
    struct cron never = parse("0 0 31 2 *");
    assert_int_equal(zone_open(&op, "UTC", &zone), 0);
    assert_int_equal(cron_next(&never, zone, 0), 0);
    op_fini(&op);
}

static void every_next_moment_is_later(void **state)
{
    (void)state;
    struct op op;
    const struct zone *zone;
    op_init(&op, -1);
    assert_int_equal(zone_open(&op, "America/Santiago", &zone), 0);
    const char *texts[] = {"*/7 * * * *", "0 0 * * *", "59 23 * * *", "5 0-3 * * 6,0",
                           "0 */2 * * *"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cron cron = parse(texts[i]);
        int64_t now = at("2026-01-01T00:00:00Z");
        for (int k = 0; k < 700; k++) {
            int64_t next = cron_next(&cron, zone, now);
            assert_true(next > now);
            assert_int_equal(next % 60000, 0);
            now = next;
        }
    }
    op_fini(&op);
}

static void bad_expressions_say_what_is_wrong(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "too few"},
        {"* * * *", "too few"},
        {"* * * * * *", "too many"},
        {"60 * * * *", "minute"},
        {"* 24 * * *", "hour"},
        {"* * 0 * *", "day of month"},
        {"* * * 13 *", "month"},
        {"* * * * 8", "day of week"},
        {"5-1 * * * *", "ends before"},
        {"*/0 * * * *", "step"},
        {"1, * * * *", "minute"},
        {"* * * foo *", "month"},
        {"* * * * 1#6", "day of week"},
        {"1/ * * * *", "step"},
        {"-1 * * * *", "minute"},
        {"@often", "too few"},
        {"* * * * L", "day of week"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct op op;
        struct cron cron;
        op_init(&op, -1);
        assert_int_equal(cron_parse(&op, bytes_of(rows[i][0]), &cron), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        assert_non_null(strstr(op.err_text, rows[i][1]));
        op_fini(&op);
    }
}

static void words_in_two_languages(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"30 8 * * 1-5", "at 08:30, Monday to Friday", "每周一至周五 08:30"},
        {"30 8,12 * * *", "at 08:30, 12:30 every day", "每天 08:30、12:30"},
        {"*/5 * * * *", "every 5 minutes", "每 5 分钟"},
        {"* * * * *", "every minute", "每分钟"},
        {"0 * * * *", "every hour", "每小时整点"},
        {"0 9-17 * * 1-5", "every hour in hours 9-17, Monday to Friday",
         "每周一至周五 每小时整点（9-17 时）"},
        {"0 9 1,15 * *", "at 09:00, on day 1, 15 of the month", "每月 1、15 日 09:00"},
        {"0 9 L * *", "at 09:00, on the last day of the month", "每月最后一天 09:00"},
        {"0 9 * * 1#2", "at 09:00, the second Monday of the month", "每月第二个周一 09:00"},
        {"0 9 1 1,7 *", "at 09:00, on day 1 of the month, in January, July",
         "1、7 月，每月 1 日 09:00"},
        {"0 10 * * 6,0", "at 10:00, Saturday, Sunday", "每周六、周日 10:00"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct op op;
        op_init(&op, -1);
        struct cron cron = parse(rows[i][0]);
        struct str *en = str_new(&op.arena, 500), *zh = str_new(&op.arena, 500);
        cron_words(&cron, CRON_EN, en);
        cron_words(&cron, CRON_ZH, zh);
        assert_string_equal(en->p, rows[i][1]);
        assert_string_equal(zh->p, rows[i][2]);
        op_fini(&op);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workdays_in_shanghai),
        cmocka_unit_test(a_time_in_the_spring_gap_fires_once_after_it),
        cmocka_unit_test(a_time_in_the_autumn_overlap_fires_once),
        cmocka_unit_test(every_hour_goes_by_real_time),
        cmocka_unit_test(a_zone_half_an_hour_off),
        cmocka_unit_test(last_days_and_nth_weekdays),
        cmocka_unit_test(both_days_mean_either),
        cmocka_unit_test(leap_days_are_found_years_away),
        cmocka_unit_test(every_next_moment_is_later),
        cmocka_unit_test(bad_expressions_say_what_is_wrong),
        cmocka_unit_test(words_in_two_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
