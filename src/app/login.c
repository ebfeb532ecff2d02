/* How to log in to a Grafana that is known: by origin (and organisation, if the page's URL names
 * one), first in the settings' list, then among the sources that people have entered. Called on the
 * worker of a render. Also the issuer of our own JWTs.
 */
#include "app/app_priv.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/url.h"
#include "rounds/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RENDER_KEY_LIFE_MS = 10 * 60 * 1000 };
#define NEVER_MS (1000LL * 365 * 86400000)

/* dir: of the data; NULL: keys in memory only, unless the settings name a file. */
static struct jwt_conf issuer_conf(struct arena *arena, const struct settings *s, const char *dir,
                                   const struct keys *keys)
{
    const char *file = settings_text(s, SET_ISSUER_KEY_FILE);
    if (!*file && dir)
        file = arena_fmt(arena, "%s/issuer.key", dir);
    return (struct jwt_conf){
        .alg = strcmp(settings_text(s, SET_ISSUER_ALGORITHM), "RS256") == 0 ? JWT_RS256 : JWT_ES256,
        .file = *file ? file : NULL,
        .keys = keys,
        .issuer = "rounds",
        .rotate_ms = settings_int(s, SET_ISSUER_ROTATE),
    };
}

int login_open(struct op *op, struct app *app)
{
    struct jwt_conf conf = issuer_conf(&app->keep.arena, app->settings, app->data.dir, app->keys);
    return jwt_issuer_open(op, &conf, &app->issuer);
}

/* Changing keys is left to the daemon, which would not learn of it. */
int app_print_jwks(struct op *op, const struct settings *settings, const char **out)
{
    struct data data;
    struct jwt_issuer *issuer;
    if (data_open(op, settings, STORE_GUEST, &data) < 0)
        return -1;
    struct jwt_conf conf = issuer_conf(&op->arena, settings, data.dir, data.keys);
    conf.rotate_ms = NEVER_MS;
    int failed = jwt_issuer_open(op, &conf, &issuer);
    if (!failed) {
        failed = jwt_print_jwks(op, issuer, clock_wall_ms(), out);
        jwt_issuer_close(issuer);
    }
    data_close(&data);
    return failed;
}

int login_print_jwks(void *ctx, struct op *op, const char **out)
{
    struct app *app = ctx;
    return jwt_print_jwks(op, app->issuer, clock_wall_ms(), out);
}

/* For one origin: the operator of one Grafana must not get into another with what it was shown. */
int login_mint(void *ctx, struct op *op, const struct grafana_site *site, struct secret *out)
{
    struct app *app = ctx;
    const struct grafana_credential *credential = site->credential;
    struct url url;
    if (url_parse(op, bytes_of(site->base_url), &url) < 0)
        return -1;
    struct jwt_claims claims = {.subject = credential->subject,
                                .audience = url_origin(&op->arena, &url),
                                .role =
                                    credential->role && *credential->role ? credential->role : NULL,
                                .org_id = site->org_id};
    return jwt_issue(op, app->issuer, &claims, clock_wall_ms(), out);
}

static const struct settings_grafana *find_grafana(const struct app *app,
                                                   const struct target *target)
{
    size_t n;
    const struct settings_grafana *rows = settings_grafanas(app->settings, &n), *found = NULL;
    const char *org = url_pair_find(target->pairs, target->pairs_n, "orgId");
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].origin, target->origin) != 0)
            continue;
        if (org && *rows[i].org && strcmp(rows[i].org, org) != 0)
            continue;
        if (!found)
            found = &rows[i];
    }
    return found;
}

static int set_render_key(struct op *op, const struct target *target,
                          const struct settings_grafana *g, struct render_login *out)
{
    struct jwt_render_key ask = {.org_id = *g->org ? strtoll(g->org, NULL, 10) : 1,
                                 .user_id = strtoll(*g->user ? g->user : "0", NULL, 10),
                                 .org_role = g->role,
                                 .expires_ms = clock_wall_ms() + RENDER_KEY_LIFE_MS};
    char secret[SECRET_PRINT_MAX], hex[HASH_HEX_MAX];
    secret_fingerprint(&g->secret, secret);
    char *text = arena_fmt(&op->arena, "%s %s %s %s %s", g->kind, g->org, g->user, g->role, secret);
    hash_sha256_hex(bytes_of(text), hex);
    memcpy(out->fingerprint, hex, SECRET_PRINT_MAX - 1);
    out->fingerprint[SECRET_PRINT_MAX - 1] = 0;
    out->kind = RENDER_LOGIN_COOKIE;
    out->name = "renderKey";
    out->domain =
        target->url.is_ipv6 ? arena_fmt(&op->arena, "[%s]", target->url.host) : target->url.host;
    return jwt_make_render_key(op, &g->secret, &ask, &out->value);
}

/* The settings' rows are credentials as sources have them, and one way more: the URL's parameter.
 */
static int set_carried(struct op *op, struct app *app, const struct settings_grafana *g,
                       struct render_login *out)
{
    CLEANUP(grafana_carry_fini) struct grafana_carry carry = {0};
    struct grafana_credential credential = {.user = g->user,
                                            .header = g->header,
                                            .subject = *g->user ? g->user : "rounds",
                                            .role = g->role,
                                            .secret = g->secret}; /* borrowed */
    struct grafana_site site = {.base_url = g->origin,
                                .org_id = strtoll(*g->org ? g->org : "0", NULL, 10),
                                .credential = &credential,
                                .mint = login_mint,
                                .mint_ctx = app};
    if (!grafana_login_parse(g->kind, &credential.kind))
        return op_fail(op, ERR_INTERNAL, "credential of an unknown kind: %s", g->kind);
    if (grafana_carry(op, &site, &carry) < 0)
        return -1;
    grafana_fingerprint(&credential, out->fingerprint);
    out->kind = *g->url_parameter ? RENDER_LOGIN_URL : RENDER_LOGIN_HEADER;
    out->name = *g->url_parameter ? g->url_parameter : arena_strdup(&op->arena, carry.header);
    secret_copy(&out->value, &carry.value);
    return 0;
}

static int find_source_login(struct op *op, struct app *app, const struct target *target,
                             struct render_login *out)
{
    struct store_source source;
    if (!app->rounds)
        return 0;
    if (source_find_page(op, app->rounds, target, &source) < 0)
        return -1;
    return source.row ? source_login(op, app->rounds, source.row, out) : 0;
}

int app_find_login(void *ctx, struct op *op, const struct target *target, struct render_login *out)
{
    struct app *app = ctx;
    const struct settings_grafana *row = find_grafana(app, target);
    *out = (struct render_login){.org = ""};
    if (!row)
        return find_source_login(op, app, target, out);
    if (strcmp(row->kind, "none") == 0)
        return 0;
    out->org = row->org;
    struct settings_grafana g = *row;
    g.secret = (struct secret){0};
    reload_copy_secret(app, row, &g.secret);
    int failed = strcmp(g.kind, "render_key") == 0 ? set_render_key(op, target, &g, out)
                                                   : set_carried(op, app, &g, out);
    secret_fini(&g.secret);
    return failed;
}
