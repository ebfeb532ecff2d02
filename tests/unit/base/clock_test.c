#include "../test.h"

#include "base/clock.h"

static void iso_text_is_read_back(void **state)
{
    (void)state;
    int64_t ms;
    char text[CLOCK_ISO_MAX];
    assert_int_equal(clock_parse_iso("2026-11-23T08:30:00.123Z", &ms), 0);
    clock_iso(ms, text);
    assert_string_equal(text, "2026-11-23T08:30:00.123Z");
    int64_t east;
    assert_int_equal(clock_parse_iso("2026-11-23T16:30:00.123+08:00", &east), 0);
    assert_int_equal(east, ms);
    assert_int_equal(clock_parse_iso("2026-11-23", &ms), 0);
    clock_iso(ms, text);
    assert_string_equal(text, "2026-11-23T00:00:00.000Z");
}

static void malformed_dates_are_refused(void **state)
{
    (void)state;
    const char *bad[] = {"", "now", "2026-13-01", "2026-02-30", "2026-11-23T25:00:00Z",
                         "2026-11-23T08:30:00+8", "2026/11/23"};
    int64_t ms;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(clock_parse_iso(bad[i], &ms), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_text_is_read_back),
        cmocka_unit_test(malformed_dates_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
