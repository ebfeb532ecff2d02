/* The master key, sealing, and the Ed25519 key of sign-offs. keys_open reads and writes the files;
 * afterwards everything is read-only, so any thread may call.
 *
 * The master key itself seals nothing: each use gets a key derived from it, so that no ciphertext
 * of one use means anything to another. XChaCha20 because its nonces are long enough to be random.
 * The signing key is a file of its own, not derived: the master key may be changed (entering the
 * credentials anew) without ending the identity that signs.
 */
#include "auth/keys.h"

#include "base/assert.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    PUBLIC_MAX = 64, /* signing keys there ever were */
    PEM_MAX = 160,
    SEAL_VERSION = 1,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    SEAL_OVERHEAD = 1 + NONCE + TAG,
};

struct public_key {
    char id[KEYS_ID_MAX];
    unsigned char raw[KEYS_PUBLIC_SIZE];
    char pem[PEM_MAX];
};

struct keys {
    unsigned char master[KEYS_MASTER_SIZE];
    unsigned char seal[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    unsigned char sign[crypto_sign_SECRETKEYBYTES];
    struct public_key publics[PUBLIC_MAX]; /* [0]: the one that signs */
    size_t public_n;
};

/* SubjectPublicKeyInfo of an Ed25519 key, up to the key itself (RFC 8410). */
static const unsigned char spki_head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                          0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
#define PEM_HEAD "-----BEGIN PUBLIC KEY-----\n"
#define PEM_TAIL "\n-----END PUBLIC KEY-----\n"

/* ---- Public keys as text ---- */

static void public_set(struct public_key *key, const unsigned char raw[KEYS_PUBLIC_SIZE])
{
    unsigned char der[sizeof spki_head + KEYS_PUBLIC_SIZE];
    char base64[sodium_base64_ENCODED_LEN(sizeof der, sodium_base64_VARIANT_ORIGINAL)];
    char hex[HASH_HEX_MAX];
    memcpy(key->raw, raw, KEYS_PUBLIC_SIZE);
    memcpy(der, spki_head, sizeof spki_head);
    memcpy(der + sizeof spki_head, raw, KEYS_PUBLIC_SIZE);
    sodium_bin2base64(base64, sizeof base64, der, sizeof der, sodium_base64_VARIANT_ORIGINAL);
    snprintf(key->pem, sizeof key->pem, PEM_HEAD "%s" PEM_TAIL, base64);
    hash_sha256_hex((struct bytes){(const char *)raw, KEYS_PUBLIC_SIZE}, hex);
    memcpy(key->id, hex, KEYS_ID_MAX - 1);
    key->id[KEYS_ID_MAX - 1] = 0;
}

static bool pem_parse(const char *pem, unsigned char raw[KEYS_PUBLIC_SIZE])
{
    unsigned char der[sizeof spki_head + KEYS_PUBLIC_SIZE];
    struct bytes text = bytes_trim(bytes_of(pem));
    struct bytes head = BYTES("-----BEGIN PUBLIC KEY-----");
    struct bytes tail = BYTES("-----END PUBLIC KEY-----");
    size_t n = 0;
    if (!bytes_has_prefix(text, head) || !bytes_has_suffix(text, tail) || text.n < head.n + tail.n)
        return false;
    struct bytes body = {text.p + head.n, text.n - head.n - tail.n};
    if (sodium_base642bin(der, sizeof der, body.p, body.n, "\r\n ", &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) ||
        n != sizeof der || memcmp(der, spki_head, sizeof spki_head) != 0)
        return false;
    memcpy(raw, der + sizeof spki_head, KEYS_PUBLIC_SIZE);
    return true;
}

static const struct public_key *public_find(const struct keys *keys, const char *id)
{
    for (size_t i = 0; i < keys->public_n; i++) {
        if (!id || strcmp(keys->publics[i].id, id) == 0)
            return &keys->publics[i];
    }
    return NULL;
}

/* ---- The master key ---- */

static bool master_parse(struct bytes text, unsigned char out[KEYS_MASTER_SIZE])
{
    size_t n = 0;
    text = bytes_trim(text);
    if (text.n == 2 * KEYS_MASTER_SIZE &&
        sodium_hex2bin(out, KEYS_MASTER_SIZE, text.p, text.n, NULL, &n, NULL) == 0)
        return n == KEYS_MASTER_SIZE;
    return sodium_base642bin(out, KEYS_MASTER_SIZE, text.p, text.n, NULL, &n, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           n == KEYS_MASTER_SIZE;
}

static int check_private(struct op *op, const char *path)
{
    struct stat st;
    if (stat(path, &st))
        return op_fail(op, ERR_STORAGE, "cannot look at %s: %s", path, strerror(errno));
    if (st.st_mode & 077)
        return op_fail(op, ERR_STORAGE,
                       "%s can be read by others than its owner (mode %03o): run chmod 600 %s",
                       path, (unsigned)(st.st_mode & 0777), path);
    return 0;
}

static int master_from_file(struct op *op, struct keys *keys, const char *path)
{
    struct bytes text;
    if (!file_exists(path)) {
        char hex[2 * KEYS_MASTER_SIZE + 2];
        randombytes_buf(keys->master, sizeof keys->master);
        hash_hex(keys->master, sizeof keys->master, hex);
        hex[2 * KEYS_MASTER_SIZE] = '\n';
        int failed = file_write_atomic(op, path, (struct bytes){hex, sizeof hex - 1}, 0600);
        sodium_memzero(hex, sizeof hex);
        return failed;
    }
    if (check_private(op, path) || file_read(op, path, 4096, &text))
        return -1;
    bool is_good = master_parse(text, keys->master);
    sodium_memzero((char *)text.p, text.n);
    if (!is_good)
        return op_fail(op, ERR_STORAGE,
                       "%s does not hold a key of 64 hex digits: put it back from a backup, or "
                       "remove it and enter all credentials anew",
                       path);
    return 0;
}

static int master_load(struct op *op, struct keys *keys, const struct keys_conf *conf)
{
    if (conf->master && !secret_is_empty(conf->master)) {
        if (master_parse(secret_reveal(conf->master), keys->master))
            return 0;
        return op_fail(op, ERR_BAD_INPUT,
                       "the master key has to be 64 hex digits, or base64 of 32 bytes; "
                       "\"openssl rand -hex 32\" makes one");
    }
    if (conf->dir)
        return master_from_file(op, keys, arena_fmt(&op->arena, "%s/master.key", conf->dir));
    randombytes_buf(keys->master, sizeof keys->master);
    return 0;
}

static void derive(const struct keys *keys, const char *purpose, unsigned char out[32])
{
    char context[crypto_kdf_CONTEXTBYTES] = {0};
    size_t n = strlen(purpose);
    ASSERT(n > 0 && n <= sizeof context);
    memcpy(context, purpose, n);
    ASSERT(crypto_kdf_derive_from_key(out, 32, 1, context, keys->master) == 0);
}

/* ---- The signing key ---- */

static int seed_load(struct op *op, struct keys *keys, const char *path,
                     unsigned char seed[crypto_sign_SEEDBYTES])
{
    struct bytes sealed;
    struct secret plain = {0};
    if (check_private(op, path) || file_read(op, path, 4096, &sealed))
        return -1;
    if (keys_unseal(op, keys, "signing key", sealed, &plain)) {
        op_clear(op);
        return op_fail(op, ERR_STORAGE,
                       "%s was sealed by another master key: give the master key it was made "
                       "with, or move the file away for a new signing key (old sign-offs still "
                       "verify)",
                       path);
    }
    struct bytes raw = secret_reveal(&plain);
    bool is_good = raw.n == crypto_sign_SEEDBYTES;
    if (is_good)
        memcpy(seed, raw.p, raw.n);
    secret_fini(&plain);
    return is_good ? 0 : op_fail(op, ERR_STORAGE, "%s does not hold a signing key", path);
}

static int seed_make(struct op *op, struct keys *keys, const char *path,
                     unsigned char seed[crypto_sign_SEEDBYTES])
{
    struct secret plain = {0};
    struct bytes sealed;
    randombytes_buf(seed, crypto_sign_SEEDBYTES);
    if (!path)
        return 0;
    secret_set(&plain, (struct bytes){(const char *)seed, crypto_sign_SEEDBYTES});
    int failed = keys_seal(op, keys, "signing key", &plain, &sealed);
    secret_fini(&plain);
    return failed ? failed : file_write_atomic(op, path, sealed, 0600);
}

static int signing_load(struct op *op, struct keys *keys, const char *dir)
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    unsigned char public[KEYS_PUBLIC_SIZE];
    const char *path = dir ? arena_fmt(&op->arena, "%s/signing.key", dir) : NULL;
    int failed = path && file_exists(path) ? seed_load(op, keys, path, seed)
                                           : seed_make(op, keys, path, seed);
    if (!failed) {
        ASSERT(crypto_sign_seed_keypair(public, keys->sign, seed) == 0);
        public_set(&keys->publics[0], public);
        keys->public_n = 1;
    }
    sodium_memzero(seed, sizeof seed);
    return failed;
}

static int public_write(struct op *op, const struct keys *keys, const char *dir)
{
    const struct public_key *key = &keys->publics[0];
    const char *path = arena_fmt(&op->arena, "%s/signing-%s.pub", dir, key->id);
    return file_exists(path) ? 0 : file_write_atomic(op, path, bytes_of(key->pem), 0644);
}

static int public_read(struct op *op, struct keys *keys, const char *dir, const char *name)
{
    struct bytes text;
    unsigned char raw[KEYS_PUBLIC_SIZE];
    const char *path = arena_fmt(&op->arena, "%s/%s", dir, name);
    if (file_read(op, path, 4096, &text))
        return -1;
    if (!pem_parse(text.p, raw))
        return op_fail(op, ERR_STORAGE,
                       "%s is not a public key in PEM form: remove it, or put it "
                       "back from a backup",
                       path);
    if (memcmp(raw, keys->publics[0].raw, sizeof raw) == 0 || keys->public_n == PUBLIC_MAX)
        return 0;
    public_set(&keys->publics[keys->public_n++], raw);
    return 0;
}

static int publics_load(struct op *op, struct keys *keys, const char *dir)
{
    DIR *folder = opendir(dir);
    int failed = 0;
    if (!folder)
        return op_fail(op, ERR_STORAGE, "cannot list %s: %s", dir, strerror(errno));
    for (struct dirent *entry; !failed && (entry = readdir(folder));) {
        struct bytes name = bytes_of(entry->d_name);
        if (bytes_has_prefix(name, BYTES("signing-")) && bytes_has_suffix(name, BYTES(".pub")))
            failed = public_read(op, keys, dir, entry->d_name);
    }
    closedir(folder);
    return failed;
}

static int load(struct op *op, struct keys *keys, const struct keys_conf *conf)
{
    if (conf->dir && file_make_dir(op, conf->dir, 0700))
        return -1;
    if (master_load(op, keys, conf))
        return -1;
    derive(keys, "seal", keys->seal);
    if (signing_load(op, keys, conf->dir))
        return -1;
    if (conf->dir && (public_write(op, keys, conf->dir) || publics_load(op, keys, conf->dir)))
        return -1;
    return 0;
}

int keys_open(struct op *op, const struct keys_conf *conf, struct keys **out)
{
    ASSERT(sodium_init() >= 0);
    struct keys *keys = MEM_NEW(struct keys);
    if (load(op, keys, conf)) {
        keys_close(keys);
        return -1;
    }
    *out = keys;
    return 0;
}

void keys_close(struct keys *keys)
{
    if (!keys)
        return;
    sodium_memzero(keys, sizeof *keys);
    mem_free(keys);
}

/* ---- Use ---- */

int keys_seal(struct op *op, const struct keys *keys, const char *purpose,
              const struct secret *plain, struct bytes *out)
{
    struct bytes text = secret_reveal(plain);
    unsigned char *sealed = arena_alloc(&op->arena, text.n + SEAL_OVERHEAD);
    unsigned long long n = 0;
    sealed[0] = SEAL_VERSION;
    randombytes_buf(sealed + 1, NONCE);
    ASSERT(crypto_aead_xchacha20poly1305_ietf_encrypt(
               sealed + 1 + NONCE, &n, (const unsigned char *)text.p, text.n,
               (const unsigned char *)purpose, strlen(purpose), NULL, sealed + 1, keys->seal) == 0);
    *out = (struct bytes){(const char *)sealed, 1 + NONCE + (size_t)n};
    return 0;
}

int keys_unseal(struct op *op, const struct keys *keys, const char *purpose, struct bytes sealed,
                struct secret *out)
{
    const unsigned char *p = (const unsigned char *)sealed.p;
    unsigned long long n = 0;
    if (sealed.n < SEAL_OVERHEAD || p[0] != SEAL_VERSION)
        return op_fail(op, ERR_STORAGE, "the stored secret of %s is damaged: enter it anew",
                       purpose);
    size_t room = sealed.n - SEAL_OVERHEAD + 1;
    unsigned char *plain = mem_alloc(room);
    int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, &n, NULL, p + 1 + NONCE, sealed.n - 1 - NONCE, (const unsigned char *)purpose,
        strlen(purpose), p + 1, keys->seal);
    if (!failed)
        secret_set(out, (struct bytes){(const char *)plain, (size_t)n});
    sodium_memzero(plain, room);
    mem_free(plain);
    if (failed)
        return op_fail(op, ERR_STORAGE,
                       "the stored secret of %s cannot be opened with this master key: put back "
                       "the right master key, or enter the secret anew",
                       purpose);
    return 0;
}

void keys_derive(const struct keys *keys, const char *purpose, struct secret *out)
{
    unsigned char key[32];
    ASSERT(strcmp(purpose, "seal") != 0);
    derive(keys, purpose, key);
    secret_set(out, (struct bytes){(const char *)key, sizeof key});
    sodium_memzero(key, sizeof key);
}

const char *keys_signing_id(const struct keys *keys)
{
    return keys->publics[0].id;
}

int keys_sign(struct op *op, void *keys, struct bytes message,
              unsigned char out[KEYS_SIGNATURE_SIZE])
{
    const struct keys *own = keys;
    ASSERT(crypto_sign_detached(out, NULL, (const unsigned char *)message.p, message.n,
                                own->sign) == 0);
    return 0;
}

static bool verify(const unsigned char raw[KEYS_PUBLIC_SIZE], struct bytes message,
                   const unsigned char signature[KEYS_SIGNATURE_SIZE])
{
    return crypto_sign_verify_detached(signature, (const unsigned char *)message.p, message.n,
                                       raw) == 0;
}

bool keys_verify(const struct keys *keys, const char *key_id, struct bytes message,
                 const unsigned char signature[KEYS_SIGNATURE_SIZE])
{
    const struct public_key *key = key_id ? public_find(keys, key_id) : NULL;
    return key && verify(key->raw, message, signature);
}

const char *keys_public_pem(const struct keys *keys, const char *key_id)
{
    const struct public_key *key = public_find(keys, key_id);
    return key ? key->pem : NULL;
}
