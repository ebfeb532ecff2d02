/* Sources: the Grafanas that Rounds looks at. Reading and checking their form, keeping and testing
 * them are rounds/source's; here are the answers, the audit trail and who sees what.
 *
 * A credential's secret goes in and never comes out.
 */
#include "rounds/source.h"

#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/platform.h"
#include "api/reply.h"
#include "api/sources.h"
#include "base/cleanup.h"

#include <string.h>

int source_of_call(struct call *call, struct store_source *out)
{
    struct store *store = call->api->platform->store;
    if (store_source_find(call->op, store, call->params[0], out) < 0)
        return -1;
    return caller_need_source(call->op, store, &call->who, out->row);
}

static int reply_source(struct call *call, const struct store_source *source, int status)
{
    struct reply r;
    reply_open(&r, call);
    source_print(call->op, source, &r.w);
    return reply_json(&r, status);
}

int handle_sources_list(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct store_source_list list;
    struct store_source whole;
    struct store_page page;
    struct reply r;
    if (query_page(call, &page) < 0 ||
        store_source_list(call->op, store, call->who.visible_row, page, &list) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < list.n; i++) {
        if (store_source_get(call->op, store, list.items[i].row, &whole) < 0) {
            str_fini(&r.text);
            return -1;
        }
        source_print(call->op, &whole, &r.w);
    }
    reply_list_end(&r, list.next);
    return reply_json(&r, 200);
}

int handle_sources_show(struct call *call)
{
    struct store_source source;
    if (source_of_call(call, &source) < 0)
        return -1;
    return reply_source(call, &source, 200);
}

static int read_form(struct call *call, const struct store_source *kept, struct source_form *form)
{
    struct plan_faults *faults = ARENA_NEW(&call->op->arena, struct plan_faults);
    const struct tree *tree;
    if (tree_from_json(call->op, call->body, &tree) < 0)
        return -1;
    if (source_form_read(call->op, tree, kept, form, faults) < 0) {
        fields_take_faults(call, faults);
        return -1;
    }
    return 0;
}

/* Who adds a source sees it, even if they see only some. */
static int grant(struct call *call, int64_t source_row)
{
    struct store *store = call->api->platform->store;
    int64_t *rows, *more;
    size_t n;
    if (!call->who.visible_row)
        return 0;
    if (store_user_sources(call->op, store, call->who.user_row, &rows, &n) < 0)
        return -1;
    more = ARENA_ARRAY(&call->op->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        more[i] = rows[i];
    more[n] = source_row;
    return store_user_set_sources(call->op, store, call->who.user_row, more, n + 1);
}

int handle_sources_add(struct call *call)
{
    struct platform *platform = call->api->platform;
    CLEANUP(source_form_fini) struct source_form form = {0};
    struct store_source source;
    if (read_form(call, NULL, &form) < 0 ||
        source_add(call->op, platform->rounds, &form, &source) < 0 || grant(call, source.row) < 0 ||
        note_add(call, platform->store, "source.added", "source", source.id, NULL) < 0)
        return -1;
    return reply_source(call, &source, 201);
}

int handle_sources_set(struct call *call)
{
    struct platform *platform = call->api->platform;
    CLEANUP(source_form_fini) struct source_form form = {0};
    struct store_source kept, source;
    if (source_of_call(call, &kept) < 0 || read_form(call, &kept, &form) < 0 ||
        source_set(call->op, platform->rounds, &kept, &form, &source) < 0 ||
        note_add(call, platform->store, "source.set", "source", source.id,
                 form.has_secret ? "{\"credential\":\"replaced\"}" : NULL) < 0)
        return -1;
    return reply_source(call, &source, 200);
}

int handle_sources_drop(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_source source;
    if (source_of_call(call, &source) < 0 ||
        source_drop(call->op, platform->rounds, source.id) < 0 ||
        note_add(call, platform->store, "source.dropped", "source", source.id, NULL) < 0)
        return -1;
    return reply_empty(call);
}

static int reply_check(struct call *call, const struct grafana_check *check)
{
    struct reply r;
    reply_open(&r, call);
    grafana_check_print(check, &r.w);
    return reply_json(&r, 200);
}

int handle_sources_try(struct call *call)
{
    CLEANUP(source_form_fini) struct source_form form = {0};
    struct grafana_check check;
    if (read_form(call, NULL, &form) < 0 ||
        source_test_form(call->op, call->api->platform->rounds, &form, NULL, &check) < 0)
        return -1;
    return reply_check(call, &check);
}

/* Without a body, the source as it is kept, and the result is remembered. With one, the source as
 * it would be; a secret that is left out is the kept one. */
int handle_sources_test(struct call *call)
{
    struct rounds *rounds = call->api->platform->rounds;
    CLEANUP(source_form_fini) struct source_form form = {0};
    struct grafana_check check;
    struct store_source source;
    if (source_of_call(call, &source) < 0)
        return -1;
    if (jv_len(call->body) == 0) {
        if (source_test(call->op, rounds, &source, &check) < 0)
            return -1;
        return reply_check(call, &check);
    }
    if (read_form(call, &source, &form) < 0 ||
        source_test_form(call->op, rounds, &form, &source, &check) < 0)
        return -1;
    return reply_check(call, &check);
}

int handle_sources_ini(struct call *call)
{
    const char *base = call->api->platform->public_url;
    const char *host = httpd_header_in(call->req, "Host", 0);
    struct str *snippet = str_new(&call->op->arena, 64 << 10);
    struct store_source source;
    struct reply r;
    if (source_of_call(call, &source) < 0)
        return -1;
    if (!*base)
        base = arena_fmt(&call->op->arena, "%s://%s", call->req->is_tls ? "https" : "http",
                         host ? host : "localhost:8081");
    source_print_ini(&source, base, snippet);
    reply_open(&r, call);
    jw_object(&r.w);
    jw_text_at(&r.w, "snippet", snippet->p);
    jw_end(&r.w);
    return reply_json(&r, 200);
}
