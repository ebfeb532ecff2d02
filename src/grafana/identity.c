/* Credentials: what a request carries for each kind, and a fingerprint that tells them apart.
 *
 * Pure but for the issuer, which app/ fills in (signing belongs to auth/, above this folder). The
 * secret leaves a struct secret only to be put into another one; copies on the way are wiped.
 */
#include "grafana/identity.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/str.h"

#include <string.h>

enum { MINT_REUSE_MS = 120000, VALUE_MAX = 16384 };

static const char *const words[] = {
    [GRAFANA_ANONYMOUS] = "none", [GRAFANA_TOKEN] = "token",           [GRAFANA_BASIC] = "basic",
    [GRAFANA_JWT] = "jwt",        [GRAFANA_OWN_ISSUER] = "own_issuer",
};

const char *grafana_login_word(enum grafana_login kind)
{
    return words[kind];
}

bool grafana_login_parse(const char *word, enum grafana_login *out)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) {
            *out = (enum grafana_login)i;
            return true;
        }
    return false;
}

static const char *text_or(const char *text, const char *fallback)
{
    return text && *text ? text : fallback;
}

static void set_joined(struct secret *out, const char *prefix, const struct secret *value)
{
    CLEANUP(str_fini) struct str joined;
    str_init(&joined, VALUE_MAX);
    /* All the room at once: growing would leave a copy of the secret behind. */
    (void)str_room(&joined, strlen(prefix) + secret_reveal(value).n + 1);
    str_adds(&joined, prefix);
    str_add(&joined, secret_reveal(value));
    secret_set(out, str_bytes(&joined));
    explicit_bzero(joined.p, joined.n);
}

static int carry_basic(struct op *op, const struct grafana_credential *credential,
                       struct grafana_carry *out)
{
    if (!credential->user || !*credential->user || strchr(credential->user, ':'))
        return op_fail(op, ERR_UNPROCESSABLE, "basic credential: give a user name without a colon");
    CLEANUP(secret_fini) struct secret pair = {0}, coded = {0};
    struct arena arena;
    arena_init(&arena);
    set_joined(&pair, arena_fmt(&arena, "%s:", credential->user), &credential->secret);
    char *text = base64_encode(&arena, secret_reveal(&pair));
    secret_set(&coded, bytes_of(text));
    explicit_bzero(text, strlen(text));
    arena_fini(&arena);
    out->header = "Authorization";
    set_joined(&out->value, "Basic ", &coded);
    return 0;
}

static int carry_minted(struct op *op, const struct grafana_site *site, struct grafana_carry *out)
{
    const struct grafana_credential *credential = site->credential;
    if (!site->mint)
        return op_fail(op, ERR_UNPROCESSABLE, "this service has no issuer of its own set up");
    if (!credential->subject || !*credential->subject)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "own_issuer credential: give the login or e-mail that it signs in as");
    out->header = text_or(credential->header, GRAFANA_JWT_HEADER);
    out->good_until_ms = clock_mono_ms() + MINT_REUSE_MS;
    return site->mint(site->mint_ctx, op, site, &out->value);
}

int grafana_carry(struct op *op, const struct grafana_site *site, struct grafana_carry *out)
{
    const struct grafana_credential *credential = site->credential;
    *out = (struct grafana_carry){.good_until_ms = INT64_MAX};
    if (credential->kind == GRAFANA_ANONYMOUS)
        return 0;
    if (credential->kind == GRAFANA_OWN_ISSUER)
        return carry_minted(op, site, out);
    if (secret_is_empty(&credential->secret))
        return op_fail(op, ERR_UNPROCESSABLE,
                       "%s credential: its secret is missing; enter it again",
                       grafana_login_word(credential->kind));
    if (credential->kind == GRAFANA_BASIC)
        return carry_basic(op, credential, out);
    bool is_token = credential->kind == GRAFANA_TOKEN;
    out->header = is_token ? "Authorization" : text_or(credential->header, GRAFANA_JWT_HEADER);
    set_joined(&out->value, is_token ? "Bearer " : "", &credential->secret);
    return 0;
}

void grafana_carry_fini(struct grafana_carry *carry)
{
    secret_fini(&carry->value);
}

void grafana_fingerprint(const struct grafana_credential *credential, char out[SECRET_PRINT_MAX])
{
    const char *parts[] = {words[credential->kind], text_or(credential->user, ""),
                           text_or(credential->header, ""), text_or(credential->subject, ""),
                           text_or(credential->role, "")};
    char hex[HASH_HEX_MAX];
    struct hash_sum *sum = hash_sum_new();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        hash_sum_add(sum, (struct bytes){parts[i], strlen(parts[i]) + 1});
    hash_sum_add(sum, secret_reveal(&credential->secret));
    hash_sum_end(sum, hex);
    memcpy(out, hex, SECRET_PRINT_MAX - 1);
    out[SECRET_PRINT_MAX - 1] = 0;
}
