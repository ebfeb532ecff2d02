#include "fixture.h"

static void retention_takes_pictures_and_leaves_rows_and_hashes(void **state)
{
    struct fixture *f = *state;
    int rounds, shots;
    struct store_blob_ref *refs;
    size_t n;
    int64_t old = make_round(f, 1000, 3);
    take_all(f, NULL);
    int64_t young = make_round(f, 9000, 3);
    take_all(f, NULL);
    give(f, shot_at(f, old, 2).row, VERDICT_ABNORMAL, "x");
    struct store_blob_ref before = shot_at(f, old, 1).picture;
    struct store_weight weight;
    succeeds(&f->op, store_archive_weight(&f->op, f->store, &weight));
    assert_int_equal(weight.blobs, 7); /* six pictures, one small picture that all share */
    assert_int_equal(weight.shots, 6);

    int64_t due, due_bytes;
    succeeds(&f->op, store_archive_due(&f->op, f->store, f->plan.row, 5000, &due, &due_bytes));
    assert_int_equal(due, 1);
    assert_true(due_bytes > 0 && due_bytes < weight.blob_bytes);
    struct store_expire_ask ask = {.plan_row = f->plan.row, .before_ms = 5000, .max = 10,
                                   .now_ms = 100000};
    succeeds(&f->op, store_archive_expire(&f->op, f->store, &ask, &rounds, &shots));
    assert_int_equal(rounds, 1);
    assert_int_equal(shots, 2);
    assert_true(shot_at(f, old, 1).is_expired);
    assert_true(blob_key_eq(shot_at(f, old, 1).picture.key, before.key));
    assert_false(shot_at(f, old, 2).is_expired); /* abnormal: kept longer */
    assert_false(shot_at(f, young, 1).is_expired);
    succeeds(&f->op, store_archive_expire(&f->op, f->store, &ask, &rounds, &shots));
    assert_int_equal(rounds, 0);
    ask.abnormal_before_ms = 5000;
    succeeds(&f->op, store_archive_expire(&f->op, f->store, &ask, &rounds, &shots));
    assert_int_equal(shots, 1);

    succeeds(&f->op, store_archive_list_free(&f->op, f->store, 100000, 10, &refs, &n));
    assert_int_equal(n, 0); /* not yet */
    succeeds(&f->op, store_archive_list_free(&f->op, f->store, 100001, 10, &refs, &n));
    assert_int_equal(n, 3);
    succeeds(&f->op, store_archive_forget(&f->op, f->store, refs, n, 100002));
    succeeds(&f->op, store_archive_weight(&f->op, f->store, &weight));
    assert_int_equal(weight.blobs, 4);
    assert_int_equal(weight.free_blobs, 0);
    bool known[2];
    struct blob_key keys[2] = {before.key, shot_at(f, young, 1).picture.key};
    succeeds(&f->op, store_archive_knows(&f->op, f->store, keys, 2, known));
    assert_false(known[0]);
    assert_true(known[1]);
}

static void a_held_round_is_left_alone(void **state)
{
    struct fixture *f = *state;
    int rounds, shots;
    int64_t plan, moment, row = make_round(f, 1000, 1);
    take_all(f, NULL);
    succeeds(&f->op, store_archive_oldest(&f->op, f->store, false, &plan, &moment));
    assert_int_equal(moment, 1000);
    succeeds(&f->op, store_round_set_held(&f->op, f->store, row, true));
    struct store_expire_ask ask = {.plan_row = f->plan.row, .before_ms = 5000, .max = 10,
                                   .now_ms = 1};
    succeeds(&f->op, store_archive_expire(&f->op, f->store, &ask, &rounds, &shots));
    assert_int_equal(rounds, 0);
    succeeds(&f->op, store_archive_oldest(&f->op, f->store, false, &plan, &moment));
    assert_int_equal(plan, 0);
}

static void a_blob_that_comes_back_is_known_again(void **state)
{
    struct fixture *f = *state;
    int rounds, shots;
    struct store_blob_ref *refs;
    size_t n;
    make_round(f, 1000, 1);
    take_all(f, NULL);
    struct store_expire_ask ask = {.plan_row = f->plan.row, .before_ms = 5000, .max = 10,
                                   .now_ms = 1};
    succeeds(&f->op, store_archive_expire(&f->op, f->store, &ask, &rounds, &shots));
    succeeds(&f->op, store_archive_list_free(&f->op, f->store, 9, 10, &refs, &n));
    assert_int_equal(n, 2);
    make_round(f, 6000, 1); /* shares the small picture */
    take_all(f, NULL);
    succeeds(&f->op, store_archive_forget(&f->op, f->store, refs, n, 10));
    bool known;
    struct blob_key key = blob_of("the same small picture").key;
    succeeds(&f->op, store_archive_knows(&f->op, f->store, &key, 1, &known));
    assert_true(known);
    const char *shot;
    succeeds(&f->op, store_archive_user_of(&f->op, f->store, key, &shot));
    assert_true(*shot);
    int64_t cursor = 0;
    succeeds(&f->op, store_archive_list(&f->op, f->store, &cursor, 10, &refs, &n));
    assert_int_equal(n, 2);
    assert_int_equal(cursor, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(retention_takes_pictures_and_leaves_rows_and_hashes),
        TEST(a_held_round_is_left_alone),
        TEST(a_blob_that_comes_back_is_known_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
