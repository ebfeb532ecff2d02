/* Canonical texts for hashes. Pure. Lengths before values, so that no value can imitate a field. */
#include "store/chain.h"

#include "base/assert.h"
#include "blob/blob.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void chain_begin(struct str *s, const char *kind)
{
    str_addf(s, "rounds %s 1\n", kind);
}

void chain_text(struct str *s, const char *name, const char *value)
{
    const char *v = value ? value : "";
    str_addf(s, "%s %zu ", name, strlen(v));
    str_adds(s, v);
    str_addc(s, '\n');
}

void chain_int(struct str *s, const char *name, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, value);
    chain_text(s, name, digits);
}

void chain_end(const struct str *s, char out[HASH_HEX_MAX])
{
    ASSERT(!s->is_full);
    hash_sha256_hex(str_bytes(s), out);
}

struct bytes chain_pack(struct arena *arena, const char *hex)
{
    struct blob_key key;
    ASSERT(blob_key_parse(bytes_of(hex), &key));
    char *p = arena_alloc(arena, sizeof key.sha);
    memcpy(p, key.sha, sizeof key.sha);
    return (struct bytes){p, sizeof key.sha};
}
