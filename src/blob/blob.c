/* The face of the blob stores: keys, the hash, and the way to the implementation.
 *
 * The hash is computed here, once, so that no implementation can disagree about what a key is.
 */
#include "blob/blob.h"

#include <string.h>

void blob_key_hex(struct blob_key key, char out[BLOB_HEX_MAX])
{
    hash_hex(key.sha, sizeof key.sha, out);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool blob_key_parse(struct bytes hex, struct blob_key *out)
{
    if (hex.n != sizeof out->sha * 2)
        return false;
    for (size_t i = 0; i < sizeof out->sha; i++) {
        int high = hex_digit(hex.p[2 * i]), low = hex_digit(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out->sha[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

struct blob_key blob_key_of(struct bytes content)
{
    struct blob_key key;
    hash_sha256(content, key.sha);
    return key;
}

bool blob_key_eq(struct blob_key a, struct blob_key b)
{
    return memcmp(a.sha, b.sha, sizeof a.sha) == 0;
}

void blob_close(struct blobs *blobs)
{
    if (blobs->ops)
        blobs->ops->close(blobs->impl);
    *blobs = (struct blobs){0};
}

int blob_put(struct op *op, const struct blobs *blobs, struct bytes content, struct blob_key *out)
{
    *out = blob_key_of(content);
    return blobs->ops->put(op, blobs->impl, content, *out);
}

int blob_get(struct op *op, const struct blobs *blobs, struct blob_key key, struct bytes *out)
{
    if (blobs->ops->get(op, blobs->impl, key, out))
        return -1;
    if (blob_key_eq(blob_key_of(*out), key))
        return 0;
    char hex[BLOB_HEX_MAX];
    blob_key_hex(key, hex);
    return op_fail(op, ERR_STORAGE,
                   "the stored content of %s is damaged: its hash is another one now; restore it "
                   "from a backup",
                   hex);
}

int blob_open(struct op *op, const struct blobs *blobs, struct blob_key key, int *out_fd,
              int64_t *out_size)
{
    return blobs->ops->open(op, blobs->impl, key, out_fd, out_size);
}

int blob_stat(struct op *op, const struct blobs *blobs, struct blob_key key, struct blob_info *out)
{
    return blobs->ops->stat(op, blobs->impl, key, out);
}

int blob_drop(struct op *op, const struct blobs *blobs, struct blob_key key, int64_t older_than_ms)
{
    return blobs->ops->drop(op, blobs->impl, key, older_than_ms);
}

int blob_list(struct op *op, const struct blobs *blobs, const char **cursor, struct blob_info **out,
              size_t *out_n)
{
    return blobs->ops->list(op, blobs->impl, cursor, out, out_n);
}

int blob_space(struct op *op, const struct blobs *blobs, int64_t *out_free, int64_t *out_total)
{
    return blobs->ops->space(op, blobs->impl, out_free, out_total);
}
