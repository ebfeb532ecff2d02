/* What a driver implements; pool.c is the only caller. One table a driver: db_sqlite.
 *
 * A driver knows connections and statements. Leases, transactions and waiting are the pool's.
 * A connection is used by one thread at a time; the pool sees to it.
 */
#ifndef DB_OPS_H
#define DB_OPS_H

#include "db/db.h"

struct db_ops {
    /* A connection; the writer is opened first and closed last. */
    int (*conn_open)(struct op *op, const struct db_conf *conf, bool is_writer, void **out);
    void (*conn_close)(void *conn);
    /* The work that the connection does now: its deadline and cancel end a running query.
     * op == NULL: idle. */
    void (*conn_bind)(void *conn, struct op *op);
    int (*begin)(struct op *op, void *conn, bool is_write);
    int (*commit)(struct op *op, void *conn);
    void (*rollback)(void *conn);
    /* Makes every commit before the call safe from a power cut. Called without a connection, from
     * one thread at a time. `writer` is open. NULL: a commit is safe by itself. */
    int (*flush)(struct op *op, void *writer);

    int (*query)(struct op *op, void *conn, const char *sql, struct db_args args, void **out_stmt);
    int (*step)(struct op *op, void *conn, void *stmt); /* 1, 0, -1 as db_next */
    void (*finish)(void *conn, void *stmt);
    int64_t (*changed)(void *conn); /* rows touched by the newest statement */
    int (*script)(struct op *op, void *conn, const char *sql);

    enum db_type (*col_type)(void *stmt, int col);
    int64_t (*col_int)(void *stmt, int col);
    double (*col_real)(void *stmt, int col);
    struct bytes (*col_bytes)(void *stmt, int col); /* valid until the next step */

    /* Pages in the log after the newest commit of this connection. */
    int64_t (*log_pages)(void *conn);
    /* Moves what it can from the log into the file, beside readers and the writer. NULL: no log. */
    void (*move_log)(void *conn);

    int (*check)(struct op *op, void *conn);
    int (*backup)(struct op *op, void *conn, const char *path);
    int (*tidy)(struct op *op, void *writer);
    int (*size)(struct op *op, void *conn, int64_t *out_file, int64_t *out_log);
};

extern const struct db_ops db_sqlite;

#endif
