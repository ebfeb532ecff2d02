/* Files and folders. Every function blocks on the disk; failures are ERR_STORAGE with the path
 * and the system's reason unless said otherwise. */
#ifndef SYS_FILE_H
#define SYS_FILE_H

#include "base/op.h"

/* The whole file into the op's arena, NUL-terminated; larger than max: ERR_TOO_LARGE;
 * absent: ERR_NOT_FOUND. */
int file_read(struct op *op, const char *path, size_t max, struct bytes *out) MUST_CHECK;
/* Written beside, synced, renamed over `path`, folder synced: there whole or not at all. */
int file_write_atomic(struct op *op, const char *path, struct bytes data, int mode) MUST_CHECK;
/* With parents. An existing folder is fine. */
int file_make_dir(struct op *op, const char *path, int mode) MUST_CHECK;
bool file_exists(const char *path);
/* Removes a tree without following symbolic links; what cannot go stays, silently. */
void file_drop_tree(const char *path);
int file_sync_dir(struct op *op, const char *path) MUST_CHECK;
/* All of data to a descriptor, restarting; plain errno style: 0 or -1. */
int file_write_all(int fd, struct bytes data);

#endif
