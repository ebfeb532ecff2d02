/* People: the SQL. Any thread. Every change of a person's rights is durable, and ends that person's
 * sessions in the same transaction if something was taken away.
 */
#include "store/user.h"

#include "store/inner.h"

#include <inttypes.h>

#define COLUMNS                                                                                    \
    "u.row_id, u.id, u.login, u.name, u.email, u.role, u.prefs, u.must_change, u.is_disabled, "    \
    "u.sees_all, u.version, u.created_ms, u.updated_ms, u.seen_ms"

static void read_user(struct op *op, struct cols *c, void *item)
{
    struct store_user *u = item;
    u->row = take_int(c);
    u->id = take_text(c);
    u->login = take_text(c);
    u->name = take_text(c);
    u->email = take_text(c);
    u->role = (enum user_role)take_int(c);
    u->prefs = take_text(c);
    u->must_change = take_bool(c);
    u->is_disabled = take_bool(c);
    u->sees_all = take_bool(c);
    u->version = take_int(c);
    u->created_ms = take_int(c);
    u->updated_ms = take_int(c);
    u->seen_ms = take_int(c);
    u->password = "";
}

static void read_user_in_full(struct op *op, struct cols *c, void *item)
{
    read_user(op, c, item);
    ((struct store_user *)item)->password = take_text(c);
}

static const char *key_of(struct op *op, const char *login)
{
    char *key = arena_strdup(&op->arena, login);
    for (char *c = key; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return key;
}

static int put_search(struct op *op, struct db_tx *tx, const struct store_user *u)
{
    return search_put(
        op, tx, SEARCH_PERSON, u->row,
        arena_fmt(&op->arena, "%s %s %s", u->login, text_or(u->name, ""), text_or(u->email, "")),
        arena_fmt(&op->arena, "u%" PRId64, u->row));
}

int store_user_add(struct op *op, struct store *store, struct store_user *user)
{
    CLEANUP(unit_end) struct unit u = {0};
    user->id = store_new_id(op);
    user->version = 1;
    user->created_ms = user->updated_ms = clock_wall_ms();
    if (unit_begin(op, store, DB_DURABLE, &u))
        return -1;
    if (db_get_int(
            op, u.tx,
            "INSERT INTO users (id, login, login_key, name, email, role, password, prefs, "
            "must_change, is_disabled, sees_all, created_ms, updated_ms) VALUES ($1, $2, "
            "$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) RETURNING row_id",
            DB_ARGS(db_text(user->id), db_text(user->login), db_text(key_of(op, user->login)),
                    db_text(text_or(user->name, user->login)), db_text(text_or(user->email, "")),
                    db_int(user->role), db_text(text_or(user->password, "")),
                    db_text(text_or(user->prefs, "{}")), db_int(user->must_change),
                    db_int(user->is_disabled), db_int(user->sees_all), db_int(user->created_ms)),
            &user->row))
        return explain_conflict(op, "the login \"%s\" is taken", user->login);
    if (put_search(op, u.tx, user))
        return -1;
    return unit_commit(op, &u);
}

static int find(struct op *op, struct store *store, const char *sql, struct db_args args,
                const char *what, struct store_user *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_user){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, sql, args, read_user_in_full, out);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no person %s", what);
    return got > 0 ? 0 : -1;
}

int store_user_find(struct op *op, struct store *store, const char *id, struct store_user *out)
{
    return find(op, store, "SELECT " COLUMNS ", u.password FROM users u WHERE u.id = $1",
                DB_ARGS(db_text(id)), id, out);
}

int store_user_find_login(struct op *op, struct store *store, const char *login,
                          struct store_user *out)
{
    return find(op, store, "SELECT " COLUMNS ", u.password FROM users u WHERE u.login_key = $1",
                DB_ARGS(db_text(key_of(op, login))), login, out);
}

int store_user_get(struct op *op, struct store *store, int64_t row, struct store_user *out)
{
    return find(op, store, "SELECT " COLUMNS ", u.password FROM users u WHERE u.row_id = $1",
                DB_ARGS(db_int(row)), arena_fmt(&op->arena, "number %" PRId64, row), out);
}

int store_user_list(struct op *op, struct store *store, const char *search, struct store_page page,
                    struct store_user_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_user_list){0};
    int64_t after;
    int limit = page_limit(page);
    if (page_read(op, page, 0, &after, 1) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx,
                 "SELECT " COLUMNS " FROM users u WHERE ($1 = 0 OR u.login_key > (SELECT login_key "
                 "FROM users WHERE row_id = $1)) AND ($2 IS NULL OR u.login LIKE $2 ESCAPE '\\' "
                 "OR u.name LIKE $2 ESCAPE '\\') ORDER BY u.login_key LIMIT $3",
                 DB_ARGS(db_int(after), db_text(like_of(op, search)), db_int(limit + 1)),
                 sizeof *out->items, read_user, (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        out->next = page_write(op, &out->items[out->n - 1].row, 1);
    }
    return 0;
}

/* The rights before a change, to see whether something is taken away. */
static int lost_rights(struct op *op, struct db_tx *tx, const struct store_user *user, int64_t *out)
{
    return db_get_int(op, tx,
                      "SELECT $2 < role OR ($3 AND NOT is_disabled) OR (sees_all AND NOT $4) "
                      "FROM users WHERE row_id = $1",
                      DB_ARGS(db_int(user->row), db_int(user->role), db_int(user->is_disabled),
                              db_int(user->sees_all)),
                      out);
}

int store_user_set(struct op *op, struct store *store, struct store_user *user)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t n = 0, lost = 0, admins = 0, now = clock_wall_ms();
    if (unit_begin(op, store, DB_DURABLE, &u) || lost_rights(op, u.tx, user, &lost))
        return -1;
    if (db_run(op, u.tx,
               "UPDATE users SET login = $1, login_key = $2, name = $3, email = $4, role = $5, "
               "is_disabled = $6, sees_all = $7, updated_ms = $8, version = version + 1 "
               "WHERE row_id = $9 AND version = $10",
               DB_ARGS(db_text(user->login), db_text(key_of(op, user->login)), db_text(user->name),
                       db_text(text_or(user->email, "")), db_int(user->role),
                       db_int(user->is_disabled), db_int(user->sees_all), db_int(now),
                       db_int(user->row), db_int(user->version)),
               &n))
        return explain_conflict(op, "the login \"%s\" is taken", user->login);
    if (n == 0)
        return op_fail(op, ERR_CONFLICT, "somebody changed this person meanwhile; read it again");
    if (db_get_int(op, u.tx, "SELECT count(*) FROM users WHERE role = 4 AND is_disabled = 0",
                   DB_NONE, &admins))
        return -1;
    if (lost && admins == 0)
        return op_fail(op, ERR_CONFLICT,
                       "nobody would be left who administers; make somebody else "
                       "an admin first");
    if ((lost && db_run(op, u.tx, "DELETE FROM sessions WHERE user_row = $1",
                        DB_ARGS(db_int(user->row)), NULL)) ||
        put_search(op, u.tx, user) || unit_commit(op, &u))
        return -1;
    user->version++;
    user->updated_ms = now;
    return 0;
}

int store_user_set_password(struct op *op, struct store *store, int64_t row, const char *password,
                            bool must_change, struct bytes keep_hash)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_DURABLE, &u) ||
        db_run(
            op, u.tx,
            "UPDATE users SET password = $1, must_change = $2, updated_ms = $3 "
            "WHERE row_id = $4",
            DB_ARGS(db_text(password), db_int(must_change), db_int(clock_wall_ms()), db_int(row)),
            NULL) ||
        db_run(op, u.tx, "DELETE FROM sessions WHERE user_row = $1 AND hash <> $2",
               DB_ARGS(db_int(row), db_blob(keep_hash.n ? keep_hash : BYTES(""))), NULL))
        return -1;
    return unit_commit(op, &u);
}

int store_user_set_prefs(struct op *op, struct store *store, int64_t row, const char *prefs)
{
    return unit_run(op, store, DB_WRITE, "UPDATE users SET prefs = $1 WHERE row_id = $2",
                    DB_ARGS(db_text(prefs), db_int(row)), NULL);
}

int store_user_set_seen(struct op *op, struct store *store, int64_t row, int64_t now_ms)
{
    return unit_run(op, store, DB_WRITE, "UPDATE users SET seen_ms = $1 WHERE row_id = $2",
                    DB_ARGS(db_int(now_ms), db_int(row)), NULL);
}

int store_user_count(struct op *op, struct store *store, int64_t *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = 0;
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return db_get_int(op, u.tx, "SELECT count(*) FROM users", DB_NONE, out);
}

/* ---- Which sources a person sees ---- */

int store_user_set_sources(struct op *op, struct store *store, int64_t row, const int64_t *sources,
                           size_t n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_DURABLE, &u) ||
        db_run(op, u.tx, "DELETE FROM user_sources WHERE user_row = $1", DB_ARGS(db_int(row)),
               NULL))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (db_run(op, u.tx, "INSERT INTO user_sources VALUES ($1, $2) ON CONFLICT DO NOTHING",
                   DB_ARGS(db_int(row), db_int(sources[i])), NULL))
            return -1;
    return unit_commit(op, &u);
}

static void read_row(struct op *op, struct cols *c, void *item)
{
    *(int64_t *)item = take_int(c);
}

int store_user_sources(struct op *op, struct store *store, int64_t row, int64_t **out,
                       size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    "SELECT source_row FROM user_sources WHERE user_row = $1 ORDER BY source_row",
                    DB_ARGS(db_int(row)), sizeof **out, read_row, (void **)out, out_n);
}

static int sees(struct op *op, struct store *store, const char *sql, int64_t user_row, int64_t row,
                bool *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t yes = 0;
    if (unit_begin(op, store, DB_READ, &u) ||
        db_get_int(op, u.tx, sql, DB_ARGS(db_int(user_row), db_int(row)), &yes))
        return -1;
    *out = yes != 0;
    return 0;
}

int store_user_sees_plan(struct op *op, struct store *store, int64_t user_row, int64_t plan_row,
                         bool *out)
{
    return sees(op, store, "SELECT " SEES_PLAN("$1", "$2"), user_row, plan_row, out);
}

int store_user_sees_source(struct op *op, struct store *store, int64_t user_row, int64_t source_row,
                           bool *out)
{
    return sees(op, store, "SELECT " SEES_SOURCE("$1", "$2"), user_row, source_row, out);
}
