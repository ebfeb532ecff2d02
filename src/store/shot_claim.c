/* The queue of shots: claims with leases, giving back, taking back. Any thread; many workers at
 * once, which the single writer puts in order.
 *
 * A claim takes the shots of one visit (one dashboard of one round), because they share a page.
 * Which visit: the first by rank, round and visit among the sources that may be rendered now. The
 * partial indexes hold only what waits, rests or is claimed, so the cost does not know how large
 * the archive is. A resting shot is not in the index of ready ones: ten thousand shots backing off
 * from a Grafana that is down cost a claim nothing.
 *
 * `claim` is counted up by each claim and must be shown to end it: a worker whose lease ran out
 * cannot overwrite what its successor did.
 */
#include "store/shot_inner.h"

#include <string.h>

/* The visit that is due first. */
struct visit {
    int64_t source_row, rank, round_row, visit;
};

static void read_visit(struct op *op, struct cols *c, void *item)
{
    struct visit *v = item;
    v->source_row = take_int(c);
    v->rank = take_int(c);
    v->round_row = take_int(c);
    v->visit = take_int(c);
}

#define FIND_VISIT                                                                                 \
    "SELECT x.source_row, x.rank, x.round_row, x.visit FROM sources s JOIN shots x ON x.row_id = " \
    "(SELECT q.row_id FROM shots q WHERE q.state = 0 AND q.not_before_ms IS NULL AND "             \
    "q.source_row = s.row_id ORDER BY q.rank, q.round_row, q.visit LIMIT 1) "                      \
    "WHERE s.is_paused = 0 AND s.row_id NOT IN (SELECT value FROM json_each($1)) AND "             \
    "(s.parallel_max = 0 OR (SELECT count(DISTINCT b.worker) FROM shots b WHERE b.state = 1 AND "  \
    "b.source_row = s.row_id) < s.parallel_max) ORDER BY x.rank, x.round_row, x.visit LIMIT 1"

#define OF_VISIT                                                                                   \
    "state = 0 AND not_before_ms IS NULL AND source_row = $1 AND rank = $2 AND round_row = $3 "    \
    "AND visit = $4 ORDER BY row_id LIMIT $5"

static void read_claimed(struct op *op, struct cols *c, void *item)
{
    struct store_claimed *s = item;
    s->row = take_int(c);
    s->id = shot_id(op, take_text(c), s->row);
    s->claim = take_int(c) + 1;
    s->attempts = (int)take_int(c) + 1;
    s->round_row = take_int(c);
    s->plan_row = take_int(c);
    s->plan_version = take_int(c);
    s->moment_ms = take_int(c);
    s->source_row = take_int(c);
    s->panel_row = take_int(c);
    s->window_row = take_int(c);
    s->visit = (int)take_int(c);
    s->dashboard_uid = take_text(c);
    s->panel_key = take_text(c);
    s->panel_title = take_text(c);
    s->panel_detail = take_text(c);
    s->vars = take_text(c);
    s->window_key = take_text(c);
    s->from_ms = take_int(c);
    s->to_ms = take_int(c);
    s->page = text_or(take_text(c), "");
}

static int claim_visit(struct op *op, struct db_tx *tx, const struct store_claim_ask *ask,
                       const struct visit *v, struct store_claimed **out, size_t *out_n)
{
    const struct db_args args = DB_ARGS(
        db_int(v->source_row), db_int(v->rank), db_int(v->round_row), db_int(v->visit),
        db_int(ask->max > 0 ? ask->max : 1), db_text(ask->worker), db_int(ask->lease_until_ms));
    if (read_all(op, tx,
                 "SELECT s.row_id, r.id, s.claim, s.attempts, s.round_row, r.plan_row, "
                 "r.plan_version, r.moment_ms, s.source_row, s.panel_row, s.window_row, s.visit, "
                 "p.dashboard_uid, p.panel_key, p.panel_title, p.detail, p.vars, w.key, "
                 "s.from_ms, s.to_ms, s.page FROM shots s JOIN rounds r ON r.row_id = s.round_row "
                 "JOIN panels p ON p.row_id = s.panel_row JOIN windows w ON w.row_id = "
                 "s.window_row WHERE s.row_id IN (SELECT row_id FROM shots WHERE " OF_VISIT
                 ") ORDER BY s.row_id",
                 args, sizeof **out, read_claimed, (void **)out, out_n))
        return -1;
    return db_run(
        op, tx,
        "UPDATE shots SET state = 1, claim = claim + 1, attempts = attempts + 1, "
        "worker = $6, lease_ms = $7 WHERE row_id IN (SELECT row_id FROM shots WHERE " OF_VISIT ")",
        args, NULL);
}

/* Without a transaction for nothing: idle workers ask again and again. */
static int is_idle(struct op *op, struct store *store, int64_t now_ms, bool *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t is_due = 0;
    if (unit_begin(op, store, DB_READ, &u) ||
        db_get_int(op, u.tx,
                   "SELECT EXISTS (SELECT 1 FROM shots WHERE state = 0 AND not_before_ms IS NULL) "
                   "OR EXISTS (SELECT 1 FROM shots WHERE state = 0 AND not_before_ms IS NOT NULL "
                   "AND not_before_ms <= $1)",
                   DB_ARGS(db_int(now_ms)), &is_due))
        return -1;
    *out = !is_due;
    return 0;
}

int store_shot_claim(struct op *op, struct store *store, const struct store_claim_ask *ask,
                     struct store_claimed **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct visit v;
    bool idle = true;
    *out = NULL;
    *out_n = 0;
    if (is_idle(op, store, ask->now_ms, &idle))
        return -1;
    if (idle)
        return 0;
    if (unit_begin(op, store, DB_WRITE, &u) ||
        db_run(op, u.tx,
               "UPDATE shots SET not_before_ms = NULL WHERE state = 0 AND "
               "not_before_ms IS NOT NULL AND not_before_ms <= $1",
               DB_ARGS(db_int(ask->now_ms)), NULL))
        return -1;
    int got =
        read_one(op, u.tx, FIND_VISIT,
                 DB_ARGS(db_text(rows_json(op, ask->blocked, ask->blocked_n))), read_visit, &v);
    if (got < 0 || (got > 0 && claim_visit(op, u.tx, ask, &v, out, out_n)))
        return -1;
    return unit_commit(op, &u);
}

int store_shot_extend(struct op *op, struct store *store, const char *worker,
                      int64_t lease_until_ms)
{
    return unit_run(op, store, DB_WRITE,
                    "UPDATE shots SET lease_ms = $1 WHERE state = 1 AND worker = $2",
                    DB_ARGS(db_int(lease_until_ms), db_text(worker)), NULL);
}

int store_shot_put_back(struct op *op, struct store *store, int64_t row, int64_t claim,
                        int64_t not_before_ms, const char *error_word, const char *error)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t n = 0;
    if (unit_begin(op, store, DB_WRITE, &u))
        return -1;
    /* Of a cancelled round it does not wait any more. */
    if (db_run(op, u.tx,
               "UPDATE shots SET state = CASE WHEN (SELECT state FROM rounds WHERE row_id = "
               "shots.round_row) = 4 THEN 4 ELSE 0 END, worker = NULL, lease_ms = NULL, "
               "not_before_ms = $1, error_word = $2, error = $3, "
               "attempts = attempts - CASE WHEN $2 IS NULL THEN 1 ELSE 0 END "
               "WHERE row_id = $4 AND state = 1 AND claim = $5",
               DB_ARGS(db_int_or_null(not_before_ms), db_text(error_word), db_text(error),
                       db_int(row), db_int(claim)),
               &n))
        return -1;
    if (n == 0)
        return op_fail(op, ERR_CONFLICT, "this claim is over; somebody else has the shot");
    if (db_run(op, u.tx,
               "UPDATE rounds SET cancelled = cancelled + 1, stamp = stamp + 1 "
               "WHERE row_id = $1 AND state = 4",
               DB_ARGS(db_int(row >> SHOT_POS_BITS)), NULL))
        return -1;
    return unit_commit(op, &u);
}

static void read_round_row(struct op *op, struct cols *c, void *item)
{
    *(int64_t *)item = take_int(c);
}

int store_shot_reclaim(struct op *op, struct store *store, int64_t now_ms, int *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t n = 0, lost = 0, *cancelled = NULL;
    size_t cancelled_n = 0;
    *out_n = 0;
    if (unit_begin(op, store, DB_WRITE, &u) ||
        db_run(op, u.tx,
               "UPDATE rounds SET worker = '', lease_ms = 0 WHERE state IN (0, 1, 2) AND state = 0 "
               "AND worker <> '' AND lease_ms < $1",
               DB_ARGS(db_int(now_ms)), NULL) ||
        read_all(op, u.tx,
                 "SELECT s.round_row FROM shots s JOIN rounds r ON r.row_id = s.round_row "
                 "WHERE s.state = 1 AND s.lease_ms < $1 AND r.state = 4",
                 DB_ARGS(db_int(now_ms)), sizeof *cancelled, read_round_row, (void **)&cancelled,
                 &cancelled_n))
        return -1;
    for (size_t i = 0; i < cancelled_n; i++, lost++)
        if (db_run(op, u.tx,
                   "UPDATE rounds SET cancelled = cancelled + 1, stamp = stamp + 1 "
                   "WHERE row_id = $1",
                   DB_ARGS(db_int(cancelled[i])), NULL))
            return -1;
    if (db_run(op, u.tx,
               "UPDATE shots SET state = CASE WHEN (SELECT state FROM rounds WHERE row_id = "
               "shots.round_row) = 4 THEN 4 ELSE 0 END, worker = NULL, lease_ms = NULL, "
               "not_before_ms = NULL WHERE state = 1 AND lease_ms < $1",
               DB_ARGS(db_int(now_ms)), &n))
        return -1;
    *out_n = (int)(n - lost);
    return unit_commit(op, &u);
}

int store_shot_next_due(struct op *op, struct store *store, int64_t *out_ms)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out_ms = 0;
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return db_get_int(op, u.tx,
                      "SELECT coalesce(min(due), 0) FROM (SELECT min(not_before_ms) AS due FROM "
                      "shots WHERE state = 0 AND not_before_ms IS NOT NULL UNION ALL "
                      "SELECT min(lease_ms) FROM shots WHERE state = 1)",
                      DB_NONE, out_ms);
}

static void read_queue(struct op *op, struct cols *c, void *item)
{
    struct store_queue *q = item;
    q->waiting = take_int(c);
    q->resting = take_int(c);
    q->claimed = take_int(c);
    q->oldest_ms = take_int(c);
}

int store_shot_queue(struct op *op, struct store *store, int64_t now_ms, struct store_queue *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_queue){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx,
                       "SELECT (SELECT count(*) FROM shots WHERE state = 0 AND not_before_ms IS "
                       "NULL), (SELECT count(*) FROM shots WHERE state = 0 AND not_before_ms IS "
                       "NOT NULL AND not_before_ms > $1), (SELECT count(*) FROM shots WHERE "
                       "state = 1), (SELECT min(created_ms) FROM rounds WHERE state = 1)",
                       DB_ARGS(db_int(now_ms)), read_queue, out);
    return got < 0 ? -1 : 0;
}
