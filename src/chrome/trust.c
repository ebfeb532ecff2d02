/* Certificate authorities of the operator's own, for browsers: Chromium takes such from the NSS database
 * in its home, so one is made here, by the library that will read it, and copied into every profile.
 *
 * Rejected: --ignore-certificate-errors-spki-list, which takes a chain for good as soon as the authority's
 * public key is somewhere in it, whoever presents it.
 */
#include "chrome/trust.h"

#include "base/mem.h"
#include "base/rand.h"
#include "chrome/proctree.h"
#include "sys/file.h"

#include <cert.h>
#include <certdb.h>
#include <errno.h>
#include <nss.h>
#include <pk11pub.h>
#include <prerror.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEM_MAX = 4 << 20, DATABASE_MAX = 64 << 20, FILES = 2 };

static const char *const names[FILES] = {"cert9.db", "key4.db"};
static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";

struct trust {
    char *data[FILES];
    size_t sizes[FILES];
};

static int fail_library(struct op *op, const char *file, const char *what)
{
    const char *words = PR_ErrorToString(PR_GetError(), PR_LANGUAGE_I_DEFAULT);
    return op_fail(op, ERR_BAD_INPUT, "the CA file %s: %s: %s", file, what, words ? words : "?");
}

static int add_certificate(struct op *op, const char *file, PK11SlotInfo *slot, struct bytes pem,
                           int number)
{
    CERTCertTrust trust = {.sslFlags = CERTDB_VALID_CA | CERTDB_TRUSTED_CA};
    char *text = (char *)(uintptr_t)arena_copy(&op->arena, pem);
    const char *nickname = arena_fmt(&op->arena, "rounds %d", number);
    CERTCertificate *cert = CERT_DecodeCertFromPackage(text, (int)pem.n);
    if (!cert)
        return fail_library(op, file,
                            arena_fmt(&op->arena, "certificate %d cannot be read", number));
    bool has = PK11_ImportCert(slot, cert, CK_INVALID_HANDLE, nickname, PR_FALSE) == SECSuccess &&
               CERT_ChangeCertTrust(CERT_GetDefaultCertDB(), cert, &trust) == SECSuccess;
    int failed = has ? 0 : fail_library(op, file, arena_fmt(&op->arena, "certificate %d", number));
    CERT_DestroyCertificate(cert);
    return failed;
}

static int add_all(struct op *op, const char *file, PK11SlotInfo *slot, struct bytes pem)
{
    int number = 0;
    for (ssize_t at; (at = bytes_find(pem, BYTES(begin))) >= 0;) {
        pem = bytes_from(pem, (size_t)at);
        ssize_t stop = bytes_find(pem, BYTES(end));
        size_t n = stop < 0 ? pem.n : (size_t)stop + sizeof end - 1;
        if (add_certificate(op, file, slot, (struct bytes){pem.p, n}, ++number) < 0)
            return -1;
        pem = bytes_from(pem, n);
    }
    return number ? 0
                  : op_fail(op, ERR_BAD_INPUT, "the CA file %s holds no certificate in PEM", file);
}

static int make_database(struct op *op, const char *file, struct bytes pem, const char *dir)
{
    NSSInitContext *context =
        NSS_InitContext(arena_fmt(&op->arena, "sql:%s", dir), "", "", "", NULL, 0);
    if (!context)
        return fail_library(op, file, "no trust database can be made");
    PK11SlotInfo *slot = PK11_GetInternalKeySlot();
    bool is_open =
        slot && (!PK11_NeedUserInit(slot) || PK11_InitPin(slot, NULL, NULL) == SECSuccess);
    int failed =
        is_open ? add_all(op, file, slot, pem) : fail_library(op, file, "no trust database");
    if (slot)
        PK11_FreeSlot(slot);
    NSS_ShutdownContext(context);
    return failed;
}

static int take_files(struct op *op, const char *dir, struct trust *trust)
{
    for (size_t i = 0; i < FILES; i++) {
        struct bytes data;
        if (file_read(op, arena_fmt(&op->arena, "%s/%s", dir, names[i]), DATABASE_MAX, &data) < 0)
            return -1;
        trust->data[i] = mem_alloc(data.n + 1);
        memcpy(trust->data[i], data.p, data.n);
        trust->sizes[i] = data.n;
    }
    return 0;
}

int trust_open(struct op *op, const char *pem_file, const char *temp_dir, struct trust **out)
{
    char word[9];
    struct bytes pem;
    if (file_read(op, pem_file, PEM_MAX, &pem) < 0)
        return -1;
    rand_word(word, 8);
    const char *dir = arena_fmt(&op->arena, "%s/%s%d-%lld-%s", temp_dir, PROCTREE_PREFIX,
                                (int)getpid(), (long long)proctree_birth(getpid()), word);
    if (mkdir(dir, 0700) < 0)
        return op_fail(op, ERR_STORAGE, "cannot make a directory in %s: %s", temp_dir,
                       strerror(errno));
    struct trust *trust = MEM_NEW(struct trust);
    int failed = make_database(op, pem_file, pem, dir);
    if (!failed)
        failed = take_files(op, dir, trust);
    file_drop_tree(dir);
    if (failed)
        trust_close(trust);
    else
        *out = trust;
    return failed;
}

int trust_write(struct op *op, const struct trust *trust, const char *home)
{
    const char *pki = arena_fmt(&op->arena, "%s/.pki", home);
    const char *dir = arena_fmt(&op->arena, "%s/nssdb", pki);
    if (mkdir(pki, 0700) < 0 || mkdir(dir, 0700) < 0)
        return op_fail(op, ERR_STORAGE, "cannot make %s: %s", dir, strerror(errno));
    for (size_t i = 0; i < FILES; i++)
        if (file_write_atomic(op, arena_fmt(&op->arena, "%s/%s", dir, names[i]),
                              (struct bytes){trust->data[i], trust->sizes[i]}, 0600) < 0)
            return -1;
    return 0;
}

void trust_close(struct trust *trust)
{
    if (!trust)
        return;
    for (size_t i = 0; i < FILES; i++)
        mem_free(trust->data[i]);
    mem_free(trust);
}
