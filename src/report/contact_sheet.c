/* The contact sheet: a round's panels on one picture, small enough for chats. Runs on the thread of
 * the report; holds some dozens of pictures in memory.
 *
 * sheet_layout.c says where they stand, a browser draws it (text in any script) and encodes it. The
 * size is met by trying: first lower quality, then fewer panels. JPEG, because the strictest of the
 * chats (WeCom) takes only JPEG and PNG. Pictures are taken in full where there is room for them: a
 * thumbnail shows that a panel is there, not what it says.
 */
#include "report/html_style.h"
#include "report/shape.h"
#include "report/sheet_layout.h"

#include "base/cleanup.h"

enum {
    SHOTS_MAX = 48,
    WIDTH_PX = 1280,
    PAGE_MAX = 48 * 1024 * 1024,
    SIZE_DEFAULT = 2 * 1024 * 1024 - 64 * 1024,
    FULL_EACH_MAX = 1024 * 1024, /* above it the thumbnail has to do */
    FULL_MAX = 12 * 1024 * 1024, /* of all of them */
    THUMB_SHARE = 4,             /* about how much larger a picture is than its thumbnail */
    EMPTY_WIDTH_PX = 400,        /* the place of what has no picture */
    EMPTY_HEIGHT_PX = 200,
};

static const char style[] =
    "*{box-sizing:border-box}body{margin:0;padding:20px;width:1280px;background:#fff;color:#1c2329;"
    "font:15px/1.4 " HTML_FONTS "}h1{font-size:24px;margin:0}p{margin:4px 0 16px;color:#5b6670;"
    "font-size:17px}p b{color:#1c2329}p .bad{color:#b3261e}"
    ".row{display:flex;gap:12px;margin:0 0 12px}"
    "figure{margin:0;flex:none;border:1px solid #d9dee3;border-radius:4px;overflow:hidden}"
    "figure.abnormal,figure.failed{border-color:#b3261e;box-shadow:0 0 0 1px #b3261e}"
    "figure.undecided{border-color:#8a5a00}"
    "img,.none{display:block;width:100%;background:#f5f7f9}"
    ".none{display:grid;place-items:center;padding:8px;text-align:center;color:#5b6670;"
    "font-size:13px;overflow:hidden}"
    "figcaption{padding:6px 8px;font-size:13px}figcaption b{margin-right:6px}"
    "figcaption div{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;"
    "overflow:hidden;overflow-wrap:anywhere}"
    ".abnormal b,.failed b{color:#b3261e}.undecided b{color:#8a5a00}.normal b{color:#1b6e3c}"
    ".more{margin:16px 0 0}";

struct panel {
    const struct store_shot *shot;
    struct bytes picture; /* n 0: none, because: */
    enum word why_not;
};

static int collect(void *ctx, struct op *op, struct bytes piece)
{
    struct str *page = ctx;
    str_add(page, piece);
    return page->is_full ? op_fail(op, ERR_INTERNAL, "the contact sheet's page is too large") : 0;
}

/* The picture, or the thumbnail where there is no room for it, and how large it is. */
static int read_panel(struct op *op, const struct report *report, const struct store_shot *shot,
                      int64_t *room, struct sheet_tile *out)
{
    struct panel *panel = ARENA_NEW(&op->arena, struct panel);
    int64_t size = shot->picture.size;
    bool is_full = size <= FULL_EACH_MAX && size <= *room;
    enum report_blob which = is_full ? REPORT_PICTURE : REPORT_THUMB;
    panel->shot = shot;
    *out = (struct sheet_tile){.item = panel,
                               .width = EMPTY_WIDTH_PX,
                               .height = EMPTY_HEIGHT_PX,
                               .group = (int)shape_mark_of(shot)};
    if (shape_read(op, report, shot, which, &panel->picture, &panel->why_not))
        return -1;
    *room -= is_full ? size : 0;
    if (shape_png_size(panel->picture, &out->width, &out->height) && !is_full) {
        out->width *= THUMB_SHARE;
        out->height *= THUMB_SHARE;
    }
    return 0;
}

static int read_panels(struct op *op, const struct report *report, size_t n,
                       struct sheet_tile **out)
{
    const struct store_shot **list = shape_by_attention(op, report);
    int64_t room = FULL_MAX;
    *out = ARENA_ARRAY(&op->arena, struct sheet_tile, n + 1);
    for (size_t i = 0; i < n; i++)
        if (read_panel(op, report, list[i], &room, &(*out)[i]))
            return -1;
    return 0;
}

static void caption(struct piece *out, const struct store_shot *shot)
{
    piece_adds(out, "<figcaption><div><b>");
    piece_adds(out, shape_mark_sign(shape_mark_of(shot)));
    piece_adds(out, "</b>");
    piece_text(out, shot->panel_title);
    piece_adds(out, " · ");
    piece_text(out, shot->window_key);
    piece_adds(out, "</div>");
    if (shape_mark_of(shot) == MARK_ABNORMAL && shot->verdict_comment[0]) {
        piece_adds(out, "<div>");
        piece_text(out, shot->verdict_comment);
        piece_adds(out, "</div>");
    }
    piece_adds(out, "</figcaption>");
}

static void figure(struct piece *out, const struct report *report, const struct sheet_tile *tile)
{
    const struct panel *panel = tile->item;
    const struct store_shot *shot = panel->shot;
    piece_adds(out, "<figure class=\"");
    piece_adds(out, shape_mark_class(shape_mark_of(shot)));
    piece_adds(out, "\" style=\"width:");
    piece_int(out, (int64_t)tile->shown_width);
    piece_adds(out, panel->picture.n > 0 ? "px\"><img style=\"height:"
                                         : "px\"><div class=\"none\" style=\"height:");
    piece_int(out, (int64_t)tile->shown_height);
    if (panel->picture.n > 0) {
        piece_adds(out, "px\" src=\"data:");
        piece_adds(out, shape_mime(panel->picture));
        piece_adds(out, ";base64,");
        piece_base64(out, panel->picture);
        piece_adds(out, "\">");
    } else {
        piece_adds(out, "px\">");
        piece_text(out, shot->error[0] ? shot->error : words_say(report->lang, panel->why_not));
        piece_adds(out, "</div>");
    }
    caption(out, shot);
    piece_adds(out, "</figure>");
}

static void number(struct piece *out, const struct report *report, enum word word, int n,
                   bool is_bad)
{
    if (n == 0)
        return;
    piece_adds(out, is_bad ? " · <b class=\"bad\">" : " · <b>");
    piece_int(out, n);
    piece_adds(out, "</b> ");
    piece_text(out, words_say(report->lang, word));
}

static void head(struct piece *out, const struct report *report)
{
    const struct store_round *round = report->round;
    char time[SHAPE_TIME_MAX];
    piece_adds(out, "<!doctype html><html lang=\"");
    piece_adds(out, words_tag(report->lang));
    piece_adds(out,
               "\"><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
               "content=\"default-src 'none';img-src data:;style-src 'unsafe-inline'\"><style>");
    piece_adds(out, style);
    piece_adds(out, "</style><h1>");
    piece_text(out, round->plan_name);
    piece_adds(out, "</h1><p>");
    piece_text(out, shape_time(report, round->moment_ms, time));
    piece_adds(out, " · ");
    piece_text(out, words_state(report->lang, round->state));
    number(out, report, WORD_TOTAL, round->total, false);
    number(out, report, WORD_ABNORMAL, round->abnormal, true);
    number(out, report, WORD_FAILED, round->failed, true);
    number(out, report, WORD_UNDECIDED, round->undecided, false);
    number(out, report, WORD_NORMAL, round->normal, false);
    piece_adds(out, "</p>");
}

/* What was read for it is gone before the browser begins. */
static int write_page(struct op *whole, const struct report *report, size_t shots_max,
                      struct str *page)
{
    CLEANUP(op_fini) struct op op;
    size_t n = report->shot_n < shots_max ? report->shot_n : shots_max;
    struct report_sink sink = {collect, page};
    struct sheet_tile *tiles;
    struct piece out;
    op_init_part(&op, whole, -1);
    if (read_panels(&op, report, n, &tiles))
        return op_fail_from(whole, &op);
    sheet_layout(tiles, n);
    piece_init(&out, &op, &sink);
    head(&out, report);
    for (size_t i = 0; i < n; i++) {
        if (tiles[i].begins_row)
            piece_adds(&out, i > 0 ? "</div><div class=\"row\">" : "<div class=\"row\">");
        figure(&out, report, &tiles[i]);
    }
    if (n > 0)
        piece_adds(&out, "</div>");
    if (report->shot_n > n) {
        piece_adds(&out, "<p class=\"more\">");
        piece_text(&out, words_say(report->lang, WORD_MORE_BEFORE));
        piece_int(&out, (int64_t)(report->shot_n - n));
        piece_text(&out, words_say(report->lang, WORD_MORE_AFTER));
        piece_adds(&out, "</p>");
    }
    return piece_end(&out) ? op_fail_from(whole, &op) : 0;
}

int report_contact_sheet(struct op *op, const struct report *report, size_t size_max,
                         struct bytes *out)
{
    static const struct {
        size_t shots;
        int quality;
    } tries[] = {{SHOTS_MAX, 85}, {SHOTS_MAX, 65}, {24, 65}, {12, 55}, {4, 40}};
    size_t most = size_max > 0 ? size_max : SIZE_DEFAULT;
    if (!report->calls.print_page)
        return op_fail(op, ERR_UNAVAILABLE, "no browser is at hand to draw a contact sheet");
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        CLEANUP(str_fini) struct str page;
        struct report_print_ask ask = {
            .kind = REPORT_PRINT_JPEG, .width_px = WIDTH_PX, .quality = tries[i].quality};
        str_init(&page, PAGE_MAX);
        if (write_page(op, report, tries[i].shots, &page) ||
            report->calls.print_page(report->calls.ctx, op, str_bytes(&page), &ask, out))
            return -1;
        if (out->n <= most)
            return 0;
    }
    return op_fail(op, ERR_TOO_LARGE, "the contact sheet does not fit into %zu bytes", most);
}
