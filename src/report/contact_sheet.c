/* The contact sheet: a round's thumbnails on one picture, small enough for chats. Runs on the
 * thread of the report; holds some dozens of thumbnails in memory.
 *
 * A browser lays it out (text in any script) and encodes it. The size is met by trying: first lower
 * quality, then fewer thumbnails. JPEG, because the strictest of the chats (WeCom) takes only JPEG
 * and PNG.
 */
#include "report/html_style.h"
#include "report/shape.h"

#include "base/cleanup.h"

enum {
    SHOTS_MAX = 48,
    WIDTH_PX = 1280,
    PAGE_MAX = 48 * 1024 * 1024,
    SIZE_DEFAULT = 2 * 1024 * 1024 - 64 * 1024,
};

static const char style[] =
    "*{box-sizing:border-box}body{margin:0;padding:20px;width:1280px;background:#fff;color:#1c2329;"
    "font:15px/1.4 " HTML_FONTS "}h1{font-size:24px;margin:0}p{margin:4px 0 16px;color:#5b6670;"
    "font-size:17px}p b{color:#1c2329}p .bad{color:#b3261e}"
    ".grid{display:grid;grid-template-columns:repeat(4,1fr);gap:14px}"
    "figure{margin:0;min-width:0;border:1px solid #d9dee3;border-radius:4px;overflow:hidden}"
    "figure.abnormal,figure.failed{border:2px solid #b3261e}figure.undecided{border-color:#8a5a00}"
    "img,.none{display:block;width:100%;height:150px;object-fit:contain;background:#f5f7f9}"
    ".none{padding:60px 8px 0;text-align:center;color:#5b6670;font-size:13px}"
    "figcaption{padding:6px 8px;font-size:13px;white-space:nowrap;overflow:hidden;"
    "text-overflow:ellipsis}figcaption b{margin-right:6px}"
    ".abnormal b,.failed b{color:#b3261e}.undecided b{color:#8a5a00}.normal b{color:#1b6e3c}"
    ".more{margin:16px 0 0}";

static int collect(void *ctx, struct op *op, struct bytes piece)
{
    struct str *page = ctx;
    str_add(page, piece);
    return page->is_full ? op_fail(op, ERR_INTERNAL, "the contact sheet's page is too large") : 0;
}

static int figure(struct piece *out, struct op *op, const struct report *report,
                  const struct store_shot *shot)
{
    struct bytes data;
    enum word why_not;
    enum shape_mark mark = shape_mark_of(shot);
    if (shape_read(op, report, shot, REPORT_THUMB, &data, &why_not))
        return -1;
    piece_adds(out, "<figure class=\"");
    piece_adds(out, shape_mark_class(mark));
    if (data.n > 0) {
        piece_adds(out, "\"><img src=\"data:");
        piece_adds(out, shape_mime(data));
        piece_adds(out, ";base64,");
        piece_base64(out, data);
        piece_adds(out, "\">");
    } else {
        piece_adds(out, "\"><div class=\"none\">");
        piece_text(out, shot->error[0] ? shot->error : words_say(report->lang, why_not));
        piece_adds(out, "</div>");
    }
    piece_adds(out, "<figcaption><b>");
    piece_adds(out, shape_mark_sign(mark));
    piece_adds(out, "</b>");
    piece_text(out, shot->panel_title);
    piece_adds(out, " · ");
    piece_text(out, shot->window_key);
    piece_adds(out, "</figcaption></figure>");
    return 0;
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
    piece_adds(out, "</p><div class=\"grid\">");
}

static int write_page(struct op *op, const struct report *report, size_t shots_max,
                      struct str *page)
{
    const struct store_shot **list = shape_by_attention(op, report);
    size_t n = report->shot_n < shots_max ? report->shot_n : shots_max;
    struct report_sink sink = {collect, page};
    struct piece out;
    int failed = 0;
    piece_init(&out, op, &sink);
    head(&out, report);
    for (size_t i = 0; i < n && !failed; i++)
        failed = figure(&out, op, report, list[i]);
    piece_adds(&out, "</div>");
    if (report->shot_n > n) {
        piece_adds(&out, "<p class=\"more\">");
        piece_text(&out, words_say(report->lang, WORD_MORE_BEFORE));
        piece_int(&out, (int64_t)(report->shot_n - n));
        piece_text(&out, words_say(report->lang, WORD_MORE_AFTER));
        piece_adds(&out, "</p>");
    }
    return piece_end(&out) || failed ? -1 : 0;
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
