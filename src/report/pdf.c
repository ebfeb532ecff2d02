/* The report as PDF: the same page, printed by a browser that the caller provides. Runs on the
 * thread of the report; holds the page and the PDF in memory.
 *
 * Chromium prints what people see in the HTML, scripts of all writings included; a PDF library
 * would need fonts, shaping and line breaking of its own. The price is the memory, so beyond
 * REPORT_PDF_FULL_MAX of pictures their thumbnails are printed instead.
 */
#include "report/shape.h"

#include "base/cleanup.h"

static int collect(void *ctx, struct op *op, struct bytes piece)
{
    struct str *page = ctx;
    str_add(page, piece);
    if (page->is_full)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "the round is too large for one PDF (more than %d MB of page): take the ZIP "
                       "or the HTML",
                       REPORT_PDF_HTML_MAX >> 20);
    return 0;
}

static enum report_pictures pictures_for(const struct report *report)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < report->shot_n; i++)
        bytes += report->shots[i].picture.size;
    return bytes <= REPORT_PDF_FULL_MAX ? REPORT_WITH_FULL : REPORT_WITH_THUMBS;
}

static const char *footer_of(struct op *op, const struct report *report)
{
    struct str *footer = str_new(&op->arena, 4096);
    struct report_sink sink = {collect, footer};
    struct piece piece;
    piece_init(&piece, op, &sink);
    piece_adds(&piece, "<div style=\"font:8px sans-serif;color:#5b6670;width:100%;margin:0 12mm;"
                       "display:flex;justify-content:space-between\"><span>");
    piece_text(&piece, report->round->plan_name);
    piece_adds(&piece, " · ");
    piece_text(&piece, report->round->id);
    piece_adds(&piece, "</span><span><span class=\"pageNumber\"></span> / "
                       "<span class=\"totalPages\"></span></span></div>");
    return piece_end(&piece) ? NULL : footer->p;
}

int report_pdf(struct op *op, const struct report *report, const struct report_sink *sink)
{
    CLEANUP(str_fini) struct str page;
    struct report_sink into = {collect, &page};
    struct bytes pdf;
    if (!report->calls.print_page)
        return op_fail(op, ERR_UNAVAILABLE, "no browser is at hand to print a PDF");
    str_init(&page, REPORT_PDF_HTML_MAX);
    if (report_html(op, report, pictures_for(report), &into))
        return -1;
    struct report_print_ask ask = {
        .kind = REPORT_PRINT_PDF, .width_px = 1000, .footer = footer_of(op, report)};
    if (!ask.footer ||
        report->calls.print_page(report->calls.ctx, op, str_bytes(&page), &ask, &pdf))
        return -1;
    return sink->write(sink->ctx, op, pdf);
}
