/* The certificate and its key. The loop thread takes the pair in use at each handshake; any other
 * thread may put a new one there.
 *
 * A pair is checked as a whole before it is used: both files parse, and the key is the
 * certificate's. Pairs that were in use stay until the server ends, since a connection refers to its
 * own as long as it lives and nobody counts those; a few kilobytes for each renewal are cheaper
 * than counting. Restarting the listener was the choice rejected: it would cut connections.
 */
#include "httpd/tls.h"

#include <stdatomic.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "sys/file.h"

enum { PEM_MAX = 1 << 20, CHAIN_MAX = 16, KEY_ID_MAX = 64 };

struct pair {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned chain_n;
    gnutls_privkey_t key;
    char print[HASH_HEX_MAX]; /* of both files: tells whether anything is new */
    struct pair *older;
};

struct tls {
    char *cert_file, *key_file;
    _Atomic(struct pair *) pair;
};

static _Thread_local struct tls *tls_of_thread;

static void free_pair(struct pair *pair)
{
    for (unsigned i = 0; i < pair->chain_n; i++)
        gnutls_pcert_deinit(&pair->chain[i]);
    if (pair->key)
        gnutls_privkey_deinit(pair->key);
    mem_free(pair);
}

static gnutls_datum_t datum_of(struct bytes text)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)text.p, (unsigned)text.n};
}

static int read_chain(struct op *op, const char *file, struct bytes text, struct pair *pair)
{
    gnutls_datum_t pem = datum_of(text);
    unsigned n = CHAIN_MAX;
    int fault = gnutls_pcert_list_import_x509_raw(pair->chain, &n, &pem, GNUTLS_X509_FMT_PEM, 0);
    if (fault < 0)
        return op_fail(op, ERR_BAD_INPUT, "%s holds no certificate chain in PEM: %s", file,
                       gnutls_strerror(fault));
    pair->chain_n = n;
    return 0;
}

static int read_key(struct op *op, const char *file, struct bytes text, struct pair *pair)
{
    gnutls_datum_t pem = datum_of(text);
    int fault = gnutls_privkey_init(&pair->key);
    if (fault == 0)
        fault = gnutls_privkey_import_x509_raw(pair->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (fault < 0)
        return op_fail(op, ERR_BAD_INPUT, "%s holds no private key in PEM without a password: %s",
                       file, gnutls_strerror(fault));
    return 0;
}

static bool is_key_of(gnutls_pubkey_t certificate, gnutls_privkey_t key)
{
    unsigned char a[KEY_ID_MAX], b[KEY_ID_MAX];
    size_t a_n = sizeof a, b_n = sizeof b;
    gnutls_pubkey_t mine;
    if (gnutls_pubkey_init(&mine) < 0)
        return false;
    bool fits = gnutls_pubkey_import_privkey(mine, key, 0, 0) == 0 &&
                gnutls_pubkey_get_key_id(mine, GNUTLS_KEYID_USE_SHA256, a, &a_n) == 0 &&
                gnutls_pubkey_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, b, &b_n) == 0 &&
                a_n == b_n && memcmp(a, b, a_n) == 0;
    gnutls_pubkey_deinit(mine);
    return fits;
}

static void print_pair(struct bytes cert, struct bytes key, char out[HASH_HEX_MAX])
{
    char parts[2][HASH_HEX_MAX];
    hash_sha256_hex(cert, parts[0]);
    hash_sha256_hex(key, parts[1]);
    hash_sha256_hex((struct bytes){parts[0], sizeof parts}, out);
}

static int parse_pair(struct op *op, const struct tls *tls, struct bytes cert, struct bytes key,
                      struct pair *pair)
{
    if (read_chain(op, tls->cert_file, cert, pair) < 0 ||
        read_key(op, tls->key_file, key, pair) < 0)
        return -1;
    if (!is_key_of(pair->chain[0].pubkey, pair->key))
        return op_fail(op, ERR_BAD_INPUT, "the key in %s is not that of the certificate in %s",
                       tls->key_file, tls->cert_file);
    return 0;
}

static int load(struct op *op, struct tls *tls, bool *is_new)
{
    struct bytes cert, key = {0};
    struct pair *former = atomic_load(&tls->pair);
    *is_new = false;
    if (file_read(op, tls->cert_file, PEM_MAX, &cert) < 0 ||
        file_read(op, tls->key_file, PEM_MAX, &key) < 0)
        return -1;
    struct pair *pair = MEM_NEW(struct pair);
    print_pair(cert, key, pair->print);
    *is_new = !former || strcmp(former->print, pair->print) != 0;
    int failed = *is_new ? parse_pair(op, tls, cert, key, pair) : 0;
    explicit_bzero((char *)(uintptr_t)key.p, key.n);
    if (failed || !*is_new) {
        free_pair(pair);
        return failed;
    }
    pair->older = former;
    atomic_store(&tls->pair, pair);
    return 0;
}

int tls_open(struct op *op, const char *cert_file, const char *key_file, struct tls **out)
{
    bool is_new;
    if (!cert_file || !key_file)
        return op_fail(op, ERR_BAD_INPUT,
                       "serving TLS needs a certificate file and a key file: set both");
    struct tls *tls = MEM_NEW(struct tls);
    tls->cert_file = mem_strdup(cert_file);
    tls->key_file = mem_strdup(key_file);
    if (load(op, tls, &is_new) < 0) {
        tls_close(tls);
        return -1;
    }
    *out = tls;
    return 0;
}

int tls_reload(struct op *op, struct tls *tls, bool *is_new)
{
    return load(op, tls, is_new);
}

void tls_close(struct tls *tls)
{
    for (struct pair *pair = atomic_load(&tls->pair); pair;) {
        struct pair *older = pair->older;
        free_pair(pair);
        pair = older;
    }
    mem_free(tls->cert_file);
    mem_free(tls->key_file);
    mem_free(tls);
}

void tls_use(struct tls *tls)
{
    tls_of_thread = tls;
}

int tls_choose(gnutls_session_t session, const gnutls_datum_t *authorities, int authorities_n,
               const gnutls_pk_algorithm_t *kinds, int kinds_n, gnutls_pcert_st **chain,
               unsigned *chain_n, gnutls_privkey_t *key)
{
    (void)session, (void)authorities, (void)authorities_n, (void)kinds, (void)kinds_n;
    struct pair *pair = tls_of_thread ? atomic_load(&tls_of_thread->pair) : NULL;
    if (!pair)
        return -1;
    *chain = pair->chain;
    *chain_n = pair->chain_n;
    *key = pair->key;
    return 0;
}
