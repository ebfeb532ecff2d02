/* Going: to a new document, within the loaded application, and back to a clean tab.
 *
 * Only the browser's holder may call. A navigation is over when the document *it* asked for is committed,
 * told by its loader's id: the page may navigate by itself at any moment, and a second command sent while
 * the first is under way gets lost in the browser (seen with pages that handle beforeunload), so there is
 * never a second one in flight, and one that starts nothing is sent once more.
 */
#include "chrome/page_priv.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"

#include <string.h>

enum { LOST_MS = 2000, STEP_MS = 250 };

static void reset_nav(struct page *page)
{
    mem_free(page->nav.loader);
    mem_free(page->nav.error);
    page->nav.loader = page->nav.error = NULL;
    page->nav.is_answered = page->nav.is_download = page->nav.is_moved = false;
    page->nav.commits_n = 0;
    for (size_t i = 0; i < PAGE_COMMITS_KEPT; i++) {
        mem_free(page->nav.commits[i]);
        page->nav.commits[i] = NULL;
    }
}

static bool has_committed(const struct page *page)
{
    const char *loader = page->nav.loader;
    for (size_t i = 0; loader && i < PAGE_COMMITS_KEPT; i++)
        if (page->nav.commits[i] && strcmp(page->nav.commits[i], loader) == 0)
            return true;
    return false;
}

static int on_navigate_reply(void *ctx, struct op *op, const struct cdp_reply *reply)
{
    struct page *page = ctx;
    mem_free(page->nav.loader);
    mem_free(page->nav.error);
    page->nav.loader = page->nav.error = NULL;
    page->nav.is_answered = true;
    page->facts.events++;
    if (!reply->result)
        return op_fail(op, ERR_BROWSER, "Page.navigate: %s", reply->error);
    const char *loader = jv_text_at(reply->result, "loaderId", NULL);
    const char *error = jv_text_at(reply->result, "errorText", NULL);
    page->nav.is_download = jv_bool_at(reply->result, "isDownload", false);
    page->nav.loader = loader ? mem_strdup(loader) : NULL;
    page->nav.error = error && *error ? mem_strdup(error) : NULL;
    if (has_committed(page))
        page->facts.is_committed = true;
    if (loader) {
        mem_free(page->facts.wanted_loader);
        page->facts.wanted_loader = mem_strdup(loader);
    }
    return 0;
}

static int send_navigate(struct op *op, struct page *page, const char *url)
{
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "url", url);
    jw_end(&w);
    struct cdp_ask ask = {
        .session = page->session, .method = "Page.navigate", .params = str_bytes(params)};
    return page_check(op, page) < 0
               ? -1
               : cdp_send(op, page->browser->cdp, &ask, on_navigate_reply, page);
}

/* Origin and path: a query may hold tokens, and errors are logged. */
static const char *shown_url(struct op *op, const char *url)
{
    return arena_fmt(&op->arena, "%.*s", (int)strcspn(url, "?#"), url);
}

static int check_scheme(struct op *op, const char *url)
{
    struct bytes b = bytes_of(url);
    if (bytes_eq_s(b, "about:blank"))
        return 0;
    struct url parsed;
    return url_parse(op, b, &parsed);
}

static const char *mend_of(const char *error)
{
    if (strcmp(error, "net::ERR_CERT_AUTHORITY_INVALID") == 0)
        return ": name the file with the authority of its certificate in network.ca_file "
               "(ROUNDS_CA_FILE)";
    if (strcmp(error, "net::ERR_CERT_COMMON_NAME_INVALID") == 0)
        return ": its certificate was made for another host name";
    bool is_date = strcmp(error, "net::ERR_CERT_DATE_INVALID") == 0;
    return is_date ? ": its certificate has run out, or a clock is wrong" : "";
}

/* 0 = there is (or will be) a document or a download, -1 = failed. */
static int judge_reply(struct op *op, struct page *page, const char *url)
{
    const char *error = page->nav.error;
    if (!error || page->nav.is_download)
        return 0;
    if (page->download_dir && strcmp(error, "net::ERR_ABORTED") == 0)
        return 0; /* how a download looks to a navigation */
    if (page->facts.status >= 400)
        return 0; /* an answer without a document: some browsers show one of their own */
    return op_fail(op, ERR_TARGET, "%s did not load: %s%s", shown_url(op, url), error,
                   mend_of(error));
}

/* A failed navigation ends with a page of the browser's own. The next one must not begin before that. */
static void await_error_page(struct op *op, struct page *page)
{
    struct op part;
    op_init_part(&part, op, LOST_MS);
    while (page->nav.loader && !has_committed(page))
        if (page_pump(&part, page, STEP_MS) < 0)
            break;
    op_fini(&part);
}

static int await_commit(struct op *op, struct page *page, const char *url)
{
    int64_t sent_ms = clock_mono_ms();
    bool was_repeated = false;
    while (!page->nav.is_answered || (!page->nav.error && !page->nav.is_download)) {
        if (page->nav.is_answered && (page->facts.is_committed || !page->nav.loader))
            break; /* no loader: the URL differed only in its fragment, there is no new document */
        if (page_pump(op, page, STEP_MS) < 0)
            return -1;
        bool is_silent = !page->nav.is_answered && !page->facts.is_requested;
        if (is_silent && !was_repeated && clock_mono_ms() - sent_ms > LOST_MS) {
            was_repeated = true;
            if (send_navigate(op, page, url) < 0)
                return -1;
        }
    }
    if (judge_reply(op, page, url) == 0)
        return 0;
    await_error_page(op, page);
    return -1;
}

/* Only the fragment has changed: no new document comes, but word of the new URL. */
static int await_move(struct op *op, struct page *page)
{
    int64_t end_ms = clock_mono_ms() + LOST_MS;
    while (!page->nav.is_moved && clock_mono_ms() < end_ms)
        if (page_pump(op, page, STEP_MS) < 0)
            return -1;
    return 0;
}

int page_go(struct op *op, struct page *page, const char *url)
{
    if (check_scheme(op, url) < 0)
        return -1;
    reset_nav(page);
    cdp_forget(page->browser->cdp, page); /* a late answer to an earlier navigation */
    facts_begin(&page->facts, true, clock_mono_ms());
    if (send_navigate(op, page, url) < 0)
        return -1;
    if (await_commit(op, page, url) < 0)
        return -1;
    if (!page->nav.loader && !page->nav.error && await_move(op, page) < 0)
        return -1;
    page->facts.is_committed |= !page->nav.is_download;
    page_judge_origin(page);
    return 0;
}

void page_mark(struct page *page)
{
    facts_begin(&page->facts, false, clock_mono_ms());
}

int page_push_url(struct op *op, struct page *page, const char *url, const char *before)
{
    struct str *s = str_new(&op->arena, PAGE_PARAMS_MAX);
    struct jw w;
    str_adds(s, "(()=>{const u=");
    jw_init(&w, s);
    jw_text(&w, url);
    str_adds(s, ";if(new URL(u,location.href).origin!==location.origin)return false;\n");
    str_adds(s, before ? before : "");
    str_adds(s, "\n;history.pushState(null,'',u);"
                "window.dispatchEvent(new PopStateEvent('popstate',{state:null}));return true})()");
    page_mark(page);
    const struct jv *is_done;
    if (page_eval(op, page, s->p, &is_done) < 0)
        return -1;
    if (!jv_bool(is_done, false))
        return op_fail(op, ERR_BAD_INPUT, "%s is not of the origin of the page",
                       shown_url(op, url));
    return 0;
}

/* --- washing --- */

/* Asks to close every other window of the page's context; *out_n = how many there are. */
static int ask_to_close(struct op *op, struct page *page, int *out_n)
{
    struct cdp_ask ask = {.method = "Target.getTargets"};
    const struct jv *result;
    *out_n = 0;
    if (cdp_call(op, page->browser->cdp, &ask, &result) < 0)
        return -1;
    const struct jv *infos = jv_get(result, "targetInfos");
    for (size_t i = 0; i < jv_len(infos); i++) {
        const struct jv *info = jv_item(infos, i);
        const char *id = jv_text_at(info, "targetId", "");
        if (strcmp(jv_text_at(info, "browserContextId", ""), page->context) != 0 ||
            strcmp(jv_text_at(info, "type", ""), "page") != 0 || strcmp(id, page->target) == 0)
            continue;
        ++*out_n;
        const char *params = arena_fmt(&op->arena, "{\"targetId\":\"%s\"}", id);
        ask = (struct cdp_ask){.method = "Target.closeTarget", .params = bytes_of(params)};
        if (cdp_send(op, page->browser->cdp, &ask, NULL, NULL) < 0)
            return -1;
    }
    return 0;
}

/* Windows that the page opened would keep running for the next caller. A closing window needs a moment, and a
 * word to close may get lost (see page_close). */
static int close_others(struct op *op, struct page *page)
{
    enum { CLOSE_MAX_MS = 5000, PAUSE_MS = 30 };
    int64_t end_ms = clock_mono_ms() + CLOSE_MAX_MS;
    for (int n; clock_mono_ms() < end_ms;) {
        if (ask_to_close(op, page, &n) < 0)
            return -1;
        if (n == 0)
            return 0;
        int64_t again_ms = clock_mono_ms() + PAUSE_MS;
        for (int64_t left = PAUSE_MS; left > 0; left = again_ms - clock_mono_ms())
            if (cdp_pump(op, page->browser->cdp, (int)left, NULL) < 0)
                return -1;
    }
    return op_fail(op, ERR_BROWSER, "windows that a page opened cannot be closed");
}

static int clear_storage(struct op *op, struct page *page, const char *origin)
{
    struct jw w;
    struct str *storage = page_params(op, &w);
    jw_text_at(&w, "origin", origin);
    jw_text_at(&w, "storageTypes",
               "appcache,cookies,file_systems,indexeddb,local_storage,shader_cache,websql,"
               "service_workers,cache_storage,interest_groups,shared_storage,storage_buckets");
    jw_end(&w);
    struct str *cookies = page_params(op, &w);
    if (*page->context)
        jw_text_at(&w, "browserContextId", page->context);
    jw_end(&w);
    struct cdp_ask ask = {.method = "Storage.clearCookies", .params = str_bytes(cookies)};
    if (page_call(op, page, "Page.resetNavigationHistory", NULL, NULL) < 0 ||
        page_call(op, page, "Storage.clearDataForOrigin", storage, NULL) < 0)
        return -1;
    return cdp_call(op, page->browser->cdp, &ask, NULL);
}

int page_wash(struct op *op, struct page *page, const char *origin)
{
    if (page_set_credential(op, page, NULL, NULL, 0) < 0 || page_drop_scripts(op, page) < 0 ||
        close_others(op, page) < 0)
        return -1;
    /* sessionStorage belongs to the tab and its origin: only the origin's own document reaches it, so it is
     * cleared before leaving; scripts of that document that put something back die with it. */
    if (page_eval(op, page, "try{sessionStorage.clear()}catch(e){}window.name='';0", NULL) < 0 &&
        (op->err != ERR_INTERNAL))
        return -1;
    op_clear(op);
    if (page_go(op, page, "about:blank") < 0 || clear_storage(op, page, origin) < 0 ||
        page_eval(op, page, "window.name='';0", NULL) < 0)
        return -1;
    facts_begin(&page->facts, true, clock_mono_ms());
    page->body_max = 0;
    return 0;
}
