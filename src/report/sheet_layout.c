/* The layout of contact sheets. Pure; any thread.
 *
 * A grid of equal cells wastes most of itself on panels that are no squares: a chart over the whole
 * width of its dashboard became a strip of 60 pixels. Here a row takes as many panels as can stand
 * side by side at one height while each keeps the width that its words need, and is then stretched
 * to both edges. Where the next panel does not fit, one of the same group that does may come first:
 * what is abnormal stays before what is not.
 */
#include "report/sheet_layout.h"

#include <math.h>
#include <string.h>

enum { AHEAD = 8, HEIGHT_MAX = 340, NARROW_PX = 150, PAGE_PX = 1600 };

static const double readable = 0.6; /* of its own size a panel's words can still be read */
static const double flat = 3.2; /* wider than so many heights: half of the sheet is too little */

static double aspect_of(const struct sheet_tile *tile)
{
    return tile->width / tile->height;
}

/* Pictures of screens with more dots a pixel: the widest one tells, since pages are some 1600 wide. */
static double dots_of(const struct sheet_tile *tiles, size_t n)
{
    double widest = 0;
    for (size_t i = 0; i < n; i++)
        widest = fmax(widest, tiles[i].width);
    return fmax(1, round(widest / PAGE_PX));
}

static double needed_width(const struct sheet_tile *tile, double dots)
{
    const double half = (SHEET_WIDTH_PX - SHEET_GAP_PX) / 2.0;
    double most = aspect_of(tile) < flat ? half : SHEET_WIDTH_PX;
    double own = tile->width / dots;
    return fmin(fmin(fmax(own * readable, NARROW_PX), own), most);
}

/* The height of a row: it reaches both edges, unless a panel would become larger than it is. */
static double row_height(const struct sheet_tile *row, size_t n, double dots)
{
    double aspects = 0, most = HEIGHT_MAX;
    for (size_t i = 0; i < n; i++) {
        aspects += aspect_of(&row[i]);
        most = fmin(most, row[i].height / dots);
    }
    return fmin(most, (SHEET_WIDTH_PX - (double)(n - 1) * SHEET_GAP_PX) / aspects);
}

/* Is each of a row large enough? */
static bool is_readable(const struct sheet_tile *row, size_t n, double dots)
{
    const double slack = 0.5;
    double height = row_height(row, n, dots) + slack;
    for (size_t i = 0; i < n; i++)
        if (aspect_of(&row[i]) * height < needed_width(&row[i], dots))
            return false;
    return true;
}

/* Moves the tile at `from` to the place `to`; those between make room. */
static void move(struct sheet_tile *tiles, size_t from, size_t to)
{
    struct sheet_tile moved = tiles[from];
    if (from > to)
        memmove(&tiles[to + 1], &tiles[to], (from - to) * sizeof *tiles);
    else
        memmove(&tiles[from], &tiles[from + 1], (to - from) * sizeof *tiles);
    tiles[to] = moved;
}

/* Brings one that fits to the place after the first n; false: none of the next ones does. */
static bool take_next(struct sheet_tile *tiles, size_t n, size_t all, double dots)
{
    size_t end = n + AHEAD < all ? n + AHEAD : all;
    int group = n < all ? tiles[n].group : 0;
    for (size_t i = n; i < end && tiles[i].group == group; i++) {
        move(tiles, i, n);
        if (is_readable(tiles, n + 1, dots))
            return true;
        move(tiles, n, i);
    }
    return false;
}

void sheet_layout(struct sheet_tile *tiles, size_t n)
{
    double dots = dots_of(tiles, n);
    for (size_t at = 0, row; at < n; at += row) {
        row = 1;
        while (take_next(&tiles[at], row, n - at, dots))
            row++;
        double height = row_height(&tiles[at], row, dots);
        for (size_t i = at; i < at + row; i++) {
            tiles[i].shown_height = height;
            tiles[i].shown_width = aspect_of(&tiles[i]) * height;
            tiles[i].begins_row = i == at;
        }
    }
}
