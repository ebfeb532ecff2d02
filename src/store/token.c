/* API tokens: the SQL. Any thread. Revoked ones stay in the list, so that the audit trail's names
 * keep their meaning.
 */
#include "store/inner.h"
#include "store/session.h"

enum { USED_STEP_MS = 60000 };

#define TOKEN                                                                                      \
    "SELECT t.row_id, t.id, t.name, t.user_row, u.login, t.role, t.scopes, t.hint, t.created_ms, " \
    "t.expires_ms, t.used_ms, t.revoked_ms FROM tokens t JOIN users u ON u.row_id = t.user_row "

static void read_token(struct op *op, struct cols *c, void *item)
{
    struct store_token *t = item;
    t->row = take_int(c);
    t->id = take_text(c);
    t->name = take_text(c);
    t->user_row = take_int(c);
    t->user = take_text(c);
    t->role = (enum user_role)take_int(c);
    t->scopes = take_text(c);
    t->hint = take_text(c);
    t->created_ms = take_int(c);
    t->expires_ms = take_int(c);
    t->used_ms = take_int(c);
    t->revoked_ms = take_int(c);
}

int store_token_add(struct op *op, struct store *store, struct bytes hash, struct store_token *t)
{
    CLEANUP(unit_end) struct unit u = {0};
    t->id = store_new_id(op);
    t->created_ms = clock_wall_ms();
    if (unit_begin(op, store, DB_DURABLE, &u) ||
        db_get_int(op, u.tx,
                   "INSERT INTO tokens (id, hash, name, user_row, role, scopes, hint, created_ms, "
                   "expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING row_id",
                   DB_ARGS(db_text(t->id), db_blob(hash), db_text(t->name), db_int(t->user_row),
                           db_int(t->role), db_text(text_or(t->scopes, "[]")),
                           db_text(text_or(t->hint, "")), db_int(t->created_ms),
                           db_int(t->expires_ms)),
                   &t->row))
        return -1;
    return unit_commit(op, &u);
}

#define ALIVE                                                                                      \
    " AND t.revoked_ms = 0 AND (t.expires_ms = 0 OR t.expires_ms > $2) AND u.is_disabled = 0"

static int find_alive(struct op *op, struct store *store, const char *sql, struct db_args args,
                      struct store_token *out, struct store_user *out_user)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_token){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, sql, args, read_token, out);
    unit_end(&u);
    if (got == 0)
        return op_fail(op, ERR_UNAUTHENTICATED, "the token is unknown, expired or revoked");
    return got < 0 ? -1 : store_user_get(op, store, out->user_row, out_user);
}

int store_token_get(struct op *op, struct store *store, int64_t row, int64_t now_ms,
                    struct store_token *out, struct store_user *out_user)
{
    return find_alive(op, store, TOKEN "WHERE t.row_id = $1" ALIVE,
                      DB_ARGS(db_int(row), db_int(now_ms)), out, out_user);
}

int store_token_check(struct op *op, struct store *store, struct bytes hash, int64_t now_ms,
                      struct store_token *out, struct store_user *out_user)
{
    if (find_alive(op, store, TOKEN "WHERE t.hash = $1" ALIVE,
                   DB_ARGS(db_blob(hash), db_int(now_ms)), out, out_user))
        return -1;
    if (now_ms - out->used_ms < USED_STEP_MS)
        return 0;
    out->used_ms = now_ms;
    return unit_run(op, store, DB_WRITE, "UPDATE tokens SET used_ms = $1 WHERE row_id = $2",
                    DB_ARGS(db_int(now_ms), db_int(out->row)), NULL);
}

int store_token_find(struct op *op, struct store *store, const char *id, struct store_token *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_token){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, TOKEN "WHERE t.id = $1", DB_ARGS(db_text(id)), read_token, out);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no token %s", id);
    return got > 0 ? 0 : -1;
}

int store_token_list(struct op *op, struct store *store, int64_t user_row, struct store_token **out,
                     size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(op, u.tx,
                    TOKEN "WHERE $1 = 0 OR t.user_row = $1 ORDER BY t.row_id DESC LIMIT $2",
                    DB_ARGS(db_int(user_row), db_int(STORE_PAGE_MAX)), sizeof **out, read_token,
                    (void **)out, out_n);
}

int store_token_revoke(struct op *op, struct store *store, int64_t row, int64_t now_ms)
{
    return unit_run(op, store, DB_DURABLE,
                    "UPDATE tokens SET revoked_ms = $1 WHERE row_id = $2 AND revoked_ms = 0",
                    DB_ARGS(db_int(now_ms), db_int(row)), NULL);
}
