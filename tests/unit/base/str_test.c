#include "../test.h"

#include "base/str.h"

static void past_the_ceiling_nothing_is_added(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 5);
    str_adds(&s, "abc");
    str_addf(&s, "%d", 12345);
    assert_true(s.is_full);
    assert_string_equal(s.p, "abc");
    str_adds(&s, "d"); /* sticky, though it would fit */
    assert_string_equal(s.p, "abc");
    str_fini(&s);
}

static void grows_to_its_ceiling(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 100000);
    for (int i = 0; i < 100000; i++)
        str_addc(&s, 'x');
    assert_false(s.is_full);
    assert_int_equal(s.n, 100000);
    str_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(past_the_ceiling_nothing_is_added),
        cmocka_unit_test(grows_to_its_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
