/* The pool: one connection that writes, several that read, and who may have them.
 *
 * Any thread may begin a transaction; it then owns a connection until commit or end. The writer
 * goes to those who wait in the order of their coming: without that, workers that write all the
 * time would let a person's verdict starve. The lock guards the lists only and is never held while
 * a query runs.
 *
 * Durable commits share flushes: whoever comes first flushes for everybody whose commit was done
 * by then; the others wait for it. So durable commits a second grow with the number of people,
 * not with the speed of the disk.
 *
 * The log is moved into the file by whoever commits when it has grown long, after the writer was
 * given back: most of it while others write, only the rest with the writer held. SQLite by itself
 * would do it all inside a commit, and everybody would wait for it. Durable commits, which are
 * people's, leave it to the others as long as possible.
 */
#include "base/assert.h"
#include "base/clock.h"
#include "base/mem.h"
#include "db/ops.h"
#include "sys/lock.h"

#include <math.h>
#include <string.h>

enum {
    READERS = 4,
    READERS_MAX = 64,
    WAIT_SLICE_MS = 50,
    LOG_PAGES = 4000, /* 16 MB */
    LOG_PAGES_DURABLE = 4 * LOG_PAGES,
};

/* Somebody who waits for the writer; on the waiter's stack. */
struct waiter {
    struct waiter *next;
    bool is_served;
};

struct db {
    const struct db_ops *ops;
    struct db_conf conf;
    char *path;
    struct lock lock; /* guards everything below */
    void *writer;
    bool is_writing;
    struct waiter *waiters; /* for the writer, oldest first */
    int readers_n;          /* opened so far; at most conf.readers */
    int free_n;
    void *free[READERS_MAX]; /* readers that nobody has */
    int64_t commits;         /* writing transactions committed */
    int64_t flushed;         /* how many of them are known to be on disk */
    bool is_flushing;
    void *mover; /* a connection for moving the log; has its own turn: */
    bool is_moving;
};

int db_open(struct op *op, const struct db_conf *conf, struct db **out)
{
    struct db *db = MEM_NEW(struct db);
    db->ops = &db_sqlite;
    db->path = mem_strdup(conf->path);
    db->conf = *conf;
    db->conf.path = db->path;
    if (db->conf.readers <= 0)
        db->conf.readers = READERS;
    if (db->conf.readers > READERS_MAX)
        db->conf.readers = READERS_MAX;
    lock_init(&db->lock);
    if (db->ops->conn_open(op, &db->conf, true, &db->writer) ||
        (db->ops->move_log && db->ops->conn_open(op, &db->conf, true, &db->mover))) {
        db_close(db);
        return -1;
    }
    *out = db;
    return 0;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    ASSERT(!db->is_writing && db->free_n == db->readers_n);
    for (int i = 0; i < db->free_n; i++)
        db->ops->conn_close(db->free[i]);
    if (db->mover)
        db->ops->conn_close(db->mover);
    if (db->writer)
        db->ops->conn_close(db->writer);
    lock_fini(&db->lock);
    mem_free(db->path);
    mem_free(db);
}

/* ---- Leases ---- */

/* With the lock: waits for a change, a slice of time at most. */
static int wait_slice(struct op *op, struct db *db)
{
    int left = op_left_ms(op);
    lock_wait(&db->lock, clock_mono_ms() + (left < WAIT_SLICE_MS ? left : WAIT_SLICE_MS));
    return op_check(op);
}

static void leave_queue(struct db *db, struct waiter *me)
{
    struct waiter **at = &db->waiters;
    while (*at && *at != me)
        at = &(*at)->next;
    if (*at)
        *at = me->next;
}

/* With the lock: hands the writer to the oldest waiter, or sets it free. */
static void pass_writer(struct db *db)
{
    struct waiter *next = db->waiters;
    db->is_writing = next != NULL;
    if (next) {
        db->waiters = next->next;
        next->is_served = true;
    }
    lock_wake(&db->lock);
}

static int lease_writer(struct op *op, struct db *db, void **out)
{
    lock_take(&db->lock);
    int result = 0;
    if (db->is_writing) {
        struct waiter me = {0};
        struct waiter **end = &db->waiters;
        while (*end)
            end = &(*end)->next;
        *end = &me;
        while (!me.is_served && result == 0)
            result = wait_slice(op, db);
        if (me.is_served && result)
            pass_writer(db);
        else if (result)
            leave_queue(db, &me);
    }
    if (result == 0)
        db->is_writing = true;
    lock_give(&db->lock);
    *out = db->writer;
    return result;
}

static void return_writer(struct db *db)
{
    lock_take(&db->lock);
    pass_writer(db);
    lock_give(&db->lock);
}

static void return_reader(struct db *db, void *conn)
{
    lock_take(&db->lock);
    db->free[db->free_n++] = conn;
    lock_wake(&db->lock);
    lock_give(&db->lock);
}

static int open_reader(struct op *op, struct db *db, void **out)
{
    if (db->ops->conn_open(op, &db->conf, false, out) == 0)
        return 0;
    lock_take(&db->lock);
    db->readers_n--;
    lock_wake(&db->lock);
    lock_give(&db->lock);
    return -1;
}

static int lease_reader(struct op *op, struct db *db, void **out)
{
    bool is_new = false;
    int result = 0;
    lock_take(&db->lock);
    while (db->free_n == 0 && db->readers_n == db->conf.readers && result == 0)
        result = wait_slice(op, db);
    if (result == 0 && db->free_n > 0) {
        *out = db->free[--db->free_n];
    } else if (result == 0) {
        is_new = true;
        db->readers_n++;
    }
    lock_give(&db->lock);
    if (result)
        return -1;
    return is_new ? open_reader(op, db, out) : 0;
}

static void return_conn(struct db_tx *tx)
{
    tx->db->ops->conn_bind(tx->conn, NULL);
    if (tx->mode == DB_READ)
        return_reader(tx->db, tx->conn);
    else
        return_writer(tx->db);
    *tx = (struct db_tx){0};
}

/* ---- Transactions ---- */

int db_begin(struct op *op, struct db *db, enum db_mode mode, struct db_tx *out)
{
    ASSERT(!out->db);
    if (op_check(op))
        return -1;
    void *conn = NULL;
    bool is_write = mode != DB_READ;
    if (is_write ? lease_writer(op, db, &conn) : lease_reader(op, db, &conn))
        return -1;
    *out = (struct db_tx){.db = db, .conn = conn, .mode = mode};
    db->ops->conn_bind(conn, op);
    if (db->ops->begin(op, conn, is_write)) {
        return_conn(out);
        return -1;
    }
    return 0;
}

/* Returns when every commit up to `mine` is on disk. */
static int flush_until(struct op *op, struct db *db, int64_t mine)
{
    int result = 0;
    lock_take(&db->lock);
    while (db->flushed < mine && result == 0) {
        if (db->is_flushing) {
            lock_wait(&db->lock, INT64_MAX);
            continue;
        }
        int64_t upto = db->commits;
        db->is_flushing = true;
        lock_give(&db->lock);
        result = db->ops->flush(op, db->writer);
        lock_take(&db->lock);
        db->is_flushing = false;
        if (result == 0 && db->flushed < upto)
            db->flushed = upto;
        lock_wake(&db->lock);
    }
    lock_give(&db->lock);
    return result;
}

static void move_log(struct op *op, struct db *db)
{
    void *writer;
    struct op part;
    lock_take(&db->lock);
    bool is_mine = !db->is_moving;
    db->is_moving = true;
    lock_give(&db->lock);
    if (!is_mine)
        return;
    db->ops->move_log(db->mover);
    /* What was committed meanwhile; without this the log would never begin anew under load. */
    op_init_part(&part, op, -1);
    if (lease_writer(&part, db, &writer) == 0) {
        db->ops->move_log(db->mover);
        return_writer(db);
    }
    op_fini(&part);
    lock_take(&db->lock);
    db->is_moving = false;
    lock_give(&db->lock);
}

int db_commit(struct op *op, struct db_tx *tx)
{
    struct db *db = tx->db;
    enum db_mode mode = tx->mode;
    int64_t mine = 0, pages = 0;
    /* From here on it happens or fails by itself; a late cancel must not leave it in doubt. */
    db->ops->conn_bind(tx->conn, NULL);
    int result = db->ops->commit(op, tx->conn);
    if (result)
        db->ops->rollback(tx->conn);
    if (result == 0 && mode != DB_READ) {
        lock_take(&db->lock);
        mine = ++db->commits;
        lock_give(&db->lock);
        pages = db->ops->move_log ? db->ops->log_pages(tx->conn) : 0;
    }
    return_conn(tx);
    if (result == 0 && mode == DB_DURABLE && db->ops->flush)
        result = flush_until(op, db, mine);
    if (pages > (mode == DB_DURABLE ? LOG_PAGES_DURABLE : LOG_PAGES))
        move_log(op, db);
    return result;
}

void db_end(struct db_tx *tx)
{
    if (!tx->db)
        return;
    tx->db->ops->conn_bind(tx->conn, NULL);
    tx->db->ops->rollback(tx->conn);
    return_conn(tx);
}

/* ---- Arguments ---- */

struct db_arg db_null(void)
{
    return (struct db_arg){.type = DB_NULL};
}

struct db_arg db_int(int64_t i)
{
    return (struct db_arg){.type = DB_INT, .i = i};
}

struct db_arg db_real(double r)
{
    return (struct db_arg){.type = DB_REAL, .r = r};
}

struct db_arg db_text(const char *s)
{
    return s ? db_text_of(bytes_of(s)) : db_null();
}

struct db_arg db_text_of(struct bytes b)
{
    return b.p ? (struct db_arg){.type = DB_TEXT, .b = b} : db_null();
}

struct db_arg db_blob(struct bytes b)
{
    return b.p ? (struct db_arg){.type = DB_BLOB, .b = b} : db_null();
}

struct db_arg db_int_or_null(int64_t i)
{
    return i ? db_int(i) : db_null();
}

struct db_arg db_real_or_null(double r)
{
    return isnan(r) ? db_null() : db_real(r);
}

/* ---- Queries ---- */

int db_query(struct op *op, struct db_tx *tx, const char *sql, struct db_args args,
             struct db_rows *out)
{
    void *stmt;
    if (tx->db->ops->query(op, tx->conn, sql, args, &stmt))
        return -1;
    *out = (struct db_rows){.db = tx->db, .conn = tx->conn, .stmt = stmt};
    return 0;
}

int db_next(struct op *op, struct db_rows *rows)
{
    return rows->db->ops->step(op, rows->conn, rows->stmt);
}

void db_rows_end(struct db_rows *rows)
{
    if (rows->stmt)
        rows->db->ops->finish(rows->conn, rows->stmt);
    *rows = (struct db_rows){0};
}

int db_run(struct op *op, struct db_tx *tx, const char *sql, struct db_args args,
           int64_t *changed_out)
{
    struct db_rows rows = {0};
    if (db_query(op, tx, sql, args, &rows))
        return -1;
    int got;
    while ((got = db_next(op, &rows)) > 0)
        ;
    if (got == 0 && changed_out)
        *changed_out = tx->db->ops->changed(tx->conn);
    db_rows_end(&rows);
    return got;
}

int db_script(struct op *op, struct db_tx *tx, const char *sql)
{
    return tx->db->ops->script(op, tx->conn, sql);
}

bool db_col_is_null(struct db_rows *rows, int col)
{
    return rows->db->ops->col_type(rows->stmt, col) == DB_NULL;
}

int64_t db_col_int(struct db_rows *rows, int col)
{
    return rows->db->ops->col_int(rows->stmt, col);
}

double db_col_real(struct db_rows *rows, int col)
{
    return rows->db->ops->col_real(rows->stmt, col);
}

const char *db_col_text(struct db_rows *rows, int col, struct arena *arena)
{
    if (db_col_is_null(rows, col))
        return NULL;
    struct bytes b = rows->db->ops->col_bytes(rows->stmt, col);
    return b.n ? arena_copy(arena, b) : "";
}

struct bytes db_col_bytes(struct db_rows *rows, int col, struct arena *arena)
{
    if (db_col_is_null(rows, col))
        return (struct bytes){NULL, 0};
    struct bytes b = rows->db->ops->col_bytes(rows->stmt, col);
    return (struct bytes){b.n ? arena_copy(arena, b) : "", b.n};
}

int db_get_int(struct op *op, struct db_tx *tx, const char *sql, struct db_args args, int64_t *out)
{
    struct db_rows rows = {0};
    if (db_query(op, tx, sql, args, &rows))
        return -1;
    int got = db_next(op, &rows);
    if (got > 0)
        *out = db_col_int(&rows, 0);
    /* A RETURNING statement commits only when it was stepped to its end. */
    while (got > 0)
        got = db_next(op, &rows);
    db_rows_end(&rows);
    return got;
}

/* ---- Care ---- */

int db_check(struct op *op, struct db *db)
{
    void *conn;
    if (lease_reader(op, db, &conn))
        return -1;
    db->ops->conn_bind(conn, op);
    int result = db->ops->check(op, conn);
    db->ops->conn_bind(conn, NULL);
    return_reader(db, conn);
    return result;
}

int db_backup(struct op *op, struct db *db, const char *path)
{
    void *conn;
    if (lease_reader(op, db, &conn))
        return -1;
    db->ops->conn_bind(conn, op);
    int result = db->ops->backup(op, conn, path);
    db->ops->conn_bind(conn, NULL);
    return_reader(db, conn);
    return result;
}

int db_tidy(struct op *op, struct db *db)
{
    void *conn;
    if (lease_writer(op, db, &conn))
        return -1;
    db->ops->conn_bind(conn, op);
    int result = db->ops->tidy(op, conn);
    db->ops->conn_bind(conn, NULL);
    return_writer(db);
    return result;
}

int db_size(struct op *op, struct db *db, int64_t *out_file, int64_t *out_log)
{
    return db->ops->size(op, db->writer, out_file, out_log);
}
