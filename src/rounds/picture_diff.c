/* Comparing pictures pixel by pixel. The only user of libpng.
 *
 * libpng's simplified interface is used, since it reports faults as results and needs no setjmp.
 * Pictures are our own browsers', but come back from a disk: sizes are checked before memory is
 * taken. Heap and not arena, since two decoded pictures are tens of megabytes.
 */
#include "rounds/picture_diff.h"

#include "base/cleanup.h"
#include "base/mem.h"

#include <png.h>
#include <string.h>

enum { TOLERANCE = 24, PIXEL = 4 };

struct picture {
    unsigned char *p; /* RGBA */
    int w, h;
};

static void picture_fini(struct picture *picture) {
    mem_free(picture->p);
}

bool picture_size(struct bytes png, int *width, int *height) {
    static const unsigned char head[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const unsigned char *p = (const unsigned char *)png.p;
    if (png.n < 24 || memcmp(p, head, sizeof head) != 0 || memcmp(p + 12, "IHDR", 4) != 0)
        return false;
    *width = (int)((unsigned)p[16] << 24 | p[17] << 16 | p[18] << 8 | p[19]);
    *height = (int)((unsigned)p[20] << 24 | p[21] << 16 | p[22] << 8 | p[23]);
    return *width > 0 && *height > 0;
}

static int decode(struct op *op, struct bytes png, struct picture *out) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!picture_size(png, &out->w, &out->h))
        return op_fail(op, ERR_UNPROCESSABLE, "not a PNG picture");
    if ((int64_t)out->w * out->h > PICTURE_PIXELS_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "a picture of %d × %d pixels is too large to compare",
                       out->w, out->h);
    if (!png_image_begin_read_from_memory(&image, png.p, png.n))
        return op_fail(op, ERR_UNPROCESSABLE, "damaged PNG picture: %s", image.message);
    image.format = PNG_FORMAT_RGBA;
    out->p = mem_alloc(PNG_IMAGE_SIZE(image));
    if (!png_image_finish_read(&image, NULL, out->p, 0, NULL)) {
        png_image_free(&image);
        return op_fail(op, ERR_UNPROCESSABLE, "damaged PNG picture: %s", image.message);
    }
    return 0;
}

static const unsigned char *pixel_at(const struct picture *picture, int x, int y) {
    return picture->p + ((size_t)y * (size_t)picture->w + (size_t)x) * PIXEL;
}

static bool is_near(const unsigned char *a, const unsigned char *b) {
    for (int i = 0; i < PIXEL; i++) {
        int d = a[i] - b[i];
        if (d > TOLERANCE || d < -TOLERANCE)
            return false;
    }
    return true;
}

/* Is this colour within one step of (x, y)? */
static bool is_around(const struct picture *picture, int x, int y, const unsigned char *color) {
    for (int v = y - 1; v <= y + 1; v++)
        for (int u = x - 1; u <= x + 1; u++)
            if (u >= 0 && v >= 0 && u < picture->w && v < picture->h &&
                is_near(pixel_at(picture, u, v), color))
                return true;
    return false;
}

static bool is_changed(const struct picture *a, const struct picture *b, int x, int y) {
    if (x >= a->w || y >= a->h || x >= b->w || y >= b->h)
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

static void set_masks(const struct picture_mask *masks, size_t n, int w, int h, struct masks *out) {
    for (size_t i = 0; i < n && out->n < sizeof out->boxes / sizeof *out->boxes; i++)
        out->boxes[out->n++] = (struct box){(int)(masks[i].x * w), (int)(masks[i].y * h),
                                            (int)((masks[i].x + masks[i].w) * w + 0.999),
                                            (int)((masks[i].y + masks[i].h) * h + 0.999)};
}

static bool is_masked(const struct masks *masks, int x, int y) {
    for (size_t i = 0; i < masks->n; i++) {
        const struct box *b = &masks->boxes[i];
        if (x >= b->left && x < b->right && y >= b->top && y < b->bottom)
            return true;
    }
    return false;
}

static void grow_box(struct picture_diff *out, int x, int y) {
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
                  bool is_mark, bool is_mask) {
    unsigned char *to = drawn + ((size_t)y * (size_t)w + (size_t)x) * PIXEL;
    unsigned char from[PIXEL] = {255, 255, 255, 255};
    if (x < after->w && y < after->h)
        memcpy(from, pixel_at(after, x, y), PIXEL);
    int grey = (from[0] * 3 + from[1] * 6 + from[2]) / 10;
    unsigned char faded = (unsigned char)(255 - (255 - grey) / 3);
    bool is_hatch = is_mask && (x + y) % 8 < 2;
    to[0] = is_mark ? 225 : is_hatch ? 150 : faded;
    to[1] = is_mark ? 0 : is_hatch ? 150 : faded;
    to[2] = is_mark ? 120 : is_hatch ? 190 : faded;
    to[3] = 255;
}

static void compare(const struct picture *a, const struct picture *b, const struct masks *masks,
                    struct picture_diff *out, unsigned char *drawn) {
    int w = a->w > b->w ? a->w : b->w, h = a->h > b->h ? a->h : b->h;
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

static int encode(struct op *op, const unsigned char *rgba, int w, int h, struct bytes *out) {
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)w,
                       .height = (png_uint_32)h,
                       .format = PNG_FORMAT_RGBA};
    image.flags = PNG_IMAGE_FLAG_FAST;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    char *png = mem_alloc(size);
    if (!png_image_write_to_memory(&image, png, &size, 0, rgba, 0, NULL)) {
        mem_free(png);
        return op_fail(op, ERR_INTERNAL, "the difference picture could not be written: %s",
                       image.message);
    }
    *out = (struct bytes){arena_copy(&op->arena, (struct bytes){png, size}), size};
    mem_free(png);
    return 0;
}

int picture_draw_diff(struct op *op, struct bytes before, struct bytes after,
                      const struct picture_mask *masks, size_t mask_n, struct picture_diff *out,
                      struct bytes *out_png) {
    CLEANUP(picture_fini) struct picture a = {0}, b = {0};
    struct masks boxes = {.n = 0};
    if (decode(op, before, &a) || decode(op, after, &b))
        return -1;
    set_masks(masks, mask_n, b.w, b.h, &boxes);
    if (!out_png) {
        compare(&a, &b, &boxes, out, NULL);
        return 0;
    }
    size_t w = (size_t)(a.w > b.w ? a.w : b.w), h = (size_t)(a.h > b.h ? a.h : b.h);
    if (w * h > PICTURE_PIXELS_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "the two pictures are too different in size");
    unsigned char *drawn = mem_alloc(w * h * PIXEL);
    compare(&a, &b, &boxes, out, drawn);
    int failed = encode(op, drawn, (int)w, (int)h, out_png);
    mem_free(drawn);
    return failed;
}

int picture_compare(struct op *op, struct bytes before, struct bytes after,
                    const struct picture_mask *masks, size_t mask_n, struct picture_diff *out) {
    return picture_draw_diff(op, before, after, masks, mask_n, out, NULL);
}
