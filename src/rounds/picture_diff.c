/* Comparing pictures pixel by pixel, and thumbnails. Decoding and encoding are render/picture's.
 *
 * Everything decoded lives in a part of the op and goes when the comparison is over: two pictures
 * are tens of megabytes.
 */
#include "rounds/picture_diff.h"

#include "render/picture.h"

#include <string.h>

enum { TOLERANCE = 24, PIXEL = 3, LEVEL = 6, LEVEL_THUMB = 3 };

/* The error of a part, as the caller of a comparison expects it. */
static int fail_part(struct op *op, struct op *part)
{
    return op_fail(op, ERR_UNPROCESSABLE, "a picture cannot be compared: %s", part->err_text);
}

static const unsigned char *pixel_at(const struct picture *picture, int x, int y)
{
    return picture->rgb + (size_t)y * picture->stride + (size_t)x * PIXEL;
}

static bool is_near(const unsigned char *a, const unsigned char *b)
{
    for (int i = 0; i < PIXEL; i++) {
        int d = a[i] - b[i];
        if (d > TOLERANCE || d < -TOLERANCE)
            return false;
    }
    return true;
}

/* Is this colour within one step of (x, y)? */
static bool is_around(const struct picture *picture, int x, int y, const unsigned char *color)
{
    for (int v = y - 1; v <= y + 1; v++)
        for (int u = x - 1; u <= x + 1; u++)
            if (u >= 0 && v >= 0 && u < picture->width_px && v < picture->height_px &&
                is_near(pixel_at(picture, u, v), color))
                return true;
    return false;
}

static bool is_changed(const struct picture *a, const struct picture *b, int x, int y)
{
    if (x >= a->width_px || y >= a->height_px || x >= b->width_px || y >= b->height_px)
        return true;
    const unsigned char *p = pixel_at(a, x, y), *q = pixel_at(b, x, y);
    if (memcmp(p, q, PIXEL) == 0 || is_near(p, q))
        return false;
    return !is_around(b, x, y, p) || !is_around(a, x, y, q);
}

struct box {
    int left, top, right, bottom;
};

struct masks {
    struct box boxes[64];
    size_t n;
};

static void set_masks(const struct picture_mask *masks, size_t n, int w, int h, struct masks *out)
{
    for (size_t i = 0; i < n && out->n < sizeof out->boxes / sizeof *out->boxes; i++)
        out->boxes[out->n++] = (struct box){(int)(masks[i].x * w), (int)(masks[i].y * h),
                                            (int)((masks[i].x + masks[i].w) * w + 0.999),
                                            (int)((masks[i].y + masks[i].h) * h + 0.999)};
}

static bool is_masked(const struct masks *masks, int x, int y)
{
    for (size_t i = 0; i < masks->n; i++) {
        const struct box *b = &masks->boxes[i];
        if (x >= b->left && x < b->right && y >= b->top && y < b->bottom)
            return true;
    }
    return false;
}

static void grow_box(struct picture_diff *out, int x, int y)
{
    if (out->changed == 1)
        *out = (struct picture_diff){.changed = 1,
                                     .compared = out->compared,
                                     .width = out->width,
                                     .height = out->height,
                                     .left = x,
                                     .top = y,
                                     .right = x + 1,
                                     .bottom = y + 1};
    out->left = x < out->left ? x : out->left;
    out->top = y < out->top ? y : out->top;
    out->right = x >= out->right ? x + 1 : out->right;
    out->bottom = y >= out->bottom ? y + 1 : out->bottom;
}

/* `drawn`, unless NULL, has the size of the larger picture and gets the marks. */
static void paint(unsigned char *drawn, const struct picture *after, int w, int x, int y,
                  bool is_mark, bool is_mask)
{
    unsigned char *to = drawn + ((size_t)y * (size_t)w + (size_t)x) * PIXEL;
    unsigned char from[PIXEL] = {255, 255, 255};
    if (x < after->width_px && y < after->height_px)
        memcpy(from, pixel_at(after, x, y), PIXEL);
    int grey = (from[0] * 3 + from[1] * 6 + from[2]) / 10;
    unsigned char faded = (unsigned char)(255 - (255 - grey) / 3);
    bool is_hatch = is_mask && (x + y) % 8 < 2;
    to[0] = is_mark ? 225 : is_hatch ? 150 : faded;
    to[1] = is_mark ? 0 : is_hatch ? 150 : faded;
    to[2] = is_mark ? 120 : is_hatch ? 190 : faded;
}

static void compare(const struct picture *a, const struct picture *b, const struct masks *masks,
                    struct picture_diff *out, unsigned char *drawn)
{
    int w = a->width_px > b->width_px ? a->width_px : b->width_px,
        h = a->height_px > b->height_px ? a->height_px : b->height_px;
    *out = (struct picture_diff){.width = w, .height = h};
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            bool is_mask = is_masked(masks, x, y);
            bool is_mark = !is_mask && is_changed(a, b, x, y);
            out->compared += !is_mask;
            if (is_mark) {
                out->changed++;
                grow_box(out, x, y);
            }
            if (drawn)
                paint(drawn, b, w, x, y, is_mark, is_mask);
        }
    out->share = out->compared ? (double)out->changed / (double)out->compared : 0;
}

static int draw(struct op *op, struct op *part, const struct picture *a, const struct picture *b,
                const struct masks *masks, struct picture_diff *out, struct bytes *out_png)
{
    int w = a->width_px > b->width_px ? a->width_px : b->width_px;
    int h = a->height_px > b->height_px ? a->height_px : b->height_px;
    unsigned char *drawn = arena_calloc(&part->arena, (size_t)w * PIXEL, (size_t)h);
    struct picture picture = {
        .width_px = w, .height_px = h, .stride = (size_t)w * PIXEL, .rgb = drawn};
    compare(a, b, masks, out, drawn);
    return picture_encode(op, &picture, LEVEL, out_png);
}

int picture_draw_diff(struct op *op, struct bytes before, struct bytes after,
                      const struct picture_mask *masks, size_t mask_n, struct picture_diff *out,
                      struct bytes *out_png)
{
    struct op part;
    struct picture a, b;
    struct masks boxes = {.n = 0};
    int failed = 0;
    op_init_part(&part, op, -1);
    if (picture_decode(&part, before, &a) || picture_decode(&part, after, &b)) {
        failed = fail_part(op, &part);
    } else {
        set_masks(masks, mask_n, b.width_px, b.height_px, &boxes);
        if (out_png)
            failed = draw(op, &part, &a, &b, &boxes, out, out_png);
        else
            compare(&a, &b, &boxes, out, NULL);
    }
    op_fini(&part);
    return failed;
}

int picture_compare(struct op *op, struct bytes before, struct bytes after,
                    const struct picture_mask *masks, size_t mask_n, struct picture_diff *out)
{
    return picture_draw_diff(op, before, after, masks, mask_n, out, NULL);
}

int picture_thumbnail(struct op *op, struct bytes png, int width_max, struct bytes *out)
{
    struct op part;
    struct picture full, small;
    int w, h, failed;
    if (picture_size(png, &w, &h) && w <= width_max) {
        *out = png;
        return 0;
    }
    op_init_part(&part, op, -1);
    if (picture_decode(&part, png, &full) || picture_shrink(&part, &full, width_max, &small))
        failed = fail_part(op, &part);
    else
        failed = picture_encode(op, &small, LEVEL_THUMB, out);
    op_fini(&part);
    return failed;
}
