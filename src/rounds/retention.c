/* Retention: pictures and data go by age and by total size, then the blobs that nothing points at,
 * then orphans. The janitor's work; also the command line's `gc`. Blocks on store and blobs.
 *
 * Rows, hashes and verdicts stay for ever; only content goes. Order: rows let go first, blobs
 * after, so that a kill in between leaves too much and never too little. Steps are small, since
 * each is a writing transaction that others wait for.
 */
#include "base/clock.h"
#include "base/log.h"
#include "rounds/plan.h"
#include "rounds/rounds_priv.h"
#include "rounds/verify.h"
#include "store/archive.h"
#include "store/outbox.h"
#include "store/plan.h"

#include <stdio.h>

enum { STEP_ROUNDS = 20, STEP_BLOBS = 500, JANITOR_MS = 600000, LETTERS_DAYS = 60 };
#define DAY_MS 86400000LL

struct cleaning {
    struct op *op;
    struct rounds *rounds;
    int64_t now_ms;
    struct retention_result *out;
};

/* ---- By age ---- */

static int64_t days_before(int64_t now_ms, int64_t days)
{
    return days > 0 ? now_ms - days * DAY_MS : 0; /* 0: for ever */
}

static int plan_limits(struct op *op, struct rounds *rounds, int64_t plan_row, int64_t now_ms,
                       struct store_expire_ask *out)
{
    struct store_plan plan;
    struct plan_spec spec;
    if (store_plan_get(op, rounds->conf.store, plan_row, &plan) ||
        plan_read_text(op, plan.spec, &spec))
        return -1;
    *out = (struct store_expire_ask){.plan_row = plan_row,
                                     .before_ms = days_before(now_ms, spec.retention_days),
                                     .abnormal_before_ms = days_before(now_ms, spec.abnormal_days),
                                     .max = STEP_ROUNDS,
                                     .now_ms = now_ms};
    return 0;
}

static int expire(struct cleaning *c, struct store_expire_ask *ask)
{
    for (;;) {
        int rounds = 0, shots = 0;
        struct op part;
        op_init_part(&part, c->op, -1);
        int failed = store_archive_expire(&part, c->rounds->conf.store, ask, &rounds, &shots);
        if (failed)
            op_fail_from(c->op, &part);
        op_fini(&part);
        c->out->rounds += rounds;
        c->out->shots += shots;
        if (failed || (rounds == 0 && shots == 0))
            return failed;
        if (op_check(c->op))
            return -1;
    }
}

static int expire_plan(struct cleaning *c, int64_t plan_row)
{
    struct store_expire_ask ask;
    struct op part;
    op_init_part(&part, c->op, -1);
    int failed = plan_limits(&part, c->rounds, plan_row, c->now_ms, &ask);
    if (failed) /* one plan that cannot be read keeps its pictures; the others go on */
        log_msg(LOG_ERROR, &part, "janitor", "%s", part.err_text);
    op_fini(&part);
    if (failed || (ask.before_ms == 0 && ask.abnormal_before_ms == 0))
        return 0;
    return expire(c, &ask);
}

static int for_each_plan(struct op *op, struct rounds *rounds, void *ctx,
                         int (*fn)(void *ctx, const struct store_plan *plan))
{
    struct store_plan_ask ask = {.with_dropped = true};
    struct store_page page = {.limit = STORE_PAGE_MAX};
    do {
        struct store_plan_list list;
        if (store_plan_list(op, rounds->conf.store, &ask, page, &list))
            return -1;
        for (size_t i = 0; i < list.n; i++)
            if (fn(ctx, &list.items[i]))
                return -1;
        page.cursor = list.next;
    } while (page.cursor);
    return 0;
}

static int on_plan(void *ctx, const struct store_plan *plan)
{
    return expire_plan(ctx, plan->row);
}

/* ---- By size ---- */

static int expire_oldest(struct cleaning *c, bool with_abnormal, bool *out_did)
{
    int64_t plan_row, moment_ms;
    int rounds = 0, shots = 0;
    *out_did = false;
    if (store_archive_oldest(c->op, c->rounds->conf.store, with_abnormal, &plan_row, &moment_ms))
        return -1;
    if (plan_row == 0)
        return 0;
    struct store_expire_ask ask = {.plan_row = plan_row,
                                   .before_ms = moment_ms + 1,
                                   .abnormal_before_ms = with_abnormal ? moment_ms + 1 : 0,
                                   .max = STEP_ROUNDS,
                                   .now_ms = c->now_ms};
    if (store_archive_expire(c->op, c->rounds->conf.store, &ask, &rounds, &shots))
        return -1;
    c->out->rounds += rounds;
    c->out->shots += shots;
    *out_did = rounds + shots > 0;
    return 0;
}

/* What the archive has beyond its bound. */
static int find_excess(struct op *op, struct rounds *rounds, int64_t *out)
{
    struct store_weight weight;
    int64_t max = rounds->conf.archive_max;
    *out = 0;
    if (max <= 0)
        return 0;
    if (store_archive_weight(op, rounds->conf.store, &weight))
        return -1;
    *out = weight.blob_bytes - weight.free_bytes - max;
    return 0;
}

/* What was found abnormal goes last, when nothing else can. */
static int expire_by_size(struct cleaning *c)
{
    for (bool did = true; did;) {
        int64_t excess;
        if (find_excess(c->op, c->rounds, &excess) || op_check(c->op))
            return -1;
        if (excess <= 0)
            return 0;
        if (expire_oldest(c, false, &did) || (!did && expire_oldest(c, true, &did)))
            return -1;
    }
    return 0;
}

/* ---- Blobs ---- */

static int drop_free(struct cleaning *c, bool *out_more)
{
    struct store_blob_ref *refs;
    size_t n;
    const struct rounds_conf *conf = &c->rounds->conf;
    int64_t before = c->now_ms - conf->orphan_ms;
    if (store_archive_list_free(c->op, conf->store, before, STEP_BLOBS, &refs, &n))
        return -1;
    *out_more = n == STEP_BLOBS;
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (blob_drop(c->op, conf->blobs, refs[i].key, before))
            return -1;
        c->out->blobs++;
        c->out->bytes += refs[i].size;
    }
    return store_archive_forget(c->op, conf->store, refs, n, c->now_ms);
}

static int drop_all_free(struct cleaning *c)
{
    bool is_more = true;
    while (is_more)
        if (drop_free(c, &is_more) || op_check(c->op))
            return -1;
    return 0;
}

/* Blobs that no row knows: put by a process that died before it wrote the row. */
static int sweep_part(struct cleaning *c, struct op *part, const char **cursor)
{
    const struct rounds_conf *conf = &c->rounds->conf;
    struct blob_info *infos;
    size_t n;
    if (blob_list(part, conf->blobs, cursor, &infos, &n))
        return -1;
    struct blob_key *keys = ARENA_ARRAY(&part->arena, struct blob_key, n + 1);
    bool *is_known = ARENA_ARRAY(&part->arena, bool, n + 1);
    for (size_t i = 0; i < n; i++)
        keys[i] = infos[i].key;
    if (n && store_archive_knows(part, conf->store, keys, n, is_known))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (is_known[i] || infos[i].touched_ms >= c->now_ms - conf->orphan_ms)
            continue;
        if (blob_drop(part, conf->blobs, keys[i], c->now_ms - conf->orphan_ms))
            return -1;
        c->out->orphans++;
        c->out->bytes += infos[i].size;
    }
    return 0;
}

static int sweep_orphans(struct cleaning *c)
{
    const char *cursor = NULL;
    char kept[200];
    do {
        struct op part;
        op_init_part(&part, c->op, -1);
        int failed = sweep_part(c, &part, &cursor);
        if (failed)
            op_fail_from(c->op, &part);
        if (cursor) { /* it dies with the part */
            snprintf(kept, sizeof kept, "%s", cursor);
            cursor = kept;
        }
        op_fini(&part);
        if (failed || op_check(c->op))
            return -1;
    } while (cursor);
    return 0;
}

int retention_run(struct op *op, struct rounds *rounds, int64_t now_ms,
                  struct retention_result *out)
{
    struct cleaning c = {.op = op, .rounds = rounds, .now_ms = now_ms, .out = out};
    *out = (struct retention_result){0};
    return for_each_plan(op, rounds, &c, on_plan) || expire_by_size(&c) || drop_all_free(&c) ||
                   sweep_orphans(&c)
               ? -1
               : 0;
}

/* ---- Preview ---- */

struct preview {
    struct op *op;
    struct rounds *rounds;
    int64_t now_ms;
    struct retention_preview *out;
};

static int preview_plan(void *ctx, const struct store_plan *plan)
{
    struct preview *p = ctx;
    struct store_expire_ask limits;
    int64_t rounds = 0, bytes = 0;
    if (plan_limits(p->op, p->rounds, plan->row, p->now_ms, &limits))
        return -1;
    if (limits.before_ms == 0)
        return 0;
    if (store_archive_due(p->op, p->rounds->conf.store, plan->row, limits.before_ms, &rounds,
                          &bytes))
        return -1;
    p->out->rounds += rounds;
    p->out->bytes += bytes;
    return 0;
}

int retention_preview(struct op *op, struct rounds *rounds, int64_t now_ms,
                      struct retention_preview *out)
{
    struct preview p = {op, rounds, now_ms, out};
    int64_t excess, oldest;
    *out = (struct retention_preview){0};
    if (for_each_plan(op, rounds, &p, preview_plan) || find_excess(op, rounds, &excess))
        return -1;
    if (excess <= out->bytes)
        return 0;
    /* More than age takes: the oldest there are, which mostly are those that age takes, too. */
    if (store_archive_count_oldest(op, rounds->conf.store, excess, &oldest))
        return -1;
    out->bytes = excess;
    out->rounds = oldest > out->rounds ? oldest : out->rounds;
    return 0;
}

int retention_forecast(struct op *op, struct rounds *rounds, int64_t now_ms, int64_t free_bytes,
                       struct retention_forecast *out)
{
    const int64_t ahead_ms = RETENTION_AHEAD_DAYS * DAY_MS;
    struct retention_preview due = {0};
    struct preview p = {op, rounds, now_ms + ahead_ms, &due};
    int64_t added, first_ms;
    *out = (struct retention_forecast){.full_days = -1};
    if (for_each_plan(op, rounds, &p, preview_plan) ||
        store_archive_added(op, rounds->conf.store, now_ms - ahead_ms, &added, &first_ms))
        return -1;
    out->due_rounds = due.rounds;
    out->due_bytes = due.bytes;
    int64_t days = first_ms && first_ms < now_ms ? (now_ms - first_ms) / DAY_MS + 1 : 1;
    out->added_bytes = added / (days < RETENTION_AHEAD_DAYS ? days : RETENTION_AHEAD_DAYS);
    int64_t net = out->added_bytes - due.bytes / RETENTION_AHEAD_DAYS;
    if (net > 0)
        out->full_days = free_bytes / net;
    return 0;
}

/* ---- The janitor ---- */

int janitor_job(void *ctx, struct op *op, int64_t now_ms, int64_t *next_ms)
{
    struct rounds *rounds = ctx;
    struct retention_result result;
    *next_ms = now_ms + JANITOR_MS;
    if (retention_run(op, rounds, now_ms, &result) ||
        store_outbox_sweep(op, rounds->conf.store, now_ms - LETTERS_DAYS * DAY_MS) ||
        store_tidy(op, rounds->conf.store))
        return -1;
    if (result.shots + result.blobs + result.orphans)
        log_msg(
            LOG_INFO, op, "janitor",
            "%lld shots let go of their pictures, %lld blobs and %lld orphans dropped, %lld bytes",
            (long long)result.shots, (long long)result.blobs, (long long)result.orphans,
            (long long)result.bytes);
    return 0;
}
