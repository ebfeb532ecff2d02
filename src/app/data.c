/* Opening the data directory. Main thread, at start.
 *
 * The store comes first: it takes the directory's lock, so that a second daemon is refused before
 * it could touch anything. The master key is read from its file when a setting names one, so that
 * it can live apart from what it encrypts.
 */
#include "app/data.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sys/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 4096 };

int data_find_dir(struct op *op, const struct settings *settings, char **out)
{
    const char *set = settings_text(settings, SET_DATA);
    const char *service = getenv("STATE_DIRECTORY"), *home = getenv("HOME");
    const char *data = getenv("XDG_DATA_HOME");
    if (*set)
        *out = arena_strdup(&op->arena, set);
    else if (service && *service) /* systemd's; of several the first */
        *out = arena_fmt(&op->arena, "%.*s", (int)strcspn(service, ":"), service);
    else if (geteuid() == 0)
        *out = arena_strdup(&op->arena, "/var/lib/rounds");
    else if (data && *data == '/')
        *out = arena_fmt(&op->arena, "%s/rounds", data);
    else if (home && *home == '/')
        *out = arena_fmt(&op->arena, "%s/.local/share/rounds", home);
    else
        return op_fail(op, ERR_BAD_INPUT,
                       "no data folder is known: give --data=FOLDER or set ROUNDS_DATA");
    return 0;
}

static int open_keys(struct op *op, const struct settings *settings, struct data *data)
{
    const char *file = settings_text(settings, SET_MASTER_KEY_FILE);
    struct secret master = {0};
    struct bytes text;
    if (*file) {
        if (file_read(op, file, KEY_FILE_MAX, &text) < 0)
            return -1;
        secret_set(&master, bytes_trim(text));
        memset((char *)(uintptr_t)text.p, 0, text.n);
    }
    struct keys_conf conf = {.dir = data->dir, .master = &master};
    int failed = keys_open(op, &conf, &data->keys);
    secret_fini(&master);
    return failed;
}

int data_open(struct op *op, const struct settings *settings, enum store_mode mode,
              struct data *out)
{
    char *dir;
    *out = (struct data){0};
    if (data_find_dir(op, settings, &dir) < 0)
        return -1;
    if (mode == STORE_GUEST && !file_exists(arena_fmt(&op->arena, "%s/rounds.db", dir)))
        return op_fail(op, ERR_NOT_FOUND,
                       "there is no database in %s: start `rounds serve` once, or name the folder "
                       "with --data",
                       dir);
    out->dir = mem_strdup(dir);
    struct store_conf conf = {.dir = dir, .mode = mode};
    if (store_open(op, &conf, &out->store) < 0 ||
        blob_fs_open(op, arena_fmt(&op->arena, "%s/blobs", dir), mode == STORE_OWNER, &out->blobs) <
            0 ||
        open_keys(op, settings, out) < 0) {
        data_close(out);
        return -1;
    }
    return 0;
}

void data_close(struct data *data)
{
    if (data->keys)
        keys_close(data->keys);
    if (data->blobs.ops)
        blob_close(&data->blobs);
    store_close(data->store);
    mem_free(data->dir);
    *data = (struct data){0};
}
