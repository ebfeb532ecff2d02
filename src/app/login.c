/* How to log in to a Grafana that the settings know: by origin (and organisation, if the page's URL
 * names one). Called on the worker of a render.
 */
#include "app/app_priv.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RENDER_KEY_LIFE_MS = 10 * 60 * 1000 };

int login_open(struct op *op, struct app *app)
{
    const struct settings *s = app->settings;
    const char *file = settings_text(s, SET_ISSUER_KEY_FILE);
    if (!*file && app->data.dir)
        file = arena_fmt(&app->keep.arena, "%s/issuer.key", app->data.dir);
    struct jwt_conf conf = {
        .alg = strcmp(settings_text(s, SET_ISSUER_ALGORITHM), "RS256") == 0 ? JWT_RS256 : JWT_ES256,
        .file = *file ? file : NULL,
        .keys = app->keys,
        .issuer = "rounds",
    };
    return jwt_issuer_open(op, &conf, &app->issuer);
}

int login_print_jwks(void *ctx, struct op *op, const char **out)
{
    struct app *app = ctx;
    return jwt_print_jwks(op, app->issuer, clock_wall_ms(), out);
}

static const struct settings_grafana *find_grafana(const struct app *app, const struct target *target)
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

static void set_prefixed(struct op *op, struct render_login *out, const char *prefix,
                         struct bytes value)
{
    struct str s;
    str_init(&s, value.n + strlen(prefix));
    str_adds(&s, prefix);
    str_add(&s, value);
    secret_set(&out->value, str_bytes(&s));
    memset(s.p, 0, s.n);
    str_fini(&s);
    (void)op;
}

static void set_basic(struct op *op, const struct settings_grafana *g, struct render_login *out)
{
    struct bytes password = secret_reveal(&g->secret);
    char *pair = arena_fmt(&op->arena, "%s:%.*s", g->user, BYTES_ARG(password));
    char *encoded = base64_encode(&op->arena, bytes_of(pair));
    set_prefixed(op, out, "Basic ", bytes_of(encoded));
    memset(encoded, 0, strlen(encoded));
    memset(pair, 0, strlen(pair));
}

static int set_issued(struct op *op, struct app *app, const struct settings_grafana *g,
                      struct render_login *out)
{
    struct jwt_claims claims = {.subject = *g->user ? g->user : "rounds",
                                .role = g->role,
                                .org_id = strtoll(*g->org ? g->org : "0", NULL, 10)};
    return jwt_issue(op, app->issuer, &claims, clock_wall_ms(), &out->value);
}

static int set_render_key(struct op *op, const struct target *target,
                          const struct settings_grafana *g, struct render_login *out)
{
    struct jwt_render_key ask = {.org_id = *g->org ? strtoll(g->org, NULL, 10) : 1,
                                 .user_id = strtoll(*g->user ? g->user : "0", NULL, 10),
                                 .org_role = g->role,
                                 .expires_ms = clock_wall_ms() + RENDER_KEY_LIFE_MS};
    out->kind = RENDER_LOGIN_COOKIE;
    out->name = "renderKey";
    out->domain = target->url.is_ipv6 ? arena_fmt(&op->arena, "[%s]", target->url.host)
                                      : target->url.host;
    return jwt_make_render_key(op, &g->secret, &ask, &out->value);
}

/* Who it is, for keeping identities apart: stable over renewals of short-lived tokens. */
static void set_fingerprint(struct op *op, const struct settings_grafana *g, struct render_login *out)
{
    char secret[SECRET_PRINT_MAX], hex[HASH_HEX_MAX];
    secret_fingerprint(&g->secret, secret);
    char *text = arena_fmt(&op->arena, "%s %s %s %s %s", g->kind, g->org, g->user, g->role, secret);
    hash_sha256_hex(bytes_of(text), hex);
    memcpy(out->fingerprint, hex, SECRET_PRINT_MAX - 1);
    out->fingerprint[SECRET_PRINT_MAX - 1] = 0;
}

int app_find_login(void *ctx, struct op *op, const struct target *target, struct render_login *out)
{
    struct app *app = ctx;
    const struct settings_grafana *g = find_grafana(app, target);
    *out = (struct render_login){.org = ""};
    if (!g || strcmp(g->kind, "none") == 0)
        return 0;
    out->org = g->org;
    set_fingerprint(op, g, out);
    out->kind = RENDER_LOGIN_HEADER;
    out->name = "Authorization";
    if (strcmp(g->kind, "render_key") == 0)
        return set_render_key(op, target, g, out);
    if (strcmp(g->kind, "token") == 0)
        set_prefixed(op, out, "Bearer ", secret_reveal(&g->secret));
    else if (strcmp(g->kind, "basic") == 0)
        set_basic(op, g, out);
    else {
        bool is_own = strcmp(g->kind, "own_issuer") == 0;
        out->name = *g->header ? g->header : "X-JWT-Assertion";
        if (*g->url_parameter) {
            out->kind = RENDER_LOGIN_URL;
            out->name = g->url_parameter;
        }
        if (is_own)
            return set_issued(op, app, g, out);
        secret_copy(&out->value, &g->secret);
    }
    return 0;
}
