#include "../test.h"

#include "base/clock.h"
#include "rounds/window.h"

static int64_t at(const char *iso)
{
    int64_t ms;
    assert_int_equal(clock_parse_iso(iso, &ms), 0);
    return ms;
}

static void expect(const struct window *window, const char *zone_text, const char *moment,
                   const char *from, const char *to)
{
    struct op op;
    const struct zone *zone;
    int64_t from_ms, to_ms;
    char a[CLOCK_ISO_MAX], b[CLOCK_ISO_MAX];
    op_init(&op, -1);
    assert_int_equal(zone_open(&op, zone_text, &zone), 0);
    window_resolve(window, zone, at(moment), &from_ms, &to_ms);
    clock_iso(from_ms, a);
    clock_iso(to_ms, b);
    assert_string_equal(a, from);
    assert_string_equal(b, to);
    op_fini(&op);
}

static void rolling_windows_are_real_time(void **state)
{
    (void)state;
    struct window w = {.kind = WINDOW_ROLLING, .length_ms = 6 * 3600000, .offset_ms = 3600000};
    expect(&w, "Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-28T20:00:00.000Z",
           "2026-03-29T02:00:00.000Z");
}

static void a_day_has_23_or_25_hours_when_clocks_change(void **state)
{
    (void)state;
    struct window today = {.kind = WINDOW_CALENDAR, .unit = WINDOW_DAY};
    struct window yesterday = {.kind = WINDOW_CALENDAR, .unit = WINDOW_DAY, .offset = -1};
    expect(&today, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00.000Z",
           "2026-03-29T22:00:00.000Z");
    expect(&yesterday, "Europe/Berlin", "2026-10-26T12:00:00Z", "2026-10-24T22:00:00.000Z",
           "2026-10-25T23:00:00.000Z");
    expect(&yesterday, "Asia/Shanghai", "2026-11-22T16:30:00Z", "2026-11-21T16:00:00.000Z",
           "2026-11-22T16:00:00.000Z");
}

static void times_of_day_that_clocks_jump_over_or_repeat(void **state)
{
    (void)state;
    struct window early = {
        .kind = WINDOW_CALENDAR, .unit = WINDOW_DAY, .from_min = 150, .to_min = 240};
    expect(&early, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:00:00.000Z",
           "2026-03-29T02:00:00.000Z");
    struct window both = {
        .kind = WINDOW_CALENDAR, .unit = WINDOW_DAY, .from_min = 120, .to_min = 150};
    expect(&both, "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25T00:00:00.000Z",
           "2026-10-25T01:30:00.000Z");
    struct window lost = {
        .kind = WINDOW_CALENDAR, .unit = WINDOW_DAY, .from_min = 125, .to_min = 150};
    expect(&lost, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:00:00.000Z",
           "2026-03-29T01:01:00.000Z");
}

static void yesterday_nine_to_twelve_in_shanghai(void **state)
{
    (void)state;
    struct window w = {
        .kind = WINDOW_CALENDAR, .unit = WINDOW_DAY, .offset = -1, .from_min = 540, .to_min = 720};
    expect(&w, "Asia/Shanghai", "2026-11-23T00:30:00Z", "2026-11-22T01:00:00.000Z",
           "2026-11-22T04:00:00.000Z");
    w.to_min = 1440;
    expect(&w, "Asia/Shanghai", "2026-11-23T00:30:00Z", "2026-11-22T01:00:00.000Z",
           "2026-11-22T16:00:00.000Z");
}

static void weeks_begin_on_monday_and_months_on_the_first(void **state)
{
    (void)state;
    struct window week = {.kind = WINDOW_CALENDAR, .unit = WINDOW_WEEK, .offset = -1};
    expect(&week, "UTC", "2026-11-22T23:59:00Z", "2026-11-09T00:00:00.000Z",
           "2026-11-16T00:00:00.000Z");
    expect(&week, "UTC", "2026-11-23T00:00:00Z", "2026-11-16T00:00:00.000Z",
           "2026-11-23T00:00:00.000Z");
    struct window month = {.kind = WINDOW_CALENDAR, .unit = WINDOW_MONTH, .offset = -2};
    expect(&month, "UTC", "2026-01-31T12:00:00Z", "2025-11-01T00:00:00.000Z",
           "2025-12-01T00:00:00.000Z");
}

static void keys_name_a_window_over_rounds(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct window rolling = {.kind = WINDOW_ROLLING, .length_ms = 90 * 60000};
    assert_string_equal(window_key(&op.arena, &rolling), "1h30m");
    rolling.offset_ms = 7 * 86400000LL;
    assert_string_equal(window_key(&op.arena, &rolling), "1h30m-7d");
    struct window day = {
        .kind = WINDOW_CALENDAR, .unit = WINDOW_DAY, .offset = -1, .from_min = 540, .to_min = 720};
    assert_string_equal(window_key(&op.arena, &day), "day-1 09:00-12:00");
    struct window week = {.kind = WINDOW_CALENDAR, .unit = WINDOW_WEEK};
    assert_string_equal(window_key(&op.arena, &week), "week+0");
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rolling_windows_are_real_time),
        cmocka_unit_test(a_day_has_23_or_25_hours_when_clocks_change),
        cmocka_unit_test(times_of_day_that_clocks_jump_over_or_repeat),
        cmocka_unit_test(yesterday_nine_to_twelve_in_shanghai),
        cmocka_unit_test(weeks_begin_on_monday_and_months_on_the_first),
        cmocka_unit_test(keys_name_a_window_over_rounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
