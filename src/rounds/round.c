/* Rounds: started, cancelled, taken again, foreseen. Blocks on the store; a dry run asks Grafana.
 * Any thread. What people compare is in round_compare.c.
 */
#include "rounds/round.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "rounds/plan_keep.h"
#include "rounds/prepare.h"
#include "rounds/rounds_priv.h"
#include "store/archive.h"

#include <string.h>

enum { LATE_MS = 120000, USUAL_SHOT_MS = 1500, USUAL_SHOT_BYTES = 90000, MONTH_DAYS = 30 };
enum { OPEN_STATES = 1 << ROUND_PREPARING | 1 << ROUND_RUNNING, FIRES_MAX = 50000 };

/* ---- Starting ---- */

static int cancel_active(struct op *op, struct rounds *rounds, int64_t plan_row)
{
    struct store_round_list list;
    struct store_round_ask ask = {.plan_row = plan_row, .states = OPEN_STATES};
    if (store_round_list(op, rounds->conf.store, &ask, (struct store_page){0}, &list))
        return -1;
    for (size_t i = 0; i < list.n; i++) {
        if (store_round_cancel(op, rounds->conf.store, list.items[i].row, false)) {
            if (op->err != ERR_CONFLICT)
                return -1;
            op_clear(op);
        }
        rounds_tell(rounds, ROUNDS_ROUND, plan_row, list.items[i].row, list.items[i].id, 0, "");
    }
    return 0;
}

static int make_way(struct op *op, struct rounds *rounds, const struct store_plan *plan,
                    enum plan_overlap overlap)
{
    int active = 0;
    if (overlap == PLAN_QUEUE)
        return 0;
    if (store_round_count_active(op, rounds->conf.store, plan->row, &active))
        return -1;
    if (active == 0)
        return 0;
    if (overlap == PLAN_CANCEL_OLD)
        return cancel_active(op, rounds, plan->row);
    return op_fail(
        op, ERR_CONFLICT,
        "a round of this plan is still running, and its overlap policy is \"skip\"; wait, "
        "or cancel that one");
}

int round_start(struct op *op, struct rounds *rounds, const struct round_start *start,
                struct store_round *out)
{
    struct store_plan plan;
    struct plan_spec spec;
    int64_t now = clock_wall_ms();
    if (store_plan_find(op, rounds->conf.store, start->plan_id, &plan) ||
        plan_read_text(op, plan.spec, &spec) || make_way(op, rounds, &plan, spec.overlap))
        return -1;
    *out = (struct store_round){.plan_row = plan.row,
                                .plan_version = plan.version,
                                .trigger = start->trigger,
                                .moment_ms = start->moment_ms ? start->moment_ms : now,
                                .starter_row = start->starter_row};
    if (spec.due_ms)
        out->due_ms = (start->trigger == ROUND_BY_SCHEDULE ? out->moment_ms : now) + spec.due_ms;
    out->is_late = start->trigger == ROUND_BY_SCHEDULE && now - out->moment_ms > LATE_MS;
    if (store_round_add(op, rounds->conf.store, out) ||
        store_round_get(op, rounds->conf.store, out->row, out))
        return -1;
    rounds_wake(rounds);
    rounds_tell(rounds, ROUNDS_ROUND, out->plan_row, out->row, out->id, 0, "");
    return 0;
}

int round_cancel(struct op *op, struct rounds *rounds, const char *id)
{
    struct store_round round;
    if (store_round_find(op, rounds->conf.store, id, &round) ||
        store_round_cancel(op, rounds->conf.store, round.row, false))
        return -1;
    rounds_tell(rounds, ROUNDS_ROUND, round.plan_row, round.row, round.id, 0, "");
    return 0;
}

int round_retry_failed(struct op *op, struct rounds *rounds, const char *id, int *out_n)
{
    struct store_round round;
    if (store_round_find(op, rounds->conf.store, id, &round))
        return -1;
    if (round.state == ROUND_SIGNED || round.state == ROUND_CANCELLED)
        return op_fail(op, ERR_READ_ONLY, "the round is %s", store_round_state_word(round.state));
    if (store_shot_retake_failed(op, rounds->conf.store, round.row, out_n))
        return -1;
    rounds_wake(rounds);
    rounds_tell(rounds, ROUNDS_ROUND, round.plan_row, round.row, round.id, 0, "");
    return 0;
}

int round_reshoot(struct op *op, struct rounds *rounds, const char *shot_id)
{
    struct store_shot shot;
    if (store_shot_find(op, rounds->conf.store, shot_id, &shot) ||
        store_shot_retake(op, rounds->conf.store, shot.row))
        return -1;
    rounds_wake(rounds);
    rounds_tell(rounds, ROUNDS_SHOT, shot.plan_row, shot.round_row, shot.round_id, shot.row,
                shot.id);
    return 0;
}

/* ---- Foreseeing ---- */

struct usual {
    double shot_ms, shot_bytes;
    bool is_measured;
};

/* From the plan's newest finished round; else from usual values. */
static int measure(struct op *op, struct rounds *rounds, int64_t plan_row, struct usual *out)
{
    struct store_round_list list;
    struct store_round_ask ask = {.plan_row = plan_row,
                                  .states = 1 << ROUND_REVIEW | 1 << ROUND_SIGNED};
    *out = (struct usual){USUAL_SHOT_MS, USUAL_SHOT_BYTES, false};
    if (plan_row == 0)
        return 0;
    if (store_round_list(op, rounds->conf.store, &ask, (struct store_page){.limit = 1}, &list))
        return -1;
    if (list.n == 0 || list.items[0].done == 0)
        return 0;
    const struct store_round *last = &list.items[0];
    out->shot_ms = (double)(last->finished_ms - last->started_ms) / last->total;
    out->shot_bytes = (double)last->bytes / last->done;
    out->is_measured = true;
    return 0;
}

/* How often a month, counted over the next 30 days. */
static int count_fires(struct op *op, const struct plan_spec *spec, int64_t *out)
{
    struct schedule schedule;
    int64_t now = clock_wall_ms(), at = now;
    *out = 0;
    if (plan_schedule(op, spec, &schedule))
        return -1;
    while (*out < FIRES_MAX) {
        at = schedule_next(&schedule, at, NULL);
        if (at == 0 || at > now + MONTH_DAYS * 86400000LL)
            break;
        ++*out;
    }
    return 0;
}

int round_dry_run(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
                  int64_t plan_row, int64_t moment_ms, struct expand_result *out,
                  struct round_estimate *estimate)
{
    struct usual usual;
    int64_t fires;
    if (prepare_expand(op, rounds, spec, moment_ms ? moment_ms : clock_wall_ms(), out) ||
        measure(op, rounds, plan_row, &usual) || count_fires(op, spec, &fires))
        return -1;
    /* A measured round was as parallel as it gets; a guess is of one picture after the other. */
    int parallel = usual.is_measured                       ? 1
                   : spec->parallel < rounds->conf.workers ? spec->parallel
                                                           : rounds->conf.workers;
    *estimate = (struct round_estimate){
        .seconds = (int64_t)((double)out->n * usual.shot_ms / 1000 / parallel + 0.999),
        .bytes = (int64_t)((double)out->n * usual.shot_bytes),
        .is_measured = usual.is_measured,
    };
    estimate->bytes_per_month = estimate->bytes * fires;
    return 0;
}

void round_progress(const struct store_round *round, int64_t now_ms, struct round_progress *out)
{
    int landed = round->done + round->failed, left = round->total - landed - round->cancelled;
    int64_t end = round->finished_ms ? round->finished_ms : now_ms;
    *out = (struct round_progress){.left_ms = -1};
    if (round->started_ms && end > round->started_ms && landed)
        out->rate_per_s = landed * 1000.0 / (double)(end - round->started_ms);
    if (round->state > ROUND_RUNNING || (round->started_ms && left <= 0))
        out->left_ms = 0;
    else if (out->rate_per_s > 0)
        out->left_ms = (int64_t)(left / out->rate_per_s * 1000);
}

int round_plan(struct op *op, struct rounds *rounds, const struct store_round *round,
               struct plan_spec *out)
{
    struct store_plan plan;
    return store_plan_version_find(op, rounds->conf.store, round->plan_row, round->plan_version,
                                   &plan) ||
                   plan_read_text(op, plan.spec, out)
               ? -1
               : 0;
}

int round_window(const struct plan_spec *spec, const char *key)
{
    struct arena arena;
    int found = -1;
    arena_init(&arena);
    for (size_t i = 0; i < spec->window_n && found < 0; i++)
        if (strcmp(window_key(&arena, &spec->windows[i]), key) == 0)
            found = (int)i;
    arena_fini(&arena);
    return found;
}
