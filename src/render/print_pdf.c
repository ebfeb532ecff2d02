/* PDF by the browser's own printing, with GIR's choices: no margins, the scale factor shrinks the
 * page (Chromium allows 0.1 to 2).
 */
#include "render/print.h"

#include <string.h>

static double pdf_scale(double device_scale)
{
    double scale = device_scale > 0 ? 1 / device_scale : 1;
    return scale < 0.1 ? 0.1 : scale > 2 ? 2 : scale;
}

int print_pdf(struct op *op, struct tab *tab, const struct render_look *look,
              struct render_result *result)
{
    struct page_paper paper = {
        .width_in = look->paper.width_in,
        .height_in = look->paper.height_in,
        .is_landscape = look->paper.is_landscape,
        .has_background = look->paper.has_background,
        .ranges = look->paper.ranges,
        .scale = pdf_scale(look->scale),
    };
    if (page_print(op, tab->page, &paper, &result->body) == 0)
        return 0;
    if (!paper.ranges || !strstr(op->err_text, "range"))
        return -1;
    op_clear(op);
    return op_fail(op, ERR_BAD_INPUT,
                   "invalid 'pdf.pageRanges' query parameter: the page has no such pages");
}
