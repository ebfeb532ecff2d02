/* Where the pictures of a contact sheet stand. */
#include "../test.h"

#include "report/sheet_layout.h"

#include <math.h>

enum { MANY = 48 };

static void fill(struct sheet_tile *tiles, size_t n, double width, double height, int group)
{
    static const int items[MANY];
    for (size_t i = 0; i < n; i++)
        tiles[i] = (struct sheet_tile){
            .item = &items[i], .width = width, .height = height, .group = group};
}

/* What holds for every sheet: rows within the width, one height a row, aspects kept, nothing lost. */
static void check_sheet(const struct sheet_tile *tiles, size_t n)
{
    double right = 0;
    assert_true(tiles[0].begins_row);
    for (size_t i = 0; i < n; i++) {
        const struct sheet_tile *tile = &tiles[i];
        right = tile->begins_row ? tile->shown_width : right + SHEET_GAP_PX + tile->shown_width;
        assert_true(right <= SHEET_WIDTH_PX + 0.01);
        assert_true(tile->shown_width <= tile->width + 0.01);
        assert_true(tile->begins_row || fabs(tile->shown_height - tile[-1].shown_height) < 0.01);
        assert_true(fabs(tile->shown_width / tile->shown_height - tile->width / tile->height) < 0.01);
        for (size_t k = 0; k < i; k++)
            assert_ptr_not_equal(tiles[k].item, tile->item);
    }
}

static size_t count_rows(const struct sheet_tile *tiles, size_t n)
{
    size_t rows = 0;
    for (size_t i = 0; i < n; i++)
        rows += tiles[i].begins_row;
    return rows;
}

static void a_wide_flat_panel_has_a_row_of_its_own(void **state)
{
    struct sheet_tile tiles[3];
    fill(tiles, 3, 390, 260, 0);
    tiles[1].width = 1584;
    tiles[1].height = 152;
    sheet_layout(tiles, 3);
    check_sheet(tiles, 3);
    assert_true(tiles[0].width == 390 && tiles[1].width == 390);
    assert_true(tiles[2].begins_row);
    assert_true(fabs(tiles[2].shown_width - SHEET_WIDTH_PX) < 0.01);
}

static void charts_of_half_a_dashboard_stand_two_by_two(void **state)
{
    struct sheet_tile tiles[6];
    fill(tiles, 6, 788, 304, 0);
    sheet_layout(tiles, 6);
    check_sheet(tiles, 6);
    assert_int_equal(count_rows(tiles, 6), 3);
    assert_true(tiles[0].shown_width > 0.7 * 788);
}

static void gauges_stand_five_in_a_row(void **state)
{
    struct sheet_tile tiles[8];
    fill(tiles, 8, 390, 304, 0);
    tiles[7].width = 1600;
    tiles[7].height = 400;
    sheet_layout(tiles, 8);
    check_sheet(tiles, 8);
    assert_true(tiles[5].begins_row);
    assert_true(tiles[0].shown_width > 0.6 * 390);
}

static void more_dots_a_pixel_change_nothing(void **state)
{
    struct sheet_tile once[3], twice[3];
    fill(once, 3, 788, 304, 0);
    once[2].width = 1600;
    fill(twice, 3, 2 * 788, 2 * 304, 0);
    twice[2].width = 3200;
    sheet_layout(once, 3);
    sheet_layout(twice, 3);
    for (int i = 0; i < 3; i++)
        assert_true(fabs(once[i].shown_width - twice[i].shown_width) < 0.01);
}

static void what_needs_attention_stays_in_front(void **state)
{
    struct sheet_tile tiles[MANY];
    for (size_t i = 0; i < MANY; i++)
        fill(&tiles[i], 1, i % 5 == 0 ? 1584 : i % 3 == 0 ? 788 : 390, 200 + 37 * (double)(i % 7),
             (int)(i / 12));
    static const int names[MANY];
    for (size_t i = 0; i < MANY; i++)
        tiles[i].item = &names[i];
    sheet_layout(tiles, MANY);
    check_sheet(tiles, MANY);
    for (size_t i = 1; i < MANY; i++)
        assert_true(tiles[i].group >= tiles[i - 1].group);
}

static void odd_shapes_harm_nothing(void **state)
{
    struct sheet_tile tiles[3];
    fill(tiles, 3, 1, 100000, 0);
    tiles[1].width = 100000;
    tiles[1].height = 1;
    tiles[2].width = tiles[2].height = 1;
    sheet_layout(tiles, 3);
    check_sheet(tiles, 3);
    sheet_layout(tiles, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_flat_panel_has_a_row_of_its_own),
        cmocka_unit_test(charts_of_half_a_dashboard_stand_two_by_two),
        cmocka_unit_test(gauges_stand_five_in_a_row),
        cmocka_unit_test(more_dots_a_pixel_change_nothing),
        cmocka_unit_test(what_needs_attention_stays_in_front),
        cmocka_unit_test(odd_shapes_harm_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
