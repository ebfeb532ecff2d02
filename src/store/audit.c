/* The audit trail: the SQL and its chain. Any thread.
 *
 * The text that is hashed, in the form of chain.h: before, row, at_ms, user (row), actor, act,
 * noun, object, detail, address.
 */
#include "store/audit.h"

#include "store/chain.h"
#include "store/inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 4 * 1024 * 1024, DETAIL_MAX = 1024 * 1024, VERIFY_STEP = 1000 };

static void hash_row(const struct store_audit *a, const char *before, char out[HASH_HEX_MAX])
{
    CLEANUP(str_fini) struct str s;
    str_init(&s, TEXT_MAX);
    chain_begin(&s, "audit");
    chain_text(&s, "before", before);
    chain_int(&s, "row", a->row);
    chain_int(&s, "at_ms", a->at_ms);
    chain_int(&s, "user", a->user_row);
    chain_text(&s, "actor", a->actor);
    chain_text(&s, "act", a->act);
    chain_text(&s, "noun", a->noun);
    chain_text(&s, "object", a->object);
    chain_text(&s, "detail", a->detail);
    chain_text(&s, "address", a->address);
    chain_end(&s, out);
}

struct head {
    int64_t row;
    char hash[HASH_HEX_MAX];
};

static void read_head(struct op *op, struct cols *c, void *item)
{
    struct head *h = item;
    h->row = take_int(c);
    snprintf(h->hash, sizeof h->hash, "%s", take_hex(c));
}

int store_audit_add(struct op *op, struct store *store, struct store_audit *a)
{
    CLEANUP(unit_end) struct unit u = {0};
    struct head head = {.hash = CHAIN_START};
    if (strlen(text_or(a->detail, "")) + strlen(text_or(a->object, "")) > DETAIL_MAX)
        return op_fail(op, ERR_TOO_LARGE, "more than %d bytes for the audit trail",
                       (int)DETAIL_MAX);
    if (unit_begin(op, store, DB_DURABLE, &u) ||
        read_one(op, u.tx, "SELECT row_id, hash FROM audit ORDER BY row_id DESC LIMIT 1", DB_NONE,
                 read_head, &head) < 0)
        return -1;
    a->row = head.row + 1;
    a->actor = text_or(a->actor, "system");
    a->noun = text_or(a->noun, "");
    a->object = text_or(a->object, "");
    a->detail = text_or(a->detail, "{}");
    a->address = text_or(a->address, "");
    hash_row(a, head.hash, a->hash);
    if (db_run(op, u.tx,
               "INSERT INTO audit (row_id, at_ms, user_row, actor, act, noun, object, detail, "
               "address, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
               DB_ARGS(db_int(a->row), db_int(a->at_ms), db_int_or_null(a->user_row),
                       db_text(a->actor), db_text(a->act), db_text(a->noun), db_text(a->object),
                       db_text(a->detail), db_text(a->address),
                       db_blob(chain_pack(&op->arena, a->hash))),
               NULL))
        return -1;
    return unit_commit(op, &u);
}

#define COLUMNS "row_id, at_ms, user_row, actor, act, noun, object, detail, address, hash"

static void read_audit(struct op *op, struct cols *c, void *item)
{
    struct store_audit *a = item;
    a->row = take_int(c);
    a->at_ms = take_int(c);
    a->user_row = take_int(c);
    a->actor = take_text(c);
    a->act = take_text(c);
    a->noun = take_text(c);
    a->object = take_text(c);
    a->detail = take_text(c);
    a->address = take_text(c);
    snprintf(a->hash, sizeof a->hash, "%s", take_hex(c));
}

#define REST                                                                                       \
    " AND row_id < $1 AND at_ms >= $2 AND at_ms < $3 AND ($4 IS NULL OR act = $4 OR "              \
    "substr(act, 1, length($4) + 1) = $4 || '.') AND ($5 IS NULL OR noun = $5) "                   \
    "AND ($6 IS NULL OR object = $6) AND ($7 = 0 OR user_row = $7) "                               \
    "ORDER BY row_id DESC LIMIT $8"

static const char *list_sql(const struct store_audit_ask *ask)
{
    if (ask->noun && ask->object)
        return "SELECT " COLUMNS " FROM audit WHERE noun = $5 AND object = $6" REST;
    if (ask->user_row)
        return "SELECT " COLUMNS " FROM audit WHERE user_row = $7" REST;
    return "SELECT " COLUMNS " FROM audit WHERE 1" REST;
}

int store_audit_list(struct op *op, struct store *store, const struct store_audit_ask *ask,
                     struct store_page page, struct store_audit_list *out)
{
    CLEANUP(unit_end) struct unit u = {0};
    *out = (struct store_audit_list){0};
    int64_t before;
    int limit = page_limit(page);
    if (page_read(op, page, INT64_MAX, &before, 1) || unit_begin(op, store, DB_READ, &u) ||
        read_all(op, u.tx, list_sql(ask),
                 DB_ARGS(db_int(before), db_int(ask->from_ms),
                         db_int(ask->to_ms ? ask->to_ms : INT64_MAX), db_text(ask->act),
                         db_text(ask->noun), db_text(ask->object), db_int(ask->user_row),
                         db_int(limit + 1)),
                 sizeof *out->items, read_audit, (void **)&out->items, &out->n))
        return -1;
    if (out->n > (size_t)limit) {
        out->n = (size_t)limit;
        out->next = page_write(op, &out->items[out->n - 1].row, 1);
    }
    return 0;
}

/* One step of the chain; false at the first row that does not fit. */
static bool fits(const struct store_audit *a, struct head *head)
{
    char hash[HASH_HEX_MAX];
    hash_row(a, head->hash, hash);
    bool is_right = a->row == head->row + 1 && strcmp(hash, a->hash) == 0;
    head->row = a->row;
    memcpy(head->hash, hash, sizeof head->hash);
    return is_right;
}

int store_audit_verify(struct op *op, struct store *store, int64_t *out_bad_row, int64_t *out_n)
{
    struct head head = {.hash = CHAIN_START};
    *out_bad_row = *out_n = 0;
    for (;;) {
        CLEANUP(op_fini) struct op part;
        CLEANUP(unit_end) struct unit u = {0};
        struct store_audit *rows;
        size_t n;
        op_init_part(&part, op, -1);
        if (unit_begin(&part, store, DB_READ, &u) ||
            read_all(&part, u.tx,
                     "SELECT " COLUMNS " FROM audit WHERE row_id > $1 ORDER BY row_id LIMIT $2",
                     DB_ARGS(db_int(head.row), db_int(VERIFY_STEP)), sizeof *rows, read_audit,
                     (void **)&rows, &n))
            return op_fail_from(op, &part);
        for (size_t i = 0; i < n; i++, (*out_n)++) {
            if (fits(&rows[i], &head))
                continue;
            *out_bad_row = rows[i].row;
            return 0;
        }
        if (n < VERIFY_STEP)
            return 0;
    }
}
