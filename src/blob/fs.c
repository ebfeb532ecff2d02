/* Blobs as files: <dir>/ab/cd/<64 hex digits>, written in <dir>/tmp first.
 *
 * Any thread may call. Two levels of folders keep each below some hundred entries with tens of
 * millions of blobs. A file is synced before it gets its name, its folder after: whoever was told
 * "stored" finds it after a power cut, whole.
 *
 * What needs care is a put that finds its content there already, while a sweep is about to drop
 * it. Both hold the key: a list of keys in work, guarded by the lock. The lock itself is never
 * held during I/O. The time of the file's last change is its age, so nothing else must touch it.
 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "blob/blob.h"
#include "sys/file.h"
#include "sys/lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { DIR_MODE = 0700, FILE_MODE = 0600, TMP_WORD = 16, NAME_LEN = HASH_SIZE * 2 };

/* A key that somebody works on; on that thread's stack. */
struct hold {
    struct blob_key key;
    struct hold *next;
};

struct fs {
    char *dir;
    struct lock lock; /* guards holds */
    struct hold *holds;
};

static int hold_key(struct op *op, struct fs *fs, struct blob_key key, struct hold *hold)
{
    int result = 0;
    lock_take(&fs->lock);
    for (struct hold *h = fs->holds; h && result == 0;) {
        if (!blob_key_eq(h->key, key)) {
            h = h->next;
            continue;
        }
        if (!lock_wait(&fs->lock, op->deadline_ms))
            result = op_check(op);
        h = fs->holds; /* the list may be another one now */
    }
    if (result == 0) {
        *hold = (struct hold){.key = key, .next = fs->holds};
        fs->holds = hold;
    }
    lock_give(&fs->lock);
    return result;
}

static void give_key(struct fs *fs, struct hold *hold)
{
    lock_take(&fs->lock);
    struct hold **at = &fs->holds;
    while (*at != hold)
        at = &(*at)->next;
    *at = hold->next;
    lock_wake(&fs->lock);
    lock_give(&fs->lock);
}

static const char *path_of(struct op *op, const struct fs *fs, struct blob_key key)
{
    char hex[BLOB_HEX_MAX];
    blob_key_hex(key, hex);
    return arena_fmt(&op->arena, "%s/%.2s/%.2s/%s", fs->dir, hex, hex + 2, hex);
}

static const char *dir_of(struct op *op, const char *path)
{
    return arena_copy(&op->arena, (struct bytes){path, (size_t)(strrchr(path, '/') - path)});
}

static int fail_path(struct op *op, const char *what, const char *path)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return op_fail(op, ERR_STORAGE, "the disk that holds %s is full; free space on it", path);
    return op_fail(op, ERR_STORAGE, "cannot %s %s: %s", what, path, strerror(errno));
}

static int fail_absent(struct op *op, const char *path)
{
    if (errno != ENOENT)
        return fail_path(op, "open", path);
    return op_fail(op, ERR_GONE, "the stored content %s is not there any more",
                   strrchr(path, '/') + 1);
}

/* ---- Writing ---- */

static int write_tmp(struct op *op, const char *path, struct bytes content)
{
    FD_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return fail_path(op, "create", path);
    if (file_write_all(fd, content))
        return fail_path(op, "write", path);
    return fdatasync(fd) ? fail_path(op, "flush", path) : 0;
}

/* Makes ab/ and ab/cd, and their names durable. */
static int make_shard(struct op *op, const struct fs *fs, const char *shard)
{
    if (file_exists(shard))
        return 0;
    const char *above = dir_of(op, shard);
    if (mkdir(above, DIR_MODE) && errno != EEXIST)
        return fail_path(op, "create", above);
    if (mkdir(shard, DIR_MODE) && errno != EEXIST)
        return fail_path(op, "create", shard);
    if (file_sync_dir(op, above))
        return -1;
    return file_sync_dir(op, fs->dir);
}

static int put_new(struct op *op, const struct fs *fs, const char *path, struct bytes content)
{
    char word[TMP_WORD + 1];
    rand_word(word, TMP_WORD);
    const char *tmp = arena_fmt(&op->arena, "%s/tmp/%s", fs->dir, word);
    const char *shard = dir_of(op, path);
    int result = make_shard(op, fs, shard);
    if (result == 0)
        result = write_tmp(op, tmp, content);
    if (result == 0 && rename(tmp, path))
        result = fail_path(op, "name", path);
    if (result)
        unlink(tmp);
    return result ? -1 : file_sync_dir(op, shard);
}

static int put(struct op *op, void *impl, struct bytes content, struct blob_key key)
{
    struct fs *fs = impl;
    struct hold hold;
    const char *path = path_of(op, fs, key);
    if (hold_key(op, fs, key, &hold))
        return -1;
    struct stat st;
    int result;
    /* A file of another size is one that was damaged: it is put anew. */
    if (stat(path, &st) == 0 && st.st_size == (off_t)content.n)
        result = utimensat(AT_FDCWD, path, NULL, 0) ? fail_path(op, "touch", path) : 0;
    else
        result = put_new(op, fs, path, content);
    give_key(fs, &hold);
    return result;
}

/* ---- Reading ---- */

static int open_blob(struct op *op, void *impl, struct blob_key key, int *out_fd, int64_t *out_size)
{
    const char *path = path_of(op, impl, key);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_absent(op, path);
    struct stat st;
    if (fstat(fd, &st)) {
        fail_path(op, "look at", path);
        close(fd);
        return -1;
    }
    *out_fd = fd;
    *out_size = st.st_size;
    return 0;
}

static int get(struct op *op, void *impl, struct blob_key key, struct bytes *out)
{
    FD_CLOSE int fd = -1;
    int64_t size = 0;
    if (open_blob(op, impl, key, &fd, &size))
        return -1;
    char *p = arena_alloc(&op->arena, (size_t)size + 1);
    size_t n = 0;
    while (n < (size_t)size) {
        ssize_t got = read(fd, p + n, (size_t)size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_path(op, "read", path_of(op, impl, key));
        if (got == 0)
            break;
        n += (size_t)got;
    }
    *out = (struct bytes){p, n};
    return 0;
}

static int64_t touched(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static int stat_blob(struct op *op, void *impl, struct blob_key key, struct blob_info *out)
{
    const char *path = path_of(op, impl, key);
    struct stat st;
    if (stat(path, &st))
        return fail_absent(op, path);
    *out = (struct blob_info){.key = key, .size = st.st_size, .touched_ms = touched(&st)};
    return 0;
}

/* ---- Dropping, listing ---- */

static int drop(struct op *op, void *impl, struct blob_key key, int64_t older_than_ms)
{
    struct fs *fs = impl;
    struct hold hold;
    const char *path = path_of(op, fs, key);
    if (hold_key(op, fs, key, &hold))
        return -1;
    struct stat st;
    int result = 0;
    if (stat(path, &st))
        result = errno == ENOENT ? 0 : fail_path(op, "look at", path);
    else if (older_than_ms == 0 || touched(&st) < older_than_ms)
        result = unlink(path) && errno != ENOENT ? fail_path(op, "remove", path) : 0;
    give_key(fs, &hold);
    return result;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of a folder with exactly this many characters, sorted. An absent folder is empty. */
static int list_names(struct op *op, const char *path, size_t len, char ***out, size_t *out_n)
{
    *out = NULL;
    *out_n = 0;
    DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT ? 0 : fail_path(op, "list", path);
    size_t cap = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        if (strlen(e->d_name) != len || e->d_name[0] == '.')
            continue;
        if (*out_n == cap) {
            char **more = ARENA_ARRAY(&op->arena, char *, cap ? cap * 2 : 64);
            if (cap)
                memcpy(more, *out, cap * sizeof *more);
            *out = more;
            cap = cap ? cap * 2 : 64;
        }
        (*out)[(*out_n)++] = arena_strdup(&op->arena, e->d_name);
    }
    closedir(dir);
    if (*out_n)
        qsort(*out, *out_n, sizeof **out, compare_names);
    return 0;
}

/* One shard, "abcd" of its keys: a part of the list. */
static int list_shard(struct op *op, struct fs *fs, const char *shard, struct blob_info **out,
                      size_t *out_n)
{
    char **names;
    size_t n;
    const char *dir = arena_fmt(&op->arena, "%s/%.2s/%.2s", fs->dir, shard, shard + 2);
    if (list_names(op, dir, NAME_LEN, &names, &n))
        return -1;
    struct blob_info *infos = ARENA_ARRAY(&op->arena, struct blob_info, n + 1);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        struct blob_key key;
        if (!blob_key_parse(bytes_of(names[i]), &key) ||
            stat(arena_fmt(&op->arena, "%s/%s", dir, names[i]), &st))
            continue;
        infos[kept++] =
            (struct blob_info){.key = key, .size = st.st_size, .touched_ms = touched(&st)};
    }
    *out = infos;
    *out_n = kept;
    return 0;
}

/* The cursor is the last shard done, "abcd". Only shards that exist are visited. */
static int list(struct op *op, void *impl, const char **cursor, struct blob_info **out,
                size_t *out_n)
{
    struct fs *fs = impl;
    *out = NULL;
    *out_n = 0;
    const char *done = *cursor ? *cursor : "";
    *cursor = NULL;
    char **firsts, **seconds;
    size_t firsts_n, seconds_n;
    if (list_names(op, fs->dir, 2, &firsts, &firsts_n))
        return -1;
    for (size_t i = 0; i < firsts_n; i++) {
        if (strncmp(firsts[i], done, 2) < 0)
            continue;
        if (list_names(op, arena_fmt(&op->arena, "%s/%s", fs->dir, firsts[i]), 2, &seconds,
                       &seconds_n))
            return -1;
        for (size_t j = 0; j < seconds_n; j++) {
            const char *shard = arena_fmt(&op->arena, "%s%s", firsts[i], seconds[j]);
            if (strcmp(shard, done) <= 0)
                continue;
            *cursor = shard;
            return list_shard(op, fs, shard, out, out_n);
        }
    }
    return 0;
}

static int space(struct op *op, void *impl, int64_t *out_free, int64_t *out_total)
{
    struct fs *fs = impl;
    struct statvfs st;
    if (statvfs(fs->dir, &st))
        return fail_path(op, "look at", fs->dir);
    *out_free = (int64_t)st.f_bavail * (int64_t)st.f_frsize;
    *out_total = (int64_t)st.f_blocks * (int64_t)st.f_frsize;
    return 0;
}

static void close_fs(void *impl)
{
    struct fs *fs = impl;
    lock_fini(&fs->lock);
    mem_free(fs->dir);
    mem_free(fs);
}

static const struct blob_ops blob_fs = {
    .kind = "fs",
    .close = close_fs,
    .put = put,
    .get = get,
    .open = open_blob,
    .stat = stat_blob,
    .drop = drop,
    .list = list,
    .space = space,
};

int blob_fs_open(struct op *op, const char *dir, bool is_owner, struct blobs *out)
{
    const char *tmp = arena_fmt(&op->arena, "%s/tmp", dir);
    if (is_owner) {
        file_drop_tree(tmp);
        if (file_make_dir(op, tmp, DIR_MODE))
            return -1;
    }
    struct fs *fs = MEM_NEW(struct fs);
    fs->dir = mem_strdup(dir);
    lock_init(&fs->lock);
    *out = (struct blobs){.ops = &blob_fs, .impl = fs};
    return 0;
}
