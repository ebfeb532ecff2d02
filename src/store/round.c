/* Rounds: the SQL of everything but their shots. Any thread.
 *
 * Preparing is claimed like shots are, with a lease. A put-back round keeps the same column as its
 * "not before": both mean "nobody may claim it until then".
 *
 * SQLite uses the partial index of open rounds only where its condition, `state IN (0, 1, 2)`,
 * stands in the query word for word; hence the seemingly needless repetitions.
 */
#include "store/round.h"

#include "store/inner.h"
#include "store/shot.h"

#include <inttypes.h>

#define COLUMNS                                                                                    \
    "r.row_id, r.id, r.plan_row, p.id, p.name, r.plan_version, r.state, r.made_by, r.moment_ms, "  \
    "r.created_ms, r.started_ms, r.finished_ms, r.due_ms, r.escalated_ms, r.signed_ms, "           \
    "r.starter_row, s.name, r.signer, r.error, r.is_late, r.is_held, r.attempts, r.stamp, "        \
    "r.total, r.done, r.failed, r.cancelled, r.normal, r.abnormal, r.not_applicable, "             \
    "r.undecided, r.changed, r.flagged, r.bytes"
#define TABLES                                                                                     \
    " FROM rounds r LEFT JOIN plans p ON p.row_id = r.plan_row "                                   \
    "LEFT JOIN users s ON s.row_id = r.starter_row "

static void read_round(struct op *op, struct cols *c, void *item)
{
    struct store_round *r = item;
    r->row = take_int(c);
    r->id = take_text(c);
    r->plan_row = take_int(c);
    r->plan_id = take_text(c);
    r->plan_name = take_text(c);
    r->plan_version = take_int(c);
    r->state = (enum round_state)take_int(c);
    r->trigger = (enum round_trigger)take_int(c);
    r->moment_ms = take_int(c);
    r->created_ms = take_int(c);
    r->started_ms = take_int(c);
    r->finished_ms = take_int(c);
    r->due_ms = take_int(c);
    r->escalated_ms = take_int(c);
    r->signed_ms = take_int(c);
    r->starter_row = take_int(c);
    r->starter = take_text(c);
    r->signer = take_text(c);
    r->error = take_text(c);
    r->is_late = take_bool(c);
    r->is_held = take_bool(c);
    r->attempts = (int)take_int(c);
    r->stamp = take_int(c);
    r->total = (int)take_int(c);
    r->done = (int)take_int(c);
    r->failed = (int)take_int(c);
    r->cancelled = (int)take_int(c);
    r->normal = (int)take_int(c);
    r->abnormal = (int)take_int(c);
    r->not_applicable = (int)take_int(c);
    r->undecided = (int)take_int(c);
    r->changed = (int)take_int(c);
    r->flagged = (int)take_int(c);
    r->bytes = take_int(c);
}

const char *store_round_state_word(enum round_state state)
{
    static const char *const words[] = {
        [ROUND_PREPARING] = "waiting", [ROUND_RUNNING] = "running",     [ROUND_REVIEW] = "finished",
        [ROUND_SIGNED] = "signed",     [ROUND_CANCELLED] = "cancelled", [ROUND_FAILED] = "failed",
    };
    return (unsigned)state <= ROUND_FAILED ? words[state] : "";
}

int store_round_add(struct op *op, struct store *store, struct store_round *r)
{
    r->id = store_new_id(op);
    r->state = ROUND_PREPARING;
    r->created_ms = clock_wall_ms();
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_WRITE, &u))
        return -1;
    if (db_get_int(op, u.tx,
                   "INSERT INTO rounds (id, plan_row, plan_version, state, made_by, moment_ms, "
                   "created_ms, due_ms, starter_row, is_late) VALUES ($1, $2, $3, 0, $4, $5, $6, "
                   "$7, $8, $9) RETURNING row_id",
                   DB_ARGS(db_text(r->id), db_int(r->plan_row), db_int(r->plan_version),
                           db_int(r->trigger), db_int(r->moment_ms), db_int(r->created_ms),
                           db_int(r->due_ms), db_int_or_null(r->starter_row), db_int(r->is_late)),
                   &r->row))
        return explain_conflict(op, "the schedule has made this round already");
    if (db_run(op, u.tx, "UPDATE totals SET rounds = rounds + 1", DB_NONE, NULL))
        return -1;
    return unit_commit(op, &u);
}

static int find(struct op *op, struct store *store, const char *sql, struct db_args args,
                const char *what, struct store_round *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_round){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, sql, args, read_round, out);
    if (got == 0 && what)
        return op_fail(op, ERR_NOT_FOUND, "no round %s", what);
    return got >= 0 ? 0 : -1;
}

int store_round_find(struct op *op, struct store *store, const char *id, struct store_round *out)
{
    return find(op, store, "SELECT " COLUMNS TABLES "WHERE r.id = $1", DB_ARGS(db_text(id)), id,
                out);
}

int store_round_get(struct op *op, struct store *store, int64_t row, struct store_round *out)
{
    return find(op, store, "SELECT " COLUMNS TABLES "WHERE r.row_id = $1", DB_ARGS(db_int(row)),
                arena_fmt(&op->arena, "number %" PRId64, row), out);
}

int store_round_newest(struct op *op, struct store *store, int64_t plan_row, int64_t moment_ms,
                       struct store_round *out)
{
    return find(op, store,
                "SELECT " COLUMNS TABLES "WHERE r.plan_row = $1 AND r.moment_ms < $2 "
                "ORDER BY r.moment_ms DESC, r.row_id DESC LIMIT 1",
                DB_ARGS(db_int(plan_row), db_int(moment_ms ? moment_ms : INT64_MAX)), NULL, out);
}

/* One text for each index that can serve: of a plan, of the open ones, of all. */
#define LIST_REST                                                                                  \
    " AND (r.moment_ms, r.row_id) < ($1, $2) AND r.moment_ms >= $3 "                               \
    "AND ($4 = 0 OR ($4 >> r.state) & 1) AND " SEES_PLAN(                                          \
        "$5", "r.plan_row") " ORDER BY r.moment_ms DESC, r.row_id DESC LIMIT $6"

static const char *list_sql(const struct store_round_ask *ask)
{
    const unsigned open = 1u << ROUND_PREPARING | 1u << ROUND_RUNNING | 1u << ROUND_REVIEW;
    if (ask->plan_row)
        return "SELECT " COLUMNS TABLES "WHERE r.plan_row = $7" LIST_REST;
    if (ask->states && (ask->states & ~open) == 0)
        return "SELECT " COLUMNS TABLES "WHERE r.state IN (0, 1, 2)" LIST_REST;
    return "SELECT " COLUMNS TABLES "WHERE 1" LIST_REST;
}

int store_round_list(struct op *op, struct store *store, const struct store_round_ask *ask,
                     struct store_page page, struct store_round_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_round_list){0};
    int64_t key[2];
    int limit = page_limit(page);
    if (page_read_below(op, page, ask->to_ms, key) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx, list_sql(ask),
                 DB_ARGS(db_int(key[0]), db_int(key[1]), db_int(ask->from_ms), db_int(ask->states),
                         db_int(ask->user_row), db_int(limit + 1), db_int(ask->plan_row)),
                 sizeof *out->items, read_round, (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        const struct store_round *last = &out->items[out->n - 1];
        out->next = page_write(op, (int64_t[]){last->moment_ms, last->row}, 2);
    }
    return 0;
}

int store_round_count_active(struct op *op, struct store *store, int64_t plan_row, int *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t n = 0;
    if (unit_begin(op, store, DB_READ, &u) ||
        db_get_int(op, u.tx, "SELECT count(*) FROM rounds WHERE state IN (0, 1) AND plan_row = $1",
                   DB_ARGS(db_int(plan_row)), &n))
        return -1;
    *out = (int)n;
    return 0;
}

/* ---- Preparing ---- */

int store_round_claim(struct op *op, struct store *store, const struct store_claim_ask *ask,
                      struct store_round *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_round){0};
    int64_t row = 0;
    if (unit_begin(op, store, DB_WRITE, &u) ||
        db_get_int(op, u.tx,
                   "UPDATE rounds SET worker = $1, lease_ms = $2, attempts = attempts + 1 "
                   "WHERE row_id = (SELECT r.row_id FROM rounds r WHERE r.state IN (0, 1, 2) AND "
                   "r.state = 0 AND r.lease_ms <= $3 AND NOT EXISTS (SELECT 1 FROM plan_sources p "
                   "WHERE p.plan_row = r.plan_row AND p.source_row IN (SELECT value FROM "
                   "json_each($4))) ORDER BY r.created_ms, r.row_id LIMIT 1) RETURNING row_id",
                   DB_ARGS(db_text(ask->worker), db_int(ask->lease_until_ms), db_int(ask->now_ms),
                           db_text(rows_json(op, ask->blocked, ask->blocked_n))),
                   &row))
        return -1;
    if (row && read_one(op, u.tx, "SELECT " COLUMNS TABLES "WHERE r.row_id = $1",
                        DB_ARGS(db_int(row)), read_round, out) != 1)
        return -1;
    return unit_commit(op, &u);
}

int store_round_put_back(struct op *op, struct store *store, int64_t row, const char *error,
                         int64_t not_before_ms)
{
    return unit_run(op, store, DB_WRITE,
                    "UPDATE rounds SET worker = '', lease_ms = $1, error = $2, stamp = stamp + 1 "
                    "WHERE row_id = $3 AND state = 0",
                    DB_ARGS(db_int(not_before_ms), db_text(text_or(error, "")), db_int(row)), NULL);
}

int store_round_fail(struct op *op, struct store *store, int64_t row, const char *error)
{
    int64_t n = 0;
    if (unit_run(op, store, DB_WRITE,
                 "UPDATE rounds SET state = 5, error = $1, finished_ms = $2, stamp = stamp + 1 "
                 "WHERE row_id = $3 AND state = 0",
                 DB_ARGS(db_text(error), db_int(clock_wall_ms()), db_int(row)), &n))
        return -1;
    return n ? 0 : op_fail(op, ERR_CONFLICT, "the round is not being prepared any more");
}

/* ---- Cancelling, holding, escalating ---- */

int store_round_cancel(struct op *op, struct store *store, int64_t row, bool is_now)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t is_open = 0, waiting = 0, claimed = 0;
    if (unit_begin(op, store, DB_WRITE, &u) ||
        db_get_int(op, u.tx, "SELECT state IN (0, 1) FROM rounds WHERE row_id = $1",
                   DB_ARGS(db_int(row)), &is_open))
        return -1;
    if (!is_open)
        return op_fail(op, ERR_CONFLICT, "the round is over; there is nothing to cancel");
    /* All of one round lie between two numbers; see schema.c. */
    const struct db_args range =
        DB_ARGS(db_int(row << SHOT_POS_BITS), db_int((row + 1) << SHOT_POS_BITS));
    if (db_run(op, u.tx,
               "UPDATE shots SET state = 4, stamp = stamp + 1 "
               "WHERE row_id >= $1 AND row_id < $2 AND state = 0",
               range, &waiting))
        return -1;
    if (is_now && db_run(op, u.tx,
                         "UPDATE shots SET state = 4, stamp = stamp + 1 "
                         "WHERE row_id >= $1 AND row_id < $2 AND state = 1",
                         range, &claimed))
        return -1;
    if (db_run(op, u.tx,
               "UPDATE rounds SET state = 4, cancelled = cancelled + $1, finished_ms = $2, "
               "stamp = stamp + 1 WHERE row_id = $3",
               DB_ARGS(db_int(waiting + claimed), db_int(clock_wall_ms()), db_int(row)), NULL))
        return -1;
    return unit_commit(op, &u);
}

int store_round_set_held(struct op *op, struct store *store, int64_t row, bool is_held)
{
    return unit_run(op, store, DB_DURABLE,
                    "UPDATE rounds SET is_held = $1, stamp = stamp + 1 WHERE row_id = $2",
                    DB_ARGS(db_int(is_held), db_int(row)), NULL);
}

int store_round_list_overdue(struct op *op, struct store *store, int64_t now_ms,
                             struct store_round_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_round_list){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    "SELECT " COLUMNS TABLES "WHERE r.state IN (0, 1, 2) AND r.state = 2 "
                    "AND r.due_ms > 0 AND r.due_ms < $1 AND r.escalated_ms = 0 "
                    "ORDER BY r.due_ms LIMIT $2",
                    DB_ARGS(db_int(now_ms), db_int(STORE_PAGE_MAX)), sizeof *out->items, read_round,
                    (void **)&out->items, &out->n);
}

int store_round_set_escalated(struct op *op, struct store *store, int64_t row, int64_t now_ms)
{
    return unit_run(op, store, DB_WRITE,
                    "UPDATE rounds SET escalated_ms = $1, stamp = stamp + 1 WHERE row_id = $2",
                    DB_ARGS(db_int(now_ms), db_int(row)), NULL);
}

static void read_square(struct op *op, struct cols *c, void *item)
{
    struct store_round_square *s = item;
    s->plan_row = take_int(c);
    s->id = take_text(c);
    s->moment_ms = take_int(c);
    s->state = (enum round_state)take_int(c);
    s->total = (int)take_int(c);
    s->failed = (int)take_int(c);
    s->abnormal = (int)take_int(c);
    s->undecided = (int)take_int(c);
}

int store_round_strip(struct op *op, struct store *store, int64_t user_row, int64_t since_ms,
                      int limit, struct store_round_square **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    "SELECT r.plan_row, r.id, r.moment_ms, r.state, r.total, r.failed, "
                    "r.abnormal, r.undecided FROM plans p JOIN rounds r ON r.plan_row = p.row_id "
                    "WHERE p.dropped_ms = 0 AND r.moment_ms >= $1 AND " SEES_PLAN(
                        "$2", "p.row_id") " ORDER BY +r.plan_row, r.moment_ms LIMIT $3",
                    DB_ARGS(db_int(since_ms), db_int(user_row), db_int(limit)), sizeof **out,
                    read_square, (void **)out, out_n);
}
