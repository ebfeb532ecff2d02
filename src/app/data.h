/* The data directory: database, pictures and keys in one folder, for the daemon (its owner) and for
 * commands beside a running daemon (guests).
 */
#ifndef APP_DATA_H
#define APP_DATA_H

#include "app/settings.h"
#include "auth/keys.h"
#include "blob/blob.h"
#include "store/store.h"

struct data {
    char *dir;
    struct store *store;
    struct blobs blobs; /* ops NULL: not open */
    struct keys *keys;
};

/* The `data` setting, else /var/lib/rounds for root and services, else $XDG_DATA_HOME/rounds. In
 * the op's arena. ERR_BAD_INPUT: none of them is known. */
int data_find_dir(struct op *op, const struct settings *settings, char **out) MUST_CHECK;
/* Errors as of store_open, blob_fs_open and keys_open. On -1 nothing is left open. A guest fails
 * with ERR_NOT_FOUND where there is no database yet. */
int data_open(struct op *op, const struct settings *settings, enum store_mode mode,
              struct data *out) MUST_CHECK;
/* Harmless when not open. */
void data_close(struct data *data);

#endif
