/* Plans and their versions: the SQL. Any thread. What a specification means is the domain's
 * business; here it is a text that never changes once it is a version.
 */
#include "store/plan.h"

#include "store/inner.h"

#include <inttypes.h>

#define COLUMNS                                                                                    \
    "p.row_id, p.id, p.name, p.note, p.labels, p.is_paused, p.dropped_ms, p.version, "             \
    "v.author_row, a.name, v.change, p.next_due_ms, p.created_ms, p.updated_ms"
#define TABLES                                                                                     \
    " FROM plans p LEFT JOIN plan_versions v ON v.plan_row = p.row_id AND v.version = p.version "  \
    "LEFT JOIN users a ON a.row_id = v.author_row "

static void read_plan(struct op *op, struct cols *c, void *item)
{
    struct store_plan *p = item;
    p->row = take_int(c);
    p->id = take_text(c);
    p->name = take_text(c);
    p->note = take_text(c);
    p->labels = take_text(c);
    p->is_paused = take_bool(c);
    p->is_dropped = take_bool(c);
    p->version = take_int(c);
    p->author_row = take_int(c);
    p->author = take_text(c);
    p->change = take_text(c);
    p->next_due_ms = take_int(c);
    p->created_ms = take_int(c);
    p->updated_ms = take_int(c);
    p->spec = "";
}

static void read_plan_in_full(struct op *op, struct cols *c, void *item)
{
    read_plan(op, c, item);
    ((struct store_plan *)item)->spec = take_text(c);
}

/* ---- Writing ---- */

static int write_version(struct op *op, struct db_tx *tx, const struct store_plan *p)
{
    return db_run(op, tx,
                  "INSERT INTO plan_versions (plan_row, version, name, note, labels, spec, "
                  "author_row, change, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                  DB_ARGS(db_int(p->row), db_int(p->version), db_text(p->name),
                          db_text(text_or(p->note, "")), db_text(text_or(p->labels, "[]")),
                          db_text(text_or(p->spec, "{}")), db_int_or_null(p->author_row),
                          db_text(text_or(p->change, "")), db_int(p->updated_ms)),
                  NULL);
}

static int write_sources(struct op *op, struct db_tx *tx, int64_t row, const int64_t *sources,
                         size_t n)
{
    if (db_run(op, tx, "DELETE FROM plan_sources WHERE plan_row = $1", DB_ARGS(db_int(row)), NULL))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (db_run(op, tx, "INSERT INTO plan_sources VALUES ($1, $2) ON CONFLICT DO NOTHING",
                   DB_ARGS(db_int(row), db_int(sources[i])), NULL) ||
            db_run(op, tx, "INSERT INTO plan_reach VALUES ($1, $2) ON CONFLICT DO NOTHING",
                   DB_ARGS(db_int(row), db_int(sources[i])), NULL))
            return -1;
    return 0;
}

static int write_search(struct op *op, struct db_tx *tx, const struct store_plan *p)
{
    const char *text =
        arena_fmt(&op->arena, "%s %s %s", p->name, text_or(p->note, ""), text_or(p->labels, ""));
    return search_put(op, tx, SEARCH_PLAN, p->row, text,
                      arena_fmt(&op->arena, "p%" PRId64, p->row));
}

static int fail_taken(struct op *op, const struct store_plan *p)
{
    return explain_conflict(op, "there is a plan named \"%s\" already", p->name);
}

int store_plan_add(struct op *op, struct store *store, struct store_plan *p, const int64_t *sources,
                   size_t sources_n)
{
    p->id = store_new_id(op);
    p->version = 1;
    p->created_ms = p->updated_ms = clock_wall_ms();
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_DURABLE, &u))
        return -1;
    if (db_get_int(op, u.tx,
                   "INSERT INTO plans (id, name, note, labels, is_paused, version, created_ms, "
                   "updated_ms) VALUES ($1, $2, $3, $4, $5, 1, $6, $6) RETURNING row_id",
                   DB_ARGS(db_text(p->id), db_text(p->name), db_text(text_or(p->note, "")),
                           db_text(text_or(p->labels, "[]")), db_int(p->is_paused),
                           db_int(p->created_ms)),
                   &p->row))
        return fail_taken(op, p);
    if (write_version(op, u.tx, p) || write_sources(op, u.tx, p->row, sources, sources_n) ||
        write_search(op, u.tx, p))
        return -1;
    return unit_commit(op, &u);
}

int store_plan_set(struct op *op, struct store *store, struct store_plan *p, const int64_t *sources,
                   size_t sources_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t n = 0, now = clock_wall_ms();
    if (unit_begin(op, store, DB_DURABLE, &u))
        return -1;
    if (db_run(op, u.tx,
               "UPDATE plans SET name = $1, note = $2, labels = $3, version = version + 1, "
               "updated_ms = $4 WHERE row_id = $5 AND version = $6 AND dropped_ms = 0",
               DB_ARGS(db_text(p->name), db_text(text_or(p->note, "")),
                       db_text(text_or(p->labels, "[]")), db_int(now), db_int(p->row),
                       db_int(p->version)),
               &n))
        return fail_taken(op, p);
    if (n == 0)
        return op_fail(op, ERR_CONFLICT, "somebody changed this plan meanwhile; read it again");
    struct store_plan next = *p;
    next.version++;
    next.updated_ms = now;
    if (write_version(op, u.tx, &next) || write_sources(op, u.tx, p->row, sources, sources_n) ||
        write_search(op, u.tx, &next) || unit_commit(op, &u))
        return -1;
    *p = next;
    return 0;
}

int store_plan_set_paused(struct op *op, struct store *store, int64_t row, bool is_paused)
{
    return unit_run(op, store, DB_DURABLE,
                    "UPDATE plans SET is_paused = $1, updated_ms = $2 WHERE row_id = $3",
                    DB_ARGS(db_int(is_paused), db_int(clock_wall_ms()), db_int(row)), NULL);
}

int store_plan_set_next_due(struct op *op, struct store *store, int64_t row, int64_t next_due_ms)
{
    return unit_run(op, store, DB_WRITE, "UPDATE plans SET next_due_ms = $1 WHERE row_id = $2",
                    DB_ARGS(db_int(next_due_ms), db_int(row)), NULL);
}

int store_plan_drop(struct op *op, struct store *store, int64_t row)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t active = 0;
    if (unit_begin(op, store, DB_DURABLE, &u) ||
        db_get_int(op, u.tx, "SELECT count(*) FROM rounds WHERE state IN (0, 1) AND plan_row = $1",
                   DB_ARGS(db_int(row)), &active))
        return -1;
    if (active)
        return op_fail(op, ERR_CONFLICT,
                       "a round of this plan is running; wait for it or cancel it first");
    if (db_run(op, u.tx,
               "UPDATE plans SET dropped_ms = $1, next_due_ms = 0 "
               "WHERE row_id = $2 AND dropped_ms = 0",
               DB_ARGS(db_int(clock_wall_ms()), db_int(row)), NULL) ||
        db_run(op, u.tx, "DELETE FROM schedules WHERE plan_row = $1", DB_ARGS(db_int(row)), NULL) ||
        search_put(op, u.tx, SEARCH_PLAN, row, "", ""))
        return -1;
    return unit_commit(op, &u);
}

/* ---- Reading ---- */

static int find(struct op *op, struct store *store, const char *sql, struct db_args args,
                const char *what, struct store_plan *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_plan){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, sql, args, read_plan_in_full, out);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no plan %s", what);
    return got > 0 ? 0 : -1;
}

int store_plan_find(struct op *op, struct store *store, const char *id, struct store_plan *out)
{
    return find(op, store, "SELECT " COLUMNS ", v.spec" TABLES "WHERE p.id = $1",
                DB_ARGS(db_text(id)), id, out);
}

int store_plan_find_name(struct op *op, struct store *store, const char *name,
                         struct store_plan *out)
{
    return find(op, store,
                "SELECT " COLUMNS ", v.spec" TABLES "WHERE p.name = $1 AND p.dropped_ms = 0",
                DB_ARGS(db_text(name)), name, out);
}

int store_plan_get(struct op *op, struct store *store, int64_t row, struct store_plan *out)
{
    return find(op, store, "SELECT " COLUMNS ", v.spec" TABLES "WHERE p.row_id = $1",
                DB_ARGS(db_int(row)), arena_fmt(&op->arena, "number %" PRId64, row), out);
}

/* A label as it stands in the JSON array. */
static const char *like_label(struct op *op, const char *label)
{
    return label && *label ? like_of(op, arena_fmt(&op->arena, "\"%s\"", label)) : NULL;
}

int store_plan_list(struct op *op, struct store *store, const struct store_plan_ask *ask,
                    struct store_page page, struct store_plan_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_plan_list){0};
    int64_t after;
    int limit = page_limit(page);
    if (page_read(op, page, 0, &after, 1) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx,
                 "SELECT " COLUMNS TABLES "WHERE ($1 = 0 OR (p.name, p.row_id) > (SELECT name, "
                 "row_id FROM plans WHERE row_id = $1)) AND ($2 OR p.dropped_ms = 0) "
                 "AND ($3 IS NULL OR p.labels LIKE $3 ESCAPE '\\') "
                 "AND ($4 IS NULL OR p.name LIKE $4 ESCAPE '\\') "
                 "AND ($5 = 0 OR p.row_id IN (SELECT plan_row FROM plan_sources "
                 "WHERE source_row = $5)) AND " SEES_PLAN(
                     "$6", "p.row_id") " ORDER BY p.name, p.row_id LIMIT $7",
                 DB_ARGS(db_int(after), db_int(ask->with_dropped),
                         db_text(like_label(op, ask->label)), db_text(like_of(op, ask->search)),
                         db_int(ask->source_row), db_int(ask->user_row), db_int(limit + 1)),
                 sizeof *out->items, read_plan, (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        out->next = page_write(op, &out->items[out->n - 1].row, 1);
    }
    return 0;
}

#define VERSION_COLUMNS                                                                            \
    "p.row_id, p.id, v.name, v.note, v.labels, p.is_paused, p.dropped_ms, v.version, "             \
    "v.author_row, a.name, v.change, p.next_due_ms, p.created_ms, v.created_ms"
#define VERSION_TABLES                                                                             \
    " FROM plan_versions v LEFT JOIN plans p ON p.row_id = v.plan_row "                            \
    "LEFT JOIN users a ON a.row_id = v.author_row "

int store_plan_version_find(struct op *op, struct store *store, int64_t plan_row, int64_t version,
                            struct store_plan *out)
{
    return find(op, store,
                "SELECT " VERSION_COLUMNS ", v.spec" VERSION_TABLES
                "WHERE v.plan_row = $1 AND v.version = $2",
                DB_ARGS(db_int(plan_row), db_int(version)),
                arena_fmt(&op->arena, "version %" PRId64, version), out);
}

int store_plan_version_list(struct op *op, struct store *store, int64_t plan_row,
                            struct store_page page, struct store_plan_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_plan_list){0};
    int64_t before;
    int limit = page_limit(page);
    if (page_read(op, page, INT64_MAX, &before, 1) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx,
                 "SELECT " VERSION_COLUMNS VERSION_TABLES
                 "WHERE v.plan_row = $1 AND v.version < $2 ORDER BY v.version DESC LIMIT $3",
                 DB_ARGS(db_int(plan_row), db_int(before), db_int(limit + 1)), sizeof *out->items,
                 read_plan, (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        out->next = page_write(op, &out->items[out->n - 1].version, 1);
    }
    return 0;
}
