/* One running browser put together: process, protocol, tabs; and where its events go.
 *
 * Owned by one thread at a time. Routes each event to the tab whose session it carries; the few of the
 * browser itself (a tab detached, a download) are sorted here. It knows nothing of identities and leases.
 */
#include "chrome/browser.h"

#include "base/mem.h"
#include "chrome/page_priv.h"

#include <stdio.h>
#include <string.h>

static const char *last_words(void *ctx)
{
    struct browser *b = ctx;
    return process_last_words(b->process);
}

static struct page *find_page(struct browser *b, struct bytes session)
{
    for (struct page *p = b->pages; p; p = p->next)
        if (bytes_eq_s(session, p->session))
            return p;
    return NULL;
}

/* Downloads are told by frame first, then by their own id. */
static struct page *find_downloader(struct browser *b, const struct jv *params)
{
    const char *frame = jv_text_at(params, "frameId", ""), *guid = jv_text_at(params, "guid", "");
    for (struct page *p = b->pages; p; p = p->next) {
        const char *known = p->facts.download.guid;
        if (strcmp(p->target, frame) == 0 || (*guid && known && strcmp(known, guid) == 0))
            return p;
    }
    return NULL;
}

static int on_browser_event(struct browser *b, struct op *op, struct cdp_event *e)
{
    if (bytes_eq_s(e->method, "Target.detachedFromTarget")) {
        struct page *p = find_page(b, jv_bytes(jv_get(cdp_event_params(e), "sessionId")));
        if (p)
            page_lose(p, "the tab was closed");
    } else if (bytes_has_prefix(e->method, BYTES("Browser.download"))) {
        struct page *p = find_downloader(b, cdp_event_params(e));
        if (p)
            return page_take_event(op, p, e);
    }
    return 0;
}

static int on_event(void *ctx, struct op *op, struct cdp_event *e)
{
    struct browser *b = ctx;
    if (e->session.n == 0)
        return on_browser_event(b, op, e);
    struct page *p = find_page(b, e->session);
    return p ? page_take_event(op, p, e) : 0;
}

static int greet(struct op *op, struct browser *b)
{
    const struct jv *version;
    struct cdp_ask ask = {.method = "Browser.getVersion"};
    if (cdp_call(op, b->cdp, &ask, &version) < 0)
        return -1;
    snprintf(b->version, sizeof b->version, "%s", jv_text_at(version, "product", "unknown"));
    snprintf(b->user_agent, sizeof b->user_agent, "%s", jv_text_at(version, "userAgent", ""));
    return 0;
}

int browser_open(struct op *op, const struct browser_conf *conf, struct browser **out)
{
    struct browser *b = MEM_NEW(struct browser);
    if (process_start(op, &conf->process, &b->process) < 0) {
        mem_free(b);
        return -1;
    }
    b->cdp = cdp_new(&(struct cdp_conf){
        .read_fd = process_read_fd(b->process),
        .write_fd = process_write_fd(b->process),
        .message_max = conf->message_max,
        .on_event = on_event,
        .last_words = last_words,
        .ctx = b,
    });
    struct op part;
    op_init_part(&part, op, -1);
    int rc = greet(&part, b);
    if (rc < 0) {
        const char *words = part.err == ERR_BROWSER ? "" : process_last_words(b->process);
        op_fail(op, part.err == ERR_CANCELLED ? ERR_CANCELLED : ERR_UNAVAILABLE,
                "the browser did not start: %s%s%s", part.err_text,
                *words ? "; its last words: " : "", words);
        browser_close(b);
    } else {
        process_find_zygotes(b->process);
        *out = b;
    }
    op_fini(&part);
    return rc;
}

void browser_close(struct browser *b)
{
    if (!b)
        return;
    while (b->pages)
        page_free(b->pages);
    process_kill(b->process);
    cdp_free(b->cdp);
    mem_free(b);
}

int browser_open_context(struct op *op, struct browser *b, int proxy_port,
                         char out_id[BROWSER_ID_MAX])
{
    const char *proxy =
        proxy_port > 0 ? arena_fmt(&op->arena, "socks5://127.0.0.1:%d", proxy_port) : "direct://";
    const char *params = arena_fmt(&op->arena,
                                   "{\"disposeOnDetach\":false,\"proxyServer\":\"%s\","
                                   "\"proxyBypassList\":\"<-loopback>\"}",
                                   proxy);
    struct cdp_ask ask = {.method = "Target.createBrowserContext", .params = bytes_of(params)};
    const struct jv *result;
    if (cdp_call(op, b->cdp, &ask, &result) < 0)
        return -1;
    const char *id = jv_text_at(result, "browserContextId", "");
    if (!*id || strlen(id) >= BROWSER_ID_MAX)
        return op_fail(op, ERR_BROWSER, "the browser gave no context");
    snprintf(out_id, BROWSER_ID_MAX, "%s", id);
    return 0;
}

void browser_close_context(struct op *op, struct browser *b, const char *id)
{
    const char *params = arena_fmt(&op->arena, "{\"browserContextId\":\"%s\"}", id);
    struct cdp_ask ask = {.method = "Target.disposeBrowserContext", .params = bytes_of(params)};
    if (cdp_send(op, b->cdp, &ask, NULL, NULL) < 0)
        op_clear(op); /* a dead browser has no contexts any more; the next use will notice */
}

int browser_tend(struct op *op, struct browser *b)
{
    process_drain(b->process);
    process_find_network(b->process);
    if (!process_is_whole(b->process))
        return op_fail(op, ERR_BROWSER, "the browser lost a process that it cannot do without");
    return cdp_pump(op, b->cdp, 0, NULL);
}
