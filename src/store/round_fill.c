/* A round gets its shots: panels and windows are found or made, then the rows, in one transaction.
 *
 * Apart from round.c because it is the one place where shots are born, and the only long writing
 * transaction: ten thousand shots take some tenths of a second.
 */
#include "store/inner.h"
#include "store/round.h"
#include "store/shot.h"

#include <inttypes.h>

struct fill {
    int64_t round_row;
    int64_t rank;
    int64_t moment_ms;
};

static int find_panel(struct op *op, struct db_tx *tx, const struct fill *f,
                      const struct store_shot_new *s, int64_t *out)
{
    int64_t is_known = 0;
    const struct db_args key =
        DB_ARGS(db_int(s->source_row), db_text(s->dashboard_uid), db_text(s->panel_key),
                db_text(text_or(s->vars, "{}")), db_text(text_or(s->dashboard_title, "")),
                db_text(text_or(s->panel_title, "")), db_text(text_or(s->panel_detail, "{}")),
                db_int(f->moment_ms), db_text(store_new_id(op)));
    /* Mostly nothing about a panel has changed: then only "seen" is written, if at all. */
    if (db_get_int(op, tx,
                   "SELECT row_id FROM panels WHERE source_row = $1 AND dashboard_uid = $2 AND "
                   "panel_key = $3 AND vars = $4",
                   key, &is_known))
        return -1;
    if (is_known) {
        *out = is_known;
        int64_t changed = 0;
        if (db_run(op, tx,
                   "UPDATE panels SET dashboard_title = $5, panel_title = $6, detail = $7, "
                   "seen_ms = $8 WHERE source_row = $1 AND dashboard_uid = $2 AND panel_key = $3 "
                   "AND vars = $4 AND seen_ms < $8 AND (dashboard_title <> $5 OR "
                   "panel_title <> $6 OR detail <> $7)",
                   key, &changed))
            return -1;
        if (!changed)
            return db_run(op, tx,
                          "UPDATE panels SET seen_ms = $8 WHERE source_row = $1 AND "
                          "dashboard_uid = $2 AND panel_key = $3 AND vars = $4 AND seen_ms < $8",
                          key, NULL);
    } else if (db_get_int(op, tx,
                          "INSERT INTO panels (id, source_row, dashboard_uid, panel_key, vars, "
                          "dashboard_title, panel_title, detail, seen_ms) "
                          "VALUES ($9, $1, $2, $3, $4, $5, $6, $7, $8) RETURNING row_id",
                          key, out)) {
        return -1;
    }
    const char *text = arena_fmt(&op->arena, "%s %s %s", text_or(s->panel_title, ""),
                                 text_or(s->dashboard_title, ""), text_or(s->vars, ""));
    return search_put(op, tx, SEARCH_PANEL, *out, text,
                      arena_fmt(&op->arena, "s%" PRId64, s->source_row));
}

static int find_window(struct op *op, struct db_tx *tx, const struct store_shot_new *s,
                       int64_t *out)
{
    if (db_get_int(op, tx, "SELECT row_id FROM windows WHERE key = $1 AND spec = $2",
                   DB_ARGS(db_text(s->window_key), db_text(text_or(s->window_spec, "{}"))), out) ||
        *out)
        return *out ? 0 : -1;
    return db_get_int(op, tx,
                      "INSERT INTO windows (key, spec) VALUES ($1, $2) "
                      "ON CONFLICT (key) DO UPDATE SET spec = excluded.spec RETURNING row_id",
                      DB_ARGS(db_text(s->window_key), db_text(text_or(s->window_spec, "{}"))), out);
}

static int add_shot(struct op *op, struct db_tx *tx, const struct fill *f,
                    const struct store_shot_new *s, int64_t pos)
{
    int64_t panel = 0, window = 0;
    if (find_panel(op, tx, f, s, &panel) || find_window(op, tx, s, &window))
        return -1;
    if (db_run(op, tx,
               "INSERT INTO shots (row_id, round_row, panel_row, window_row, source_row, visit, "
               "rank, from_ms, to_ms, page) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
               DB_ARGS(db_int(f->round_row << SHOT_POS_BITS | pos), db_int(f->round_row),
                       db_int(panel), db_int(window), db_int(s->source_row), db_int(s->visit),
                       db_int(f->rank), db_int(s->from_ms), db_int(s->to_ms), db_text(s->page)),
               NULL) == 0)
        return 0;
    if (op->err != ERR_CONFLICT)
        return -1;
    op_clear(op);
    return op_fail(op, ERR_UNPROCESSABLE,
                   "panel %s (\"%s\") of dashboard %s is asked for twice in the window %s",
                   s->panel_key, text_or(s->panel_title, ""), s->dashboard_uid, s->window_key);
}

static void read_fill(struct op *op, struct cols *c, void *item)
{
    struct fill *f = item;
    f->rank = take_int(c) == ROUND_BY_SCHEDULE ? 2 : 1;
    f->moment_ms = take_int(c);
}

int store_round_fill(struct op *op, struct store *store, int64_t round_row,
                     const struct store_shot_new *shots, size_t n)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct fill f = {.round_row = round_row};
    if (n > STORE_SHOTS_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "%zu shots are too many for one round (at most %d)",
                       n, STORE_SHOTS_MAX);
    if (unit_begin(op, store, DB_WRITE, &u))
        return -1;
    int got =
        read_one(op, u.tx, "SELECT made_by, moment_ms FROM rounds WHERE row_id = $1 AND state = 0",
                 DB_ARGS(db_int(round_row)), read_fill, &f);
    if (got == 0)
        return op_fail(op, ERR_CONFLICT, "the round is not being prepared any more");
    for (size_t i = 0; i < n && got > 0; i++) {
        struct op part; /* or the texts of every query of a large round would pile up */
        op_init_part(&part, op, -1);
        if (add_shot(&part, u.tx, &f, &shots[i], (int64_t)i + 1))
            got = op_fail_from(op, &part);
        op_fini(&part);
    }
    int64_t now = clock_wall_ms();
    if (got < 0 ||
        db_run(op, u.tx,
               "UPDATE rounds SET state = $1, total = $2, started_ms = $3, finished_ms = $4, "
               "error = '', worker = '', lease_ms = 0, stamp = stamp + 1 WHERE row_id = $5",
               DB_ARGS(db_int(n ? ROUND_RUNNING : ROUND_REVIEW), db_int((int64_t)n), db_int(now),
                       db_int(n ? 0 : now), db_int(round_row)),
               NULL) ||
        db_run(op, u.tx, "UPDATE totals SET shots = shots + $1", DB_ARGS(db_int((int64_t)n)), NULL))
        return -1;
    return unit_commit(op, &u);
}
