/* libpng behind five functions. Any thread; nothing blocks.
 *
 * libpng reports errors by longjmp. House rule: none of ours; so the simplified API is used for
 * reading, and for writing the classic one with an error function that unwinds inside this file
 * only, in one function without locals that matter.
 */
#include "render/picture.h"

#include "base/assert.h"
#include "base/str.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

static void free_image(void *image)
{
    png_image_free(image);
}

int picture_decode(struct op *op, struct bytes png, struct picture *out)
{
    png_image *image = ARENA_NEW(&op->arena, png_image);
    image->version = PNG_IMAGE_VERSION;
    arena_defer(&op->arena, free_image, image);
    if (!png_image_begin_read_from_memory(image, png.p, png.n))
        return op_fail(op, ERR_INTERNAL, "the browser's picture is no PNG: %s", image->message);
    if (image->width > PICTURE_SIDE_MAX || image->height > PICTURE_SIDE_MAX ||
        (uint64_t)image->width * image->height * 3 > PICTURE_BYTES_MAX)
        return op_fail(op, ERR_TOO_LARGE, "the picture of %u x %u pixels is beyond the limit",
                       image->width, image->height);
    image->format = PNG_FORMAT_RGB;
    unsigned char *rgb = arena_alloc(&op->arena, PNG_IMAGE_SIZE(*image));
    static const png_color white = {255, 255, 255};
    if (!png_image_finish_read(image, &white, rgb, 0, NULL))
        return op_fail(op, ERR_INTERNAL, "the browser's picture is damaged: %s", image->message);
    *out = (struct picture){.width_px = (int)image->width,
                            .height_px = (int)image->height,
                            .stride = (size_t)image->width * 3,
                            .rgb = rgb};
    return 0;
}

static int clamp(int n, int low, int high)
{
    return n < low ? low : n > high ? high : n;
}

int picture_cut(struct op *op, const struct picture *from, int x, int y, int width, int height,
                struct picture *out)
{
    int left = clamp(x, 0, from->width_px), top = clamp(y, 0, from->height_px);
    int right = clamp(x + width, left, from->width_px);
    int bottom = clamp(y + height, top, from->height_px);
    if (right == left || bottom == top)
        return op_fail(op, ERR_INTERNAL, "the panel lies outside the picture");
    *out = (struct picture){.width_px = right - left,
                            .height_px = bottom - top,
                            .stride = from->stride,
                            .rgb = from->rgb + (size_t)top * from->stride + (size_t)left * 3};
    return 0;
}

struct writer {
    struct op *op;
    struct str *out;
};

static void write_bytes(png_structp png, png_bytep data, png_size_t n)
{
    struct writer *w = png_get_io_ptr(png);
    str_add(w->out, (struct bytes){(const char *)data, n});
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

/* Writing to memory fails only for wrong arguments of ours, which is an impossible state. */
static void stop(png_structp png, png_const_charp message)
{
    (void)png;
    assert_failed(message, __FILE__, __LINE__);
}

static void ignore(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

int picture_encode(struct op *op, const struct picture *picture, int level, struct bytes *out)
{
    struct writer w = {op, str_new(&op->arena, PICTURE_BYTES_MAX)};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, stop, ignore);
    ASSERT(png);
    png_infop info = png_create_info_struct(png);
    ASSERT(info);
    png_set_write_fn(png, &w, write_bytes, flush_nothing);
    png_set_user_limits(png, PICTURE_SIDE_MAX, PICTURE_SIDE_MAX);
    png_set_IHDR(png, info, (png_uint_32)picture->width_px, (png_uint_32)picture->height_px, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, level);
    /* Flat charts compress as well with one cheap filter as with all five tried on each row. */
    png_set_filter(png, PNG_FILTER_TYPE_BASE, level <= 3 ? PNG_FILTER_UP : PNG_ALL_FILTERS);
    png_write_info(png, info);
    for (int y = 0; y < picture->height_px; y++)
        png_write_row(png, picture->rgb + (size_t)y * picture->stride);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    *out = str_bytes(w.out);
    return 0;
}

int picture_join(struct op *op, const struct picture *parts, size_t n, struct picture *out)
{
    ASSERT(n > 0);
    size_t row = (size_t)parts[0].width_px * 3, height = 0;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].width_px != parts[0].width_px)
            return op_fail(op, ERR_BROWSER, "the page changed its width between two tiles");
        height += (size_t)parts[i].height_px;
    }
    if (height * row > PICTURE_BYTES_MAX)
        return op_fail(op, ERR_TOO_LARGE, "the page of %zu pixels height is beyond the limit",
                       height);
    unsigned char *rgb = arena_alloc(&op->arena, height * row), *to = rgb;
    for (size_t i = 0; i < n; i++)
        for (int y = 0; y < parts[i].height_px; y++, to += row)
            memcpy(to, parts[i].rgb + (size_t)y * parts[i].stride, row);
    *out = (struct picture){parts[0].width_px, (int)height, row, rgb};
    return 0;
}

/* The average colour of an area of the picture. */
static void average(const struct picture *from, int left, int top, int right, int bottom,
                    unsigned char *out)
{
    unsigned sum[3] = {0}, n = (unsigned)(right - left) * (unsigned)(bottom - top);
    for (int y = top; y < bottom; y++) {
        const unsigned char *p = from->rgb + (size_t)y * from->stride + (size_t)left * 3;
        for (int x = left; x < right; x++, p += 3) {
            sum[0] += p[0];
            sum[1] += p[1];
            sum[2] += p[2];
        }
    }
    for (int i = 0; i < 3; i++)
        out[i] = (unsigned char)((sum[i] + n / 2) / n);
}

int picture_shrink(struct op *op, const struct picture *from, int width_px, struct picture *out)
{
    if (width_px >= from->width_px) {
        *out = *from;
        return 0;
    }
    int64_t height = (int64_t)from->height_px * width_px / from->width_px;
    int w = width_px < 1 ? 1 : width_px, h = height < 1 ? 1 : (int)height;
    unsigned char *rgb = arena_alloc(&op->arena, (size_t)w * (size_t)h * 3), *to = rgb;
    for (int y = 0; y < h; y++) {
        int top = (int)((int64_t)y * from->height_px / h);
        int bottom = (int)((int64_t)(y + 1) * from->height_px / h);
        for (int x = 0; x < w; x++, to += 3) {
            int left = (int)((int64_t)x * from->width_px / w);
            int right = (int)((int64_t)(x + 1) * from->width_px / w);
            average(from, left, top, right, bottom, to);
        }
    }
    *out = (struct picture){w, h, (size_t)w * 3, rgb};
    return 0;
}

static bool is_near(const unsigned char *p, const unsigned char *q, int tolerance)
{
    return abs(p[0] - q[0]) <= tolerance && abs(p[1] - q[1]) <= tolerance &&
           abs(p[2] - q[2]) <= tolerance;
}

int64_t picture_count_different(const struct picture *a, const struct picture *b, int tolerance)
{
    if (a->width_px != b->width_px || a->height_px != b->height_px)
        return -1;
    int64_t n = 0;
    for (int y = 0; y < a->height_px; y++) {
        const unsigned char *p = a->rgb + (size_t)y * a->stride;
        const unsigned char *q = b->rgb + (size_t)y * b->stride;
        if (memcmp(p, q, (size_t)a->width_px * 3) == 0)
            continue;
        for (int x = 0; x < a->width_px; x++, p += 3, q += 3)
            n += !is_near(p, q, tolerance);
    }
    return n;
}

bool picture_size(struct bytes png, int *width_px, int *height_px)
{
    static const unsigned char magic[8] = {137, 'P', 'N', 'G', 13, 10, 26, 10};
    if (png.n < 24 || memcmp(png.p, magic, 8) != 0)
        return false;
    const unsigned char *p = (const unsigned char *)png.p + 16;
    *width_px = (int)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
    *height_px = (int)((uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7]);
    return true;
}
