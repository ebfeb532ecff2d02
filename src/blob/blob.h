/* Blobs: pictures and data, kept under the SHA-256 of their content, so that the same picture is
 * stored once. One implementation a place; blob_fs keeps files in a directory.
 *
 * Thread-safe. A blob is whole or absent, whatever happens: it is written aside, flushed, renamed,
 * and the directory flushed. A blob never changes.
 *
 * How a sweep and a put can meet: put refreshes the age of a blob that is there already, and
 * blob_drop leaves everything younger than the moment that the caller names. So whoever puts first
 * and adds the row within an hour, and sweeps only what is older than an hour, loses nothing.
 */
#ifndef BLOB_BLOB_H
#define BLOB_BLOB_H

#include "base/hash.h"
#include "base/op.h"

struct blob_key {
    unsigned char sha[HASH_SIZE];
};

struct blob_info {
    struct blob_key key;
    int64_t size;       /* bytes */
    int64_t touched_ms; /* wall clock: when it was put last */
};

struct blob_ops;

struct blobs {
    const struct blob_ops *ops;
    void *impl;
};

struct blob_ops {
    const char *kind; /* "fs" */
    void (*close)(void *impl);
    int (*put)(struct op *op, void *impl, struct bytes content, struct blob_key key);
    int (*get)(struct op *op, void *impl, struct blob_key key, struct bytes *out);
    int (*open)(struct op *op, void *impl, struct blob_key key, int *out_fd, int64_t *out_size);
    int (*stat)(struct op *op, void *impl, struct blob_key key, struct blob_info *out);
    int (*drop)(struct op *op, void *impl, struct blob_key key, int64_t older_than_ms);
    int (*list)(struct op *op, void *impl, const char **cursor, struct blob_info **out,
                size_t *out_n);
    int (*space)(struct op *op, void *impl, int64_t *out_free, int64_t *out_total);
};

enum { BLOB_HEX_MAX = HASH_HEX_MAX };
void blob_key_hex(struct blob_key key, char out[BLOB_HEX_MAX]);
/* 64 lower-case hex digits and nothing else. */
bool blob_key_parse(struct bytes hex, struct blob_key *out);
struct blob_key blob_key_of(struct bytes content);
bool blob_key_eq(struct blob_key a, struct blob_key b);

/* is_owner: makes the directory if need be, and clears away files half-written by a dead process;
 * only the one process that owns the data directory may say so. */
int blob_fs_open(struct op *op, const char *dir, bool is_owner, struct blobs *out) MUST_CHECK;
void blob_close(struct blobs *blobs);

/* Stores content and answers its key. Idempotent. ERR_STORAGE when the disk is full or failing. */
int blob_put(struct op *op, const struct blobs *blobs, struct bytes content,
             struct blob_key *out) MUST_CHECK;
/* The whole content, in the op's arena. ERR_GONE if it is not there; ERR_STORAGE if what is there
 * is not what was stored (the hash is compared). */
int blob_get(struct op *op, const struct blobs *blobs, struct blob_key key,
             struct bytes *out) MUST_CHECK;
/* A descriptor for reading (the caller closes it) and the size. ERR_GONE; not compared. */
int blob_open(struct op *op, const struct blobs *blobs, struct blob_key key, int *out_fd,
              int64_t *out_size) MUST_CHECK;
int blob_stat(struct op *op, const struct blobs *blobs, struct blob_key key,
              struct blob_info *out) MUST_CHECK;
/* Removes it unless it was touched at older_than_ms or later (0: whatever its age). 0 also if it
 * was not there or is kept. */
int blob_drop(struct op *op, const struct blobs *blobs, struct blob_key key,
              int64_t older_than_ms) MUST_CHECK;
/* A part of all blobs, in the order of their keys. Start with *cursor = NULL; NULL again at the
 * end (the last part may be empty). */
int blob_list(struct op *op, const struct blobs *blobs, const char **cursor, struct blob_info **out,
              size_t *out_n) MUST_CHECK;
/* Bytes free to us and in all, where the blobs are kept; -1 both: without limit. */
int blob_space(struct op *op, const struct blobs *blobs, int64_t *out_free,
               int64_t *out_total) MUST_CHECK;

#endif
