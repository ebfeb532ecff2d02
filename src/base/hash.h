/* SHA-256 and HMAC (OpenSSL EVP), hex and base64. Only reading base64 can fail. Any thread. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/arena.h"

enum { HASH_SIZE = 32, HASH_HEX_MAX = 65 };

void hash_sha256(struct bytes data, unsigned char out[HASH_SIZE]);
/* Lower-case hex, NUL-terminated. */
void hash_sha256_hex(struct bytes data, char out[HASH_HEX_MAX]);
void hash_hmac_sha256(struct bytes key, struct bytes data, unsigned char out[HASH_SIZE]);
void hash_hex(const unsigned char *p, size_t n, char *out); /* out: 2n+1 bytes */
/* MD5 as 32 hex digits: only for services that demand it as a checksum; it protects nothing. */
enum { HASH_MD5_MAX = 33 };
void hash_md5_hex(struct bytes data, char out[HASH_MD5_MAX]);

/* SHA-256 over parts, for chains and streams. On the heap: end it with hash_sum_end. */
struct hash_sum;
struct hash_sum *hash_sum_new(void);
void hash_sum_add(struct hash_sum *sum, struct bytes part);
/* Writes the hash as hex and frees the sum. */
void hash_sum_end(struct hash_sum *sum, char out[HASH_HEX_MAX]);

/* Standard base64. Decoding is strict: false for anything malformed. */
char *base64_encode(struct arena *arena, struct bytes data);
bool base64_decode(struct arena *arena, struct bytes text, struct bytes *out);

#endif
