#include "fixture.h"

#include <string.h>

static void a_verdict_moves_the_counters_and_the_newest_counts(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 3);
    take_all(f, "3");
    give(f, shot_at(f, row, 1).row, VERDICT_NORMAL, NULL);
    give(f, shot_at(f, row, 2).row, VERDICT_ABNORMAL, "延迟过高");
    give(f, shot_at(f, row, 3).row, VERDICT_NOT_APPLICABLE, NULL);
    struct store_round r = round_of(f, row);
    assert_int_equal(r.normal, 1);
    assert_int_equal(r.abnormal, 1);
    assert_int_equal(r.not_applicable, 1);
    assert_int_equal(r.undecided, 0);
    give(f, shot_at(f, row, 2).row, VERDICT_WITHDRAWN, NULL);
    give(f, shot_at(f, row, 1).row, VERDICT_COMMENT, "看过了");
    r = round_of(f, row);
    assert_int_equal(r.abnormal, 0);
    assert_int_equal(r.undecided, 1);
    struct store_shot s = shot_at(f, row, 1);
    assert_int_equal(s.verdict, VERDICT_NORMAL);
    assert_int_equal(s.comments, 1);
}

static void a_second_person_is_told_of_the_first(void **state)
{
    struct fixture *f = *state;
    size_t given;
    int64_t row = make_round(f, 1000000, 1);
    take_all(f, NULL);
    struct store_shot s = shot_at(f, row, 1);
    struct store_verdict_item item = {.shot_row = s.row, .version = s.verdict_version};
    struct store_verdict a = {.kind = VERDICT_NORMAL, .how = VERDICT_SINGLE,
                              .user_row = f->user.row, .given_ms = 1};
    struct store_verdict b = {.kind = VERDICT_ABNORMAL, .how = VERDICT_SINGLE,
                              .user_row = f->second.row, .given_ms = 2};
    succeeds(&f->op, store_verdict_add(&f->op, f->store, &a, &item, 1, &given));
    fails_with(&f->op, store_verdict_add(&f->op, f->store, &b, &item, 1, &given), ERR_CONFLICT);
    assert_int_equal(shot_at(f, row, 1).verdict, VERDICT_NORMAL);
}

static void in_bulk_the_changed_ones_are_left_out(void **state)
{
    struct fixture *f = *state;
    size_t given;
    struct store_verdict_item items[4];
    int64_t row = make_round(f, 1000000, 4);
    take_all(f, NULL);
    for (int i = 0; i < 4; i++) {
        struct store_shot s = shot_at(f, row, i + 1);
        items[i] = (struct store_verdict_item){s.row, s.verdict_version};
    }
    give(f, items[1].shot_row, VERDICT_ABNORMAL, "x");
    struct store_verdict v = {.kind = VERDICT_NORMAL, .how = VERDICT_BULK, .bulk = "b1",
                              .user_row = f->user.row, .given_ms = 9000};
    succeeds(&f->op, store_verdict_add(&f->op, f->store, &v, items, 4, &given));
    assert_int_equal(given, 3);
    struct store_round r = round_of(f, row);
    assert_int_equal(r.normal, 3);
    assert_int_equal(r.abnormal, 1);
    struct store_verdict_list list;
    struct store_verdict_ask ask = {.round_row = row};
    succeeds(&f->op, store_verdict_list(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 4);
    assert_string_equal(list.items[0].bulk, "b1");
}

static void a_shot_without_an_outcome_takes_no_verdict(void **state)
{
    struct fixture *f = *state;
    size_t given;
    int64_t row = make_round(f, 1000000, 1);
    struct store_verdict v = {.kind = VERDICT_NORMAL, .how = VERDICT_SINGLE,
                              .user_row = f->user.row};
    struct store_verdict_item item = {shot_at(f, row, 1).row, -1};
    fails_with(&f->op, store_verdict_add(&f->op, f->store, &v, &item, 1, &given),
               ERR_UNPROCESSABLE);
}

static void the_chain_fits_until_somebody_edits_the_file(void **state)
{
    struct fixture *f = *state;
    int64_t bad, n, row = make_round(f, 1000000, 3);
    take_all(f, NULL);
    for (int i = 1; i <= 3; i++)
        give(f, shot_at(f, row, i).row, VERDICT_NORMAL, i == 2 ? "两句话" : NULL);
    succeeds(&f->op, store_verdict_verify(&f->op, f->store, row, &bad, &n));
    assert_int_equal(bad, 0);
    assert_int_equal(n, 3);
    run_sql(f, "DROP TRIGGER verdicts_keep; UPDATE verdicts SET comment = '一句话' WHERE seq = 2");
    succeeds(&f->op, store_verdict_verify(&f->op, f->store, row, &bad, &n));
    assert_int_equal(bad, 2);
}

static void known_issues_show_on_the_panels_later_shots_until_their_date(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 2);
    take_all(f, NULL);
    struct store_shot s = shot_at(f, row, 1);
    struct store_known k = {.panel_row = s.panel_row, .text = "已知问题 OPS-131",
                            .user_row = f->user.row, .from_ms = 1, .until_ms = INT64_MAX};
    struct store_known past = k, *list;
    size_t n;
    past.until_ms = 1000;
    succeeds(&f->op, store_known_add(&f->op, f->store, &k));
    succeeds(&f->op, store_known_add(&f->op, f->store, &past));
    int64_t next = make_round(f, 2000000, 2);
    assert_int_equal(shot_at(f, next, 1).known, 1);
    assert_int_equal(shot_at(f, next, 2).known, 0);
    succeeds(&f->op, store_known_list(&f->op, f->store, s.panel_row, 0, &list, &n));
    assert_int_equal(n, 2);
    succeeds(&f->op, store_known_list(&f->op, f->store, s.panel_row, 5000, &list, &n));
    assert_int_equal(n, 1);
    succeeds(&f->op, store_known_end(&f->op, f->store, k.row, 6000));
    assert_int_equal(shot_at(f, next, 1).known, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_verdict_moves_the_counters_and_the_newest_counts),
        TEST(a_second_person_is_told_of_the_first),
        TEST(in_bulk_the_changed_ones_are_left_out),
        TEST(a_shot_without_an_outcome_takes_no_verdict),
        TEST(the_chain_fits_until_somebody_edits_the_file),
        TEST(known_issues_show_on_the_panels_later_shots_until_their_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
