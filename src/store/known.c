/* Known issues: words that go with a panel until a date. The SQL. Any thread. */
#include "store/inner.h"
#include "store/verdict.h"

#include <inttypes.h>

#define KNOWN                                                                                      \
    "SELECT k.row_id, k.id, k.panel_row, p.panel_title, k.window_row, k.text, k.category, "        \
    "k.links, k.from_ms, k.until_ms, k.user_row, u.name, k.ended_ms FROM known_issues k "          \
    "LEFT JOIN panels p ON p.row_id = k.panel_row LEFT JOIN users u ON u.row_id = k.user_row "

static void read_known(struct op *op, struct cols *c, void *item)
{
    struct store_known *k = item;
    k->row = take_int(c);
    k->id = take_text(c);
    k->panel_row = take_int(c);
    k->panel_title = take_text(c);
    k->window_row = take_int(c);
    k->text = take_text(c);
    k->category = take_text(c);
    k->links = take_text(c);
    k->from_ms = take_int(c);
    k->until_ms = take_int(c);
    k->user_row = take_int(c);
    k->user = take_text(c);
    k->ended_ms = take_int(c);
}

int store_known_add(struct op *op, struct store *store, struct store_known *k)
{
    CLEANUP(unit_end) struct unit u = {0};
    k->id = store_new_id(op);
    if (unit_begin(op, store, DB_DURABLE, &u) ||
        db_get_int(op, u.tx,
                   "INSERT INTO known_issues (id, panel_row, window_row, text, category, links, "
                   "user_row, from_ms, until_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
                   "RETURNING row_id",
                   DB_ARGS(db_text(k->id), db_int(k->panel_row), db_int_or_null(k->window_row),
                           db_text(k->text), db_text(text_or(k->category, "")),
                           db_text(text_or(k->links, "[]")), db_int(k->user_row),
                           db_int(k->from_ms), db_int(k->until_ms)),
                   &k->row) ||
        search_put(op, u.tx, SEARCH_KNOWN, k->row, k->text,
                   arena_fmt(&op->arena, "u%" PRId64, k->user_row)))
        return -1;
    return unit_commit(op, &u);
}

int store_known_find(struct op *op, struct store *store, const char *id, struct store_known *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_known){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, KNOWN "WHERE k.id = $1", DB_ARGS(db_text(id)), read_known, out);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no known issue %s", id);
    return got > 0 ? 0 : -1;
}

int store_known_list(struct op *op, struct store *store, int64_t panel_row, int64_t at_ms,
                     struct store_known **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    const struct db_args args = DB_ARGS(db_int(panel_row), db_int(at_ms), db_int(STORE_PAGE_MAX));
    if (panel_row)
        return read_all(op, u.tx,
                        KNOWN
                        "WHERE k.panel_row = $1 AND ($2 = 0 OR (k.from_ms <= $2 AND "
                        "k.until_ms > $2 AND k.ended_ms = 0)) ORDER BY k.row_id DESC LIMIT $3",
                        args, sizeof **out, read_known, (void **)out, out_n);
    return read_all(op, u.tx,
                    KNOWN "WHERE $2 = 0 OR (k.from_ms <= $2 AND k.until_ms > $2 AND "
                          "k.ended_ms = 0) ORDER BY k.row_id DESC LIMIT $3",
                    args, sizeof **out, read_known, (void **)out, out_n);
}

int store_known_end(struct op *op, struct store *store, int64_t row, int64_t now_ms)
{
    return unit_run(op, store, DB_DURABLE,
                    "UPDATE known_issues SET ended_ms = $1 WHERE row_id = $2 AND ended_ms = 0",
                    DB_ARGS(db_int(now_ms), db_int(row)), NULL);
}
