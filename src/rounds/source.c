/* Sources: kept with sealed credentials; clients opened once and shared; logins for browsers.
 *
 * Any thread. The lock guards the list of open clients and is not held while one is opened or used.
 * A client belongs to one version of its source: after a change the next lease opens a new one, and
 * the old one goes with its last user. The rejected choice, opening a client for each piece of
 * work, would begin each of them with name, connection and TLS.
 */
#include "rounds/source.h"

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/url.h"
#include "rounds/rounds_priv.h"
#include "sys/file.h"

#include <string.h>
#include <unistd.h>

struct open_client {
    struct open_client *next;
    int64_t row, version;
    struct grafana *grafana;
    int users;
};

struct source_cache {
    struct lock lock;
    struct open_client *first;
};

struct source_cache *source_cache_new(void)
{
    struct source_cache *cache = MEM_NEW(struct source_cache);
    lock_init(&cache->lock);
    return cache;
}

static void client_free(struct open_client *client)
{
    grafana_close(client->grafana);
    mem_free(client);
}

void source_cache_free(struct source_cache *cache)
{
    if (!cache)
        return;
    while (cache->first) {
        struct open_client *client = cache->first;
        cache->first = client->next;
        client_free(client);
    }
    lock_fini(&cache->lock);
    mem_free(cache);
}

/* ---- What is kept ---- */

static const char *purpose_of(struct op *op, const char *id)
{
    return arena_fmt(&op->arena, "source %s", id);
}

static const char *options_of(struct op *op, const struct source_form *form, bool has_secret)
{
    struct str *text = str_new(&op->arena, 10000);
    struct jw w;
    jw_init(&w, text);
    jw_object(&w);
    jw_text_at(&w, "user", form->credential.user);
    jw_text_at(&w, "header", form->credential.header);
    jw_text_at(&w, "subject", form->credential.subject);
    jw_text_at(&w, "role", form->credential.role);
    jw_bool_at(&w, "has_secret", has_secret);
    if (*form->quiet)
        jw_raw_at(&w, "quiet_hours", bytes_of(form->quiet));
    jw_end(&w);
    return text->p;
}

static const char *origins_of(struct op *op, const struct source_form *form)
{
    struct str *text = str_new(&op->arena, 100000);
    struct jw w;
    jw_init(&w, text);
    jw_array(&w);
    for (size_t i = 0; i < form->extra_origins.n; i++)
        jw_text(&w, form->extra_origins.items[i]);
    jw_end(&w);
    return text->p;
}

static void fill(struct op *op, const struct source_form *form, bool has_secret,
                 struct store_source *out)
{
    out->name = form->name;
    out->base_url = form->url;
    out->org_id = form->org_id;
    out->auth = grafana_login_word(form->credential.kind);
    out->ca_file = form->ca_pem;
    out->origins = origins_of(op, form);
    out->options = options_of(op, form, has_secret);
    out->parallel_max = form->max_parallel;
    out->is_paused = form->is_paused;
}

static int seal_secret(struct op *op, struct rounds *rounds, struct store *store,
                       const struct store_source *source, const struct source_form *form)
{
    struct bytes sealed = {0};
    if (form->has_secret && keys_seal(op, rounds->conf.keys, purpose_of(op, source->id),
                                      &form->credential.secret, &sealed))
        return -1;
    return store_source_set_credential(op, store, source->row, source->auth, sealed);
}

int source_add(struct op *op, struct rounds *rounds, const struct source_form *form,
               struct store_source *out)
{
    CLEANUP(store_end) struct store *bound = NULL;
    struct store_source source = {0};
    fill(op, form, form->has_secret, &source);
    if (store_begin(op, rounds->conf.store, STORE_DURABLE, &bound) ||
        store_source_add(op, bound, &source) || seal_secret(op, rounds, bound, &source, form) ||
        store_commit(op, &bound))
        return -1;
    return store_source_get(op, rounds->conf.store, source.row, out);
}

static bool needs_secret(enum grafana_login kind)
{
    return kind == GRAFANA_TOKEN || kind == GRAFANA_BASIC || kind == GRAFANA_JWT;
}

int source_set(struct op *op, struct rounds *rounds, const struct store_source *kept,
               const struct source_form *form, struct store_source *out)
{
    CLEANUP(store_end) struct store *bound = NULL;
    struct store_source source = *kept;
    bool keeps = !form->has_secret && needs_secret(form->credential.kind);
    fill(op, form, form->has_secret || keeps, &source);
    if (form->version >= 0)
        source.version = form->version;
    if (store_begin(op, rounds->conf.store, STORE_DURABLE, &bound) ||
        store_source_set(op, bound, &source) ||
        (!keeps && seal_secret(op, rounds, bound, &source, form)) || store_commit(op, &bound))
        return -1;
    rounds_wake(rounds);
    return store_source_get(op, rounds->conf.store, source.row, out);
}

int source_drop(struct op *op, struct rounds *rounds, const char *id)
{
    struct store_source source;
    return store_source_find(op, rounds->conf.store, id, &source) ||
                   store_source_drop(op, rounds->conf.store, source.row)
               ? -1
               : 0;
}

int source_find(struct op *op, struct rounds *rounds, const char *id_or_name,
                struct store_source *out)
{
    if (store_source_find(op, rounds->conf.store, id_or_name, out) == 0)
        return 0;
    if (op->err != ERR_NOT_FOUND)
        return -1;
    op_clear(op);
    return store_source_find_name(op, rounds->conf.store, id_or_name, out);
}

/* ---- Clients ---- */

/* The client library takes a file, so the certificates of a source become one. */
static int write_ca(struct op *op, struct rounds *rounds, const char *id, const char *pem,
                    const char **out)
{
    *out = "";
    if (!*pem)
        return 0;
    if (!rounds->conf.data_dir)
        return op_fail(op, ERR_UNAVAILABLE, "no data directory to keep the CA file of a source in");
    const char *dir = arena_fmt(&op->arena, "%s/ca", rounds->conf.data_dir);
    *out = arena_fmt(&op->arena, "%s/%s.pem", dir, id);
    return file_make_dir(op, dir, 0700) || file_write_atomic(op, *out, bytes_of(pem), 0600) ? -1
                                                                                            : 0;
}

/* The credential in the clear; wipe its secret. */
static int unseal(struct op *op, struct rounds *rounds, const struct store_source *source,
                  struct grafana_credential *out)
{
    const struct jv *options = jv_parse_quiet(&op->arena, bytes_of(source->options));
    *out = (struct grafana_credential){.user = jv_text_at(options, "user", ""),
                                       .header = jv_text_at(options, "header", ""),
                                       .subject = jv_text_at(options, "subject", ""),
                                       .role = jv_text_at(options, "role", "")};
    if (!grafana_login_parse(source->auth, &out->kind))
        return op_fail(op, ERR_STORAGE, "source '%s' has an unknown kind of credential '%s'",
                       source->name, source->auth);
    if (source->credential.n == 0)
        return 0;
    return keys_unseal(op, rounds->conf.keys, purpose_of(op, source->id), source->credential,
                       &out->secret);
}

static void wipe(struct grafana_credential *credential)
{
    secret_fini(&credential->secret);
}

static int open_site(struct op *op, struct rounds *rounds, const struct store_source *source,
                     const struct grafana_credential *credential, struct grafana **out)
{
    struct grafana_site site = {.base_url = source->base_url,
                                .org_id = source->org_id,
                                .credential = credential,
                                .more_ca_file = rounds->conf.more_ca_file,
                                .mint = rounds->conf.mint,
                                .mint_ctx = rounds->conf.mint_ctx};
    if (write_ca(op, rounds, source->id ? source->id : "new", source->ca_file, &site.ca_file))
        return -1;
    return grafana_open(op, &site, out);
}

static struct grafana *take_open(struct source_cache *cache, int64_t row, int64_t version)
{
    struct grafana *found = NULL;
    lock_take(&cache->lock);
    for (struct open_client *c = cache->first; c && !found; c = c->next)
        if (c->row == row && c->version == version) {
            c->users++;
            found = c->grafana;
        }
    lock_give(&cache->lock);
    return found;
}

/* Older versions without users leave; they are returned as a list to be closed outside the lock. */
static struct open_client *unlink_old(struct source_cache *cache, int64_t row, int64_t version)
{
    struct open_client *old = NULL;
    for (struct open_client **at = &cache->first; *at;) {
        struct open_client *c = *at;
        if (c->row == row && c->version != version && c->users == 0) {
            *at = c->next;
            c->next = old;
            old = c;
        } else {
            at = &c->next;
        }
    }
    return old;
}

static void keep_open(struct source_cache *cache, const struct store_source *source,
                      struct grafana *grafana)
{
    struct open_client *client = MEM_NEW(struct open_client);
    *client = (struct open_client){
        .row = source->row, .version = source->version, .grafana = grafana, .users = 1};
    lock_take(&cache->lock);
    struct open_client *old = unlink_old(cache, source->row, source->version);
    client->next = cache->first;
    cache->first = client;
    lock_give(&cache->lock);
    while (old) {
        struct open_client *next = old->next;
        client_free(old);
        old = next;
    }
}

int source_lease(struct op *op, struct rounds *rounds, int64_t source_row, struct grafana **out)
{
    struct store_source source;
    CLEANUP(wipe) struct grafana_credential credential = {0};
    if (store_source_get(op, rounds->conf.store, source_row, &source))
        return -1;
    *out = take_open(rounds->sources, source.row, source.version);
    if (*out)
        return 0;
    if (unseal(op, rounds, &source, &credential) ||
        open_site(op, rounds, &source, &credential, out))
        return -1;
    keep_open(rounds->sources, &source, *out);
    return 0;
}

void source_return(struct rounds *rounds, struct grafana *grafana)
{
    struct source_cache *cache = rounds->sources;
    lock_take(&cache->lock);
    for (struct open_client *c = cache->first; c; c = c->next)
        if (c->grafana == grafana)
            c->users--;
    lock_give(&cache->lock);
}

/* ---- Testing ---- */

int source_test_form(struct op *op, struct rounds *rounds, const struct source_form *form,
                     const struct store_source *kept, struct grafana_check *out)
{
    CLEANUP(wipe) struct grafana_credential credential = {0};
    struct grafana *grafana;
    struct store_source source = {0};
    fill(op, form, true, &source);
    if (kept && !form->has_secret && needs_secret(form->credential.kind) &&
        unseal(op, rounds, kept, &credential))
        return -1;
    credential.kind = form->credential.kind;
    credential.user = form->credential.user;
    credential.header = form->credential.header;
    credential.subject = form->credential.subject;
    credential.role = form->credential.role;
    if (form->has_secret)
        secret_copy(&credential.secret, &form->credential.secret);
    source.id = arena_fmt(&op->arena, "test-%s", op->id);
    if (open_site(op, rounds, &source, &credential, &grafana))
        return -1;
    int failed = grafana_check(op, grafana, out);
    const char *ca = arena_strdup(&op->arena, grafana_site(grafana)->ca_file);
    grafana_close(grafana);
    if (*ca)
        unlink(ca);
    return failed;
}

int source_test(struct op *op, struct rounds *rounds, const struct store_source *source,
                struct grafana_check *out)
{
    struct grafana *grafana;
    struct jw w;
    if (source_lease(op, rounds, source->row, &grafana))
        return -1;
    int failed = grafana_check(op, grafana, out);
    source_return(rounds, grafana);
    if (failed)
        return -1;
    struct str *text = str_new(&op->arena, 100000);
    jw_init(&w, text);
    grafana_check_print(out, &w);
    return store_source_set_learnt(op, rounds->conf.store, source->row, text->p, NULL);
}

/* ---- Browsers ---- */

int source_login(struct op *op, struct rounds *rounds, int64_t source_row, struct render_login *out)
{
    struct store_source source;
    CLEANUP(wipe) struct grafana_credential credential = {0};
    CLEANUP(grafana_carry_fini) struct grafana_carry carry = {0};
    *out = (struct render_login){.org = ""};
    if (store_source_get(op, rounds->conf.store, source_row, &source) ||
        unseal(op, rounds, &source, &credential))
        return -1;
    struct grafana_site site = {.base_url = source.base_url,
                                .org_id = source.org_id,
                                .credential = &credential,
                                .mint = rounds->conf.mint,
                                .mint_ctx = rounds->conf.mint_ctx};
    if (grafana_carry(op, &site, &carry))
        return -1;
    if (source.org_id > 0)
        out->org = arena_fmt(&op->arena, "%lld", (long long)source.org_id);
    if (!carry.header)
        return 0;
    out->kind = RENDER_LOGIN_HEADER;
    out->name = arena_strdup(&op->arena, carry.header);
    secret_copy(&out->value, &carry.value);
    grafana_fingerprint(&credential, out->fingerprint);
    return 0;
}

/* Does the page lie below the source's address? */
static bool is_below(struct op *op, const struct target *target, const struct store_source *source)
{
    struct op part;
    struct url base;
    op_init_part(&part, op, -1);
    bool fits = url_parse(&part, bytes_of(source->base_url), &base) == 0 &&
                url_same_origin(&base, &target->url);
    if (fits) {
        struct bytes path = bytes_of(base.path), page = bytes_of(target->url.path);
        if (path.n && path.p[path.n - 1] == '/')
            path.n--;
        fits = bytes_has_prefix(page, path) && (page.n == path.n || page.p[path.n] == '/');
    }
    op_fini(&part);
    return fits;
}

int source_find_page(struct op *op, struct rounds *rounds, const struct target *target,
                     struct store_source *out)
{
    struct store_source_list list;
    const char *org = url_pair_find(target->pairs, target->pairs_n, "orgId");
    int64_t org_id = 0, found = 0;
    *out = (struct store_source){0};
    if (store_source_list(op, rounds->conf.store, 0, (struct store_page){.limit = STORE_PAGE_MAX},
                          &list))
        return -1;
    if (org)
        (void)bytes_to_i64(bytes_of(org), &org_id);
    for (size_t i = 0; i < list.n; i++) {
        if (!is_below(op, target, &list.items[i]))
            continue;
        bool is_org = org_id > 0 && list.items[i].org_id == org_id;
        if (found == 0 || is_org)
            found = list.items[i].row;
        if (is_org)
            break;
    }
    return found ? store_source_get(op, rounds->conf.store, found, out) : 0;
}

int source_list_origins(struct op *op, struct rounds *rounds, const char *origin,
                        struct plan_names *out)
{
    struct store_source_list list;
    *out = (struct plan_names){0};
    if (store_source_list(op, rounds->conf.store, 0, (struct store_page){.limit = STORE_PAGE_MAX},
                          &list))
        return -1;
    for (size_t i = 0; i < list.n; i++) {
        struct bytes base = bytes_of(list.items[i].base_url), wanted = bytes_of(origin);
        bool fits =
            bytes_has_prefix(base, wanted) && (base.n == wanted.n || base.p[wanted.n] == '/');
        const struct jv *origins = jv_parse_quiet(&op->arena, bytes_of(list.items[i].origins));
        if (!fits)
            continue;
        const char **more = ARENA_ARRAY(&op->arena, const char *, out->n + jv_len(origins) + 1);
        if (out->n)
            memcpy(more, out->items, out->n * sizeof *more);
        out->items = more;
        for (size_t k = 0; k < jv_len(origins); k++)
            out->items[out->n++] = jv_text(jv_item(origins, k), "");
    }
    return 0;
}
