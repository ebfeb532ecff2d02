/* The database: a thin driver with typed arguments and columns. Only store/ and app/ include it.
 *
 * Each query is written once, in the common tongue of SQLite and PostgreSQL: `$1` parameters,
 * RETURNING, ON CONFLICT … DO UPDATE, integers for times (ms since the epoch) and booleans, text
 * for JSON. One connection writes, several read; a transaction is a lease of one of them, so keep
 * it short and never wait for anything else inside.
 *
 * Errors of every function here: ERR_TIMEOUT and ERR_CANCELLED (the op ended, also in the middle
 * of a query), ERR_CONFLICT (a unique key or a foreign key refused), ERR_READ_ONLY (a trigger
 * whose text begins with "read_only:" refused), ERR_STORAGE (disk full, damaged, locked by another
 * program), ERR_INTERNAL (a wrong query).
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/op.h"

struct db;

struct db_conf {
    const char *path; /* the database file */
    int readers;      /* connections for reading; 0: 4 */
    int cache_kib;    /* page cache of each connection; 0: 4 MiB */
    bool is_guest;    /* beside the owner of the file, in another process: never creates it */
};

/* Opens, or creates, the file. ERR_STORAGE names what is wrong with it and what to do. */
int db_open(struct op *op, const struct db_conf *conf, struct db **out) MUST_CHECK;
/* After all transactions have ended. NULL is no harm. */
void db_close(struct db *db);

/* ---- Transactions ---- */

enum db_mode {
    DB_READ,    /* one snapshot from the first query on */
    DB_WRITE,   /* survives the death of the process */
    DB_DURABLE, /* survives a power cut too, from the moment db_commit returns 0 */
};

/* Always `CLEANUP(db_end) struct db_tx tx = {0};`. Belongs to the thread that began it. */
struct db_tx {
    struct db *db; /* NULL: not open */
    void *conn;
    enum db_mode mode;
};

/* Waits for a connection, until the op's deadline. A thread that holds a writing transaction and
 * begins a second one would wait for itself. */
int db_begin(struct op *op, struct db *db, enum db_mode mode, struct db_tx *out) MUST_CHECK;
/* Ends the transaction, successful or not. Durable commits of several threads share one flush. */
int db_commit(struct op *op, struct db_tx *tx) MUST_CHECK;
/* Rolls back what was not committed. For CLEANUP. */
void db_end(struct db_tx *tx);

/* ---- Arguments ---- */

enum db_type { DB_NULL, DB_INT, DB_REAL, DB_TEXT, DB_BLOB };

struct db_arg {
    enum db_type type;
    int64_t i;
    double r;
    struct bytes b; /* borrowed until the query ends */
};

/* The arguments of a query: DB_ARGS(db_int(7), db_text(name)). The first is $1. */
struct db_args {
    const struct db_arg *p;
    size_t n;
};
#define DB_ARGS(...)                                                                               \
    ((struct db_args){(const struct db_arg[]){__VA_ARGS__},                                        \
                      sizeof((const struct db_arg[]){__VA_ARGS__}) / sizeof(struct db_arg)})
#define DB_NONE ((struct db_args){NULL, 0})

struct db_arg db_null(void);
struct db_arg db_int(int64_t i);
struct db_arg db_real(double r);
struct db_arg db_text(const char *s);     /* NULL writes NULL */
struct db_arg db_text_of(struct bytes b); /* p == NULL writes NULL */
struct db_arg db_blob(struct bytes b);    /* p == NULL writes NULL */
/* NULL when the value is 0 (or NaN): for "none". */
struct db_arg db_int_or_null(int64_t i);
struct db_arg db_real_or_null(double r);

/* ---- Queries ---- */

/* Runs a statement to its end, ignoring rows. changed (may be NULL): rows inserted, updated or
 * deleted. The text of a query is remembered in prepared form by its content. */
int db_run(struct op *op, struct db_tx *tx, const char *sql, struct db_args args,
           int64_t *changed) MUST_CHECK;
/* Several statements without arguments, separated by ';': for migrations. */
int db_script(struct op *op, struct db_tx *tx, const char *sql) MUST_CHECK;

/* Always `CLEANUP(db_rows_end) struct db_rows rows = {0};`. */
struct db_rows {
    struct db *db;
    void *conn;
    void *stmt; /* NULL: no query */
};

int db_query(struct op *op, struct db_tx *tx, const char *sql, struct db_args args,
             struct db_rows *out) MUST_CHECK;
/* 1: a row is there; 0: no more; -1: failed. */
int db_next(struct op *op, struct db_rows *rows) MUST_CHECK;
void db_rows_end(struct db_rows *rows);

/* The row's columns, counted from 0. NULL reads as 0, 0.0, NULL and {NULL, 0}. Text and bytes are
 * copied into the arena. */
bool db_col_is_null(struct db_rows *rows, int col);
int64_t db_col_int(struct db_rows *rows, int col);
double db_col_real(struct db_rows *rows, int col);
const char *db_col_text(struct db_rows *rows, int col, struct arena *arena);
struct bytes db_col_bytes(struct db_rows *rows, int col, struct arena *arena);

/* One integer of a query's first row; *out stays as it was if there is no row. */
int db_get_int(struct op *op, struct db_tx *tx, const char *sql, struct db_args args,
               int64_t *out) MUST_CHECK;

/* ---- Care ---- */

/* Reads the whole file and compares its structure; ERR_STORAGE with the first fault found.
 * Blocks for seconds a gigabyte. */
int db_check(struct op *op, struct db *db) MUST_CHECK;
/* A consistent copy into a new file, while others read and write. ERR_CONFLICT if it exists. */
int db_backup(struct op *op, struct db *db, const char *path) MUST_CHECK;
/* Moves the log into the file and refreshes the planner's statistics: for quiet moments. */
int db_tidy(struct op *op, struct db *db) MUST_CHECK;
/* Bytes of the file and of its log. */
int db_size(struct op *op, struct db *db, int64_t *out_file, int64_t *out_log) MUST_CHECK;

#endif
