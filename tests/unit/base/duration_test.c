#include "../test.h"

#include "base/duration.h"

static void durations_are_read_as_go_writes_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {{"90", 90000},     {"90s", 90000}, {"1m30s", 90000},
                {"1.5h", 5400000}, {"500ms", 500}, {"1500us", 2},
                {"7d", 604800000}, {"0", 0},       {"0.4ms", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = -1;
        assert_true(duration_parse(bytes_of(rows[i].text), &ms));
        assert_int_equal(ms, rows[i].ms);
    }
}

static void sizes_are_read_in_both_thousands(void **state)
{
    (void)state;
    int64_t n;
    assert_true(size_parse(BYTES("64MiB"), &n) && n == 64 << 20);
    assert_true(size_parse(BYTES("10MB"), &n) && n == 10000000);
    assert_true(size_parse(BYTES("1.5 KiB"), &n) && n == 1536);
    assert_true(size_parse(BYTES("4096"), &n) && n == 4096);
}

static void what_is_neither_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "s",   "-1s", "1 fortnight",
                                      "1.2.3s", "1e3", "nan", "9999999999999999999999d"};
    int64_t n;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(duration_parse(bytes_of(bad[i]), &n));
        assert_false(size_parse(bytes_of(bad[i]), &n));
    }
    assert_false(size_parse(BYTES("9999999999999999999999GiB"), &n));
    assert_false(size_parse(BYTES("1GiB1MiB"), &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_as_go_writes_them),
        cmocka_unit_test(sizes_are_read_in_both_thousands),
        cmocka_unit_test(what_is_neither_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
