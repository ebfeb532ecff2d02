/* Taking the picture of a page that is ready. Private to render/. Blocks on the browser. */
#ifndef RENDER_SHOOT_H
#define RENDER_SHOOT_H

#include "render/tab.h"

/* Does the viewport hold the whole page, with no more than the slack below its panels? */
int shoot_fits(struct op *op, struct tab *tab, int slack_px, bool *fits) MUST_CHECK;
/* Makes the viewport as tall as the page's largest scroll container wants, waiting for what then
 * loads lazily, until the height stands. Leaves *end and *missing as tab_wait does. */
int shoot_grow(struct op *op, struct tab *tab, const struct render_look *look,
               struct ready_rules *rules, const struct truth_rules *truth, enum tab_end *end,
               const char **missing) MUST_CHECK;
/* The viewport's present height, CSS pixels. */
int shoot_view_height(struct op *op, struct tab *tab, int *out) MUST_CHECK;
/* The viewport as PNG, JPEG or WebP into result->body; pages beyond the browser's bitmap limit in
 * tiles (PNG only). */
int shoot_viewport(struct op *op, struct tab *tab, const struct render_look *look,
                   struct render_result *result) MUST_CHECK;

#endif
