/* The data behind the pictures: the page's own query answers, by panel. Private to render/. */
#ifndef RENDER_FRAMES_H
#define RENDER_FRAMES_H

#include "render/tab.h"

/* The answers of this epoch that were drawn for `panel` (NULL: of every panel), newest of each
 * request group, into the op's arena. Cancelled ones are left out. *is_whole: every one was kept,
 * none too long or lost, and each drawn query passed through here. */
void frames_collect(struct op *op, const struct tab *tab, const char *panel,
                    const struct render_frames **out, size_t *out_n, bool *is_whole);

#endif
