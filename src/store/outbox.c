/* The outbox: the SQL. Any thread; one sender usually, but several do no harm.
 *
 * `due_ms` means "not before" for a letter that waits and "end of the lease" for one that is
 * claimed: either way somebody may take it from then on. So a sender that died needs no clean-up.
 */
#include "store/outbox.h"

#include "store/inner.h"

#define LETTER                                                                                     \
    "SELECT o.row_id, o.id, o.channel_row, c.name, o.event, o.once, o.payload, o.state, "          \
    "o.attempts, o.claim, o.created_ms, o.due_ms, o.ended_ms, o.error FROM outbox o "              \
    "JOIN channels c ON c.row_id = o.channel_row "

static void read_letter(struct op *op, struct cols *c, void *item)
{
    struct store_letter *l = item;
    l->row = take_int(c);
    l->id = take_text(c);
    l->channel_row = take_int(c);
    l->channel_name = take_text(c);
    l->event = take_text(c);
    l->once = take_text(c);
    l->payload = take_text(c);
    l->state = (enum outbox_state)take_int(c);
    l->attempts = (int)take_int(c);
    l->claim = take_int(c);
    l->created_ms = take_int(c);
    l->not_before_ms = take_int(c);
    l->ended_ms = take_int(c);
    l->error = take_text(c);
}

int store_outbox_add(struct op *op, struct store *store, struct store_letter *l, bool *out_is_new)
{
    CLEANUP(unit_end) struct unit u = {0};
    l->id = store_new_id(op);
    l->row = 0;
    l->created_ms = clock_wall_ms();
    if (unit_begin(op, store, DB_WRITE, &u) ||
        db_get_int(op, u.tx,
                   "INSERT INTO outbox (id, channel_row, event, once, payload, created_ms, due_ms) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (once) DO NOTHING "
                   "RETURNING row_id",
                   DB_ARGS(db_text(l->id), db_int(l->channel_row), db_text(l->event),
                           db_text(text_or(l->once, l->id)), db_text(l->payload),
                           db_int(l->created_ms), db_int(l->not_before_ms)),
                   &l->row))
        return -1;
    *out_is_new = l->row != 0;
    return unit_commit(op, &u);
}

static int is_idle(struct op *op, struct store *store, int64_t now_ms, bool *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t is_due = 0;
    if (unit_begin(op, store, DB_READ, &u) ||
        db_get_int(op, u.tx,
                   "SELECT EXISTS (SELECT 1 FROM outbox WHERE state IN (0, 1) AND due_ms <= $1)",
                   DB_ARGS(db_int(now_ms)), &is_due))
        return -1;
    *out = !is_due;
    return 0;
}

int store_outbox_claim(struct op *op, struct store *store, int64_t now_ms, int64_t lease_until_ms,
                       int max, struct store_letter **out, size_t *out_n)
{
    CLEANUP(unit_end) struct unit u = {0};
    bool idle = true;
    *out = NULL;
    *out_n = 0;
    if (is_idle(op, store, now_ms, &idle))
        return -1;
    if (idle)
        return 0;
    const struct db_args args = DB_ARGS(db_int(now_ms), db_int(max), db_int(lease_until_ms));
    if (unit_begin(op, store, DB_WRITE, &u) ||
        read_all(op, u.tx,
                 LETTER "WHERE o.state IN (0, 1) AND o.due_ms <= $1 AND c.is_paused = 0 "
                        "ORDER BY o.due_ms, o.row_id LIMIT $2",
                 args, sizeof **out, read_letter, (void **)out, out_n))
        return -1;
    for (size_t i = 0; i < *out_n; i++) {
        struct store_letter *l = &(*out)[i];
        l->state = OUTBOX_CLAIMED;
        l->claim++;
        l->attempts++;
        if (db_run(op, u.tx,
                   "UPDATE outbox SET state = 1, claim = claim + 1, attempts = attempts + 1, "
                   "due_ms = $1 WHERE row_id = $2",
                   DB_ARGS(db_int(lease_until_ms), db_int(l->row)), NULL))
            return -1;
    }
    return unit_commit(op, &u);
}

/* Ends a claim and writes on the channel how it went. */
static int end_claim(struct op *op, struct store *store, const char *letter_sql,
                     const char *channel_sql, struct db_args args)
{
    CLEANUP(unit_end) struct unit u = {0};
    int64_t n = 0;
    if (unit_begin(op, store, DB_WRITE, &u) || db_run(op, u.tx, letter_sql, args, &n))
        return -1;
    if (n == 0)
        return op_fail(op, ERR_CONFLICT, "this claim is over; another sender has the letter");
    if (db_run(op, u.tx, channel_sql, args, NULL))
        return -1;
    return unit_commit(op, &u);
}

#define OF_CLAIM " WHERE row_id = $1 AND claim = $2 AND state = 1"
#define CHANNEL " WHERE row_id = (SELECT channel_row FROM outbox WHERE row_id = $1)"

int store_outbox_sent(struct op *op, struct store *store, int64_t row, int64_t claim,
                      int64_t now_ms)
{
    return end_claim(op, store, "UPDATE outbox SET state = 2, ended_ms = $3, error = ''" OF_CLAIM,
                     "UPDATE channels SET sent_ms = $3" CHANNEL,
                     DB_ARGS(db_int(row), db_int(claim), db_int(now_ms)));
}

int store_outbox_retry(struct op *op, struct store *store, int64_t row, int64_t claim,
                       int64_t not_before_ms, const char *error)
{
    return end_claim(op, store, "UPDATE outbox SET state = 0, due_ms = $3, error = $4" OF_CLAIM,
                     "UPDATE channels SET failed_ms = $5, error = $4" CHANNEL,
                     DB_ARGS(db_int(row), db_int(claim), db_int(not_before_ms), db_text(error),
                             db_int(clock_wall_ms())));
}

int store_outbox_bury(struct op *op, struct store *store, int64_t row, int64_t claim,
                      int64_t now_ms, const char *error)
{
    return end_claim(op, store, "UPDATE outbox SET state = 3, ended_ms = $3, error = $4" OF_CLAIM,
                     "UPDATE channels SET failed_ms = $3, error = $4" CHANNEL,
                     DB_ARGS(db_int(row), db_int(claim), db_int(now_ms), db_text(error)));
}

int store_outbox_revive(struct op *op, struct store *store, int64_t row)
{
    int64_t n = 0;
    if (unit_run(op, store, DB_WRITE,
                 "UPDATE outbox SET state = 0, attempts = 0, due_ms = $1, ended_ms = 0 "
                 "WHERE row_id = $2 AND state = 3",
                 DB_ARGS(db_int(clock_wall_ms()), db_int(row)), &n))
        return -1;
    return n ? 0 : op_fail(op, ERR_CONFLICT, "this letter is not a dead one");
}

int store_outbox_find(struct op *op, struct store *store, const char *id, struct store_letter *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_letter){0};
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    int got = read_one(op, u.tx, LETTER "WHERE o.id = $1", DB_ARGS(db_text(id)), read_letter, out);
    if (got == 0)
        return op_fail(op, ERR_NOT_FOUND, "no letter %s", id);
    return got > 0 ? 0 : -1;
}

int store_outbox_list(struct op *op, struct store *store, unsigned states, struct store_page page,
                      struct store_letter_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_letter_list){0};
    int64_t before;
    int limit = page_limit(page);
    const char *sql = states == 1u << OUTBOX_DEAD ? LETTER "WHERE o.state = 3 AND o.row_id < $1 "
                                                           "ORDER BY o.row_id DESC LIMIT $3"
                                                  : LETTER
                          "WHERE o.row_id < $1 AND ($2 = 0 OR ($2 >> o.state) & 1) "
                          "ORDER BY o.row_id DESC LIMIT $3";
    if (page_read(op, page, INT64_MAX, &before, 1) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx, sql, DB_ARGS(db_int(before), db_int(states), db_int(limit + 1)),
                 sizeof *out->items, read_letter, (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        out->next = page_write(op, &out->items[out->n - 1].row, 1);
    }
    return 0;
}

int store_outbox_next_due(struct op *op, struct store *store, int64_t *out_ms)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out_ms = 0;
    if (unit_begin(op, store, DB_READ, &u))
        return -1;
    return db_get_int(op, u.tx,
                      "SELECT coalesce(min(o.due_ms), 0) FROM outbox o JOIN channels c ON "
                      "c.row_id = o.channel_row WHERE o.state IN (0, 1) AND c.is_paused = 0",
                      DB_NONE, out_ms);
}

int store_outbox_counts(struct op *op, struct store *store, int64_t *out_waiting, int64_t *out_dead)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out_waiting = *out_dead = 0;
    if (unit_begin(op, store, DB_READ, &u) ||
        db_get_int(op, u.tx, "SELECT count(*) FROM outbox WHERE state IN (0, 1)", DB_NONE,
                   out_waiting))
        return -1;
    return db_get_int(op, u.tx, "SELECT count(*) FROM outbox WHERE state = 3", DB_NONE, out_dead);
}

int store_outbox_sweep(struct op *op, struct store *store, int64_t before_ms)
{
    return unit_run(op, store, DB_WRITE,
                    "DELETE FROM outbox WHERE state IN (2, 3) AND ended_ms < $1",
                    DB_ARGS(db_int(before_ms)), NULL);
}
