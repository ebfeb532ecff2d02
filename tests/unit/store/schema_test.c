/* Databases of former versions: what they hold is there after the migration, and what was signed
 * still fits its signature. */
#include "fixture.h"

#include <math.h>
#include <string.h>

static int sign(struct op *op, void *ctx, struct bytes hash, unsigned char out[SIGNATURE_SIZE])
{
    (void)op;
    (void)ctx;
    memcpy(out, hash.p, SIGNATURE_SIZE);
    return 0;
}

static const char to_first_schema[] = "DROP TRIGGER shots_frames_signed;\n"
                                      "ALTER TABLE shots DROP COLUMN frames_row;\n"
                                      "ALTER TABLE takes DROP COLUMN frames_row;\n"
                                      "ALTER TABLE shots DROP COLUMN page;\n"
                                      "DROP TABLE plan_reach;\n"
                                      "DROP INDEX sessions_id;\n"
                                      "ALTER TABLE sessions DROP COLUMN id;\n"
                                      "CREATE TABLE usage_days (day_ms INTEGER);\n"
                                      "DELETE FROM schema_versions WHERE number > 1;";

static struct store_signoff sign_round(struct fixture *f, int64_t row)
{
    struct store_signoff o = {.round_row = row, .is_final = true, .user_row = f->user.row,
                              .summary = "一切正常", .reasons = "旧版本", .signed_ms = 9000,
                              .key_id = "k1"};
    succeeds(&f->op, store_signoff_add(&f->op, f->store, &o, sign, NULL));
    return o;
}

static void open_with(struct fixture *f, enum store_mode mode, int expected)
{
    struct store_conf conf = {.dir = f->dir, .mode = mode};
    assert_int_equal(store_open(&f->op, &conf, &f->store), expected);
}

static void a_round_signed_under_the_first_schema_still_fits_its_seal(void **state)
{
    struct fixture *f = *state;
    struct store_seal seal;
    struct bytes text;
    bool sees = true;
    int64_t row = make_round(f, 1000000, 3);
    take_all(f, NULL);
    struct store_signoff o = sign_round(f, row);
    store_close(f->store);
    f->store = NULL; /* what the end of the test closes, should it not open again */
    run_sql(f, to_first_schema);

    open_with(f, STORE_GUEST, -1); /* a command beside a daemon must not change the schema */
    assert_non_null(strstr(f->op.err_text, "older schema 1"));
    fails_with(&f->op, -1, ERR_STORAGE);
    open_with(f, STORE_OWNER, 0);
    succeeds(&f->op, store_signoff_seal(&f->op, f->store, row, &seal));
    assert_string_equal(seal.shots, o.shots);
    succeeds(&f->op, store_signoff_text(&f->op, f->store, row, &text));
    assert_true(bytes_find(text, BYTES("\ndata 0 \n")) > 0);
    assert_int_equal(bytes_find(text, BYTES("\nframes ")), -1);
    assert_int_equal(shot_at(f, row, 2).frames.size, 0);
    assert_true(shot_at(f, row, 2).picture.size > 0);
    f->second.sees_all = false;
    succeeds(&f->op, store_user_set(&f->op, f->store, &f->second));
    succeeds(&f->op, store_user_sees_plan(&f->op, f->store, f->second.row, f->plan.row, &sees));
    assert_false(sees);
}

/* Claims the one shot of a round and completes it with answers of Grafana. */
static void take_with_frames(struct fixture *f, const char *frames)
{
    struct store_claim_ask ask = {
        .worker = "w1", .now_ms = 1000, .lease_until_ms = 2000, .max = 1};
    struct store_claimed *claimed;
    bool is_last;
    size_t n;
    succeeds(&f->op, store_shot_claim(&f->op, f->store, &ask, &claimed, &n));
    assert_int_equal(n, 1);
    struct store_outcome o = {.row = claimed->row, .claim = claimed->claim, .state = SHOT_DONE,
                              .taken_ms = 5000, .change_score = NAN, .meta = "{}",
                              .picture = blob_of("picture"), .frames = blob_of(frames)};
    succeeds(&f->op, store_shot_complete(&f->op, f->store, &o, &is_last));
    assert_true(is_last);
}

static void answers_of_grafana_are_sealed_and_kept_like_pictures(void **state)
{
    struct fixture *f = *state;
    struct store_take *takes;
    struct store_seal before, after;
    const char *user;
    struct bytes text;
    int rounds, shots;
    size_t n;
    int64_t row = make_round(f, 1000000, 1);
    take_with_frames(f, "the first answer");
    succeeds(&f->op, store_signoff_seal(&f->op, f->store, row, &before));
    succeeds(&f->op, store_shot_retake(&f->op, f->store, shot_at(f, row, 1).row));
    assert_int_equal(shot_at(f, row, 1).frames.size, 0);
    take_with_frames(f, "the second answer");
    succeeds(&f->op, store_signoff_seal(&f->op, f->store, row, &after));
    assert_string_not_equal(before.shots, after.shots);
    succeeds(&f->op, store_shot_takes(&f->op, f->store, shot_at(f, row, 1).row, &takes, &n));
    assert_int_equal(n, 1);
    assert_true(blob_key_eq(takes[0].frames.key, blob_of("the first answer").key));
    assert_true(
        blob_key_eq(shot_at(f, row, 1).frames.key, blob_of("the second answer").key));
    succeeds(&f->op, store_archive_user_of(&f->op, f->store, blob_of("the second answer").key,
                                           &user));
    assert_string_equal(user, shot_at(f, row, 1).id);
    succeeds(&f->op, store_signoff_text(&f->op, f->store, row, &text));
    char hex[BLOB_HEX_MAX];
    blob_key_hex(blob_of("the second answer").key, hex);
    assert_true(bytes_find(text, bytes_of(arena_fmt(&f->op.arena, "\nframes 64 %s\n", hex))) > 0);

    sign_round(f, row);
    assert_false(try_sql(f, "UPDATE shots SET frames_row = NULL"));
    struct store_expire_ask ask = {
        .plan_row = f->plan.row, .before_ms = 2000000, .max = 10, .now_ms = 3000000};
    struct store_blob_ref *refs;
    succeeds(&f->op, store_archive_expire(&f->op, f->store, &ask, &rounds, &shots));
    succeeds(&f->op, store_archive_list_free(&f->op, f->store, 3000001, 10, &refs, &n));
    assert_int_equal(n, 3); /* the picture that both takes share, and both answers */
    succeeds(&f->op, store_signoff_seal(&f->op, f->store, row, &before));
    assert_string_equal(before.shots, after.shots); /* its hash stays */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_round_signed_under_the_first_schema_still_fits_its_seal),
        TEST(answers_of_grafana_are_sealed_and_kept_like_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
