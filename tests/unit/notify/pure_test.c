/* What needs neither store nor network: rates, words, events. */
#include "../test.h"

#include "notify/rate.h"
#include "notify/text.h"

#include <stdio.h>
#include <string.h>

static void no_window_of_a_minute_holds_more_than_allowed(void **state)
{
    static struct rate rate;
    int64_t sent[200];
    int n = 0;
    for (int64_t now = 0; now < 300000; now += 500) {
        if (rate_take(&rate, "a", 20, now) == 0)
            sent[n++] = now;
    }
    assert_true(n >= 95 && n <= 100);
    for (int i = 20; i < n; i++)
        assert_true(sent[i] - sent[i - 20] >= 60000);
}

static void the_wait_is_exact_and_channels_are_apart(void **state)
{
    static struct rate rate;
    assert_int_equal(rate_take(&rate, "a", 2, 1000), 0);
    assert_int_equal(rate_take(&rate, "a", 2, 2000), 0);
    assert_int_equal(rate_take(&rate, "a", 2, 3000), 58000);
    assert_int_equal(rate_take(&rate, "b", 2, 3000), 0);
    assert_int_equal(rate_take(&rate, "a", 2, 61000), 0);
    assert_int_equal(rate_take(&rate, "c", 0, 61000), 0);
}

static void many_channels_only_forget_the_oldest(void **state)
{
    static struct rate rate;
    char id[16];
    for (int i = 0; i <= RATE_CHANNELS; i++) {
        snprintf(id, sizeof id, "c%d", i);
        assert_int_equal(rate_take(&rate, id, 1, 1000 + i), 0);
    }
    assert_true(rate_take(&rate, "c1", 1, 2000) > 0);
    assert_int_equal(rate_take(&rate, "c0", 1, 2000), 0);
}

static void check_pattern(const char *pattern)
{
    static const char *const known[] = {"plan",     "moment", "total",     "done", "normal",
                                        "abnormal", "failed", "undecided", "due",  "signer",
                                        "summary",  "error",  "count"};
    struct text_value values[13];
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < 13; i++)
        values[i] = (struct text_value){known[i], "x"};
    assert_non_null(pattern);
    assert_true(pattern[0]);
    assert_null(strchr(text_fill(&arena, pattern, values, 13), '{'));
    arena_fini(&arena);
}

static void check_table(const struct text_table *table)
{
    for (int i = 0; i < NOTIFY_EVENT_COUNT; i++) {
        check_pattern(table->title[i]);
        check_pattern(table->lead[i]);
    }
    const char *const rest[] = {table->lead_unprepared,
                                table->plan,
                                table->moment,
                                table->normal,
                                table->abnormal,
                                table->not_applicable,
                                table->undecided,
                                table->failed,
                                table->changed,
                                table->due,
                                table->signer,
                                table->called,
                                table->late,
                                table->yes,
                                table->more,
                                table->link,
                                table->link_home,
                                table->footer,
                                table->failed_shot};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
        check_pattern(rest[i]);
    assert_string_not_equal(text_finding(table, "threshold"), "threshold");
    assert_string_equal(text_finding(table, "of the future"), "of the future");
}

static void both_languages_are_complete(void **state)
{
    check_table(text_of("zh-CN"));
    check_table(text_of("en"));
    assert_ptr_equal(text_of("zh"), text_of("zh-TW"));
    assert_ptr_equal(text_of(NULL), text_of("de"));
}

static void patterns_keep_what_is_no_placeholder(void **state)
{
    struct arena arena;
    struct text_value value = {"plan", "{total}"};
    arena_init(&arena);
    assert_string_equal(text_fill(&arena, "a {plan} {other} } {", &value, 1),
                        "a {total} {other} } {");
    arena_fini(&arena);
}

static void events_have_stable_words(void **state)
{
    enum notify_event event;
    for (int i = 0; i < NOTIFY_EVENT_COUNT; i++) {
        assert_true(notify_event_parse(notify_event_word((enum notify_event)i), &event));
        assert_int_equal(event, i);
    }
    assert_false(notify_event_parse("nothing", &event));
    assert_false(notify_event_parse(NULL, &event));
    assert_int_equal(notify_refuse(false) & FETCH_LINK_LOCAL, FETCH_LINK_LOCAL);
    assert_int_equal(notify_refuse(true) & FETCH_PRIVATE, 0);
    assert_int_equal(notify_refuse(true) & FETCH_LINK_LOCAL, FETCH_LINK_LOCAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_window_of_a_minute_holds_more_than_allowed),
        cmocka_unit_test(the_wait_is_exact_and_channels_are_apart),
        cmocka_unit_test(many_channels_only_forget_the_oldest),
        cmocka_unit_test(both_languages_are_complete),
        cmocka_unit_test(patterns_keep_what_is_no_placeholder),
        cmocka_unit_test(events_have_stable_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
