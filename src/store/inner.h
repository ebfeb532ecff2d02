/* What the nouns of the store share. For store/ only. */
#ifndef STORE_INNER_H
#define STORE_INNER_H

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/str.h"
#include "db/db.h"
#include "store/search.h"
#include "store/store.h"

enum { ID_LEN = 10, SHOT_POS_BITS = 20 };

/* ---- One piece of work of a noun: a transaction of its own, or its part of a bound one ---- */

struct unit {
    struct db_tx own;
    struct db_tx *tx; /* give this to db_… */
};
/* Always `CLEANUP(unit_end) struct unit u = {0};`. */
int unit_begin(struct op *op, struct store *store, enum db_mode mode, struct unit *u) MUST_CHECK;
/* Ends an own transaction; leaves a bound one open. */
int unit_commit(struct op *op, struct unit *u) MUST_CHECK;
void unit_end(struct unit *u);
/* One statement as a transaction. */
int unit_run(struct op *op, struct store *store, enum db_mode mode, const char *sql,
             struct db_args args, int64_t *changed) MUST_CHECK;

struct db *store_db(struct store *store);
int store_migrate(struct op *op, struct db *db, bool is_guest) MUST_CHECK;
const char *store_new_id(struct op *op);

/* ---- Reading rows from left to right ---- */

struct cols {
    struct db_rows *rows;
    struct arena *arena;
    int at;
};
int64_t take_int(struct cols *c);
bool take_bool(struct cols *c);
double take_real(struct cols *c);      /* NULL: NaN */
const char *take_text(struct cols *c); /* NULL: "" */
struct bytes take_bytes(struct cols *c);
/* A BLOB as lower-case hex, "" for NULL. */
const char *take_hex(struct cols *c);

/* Room for item n of an array in the arena, which doubles: items = grow(…); items[n++] = …. */
void *grow(struct arena *arena, void *items, size_t n, size_t size);

/* Reads every row of a query into an array of items. */
typedef void read_fn(struct op *op, struct cols *c, void *item);
int read_all(struct op *op, struct db_tx *tx, const char *sql, struct db_args args, size_t size,
             read_fn *read, void **out, size_t *out_n) MUST_CHECK;
/* The first row; 1 found, 0 none, -1 failed. */
int read_one(struct op *op, struct db_tx *tx, const char *sql, struct db_args args, read_fn *read,
             void *item) MUST_CHECK;

/* ---- Pages ---- */

int page_limit(struct store_page page);
/* Integers of a cursor; without one, `first` each. */
int page_read(struct op *op, struct store_page page, int64_t first, int64_t *out,
              size_t n) MUST_CHECK;
/* The same for lists with the newest first: the key (time, row) that all of the page is below. An
 * upper bound of time and a cursor are one condition then; as two, SQLite would walk from the
 * newest down to the bound. to_ms 0: none. */
int page_read_below(struct op *op, struct store_page page, int64_t to_ms,
                    int64_t out[2]) MUST_CHECK;
const char *page_write(struct op *op, const int64_t *values, size_t n);

/* A note on lists: what only adds names to a row is joined by LEFT JOIN, and a condition that must
 * not choose the index is written with a plus (+r.moment_ms). Both keep the planner on the index
 * that the order needs, whatever its statistics say. */

/* ---- Small things ---- */

/* $user sees everything that the plan touches or ever touched: a condition on a plan's row. */
#define SEES_PLAN(user, plan)                                                                      \
    "(" user " = 0 OR (SELECT sees_all FROM users WHERE row_id = " user ") = 1 OR NOT EXISTS "     \
    "(SELECT 1 FROM plan_reach seen WHERE seen.plan_row = " plan " AND seen.source_row NOT IN "    \
    "(SELECT source_row FROM user_sources WHERE user_row = " user ")))"
#define SEES_SOURCE(user, source)                                                                  \
    "(" user " = 0 OR (SELECT sees_all FROM users WHERE row_id = " user ") = 1 OR " source         \
    " IN (SELECT source_row FROM user_sources WHERE user_row = " user "))"

/* "%text%" for LIKE with ESCAPE '\'; NULL for NULL or "". */
const char *like_of(struct op *op, const char *text);
/* "[1,2]" for json_each. */
const char *rows_json(struct op *op, const int64_t *rows, size_t n);
/* text, or fallback if it is NULL or "". */
const char *text_or(const char *text, const char *fallback);
/* Turns ERR_CONFLICT of the database into a text that a person understands. Always -1. */
int explain_conflict(struct op *op, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Replaces what search knows of a row; text "" forgets it. tags: words for exact filters. */
int search_put(struct op *op, struct db_tx *tx, enum search_kind kind, int64_t row,
               const char *text, const char *tags) MUST_CHECK;

#endif
