#include "../test.h"

#include "base/arena.h"

#include <string.h>

static char order[8];

static void note(void *p)
{
    strncat(order, p, 1);
}

static void deferred_calls_run_newest_first(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    arena_defer(&arena, note, "a");
    arena_defer(&arena, note, "b");
    arena_fini(&arena);
    assert_string_equal(order, "ba");
}

static void memory_is_zeroed_and_text_is_copied(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    char *zero = arena_alloc(&arena, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(zero[i], 0);
    char source[] = "text";
    char *copy = arena_strdup(&arena, source);
    source[0] = 'X';
    assert_string_equal(copy, "text");
    assert_string_equal(arena_fmt(&arena, "%s-%d", copy, 7), "text-7");
    assert_true(arena.used >= 100);
    arena_fini(&arena);
    assert_int_equal(arena.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deferred_calls_run_newest_first),
        cmocka_unit_test(memory_is_zeroed_and_text_is_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
