/* Notification channels and rules: the SQL. Any thread. The secret is ciphertext, opaque here. */
#include "store/channel.h"

#include "store/inner.h"

#include <inttypes.h>

#define COLUMNS                                                                                    \
    "row_id, id, name, kind, conf, lang, is_paused, version, created_ms, updated_ms, sent_ms, "    \
    "failed_ms, error"

static void read_channel(struct op *op, struct cols *c, void *item)
{
    struct store_channel *n = item;
    n->row = take_int(c);
    n->id = take_text(c);
    n->name = take_text(c);
    n->kind = take_text(c);
    n->conf = take_text(c);
    n->lang = take_text(c);
    n->is_paused = take_bool(c);
    n->version = take_int(c);
    n->created_ms = take_int(c);
    n->updated_ms = take_int(c);
    n->sent_ms = take_int(c);
    n->failed_ms = take_int(c);
    n->error = take_text(c);
}

static void read_channel_in_full(struct op *op, struct cols *c, void *item)
{
    read_channel(op, c, item);
    ((struct store_channel *)item)->secret = take_bytes(c);
}

int store_channel_add(struct op *op, struct store *store, struct store_channel *n)
{
    CLEANUP(unit_end) struct unit u = {0};
    n->id = store_new_id(op);
    n->version = 1;
    n->created_ms = n->updated_ms = clock_wall_ms();
    n->error = "";
    if (unit_begin(op, store, DB_DURABLE, &u))
        return -1;
    if (db_get_int(
            op, u.tx,
            "INSERT INTO channels (id, name, kind, conf, secret, lang, is_paused, "
            "created_ms, updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) "
            "RETURNING row_id",
            DB_ARGS(db_text(n->id), db_text(n->name), db_text(n->kind),
                    db_text(text_or(n->conf, "{}")), n->secret.n ? db_blob(n->secret) : db_null(),
                    db_text(text_or(n->lang, "en")), db_int(n->is_paused), db_int(n->created_ms)),
            &n->row))
        return explain_conflict(op, "there is a channel named \"%s\" already", n->name);
    return unit_commit(op, &u);
}

static int find(struct op *op, struct store *store, const char *sql, struct db_args args,
                const char *what, struct store_channel *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_channel){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, sql, args, read_channel_in_full, out);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no channel %s", what);
    return got > 0 ? 0 : -1;
}

int store_channel_find(struct op *op, struct store *store, const char *id,
                       struct store_channel *out)
{
    return find(op, store, "SELECT " COLUMNS ", secret FROM channels WHERE id = $1",
                DB_ARGS(db_text(id)), id, out);
}

int store_channel_get(struct op *op, struct store *store, int64_t row, struct store_channel *out)
{
    return find(op, store, "SELECT " COLUMNS ", secret FROM channels WHERE row_id = $1",
                DB_ARGS(db_int(row)), arena_fmt(&op->arena, "number %" PRId64, row), out);
}

int store_channel_list(struct op *op, struct store *store, struct store_channel **out,
                       size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx, "SELECT " COLUMNS " FROM channels ORDER BY name LIMIT $1",
                    DB_ARGS(db_int(STORE_PAGE_MAX)), sizeof **out, read_channel, (void **)out,
                    out_n);
}

int store_channel_set(struct op *op, struct store *store, struct store_channel *n)
{
    int64_t changed = 0, now = clock_wall_ms();
    if (unit_run(op, store, DB_DURABLE,
                 "UPDATE channels SET name = $1, conf = $2, lang = $3, is_paused = $4, "
                 "secret = CASE WHEN $5 THEN $6 ELSE secret END, updated_ms = $7, "
                 "version = version + 1 WHERE row_id = $8 AND version = $9",
                 DB_ARGS(db_text(n->name), db_text(text_or(n->conf, "{}")),
                         db_text(text_or(n->lang, "en")), db_int(n->is_paused),
                         db_int(n->secret.p != NULL), db_blob(n->secret), db_int(now),
                         db_int(n->row), db_int(n->version)),
                 &changed))
        return explain_conflict(op, "there is a channel named \"%s\" already", n->name);
    if (changed == 0)
        return op_fail(op, ERR_CONFLICT, "somebody changed this channel meanwhile; read it again");
    n->version++;
    n->updated_ms = now;
    return 0;
}

int store_channel_drop(struct op *op, struct store *store, int64_t row)
{
    /* Rules and letters go with it: ON DELETE CASCADE. */
    return unit_run(op, store, DB_DURABLE, "DELETE FROM channels WHERE row_id = $1",
                    DB_ARGS(db_int(row)), NULL);
}

/* ---- Rules ---- */

#define RULE                                                                                       \
    "SELECT l.row_id, l.id, l.plan_row, p.id, l.event, l.channel_row, c.id, c.name, l.conf "       \
    "FROM rules l JOIN channels c ON c.row_id = l.channel_row LEFT JOIN plans p ON p.row_id = "    \
    "l.plan_row "

static void read_rule(struct op *op, struct cols *c, void *item)
{
    struct store_rule *r = item;
    r->row = take_int(c);
    r->id = take_text(c);
    r->plan_row = take_int(c);
    r->plan_id = take_text(c);
    r->event = take_text(c);
    r->channel_row = take_int(c);
    r->channel_id = take_text(c);
    r->channel_name = take_text(c);
    r->conf = take_text(c);
}

int store_rule_add(struct op *op, struct store *store, struct store_rule *r)
{
    CLEANUP(unit_end) struct unit u = {0};
    r->id = store_new_id(op);
    if (unit_begin(op, store, DB_DURABLE, &u) ||
        db_get_int(op, u.tx,
                   "INSERT INTO rules (id, plan_row, event, channel_row, conf) "
                   "VALUES ($1, $2, $3, $4, $5) RETURNING row_id",
                   DB_ARGS(db_text(r->id), db_int_or_null(r->plan_row), db_text(r->event),
                           db_int(r->channel_row), db_text(text_or(r->conf, "{}"))),
                   &r->row))
        return -1;
    return unit_commit(op, &u);
}

int store_rule_list(struct op *op, struct store *store, int64_t plan_row, const char *event,
                    struct store_rule **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    RULE "WHERE ($1 = 0 OR l.plan_row = $1 OR l.plan_row IS NULL) "
                         "AND ($2 IS NULL OR l.event = $2) ORDER BY l.row_id LIMIT $3",
                    DB_ARGS(db_int(plan_row), db_text(event), db_int(STORE_PAGE_MAX)), sizeof **out,
                    read_rule, (void **)out, out_n);
}

int store_rule_drop(struct op *op, struct store *store, int64_t row)
{
    return unit_run(op, store, DB_DURABLE, "DELETE FROM rules WHERE row_id = $1",
                    DB_ARGS(db_int(row)), NULL);
}
