/* A page of our own making: reports on paper (PDF), the self-test as a picture. The document is
 * written into an empty tab, so no network is needed and none is there.
 */
#include "render/render.h"

#include "render/service.h"

enum { FIRST_HEIGHT_PX = 800, HEIGHT_MAX_PX = 16000 };

static int write_document(struct op *op, struct page *page, struct bytes html)
{
    struct str *script = str_new(&op->arena, html.n * 2 + 4096);
    struct jw w;
    str_adds(script, "document.open();document.write(");
    jw_init(&w, script);
    jw_bytes(&w, html);
    str_adds(script, ");document.close();"
                     "document.fonts.ready.then(()=>Promise.all([...document.images]"
                     ".map(i=>i.decode().catch(()=>0)))).then(()=>true)");
    if (script->is_full)
        return op_fail(op, ERR_TOO_LARGE, "the report is too large to print");
    return page_eval(op, page, script->p, NULL);
}

int render_print_html(struct op *op, struct render *render, struct bytes html,
                      const struct render_paper *paper, struct bytes *out)
{
    struct pool_lease lease;
    struct pool_ask ask = {
        .who = {.origin = "", .org = "", .fingerprint = "report", .isolation = POOL_CONTEXT},
        .class_ = POOL_INTERACTIVE};
    struct page_paper page_paper = {.width_in = paper->width_in,
                                    .height_in = paper->height_in,
                                    .is_landscape = paper->is_landscape,
                                    .has_background = true,
                                    .has_css_size = true,
                                    .is_tagged = true,
                                    .ranges = paper->ranges,
                                    .footer = paper->footer};
    if (pool_lease(op, service_conf(render)->pool, &ask, &lease) < 0)
        return -1;
    int failed = page_go(op, lease.page, "about:blank");
    if (!failed)
        failed = write_document(op, lease.page, html);
    if (!failed)
        failed = page_print(op, lease.page, &page_paper, out);
    pool_return(&lease); /* thrown away: the document is somebody's report */
    return failed;
}

int render_draw_html(struct op *op, struct render *render, struct bytes html, int width_px,
                     int height_px, struct bytes *out)
{
    struct pool_lease lease;
    struct pool_ask ask = {
        .who = {.origin = "", .org = "", .fingerprint = "self-test", .isolation = POOL_CONTEXT},
        .class_ = POOL_INTERACTIVE};
    struct page_shot shot = {.clip = {.width = width_px, .height = height_px}};
    if (pool_lease(op, service_conf(render)->pool, &ask, &lease) < 0)
        return -1;
    int failed = page_set_view(op, lease.page, (struct page_view){width_px, height_px, 1}) < 0 ||
                 page_go(op, lease.page, "about:blank") < 0 ||
                 write_document(op, lease.page, html) < 0 ||
                 page_screenshot(op, lease.page, &shot, out) < 0;
    pool_return(&lease);
    return failed ? -1 : 0;
}

static int shoot_whole(struct op *op, struct page *page, struct bytes html, int width_px,
                       int jpeg_quality, struct bytes *out)
{
    struct page_shot shot = {.format = jpeg_quality ? PAGE_JPEG : PAGE_PNG,
                             .quality = jpeg_quality};
    const struct jv *height;
    if (page_set_view(op, page, (struct page_view){width_px, FIRST_HEIGHT_PX, 1}) < 0 ||
        page_go(op, page, "about:blank") < 0 || write_document(op, page, html) < 0 ||
        page_eval(op, page, "Math.ceil(document.documentElement.getBoundingClientRect().height)",
                  &height) < 0)
        return -1;
    int64_t height_px = jv_int(height, FIRST_HEIGHT_PX);
    if (height_px < 1 || height_px > HEIGHT_MAX_PX)
        return op_fail(op, ERR_TOO_LARGE,
                       "a page of %lld pixels height is too long for one picture",
                       (long long)height_px);
    if (page_set_view(op, page, (struct page_view){width_px, (int)height_px, 1}) < 0)
        return -1;
    return page_screenshot(op, page, &shot, out);
}

int render_shoot_html(struct op *op, struct render *render, struct bytes html, int width_px,
                      int jpeg_quality, struct bytes *out)
{
    struct pool_lease lease;
    struct pool_ask ask = {
        .who = {.origin = "", .org = "", .fingerprint = "report", .isolation = POOL_CONTEXT},
        .class_ = POOL_INTERACTIVE};
    if (pool_lease(op, service_conf(render)->pool, &ask, &lease) < 0)
        return -1;
    int failed = shoot_whole(op, lease.page, html, width_px, jpeg_quality, out);
    pool_return(&lease);
    return failed;
}
