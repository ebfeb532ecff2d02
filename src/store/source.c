/* Sources: the SQL. Any thread. The credential is ciphertext here and stays opaque. */
#include "store/source.h"

#include "store/inner.h"

#include <inttypes.h>

#define COLUMNS                                                                                    \
    "row_id, id, name, base_url, org_id, auth, ca_file, origins, options, parallel_max, "          \
    "is_paused, version, test, tested_ms, created_ms, updated_ms"

static void read_source(struct op *op, struct cols *c, void *item)
{
    struct store_source *s = item;
    s->row = take_int(c);
    s->id = take_text(c);
    s->name = take_text(c);
    s->base_url = take_text(c);
    s->org_id = take_int(c);
    s->auth = take_text(c);
    s->ca_file = take_text(c);
    s->origins = take_text(c);
    s->options = take_text(c);
    s->parallel_max = (int)take_int(c);
    s->is_paused = take_bool(c);
    s->version = take_int(c);
    s->test = take_text(c);
    s->tested_ms = take_int(c);
    s->created_ms = take_int(c);
    s->updated_ms = take_int(c);
}

static void read_source_in_full(struct op *op, struct cols *c, void *item)
{
    struct store_source *s = item;
    read_source(op, c, s);
    s->credential = take_bytes(c);
}

int store_source_add(struct op *op, struct store *store, struct store_source *s)
{
    s->id = store_new_id(op);
    s->version = 1;
    s->created_ms = s->updated_ms = clock_wall_ms();
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_DURABLE, &u))
        return -1;
    if (db_get_int(op, u.tx,
                   "INSERT INTO sources (id, name, base_url, org_id, auth, credential, ca_file, "
                   "origins, options, parallel_max, is_paused, created_ms, updated_ms) VALUES "
                   "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) RETURNING row_id",
                   DB_ARGS(db_text(s->id), db_text(s->name), db_text(s->base_url),
                           db_int(s->org_id), db_text(text_or(s->auth, "none")),
                           s->credential.n ? db_blob(s->credential) : db_null(),
                           db_text(text_or(s->ca_file, "")), db_text(text_or(s->origins, "[]")),
                           db_text(text_or(s->options, "{}")), db_int(s->parallel_max),
                           db_int(s->is_paused), db_int(s->created_ms)),
                   &s->row))
        return explain_conflict(op, "there is a source named \"%s\" already", s->name);
    return unit_commit(op, &u);
}

static int find(struct op *op, struct store *store, const char *sql, struct db_args args,
                const char *what, struct store_source *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_source){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, sql, args, read_source_in_full, out);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no source %s", what);
    return got > 0 ? 0 : -1;
}

int store_source_find(struct op *op, struct store *store, const char *id, struct store_source *out)
{
    return find(op, store,
                "SELECT " COLUMNS ", credential FROM sources WHERE id = $1 AND dropped_ms = 0",
                DB_ARGS(db_text(id)), id, out);
}

int store_source_find_name(struct op *op, struct store *store, const char *name,
                           struct store_source *out)
{
    return find(op, store,
                "SELECT " COLUMNS ", credential FROM sources WHERE name = $1 AND dropped_ms = 0",
                DB_ARGS(db_text(name)), name, out);
}

int store_source_get(struct op *op, struct store *store, int64_t row, struct store_source *out)
{
    return find(op, store, "SELECT " COLUMNS ", credential FROM sources WHERE row_id = $1",
                DB_ARGS(db_int(row)), arena_fmt(&op->arena, "number %" PRId64, row), out);
}

int store_source_list(struct op *op, struct store *store, int64_t user_row, struct store_page page,
                      struct store_source_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_source_list){0};
    int64_t after;
    int limit = page_limit(page);
    if (page_read(op, page, 0, &after, 1) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx,
                 "SELECT " COLUMNS " FROM sources WHERE dropped_ms = 0 AND ($1 = 0 OR (name, "
                 "row_id) > (SELECT name, row_id FROM sources WHERE row_id = $1)) AND " SEES_SOURCE(
                     "$2", "row_id") " ORDER BY name, row_id LIMIT $3",
                 DB_ARGS(db_int(after), db_int(user_row), db_int(limit + 1)), sizeof *out->items,
                 read_source, (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        out->next = page_write(op, &out->items[out->n - 1].row, 1);
    }
    return 0;
}

static void read_options(struct op *op, struct cols *c, void *item)
{
    struct store_source_options *o = item;
    o->row = take_int(c);
    o->options = take_text(c);
}

int store_source_list_quiet(struct op *op, struct store *store, struct store_source_options **out,
                            size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    "SELECT row_id, options FROM sources WHERE dropped_ms = 0 AND "
                    "options LIKE '%\"quiet_hours\"%'",
                    DB_NONE, sizeof **out, read_options, (void **)out, out_n);
}

int store_source_set(struct op *op, struct store *store, struct store_source *s)
{
    int64_t n = 0, now = clock_wall_ms();
    if (unit_run(op, store, DB_DURABLE,
                 "UPDATE sources SET name = $1, base_url = $2, org_id = $3, auth = $4, "
                 "ca_file = $5, origins = $6, options = $7, parallel_max = $8, is_paused = $9, "
                 "updated_ms = $10, version = version + 1 "
                 "WHERE row_id = $11 AND version = $12 AND dropped_ms = 0",
                 DB_ARGS(db_text(s->name), db_text(s->base_url), db_int(s->org_id),
                         db_text(s->auth), db_text(text_or(s->ca_file, "")),
                         db_text(text_or(s->origins, "[]")), db_text(text_or(s->options, "{}")),
                         db_int(s->parallel_max), db_int(s->is_paused), db_int(now), db_int(s->row),
                         db_int(s->version)),
                 &n))
        return explain_conflict(op, "there is a source named \"%s\" already", s->name);
    if (n == 0)
        return op_fail(op, ERR_CONFLICT, "somebody changed this source meanwhile; read it again");
    s->version++;
    s->updated_ms = now;
    return 0;
}

int store_source_set_credential(struct op *op, struct store *store, int64_t row, const char *auth,
                                struct bytes ciphertext)
{
    return unit_run(op, store, DB_DURABLE,
                    "UPDATE sources SET auth = $1, credential = $2, updated_ms = $3, "
                    "version = version + 1 WHERE row_id = $4 AND dropped_ms = 0",
                    DB_ARGS(db_text(auth), ciphertext.n ? db_blob(ciphertext) : db_null(),
                            db_int(clock_wall_ms()), db_int(row)),
                    NULL);
}

int store_source_set_learnt(struct op *op, struct store *store, int64_t row, const char *test,
                            const char *options)
{
    return unit_run(op, store, DB_WRITE,
                    "UPDATE sources SET test = coalesce($1, test), "
                    "tested_ms = CASE WHEN $1 IS NULL THEN tested_ms ELSE $2 END, "
                    "options = coalesce($3, options) WHERE row_id = $4",
                    DB_ARGS(db_text(test), db_int(clock_wall_ms()), db_text(options), db_int(row)),
                    NULL);
}

static void read_name(struct op *op, struct cols *c, void *item)
{
    *(const char **)item = take_text(c);
}

int store_source_drop(struct op *op, struct store *store, int64_t row)
{
    CLEANUP(unit_end) struct unit u = {0};
    const char *plan = NULL;
    if (unit_begin(op, store, DB_DURABLE, &u))
        return -1;
    int got = read_one(op, u.tx,
                       "SELECT p.name FROM plan_sources s JOIN plans p ON p.row_id = s.plan_row "
                       "WHERE s.source_row = $1 AND p.dropped_ms = 0 LIMIT 1",
                       DB_ARGS(db_int(row)), read_name, &plan);
    if (got > 0)
        return op_fail(op, ERR_CONFLICT,
                       "the plan \"%s\" uses this source; change or remove the plan first", plan);
    if (got < 0 || db_run(op, u.tx,
                          "UPDATE sources SET dropped_ms = $1, credential = NULL, "
                          "version = version + 1 WHERE row_id = $2 AND dropped_ms = 0",
                          DB_ARGS(db_int(clock_wall_ms()), db_int(row)), NULL))
        return -1;
    return unit_commit(op, &u);
}
