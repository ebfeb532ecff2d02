#include "fixture.h"

#include <math.h>
#include <string.h>

static size_t claim(struct fixture *f, const char *worker, int64_t now, int max,
                    struct store_claimed **out)
{
    size_t n;
    struct store_claim_ask ask = {.worker = worker, .now_ms = now, .lease_until_ms = now + 100,
                                  .max = max};
    succeeds(&f->op, store_shot_claim(&f->op, f->store, &ask, out, &n));
    return n;
}

static void a_round_goes_from_preparing_to_review_with_its_last_shot(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 12);
    assert_int_equal(round_of(f, row).state, ROUND_RUNNING);
    take_all(f, "3");
    struct store_round r = round_of(f, row);
    assert_int_equal(r.state, ROUND_REVIEW);
    assert_int_equal(r.total, 12);
    assert_int_equal(r.done, 11);
    assert_int_equal(r.failed, 1);
    assert_int_equal(r.undecided, 12);
    assert_true(r.bytes > 0);
    struct store_shot s = shot_at(f, row, 3);
    assert_int_equal(s.state, SHOT_FAILED);
    assert_string_equal(s.error_word, "panel_missing");
    s = shot_at(f, row, 4);
    assert_int_equal(s.picture.size, strlen("picture of ") + strlen(s.id));
    assert_int_equal(s.series_n, 1);
    assert_true(s.series[0].max == 93 && isnan(s.series[0].mean));
}

static void a_worker_gets_a_whole_visit_and_no_other_gets_any_of_it(void **state)
{
    struct fixture *f = *state;
    struct store_claimed *a, *b;
    make_round(f, 1000000, 25);
    assert_int_equal(claim(f, "a", 1000, 100, &a), 10);
    assert_int_equal(claim(f, "b", 1000, 7, &b), 7);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(a[i].visit, 0);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(b[i].visit, 1);
    assert_string_equal(a[0].dashboard_uid, "gateway");
    assert_string_equal(a[0].panel_key, "1");
    assert_int_equal(a[0].attempts, 1);
}

static void an_outcome_counts_once_and_only_for_the_newest_claim(void **state)
{
    struct fixture *f = *state;
    struct store_claimed *a, *b;
    bool is_last;
    int n;
    int64_t row = make_round(f, 1000000, 1);
    assert_int_equal(claim(f, "a", 1000, 10, &a), 1);
    succeeds(&f->op, store_shot_reclaim(&f->op, f->store, 1100, &n));
    assert_int_equal(n, 0); /* the lease is still good */
    succeeds(&f->op, store_shot_reclaim(&f->op, f->store, 1101, &n));
    assert_int_equal(n, 1);
    assert_int_equal(claim(f, "b", 2000, 10, &b), 1);
    assert_int_equal(b[0].attempts, 2);
    struct store_outcome o = {.row = a[0].row, .claim = a[0].claim, .state = SHOT_DONE,
                              .change_score = NAN};
    fails_with(&f->op, store_shot_complete(&f->op, f->store, &o, &is_last), ERR_CONFLICT);
    o.claim = b[0].claim;
    succeeds(&f->op, store_shot_complete(&f->op, f->store, &o, &is_last));
    assert_true(is_last);
    fails_with(&f->op, store_shot_complete(&f->op, f->store, &o, &is_last), ERR_CONFLICT);
    assert_int_equal(round_of(f, row).done, 1);
}

static void what_rests_is_not_claimed_before_its_time(void **state)
{
    struct fixture *f = *state;
    struct store_claimed *a;
    int64_t due;
    make_round(f, 1000000, 1);
    assert_int_equal(claim(f, "a", 1000, 10, &a), 1);
    succeeds(&f->op, store_shot_put_back(&f->op, f->store, a[0].row, a[0].claim, 5000, "timeout",
                                         "no answer"));
    assert_int_equal(claim(f, "a", 4999, 10, &a), 0);
    succeeds(&f->op, store_shot_next_due(&f->op, f->store, &due));
    assert_int_equal(due, 5000);
    assert_int_equal(claim(f, "a", 5000, 10, &a), 1);
    assert_int_equal(a[0].attempts, 2);
    /* An orderly stop costs no attempt. */
    succeeds(&f->op, store_shot_put_back(&f->op, f->store, a[0].row, a[0].claim, 0, NULL, NULL));
    assert_int_equal(claim(f, "a", 5000, 10, &a), 1);
    assert_int_equal(a[0].attempts, 2);
    fails_with(&f->op, store_shot_put_back(&f->op, f->store, a[0].row, a[0].claim - 1, 0, "x", "y"),
               ERR_CONFLICT);
}

static void sources_that_are_full_paused_or_blocked_are_left_alone(void **state)
{
    struct fixture *f = *state;
    struct store_claimed *a;
    size_t n;
    make_round(f, 1000000, 30);
    f->source.parallel_max = 1;
    succeeds(&f->op, store_source_set(&f->op, f->store, &f->source));
    assert_int_equal(claim(f, "a", 1000, 10, &a), 10);
    assert_int_equal(claim(f, "b", 1000, 10, &a), 0);
    f->source.parallel_max = 0;
    succeeds(&f->op, store_source_set(&f->op, f->store, &f->source));
    struct store_claim_ask ask = {.worker = "b", .now_ms = 1000, .lease_until_ms = 2000, .max = 10,
                                  .blocked = &f->source.row, .blocked_n = 1};
    succeeds(&f->op, store_shot_claim(&f->op, f->store, &ask, &a, &n));
    assert_int_equal(n, 0);
    f->source.is_paused = true;
    succeeds(&f->op, store_source_set(&f->op, f->store, &f->source));
    assert_int_equal(claim(f, "b", 1000, 10, &a), 0);
    f->source.is_paused = false;
    succeeds(&f->op, store_source_set(&f->op, f->store, &f->source));
    assert_int_equal(claim(f, "b", 1000, 10, &a), 10);
}

static void the_same_panel_and_window_twice_is_refused_and_nothing_stays(void **state)
{
    struct fixture *f = *state;
    struct store_round r = {.plan_row = f->plan.row, .plan_version = 1, .trigger = ROUND_BY_API,
                            .moment_ms = 5};
    succeeds(&f->op, store_round_add(&f->op, f->store, &r));
    struct store_shot_new shot = {.source_row = f->source.row, .dashboard_uid = "d",
                                  .panel_key = "1", .window_key = "6h"};
    struct store_shot_new twice[] = {shot, shot};
    fails_with(&f->op, store_round_fill(&f->op, f->store, r.row, twice, 2), ERR_UNPROCESSABLE);
    assert_int_equal(round_of(f, r.row).state, ROUND_PREPARING);
    succeeds(&f->op, store_round_fill(&f->op, f->store, r.row, twice, 1));
    fails_with(&f->op, store_round_fill(&f->op, f->store, r.row, twice, 1), ERR_CONFLICT);
    assert_int_equal(round_of(f, r.row).total, 1);
}

static void a_schedule_makes_each_round_once(void **state)
{
    struct fixture *f = *state;
    struct store_round r = {.plan_row = f->plan.row, .plan_version = 1,
                            .trigger = ROUND_BY_SCHEDULE, .moment_ms = 777};
    struct store_round again = r;
    succeeds(&f->op, store_round_add(&f->op, f->store, &r));
    fails_with(&f->op, store_round_add(&f->op, f->store, &again), ERR_CONFLICT);
    again.trigger = ROUND_BY_HAND;
    succeeds(&f->op, store_round_add(&f->op, f->store, &again));
}

static void cancelling_lets_claimed_shots_end_or_takes_them_too(void **state)
{
    struct fixture *f = *state;
    struct store_claimed *a;
    bool is_last;
    int64_t row = make_round(f, 1000000, 15);
    assert_int_equal(claim(f, "a", 1000, 10, &a), 10);
    succeeds(&f->op, store_round_cancel(&f->op, f->store, row, false));
    struct store_outcome o = {.row = a[0].row, .claim = a[0].claim, .state = SHOT_DONE,
                              .change_score = NAN};
    succeeds(&f->op, store_shot_complete(&f->op, f->store, &o, &is_last));
    assert_false(is_last);
    succeeds(&f->op, store_shot_put_back(&f->op, f->store, a[1].row, a[1].claim, 0, "x", "y"));
    struct store_round r = round_of(f, row);
    assert_int_equal(r.state, ROUND_CANCELLED);
    assert_int_equal(r.done, 1);
    assert_int_equal(r.cancelled, 6);
    int n;
    succeeds(&f->op, store_shot_reclaim(&f->op, f->store, INT64_MAX, &n));
    assert_int_equal(n, 0);
    r = round_of(f, row);
    assert_int_equal(r.done + r.cancelled, r.total);
    fails_with(&f->op, store_round_cancel(&f->op, f->store, row, true), ERR_CONFLICT);
    assert_int_equal(claim(f, "a", 9000, 10, &a), 0);
}

static void a_retake_goes_first_and_keeps_what_was(void **state)
{
    struct fixture *f = *state;
    struct store_claimed *a;
    struct store_take *takes;
    size_t n;
    int64_t row = make_round(f, 1000000, 12);
    take_all(f, "12");
    make_round(f, 2000000, 5);
    struct store_shot s = shot_at(f, row, 2);
    give(f, s.row, VERDICT_ABNORMAL, NULL);
    assert_int_equal(round_of(f, row).abnormal, 1);
    succeeds(&f->op, store_shot_retake(&f->op, f->store, s.row));
    fails_with(&f->op, store_shot_retake(&f->op, f->store, s.row), ERR_CONFLICT);
    struct store_round r = round_of(f, row);
    assert_int_equal(r.state, ROUND_RUNNING);
    assert_int_equal(r.abnormal, 0);
    assert_int_equal(r.done, 10);
    assert_int_equal(r.undecided, 11);
    int failed;
    succeeds(&f->op, store_shot_retake_failed(&f->op, f->store, row, &failed));
    assert_int_equal(failed, 1);
    assert_int_equal(claim(f, "a", 1000, 10, &a), 1);
    assert_int_equal(a[0].row, s.row);
    succeeds(&f->op, store_shot_takes(&f->op, f->store, s.row, &takes, &n));
    assert_int_equal(n, 1);
    assert_true(blob_key_eq(takes[0].picture.key, s.picture.key));
}

static void a_pages_walk_meets_every_shot_once(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 25);
    take_all(f, "7");
    enum store_shot_order orders[] = {SHOTS_BY_POSITION, SHOTS_BY_CHANGE};
    for (size_t o = 0; o < 2; o++) {
        struct store_shot_ask ask = {.round_row = row, .order = orders[o]};
        struct store_page page = {.limit = 4};
        bool seen[26] = {false};
        int n = 0;
        do {
            struct store_shot_list list;
            succeeds(&f->op, store_shot_list(&f->op, f->store, &ask, page, &list));
            for (size_t i = 0; i < list.n; i++, n++) {
                assert_false(seen[list.items[i].pos]);
                seen[list.items[i].pos] = true;
            }
            page.cursor = list.next;
        } while (page.cursor);
        assert_int_equal(n, 25);
    }
    struct store_shot_ask failed = {.round_row = row, .states = 1u << SHOT_FAILED};
    struct store_shot_list list;
    succeeds(&f->op, store_shot_list(&f->op, f->store, &failed, (struct store_page){0}, &list));
    assert_int_equal(list.n, 1);
    assert_int_equal(list.items[0].pos, 7);
    fails_with(&f->op,
               store_shot_list(&f->op, f->store, &failed, (struct store_page){.cursor = "1;2"},
                               &list), ERR_BAD_INPUT);
}

static void since_a_stamp_only_what_changed_is_listed(void **state)
{
    struct fixture *f = *state;
    struct store_shot_list list;
    int64_t row = make_round(f, 1000000, 10);
    take_all(f, NULL);
    struct store_shot_ask ask = {.round_row = row, .after_stamp = round_of(f, row).stamp};
    struct store_shot s = shot_at(f, row, 5);
    give(f, s.row, VERDICT_NORMAL, NULL);
    succeeds(&f->op, store_shot_list(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 1);
    assert_int_equal(list.items[0].pos, 5);
    assert_int_equal(list.items[0].verdict, VERDICT_NORMAL);
    assert_string_equal(list.items[0].verdict_by, "李雷");
}

static void history_and_references_follow_one_panel(void **state)
{
    struct fixture *f = *state;
    const int64_t day = 86400000, start = 1000 * day;
    int64_t rounds[9];
    for (int i = 0; i < 9; i++) {
        rounds[i] = make_round(f, start + i * day, 2);
        take_all(f, NULL);
    }
    struct store_shot s = shot_at(f, rounds[8], 1), ref;
    struct store_history_ask ask = {.panel_row = s.panel_row, .window_row = s.window_row,
                                    .with_series = true};
    struct store_shot_list list;
    succeeds(&f->op, store_shot_history(&f->op, f->store, &ask, (struct store_page){.limit = 5},
                                        &list));
    assert_int_equal(list.n, 5);
    assert_int_equal(list.items[0].row, s.row);
    assert_int_equal(list.items[1].moment_ms, start + 7 * day);
    assert_int_equal(list.items[1].series_n, 1);
    succeeds(&f->op, store_shot_history(&f->op, f->store, &ask,
                                        (struct store_page){.limit = 5, .cursor = list.next},
                                        &list));
    assert_int_equal(list.n, 4);
    assert_null(list.next);

    succeeds(&f->op, store_shot_reference(&f->op, f->store, s.row, REFERENCE_PREVIOUS, &ref));
    assert_int_equal(ref.round_row, rounds[7]);
    succeeds(&f->op, store_shot_reference(&f->op, f->store, s.row, REFERENCE_WEEK, &ref));
    assert_int_equal(ref.round_row, rounds[1]);
    succeeds(&f->op, store_shot_reference(&f->op, f->store, s.row, REFERENCE_NORMAL, &ref));
    assert_int_equal(ref.row, 0);
    give(f, shot_at(f, rounds[4], 1).row, VERDICT_NORMAL, NULL);
    succeeds(&f->op, store_shot_reference(&f->op, f->store, s.row, REFERENCE_NORMAL, &ref));
    assert_int_equal(ref.round_row, rounds[4]);
    struct store_shot pinned = shot_at(f, rounds[2], 1);
    succeeds(&f->op, store_pin_set(&f->op, f->store, f->plan.row, s.panel_row, s.window_row,
                                   pinned.row, f->user.row));
    succeeds(&f->op, store_shot_reference(&f->op, f->store, s.row, REFERENCE_PINNED, &ref));
    assert_int_equal(ref.row, pinned.row);
}

static void many_shots_make_one_round(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 10000);
    struct store_shot s = shot_at(f, row, 10000);
    assert_string_equal(s.panel_key, "10000");
    struct store_queue queue;
    succeeds(&f->op, store_shot_queue(&f->op, f->store, 0, &queue));
    assert_int_equal(queue.waiting, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_round_goes_from_preparing_to_review_with_its_last_shot),
        TEST(a_worker_gets_a_whole_visit_and_no_other_gets_any_of_it),
        TEST(an_outcome_counts_once_and_only_for_the_newest_claim),
        TEST(what_rests_is_not_claimed_before_its_time),
        TEST(sources_that_are_full_paused_or_blocked_are_left_alone),
        TEST(the_same_panel_and_window_twice_is_refused_and_nothing_stays),
        TEST(a_schedule_makes_each_round_once),
        TEST(cancelling_lets_claimed_shots_end_or_takes_them_too),
        TEST(a_retake_goes_first_and_keeps_what_was),
        TEST(a_pages_walk_meets_every_shot_once),
        TEST(since_a_stamp_only_what_changed_is_listed),
        TEST(history_and_references_follow_one_panel),
        TEST(many_shots_make_one_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
