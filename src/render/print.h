/* The printers: one row a format, all on the same road. Private to render/.
 *
 * To add a format: a row here, an enum value in render.h, a name in the API's table.
 */
#ifndef RENDER_PRINT_H
#define RENDER_PRINT_H

#include "render/tab.h"

struct printer {
    const char *name; /* as in `encoding=` */
    const char *mime;
    bool is_picture; /* wants the page's full height measured when asked for */
    /* The page is ready. Fills body, width_px, height_px (and filename). */
    int (*print)(struct op *op, struct tab *tab, const struct render_look *look,
                 struct render_result *result);
};

const struct printer *printer_of(enum render_format format);

int print_pdf(struct op *op, struct tab *tab, const struct render_look *look,
              struct render_result *result) MUST_CHECK;

#endif
