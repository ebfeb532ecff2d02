/* Sign-offs: the checks before, the letters after. The seal and the chain are the store's, the
 * signature is auth/keys'. Blocks on the store; any thread.
 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "notify/rule.h"
#include "rounds/round.h"
#include "rounds/rounds_priv.h"
#include "rounds/verdict.h"

#include <string.h>

enum { REASON_MAX = 2000, SUMMARY_MAX = 20000, REASONS_BYTES_MAX = 60000, UNDECIDED_MAX = 5000 };

static const char *reason_of(const struct signoff_words *words, const char *shot_id)
{
    for (size_t i = 0; i < words->reason_n; i++)
        if (strcmp(words->reasons[i].shot_id, shot_id) == 0)
            return words->reasons[i].reason;
    return NULL;
}

struct open_shots {
    const char **missing;
    size_t missing_n;
    size_t n; /* undecided in all */
    struct str *reasons;
    struct jw w;
};

static void consider(struct open_shots *open, const struct signoff_words *words,
                     const struct store_shot *shot)
{
    const char *reason = reason_of(words, shot->id);
    open->n++;
    if (!reason || bytes_trim(bytes_of(reason)).n == 0 || strlen(reason) > REASON_MAX) {
        if (open->missing_n < UNDECIDED_MAX)
            open->missing[open->missing_n++] = shot->id;
        return;
    }
    jw_object(&open->w);
    jw_text_at(&open->w, "shot", shot->id);
    jw_text_at(&open->w, "reason", reason);
    jw_end(&open->w);
}

static int list_undecided(struct op *op, struct rounds *rounds, const struct signoff_words *words,
                          int64_t round_row, struct open_shots *open)
{
    struct store_shot_ask ask = {.round_row = round_row, .is_undecided = true};
    struct store_page page = {.limit = STORE_PAGE_MAX};
    open->missing = ARENA_ARRAY(&op->arena, const char *, UNDECIDED_MAX);
    open->reasons = str_new(&op->arena, REASONS_BYTES_MAX);
    jw_init(&open->w, open->reasons);
    jw_array(&open->w);
    do {
        struct store_shot_list shots;
        if (store_shot_list(op, rounds->conf.store, &ask, page, &shots))
            return -1;
        for (size_t i = 0; i < shots.n; i++)
            consider(open, words, &shots.items[i]);
        page.cursor = shots.next;
    } while (page.cursor);
    jw_end(&open->w);
    if (open->reasons->is_full)
        return op_fail(op, ERR_TOO_LARGE, "the reasons are too long; decide more of the shots");
    return 0;
}

static int check(struct op *op, const struct signoff_words *words, const struct open_shots *open)
{
    if (strlen(words->summary) > SUMMARY_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "a summary has at most %d bytes", SUMMARY_MAX);
    if (words->expected_undecided >= 0 && (size_t)words->expected_undecided != open->n)
        return op_fail(op, ERR_CONFLICT,
                       "%zu shots are undecided now, not %lld; look again before you sign", open->n,
                       (long long)words->expected_undecided);
    if (open->missing_n)
        return op_fail(
            op, ERR_UNPROCESSABLE,
            "%zu shots are undecided without a reason, the first is %s: decide them, or say "
            "why not",
            open->missing_n, open->missing[0]);
    return 0;
}

static int sign(struct op *op, struct rounds *rounds, const struct store_round *round,
                struct store_signoff *out)
{
    CLEANUP(store_end) struct store *bound = NULL;
    size_t letters = 0;
    struct rule_post post = {.plan_row = round->plan_row,
                             .round_id = round->id,
                             .events = NOTIFY_BIT(NOTIFY_SIGNED),
                             .now_ms = out->signed_ms};
    if (store_begin(op, rounds->conf.store, STORE_DURABLE, &bound) ||
        store_signoff_add(op, bound, out, keys_sign, rounds->conf.keys) ||
        (out->is_final && rule_post(op, bound, &post, &letters)) || store_commit(op, &bound))
        return -1;
    rounds_tell_letters(rounds, letters);
    rounds_tell(rounds, ROUNDS_SIGN, round->plan_row, round->row, round->id, 0, "");
    return 0;
}

int signoff_give(struct op *op, struct rounds *rounds, const struct signoff_words *words,
                 struct store_signoff *out, const char ***missing, size_t *missing_n)
{
    struct store_round round;
    struct plan_spec spec;
    struct store_signoff_list before;
    struct open_shots open = {0};
    if (missing)
        *missing_n = 0;
    if (store_round_find(op, rounds->conf.store, words->round_id, &round))
        return -1;
    if (round.state == ROUND_SIGNED)
        return op_fail(op, ERR_READ_ONLY, "the round is signed already");
    if (round.state != ROUND_REVIEW)
        return op_fail(op, ERR_CONFLICT, "the round cannot be signed now: it is not in review");
    if (round_plan(op, rounds, &round, &spec) ||
        list_undecided(op, rounds, words, round.row, &open) ||
        store_signoff_list(op, rounds->conf.store, round.row, (struct store_page){0}, &before))
        return -1;
    if (missing) {
        *missing = open.missing;
        *missing_n = open.missing_n;
    }
    if (check(op, words, &open))
        return -1;
    *out = (struct store_signoff){
        .round_row = round.row,
        .is_final = !spec.needs_second_person || before.n > 0,
        .user_row = words->user_row,
        .summary = words->summary,
        .reasons = open.n ? open.reasons->p : "",
        .signed_ms = clock_wall_ms(),
        .key_id = keys_signing_id(rounds->conf.keys),
    };
    return sign(op, rounds, &round, out);
}
