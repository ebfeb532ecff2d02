/* What is taken out of a page: pictures, documents, downloads, bodies of answers.
 *
 * Only the browser's holder may call. Results are in the op's arena. One picture at a time per tab: two in
 * flight give each other's areas and sizes; a straight-line caller cannot do it wrong.
 */
#include "chrome/cdp_text.h"
#include "chrome/page_priv.h"

#include "base/hash.h"
#include "base/mem.h"
#include "sys/file.h"

#include <string.h>
#include <unistd.h>

static int call_big(struct op *op, struct page *page, const char *method, const char *big_name,
                    const struct str *params, struct bytes *out)
{
    struct cdp_ask ask = {
        .session = page->session, .method = method, .params = str_bytes(params), .big = big_name};
    struct bytes text;
    if (page_ask(op, page, &ask, NULL, &text) < 0)
        return -1;
    if (!base64_decode(&op->arena, text, out) || out->n == 0)
        return op_fail(op, ERR_BROWSER, "%s: the answer holds no data", method);
    return 0;
}

int page_screenshot(struct op *op, struct page *page, const struct page_shot *shot,
                    struct bytes *out)
{
    static const char *const NAMES[] = {"png", "jpeg", "webp"};
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "format", NAMES[shot->format]);
    if (shot->quality > 0 && shot->format != PAGE_PNG)
        jw_int_at(&w, "quality", shot->quality);
    if (shot->is_fast)
        jw_bool_at(&w, "optimizeForSpeed", true);
    if (shot->clip.width > 0) {
        jw_object_at(&w, "clip");
        jw_num_at(&w, "x", shot->clip.x);
        jw_num_at(&w, "y", shot->clip.y);
        jw_num_at(&w, "width", shot->clip.width);
        jw_num_at(&w, "height", shot->clip.height);
        jw_num_at(&w, "scale", shot->clip_scale > 0 ? shot->clip_scale : 1);
        jw_end(&w);
    }
    jw_end(&w);
    return call_big(op, page, "Page.captureScreenshot", "data", params, out);
}

static void add_positive(struct jw *w, const char *key, double n)
{
    if (n > 0)
        jw_num_at(w, key, n);
}

static void add_margin(struct jw *w, const char *key, double n)
{
    if (n >= 0)
        jw_num_at(w, key, n);
}

int page_print(struct op *op, struct page *page, const struct page_paper *p, struct bytes *out)
{
    struct jw w;
    struct str *params = page_params(op, &w);
    add_positive(&w, "paperWidth", p->width_in);
    add_positive(&w, "paperHeight", p->height_in);
    add_positive(&w, "scale", p->scale);
    add_margin(&w, "marginTop", p->top_in);
    add_margin(&w, "marginBottom", p->bottom_in);
    add_margin(&w, "marginLeft", p->left_in);
    add_margin(&w, "marginRight", p->right_in);
    jw_bool_at(&w, "landscape", p->is_landscape);
    jw_bool_at(&w, "printBackground", p->has_background);
    jw_bool_at(&w, "preferCSSPageSize", p->has_css_size);
    jw_bool_at(&w, "generateTaggedPDF", p->is_tagged);
    jw_bool_at(&w, "generateDocumentOutline", p->has_outline);
    jw_bool_at(&w, "displayHeaderFooter", p->header || p->footer);
    if (p->header || p->footer) {
        jw_text_at(&w, "headerTemplate", p->header ? p->header : "<span></span>");
        jw_text_at(&w, "footerTemplate", p->footer ? p->footer : "<span></span>");
    }
    if (p->ranges)
        jw_text_at(&w, "pageRanges", p->ranges);
    jw_end(&w);
    return call_big(op, page, "Page.printToPDF", "data", params, out);
}

/* --- downloads --- */

int page_accept_downloads(struct op *op, struct page *page)
{
    if (page->download_dir)
        return 0;
    char *dir =
        mem_fmt("%s/downloads/%.32s", process_profile_dir(page->browser->process), page->target);
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "behavior", "allowAndName");
    jw_text_at(&w, "downloadPath", dir);
    jw_bool_at(&w, "eventsEnabled", true);
    if (*page->context)
        jw_text_at(&w, "browserContextId", page->context);
    jw_end(&w);
    struct cdp_ask ask = {.method = "Browser.setDownloadBehavior", .params = str_bytes(params)};
    if (file_make_dir(op, dir, 0700) < 0 || cdp_call(op, page->browser->cdp, &ask, NULL) < 0) {
        mem_free(dir);
        return -1;
    }
    page->download_dir = dir;
    return 0;
}

static bool has_downloaded(const struct facts *facts, void *ctx)
{
    (void)ctx;
    return facts->download.state == FACTS_DOWNLOAD_DONE ||
           facts->download.state == FACTS_DOWNLOAD_FAILED;
}

int page_take_download(struct op *op, struct page *page, size_t max, struct bytes *out)
{
    if (!page->download_dir)
        return op_fail(op, ERR_INTERNAL, "downloads were not accepted before");
    if (page_wait(op, page, has_downloaded, NULL) < 0)
        return -1;
    const struct facts_download *d = &page->facts.download;
    if (d->state == FACTS_DOWNLOAD_FAILED)
        return op_fail(op, ERR_TARGET, "the download was broken off");
    if (strchr(d->guid, '/'))
        return op_fail(op, ERR_BROWSER, "the browser named the download oddly");
    const char *path = arena_fmt(&op->arena, "%s/%s", page->download_dir, d->guid);
    int rc = file_read(op, path, max, out);
    unlink(path);
    return rc;
}

/* --- bodies --- */

void page_keep_bodies(struct page *page, size_t max)
{
    page->body_max = max;
}

static struct str *body_params(struct op *op, const char *request_id)
{
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "requestId", request_id);
    jw_end(&w);
    return params;
}

static bool is_base64(const struct jv *result)
{
    return jv_bool_at(result, "base64Encoded", false);
}

static void keep_body(struct page *page, struct facts_query *q, const struct cdp_reply *reply)
{
    q->body_state = FACTS_BODY_LOST;
    if (!reply->result || is_base64(reply->result))
        return;
    struct str text;
    str_init(&text, page->body_max);
    cdp_unescape(reply->big, &text);
    if (!text.is_full) {
        q->body_state = FACTS_BODY_KEPT;
        q->body = text.p;
        q->body_n = text.n;
        text.p = NULL;
    }
    str_fini(&text);
}

/* The query may have left the facts meanwhile; then nobody wants its body. */
static int on_body(void *ctx, struct op *op, const struct cdp_reply *reply)
{
    struct page *page = ctx;
    (void)op;
    for (size_t i = 0; i < page->facts.queries_n; i++) {
        struct facts_query *q = &page->facts.queries[i];
        if (q->body_state == FACTS_BODY_ASKED && q->body_token == reply->token)
            keep_body(page, q, reply);
    }
    page->facts.events++;
    return 0;
}

int page_ask_body(struct op *op, struct page *page, const char *request_id)
{
    for (size_t i = page->facts.queries_n; i-- > 0;) {
        struct facts_query *q = &page->facts.queries[i];
        if (strcmp(q->request_id, request_id) != 0)
            continue;
        if (q->state != FACTS_DONE || q->body_state != FACTS_BODY_NONE)
            return 0;
        q->body_state = FACTS_BODY_ASKED;
        q->body_token = ++page->body_token;
        struct cdp_ask ask = {.session = page->session,
                              .method = "Network.getResponseBody",
                              .params = str_bytes(body_params(op, request_id)),
                              .big = "body",
                              .token = q->body_token};
        return cdp_send(op, page->browser->cdp, &ask, on_body, page);
    }
    return 0;
}
