#include "fixture.h"

#include <string.h>

/* Stands for the server's key: the signature is made of the hash, so that it can be compared. */
static int sign(struct op *op, void *ctx, struct bytes hash, unsigned char out[SIGNATURE_SIZE])
{
    if (ctx)
        return op_fail(op, ERR_INTERNAL, "the key is not there");
    memcpy(out, hash.p, SIGNATURE_SIZE);
    return 0;
}

static struct store_signoff by(struct fixture *f, const struct store_user *user, int64_t round)
{
    return (struct store_signoff){.round_row = round, .is_final = true, .user_row = user->row,
                                  .summary = "一切正常", .signed_ms = 9000, .key_id = "k1"};
}

static int64_t judged_round(struct fixture *f, int64_t moment)
{
    int64_t row = make_round(f, moment, 2);
    take_all(f, NULL);
    give(f, shot_at(f, row, 1).row, VERDICT_NORMAL, NULL);
    give(f, shot_at(f, row, 2).row, VERDICT_ABNORMAL, "x");
    return row;
}

static void undecided_shots_need_reasons(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 2);
    struct store_signoff o = by(f, &f->user, row);
    fails_with(&f->op, store_signoff_add(&f->op, f->store, &o, sign, NULL), ERR_CONFLICT);
    take_all(f, NULL);
    fails_with(&f->op, store_signoff_add(&f->op, f->store, &o, sign, NULL), ERR_UNPROCESSABLE);
    o.reasons = "Grafana 维护";
    succeeds(&f->op, store_signoff_add(&f->op, f->store, &o, sign, NULL));
    assert_int_equal(o.undecided, 2);
    struct store_round r = round_of(f, row);
    assert_int_equal(r.state, ROUND_SIGNED);
    assert_string_equal(r.signer, "李雷");
}

static void a_signed_round_refuses_every_change(void **state)
{
    struct fixture *f = *state;
    size_t given;
    int n;
    int64_t row = judged_round(f, 1000000);
    struct store_signoff o = by(f, &f->user, row);
    succeeds(&f->op, store_signoff_add(&f->op, f->store, &o, sign, NULL));
    int64_t shot = shot_at(f, row, 1).row;
    struct store_verdict v = {.kind = VERDICT_ABNORMAL, .how = VERDICT_SINGLE,
                              .user_row = f->user.row};
    struct store_verdict_item item = {shot, -1};
    fails_with(&f->op, store_verdict_add(&f->op, f->store, &v, &item, 1, &given), ERR_READ_ONLY);
    fails_with(&f->op, store_shot_retake(&f->op, f->store, shot), ERR_READ_ONLY);
    fails_with(&f->op, store_round_cancel(&f->op, f->store, row, true), ERR_CONFLICT);
    fails_with(&f->op, store_signoff_add(&f->op, f->store, &o, sign, NULL), ERR_READ_ONLY);
    succeeds(&f->op, store_shot_retake_failed(&f->op, f->store, row, &n));
    assert_int_equal(n, 0);
    /* The database itself refuses, whoever asks. */
    assert_false(try_sql(f, "UPDATE shots SET state = 3"));
    assert_false(try_sql(f, "UPDATE shots SET picture_row = NULL"));
    assert_false(try_sql(f, "DELETE FROM shots"));
    assert_false(try_sql(f, "UPDATE rounds SET state = 2"));
    assert_false(try_sql(f, "UPDATE rounds SET normal = 7"));
    assert_false(try_sql(f, "DELETE FROM verdicts"));
    assert_false(try_sql(f, "UPDATE verdicts SET comment = ''"));
    assert_false(try_sql(f, "DELETE FROM signoffs"));
    assert_false(try_sql(f, "UPDATE signoffs SET summary = ''"));
    assert_false(try_sql(f, "UPDATE plan_versions SET spec = ''"));
}

static void the_second_signature_is_another_persons(void **state)
{
    struct fixture *f = *state;
    int64_t row = judged_round(f, 1000000);
    struct store_signoff first = by(f, &f->user, row), second = by(f, &f->user, row);
    first.is_final = false;
    succeeds(&f->op, store_signoff_add(&f->op, f->store, &first, sign, NULL));
    assert_int_equal(round_of(f, row).state, ROUND_REVIEW);
    fails_with(&f->op, store_signoff_add(&f->op, f->store, &second, sign, NULL),
               ERR_UNPROCESSABLE);
    second.user_row = f->second.row;
    succeeds(&f->op, store_signoff_add(&f->op, f->store, &second, sign, NULL));
    assert_int_equal(round_of(f, row).state, ROUND_SIGNED);
    assert_string_equal(second.before, first.hash);
}

static void the_chain_and_the_seal_can_be_computed_anew(void **state)
{
    struct fixture *f = *state;
    char hash[HASH_HEX_MAX];
    struct store_signoff_list list;
    struct store_seal seal;
    struct bytes text;
    int64_t rows[2] = {judged_round(f, 1000000), judged_round(f, 2000000)};
    for (int i = 0; i < 2; i++) {
        struct store_signoff o = by(f, &f->user, rows[i]);
        succeeds(&f->op, store_signoff_add(&f->op, f->store, &o, sign, NULL));
    }
    succeeds(&f->op, store_signoff_list(&f->op, f->store, 0, (struct store_page){0}, &list));
    assert_int_equal(list.n, 2);
    for (size_t i = 0; i < 2; i++) {
        struct store_signoff *o = &list.items[i];
        store_signoff_hash(o, hash);
        assert_string_equal(hash, o->hash);
        assert_memory_equal(o->signature, hash, SIGNATURE_SIZE);
        succeeds(&f->op, store_signoff_seal(&f->op, f->store, o->round_row, &seal));
        assert_string_equal(seal.shots, o->shots);
        assert_string_equal(seal.verdicts, o->verdicts);
    }
    assert_string_equal(list.items[0].before, list.items[1].hash);
    succeeds(&f->op, store_signoff_text(&f->op, f->store, rows[0], &text));
    hash_sha256_hex(text, hash);
    assert_string_equal(hash, list.items[1].shots);
    run_sql(f, "DROP TRIGGER shots_signed; UPDATE shots SET taken_ms = taken_ms + 1");
    succeeds(&f->op, store_signoff_seal(&f->op, f->store, rows[0], &seal));
    assert_string_not_equal(seal.shots, list.items[1].shots);
}

static void without_the_key_nothing_is_signed(void **state)
{
    struct fixture *f = *state;
    int64_t row = judged_round(f, 1000000);
    struct store_signoff o = by(f, &f->user, row);
    fails_with(&f->op, store_signoff_add(&f->op, f->store, &o, sign, f), ERR_INTERNAL);
    assert_int_equal(round_of(f, row).state, ROUND_REVIEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(undecided_shots_need_reasons),
        TEST(a_signed_round_refuses_every_change),
        TEST(the_second_signature_is_another_persons),
        TEST(the_chain_and_the_seal_can_be_computed_anew),
        TEST(without_the_key_nothing_is_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
