/* The clockwork's jobs: rounds that are due, rounds that are overdue. Blocks on the store.
 *
 * What is due next is kept with each plan, so nothing is lost while the daemon is down: on start
 * the newest moment that was missed runs once, marked late. The moment of a round is when it was
 * due and not when it ran, and with it the schedule cannot make the same round twice.
 */
#include "rounds/rounds_priv.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "notify/rule.h"
#include "rounds/round.h"
#include "store/plan.h"
#include "store/shot.h"

enum { LATE_MS = 120000, LOOK_MS = 3600000, OVERDUE_MS = 30000 };

/* Skipped by its overlap policy, or made already: both are as they should be. */
static int forgive_conflict(struct op *op, const struct store_plan *plan)
{
    if (op->err != ERR_CONFLICT)
        return -1;
    log_msg(LOG_INFO, op, "schedule", "plan %s: %s", plan->id, op->err_text);
    op_clear(op);
    return 0;
}

static int run_due(struct op *op, struct rounds *rounds, const struct store_plan *plan,
                   int64_t now_ms, int64_t *next)
{
    struct plan_spec spec;
    struct schedule schedule;
    struct store_round round;
    if (plan_read_text(op, plan->spec, &spec) || plan_schedule(op, &spec, &schedule))
        return -1;
    int64_t moment = schedule_newest(&schedule, plan->next_due_ms - 1, now_ms);
    struct round_start start = {
        .plan_id = plan->id, .moment_ms = moment, .trigger = ROUND_BY_SCHEDULE};
    if (moment && round_start(op, rounds, &start, &round) && forgive_conflict(op, plan))
        return -1;
    *next = schedule_next(&schedule, now_ms, NULL);
    return store_plan_set_next_due(op, rounds->conf.store, plan->row, *next);
}

/* One plan's fault is no other plan's: it is logged, and tried again at the next call. */
static void look_at(struct op *op, struct rounds *rounds, const struct store_plan *listed,
                    int64_t now_ms, int64_t *soonest)
{
    struct store_plan plan;
    struct op part;
    int64_t next = listed->next_due_ms;
    op_init_part(&part, op, -1);
    if (next <= now_ms && (store_plan_get(&part, rounds->conf.store, listed->row, &plan) ||
                           run_due(&part, rounds, &plan, now_ms, &next))) {
        log_msg(LOG_ERROR, &part, "schedule", "plan %s: %s", listed->id, part.err_text);
        next = now_ms + 60000;
    }
    op_fini(&part);
    if (next && next < *soonest)
        *soonest = next;
}

int schedule_job(void *ctx, struct op *op, int64_t now_ms, int64_t *next_ms)
{
    struct rounds *rounds = ctx;
    struct store_page page = {.limit = STORE_PAGE_MAX};
    int64_t soonest = now_ms + LOOK_MS;
    do {
        struct store_plan_list list;
        struct store_plan_ask ask = {0};
        if (store_plan_list(op, rounds->conf.store, &ask, page, &list))
            return -1;
        for (size_t i = 0; i < list.n; i++)
            if (!list.items[i].is_paused && list.items[i].next_due_ms)
                look_at(op, rounds, &list.items[i], now_ms, &soonest);
        page.cursor = list.next;
    } while (page.cursor);
    *next_ms = soonest;
    return 0;
}

static int escalate(struct op *op, struct rounds *rounds, const struct store_round *round,
                    int64_t now_ms)
{
    CLEANUP(store_end) struct store *bound = NULL;
    size_t letters = 0;
    struct rule_post post = {.plan_row = round->plan_row,
                             .round_id = round->id,
                             .events = NOTIFY_BIT(NOTIFY_OVERDUE),
                             .now_ms = now_ms};
    if (store_begin(op, rounds->conf.store, STORE_PLAIN, &bound) ||
        store_round_set_escalated(op, bound, round->row, now_ms) ||
        rule_post(op, bound, &post, &letters) || store_commit(op, &bound))
        return -1;
    rounds_tell_letters(rounds, letters);
    rounds_tell(rounds, ROUNDS_ROUND, round->plan_row, round->row, round->id, 0, "");
    return 0;
}

int overdue_job(void *ctx, struct op *op, int64_t now_ms, int64_t *next_ms)
{
    struct rounds *rounds = ctx;
    struct store_round_list list;
    int n = 0;
    *next_ms = now_ms + OVERDUE_MS;
    if (store_shot_reclaim(op, rounds->conf.store, now_ms, &n))
        return -1;
    if (n > 0) {
        log_msg(LOG_WARN, op, "rounds", "%d shots whose lease ended wait again", n);
        rounds_wake(rounds);
    }
    if (store_round_list_overdue(op, rounds->conf.store, now_ms, &list))
        return -1;
    for (size_t i = 0; i < list.n; i++)
        if (escalate(op, rounds, &list.items[i], now_ms))
            return -1;
    return 0;
}
