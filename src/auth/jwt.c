/* JWTs for Grafana: our own issuer with its rotating keys, and render keys. Any thread. The only
 * includer of cjose.
 *
 * The lock guards the list of keys and is held while one signs (a millisecond of CPU with RSA),
 * never while a key is made or the file is written: whoever finds that a key's time has come marks
 * the list as being rotated and does that outside. cjose rather than calls to OpenSSL of our own,
 * because JWK and JWS are easy to get wrong silently.
 */
#include "auth/jwt.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rand.h"
#include "sys/file.h"
#include "sys/lock.h"

#include <cjose/cjose.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 16, KID_MAX = 17, FILE_MAX = 256 * 1024, RSA_BITS = 2048, SKEW_S = 60 };

struct key {
    cjose_jwk_t *jwk; /* private part included */
    enum jwt_alg alg;
    int64_t from_ms; /* signs from then on, until a later one's time comes */
    char kid[KID_MAX];
};

struct key_list {
    struct key items[KEYS_MAX];
    size_t n;
};

struct jwt_issuer {
    struct jwt_conf conf; /* texts are ours */
    struct lock lock;     /* keys, is_rotating */
    struct key_list keys; /* in the order of from_ms */
    bool is_rotating;     /* somebody makes a new list; meanwhile nobody else may */
};

static const char purpose[] = "jwt keys";

static const char *alg_word(enum jwt_alg alg)
{
    return alg == JWT_RS256 ? "RS256" : "ES256";
}

static int fail_crypto(struct op *op, const char *what, const cjose_err *err)
{
    return op_fail(op, ERR_INTERNAL, "cannot %s: %s", what, err->message ? err->message : "?");
}

/* ---- One key ---- */

static char *jwk_print(struct arena *arena, const cjose_jwk_t *jwk, bool with_private)
{
    cjose_err err = {0};
    char *text = cjose_jwk_to_json(jwk, with_private, &err);
    ASSERT(text);
    char *copy = arena_strdup(arena, text);
    sodium_memzero(text, strlen(text));
    cjose_get_dealloc()(text);
    return copy;
}

static void name_key(struct arena *arena, struct key *key)
{
    cjose_err err = {0};
    char hex[HASH_HEX_MAX];
    hash_sha256_hex(bytes_of(jwk_print(arena, key->jwk, false)), hex);
    memcpy(key->kid, hex, KID_MAX - 1);
    key->kid[KID_MAX - 1] = 0;
    ASSERT(cjose_jwk_set_kid(key->jwk, key->kid, KID_MAX - 1, &err));
}

static int key_make(struct op *op, enum jwt_alg alg, int64_t from_ms, struct key *out)
{
    static const uint8_t exponent[] = {1, 0, 1};
    cjose_err err = {0};
    *out = (struct key){.alg = alg, .from_ms = from_ms};
    out->jwk = alg == JWT_RS256
                   ? cjose_jwk_create_RSA_random(RSA_BITS, exponent, sizeof exponent, &err)
                   : cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &err);
    if (!out->jwk)
        return fail_crypto(op, "make a key to sign tokens with", &err);
    name_key(&op->arena, out);
    return 0;
}

/* ---- The list: pure decisions ---- */

/* The one that signs now: the newest whose time has come. */
static const struct key *signer_at(const struct key_list *keys, int64_t now_ms)
{
    const struct key *signer = &keys->items[0];
    for (size_t i = 0; i < keys->n; i++) {
        if (keys->items[i].from_ms <= now_ms)
            signer = &keys->items[i];
    }
    return signer;
}

/* When the next key is to sign, or 0 while none has to be made yet. It is made (and published) as
 * soon as this answers, at least overlap_ms ahead. */
static int64_t next_from(const struct jwt_conf *conf, const struct key_list *keys, int64_t now_ms)
{
    const struct key *newest = &keys->items[keys->n - 1];
    int64_t from = newest->alg == conf->alg ? newest->from_ms + conf->rotate_ms : now_ms;
    if (newest->from_ms > now_ms || from - conf->overlap_ms > now_ms)
        return 0;
    return from > now_ms + conf->overlap_ms ? from : now_ms + conf->overlap_ms;
}

/* How many of the oldest can go: replaced so long ago that nothing they signed is alive. */
static size_t count_over(const struct jwt_conf *conf, const struct key_list *keys, int64_t now_ms)
{
    size_t n = 0;
    while (n + 1 < keys->n &&
           keys->items[n + 1].from_ms + conf->life_ms + conf->overlap_ms < now_ms)
        n++;
    return n;
}

/* ---- The file: {"keys":[{"from_ms","alg","jwk":{…}}]}, sealed ---- */

static int list_write(struct op *op, const struct jwt_conf *conf, const struct key_list *keys)
{
    struct jw w;
    struct str text;
    struct secret plain = {0};
    struct bytes sealed;
    struct arena arena;
    if (!conf->file)
        return 0;
    arena_init(&arena);
    str_init(&text, FILE_MAX);
    jw_init(&w, &text);
    jw_object(&w);
    jw_array_at(&w, "keys");
    for (size_t i = 0; i < keys->n; i++) {
        char *jwk = jwk_print(&arena, keys->items[i].jwk, true);
        jw_object(&w);
        jw_int_at(&w, "from_ms", keys->items[i].from_ms);
        jw_text_at(&w, "alg", alg_word(keys->items[i].alg));
        jw_raw_at(&w, "jwk", bytes_of(jwk));
        jw_end(&w);
        sodium_memzero(jwk, strlen(jwk));
    }
    jw_end(&w);
    jw_end(&w);
    ASSERT(!text.is_full);
    secret_set(&plain, str_bytes(&text));
    sodium_memzero(text.p, text.n);
    str_fini(&text);
    arena_fini(&arena);
    int failed = keys_seal(op, conf->keys, purpose, &plain, &sealed) ||
                 file_write_atomic(op, conf->file, sealed, 0600);
    secret_fini(&plain);
    return failed ? -1 : 0;
}

static int key_read(struct op *op, const struct jv *item, struct key *out)
{
    cjose_err err = {0};
    struct str *text = str_new(&op->arena, FILE_MAX);
    const char *alg = jv_text_at(item, "alg", "");
    jv_print(jv_get(item, "jwk"), text);
    *out = (struct key){
        .alg = strcmp(alg, "RS256") == 0 ? JWT_RS256 : JWT_ES256,
        .from_ms = jv_int_at(item, "from_ms", 0),
        .jwk = cjose_jwk_import(text->p, text->n, &err),
    };
    sodium_memzero(text->p, text->n);
    const char *kid = out->jwk ? cjose_jwk_get_kid(out->jwk, &err) : NULL;
    if (!kid || strlen(kid) != KID_MAX - 1) {
        cjose_jwk_release(out->jwk);
        return op_fail(op, ERR_STORAGE, "not a key");
    }
    memcpy(out->kid, kid, KID_MAX);
    return 0;
}

static int list_parse(struct op *op, const struct secret *plain, struct key_list *out)
{
    const struct jv *root = jv_parse_quiet(&op->arena, secret_reveal(plain));
    const struct jv *items = jv_get(root, "keys");
    size_t n = jv_len(items);
    if (n == 0 || n > KEYS_MAX)
        return op_fail(op, ERR_STORAGE, "no keys, or too many");
    for (; out->n < n; out->n++) {
        if (key_read(op, jv_item(items, out->n), &out->items[out->n]))
            return -1;
    }
    return 0;
}

static int list_read(struct op *op, const struct jwt_conf *conf, struct key_list *out)
{
    struct bytes sealed;
    struct secret plain = {0};
    struct op part;
    if (file_read(op, conf->file, FILE_MAX, &sealed))
        return -1;
    op_init_part(&part, op, -1);
    int failed =
        keys_unseal(&part, conf->keys, purpose, sealed, &plain) || list_parse(&part, &plain, out);
    secret_fini(&plain);
    op_fini(&part);
    if (failed)
        return op_fail(op, ERR_STORAGE,
                       "%s does not hold keys sealed by this master key: put back the right "
                       "master key, or remove the file for new ones (each Grafana fetches them "
                       "by itself)",
                       conf->file);
    return 0;
}

/* ---- Opening and rotation ---- */

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value > 0 ? value : otherwise;
}

static void list_release(struct key_list *keys, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        cjose_jwk_release(keys->items[i].jwk);
}

static int list_load(struct op *op, struct jwt_issuer *issuer)
{
    const struct jwt_conf *conf = &issuer->conf;
    struct key_list *keys = &issuer->keys;
    if (conf->file && file_exists(conf->file))
        return list_read(op, conf, keys);
    /* The very first signs at once: nobody can have another one in his cache. */
    if (key_make(op, conf->alg, clock_wall_ms(), &keys->items[0]))
        return -1;
    keys->n = 1;
    return list_write(op, conf, keys);
}

int jwt_issuer_open(struct op *op, const struct jwt_conf *conf, struct jwt_issuer **out)
{
    const int64_t minute = 60 * 1000;
    ASSERT(sodium_init() >= 0 && (!conf->file || conf->keys));
    struct jwt_issuer *issuer = MEM_NEW(struct jwt_issuer);
    issuer->conf = *conf;
    issuer->conf.file = conf->file ? mem_strdup(conf->file) : NULL;
    issuer->conf.issuer = conf->issuer ? mem_strdup(conf->issuer) : NULL;
    issuer->conf.life_ms = or_default(conf->life_ms, 5 * minute);
    issuer->conf.rotate_ms = or_default(conf->rotate_ms, 30 * 24 * 60 * minute);
    issuer->conf.overlap_ms = or_default(conf->overlap_ms, 24 * 60 * minute);
    lock_init(&issuer->lock);
    if (list_load(op, issuer)) {
        jwt_issuer_close(issuer);
        return -1;
    }
    *out = issuer;
    return 0;
}

void jwt_issuer_close(struct jwt_issuer *issuer)
{
    if (!issuer)
        return;
    list_release(&issuer->keys, 0, issuer->keys.n);
    lock_fini(&issuer->lock);
    mem_free((char *)issuer->conf.file);
    mem_free((char *)issuer->conf.issuer);
    mem_free(issuer);
}

/* The list as it has to be from now on, written to the file. `made`: the last one is new. */
static int list_advance(struct op *op, const struct jwt_issuer *issuer, int64_t now_ms,
                        struct key_list *keys, bool *made)
{
    const struct jwt_conf *conf = &issuer->conf;
    size_t over = count_over(conf, keys, now_ms);
    int64_t from = next_from(conf, keys, now_ms);
    keys->n -= over;
    memmove(keys->items, keys->items + over, keys->n * sizeof keys->items[0]);
    *made = false;
    if (from > 0 && keys->n < KEYS_MAX) {
        if (key_make(op, conf->alg, from, &keys->items[keys->n]))
            return -1;
        keys->n++;
        *made = true;
    }
    return list_write(op, conf, keys);
}

/* Rotates if it is time. A failure (a full disk) is kept to ourselves: the present key signs on,
 * and the next call tries again. */
static void rotate(struct op *op, struct jwt_issuer *issuer, int64_t now_ms)
{
    struct op part;
    struct key_list keys;
    bool made;
    lock_take(&issuer->lock);
    bool is_due = !issuer->is_rotating && (count_over(&issuer->conf, &issuer->keys, now_ms) > 0 ||
                                           next_from(&issuer->conf, &issuer->keys, now_ms) > 0);
    keys = issuer->keys;
    issuer->is_rotating |= is_due;
    lock_give(&issuer->lock);
    if (!is_due)
        return;

    op_init_part(&part, op, -1);
    int failed = list_advance(&part, issuer, now_ms, &keys, &made);
    op_fini(&part);
    if (failed && made)
        list_release(&keys, keys.n - 1, keys.n);
    lock_take(&issuer->lock);
    if (!failed) {
        size_t over = issuer->keys.n + made - keys.n;
        list_release(&issuer->keys, 0, over);
        issuer->keys = keys;
    }
    issuer->is_rotating = false;
    lock_give(&issuer->lock);
}

/* ---- Signing ---- */

static int sign_with(struct op *op, const cjose_jwk_t *jwk, cjose_header_t *header,
                     struct bytes payload, struct secret *out)
{
    cjose_err err = {0};
    const char *compact = NULL;
    cjose_jws_t *jws = cjose_jws_sign(jwk, header, (const uint8_t *)payload.p, payload.n, &err);
    bool is_signed = jws && cjose_jws_export(jws, &compact, &err);
    if (is_signed)
        secret_set(out, bytes_of(compact));
    cjose_jws_release(jws);
    return is_signed ? 0 : fail_crypto(op, "sign a token", &err);
}

static int sign(struct op *op, const cjose_jwk_t *jwk, const char *alg, const char *kid,
                struct bytes payload, struct secret *out)
{
    cjose_err err = {0};
    int failed;
    cjose_header_t *header = cjose_header_new(&err);
    if (header && cjose_header_set(header, CJOSE_HDR_ALG, alg, &err) &&
        cjose_header_set(header, "typ", "JWT", &err) &&
        (!kid || cjose_header_set(header, CJOSE_HDR_KID, kid, &err)))
        failed = sign_with(op, jwk, header, payload, out);
    else
        failed = fail_crypto(op, "write the head of a token", &err);
    cjose_header_release(header);
    return failed;
}

static void text_claim(struct jw *w, const char *name, const char *value)
{
    if (value && value[0])
        jw_text_at(w, name, value);
}

static struct bytes claims_print(struct op *op, const struct jwt_conf *conf,
                                 const struct jwt_claims *claims, int64_t now_ms)
{
    struct jw w;
    struct str *text = str_new(&op->arena, 64 * 1024);
    char id[21];
    int64_t now_s = now_ms / 1000;
    rand_word(id, sizeof id - 1);
    jw_init(&w, text);
    jw_object(&w);
    text_claim(&w, "iss", conf->issuer);
    jw_text_at(&w, "sub", claims->subject);
    text_claim(&w, "aud", claims->audience);
    text_claim(&w, "role", claims->role);
    text_claim(&w, "email", claims->email);
    text_claim(&w, "name", claims->name);
    if (claims->org_id)
        jw_int_at(&w, "orgId", claims->org_id);
    jw_int_at(&w, "iat", now_s);
    jw_int_at(&w, "nbf", now_s - SKEW_S);
    jw_int_at(&w, "exp", now_s + conf->life_ms / 1000);
    jw_text_at(&w, "jti", id);
    jw_end(&w);
    return str_bytes(text);
}

int jwt_issue(struct op *op, struct jwt_issuer *issuer, const struct jwt_claims *claims,
              int64_t now_ms, struct secret *out)
{
    if (!claims->subject || !claims->subject[0])
        return op_fail(op, ERR_UNPROCESSABLE,
                       "a token needs a subject: the login or e-mail that "
                       "Grafana is to take it for");
    rotate(op, issuer, now_ms);
    struct bytes payload = claims_print(op, &issuer->conf, claims, now_ms);
    lock_take(&issuer->lock);
    const struct key *key = signer_at(&issuer->keys, now_ms);
    int failed = sign(op, key->jwk, alg_word(key->alg), key->kid, payload, out);
    lock_give(&issuer->lock);
    return failed;
}

static void print_public(struct op *op, struct jw *w, const struct key *key)
{
    void *it = NULL;
    const char *name;
    const struct jv *value;
    const struct jv *jwk =
        jv_parse_quiet(&op->arena, bytes_of(jwk_print(&op->arena, key->jwk, false)));
    jw_object(w);
    while (jv_next(jwk, &it, &name, &value)) {
        jw_key(w, name);
        jw_value(w, value);
    }
    jw_text_at(w, "alg", alg_word(key->alg));
    jw_text_at(w, "use", "sig");
    jw_end(w);
}

int jwt_print_jwks(struct op *op, struct jwt_issuer *issuer, int64_t now_ms, const char **out)
{
    struct jw w;
    struct str *text = str_new(&op->arena, 64 * 1024);
    rotate(op, issuer, now_ms);
    jw_init(&w, text);
    jw_object(&w);
    jw_array_at(&w, "keys");
    lock_take(&issuer->lock);
    for (size_t i = 0; i < issuer->keys.n; i++)
        print_public(op, &w, &issuer->keys.items[i]);
    lock_give(&issuer->lock);
    jw_end(&w);
    jw_end(&w);
    *out = text->p;
    return 0;
}

/* ---- Render keys ---- */

int jwt_make_render_key(struct op *op, const struct secret *renderer_token,
                        const struct jwt_render_key *ask, struct secret *out)
{
    struct jw w;
    struct bytes token = secret_reveal(renderer_token);
    cjose_err err = {0};
    if (token.n == 0 || bytes_eq_s(token, "-"))
        return op_fail(op, ERR_UNPROCESSABLE,
                       "a render key needs the renderer_token that is set in Grafana, and not the "
                       "well-known \"-\"");
    struct str *text = str_new(&op->arena, 4096);
    jw_init(&w, text);
    jw_object(&w);
    jw_object_at(&w, "renderUser");
    jw_int_at(&w, "org_id", ask->org_id);
    jw_int_at(&w, "user_id", ask->user_id);
    jw_text_at(&w, "org_role", ask->org_role);
    jw_end(&w);
    if (ask->expires_ms)
        jw_int_at(&w, "exp", ask->expires_ms / 1000);
    jw_end(&w);
    cjose_jwk_t *jwk = cjose_jwk_create_oct_spec((const uint8_t *)token.p, token.n, &err);
    if (!jwk)
        return fail_crypto(op, "use the renderer_token as a key", &err);
    int failed = sign(op, jwk, CJOSE_HDR_ALG_HS512, NULL, str_bytes(text), out);
    cjose_jwk_release(jwk);
    return failed;
}
