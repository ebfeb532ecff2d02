/* Comparing two pictures: which share of the pixels changed. Works on one thread, holds both
 * decoded pictures in memory while it does, takes milliseconds.
 *
 * A pixel counts as changed if no pixel within one step of it in the other picture has nearly its
 * colour, and the reverse: what anti-aliasing or a shift of half a pixel does is no change.
 * Pictures of different size are compared over their common part, the rest counts as changed.
 */
#ifndef ROUNDS_PICTURE_DIFF_H
#define ROUNDS_PICTURE_DIFF_H

#include "base/op.h"

struct picture_mask { /* shares of the picture, 0…1 */
    double x, y, w, h;
};

struct picture_diff {
    double share; /* changed pixels among those compared, 0…1 */
    int64_t changed, compared;
    int width, height;
    int left, top, right, bottom; /* box around what changed; right and bottom exclusive */
};

/* ERR_UNPROCESSABLE: not a PNG, damaged, or too large. */
int picture_compare(struct op *op, struct bytes before, struct bytes after,
                    const struct picture_mask *masks, size_t mask_n,
                    struct picture_diff *out) MUST_CHECK;
/* The same, with a PNG to look at: `after`, faded, changed pixels in a strong colour, masks
 * hatched. out_png NULL: not wanted. */
int picture_draw_diff(struct op *op, struct bytes before, struct bytes after,
                      const struct picture_mask *masks, size_t mask_n, struct picture_diff *out,
                      struct bytes *out_png) MUST_CHECK;
/* At most width_max wide, in op's arena; a narrower picture is answered as it is (borrowed). */
int picture_thumbnail(struct op *op, struct bytes png, int width_max, struct bytes *out) MUST_CHECK;

#endif
