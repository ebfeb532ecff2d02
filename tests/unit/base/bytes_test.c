#include "../test.h"

#include "base/bytes.h"

static void numbers_are_strict(void **state)
{
    (void)state;
    int64_t n;
    assert_true(bytes_to_i64(BYTES("-42"), &n) && n == -42);
    assert_true(bytes_to_i64(BYTES("9223372036854775807"), &n) && n == INT64_MAX);
    const char *bad[] = {"", "-", "+1", " 1", "1 ", "0x10", "1e3", "9223372036854775808", "1.0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(bytes_to_i64(bytes_of(bad[i]), &n));
    double d;
    assert_true(bytes_to_double(BYTES("1.5e3"), &d) && d == 1500);
    const char *bad_reals[] = {"", "nan", "inf", "0x1p3", "1,5", "1e999", "--1"};
    for (size_t i = 0; i < sizeof bad_reals / sizeof *bad_reals; i++)
        assert_false(bytes_to_double(bytes_of(bad_reals[i]), &d));
}

static void split_gives_every_piece_once(void **state)
{
    (void)state;
    struct bytes rest = BYTES("a,,b"), piece;
    assert_true(bytes_split(&rest, ',', &piece) && bytes_eq_s(piece, "a"));
    assert_true(bytes_split(&rest, ',', &piece) && bytes_eq_s(piece, ""));
    assert_true(bytes_split(&rest, ',', &piece) && bytes_eq_s(piece, "b"));
    assert_false(bytes_split(&rest, ',', &piece));
}

static void utf8_is_checked(void **state)
{
    (void)state;
    assert_true(bytes_is_utf8(BYTES("巡检 ok 😀")));
    assert_false(bytes_is_utf8(BYTES("\xc0\xaf")));         /* overlong */
    assert_false(bytes_is_utf8(BYTES("\xed\xa0\x80")));     /* surrogate */
    assert_false(bytes_is_utf8(BYTES("\xf4\x90\x80\x80"))); /* beyond U+10FFFF */
    assert_false(bytes_is_utf8(BYTES("\xe5\xb7")));         /* cut */
    assert_false(bytes_is_utf8(BYTES("a\0b")));
}

static void trim_and_compare(void **state)
{
    (void)state;
    assert_true(bytes_eq_s(bytes_trim(BYTES(" \t a b\r\n")), "a b"));
    assert_true(bytes_eq_nocase(BYTES("X-Auth"), BYTES("x-aUTH")));
    assert_int_equal(bytes_find(BYTES("hello"), BYTES("llo")), 2);
    assert_int_equal(bytes_find(BYTES("hello"), BYTES("xx")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_strict),
        cmocka_unit_test(split_gives_every_piece_once),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(trim_and_compare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
