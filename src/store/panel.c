/* Panels, the windows they were taken in, pins and masks: the SQL. Any thread. */
#include "store/inner.h"
#include "store/shot_list.h"

#include <inttypes.h>

#define PANEL                                                                                      \
    "SELECT p.row_id, p.id, p.source_row, s.id, s.name, p.dashboard_uid, p.dashboard_title, "      \
    "p.panel_key, p.panel_title, p.vars, p.detail, p.seen_ms FROM panels p "                       \
    "JOIN sources s ON s.row_id = p.source_row "

static void read_panel(struct op *op, struct cols *c, void *item)
{
    struct store_panel *p = item;
    p->row = take_int(c);
    p->id = take_text(c);
    p->source_row = take_int(c);
    p->source_id = take_text(c);
    p->source_name = take_text(c);
    p->dashboard_uid = take_text(c);
    p->dashboard_title = take_text(c);
    p->panel_key = take_text(c);
    p->panel_title = take_text(c);
    p->vars = take_text(c);
    p->detail = take_text(c);
    p->seen_ms = take_int(c);
}

static int find(struct op *op, struct store *store, const char *sql, struct db_args args,
                const char *what, struct store_panel *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_panel){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, sql, args, read_panel, out);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no panel %s", what);
    return got > 0 ? 0 : -1;
}

int store_panel_find(struct op *op, struct store *store, const char *id, struct store_panel *out)
{
    return find(op, store, PANEL "WHERE p.id = $1", DB_ARGS(db_text(id)), id, out);
}

int store_panel_get(struct op *op, struct store *store, int64_t row, struct store_panel *out)
{
    return find(op, store, PANEL "WHERE p.row_id = $1", DB_ARGS(db_int(row)),
                arena_fmt(&op->arena, "number %" PRId64, row), out);
}

static void read_window(struct op *op, struct cols *c, void *item)
{
    struct store_window *w = item;
    w->row = take_int(c);
    w->key = take_text(c);
    w->spec = take_text(c);
}

int store_panel_windows(struct op *op, struct store *store, int64_t panel_row,
                        struct store_window **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    "SELECT row_id, key, spec FROM windows w WHERE EXISTS (SELECT 1 FROM shots "
                    "WHERE panel_row = $1 AND window_row = w.row_id) ORDER BY row_id",
                    DB_ARGS(db_int(panel_row)), sizeof **out, read_window, (void **)out, out_n);
}

int store_pin_set(struct op *op, struct store *store, int64_t plan_row, int64_t panel_row,
                  int64_t window_row, int64_t shot_row, int64_t user_row)
{
    const struct db_args args =
        DB_ARGS(db_int(plan_row), db_int(panel_row), db_int(window_row), db_int(shot_row),
                db_int_or_null(user_row), db_int(clock_wall_ms()));
    if (shot_row == 0)
        return unit_run(op, store, DB_DURABLE,
                        "DELETE FROM pins WHERE plan_row = $1 AND panel_row = $2 AND "
                        "window_row = $3",
                        args, NULL);
    return unit_run(op, store, DB_DURABLE,
                    "INSERT INTO pins VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (plan_row, "
                    "panel_row, window_row) DO UPDATE SET shot_row = excluded.shot_row, "
                    "user_row = excluded.user_row, set_ms = excluded.set_ms",
                    args, NULL);
}

static void read_rects(struct op *op, struct cols *c, void *item)
{
    *(const char **)item = take_text(c);
}

int store_mask_find(struct op *op, struct store *store, int64_t panel_row, const char **out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = "[]";
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, "SELECT rects FROM masks WHERE panel_row = $1",
                       DB_ARGS(db_int(panel_row)), read_rects, out);
    return got < 0 ? -1 : 0;
}

int store_mask_set(struct op *op, struct store *store, int64_t panel_row, const char *rects,
                   int64_t user_row)
{
    return unit_run(op, store, DB_DURABLE,
                    "INSERT INTO masks VALUES ($1, $2, $3, $4) ON CONFLICT (panel_row) "
                    "DO UPDATE SET rects = excluded.rects, user_row = excluded.user_row, "
                    "set_ms = excluded.set_ms",
                    DB_ARGS(db_int(panel_row), db_text(rects), db_int_or_null(user_row),
                            db_int(clock_wall_ms())),
                    NULL);
}
