/* Sessions: the SQL. Any thread. What is kept is the hash of the cookie: a copy of the database
 * lets nobody in.
 *
 * A check is one read; that a session was seen is written at most once a minute, so that a person
 * who clicks does not write.
 */
#include "store/session.h"

#include "store/inner.h"

enum { SEEN_STEP_MS = 60000 };

int store_session_add(struct op *op, struct store *store, struct bytes hash,
                      struct store_session *s)
{
    CLEANUP(unit_end) struct unit u = {0};
    s->id = store_new_id(op);
    if (unit_begin(op, store, DB_WRITE, &u) ||
        db_get_int(op, u.tx,
                   "INSERT INTO sessions (hash, user_row, created_ms, seen_ms, expires_ms, "
                   "address, agent, id) VALUES ($1, $2, $3, $3, $4, $5, $6, $7) RETURNING row_id",
                   DB_ARGS(db_blob(hash), db_int(s->user_row), db_int(s->created_ms),
                           db_int(s->expires_ms), db_text(text_or(s->address, "")),
                           db_text(text_or(s->agent, "")), db_text(s->id)),
                   &s->row))
        return -1;
    s->seen_ms = s->created_ms;
    return unit_commit(op, &u);
}

#define COLUMNS                                                                                    \
    "s.row_id, s.id, s.user_row, s.created_ms, s.seen_ms, s.expires_ms, s.address, s.agent"

static void read_session(struct op *op, struct cols *c, void *item)
{
    struct store_session *s = item;
    s->row = take_int(c);
    s->id = take_text(c);
    s->user_row = take_int(c);
    s->created_ms = take_int(c);
    s->seen_ms = take_int(c);
    s->expires_ms = take_int(c);
    s->address = take_text(c);
    s->agent = take_text(c);
}

static int fail_over(struct op *op)
{
    return op_fail(op, ERR_UNAUTHENTICATED, "the session is over; sign in again");
}

#define ALIVE " AND s.expires_ms > $2 AND s.seen_ms >= $3"

static int find_alive(struct op *op, struct store *store, const char *sql, struct db_args args,
                      struct store_session *out, struct store_user *out_user)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_session){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, sql, args, read_session, out);
    unit_end(&u);
    if (got <= 0)
        return got == 0 ? fail_over(op) : -1;
    if (store_user_get(op, store, out->user_row, out_user))
        return -1;
    return out_user->is_disabled ? fail_over(op) : 0;
}

int store_session_get(struct op *op, struct store *store, int64_t row, int64_t now_ms,
                      int64_t idle_since_ms, struct store_session *out, struct store_user *out_user)
{
    return find_alive(op, store, "SELECT " COLUMNS " FROM sessions s WHERE s.row_id = $1" ALIVE,
                      DB_ARGS(db_int(row), db_int(now_ms), db_int(idle_since_ms)), out, out_user);
}

int store_session_check(struct op *op, struct store *store, struct bytes hash, int64_t now_ms,
                        int64_t idle_since_ms, struct store_session *out,
                        struct store_user *out_user)
{
    if (find_alive(op, store, "SELECT " COLUMNS " FROM sessions s WHERE s.hash = $1" ALIVE,
                   DB_ARGS(db_blob(hash), db_int(now_ms), db_int(idle_since_ms)), out, out_user))
        return -1;
    if (now_ms - out->seen_ms < SEEN_STEP_MS)
        return 0;
    out->seen_ms = now_ms;
    return unit_run(op, store, DB_WRITE, "UPDATE sessions SET seen_ms = $1 WHERE row_id = $2",
                    DB_ARGS(db_int(now_ms), db_int(out->row)), NULL);
}

int store_session_rotate(struct op *op, struct store *store, struct bytes old_hash,
                         struct bytes new_hash)
{
    int64_t n = 0;
    if (unit_run(op, store, DB_WRITE, "UPDATE sessions SET hash = $1 WHERE hash = $2",
                 DB_ARGS(db_blob(new_hash), db_blob(old_hash)), &n))
        return -1;
    return n ? 0 : fail_over(op);
}

int store_session_drop(struct op *op, struct store *store, struct bytes hash)
{
    return unit_run(op, store, DB_DURABLE, "DELETE FROM sessions WHERE hash = $1",
                    DB_ARGS(db_blob(hash)), NULL);
}

int store_session_list(struct op *op, struct store *store, int64_t user_row, int64_t now_ms,
                       int64_t idle_since_ms, struct store_session **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return read_all(
        op, u.tx,
        "SELECT " COLUMNS " FROM sessions s WHERE s.user_row = $1" ALIVE
        " ORDER BY s.created_ms DESC, s.row_id DESC LIMIT $4",
        DB_ARGS(db_int(user_row), db_int(now_ms), db_int(idle_since_ms), db_int(STORE_PAGE_MAX)),
        sizeof **out, read_session, (void **)out, out_n);
}

int store_session_end(struct op *op, struct store *store, int64_t user_row, const char *id)
{
    int64_t n = 0;
    if (unit_run(op, store, DB_DURABLE, "DELETE FROM sessions WHERE user_row = $1 AND id = $2",
                 DB_ARGS(db_int(user_row), db_text(id)), &n))
        return -1;
    return n ? 0 : op_fail(op, ERR_NOT_FOUND, "no session %s; it may be over already", id);
}

int store_session_end_all(struct op *op, struct store *store, int64_t user_row, int64_t keep_row,
                          int64_t *out_n)
{
    return unit_run(op, store, DB_DURABLE,
                    "DELETE FROM sessions WHERE user_row = $1 AND row_id <> $2",
                    DB_ARGS(db_int(user_row), db_int(keep_row)), out_n);
}

int store_session_sweep(struct op *op, struct store *store, int64_t now_ms, int64_t idle_since_ms)
{
    return unit_run(op, store, DB_WRITE,
                    "DELETE FROM sessions WHERE expires_ms <= $1 OR seen_ms < $2",
                    DB_ARGS(db_int(now_ms), db_int(idle_since_ms)), NULL);
}
