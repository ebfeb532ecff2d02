/* CSV by the page's own download. Private to render/. Blocks on the browser. */
#ifndef RENDER_CSV_H
#define RENDER_CSV_H

#include "render/tab.h"

/* Leads the tab to the page and takes the file that it starts to download. ERR_TARGET_LOGIN and
 * ERR_TARGET as soon as the page is seen to be something else; ERR_TOO_LARGE beyond csv_max. */
int csv_take(struct op *op, struct tab *tab, const struct render_ask *ask,
             struct render_result *result) MUST_CHECK;

#endif
