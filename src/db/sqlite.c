/* The SQLite driver. The only includer of sqlite3.h.
 *
 * A connection is opened without SQLite's own mutexes: the pool lets one thread at a time have it.
 * It owns the prepared statements of that connection, found again by their text, because
 * preparing costs more than most of our queries.
 *
 * Durability: the connection runs with synchronous=NORMAL, where a commit lands in the log without
 * a flush: the death of the process loses nothing, a power cut may lose the newest commits but
 * never half of one. What must survive a power cut asks for `flush`, which syncs the log file once
 * for all commits before it. synchronous=FULL would sync inside each commit, while the writer is
 * held: one after the other, 250 a second on an ordinary disk.
 *
 * `$1` is a *named* parameter to SQLite, so arguments are bound by name.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "db/ops.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    STMT_MAX = 128,        /* prepared statements kept a connection */
    ARG_MAX_COUNT = 48,    /* parameters of one query */
    PROGRESS_STEPS = 4000, /* virtual machine steps between looks at the clock */
    CACHE_KIB = 4 * 1024,  /* the system caches the file besides */
    LOG_KEEP = 64 * 1024 * 1024,
    BUSY_PAUSE_MS = 5,
    BUSY_MS = 10000, /* longer is no neighbour's short transaction */
};

struct stmt {
    sqlite3_stmt *raw;
    uint64_t hash;
    uint64_t used_at; /* for throwing away the longest unused */
    bool is_busy;
    int args_n;
    int index[ARG_MAX_COUNT]; /* of $1, $2 …; 0: the query does not use it */
};

struct conn {
    sqlite3 *raw;
    struct op *op; /* the work that runs now */
    char *path;
    int log_fd;        /* writer only, for flush; -1: not open */
    int64_t log_pages; /* in the log after the newest commit */
    uint64_t uses;
    struct stmt stmts[STMT_MAX];
};

static int fail(struct op *op, struct conn *conn, int rc, const char *sql)
{
    const char *text = conn->raw ? sqlite3_errmsg(conn->raw) : sqlite3_errstr(rc);
    int wide = conn->raw ? sqlite3_extended_errcode(conn->raw) : rc;
    switch (rc & 0xff) {
    case SQLITE_INTERRUPT:
        if (op_check(op) == 0)
            op_fail(op, ERR_CANCELLED, "the query was interrupted");
        return -1;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return op_fail(op, ERR_STORAGE,
                       "the database %s is locked by another program (%s); end that program, or "
                       "wait for it",
                       conn->path, text);
    case SQLITE_FULL:
        return op_fail(op, ERR_STORAGE, "the disk that holds %s is full; free space on it",
                       conn->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return op_fail(op, ERR_STORAGE,
                       "the database %s is damaged (%s); stop Rounds, move it and its -wal file "
                       "aside, and restore the newest backup",
                       conn->path, text);
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return op_fail(op, ERR_STORAGE, "the database %s cannot be used: %s (%s)", conn->path, text,
                       sqlite3_errstr(wide));
    case SQLITE_CONSTRAINT:
        if (wide == SQLITE_CONSTRAINT_TRIGGER && strncmp(text, "read_only:", 10) == 0)
            return op_fail(op, ERR_READ_ONLY, "%s", text + 10 + strspn(text + 10, " "));
        if (wide == SQLITE_CONSTRAINT_UNIQUE || wide == SQLITE_CONSTRAINT_PRIMARYKEY ||
            wide == SQLITE_CONSTRAINT_ROWID || wide == SQLITE_CONSTRAINT_FOREIGNKEY)
            return op_fail(op, ERR_CONFLICT, "the database refused: %s", text);
        break;
    default:
        break;
    }
    return op_fail(op, ERR_INTERNAL, "the database refused \"%.120s\": %s", sql ? sql : "", text);
}

/* ---- Connections ---- */

static int on_progress(void *ctx)
{
    struct conn *conn = ctx;
    return conn->op && op_check(conn->op) != 0;
}

/* Another process has the writer's lock: wait, but neither longer than the work may nor for ever. */
static int on_busy(void *ctx, int tries)
{
    struct conn *conn = ctx;
    /* Giving up in time says "locked" instead of "the deadline passed". */
    if (!conn->op || tries >= BUSY_MS / BUSY_PAUSE_MS || op_left_ms(conn->op) <= 2 * BUSY_PAUSE_MS)
        return 0;
    return op_pause(conn->op, BUSY_PAUSE_MS) == 0;
}

static int on_commit(void *ctx, sqlite3 *raw, const char *name, int pages)
{
    (void)raw;
    (void)name;
    ((struct conn *)ctx)->log_pages = pages;
    return SQLITE_OK;
}

static void conn_bind(void *p, struct op *op)
{
    struct conn *conn = p;
    conn->op = op;
}

static int exec(struct op *op, struct conn *conn, const char *sql)
{
    int rc = sqlite3_exec(conn->raw, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : fail(op, conn, rc, sql);
}

static void conn_close(void *p)
{
    struct conn *conn = p;
    for (int i = 0; i < STMT_MAX; i++)
        sqlite3_finalize(conn->stmts[i].raw);
    sqlite3_close(conn->raw);
    if (conn->log_fd >= 0)
        close(conn->log_fd);
    mem_free(conn->path);
    mem_free(conn);
}

static int conn_setup(struct op *op, struct conn *conn, const struct db_conf *conf, bool is_writer)
{
    int kib = conf->cache_kib > 0 ? conf->cache_kib : CACHE_KIB;
    char sql[512];
    snprintf(sql, sizeof sql,
             "PRAGMA cache_size=-%d; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
             "PRAGMA synchronous=NORMAL; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
             "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=%d;",
             kib, LOG_KEEP);
    if (is_writer && !conf->is_guest && exec(op, conn, "PRAGMA journal_mode=WAL"))
        return -1;
    if (exec(op, conn, sql))
        return -1;
    return is_writer ? 0 : exec(op, conn, "PRAGMA query_only=ON");
}

static int conn_open(struct op *op, const struct db_conf *conf, bool is_writer, void **out)
{
    struct conn *conn = MEM_NEW(struct conn);
    conn->path = mem_strdup(conf->path);
    conn->log_fd = -1;
    conn->op = op;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    if (is_writer && !conf->is_guest)
        flags |= SQLITE_OPEN_CREATE;
    int rc = sqlite3_open_v2(conf->path, &conn->raw, flags, NULL);
    if (rc != SQLITE_OK) {
        fail(op, conn, rc, NULL);
        conn_close(conn);
        return -1;
    }
    sqlite3_extended_result_codes(conn->raw, 1);
    sqlite3_db_config(conn->raw, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_busy_handler(conn->raw, on_busy, conn);
    sqlite3_progress_handler(conn->raw, PROGRESS_STEPS, on_progress, conn);
    if (conn_setup(op, conn, conf, is_writer)) {
        conn_close(conn);
        return -1;
    }
    sqlite3_wal_hook(conn->raw, on_commit, conn);
    conn->op = NULL;
    *out = conn;
    return 0;
}

/* ---- Transactions ---- */

static int begin(struct op *op, void *p, bool is_write)
{
    return exec(op, p, is_write ? "BEGIN IMMEDIATE" : "BEGIN");
}

static int commit(struct op *op, void *p)
{
    return exec(op, p, "COMMIT");
}

static void rollback(void *p)
{
    struct conn *conn = p;
    /* A full disk or a fault of the device has rolled back already. */
    if (!sqlite3_get_autocommit(conn->raw))
        sqlite3_exec(conn->raw, "ROLLBACK", NULL, NULL, NULL);
}

static int flush(struct op *op, void *p)
{
    struct conn *conn = p;
    if (conn->log_fd < 0) {
        char *path = arena_fmt(&op->arena, "%s-wal", conn->path);
        conn->log_fd = open(path, O_RDONLY | O_CLOEXEC);
        if (conn->log_fd < 0)
            return op_fail(op, ERR_STORAGE, "cannot open %s: %s", path, strerror(errno));
    }
    if (fdatasync(conn->log_fd))
        return op_fail(op, ERR_STORAGE, "cannot flush the log of %s to disk: %s", conn->path,
                       strerror(errno));
    return 0;
}

static int64_t log_pages(void *p)
{
    return ((struct conn *)p)->log_pages;
}

/* What fails here (a full disk) fails the next commit too, and is told there. */
static void move_log(void *p)
{
    sqlite3_wal_checkpoint_v2(((struct conn *)p)->raw, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/* ---- Statements ---- */

static uint64_t hash_text(const char *s)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a */
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

/* A free prepared statement of this text, or a slot for one. */
static struct stmt *find_slot(struct conn *conn, const char *sql, uint64_t hash)
{
    struct stmt *oldest = NULL;
    for (int i = 0; i < STMT_MAX; i++) {
        struct stmt *s = &conn->stmts[i];
        if (s->is_busy)
            continue;
        if (s->raw && s->hash == hash && strcmp(sqlite3_sql(s->raw), sql) == 0)
            return s;
        if (!oldest || (oldest->raw && (!s->raw || s->used_at < oldest->used_at)))
            oldest = s;
    }
    return oldest;
}

static int prepare(struct op *op, struct conn *conn, const char *sql, struct stmt **out)
{
    uint64_t hash = hash_text(sql);
    struct stmt *s = find_slot(conn, sql, hash);
    if (!s)
        return op_fail(op, ERR_INTERNAL, "more than %d queries at once", STMT_MAX);
    if (!s->raw || s->hash != hash || strcmp(sqlite3_sql(s->raw), sql) != 0) {
        sqlite3_finalize(s->raw);
        *s = (struct stmt){.hash = hash};
        int rc = sqlite3_prepare_v3(conn->raw, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->raw, NULL);
        if (rc != SQLITE_OK)
            return fail(op, conn, rc, sql);
        for (int i = 0; i < ARG_MAX_COUNT; i++) {
            char name[8];
            snprintf(name, sizeof name, "$%d", i + 1);
            s->index[i] = sqlite3_bind_parameter_index(s->raw, name);
            if (s->index[i])
                s->args_n = i + 1;
        }
    }
    s->used_at = ++conn->uses;
    *out = s;
    return 0;
}

static int bind_one(sqlite3_stmt *raw, int index, const struct db_arg *arg)
{
    switch (arg->type) {
    case DB_INT:
        return sqlite3_bind_int64(raw, index, arg->i);
    case DB_REAL:
        return sqlite3_bind_double(raw, index, arg->r);
    case DB_TEXT:
        return sqlite3_bind_text64(raw, index, arg->b.p, arg->b.n, SQLITE_STATIC, SQLITE_UTF8);
    case DB_BLOB:
        return sqlite3_bind_blob64(raw, index, arg->b.p, arg->b.n, SQLITE_STATIC);
    default:
        return sqlite3_bind_null(raw, index);
    }
}

static void finish(void *conn, void *p)
{
    (void)conn;
    struct stmt *s = p;
    sqlite3_reset(s->raw);
    sqlite3_clear_bindings(s->raw);
    s->is_busy = false;
}

static int query(struct op *op, void *p, const char *sql, struct db_args args, void **out)
{
    struct conn *conn = p;
    struct stmt *s = NULL;
    if (prepare(op, conn, sql, &s))
        return -1;
    if ((size_t)s->args_n > args.n)
        return op_fail(op, ERR_INTERNAL, "%zu arguments for $%d of \"%.120s\"", args.n, s->args_n,
                       sql);
    for (int i = 0; i < s->args_n; i++) {
        int rc = s->index[i] ? bind_one(s->raw, s->index[i], &args.p[i]) : SQLITE_OK;
        if (rc != SQLITE_OK) {
            fail(op, conn, rc, sql);
            finish(conn, s);
            return -1;
        }
    }
    s->is_busy = true;
    *out = s;
    return 0;
}

static int step(struct op *op, void *p, void *stmt)
{
    struct stmt *s = stmt;
    int rc = sqlite3_step(s->raw);
    if (rc == SQLITE_ROW)
        return 1;
    return rc == SQLITE_DONE ? 0 : fail(op, p, rc, sqlite3_sql(s->raw));
}

static int64_t changed(void *p)
{
    struct conn *conn = p;
    return sqlite3_changes64(conn->raw);
}

static int script(struct op *op, void *p, const char *sql)
{
    return exec(op, p, sql);
}

static enum db_type col_type(void *stmt, int col)
{
    switch (sqlite3_column_type(((struct stmt *)stmt)->raw, col)) {
    case SQLITE_INTEGER:
        return DB_INT;
    case SQLITE_FLOAT:
        return DB_REAL;
    case SQLITE_TEXT:
        return DB_TEXT;
    case SQLITE_BLOB:
        return DB_BLOB;
    default:
        return DB_NULL;
    }
}

static int64_t col_int(void *stmt, int col)
{
    return sqlite3_column_int64(((struct stmt *)stmt)->raw, col);
}

static double col_real(void *stmt, int col)
{
    return sqlite3_column_double(((struct stmt *)stmt)->raw, col);
}

static struct bytes col_bytes(void *stmt, int col)
{
    sqlite3_stmt *raw = ((struct stmt *)stmt)->raw;
    /* The order matters: column_blob may convert, column_bytes then knows the length. */
    const char *p = sqlite3_column_blob(raw, col);
    size_t n = (size_t)sqlite3_column_bytes(raw, col);
    return (struct bytes){p ? p : "", n};
}

/* ---- Care ---- */

static int check(struct op *op, void *p)
{
    struct conn *conn = p;
    sqlite3_stmt *raw;
    int rc = sqlite3_prepare_v2(conn->raw, "PRAGMA quick_check(1)", -1, &raw, NULL);
    if (rc != SQLITE_OK)
        return fail(op, conn, rc, NULL);
    rc = sqlite3_step(raw);
    const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(raw, 0) : NULL;
    int result = 0;
    if (!text)
        result = fail(op, conn, rc, NULL);
    else if (strcmp(text, "ok") != 0)
        result = op_fail(op, ERR_STORAGE,
                         "the database %s is damaged (%s); stop Rounds, move it and its -wal file "
                         "aside, and restore the newest backup",
                         conn->path, text);
    sqlite3_finalize(raw);
    return result;
}

/* The copy is made beside the target and gets its name when it is whole and on disk. */
static int backup_finish(struct op *op, const char *part, const char *path)
{
    int fd = open(part, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd)) {
        int e = errno;
        if (fd >= 0)
            close(fd);
        return op_fail(op, ERR_STORAGE, "cannot flush %s: %s", part, strerror(e));
    }
    close(fd);
    if (chmod(part, 0600) || renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE))
        return op_fail(op, errno == EEXIST ? ERR_CONFLICT : ERR_STORAGE, "cannot make %s: %s", path,
                       strerror(errno));
    const char *slash = strrchr(path, '/');
    struct bytes dir = slash ? (struct bytes){path, (size_t)(slash - path)} : BYTES(".");
    return file_sync_dir(op, dir.n ? arena_copy(&op->arena, dir) : "/");
}

static int backup(struct op *op, void *p, const char *path)
{
    struct conn *conn = p;
    if (file_exists(path))
        return op_fail(op, ERR_CONFLICT, "%s exists; choose a new name for the backup", path);
    const char *part = arena_fmt(&op->arena, "%s.part", path);
    unlink(part);
    sqlite3_stmt *raw;
    int rc = sqlite3_exec(conn->raw, "PRAGMA query_only=OFF", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(conn->raw, "VACUUM INTO $1", -1, &raw, NULL);
    if (rc != SQLITE_OK)
        return fail(op, conn, rc, "VACUUM INTO");
    sqlite3_bind_text(raw, 1, part, -1, SQLITE_STATIC);
    rc = sqlite3_step(raw);
    int result = rc == SQLITE_DONE ? 0 : fail(op, conn, rc, "VACUUM INTO");
    sqlite3_finalize(raw);
    sqlite3_exec(conn->raw, "PRAGMA query_only=ON", NULL, NULL, NULL);
    if (result == 0)
        result = backup_finish(op, part, path);
    if (result)
        unlink(part);
    return result;
}

static int tidy(struct op *op, void *p)
{
    /* A reader in the middle keeps the log from being shortened; the next time will do. */
    return exec(op, p,
                "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA analysis_limit=400;"
                "PRAGMA optimize;");
}

static int size(struct op *op, void *p, int64_t *out_file, int64_t *out_log)
{
    struct conn *conn = p;
    struct stat st;
    if (stat(conn->path, &st))
        return op_fail(op, ERR_STORAGE, "cannot look at %s: %s", conn->path, strerror(errno));
    *out_file = st.st_size;
    *out_log = stat(arena_fmt(&op->arena, "%s-wal", conn->path), &st) ? 0 : st.st_size;
    return 0;
}

const struct db_ops db_sqlite = {
    .conn_open = conn_open,
    .conn_close = conn_close,
    .conn_bind = conn_bind,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .flush = flush,
    .query = query,
    .step = step,
    .finish = finish,
    .changed = changed,
    .script = script,
    .col_type = col_type,
    .col_int = col_int,
    .col_real = col_real,
    .col_bytes = col_bytes,
    .log_pages = log_pages,
    .move_log = move_log,
    .check = check,
    .backup = backup,
    .tidy = tidy,
    .size = size,
};
