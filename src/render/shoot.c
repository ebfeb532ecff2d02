/* From a ready page to bytes: the height of the page, tiles, formats.
 *
 * `captureBeyondViewport` is not used: measured on Grafana it gave pages without panels. The
 * viewport itself is made tall instead, so that lazy panels load, and stays so for the whole visit.
 */
#include "render/shoot.h"

#include "render/picture.h"
#include "render/service.h"

#include <math.h>
#include <string.h>

enum {
    GROW_ROUNDS_MAX = 4,
    PAGE_HEIGHT_MAX = 60000, /* CSS pixels; beyond it nobody looks, and memory ends */
    TILE_SIDE_MAX = 16000,   /* device pixels: Skia's textures end at 16384 */
};

struct extent {
    int view, height, content; /* of the viewport, the document, the panels */
};

static int page_extent(struct op *op, struct tab *tab, struct extent *out)
{
    const struct jv *v;
    if (page_eval(op, tab->page, "window.__rounds?window.__rounds.extent():{}", &v) < 0)
        return -1;
    int64_t height = jv_int_at(v, "height", 0);
    *out = (struct extent){.view = (int)jv_int_at(v, "view", 0),
                           .height = height > PAGE_HEIGHT_MAX ? PAGE_HEIGHT_MAX : (int)height,
                           .content = (int)jv_int_at(v, "content", 0)};
    return 0;
}

/* GIR's own first height: no picture of a whole page is lower. */
static int least_height(const struct render_look *look)
{
    int height = look->width_px * 3 / 4;
    return height < 500 ? 500 : height > 3000 ? 3000 : height;
}

/* A page that overflows wants its full height; one that does not, that of its panels. */
static int wanted_height(const struct render_look *look, const struct extent *extent, int round)
{
    int least = least_height(look);
    if (extent->height > extent->view)
        return extent->height;
    if (round > 0)
        return extent->view;
    return extent->content > least ? extent->content : least;
}

int shoot_fits(struct op *op, struct tab *tab, int slack_px, bool *fits)
{
    struct extent extent;
    if (page_extent(op, tab, &extent) < 0)
        return -1;
    *fits = extent.height <= extent.view && extent.view - extent.content <= slack_px;
    return 0;
}

int shoot_grow(struct op *op, struct tab *tab, const struct render_look *look,
               struct ready_rules *rules, const struct truth_rules *truth, enum tab_end *end,
               const char **missing)
{
    struct extent extent;
    for (int round = 0; round < GROW_ROUNDS_MAX; round++) {
        if (page_extent(op, tab, &extent) < 0)
            return -1;
        int wanted = wanted_height(look, &extent, round);
        if (wanted == extent.view || wanted <= 0)
            return 0;
        struct page_view view = {look->width_px, wanted, look->scale};
        if (page_set_view(op, tab->page, view) < 0 || tab_arm(op, tab) < 0)
            return -1;
        if (tab_wait(op, tab, rules, truth, false, end, missing) < 0)
            return -1;
        if (*end != TAB_READY)
            return 0;
    }
    return 0;
}

int shoot_view_height(struct op *op, struct tab *tab, int *out)
{
    const struct jv *v;
    if (page_eval(op, tab->page, "window.innerHeight", &v) < 0)
        return -1;
    *out = (int)jv_int(v, 0);
    return 0;
}

/* The formats that the browser writes, in one piece. */
static int shoot_one(struct op *op, struct tab *tab, const struct render_look *look,
                     struct render_result *result)
{
    struct page_shot shot = {
        .format = look->format == RENDER_JPEG   ? PAGE_JPEG
                  : look->format == RENDER_WEBP ? PAGE_WEBP
                                                : PAGE_PNG,
        .quality = look->quality,
        .is_fast = !service_conf(tab->render)->is_png_small,
    };
    return page_screenshot(op, tab->page, &shot, &result->body);
}

static int shoot_tiles(struct op *op, struct tab *tab, const struct render_look *look, int height,
                       struct render_result *result)
{
    if (look->format != RENDER_PNG)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "a page of %d pixels height only fits into a PNG: ask for encoding=png",
                       height);
    int step = (int)floor(TILE_SIDE_MAX / look->scale);
    size_t n = (size_t)((height + step - 1) / step);
    struct picture *tiles = ARENA_ARRAY(&op->arena, struct picture, n), whole;
    for (size_t i = 0; i < n; i++) {
        int top = (int)i * step, rows = height - top < step ? height - top : step;
        struct page_shot shot = {
            .format = PAGE_PNG, .is_fast = true, .clip = {0, top, look->width_px, rows}};
        struct bytes png;
        if (page_screenshot(op, tab->page, &shot, &png) < 0)
            return -1;
        if (picture_decode(op, png, &tiles[i]) < 0)
            return -1;
    }
    if (picture_join(op, tiles, n, &whole) < 0)
        return -1;
    return picture_encode(op, &whole, 2, &result->body);
}

int shoot_viewport(struct op *op, struct tab *tab, const struct render_look *look,
                   struct render_result *result)
{
    int height = look->height_px;
    if (height <= 0 && shoot_view_height(op, tab, &height) < 0)
        return -1;
    bool is_tall = height * look->scale > TILE_SIDE_MAX;
    if (is_tall ? shoot_tiles(op, tab, look, height, result) < 0
                : shoot_one(op, tab, look, result) < 0)
        return -1;
    if (!picture_size(result->body, &result->width_px, &result->height_px)) {
        result->width_px = (int)lround(look->width_px * look->scale);
        result->height_px = (int)lround(height * look->scale);
    }
    return 0;
}
