/* The form of a source: reading what a person entered, printing what is kept. Pure.
 *
 * A change may leave the secret out, and then the kept one stays; but not when the address or the
 * kind of credential changes, or an editor could send a token that others entered to a server of
 * their own.
 */
#include "rounds/source.h"

#include "base/clock.h"
#include "base/url.h"
#include "grafana/links.h"
#include "rounds/plan_reader.h"

#include <string.h>

enum { ORIGINS_MAX = 50, PEM_MAX = 64 * 1024, SECRET_MAX = 8192 };

static const char *const kinds[] = {"none", "token", "basic", "jwt", "own_issuer", NULL};
static const char *const roles[] = {"", "Viewer", "Editor", "Admin", NULL};

static const struct jv *kept_options(struct op *op, const struct store_source *kept)
{
    return kept ? jv_parse_quiet(&op->arena, bytes_of(kept->options)) : NULL;
}

/* A secret goes into it; what frames a request or says where it goes is not for that. */
static bool is_header_name(const char *name)
{
    static const char *const ours[] = {"Host", "Content-Length", "Transfer-Encoding", "Connection",
                                       "TE",   "Trailer",        "Upgrade",           "Expect"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (bytes_eq_nocase(bytes_of(name), bytes_of(ours[i])))
            return false;
    for (const char *c = name; *c; c++)
        if (!((*c | 32) >= 'a' && (*c | 32) <= 'z') && !(*c >= '0' && *c <= '9') && *c != '-' &&
            *c != '_')
            return false;
    return strlen(name) <= 100;
}

static void read_secret(struct plan_reader *r, const struct tree *at, struct source_form *out)
{
    const struct tree *secret = reader_get(at, "secret");
    if (!secret || (secret->kind == TREE_TEXT && !*secret->text))
        return;
    if (secret->kind != TREE_TEXT || strlen(secret->text) > SECRET_MAX ||
        strpbrk(secret->text, "\r\n")) {
        reader_fault(r, secret, "must be a text of one line");
        return;
    }
    secret_set(&out->credential.secret, bytes_trim(bytes_of(secret->text)));
    out->has_secret = true;
}

static void check_needs(struct plan_reader *r, const struct tree *at,
                        const struct store_source *kept, const struct source_form *form)
{
    const struct grafana_credential *c = &form->credential;
    bool needs_secret =
        c->kind == GRAFANA_TOKEN || c->kind == GRAFANA_BASIC || c->kind == GRAFANA_JWT;
    bool can_keep = kept && kept->credential.n && strcmp(kept->auth, kinds[c->kind]) == 0;
    if (c->kind == GRAFANA_BASIC && (!*c->user || strchr(c->user, ':')))
        reader_missing(r, at, "user", "a login name without a colon");
    if (c->kind == GRAFANA_OWN_ISSUER && !*c->subject)
        reader_missing(r, at, "subject", "the login or e-mail in Grafana");
    if (!is_header_name(c->header))
        reader_missing(r, at, "header", "it must be the name of an HTTP header");
    if (!needs_secret || form->has_secret)
        return;
    if (!can_keep)
        reader_missing(r, at, "secret", "this kind of credential needs one");
    else if (strcmp(kept->base_url, form->url) != 0)
        reader_missing(r, at, "secret",
                       "the address has changed, so enter it again: it is not sent to a new place "
                       "by itself");
}

static void read_credential(struct plan_reader *r, const struct tree *map,
                            const struct store_source *kept, struct source_form *out)
{
    static const char *const keys[] = {"kind", "user",   "header",     "subject",
                                       "role", "secret", "has_secret", NULL};
    const struct tree *at = reader_get(map, "credential");
    const struct jv *options = kept_options(r->op, kept);
    struct grafana_credential *c = &out->credential;
    struct tree none = {.kind = TREE_MAP, .path = "credential"};
    if (!at)
        at = &none;
    *c = (struct grafana_credential){.user = "", .header = "", .subject = "", .role = ""};
    if (!reader_keys(r, at, keys))
        return;
    enum grafana_login before = GRAFANA_ANONYMOUS;
    if (kept)
        (void)grafana_login_parse(kept->auth, &before);
    c->kind = (enum grafana_login)reader_word(r, at, "kind", kinds, (int)before);
    c->user = reader_text(r, at, "user", jv_text_at(options, "user", ""), 200);
    c->header = reader_text(r, at, "header", jv_text_at(options, "header", ""), 200);
    c->subject = reader_text(r, at, "subject", jv_text_at(options, "subject", ""), 200);
    const char *role = reader_text(r, at, "role", jv_text_at(options, "role", ""), 20);
    bool is_role = false;
    for (int i = 0; roles[i]; i++)
        is_role = is_role || strcmp(roles[i], role) == 0;
    if (!is_role)
        reader_missing(r, at, "role", "it must be Viewer, Editor, Admin or empty");
    c->role = role;
    read_secret(r, at, out);
    check_needs(r, at, kept, out);
}

static void read_url(struct plan_reader *r, const struct tree *map, const struct store_source *kept,
                     struct source_form *out)
{
    const char *text = reader_text(r, map, "url", kept ? kept->base_url : "", 2000);
    struct op part;
    out->url = "";
    if (!*text) {
        reader_missing(r, map, "url", "the address of Grafana's start page");
        return;
    }
    op_init_part(&part, r->op, -1);
    if (link_base(&part, bytes_of(text), &out->url))
        reader_fault(r, reader_get(map, "url"), "%s", part.err_text);
    out->url = arena_strdup(&r->op->arena, out->url);
    op_fini(&part);
}

static void read_origins(struct plan_reader *r, const struct tree *map,
                         const struct store_source *kept, struct source_form *out)
{
    const struct tree *list = reader_list(r, map, "extra_origins", ORIGINS_MAX);
    struct plan_names given = {0};
    if (!reader_get(map, "extra_origins") && kept) {
        const struct jv *before = jv_parse_quiet(&r->op->arena, bytes_of(kept->origins));
        given.items = ARENA_ARRAY(&r->op->arena, const char *, jv_len(before) + 1);
        for (size_t i = 0; i < jv_len(before); i++)
            given.items[given.n++] = jv_text(jv_item(before, i), "");
    }
    if (list)
        given.items = ARENA_ARRAY(&r->op->arena, const char *, list->n + 1);
    for (const struct tree *at = list ? list->first : NULL; at; at = at->next) {
        struct op part;
        struct url url;
        op_init_part(&part, r->op, -1);
        if (at->kind != TREE_TEXT || url_parse(&part, bytes_of(at->text), &url))
            reader_fault(r, at, "must be an origin like 'https://tiles.example.org'");
        else
            given.items[given.n++] = url_origin(&r->op->arena, &url);
        op_fini(&part);
    }
    out->extra_origins = given;
}

static void read_pem(struct plan_reader *r, const struct tree *map, const struct store_source *kept,
                     struct source_form *out)
{
    const struct tree *at = tree_get(map, "ca_pem");
    out->ca_pem = at ? "" : kept ? kept->ca_file : "";
    if (!at || at->kind == TREE_NULL)
        return;
    out->ca_pem = reader_text(r, map, "ca_pem", "", PEM_MAX);
    if (*out->ca_pem && !strstr(out->ca_pem, "-----BEGIN CERTIFICATE-----"))
        reader_fault(r, at, "must be certificates in PEM form ('-----BEGIN CERTIFICATE-----')");
}

/* Left out: as kept. null, or without hours: none. */
static void read_quiet(struct plan_reader *r, const struct tree *map,
                       const struct store_source *kept, struct source_form *out)
{
    static const char *const keys[] = {"timezone", "hours", NULL};
    const struct tree *at = tree_get(map, "quiet_hours");
    const struct jv *before = jv_get(kept_options(r->op, kept), "quiet_hours");
    struct str *text = str_new(&r->op->arena, 4000);
    struct quiet hours[QUIET_MAX];
    const struct zone *zone;
    struct op part;
    struct jw w;
    jw_init(&w, text);
    out->quiet = "";
    if (!at && jv_is_object(before)) {
        jw_value(&w, before);
        out->quiet = text->p;
    }
    if (!at || at->kind == TREE_NULL || !reader_keys(r, at, keys))
        return;
    size_t n = reader_quiet(r, at, "hours", hours);
    const char *name = reader_text(r, at, "timezone", "UTC", 100);
    op_init_part(&part, r->op, -1);
    if (zone_open(&part, name, &zone))
        reader_fault(r, reader_get(at, "timezone"), "%s", part.err_text);
    op_fini(&part);
    jw_object(&w);
    jw_text_at(&w, "timezone", name);
    quiet_print(&w, "hours", hours, n);
    jw_end(&w);
    out->quiet = n ? text->p : "";
}

static int fail_faults(struct op *op, const struct plan_faults *faults)
{
    return op_fail(op, ERR_UNPROCESSABLE, "%s %s", faults->items[0].path, faults->items[0].message);
}

int source_form_read(struct op *op, const struct tree *tree, const struct store_source *kept,
                     struct source_form *out, struct plan_faults *faults)
{
    static const char *const keys[] = {
        "name",        "url",          "org_id",  "credential", "ca_pem",          "extra_origins",
        "paused",      "max_parallel", "version", "id",         "grafana_version", "last_test",
        "quiet_hours", "quiet_until",  NULL};
    struct plan_faults *all = faults ? faults : ARENA_NEW(&op->arena, struct plan_faults);
    struct plan_reader r = {.op = op, .faults = all};
    *out = (struct source_form){.name = "", .url = "", .ca_pem = "", .quiet = ""};
    if (reader_keys(&r, tree, keys)) {
        out->name = reader_text(&r, tree, "name", kept ? kept->name : "", 300);
        if (bytes_trim(bytes_of(out->name)).n == 0)
            reader_missing(&r, tree, "name", "what people call this Grafana");
        read_url(&r, tree, kept, out);
        double org = kept ? (double)kept->org_id : 0;
        out->org_id = reader_int(&r, tree, "org_id", (struct reader_range){0, 1e9, org});
        int parallel = kept ? kept->parallel_max : 2;
        out->max_parallel =
            (int)reader_int(&r, tree, "max_parallel", (struct reader_range){0, 64, parallel});
        out->is_paused = reader_bool(&r, tree, "paused", kept && kept->is_paused);
        out->version = reader_int(&r, tree, "version", (struct reader_range){0, 1e15, -1});
        read_quiet(&r, tree, kept, out);
        read_pem(&r, tree, kept, out);
        read_origins(&r, tree, kept, out);
        read_credential(&r, tree, kept, out);
    }
    if (all->n == 0)
        return 0;
    source_form_fini(out);
    return fail_faults(op, all);
}

void source_form_fini(struct source_form *form)
{
    secret_fini(&form->credential.secret);
}

static void print_quiet(struct op *op, const struct store_source *source, struct jw *w)
{
    const struct jv *options = jv_parse_quiet(&op->arena, bytes_of(source->options));
    int64_t until = source_quiet_end(op, source->options, clock_wall_ms());
    char iso[CLOCK_ISO_MAX];
    jw_key(w, "quiet_hours");
    jw_value(w, jv_get(options, "quiet_hours"));
    if (until)
        clock_iso(until, iso);
    jw_text_at(w, "quiet_until", until ? iso : NULL);
}

void source_print(struct op *op, const struct store_source *source, struct jw *w)
{
    struct arena *arena = &op->arena;
    const struct jv *options = jv_parse_quiet(arena, bytes_of(source->options));
    char iso[CLOCK_ISO_MAX];
    jw_object(w);
    jw_text_at(w, "id", source->id);
    jw_text_at(w, "name", source->name);
    jw_text_at(w, "url", source->base_url);
    jw_int_at(w, "org_id", source->org_id);
    jw_object_at(w, "credential");
    jw_text_at(w, "kind", source->auth);
    jw_text_at(w, "user", jv_text_at(options, "user", ""));
    jw_text_at(w, "header", jv_text_at(options, "header", ""));
    jw_text_at(w, "subject", jv_text_at(options, "subject", ""));
    jw_text_at(w, "role", jv_text_at(options, "role", ""));
    jw_bool_at(w, "has_secret", jv_bool_at(options, "has_secret", false));
    jw_end(w);
    jw_text_at(w, "ca_pem", source->ca_file);
    jw_raw_at(w, "extra_origins", bytes_of(*source->origins ? source->origins : "[]"));
    jw_int_at(w, "max_parallel", source->parallel_max);
    print_quiet(op, source, w);
    jw_bool_at(w, "paused", source->is_paused);
    const struct jv *test = jv_parse_quiet(arena, bytes_of(source->test));
    const char *version = jv_text_at(test, "version", "");
    jw_text_at(w, "grafana_version", *version ? version : NULL);
    jw_key(w, "last_test");
    if (test) {
        void *it = NULL;
        const char *key;
        const struct jv *value;
        clock_iso(source->tested_ms, iso);
        jw_object(w);
        jw_text_at(w, "at", iso);
        while (jv_next(test, &it, &key, &value)) {
            jw_key(w, key);
            jw_value(w, value);
        }
        jw_end(w);
    } else {
        jw_null(w);
    }
    jw_int_at(w, "version", source->version);
    jw_end(w);
}

static void print_jwt_ini(const struct store_source *source, const char *issuer_url,
                          struct str *out)
{
    struct op op;
    struct url url;
    op_init(&op, -1);
    bool is_good = url_parse(&op, bytes_of(source->base_url), &url) == 0;
    str_addf(out,
             "\n[auth.jwt]\nenabled = true\nheader_name = " GRAFANA_JWT_HEADER "\n"
             "username_claim = sub\nemail_claim = sub\n"
             "# Over plain http Grafana refuses this in production: then put the output of\n"
             "# `rounds jwks` into a file and name it with jwk_set_file instead.\n"
             "jwk_set_url = %s/.well-known/jwks.json\ncache_ttl = 60m\n"
             "role_attribute_path = role\n"
             "# Without \"aud\", tokens that were meant for another Grafana would be good here.\n"
             "expect_claims = {\"iss\": \"rounds\", \"aud\": \"%s\"}\n"
             "auto_sign_up = true\n",
             issuer_url, is_good ? url_origin(&op.arena, &url) : source->base_url);
    op_fini(&op);
}

void source_print_ini(const struct store_source *source, const char *renderer_url, struct str *out)
{
    str_adds(out, "[rendering]\n");
    str_addf(out, "server_url = %s/render\n", renderer_url);
    str_addf(out, "callback_url = %s/\n", source->base_url);
    str_adds(out, "# One of the tokens that this service accepts; not \"-\".\n"
                  "renderer_token = <auth token of the render service>\n"
                  "concurrent_render_request_limit = 30\n");
    if (strcmp(source->auth, "own_issuer") == 0)
        print_jwt_ini(source, renderer_url, out);
}
