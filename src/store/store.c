/* Opening the store, its lock, its marks, and transactions over several nouns.
 *
 * The lock file says who owns the directory: its process id and the boot of the machine, for as
 * long as it runs; an orderly stop empties it. So the next start knows whether the last owner died,
 * and whether the machine died with it: only then can a file be hurt, because what a process wrote
 * is safe in the kernel's cache from the process's death. Reading a file of gigabytes at each start
 * would turn a restart of a second into minutes; a small one is read through each time.
 */
#include "store/store.h"

#include "base/assert.h"
#include "base/mem.h"
#include "store/inner.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIR_MODE = 0700, FILE_MODE = 0600, MARK_MAX = 128, SMALL_FILE = 64 * 1024 * 1024 };

struct store {
    struct db *db;
    int lock_fd; /* -1: a guest, or bound */
    bool was_killed;
    bool is_bound;
    struct db_tx tx; /* of a bound store */
};

/* ---- The lock file ---- */

static const char *boot_id(struct op *op)
{
    struct op part;
    op_init_part(&part, op, -1);
    struct bytes text;
    const char *id = "unknown";
    if (file_read(&part, "/proc/sys/kernel/random/boot_id", MARK_MAX, &text) == 0)
        id = arena_copy(&op->arena, bytes_trim(text));
    op_fini(&part);
    return id;
}

static int take_lock(struct op *op, const char *path, int *out_fd, char mark[MARK_MAX])
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return op_fail(op, ERR_STORAGE, "cannot open %s: %s", path, strerror(errno));
    ssize_t n = pread(fd, mark, MARK_MAX - 1, 0);
    mark[n > 0 ? n : 0] = 0;
    /* A lock of the open file: it ends with the process, and only then. */
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &all)) {
        int e = errno;
        close(fd);
        if (e != EAGAIN && e != EACCES)
            return op_fail(op, ERR_STORAGE, "cannot lock %s: %s", path, strerror(e));
        return op_fail(op, ERR_UNAVAILABLE,
                       "another Rounds (process %.*s) uses this data directory (%s); stop it "
                       "first, or choose another directory",
                       (int)strcspn(mark, " \n"), *mark ? mark : "?", path);
    }
    *out_fd = fd;
    return 0;
}

static int write_mark(struct op *op, int fd, const char *path)
{
    char mark[MARK_MAX];
    int n = snprintf(mark, sizeof mark, "%d %s\n", (int)getpid(), boot_id(op));
    if (ftruncate(fd, 0) || pwrite(fd, mark, (size_t)n, 0) != n || fsync(fd))
        return op_fail(op, ERR_STORAGE, "cannot write %s: %s", path, strerror(errno));
    return 0;
}

/* True when the machine, not only the process, went down under the last owner. */
static bool had_power_cut(struct op *op, const char *mark)
{
    const char *boot = strchr(mark, ' ');
    return *mark && (!boot || !bytes_eq_s(bytes_trim(bytes_of(boot)), boot_id(op)));
}

/* ---- Opening ---- */

static int open_db(struct op *op, const struct store_conf *conf, struct store *store)
{
    struct db_conf db = {
        .path = arena_fmt(&op->arena, "%s/rounds.db", conf->dir),
        .readers = conf->readers,
        .cache_kib = conf->cache_kib,
        .is_guest = conf->mode == STORE_GUEST,
    };
    if (conf->mode == STORE_GUEST && !file_exists(db.path))
        return op_fail(op, ERR_STORAGE,
                       "there is no database in %s; is it the right data "
                       "directory, and was the daemon ever started on it?",
                       conf->dir);
    /* SQLite would make it readable for everybody; its log gets the same mode. */
    int fd =
        conf->mode == STORE_OWNER ? open(db.path, O_WRONLY | O_CREAT | O_CLOEXEC, FILE_MODE) : -1;
    if (fd >= 0)
        close(fd);
    return db_open(op, &db, &store->db);
}

static int check_db(struct op *op, const struct store_conf *conf, struct store *store,
                    const char *mark)
{
    int64_t file = 0, log = 0;
    if (conf->check == STORE_CHECK_NEVER)
        return 0;
    if (db_size(op, store->db, &file, &log))
        return -1;
    bool is_due = conf->check == STORE_CHECK_ALWAYS || had_power_cut(op, mark) || file < SMALL_FILE;
    return is_due ? db_check(op, store->db) : 0;
}

static int open_owner(struct op *op, const struct store_conf *conf, struct store *store)
{
    char mark[MARK_MAX];
    const char *path = arena_fmt(&op->arena, "%s/rounds.lock", conf->dir);
    if (file_make_dir(op, conf->dir, DIR_MODE) || take_lock(op, path, &store->lock_fd, mark))
        return -1;
    store->was_killed = *mark != 0;
    if (open_db(op, conf, store) || check_db(op, conf, store, mark))
        return -1;
    /* Only now: a start that failed keeps the mark of the death before it. */
    return write_mark(op, store->lock_fd, path);
}

static void free_store(struct store *store)
{
    db_close(store->db);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    mem_free(store);
}

int store_open(struct op *op, const struct store_conf *conf, struct store **out)
{
    struct store *store = MEM_NEW(struct store);
    store->lock_fd = -1;
    bool is_guest = conf->mode == STORE_GUEST;
    if ((is_guest ? open_db(op, conf, store) : open_owner(op, conf, store)) ||
        store_migrate(op, store->db, is_guest)) {
        free_store(store);
        return -1;
    }
    *out = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    ASSERT(!store->is_bound);
    db_close(store->db);
    store->db = NULL;
    /* Emptied after the database is closed: a death in between is one more needless check. */
    if (store->lock_fd >= 0 && ftruncate(store->lock_fd, 0) == 0)
        fsync(store->lock_fd);
    free_store(store);
}

bool store_was_killed(const struct store *store)
{
    return store->was_killed;
}

struct db *store_db(struct store *store)
{
    return store->db;
}

/* ---- Units and bound stores ---- */

int unit_begin(struct op *op, struct store *store, enum db_mode mode, struct unit *u)
{
    u->tx = store->is_bound ? &store->tx : &u->own;
    if (!store->is_bound)
        return db_begin(op, store->db, mode, &u->own);
    return op_check(op);
}

int unit_commit(struct op *op, struct unit *u)
{
    return u->tx == &u->own ? db_commit(op, &u->own) : 0;
}

void unit_end(struct unit *u)
{
    db_end(&u->own);
}

int store_begin(struct op *op, struct store *store, enum store_promise promise, struct store **out)
{
    ASSERT(!store->is_bound);
    struct store *bound = MEM_NEW(struct store);
    bound->db = store->db;
    bound->lock_fd = -1;
    bound->is_bound = true;
    if (db_begin(op, store->db, promise == STORE_DURABLE ? DB_DURABLE : DB_WRITE, &bound->tx)) {
        mem_free(bound);
        return -1;
    }
    *out = bound;
    return 0;
}

int store_commit(struct op *op, struct store **bound)
{
    int result = db_commit(op, &(*bound)->tx);
    store_end(bound);
    return result;
}

void store_end(struct store **bound)
{
    if (!*bound)
        return;
    ASSERT((*bound)->is_bound);
    db_end(&(*bound)->tx);
    mem_free(*bound);
    *bound = NULL;
}

/* ---- Care ---- */

int store_backup(struct op *op, struct store *store, const char *path)
{
    return db_backup(op, store->db, path);
}

int store_verify_file(struct op *op, struct store *store)
{
    return db_check(op, store->db);
}

int store_tidy(struct op *op, struct store *store)
{
    return db_tidy(op, store->db);
}
