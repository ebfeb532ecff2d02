/* `rounds backup FOLDER`: a copy that can be started as it is, taken while the daemon runs. The
 * database first, then the blobs: whatever the copied rows point at is still there (see
 * docs/storage.md).
 *
 * Again into the same folder, only new blobs are copied. Keys that open credentials are left out
 * unless asked for, since a backup tends to lie where more people can read it.
 */
#include "base/cleanup.h"
#include "cli/guest.h"
#include "sys/file.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 64 << 10 };

static int copy_database(struct op *op, struct guest *guest, const char *dir)
{
    const char *fresh = arena_fmt(&op->arena, "%s/rounds.db.new", dir);
    const char *path = arena_fmt(&op->arena, "%s/rounds.db", dir);
    unlink(fresh);
    if (store_backup(op, guest->data.store, fresh) < 0)
        return -1;
    /* The log of an earlier copy that somebody has opened would be taken for this one's. */
    unlink(arena_fmt(&op->arena, "%s-wal", path));
    unlink(arena_fmt(&op->arena, "%s-shm", path));
    if (rename(fresh, path) < 0)
        return op_fail(op, ERR_STORAGE, "cannot rename %s: %m", fresh);
    return file_sync_dir(op, dir);
}

static int copy_blob(struct op *op, const struct blobs *from, const struct blobs *to,
                     struct blob_key key, int64_t *copied)
{
    struct op part;
    struct blob_info info;
    struct bytes content;
    struct blob_key put;
    op_init_part(&part, op, -1);
    int failed = 0;
    if (blob_stat(&part, to, key, &info) < 0) {
        op_clear(&part);
        failed = blob_get(&part, from, key, &content) < 0 || blob_put(&part, to, content, &put) < 0;
        *copied += !failed;
        if (failed && part.err == ERR_GONE) { /* retention took it meanwhile */
            op_clear(&part);
            failed = 0;
        }
    }
    if (failed)
        op_fail_from(op, &part);
    op_fini(&part);
    return failed;
}

static int copy_blobs(struct op *op, struct guest *guest, const char *dir, int64_t *seen,
                      int64_t *copied)
{
    CLEANUP(blob_close) struct blobs to = {0};
    const char *cursor = NULL;
    if (blob_fs_open(op, arena_fmt(&op->arena, "%s/blobs", dir), true, &to) < 0)
        return -1;
    do {
        struct blob_info *list;
        size_t n;
        if (blob_list(op, &guest->data.blobs, &cursor, &list, &n) < 0)
            return -1;
        for (size_t i = 0; i < n; i++, ++*seen)
            if (copy_blob(op, &guest->data.blobs, &to, list[i].key, copied) < 0)
                return -1;
    } while (cursor);
    return 0;
}

static int copy_file(struct op *op, const char *from, const char *to, const char *name)
{
    struct bytes text;
    const char *path = arena_fmt(&op->arena, "%s/%s", from, name);
    if (!file_exists(path))
        return 0;
    if (file_read(op, path, KEY_FILE_MAX, &text) < 0)
        return -1;
    int failed = file_write_atomic(op, arena_fmt(&op->arena, "%s/%s", to, name), text, 0600);
    explicit_bzero((char *)(uintptr_t)text.p, text.n);
    return failed;
}

/* Public keys always: without them old sign-offs could not be verified. */
static int copy_keys(struct op *op, struct guest *guest, const char *dir, bool with_secrets)
{
    static const char *const secrets[] = {"master.key", "signing.key", "issuer.key"};
    DIR *list = opendir(guest->data.dir);
    int failed = list ? 0 : op_fail(op, ERR_STORAGE, "cannot read %s: %m", guest->data.dir);
    for (struct dirent *entry; !failed && (entry = readdir(list));)
        if (strncmp(entry->d_name, "signing-", 8) == 0)
            failed = copy_file(op, guest->data.dir, dir, entry->d_name);
    if (list)
        closedir(list);
    for (size_t i = 0; !failed && with_secrets && i < sizeof secrets / sizeof *secrets; i++)
        failed = copy_file(op, guest->data.dir, dir, secrets[i]);
    return failed;
}

int command_backup(struct invocation *in)
{
    CLEANUP(guest_close) struct guest guest = {0};
    bool with_keys = invocation_take(in, "--with-keys", false) != NULL;
    int64_t seen = 0, copied = 0;
    if (in->argc != 2)
        return op_fail(in->op, ERR_BAD_INPUT, "usage: rounds backup FOLDER [--with-keys]");
    const char *dir = in->argv[1];
    if (guest_open(in, &guest) < 0)
        return -1;
    if (file_exists(arena_fmt(&in->op->arena, "%s/rounds.lock", dir)))
        return op_fail(in->op, ERR_CONFLICT, "%s is a data directory in use: choose another folder",
                       dir);
    if (file_make_dir(in->op, dir, 0700) < 0 || copy_database(in->op, &guest, dir) < 0 ||
        copy_blobs(in->op, &guest, dir, &seen, &copied) < 0 ||
        copy_keys(in->op, &guest, dir, with_keys) < 0)
        return -1;
    printf("database, %lld files (%lld new)%s\n", (long long)seen, (long long)copied,
           with_keys ? ", keys"
                     : "; the keys are not in it: keep master.key and signing.key elsewhere, "
                       "or use --with-keys");
    return 0;
}
