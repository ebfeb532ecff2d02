#include "../test.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "db/db.h"
#include "sys/file.h"
#include "sys/thread.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

struct fixture {
    char dir[64];
    struct op op;
    struct db *db;
};

static int setup(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    *state = f;
    snprintf(f->dir, sizeof f->dir, "/tmp/rounds-db-test-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    op_init(&f->op, -1);
    struct db_conf conf = {.path = arena_fmt(&f->op.arena, "%s/a.db", f->dir), .readers = 2};
    struct db_tx tx = {0};
    if (db_open(&f->op, &conf, &f->db) || db_begin(&f->op, f->db, DB_WRITE, &tx) ||
        db_script(&f->op, &tx,
                  "CREATE TABLE t (k INTEGER PRIMARY KEY, i INTEGER, r REAL, s TEXT, b BLOB) STRICT;"
                  "CREATE TABLE child (t INTEGER REFERENCES t) STRICT;"
                  "CREATE TRIGGER keep BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, "
                  "'read_only: rows of t stay'); END"))
        return -1;
    return db_commit(&f->op, &tx);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    db_close(f->db);
    op_fini(&f->op);
    file_drop_tree(f->dir);
    mem_free(f);
    return 0;
}

static int write_one(struct op *op, struct db *db, enum db_mode mode, int64_t k)
{
    CLEANUP(db_end) struct db_tx tx = {0};
    if (db_begin(op, db, mode, &tx) ||
        db_run(op, &tx, "INSERT INTO t (k, i) VALUES ($1, $1)", DB_ARGS(db_int(k)), NULL))
        return -1;
    return db_commit(op, &tx);
}

static int64_t count(struct op *op, struct db *db)
{
    CLEANUP(db_end) struct db_tx tx = {0};
    int64_t n = -1;
    assert_int_equal(db_begin(op, db, DB_READ, &tx), 0);
    assert_int_equal(db_get_int(op, &tx, "SELECT count(*) FROM t", DB_NONE, &n), 0);
    return n;
}

static void values_come_back_as_they_went_in(void **state)
{
    struct fixture *f = *state;
    CLEANUP(db_end) struct db_tx tx = {0};
    CLEANUP(db_rows_end) struct db_rows rows = {0};
    struct bytes zeros = {"a\0b", 3};
    int64_t changed;
    assert_int_equal(db_begin(&f->op, f->db, DB_WRITE, &tx), 0);
    /* Used in another order than written, and one of them twice. */
    assert_int_equal(db_run(&f->op, &tx, "INSERT INTO t VALUES ($2, $1, $3, $4, $5), "
                                         "($2 + 1, NULL, NULL, NULL, NULL)",
                            DB_ARGS(db_int(INT64_MIN), db_int(1), db_real(0.1), db_text("网关"),
                                    db_blob(zeros)), &changed), 0);
    assert_int_equal(changed, 2);
    assert_int_equal(db_query(&f->op, &tx, "SELECT i, r, s, b FROM t ORDER BY k", DB_NONE, &rows),
                     0);
    assert_int_equal(db_next(&f->op, &rows), 1);
    assert_true(db_col_int(&rows, 0) == INT64_MIN);
    assert_true(db_col_real(&rows, 1) == 0.1);
    assert_string_equal(db_col_text(&rows, 2, &f->op.arena), "网关");
    assert_true(bytes_eq(db_col_bytes(&rows, 3, &f->op.arena), zeros));
    assert_int_equal(db_next(&f->op, &rows), 1);
    assert_true(db_col_is_null(&rows, 0));
    assert_null(db_col_text(&rows, 2, &f->op.arena));
    assert_null(db_col_bytes(&rows, 3, &f->op.arena).p);
    assert_int_equal(db_next(&f->op, &rows), 0);
}

static void refusals_have_codes(void **state)
{
    struct fixture *f = *state;
    struct {
        const char *sql;
        enum err code;
    } cases[] = {
        {"INSERT INTO t (k) VALUES (1)", ERR_CONFLICT},
        {"INSERT INTO child VALUES (77)", ERR_CONFLICT},
        {"DELETE FROM t", ERR_READ_ONLY},
        {"INSERT INTO t (k, i) VALUES (2, 'no number')", ERR_INTERNAL},
        {"SELECT nonsense", ERR_INTERNAL},
        {"SELECT $1", ERR_INTERNAL}, /* an argument is missing */
    };
    assert_int_equal(write_one(&f->op, f->db, DB_WRITE, 1), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(db_end) struct db_tx tx = {0};
        assert_int_equal(db_begin(&f->op, f->db, DB_WRITE, &tx), 0);
        assert_int_equal(db_run(&f->op, &tx, cases[i].sql, DB_NONE, NULL), -1);
        assert_int_equal(f->op.err, cases[i].code);
        op_clear(&f->op);
    }
    assert_int_equal(count(&f->op, f->db), 1);
}

static void what_is_not_committed_never_was(void **state)
{
    struct fixture *f = *state;
    {
        CLEANUP(db_end) struct db_tx tx = {0};
        assert_int_equal(db_begin(&f->op, f->db, DB_DURABLE, &tx), 0);
        assert_int_equal(db_run(&f->op, &tx, "INSERT INTO t (k) VALUES (5)", DB_NONE, NULL), 0);
        assert_int_equal(count(&f->op, f->db), 0); /* readers see their own moment */
    }
    assert_int_equal(count(&f->op, f->db), 0);
}

static void readers_cannot_write(void **state)
{
    struct fixture *f = *state;
    CLEANUP(db_end) struct db_tx tx = {0};
    assert_int_equal(db_begin(&f->op, f->db, DB_READ, &tx), 0);
    assert_int_equal(db_run(&f->op, &tx, "INSERT INTO t (k) VALUES (5)", DB_NONE, NULL), -1);
    op_clear(&f->op);
}

static void a_long_query_ends_with_its_work(void **state)
{
    struct fixture *f = *state;
    static const char endless[] =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    struct op hurried, cancelled;
    int64_t n;
    op_init(&hurried, 30);
    op_init(&cancelled, -1);
    {
        CLEANUP(db_end) struct db_tx tx = {0};
        assert_int_equal(db_begin(&hurried, f->db, DB_READ, &tx), 0);
        assert_int_equal(db_get_int(&hurried, &tx, endless, DB_NONE, &n), -1);
        assert_int_equal(hurried.err, ERR_TIMEOUT);
    }
    FD_CLOSE int fd = eventfd(0, EFD_CLOEXEC);
    CLEANUP(db_end) struct db_tx tx = {0};
    cancelled.cancel_fd = fd;
    assert_int_equal(db_begin(&cancelled, f->db, DB_WRITE, &tx), 0);
    assert_int_equal(eventfd_write(fd, 1), 0);
    assert_int_equal(db_get_int(&cancelled, &tx, endless, DB_NONE, &n), -1);
    assert_int_equal(cancelled.err, ERR_CANCELLED);
    op_fini(&hurried);
    op_fini(&cancelled);
}

static void waiting_for_a_connection_ends_at_the_deadline(void **state)
{
    struct fixture *f = *state;
    struct op hurried;
    CLEANUP(db_end) struct db_tx writer = {0};
    CLEANUP(db_end) struct db_tx a = {0};
    CLEANUP(db_end) struct db_tx b = {0};
    struct db_tx none = {0};
    assert_int_equal(db_begin(&f->op, f->db, DB_WRITE, &writer), 0);
    assert_int_equal(db_begin(&f->op, f->db, DB_READ, &a), 0);
    assert_int_equal(db_begin(&f->op, f->db, DB_READ, &b), 0);
    for (enum db_mode mode = DB_READ; mode <= DB_WRITE; mode++) {
        op_init(&hurried, 20);
        assert_int_equal(db_begin(&hurried, f->db, mode, &none), -1);
        assert_int_equal(hurried.err, ERR_TIMEOUT);
        op_fini(&hurried);
    }
}

/* ---- Many threads ---- */

enum { THREADS = 8, EACH = 40 };

struct crowd {
    struct db *db;
    atomic_long next;
    atomic_int failures;
};

static void write_many(void *ctx)
{
    struct crowd *c = ctx;
    for (int i = 0; i < EACH; i++) {
        struct op op;
        op_init(&op, 20000);
        int64_t k = atomic_fetch_add(&c->next, 1);
        if (write_one(&op, c->db, i % 2 ? DB_DURABLE : DB_WRITE, k) || count(&op, c->db) < 1)
            atomic_fetch_add(&c->failures, 1);
        op_fini(&op);
    }
}

static void many_threads_write_and_read_and_lose_nothing(void **state)
{
    struct fixture *f = *state;
    struct crowd crowd = {.db = f->db, .next = 1};
    struct thread threads[THREADS] = {0};
    for (int i = 0; i < THREADS; i++)
        thread_start(&threads[i], "writer", write_many, &crowd);
    for (int i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    assert_int_equal(crowd.failures, 0);
    assert_int_equal(count(&f->op, f->db), THREADS * EACH);
}

static void a_backup_is_whole_and_never_replaces_a_file(void **state)
{
    struct fixture *f = *state;
    struct db *copy;
    int64_t file, log;
    for (int i = 1; i <= 100; i++)
        assert_int_equal(write_one(&f->op, f->db, DB_WRITE, i), 0);
    struct db_conf conf = {.path = arena_fmt(&f->op.arena, "%s/copy.db", f->dir)};
    assert_int_equal(db_backup(&f->op, f->db, conf.path), 0);
    assert_int_equal(db_backup(&f->op, f->db, conf.path), -1);
    assert_int_equal(f->op.err, ERR_CONFLICT);
    op_clear(&f->op);
    assert_int_equal(db_open(&f->op, &conf, &copy), 0);
    assert_int_equal(db_check(&f->op, copy), 0);
    assert_int_equal(count(&f->op, copy), 100);
    db_close(copy);
    assert_int_equal(db_tidy(&f->op, f->db), 0);
    assert_int_equal(db_size(&f->op, f->db, &file, &log), 0);
    assert_true(file > 0);
    assert_int_equal(log, 0);
}

/* The limit of a file's size stands for the end of the disk: the same path, for one process only. */
static void limit_files(int64_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < 0 ? limit.rlim_max : (rlim_t)bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_fails_the_writer_and_hurts_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t k = 1;
    limit_files(256 * 1024);
    while (write_one(&f->op, f->db, DB_WRITE, k) == 0)
        k++;
    limit_files(-1);
    assert_int_equal(f->op.err, ERR_STORAGE);
    op_clear(&f->op);
    assert_int_equal(count(&f->op, f->db), k - 1);
    assert_int_equal(write_one(&f->op, f->db, DB_DURABLE, k), 0);
    assert_int_equal(db_check(&f->op, f->db), 0);
}

static void a_file_locked_by_another_program_is_called_so(void **state)
{
    struct fixture *f = *state;
    struct db *other;
    struct op hurried;
    struct db_tx none = {0};
    struct db_conf conf = {.path = arena_fmt(&f->op.arena, "%s/a.db", f->dir), .is_guest = true};
    assert_int_equal(db_open(&f->op, &conf, &other), 0);
    {
        CLEANUP(db_end) struct db_tx tx = {0};
        assert_int_equal(db_begin(&f->op, other, DB_WRITE, &tx), 0);
        op_init(&hurried, 50);
        assert_int_equal(db_begin(&hurried, f->db, DB_WRITE, &none), -1);
        assert_int_equal(hurried.err, ERR_STORAGE);
        assert_non_null(strstr(hurried.err_text, "locked by another program"));
        op_fini(&hurried);
    }
    db_close(other);
    assert_int_equal(write_one(&f->op, f->db, DB_WRITE, 1), 0);
}

/* Long enough for the log to be moved, and begun anew, more than once. */
static void the_log_stays_short_under_load(void **state)
{
    struct fixture *f = *state;
    int64_t file, log;
    const char *text = arena_fmt(&f->op.arena, "%0*d", 100000, 1);
    for (int i = 0; i < 1000; i++) {
        CLEANUP(db_end) struct db_tx tx = {0};
        assert_int_equal(db_begin(&f->op, f->db, DB_WRITE, &tx), 0);
        assert_int_equal(db_run(&f->op, &tx, "INSERT INTO t (s) VALUES ($1)",
                                DB_ARGS(db_text(text)), NULL), 0);
        assert_int_equal(db_commit(&f->op, &tx), 0);
    }
    assert_int_equal(db_size(&f->op, f->db, &file, &log), 0);
    assert_true(file > 50 * 1000 * 1000);
    assert_true(log < 30 * 1000 * 1000);
}

static void more_queries_than_are_remembered_still_work(void **state)
{
    struct fixture *f = *state;
    CLEANUP(db_end) struct db_tx tx = {0};
    assert_int_equal(db_begin(&f->op, f->db, DB_READ, &tx), 0);
    for (int i = 0; i < 300; i++) {
        int64_t got = 0;
        const char *sql = arena_fmt(&f->op.arena, "SELECT %d + $1", i);
        assert_int_equal(db_get_int(&f->op, &tx, sql, DB_ARGS(db_int(1)), &got), 0);
        assert_int_equal(got, i + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(values_come_back_as_they_went_in),
        TEST(refusals_have_codes),
        TEST(what_is_not_committed_never_was),
        TEST(readers_cannot_write),
        TEST(a_long_query_ends_with_its_work),
        TEST(waiting_for_a_connection_ends_at_the_deadline),
        TEST(many_threads_write_and_read_and_lose_nothing),
        TEST(a_backup_is_whole_and_never_replaces_a_file),
        TEST(a_full_disk_fails_the_writer_and_hurts_nothing),
        TEST(a_file_locked_by_another_program_is_called_so),
        TEST(the_log_stays_short_under_load),
        TEST(more_queries_than_are_remembered_still_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
