/* The server's own keys: the master key that seals credentials at rest, and the Ed25519 key that
 * signs sign-offs. Thread-safe after keys_open. Only keys_open touches files.
 *
 * In the directory, each file of mode 0600 in a folder of mode 0700:
 *   master.key          32 bytes in hex; absent when the key comes from the environment
 *   signing.key         the Ed25519 seed, sealed by the master key
 *   signing-ID.pub      the public key of each signing key there ever was, PEM
 * A lost master key makes credentials unreadable (they are entered anew); a lost signing key is
 * replaced by a new one, and old sign-offs still verify by the public keys that stay.
 */
#ifndef AUTH_KEYS_H
#define AUTH_KEYS_H

#include "base/op.h"
#include "base/secret.h"

enum { KEYS_PUBLIC_SIZE = 32, KEYS_SIGNATURE_SIZE = 64, KEYS_ID_MAX = 17, KEYS_MASTER_SIZE = 32 };

struct keys_conf {
    const char *dir; /* NULL: everything in memory only, for tests and throw-away runs */
    const struct secret *master; /* 64 hex digits or base64 of 32 bytes; NULL or empty: the file */
};

struct keys;

/* Makes what is missing. ERR_STORAGE: a file is unreadable, open to others, or not what it should
 * be (another master key than the one that sealed); the text says what to do. */
int keys_open(struct op *op, const struct keys_conf *conf, struct keys **out) MUST_CHECK;
void keys_close(struct keys *keys);

/* XChaCha20-Poly1305 with a random nonce. `purpose` binds the ciphertext to its place ("source
 * k3j9x2": a row's credential cannot be moved to another row). *out is in the op's arena. */
int keys_seal(struct op *op, const struct keys *keys, const char *purpose,
              const struct secret *plain, struct bytes *out) MUST_CHECK;
/* ERR_STORAGE: not sealed by this key for this purpose, or damaged. */
int keys_unseal(struct op *op, const struct keys *keys, const char *purpose, struct bytes sealed,
                struct secret *out) MUST_CHECK;
/* A key of 32 bytes for another use, always the same for the same purpose (at most 8 letters). */
void keys_derive(const struct keys *keys, const char *purpose, struct secret *out);

/* First 16 hex digits of the SHA-256 of the public key. */
const char *keys_signing_id(const struct keys *keys);
/* Fits store_sign_fn with ctx = keys. */
int keys_sign(struct op *op, void *keys, struct bytes message,
              unsigned char out[KEYS_SIGNATURE_SIZE]);
/* key_id: which key; unknown ones are false. */
bool keys_verify(const struct keys *keys, const char *key_id, struct bytes message,
                 const unsigned char signature[KEYS_SIGNATURE_SIZE]);
/* PEM ("-----BEGIN PUBLIC KEY-----"), as OpenSSL reads it. NULL: unknown id. key_id NULL: the
 * present one. Borrowed from keys. */
const char *keys_public_pem(const struct keys *keys, const char *key_id);

#endif
