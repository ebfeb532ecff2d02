/* Decoded pictures: cutting panels out of a tall one, joining tiles, writing PNG. By libpng.
 *
 * Eight bits a channel, RGB without padding between pixels. Input is only ever our own browser's
 * PNG; sizes are bounded all the same. Pure but for memory: everything is in the op's arena.
 */
#ifndef RENDER_PICTURE_H
#define RENDER_PICTURE_H

#include "base/op.h"

enum { PICTURE_SIDE_MAX = 200000, PICTURE_BYTES_MAX = 1 << 30 };

struct picture {
    int width_px, height_px;
    size_t stride; /* bytes from row to row: a cut shares its parent's rows */
    const unsigned char *rgb;
};

/* ERR_INTERNAL when it is not a PNG, or beyond the limits. */
int picture_decode(struct op *op, struct bytes png, struct picture *out) MUST_CHECK;
/* A view into the picture, clamped to it; ERR_INTERNAL when nothing is left. */
int picture_cut(struct op *op, const struct picture *from, int x, int y, int width, int height,
                struct picture *out) MUST_CHECK;
/* level: zlib's, 1 fast … 9 small. */
int picture_encode(struct op *op, const struct picture *picture, int level,
                   struct bytes *out) MUST_CHECK;
/* Scaled down to this width by averaging areas; no wider than it is. */
int picture_shrink(struct op *op, const struct picture *from, int width_px,
                   struct picture *out) MUST_CHECK;
/* Pixels that differ by more than the tolerance (0…255) in some channel, of pictures of one size;
 * -1 when the sizes differ. Chromium draws a part anew with edges that differ by up to 3 from a
 * whole drawing. */
int64_t picture_count_different(const struct picture *a, const struct picture *b, int tolerance);
/* Below each other; widths must be equal. */
int picture_join(struct op *op, const struct picture *parts, size_t n,
                 struct picture *out) MUST_CHECK;
/* Width and height from a PNG's header, without decoding. False if it is none. */
bool picture_size(struct bytes png, int *width_px, int *height_px);

#endif
