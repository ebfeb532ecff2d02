/* Secrets: copied into memory of their own, compared in constant time, wiped when they go. */
#include "base/secret.h"

#include "base/hash.h"
#include "base/mem.h"

#include <openssl/crypto.h>
#include <string.h>

void secret_set(struct secret *s, struct bytes value)
{
    char *copy = mem_alloc(value.n + 1);
    if (value.n)
        memcpy(copy, value.p, value.n);
    secret_fini(s);
    s->private_p = copy;
    s->private_n = value.n;
}

void secret_copy(struct secret *to, const struct secret *from)
{
    secret_set(to, secret_reveal(from));
}

void secret_fini(struct secret *s)
{
    if (s->private_p)
        OPENSSL_cleanse(s->private_p, s->private_n);
    mem_free(s->private_p);
    *s = (struct secret){0};
}

bool secret_is_empty(const struct secret *s)
{
    return s->private_n == 0;
}

bool secret_eq(const struct secret *s, struct bytes candidate)
{
    if (s->private_n != candidate.n)
        return false;
    return candidate.n == 0 || CRYPTO_memcmp(s->private_p, candidate.p, candidate.n) == 0;
}

struct bytes secret_reveal(const struct secret *s)
{
    return (struct bytes){s->private_p ? s->private_p : "", s->private_n};
}

void secret_fingerprint(const struct secret *s, char out[SECRET_PRINT_MAX])
{
    char hex[HASH_HEX_MAX];
    hash_sha256_hex(secret_reveal(s), hex);
    memcpy(out, hex, SECRET_PRINT_MAX - 1);
    out[SECRET_PRINT_MAX - 1] = 0;
}
