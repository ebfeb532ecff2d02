#include "../test.h"

#include "render/picture.h"
#include "rounds/picture_diff.h"

#include <png.h>
#include <string.h>

struct canvas {
    unsigned char p[64 * 48 * 4];
    int w, h;
};

static void fill(struct canvas *c, int w, int h, unsigned char v)
{
    c->w = w;
    c->h = h;
    memset(c->p, v, sizeof c->p);
}

static void box(struct canvas *c, int x0, int y0, int x1, int y1, unsigned char v)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            memset(c->p + (y * c->w + x) * 4, v, 3);
}

static struct bytes png_of(struct op *op, const struct canvas *c)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)c->w,
                       .height = (png_uint_32)c->h,
                       .format = PNG_FORMAT_RGBA};
    png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(image);
    char *p = arena_alloc(&op->arena, n);
    assert_true(png_image_write_to_memory(&image, p, &n, 0, c->p, 0, NULL));
    return (struct bytes){p, n};
}

static void equal_pictures_have_no_change(void **state)
{
    (void)state;
    struct op op;
    struct canvas a;
    struct picture_diff diff;
    op_init(&op, -1);
    fill(&a, 64, 48, 255);
    box(&a, 10, 10, 20, 20, 0);
    assert_int_equal(picture_compare(&op, png_of(&op, &a), png_of(&op, &a), NULL, 0, &diff), 0);
    assert_int_equal(diff.changed, 0);
    assert_int_equal(diff.compared, 64 * 48);
    op_fini(&op);
}

static void a_changed_box_is_counted_and_framed(void **state)
{
    (void)state;
    struct op op;
    struct canvas a, b;
    struct picture_diff diff;
    op_init(&op, -1);
    fill(&a, 64, 48, 255);
    b = a;
    box(&b, 8, 4, 24, 20, 0);
    assert_int_equal(picture_compare(&op, png_of(&op, &a), png_of(&op, &b), NULL, 0, &diff), 0);
    assert_int_equal(diff.changed, 16 * 16);
    assert_int_equal(diff.left, 8);
    assert_int_equal(diff.right, 24);
    assert_int_equal(diff.bottom, 20);
    struct picture_mask mask = {8.0 / 64, 4.0 / 48, 16.0 / 64, 16.0 / 48};
    assert_int_equal(picture_compare(&op, png_of(&op, &a), png_of(&op, &b), &mask, 1, &diff), 0);
    assert_int_equal(diff.changed, 0);
    assert_int_equal(diff.compared, 64 * 48 - 256);
    op_fini(&op);
}

static void a_line_moved_by_one_pixel_is_no_change(void **state)
{
    (void)state;
    struct op op;
    struct canvas a, b;
    struct picture_diff diff;
    op_init(&op, -1);
    fill(&a, 64, 48, 255);
    b = a;
    box(&a, 20, 0, 21, 48, 0);
    box(&b, 21, 0, 22, 48, 0);
    assert_int_equal(picture_compare(&op, png_of(&op, &a), png_of(&op, &b), NULL, 0, &diff), 0);
    assert_int_equal(diff.changed, 0);
    box(&b, 21, 0, 22, 48, 255);
    box(&b, 40, 0, 41, 48, 0);
    assert_int_equal(picture_compare(&op, png_of(&op, &a), png_of(&op, &b), NULL, 0, &diff), 0);
    assert_int_equal(diff.changed, 96);
    op_fini(&op);
}

static void a_new_size_counts_as_change(void **state)
{
    (void)state;
    struct op op;
    struct canvas a, b;
    struct picture_diff diff;
    op_init(&op, -1);
    fill(&a, 64, 24, 255);
    fill(&b, 64, 48, 255);
    assert_int_equal(picture_compare(&op, png_of(&op, &a), png_of(&op, &b), NULL, 0, &diff), 0);
    assert_true(diff.share == 0.5);
    op_fini(&op);
}

static void the_difference_is_a_picture(void **state)
{
    (void)state;
    struct op op;
    struct canvas a, b;
    struct picture_diff diff;
    struct bytes png;
    int w, h;
    op_init(&op, -1);
    fill(&a, 64, 48, 255);
    b = a;
    box(&b, 8, 4, 24, 20, 0);
    assert_int_equal(picture_draw_diff(&op, png_of(&op, &a), png_of(&op, &b), NULL, 0, &diff, &png),
                     0);
    assert_true(picture_size(png, &w, &h));
    assert_int_equal(w, 64);
    assert_int_equal(h, 48);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, png.p, png.n));
    image.format = PNG_FORMAT_RGBA;
    assert_true(png_image_finish_read(&image, NULL, a.p, 0, NULL));
    assert_int_equal(a.p[(5 * 64 + 9) * 4], 225); /* the mark */
    assert_int_equal(a.p[(40 * 64 + 40) * 4], 255);
    op_fini(&op);
}

static void damaged_pictures_are_refused(void **state)
{
    (void)state;
    struct op op;
    struct canvas a;
    op_init(&op, -1);
    fill(&a, 64, 48, 9);
    struct bytes good = png_of(&op, &a), short_ = {good.p, good.n / 2}, none = BYTES("GIF89a");
    struct bytes bad[] = {short_, none, {"", 0}};
    for (size_t i = 0; i < 3; i++) {
        struct op part;
        struct picture_diff diff;
        op_init(&part, -1);
        assert_int_equal(picture_compare(&part, good, bad[i], NULL, 0, &diff), -1);
        assert_int_equal(part.err, ERR_UNPROCESSABLE);
        op_fini(&part);
    }
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_pictures_have_no_change),
        cmocka_unit_test(a_changed_box_is_counted_and_framed),
        cmocka_unit_test(a_line_moved_by_one_pixel_is_no_change),
        cmocka_unit_test(a_new_size_counts_as_change),
        cmocka_unit_test(the_difference_is_a_picture),
        cmocka_unit_test(damaged_pictures_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
