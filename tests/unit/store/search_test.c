#include "fixture.h"

#include <string.h>

static size_t found(struct fixture *f, enum search_kind kind, const char *text)
{
    struct store_search_ask ask = {.kind = kind, .text = text};
    struct store_hit_list list;
    succeeds(&f->op, store_search(&f->op, f->store, &ask, (struct store_page){0}, &list));
    return list.n;
}

static void chinese_words_of_two_characters_are_found_anywhere(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 3);
    take_all(f, NULL);
    give(f, shot_at(f, row, 1).row, VERDICT_ABNORMAL, "网关延迟过高，P99 超过 800ms");
    give(f, shot_at(f, row, 2).row, VERDICT_NORMAL, "正常");
    assert_int_equal(found(f, SEARCH_VERDICT, "延迟"), 1);
    assert_int_equal(found(f, SEARCH_VERDICT, "网关延迟"), 1);
    assert_int_equal(found(f, SEARCH_VERDICT, "高"), 1);
    assert_int_equal(found(f, SEARCH_VERDICT, "延"), 1);
    assert_int_equal(found(f, SEARCH_VERDICT, "关迟"), 0);
    assert_int_equal(found(f, SEARCH_VERDICT, "p99"), 1);
    assert_int_equal(found(f, SEARCH_VERDICT, "延迟 P99"), 1);
    assert_int_equal(found(f, SEARCH_VERDICT, "延迟 P95"), 0);
    assert_int_equal(found(f, SEARCH_VERDICT, "p99延迟"), 1);
}

static void words_match_from_their_beginning_and_signs_do_no_harm(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 1);
    take_all(f, NULL);
    give(f, shot_at(f, row, 1).row, VERDICT_NORMAL, "the gateway's café (OPS-131)");
    assert_int_equal(found(f, SEARCH_VERDICT, "gate"), 1);
    assert_int_equal(found(f, SEARCH_VERDICT, "way"), 0);
    assert_int_equal(found(f, SEARCH_VERDICT, "cafe"), 1);
    assert_int_equal(found(f, SEARCH_VERDICT, "OPS-131"), 1);
    assert_int_equal(found(f, SEARCH_VERDICT, "\"gate\" OR body:* NOT ("), 0);
    assert_int_equal(found(f, SEARCH_VERDICT, "\" * ( )"), 0);
    assert_int_equal(found(f, SEARCH_VERDICT, ""), 0);
    assert_int_equal(found(f, SEARCH_VERDICT, "\xff\xfe"), 0);
}

static void plans_panels_and_people_are_found_by_their_newest_name(void **state)
{
    struct fixture *f = *state;
    make_round(f, 1000000, 2);
    assert_int_equal(found(f, SEARCH_PLAN, "交易"), 1);
    f->plan.name = "支付";
    succeeds(&f->op, store_plan_set(&f->op, f->store, &f->plan, &f->source.row, 1));
    assert_int_equal(found(f, SEARCH_PLAN, "交易"), 0);
    assert_int_equal(found(f, SEARCH_PLAN, "支付"), 1);
    assert_int_equal(found(f, SEARCH_PANEL, "使用率"), 2);
    assert_int_equal(found(f, SEARCH_PANEL, "cpu 网关"), 2);
    assert_int_equal(found(f, SEARCH_PERSON, "韩梅"), 1);
    assert_int_equal(found(f, SEARCH_PERSON, "LI"), 1);
}

static void filters_pages_and_rights_narrow_the_hits(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 5);
    take_all(f, NULL);
    for (int i = 1; i <= 5; i++)
        give(f, shot_at(f, row, i).row, i < 3 ? VERDICT_ABNORMAL : VERDICT_NORMAL, "看过");
    struct store_search_ask ask = {.kind = SEARCH_VERDICT, .text = "看过",
                                   .verdict = VERDICT_ABNORMAL};
    struct store_hit_list list;
    succeeds(&f->op, store_search(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[0].text, "看过");
    ask.verdict = VERDICT_NONE;
    succeeds(&f->op, store_search(&f->op, f->store, &ask, (struct store_page){.limit = 3}, &list));
    assert_int_equal(list.n, 3);
    succeeds(&f->op, store_search(&f->op, f->store, &ask,
                                  (struct store_page){.limit = 3, .cursor = list.next}, &list));
    assert_int_equal(list.n, 2);
    assert_null(list.next);
    ask.from_ms = 5001;
    succeeds(&f->op, store_search(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 0);
    ask.from_ms = 0;
    ask.by_row = f->second.row;
    succeeds(&f->op, store_search(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 0);
    ask.by_row = 0;
    f->second.sees_all = false;
    succeeds(&f->op, store_user_set(&f->op, f->store, &f->second));
    ask.user_row = f->second.row;
    succeeds(&f->op, store_search(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 0);
    succeeds(&f->op, store_user_set_sources(&f->op, f->store, f->second.row, &f->source.row, 1));
    succeeds(&f->op, store_search(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(chinese_words_of_two_characters_are_found_anywhere),
        TEST(words_match_from_their_beginning_and_signs_do_no_harm),
        TEST(plans_panels_and_people_are_found_by_their_newest_name),
        TEST(filters_pages_and_rights_narrow_the_hits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
