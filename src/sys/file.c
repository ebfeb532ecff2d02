/* Reading whole files, writing them atomically, making and removing folders. Any thread; the disk
 * may block any of it.
 */
#include "sys/file.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int fail(struct op *op, const char *what, const char *path)
{
    return op_fail(op, errno == ENOENT ? ERR_NOT_FOUND : ERR_STORAGE, "cannot %s %s: %s", what,
                   path, strerror(errno));
}

int file_read(struct op *op, const char *path, size_t max, struct bytes *out)
{
    FD_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(op, "open", path);
    struct str *s = str_new(&op->arena, max);
    for (;;) {
        char buffer[16384];
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(op, "read", path);
        if (n == 0)
            break;
        str_add(s, (struct bytes){buffer, (size_t)n});
        if (s->is_full)
            return op_fail(op, ERR_TOO_LARGE, "%s is larger than %zu bytes", path, max);
    }
    *out = str_bytes(s);
    return 0;
}

int file_write_all(int fd, struct bytes data)
{
    while (data.n > 0) {
        ssize_t n = write(fd, data.p, data.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data = bytes_from(data, (size_t)n);
    }
    return 0;
}

int file_sync_dir(struct op *op, const char *path)
{
    FD_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return fail(op, "sync the folder", path);
    return 0;
}

static int write_new(struct op *op, const char *path, struct bytes data, int mode)
{
    FD_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return fail(op, "create", path);
    if (file_write_all(fd, data) < 0 || fsync(fd) < 0)
        return fail(op, "write", path);
    return 0;
}

int file_write_atomic(struct op *op, const char *path, struct bytes data, int mode)
{
    char *beside = arena_fmt(&op->arena, "%s.%s.tmp", path, op->id);
    if (write_new(op, beside, data, mode) < 0) {
        unlink(beside);
        return -1;
    }
    if (rename(beside, path) < 0) {
        fail(op, "rename to", path);
        unlink(beside);
        return -1;
    }
    char *folder = arena_strdup(&op->arena, path);
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = 0;
    return file_sync_dir(op, !slash ? "." : *folder ? folder : "/");
}

int file_make_dir(struct op *op, const char *path, int mode)
{
    char *partial = arena_strdup(&op->arena, path);
    for (char *c = partial + 1; *c; c++) {
        if (*c != '/')
            continue;
        *c = 0;
        if (mkdir(partial, (mode_t)mode) < 0 && errno != EEXIST)
            return fail(op, "make the folder", partial);
        *c = '/';
    }
    if (mkdir(partial, (mode_t)mode) < 0 && errno != EEXIST)
        return fail(op, "make the folder", partial);
    struct stat st;
    if (stat(partial, &st) < 0 || !S_ISDIR(st.st_mode))
        return op_fail(op, ERR_STORAGE, "%s is not a folder", partial);
    return 0;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static int drop_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    remove(path);
    return 0;
}

void file_drop_tree(const char *path)
{
    nftw(path, drop_entry, 16, FTW_DEPTH | FTW_PHYS);
}
