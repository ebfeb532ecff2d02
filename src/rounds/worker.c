/* Round workers: threads that prepare rounds and take shots, one dashboard at a time.
 *
 * A worker claims up to VISIT_MAX shots of one dashboard, hands them to the camera in the order
 * that shares most pages, and settles each as it lands. Its lease is moved on with every picture;
 * if the process dies, the lease ends and the shots go back. The lock guards the stop mark, the
 * counters and which plans are at work; it is never held while something blocks.
 *
 * Sources in their quiet hours are left out of claims. Claims that a plan's own limits do not allow
 * now (quiet hours, parallel) go back at once with a rest, uncounted: the store knows limits of
 * sources only.
 */
#include "rounds/rounds_priv.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric.h"
#include "base/rand.h"
#include "rounds/prepare.h"
#include "rounds/round.h"
#include "rounds/shot.h"
#include "rounds/source.h"
#include "store/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WORKERS_MAX = 64, VISIT_MAX = 60, NAP_MS = 10000, CROWD_MS = 2000, LEASE_EXTRA_MS = 60000 };
enum { NAME_MAX_BYTES = 40 };

struct worker {
    struct worker_pool *pool;
    struct thread thread;
    char name[NAME_MAX_BYTES]; /* of its claims: unique over processes */
    int64_t plan_row;          /* at work for this plan; 0: none. Guarded by the pool's lock */
    bool has_stuck;            /* claims that could not be ended; only its own thread looks */
};

struct worker_pool {
    struct rounds *rounds;
    struct lock lock;
    bool is_stopping;
    uint64_t wakes; /* counted up by each wake, so that none is lost between looking and sleeping */
    int cancel_fd;
    struct worker workers[WORKERS_MAX];
    int n;
    int64_t shots_done, shots_failed;
};

static struct metric shots_total =
    METRIC_COUNTER("rounds_shots_total", "outcome", "Attempts at shots of rounds, by outcome.");

static struct store *store_of(struct worker *worker)
{
    return worker->pool->rounds->conf.store;
}

static int64_t lease_end(const struct worker *worker)
{
    return clock_wall_ms() + 2 * worker->pool->rounds->conf.shot_ms + LEASE_EXTRA_MS;
}

/* ---- Limits of a plan ---- */

/* Enters the plan unless as many workers as it allows are at it. */
static bool enter_plan(struct worker *worker, int64_t plan_row, int parallel)
{
    struct worker_pool *pool = worker->pool;
    int busy = 0;
    lock_take(&pool->lock);
    for (int i = 0; i < pool->n; i++)
        busy += pool->workers[i].plan_row == plan_row;
    bool is_free = busy < parallel;
    if (is_free)
        worker->plan_row = plan_row;
    lock_give(&pool->lock);
    return is_free;
}

static void leave_plan(struct worker *worker)
{
    lock_take(&worker->pool->lock);
    worker->plan_row = 0;
    lock_give(&worker->pool->lock);
}

/* ---- A visit ---- */

struct visit {
    struct worker *worker;
    struct op *op; /* of the visit: not cancellable */
    struct shot_job job;
    struct store_claimed *shots;
    struct render_ask *asks;
    bool *is_settled;
    size_t n;
};

static void log_refusal(const struct op *op, const char *what)
{
    log_msg(LOG_ERROR, op, "worker", "%s: %s", what, op->err_text);
}

static void count(struct worker *worker, const struct op *part)
{
    metric_inc(&shots_total, part->err ? err_word(part->err) : "ok");
    lock_take(&worker->pool->lock);
    if (part->err)
        worker->pool->shots_failed++;
    else
        worker->pool->shots_done++;
    lock_give(&worker->pool->lock);
}

static void tell(struct visit *visit, const struct store_claimed *shot)
{
    const char *dash = strrchr(shot->id, '-');
    char round_id[64];
    snprintf(round_id, sizeof round_id, "%.*s", (int)(dash ? dash - shot->id : 0), shot->id);
    rounds_tell(visit->worker->pool->rounds, ROUNDS_SHOT, shot->plan_row, shot->round_row, round_id,
                shot->row, shot->id);
}

/* Neither outcome nor rest could be stored: release_stuck will try until it can. */
static void refuse(struct visit *visit, size_t i, const char *why)
{
    struct op op;
    op_init_part(&op, visit->op, -1);
    if (shot_refused(&op, &visit->job, &visit->shots[i], &visit->asks[i], why)) {
        log_refusal(&op, visit->shots[i].id);
        visit->worker->has_stuck = true;
    }
    op_fini(&op);
}

/* A picture has landed, or failed to. */
static void landed(void *ctx, size_t i, struct op *part, const struct render_result *result)
{
    struct visit *visit = ctx;
    struct op op;
    if (visit->is_settled[i])
        return;
    op_init_part(&op, visit->op, -1);
    if (shot_settle(&op, &visit->job, &visit->shots[i], &visit->asks[i], part, result)) {
        log_refusal(&op, visit->shots[i].id);
        refuse(visit, i, op.err_text);
    }
    op_clear(&op);
    if (store_shot_extend(&op, store_of(visit->worker), visit->worker->name,
                          lease_end(visit->worker)))
        log_refusal(&op, "extending a lease");
    op_fini(&op);
    visit->is_settled[i] = true;
    count(visit->worker, part);
    tell(visit, &visit->shots[i]);
}

/* Asks of one page stand together; the pages keep the order of the shots. */
static int by_page(const void *a, const void *b, void *ctx)
{
    const struct visit *visit = ctx;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const struct render_ask *p = &visit->asks[x], *q = &visit->asks[y];
    bool p_cut = p->cut != NULL, q_cut = q->cut != NULL;
    if (p_cut != q_cut)
        return p_cut ? -1 : 1;
    int order = p_cut ? strcmp(p->target.text, q->target.text) : 0;
    return order ? order : (x > y) - (x < y);
}

static void put_in_order(struct visit *visit)
{
    struct arena *arena = &visit->op->arena;
    size_t *order = ARENA_ARRAY(arena, size_t, visit->n + 1);
    struct store_claimed *shots = ARENA_ARRAY(arena, struct store_claimed, visit->n + 1);
    struct render_ask *asks = ARENA_ARRAY(arena, struct render_ask, visit->n + 1);
    for (size_t i = 0; i < visit->n; i++)
        order[i] = i;
    qsort_r(order, visit->n, sizeof *order, by_page, visit);
    for (size_t i = 0; i < visit->n; i++) {
        shots[i] = visit->shots[order[i]];
        asks[i] = visit->asks[order[i]];
    }
    visit->shots = shots;
    visit->asks = asks;
}

/* Whatever was not handed over gets the reason of the whole. */
static void settle_rest(struct visit *visit, const struct op *why)
{
    for (size_t i = 0; i < visit->n; i++) {
        struct op part;
        struct render_result none = {.finding = {.text = ""}};
        if (visit->is_settled[i])
            continue;
        op_init_part(&part, visit->op, -1);
        if (why->err)
            op_fail_from(&part, why);
        else
            op_fail(&part, ERR_UNAVAILABLE, "the picture was not taken");
        landed(visit, i, &part, &none);
        op_fini(&part);
    }
}

static int write_asks(struct op *part, struct visit *visit)
{
    visit->asks = ARENA_ARRAY(&visit->op->arena, struct render_ask, visit->n + 1);
    for (size_t i = 0; i < visit->n; i++)
        if (shot_ask(part, &visit->job, &visit->shots[i], &visit->asks[i]))
            return -1;
    return 0;
}

static void take_pictures(struct visit *visit, struct op *part)
{
    struct rounds *rounds = visit->worker->pool->rounds;
    const struct rounds_camera *camera = &rounds->conf.camera;
    struct store_source source;
    visit->job.source = &source;
    visit->is_settled = ARENA_ARRAY(&visit->op->arena, bool, visit->n + 1);
    bool is_ready =
        store_source_get(part, rounds->conf.store, visit->shots[0].source_row, &source) == 0 &&
        source_login(part, rounds, source.row, &visit->job.login) == 0 &&
        write_asks(part, visit) == 0;
    if (is_ready) {
        put_in_order(visit);
        for (size_t i = 0; i < visit->n; i++)
            tell(visit, &visit->shots[i]);
        if (camera->visit(camera->ctx, part, visit->asks, visit->n, rounds->conf.shot_ms, landed,
                          visit) == 0)
            op_clear(part);
    } else if (!visit->asks) {
        visit->asks = ARENA_ARRAY(&visit->op->arena, struct render_ask, visit->n + 1);
    }
    for (size_t i = 0; i < visit->n; i++)
        if (!visit->asks[i].target.text)
            visit->asks[i].target.text = "";
    settle_rest(visit, part);
    render_login_fini(&visit->job.login);
}

static void rest(struct visit *visit, int64_t until_ms)
{
    for (size_t i = 0; i < visit->n; i++)
        if (store_shot_put_back(visit->op, store_of(visit->worker), visit->shots[i].row,
                                visit->shots[i].claim, until_ms, NULL, NULL)) {
            log_refusal(visit->op, "putting a shot back");
            op_clear(visit->op);
            visit->worker->has_stuck = true;
        }
}

/* -1: the store refused. */
static int run_visit(struct visit *visit)
{
    struct worker *worker = visit->worker;
    const struct store_claimed *first = &visit->shots[0];
    struct store_plan plan;
    struct plan_spec spec;
    const struct zone *zone;
    if (store_plan_version_find(visit->op, store_of(worker), first->plan_row, first->plan_version,
                                &plan) ||
        plan_read_text(visit->op, plan.spec, &spec) || zone_open(visit->op, spec.timezone, &zone))
        return -1;
    visit->job.spec = &spec;
    int64_t now = clock_wall_ms(), quiet = quiet_end(spec.quiet, spec.quiet_n, zone, now);
    if (quiet) {
        rest(visit, quiet);
        return 0;
    }
    if (!enter_plan(worker, first->plan_row, spec.parallel)) {
        rest(visit, now + CROWD_MS);
        return 0;
    }
    struct op part;
    op_init_part(&part, visit->op,
                 (int64_t)visit->n * worker->pool->rounds->conf.shot_ms + LEASE_EXTRA_MS);
    part.cancel_fd = worker->pool->cancel_fd;
    take_pictures(visit, &part);
    op_fini(&part);
    leave_plan(worker);
    return 0;
}

/* ---- The thread ---- */

/* For whatever may be loaded now: not what is in its quiet hours. */
static int make_ask(struct op *op, struct worker *worker, int64_t lease_until_ms,
                    struct store_claim_ask *out)
{
    int64_t *quiet;
    *out = (struct store_claim_ask){.worker = worker->name,
                                    .now_ms = clock_wall_ms(),
                                    .lease_until_ms = lease_until_ms,
                                    .max = VISIT_MAX};
    if (source_list_quiet(op, worker->pool->rounds, &quiet, &out->blocked_n))
        return -1;
    out->blocked = quiet;
    return 0;
}

/* 1: did something; 0: nothing to do; -1: the store refused. */
static int shoot_some(struct op *op, struct worker *worker)
{
    struct visit visit = {.worker = worker, .op = op, .job = {.rounds = worker->pool->rounds}};
    struct store_claim_ask ask;
    if (make_ask(op, worker, lease_end(worker), &ask) ||
        store_shot_claim(op, store_of(worker), &ask, &visit.shots, &visit.n))
        return -1;
    if (visit.n == 0)
        return 0;
    return run_visit(&visit) ? -1 : 1;
}

static int prepare_some(struct op *op, struct worker *worker)
{
    struct store_round round;
    struct store_claim_ask ask;
    if (make_ask(op, worker, clock_wall_ms() + PREPARE_MS + LEASE_EXTRA_MS, &ask) ||
        store_round_claim(op, store_of(worker), &ask, &round))
        return -1;
    if (round.row == 0)
        return 0;
    if (prepare_round(op, worker->pool->rounds, &round, worker->pool->cancel_fd))
        return -1;
    rounds_wake(worker->pool->rounds); /* its shots are work for all */
    return 1;
}

/* Between visits a worker has no claims: what it has is left over, and free again for all. */
static int release_stuck(struct op *op, struct worker *worker)
{
    int64_t now = clock_wall_ms();
    int n;
    if (!worker->has_stuck)
        return 0;
    if (store_shot_extend(op, store_of(worker), worker->name, now - 1) ||
        store_shot_reclaim(op, store_of(worker), now, &n))
        return -1;
    worker->has_stuck = false;
    return 0;
}

static int work(struct worker *worker)
{
    struct op op;
    op_init(&op, -1);
    int did = release_stuck(&op, worker);
    if (did == 0)
        did = prepare_some(&op, worker);
    if (did == 0)
        did = shoot_some(&op, worker);
    if (did < 0)
        log_refusal(&op, "work");
    op_fini(&op);
    return did;
}

static int64_t nap_end(struct worker *worker)
{
    struct op op;
    int64_t due = 0, nap = NAP_MS;
    op_init(&op, 5000);
    if (store_shot_next_due(&op, store_of(worker), &due) == 0 && due > 0) {
        int64_t until = due - clock_wall_ms();
        nap = until < 100 ? 100 : until < NAP_MS ? until : NAP_MS;
    }
    op_fini(&op);
    return clock_mono_ms() + nap;
}

static void worker_loop(void *ctx)
{
    struct worker *worker = ctx;
    struct worker_pool *pool = worker->pool;
    bool has_worked = false;
    for (;;) {
        lock_take(&pool->lock);
        uint64_t seen = pool->wakes;
        bool is_stopping = pool->is_stopping;
        lock_give(&pool->lock);
        if (is_stopping)
            return;
        int did = work(worker);
        has_worked |= did > 0;
        if (did > 0)
            continue;
        if (has_worked)
            mem_trim(); /* what a round has needed is for others until the next */
        has_worked = false;
        int64_t end = did < 0 ? clock_mono_ms() + NAP_MS : nap_end(worker);
        lock_take(&pool->lock);
        while (!pool->is_stopping && pool->wakes == seen && lock_wait(&pool->lock, end))
            ;
        lock_give(&pool->lock);
    }
}

struct worker_pool *workers_start(struct rounds *rounds)
{
    struct worker_pool *pool = MEM_NEW(struct worker_pool);
    char word[13];
    rand_word(word, 12);
    metric_register(&shots_total);
    pool->rounds = rounds;
    pool->n = rounds->conf.workers < WORKERS_MAX ? rounds->conf.workers : WORKERS_MAX;
    pool->cancel_fd = eventfd(0, EFD_CLOEXEC);
    lock_init(&pool->lock);
    for (int i = 0; i < pool->n; i++) {
        struct worker *worker = &pool->workers[i];
        worker->pool = pool;
        snprintf(worker->name, sizeof worker->name, "%s-%d", word, i + 1);
    }
    for (int i = 0; i < pool->n; i++)
        thread_start(&pool->workers[i].thread, "round-worker", worker_loop, &pool->workers[i]);
    return pool;
}

void workers_wake(struct worker_pool *pool)
{
    lock_take(&pool->lock);
    pool->wakes++;
    lock_wake(&pool->lock);
    lock_give(&pool->lock);
}

void workers_stop(struct worker_pool *pool)
{
    if (!pool)
        return;
    uint64_t one = 1;
    lock_take(&pool->lock);
    pool->is_stopping = true;
    lock_wake(&pool->lock);
    lock_give(&pool->lock);
    (void)!write(pool->cancel_fd, &one, sizeof one);
    for (int i = 0; i < pool->n; i++)
        thread_join(&pool->workers[i].thread);
}

void workers_free(struct worker_pool *pool)
{
    if (!pool)
        return;
    close(pool->cancel_fd);
    lock_fini(&pool->lock);
    mem_free(pool);
}

void workers_busy(struct worker_pool *pool, struct rounds_busy *out)
{
    lock_take(&pool->lock);
    out->workers = pool->n;
    for (int i = 0; i < pool->n; i++)
        out->working += pool->workers[i].plan_row != 0;
    out->shots_done = pool->shots_done;
    out->shots_failed = pool->shots_failed;
    lock_give(&pool->lock);
}
