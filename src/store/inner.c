/* What the nouns share: units of work, reading rows, cursors. Any thread.
 *
 * A cursor is the sort key of the last row that was answered, as integers joined by dots. Where
 * the order is by name, the key is the row's number and the query looks its name up: so a cursor
 * never carries text, and renaming does not break it.
 */
#include "store/inner.h"

#include "base/hash.h"
#include "base/rand.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *store_new_id(struct op *op)
{
    char *id = arena_alloc(&op->arena, ID_LEN + 1);
    rand_word(id, ID_LEN);
    return id;
}

int unit_run(struct op *op, struct store *store, enum db_mode mode, const char *sql,
             struct db_args args, int64_t *changed)
{
    CLEANUP(unit_end) struct unit u = {0};
    if (unit_begin(op, store, mode, &u) || db_run(op, u.tx, sql, args, changed))
        return -1;
    return unit_commit(op, &u);
}

/* ---- Rows ---- */

int64_t take_int(struct cols *c)
{
    return db_col_int(c->rows, c->at++);
}

bool take_bool(struct cols *c)
{
    return take_int(c) != 0;
}

double take_real(struct cols *c)
{
    int at = c->at++;
    return db_col_is_null(c->rows, at) ? NAN : db_col_real(c->rows, at);
}

const char *take_text(struct cols *c)
{
    const char *text = db_col_text(c->rows, c->at++, c->arena);
    return text ? text : "";
}

struct bytes take_bytes(struct cols *c)
{
    return db_col_bytes(c->rows, c->at++, c->arena);
}

const char *take_hex(struct cols *c)
{
    struct bytes b = take_bytes(c);
    if (b.n == 0)
        return "";
    char *hex = arena_alloc(c->arena, b.n * 2 + 1);
    hash_hex((const unsigned char *)b.p, b.n, hex);
    return hex;
}

void *grow(struct arena *arena, void *items, size_t n, size_t size)
{
    enum { FIRST = 16 };
    if (n >= FIRST && (n & (n - 1)) != 0)
        return items;
    if (n > 0 && n < FIRST)
        return items;
    void *more = arena_calloc(arena, n ? n * 2 : FIRST, size);
    if (n)
        memcpy(more, items, n * size);
    return more;
}

int read_all(struct op *op, struct db_tx *tx, const char *sql, struct db_args args, size_t size,
             read_fn *read, void **out, size_t *out_n)
{
    CLEANUP(db_rows_end) struct db_rows rows = {0};
    char *items = NULL;
    size_t n = 0;
    if (db_query(op, tx, sql, args, &rows))
        return -1;
    int got;
    while ((got = db_next(op, &rows)) > 0) {
        items = grow(&op->arena, items, n, size);
        struct cols c = {.rows = &rows, .arena = &op->arena};
        read(op, &c, items + n++ * size);
    }
    *out = items;
    *out_n = n;
    return got;
}

int read_one(struct op *op, struct db_tx *tx, const char *sql, struct db_args args, read_fn *read,
             void *item)
{
    CLEANUP(db_rows_end) struct db_rows rows = {0};
    if (db_query(op, tx, sql, args, &rows))
        return -1;
    int got = db_next(op, &rows);
    if (got > 0) {
        struct cols c = {.rows = &rows, .arena = &op->arena};
        read(op, &c, item);
    }
    return got;
}

/* ---- Pages ---- */

int page_limit(struct store_page page)
{
    if (page.limit <= 0)
        return STORE_PAGE_DEFAULT;
    return page.limit > STORE_PAGE_MAX ? STORE_PAGE_MAX : page.limit;
}

int page_read(struct op *op, struct store_page page, int64_t first, int64_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = first;
    if (!page.cursor || !*page.cursor)
        return 0;
    struct bytes rest = bytes_of(page.cursor), part;
    for (size_t i = 0; i < n; i++)
        if (!bytes_split(&rest, '.', &part) || !bytes_to_i64(part, &out[i]))
            return op_fail(op, ERR_BAD_INPUT, "malformed cursor; start again from the first page");
    return rest.n == 0 ? 0
                       : op_fail(op, ERR_BAD_INPUT,
                                 "malformed cursor; start again from the "
                                 "first page");
}

int page_read_below(struct op *op, struct store_page page, int64_t to_ms, int64_t out[2])
{
    if (page_read(op, page, INT64_MAX, out, 2))
        return -1;
    if (to_ms && to_ms <= out[0]) {
        out[0] = to_ms;
        out[1] = 0;
    }
    return 0;
}

const char *page_write(struct op *op, const int64_t *values, size_t n)
{
    struct str *s = str_new(&op->arena, 256);
    for (size_t i = 0; i < n; i++)
        str_addf(s, "%s%" PRId64, i ? "." : "", values[i]);
    return s->p;
}

/* ---- Small things ---- */

const char *like_of(struct op *op, const char *text)
{
    if (!text || !*text)
        return NULL;
    struct str *s = str_new(&op->arena, 4096);
    str_addc(s, '%');
    for (; *text; text++) {
        if (*text == '%' || *text == '_' || *text == '\\')
            str_addc(s, '\\');
        str_addc(s, *text);
    }
    str_addc(s, '%');
    return s->p;
}

const char *rows_json(struct op *op, const int64_t *rows, size_t n)
{
    struct str *s = str_new(&op->arena, 1 << 20);
    str_addc(s, '[');
    for (size_t i = 0; i < n; i++)
        str_addf(s, "%s%" PRId64, i ? "," : "", rows[i]);
    str_addc(s, ']');
    return s->p;
}

const char *text_or(const char *text, const char *fallback)
{
    return text && *text ? text : fallback;
}

int explain_conflict(struct op *op, const char *fmt, ...)
{
    if (op->err != ERR_CONFLICT)
        return -1;
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    op_clear(op);
    return op_fail(op, ERR_CONFLICT, "%s", text);
}
