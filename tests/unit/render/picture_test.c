#include "../test.h"

#include "render/picture.h"

#include <string.h>

static struct op op;

static int begin(void **state)
{
    (void)state;
    op_init(&op, -1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    op_fini(&op);
    return 0;
}

/* Each pixel tells its place: red is x, green is y, blue is the mark. */
static struct picture draw(int width, int height, int mark)
{
    unsigned char *rgb = arena_alloc(&op.arena, (size_t)width * (size_t)height * 3);
    for (int i = 0; i < width * height; i++) {
        rgb[i * 3] = (unsigned char)(i % width);
        rgb[i * 3 + 1] = (unsigned char)(i / width);
        rgb[i * 3 + 2] = (unsigned char)mark;
    }
    return (struct picture){width, height, (size_t)width * 3, rgb};
}

static const unsigned char *at(const struct picture *p, int x, int y)
{
    return p->rgb + (size_t)y * p->stride + (size_t)x * 3;
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct picture p = draw(37, 21, 9), back;
    struct bytes png;
    int width, height;
    for (int level = 1; level <= 9; level += 4) {
        assert_int_equal(picture_encode(&op, &p, level, &png), 0);
        assert_true(picture_size(png, &width, &height));
        assert_int_equal(width, 37);
        assert_int_equal(height, 21);
        assert_int_equal(picture_decode(&op, png, &back), 0);
        assert_int_equal(picture_count_different(&p, &back, 0), 0);
    }
}

static void a_cut_is_clamped_to_the_picture(void **state)
{
    (void)state;
    struct picture p = draw(30, 20, 0), cut;
    struct bytes png;
    assert_int_equal(picture_cut(&op, &p, 10, 5, 8, 4, &cut), 0);
    assert_int_equal(cut.width_px, 8);
    assert_int_equal(cut.height_px, 4);
    assert_int_equal(at(&cut, 0, 0)[0], 10);
    assert_int_equal(at(&cut, 7, 3)[1], 8);
    assert_int_equal(picture_encode(&op, &cut, 1, &png), 0); /* its rows are its parent's */
    assert_int_equal(picture_decode(&op, png, &cut), 0);
    assert_int_equal(at(&cut, 0, 0)[0], 10);
    assert_int_equal(picture_cut(&op, &p, -5, 15, 100, 100, &cut), 0);
    assert_int_equal(cut.width_px, 30);
    assert_int_equal(cut.height_px, 5);
    assert_int_equal(picture_cut(&op, &p, 30, 0, 5, 5, &cut), -1);
}

static void tiles_are_joined_in_order(void **state)
{
    (void)state;
    struct picture parts[3] = {draw(10, 4, 1), draw(10, 7, 2), draw(10, 1, 3)}, whole;
    assert_int_equal(picture_join(&op, parts, 3, &whole), 0);
    assert_int_equal(whole.height_px, 12);
    assert_int_equal(at(&whole, 0, 3)[2], 1);
    assert_int_equal(at(&whole, 0, 4)[2], 2);
    assert_int_equal(at(&whole, 9, 11)[2], 3);
    parts[1] = draw(9, 7, 2);
    assert_int_equal(picture_join(&op, parts, 3, &whole), -1);
}

static void what_is_no_png_is_refused(void **state)
{
    (void)state;
    struct picture p = draw(5, 5, 0), out;
    struct bytes png;
    int width, height;
    assert_int_equal(picture_encode(&op, &p, 1, &png), 0);
    assert_false(picture_size(BYTES("GIF89a"), &width, &height));
    assert_false(picture_size((struct bytes){png.p, 20}, &width, &height));
    assert_int_equal(picture_decode(&op, BYTES("not a picture at all"), &out), -1);
    op_clear(&op);
    assert_int_equal(picture_decode(&op, (struct bytes){png.p, png.n / 2}, &out), -1);
    assert_int_equal(op.err, ERR_INTERNAL);
}

static void shrinking_averages(void **state)
{
    (void)state;
    struct picture p = draw(40, 20, 80), small;
    assert_int_equal(picture_shrink(&op, &p, 10, &small), 0);
    assert_int_equal(small.width_px, 10);
    assert_int_equal(small.height_px, 5);
    assert_int_equal(at(&small, 3, 3)[2], 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, begin, end),
        cmocka_unit_test_setup_teardown(a_cut_is_clamped_to_the_picture, begin, end),
        cmocka_unit_test_setup_teardown(tiles_are_joined_in_order, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_png_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(shrinking_averages, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
