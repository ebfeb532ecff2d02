/* The `grafana:` list of the settings file: for each Grafana its origin and how to log in there.
 *
 *     grafana:
 *       - origin: https://grafana.example.org
 *         org: 1
 *         credential: {kind: token, secret_file: /etc/rounds/grafana-token}
 *         extra_hosts: ["tiles.example.org:443"]
 */
#include "app/settings_priv.h"

#include "base/name.h"
#include "base/url.h"
#include "sys/file.h"

#include <stdlib.h>
#include <string.h>

enum { SECRET_FILE_MAX = 64 * 1024 };

struct entry {
    struct op *op;
    const struct yaml_doc *doc;
    const char *file, *path;
};

static int fail_entry(const struct entry *e, const char *key, const char *message)
{
    char *path = arena_fmt(&e->op->arena, "%s%s%s", e->path, *key ? "." : "", key);
    return op_fail(e->op, ERR_BAD_INPUT, "%s line %d: %s %s", e->file,
                   yaml_line(e->doc, path, NULL), path, message);
}

static int check_keys(const struct entry *e, const struct jv *v, const char *const *names, size_t n)
{
    const char *key;
    const struct jv *value;
    for (void *it = NULL; jv_next(v, &it, &key, &value);) {
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known = known || strcmp(names[i], key) == 0;
        const char *nearest = name_nearest(key, names, n);
        if (!known)
            return fail_entry(e, key,
                              arena_fmt(&e->op->arena, "is unknown%s%s",
                                        nearest ? "; did you mean " : "", nearest ? nearest : ""));
    }
    return 0;
}

static int read_origin(const struct entry *e, const struct jv *v, struct settings_grafana *out)
{
    struct url url;
    struct op part;
    op_init_part(&part, e->op, -1);
    int failed = url_parse(&part, jv_bytes(jv_get(v, "origin")), &url);
    if (failed)
        fail_entry(e, "origin", part.err_text);
    else
        out->origin = url_origin(&e->op->arena, &url);
    op_fini(&part);
    return failed;
}

int settings_read_secret(struct op *op, const char *file, struct secret *out)
{
    struct bytes text;
    if (file_read(op, file, SECRET_FILE_MAX, &text) < 0)
        return -1;
    secret_set(out, bytes_trim(text));
    explicit_bzero((char *)(uintptr_t)text.p, text.n);
    return secret_is_empty(out) ? op_fail(op, ERR_BAD_INPUT, "%s holds no secret", file) : 0;
}

/* The secret, from a file or from a variable of the environment; its last line end does not count.
 */
static int read_secret(const struct entry *e, const struct jv *credential, struct secret *out)
{
    const char *path = jv_text_at(credential, "secret_file", NULL);
    const char *variable = jv_text_at(credential, "secret_env", NULL);
    if (path)
        return settings_read_secret(e->op, path, out);
    if (variable && getenv(variable))
        secret_set(out, bytes_trim(bytes_of(getenv(variable))));
    else
        return fail_entry(e, "credential", "needs a secret_file, or a secret_env that is set");
    return secret_is_empty(out) ? fail_entry(e, "credential", "has an empty secret") : 0;
}

static int read_credential(const struct entry *e, const struct jv *v, struct settings_grafana *out)
{
    static const char *const names[] = {"kind",          "secret_file", "secret_env", "header",
                                        "url_parameter", "user",        "role"};
    static const char *const kinds[] = {"none", "token",      "basic",
                                        "jwt",  "own_issuer", "render_key"};
    if (check_keys(e, v, names, sizeof names / sizeof *names) < 0)
        return -1;
    const char *kind = jv_text_at(v, "kind", "none");
    bool known = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        known = known || strcmp(kinds[i], kind) == 0;
    if (!known)
        return fail_entry(e, "credential.kind",
                          "must be none, token, basic, jwt, own_issuer or render_key");
    out->kind = arena_strdup(&e->op->arena, kind);
    out->header = arena_strdup(&e->op->arena, jv_text_at(v, "header", ""));
    out->url_parameter = arena_strdup(&e->op->arena, jv_text_at(v, "url_parameter", ""));
    out->user = arena_strdup(&e->op->arena, jv_text_at(v, "user", ""));
    out->role = arena_strdup(&e->op->arena, jv_text_at(v, "role", "Viewer"));
    out->secret_file = arena_strdup(&e->op->arena, jv_text_at(v, "secret_file", ""));
    bool needs_secret = strcmp(kind, "none") != 0 && strcmp(kind, "own_issuer") != 0;
    return needs_secret ? read_secret(e, v, &out->secret) : 0;
}

static int read_hosts(const struct entry *e, const struct jv *v, struct settings_grafana *out)
{
    size_t n = jv_len(v);
    const char **hosts = ARENA_ARRAY(&e->op->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (!jv_is_string(jv_item(v, i)))
            return fail_entry(e, "extra_hosts", "must be a list of host:port");
        hosts[i] = arena_strdup(&e->op->arena, jv_text(jv_item(v, i), ""));
    }
    out->extra_hosts = hosts;
    out->extra_hosts_n = n;
    return 0;
}

static int read_entry(const struct entry *e, const struct jv *v, struct settings_grafana *out)
{
    static const char *const names[] = {"origin", "org", "credential", "extra_hosts"};
    if (!jv_is_object(v))
        return fail_entry(e, "", "must be an object with an origin and a credential");
    if (check_keys(e, v, names, sizeof names / sizeof *names) < 0 || read_origin(e, v, out) < 0)
        return -1;
    const struct jv *org = jv_get(v, "org");
    out->org =
        jv_is_integer(org) ? arena_fmt(&e->op->arena, "%lld", (long long)jv_int(org, 0)) : "";
    if (read_hosts(e, jv_get(v, "extra_hosts"), out) < 0)
        return -1;
    return read_credential(e, jv_get(v, "credential"), out);
}

/* Deferred after the list was allocated, so it runs before that memory goes. */
static void wipe_grafanas(void *p)
{
    struct settings *s = p;
    for (size_t i = 0; i < s->grafanas_n; i++)
        secret_fini(&s->grafanas[i].secret);
}

int settings_read_grafanas(struct op *op, struct settings *s, const struct yaml_doc *doc,
                           const char *file, const struct jv *list)
{
    struct entry e = {op, doc, file, "grafana"};
    if (!jv_is_array(list))
        return fail_entry(&e, "", "must be a list");
    s->grafanas_n = jv_len(list);
    s->grafanas = ARENA_ARRAY(&op->arena, struct settings_grafana, s->grafanas_n + 1);
    arena_defer(&op->arena, wipe_grafanas, s);
    for (size_t i = 0; i < s->grafanas_n; i++) {
        e.path = arena_fmt(&op->arena, "grafana[%zu]", i);
        if (read_entry(&e, jv_item(list, i), &s->grafanas[i]) < 0)
            return -1;
    }
    return 0;
}
