/* SHA-256, HMAC and base64 by OpenSSL. Its calls cannot fail with these algorithms but for lack of
 * memory, so a failure stops the program. Any thread.
 */
#include "base/hash.h"

#include "base/assert.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

void hash_sha256(struct bytes data, unsigned char out[HASH_SIZE])
{
    unsigned int n = 0;
    ASSERT(EVP_Digest(data.p, data.n, out, &n, EVP_sha256(), NULL) == 1 && n == HASH_SIZE);
}

void hash_hex(const unsigned char *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = 0;
}

void hash_sha256_hex(struct bytes data, char out[HASH_HEX_MAX])
{
    unsigned char sum[HASH_SIZE];
    hash_sha256(data, sum);
    hash_hex(sum, sizeof sum, out);
}

void hash_md5_hex(struct bytes data, char out[HASH_MD5_MAX])
{
    unsigned char sum[16];
    unsigned int n = 0;
    ASSERT(EVP_Digest(data.p, data.n, sum, &n, EVP_md5(), NULL) == 1 && n == sizeof sum);
    hash_hex(sum, sizeof sum, out);
}

void hash_hmac_sha256(struct bytes key, struct bytes data, unsigned char out[HASH_SIZE])
{
    unsigned int n = 0;
    ASSERT(HMAC(EVP_sha256(), key.p, (int)key.n, (const unsigned char *)data.p, data.n, out, &n));
    ASSERT(n == HASH_SIZE);
}

/* The opaque handle is OpenSSL's own context: nothing to wrap. */
struct hash_sum *hash_sum_new(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ASSERT(ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
    return (struct hash_sum *)ctx;
}

void hash_sum_add(struct hash_sum *sum, struct bytes part)
{
    ASSERT(EVP_DigestUpdate((EVP_MD_CTX *)sum, part.p, part.n) == 1);
}

void hash_sum_end(struct hash_sum *sum, char out[HASH_HEX_MAX])
{
    unsigned char raw[HASH_SIZE];
    unsigned int n = 0;
    ASSERT(EVP_DigestFinal_ex((EVP_MD_CTX *)sum, raw, &n) == 1 && n == HASH_SIZE);
    EVP_MD_CTX_free((EVP_MD_CTX *)sum);
    hash_hex(raw, sizeof raw, out);
}

char *base64_encode(struct arena *arena, struct bytes data)
{
    char *out = arena_alloc(arena, 4 * ((data.n + 2) / 3) + 1);
    EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)data.p, (int)data.n);
    return out;
}

/* EVP_DecodeBlock skips white space and counts the padding as bytes; both are mended here. */
bool base64_decode(struct arena *arena, struct bytes text, struct bytes *out)
{
    if (text.n % 4 != 0)
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ')
            return false;
    size_t padding = text.n == 0 ? 0 : (text.p[text.n - 1] == '=') + (text.p[text.n - 2] == '=');
    char *data = arena_alloc(arena, text.n / 4 * 3 + 1);
    int n = EVP_DecodeBlock((unsigned char *)data, (const unsigned char *)text.p, (int)text.n);
    if (n < 0)
        return false;
    *out = (struct bytes){data, (size_t)n - padding};
    return true;
}
