/* Where the pictures of a contact sheet stand: rows of one height each, filled from edge to edge.
 * Pure. For report/ only.
 */
#ifndef REPORT_SHEET_LAYOUT_H
#define REPORT_SHEET_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

enum { SHEET_WIDTH_PX = 1240, SHEET_GAP_PX = 12 };

struct sheet_tile {
    const void *item;     /* the caller's */
    double width, height; /* of the picture as it is, px; more than 0 */
    int group;            /* tiles of one group may change places to fill a row */
    double shown_width, shown_height;
    bool begins_row;
};

/* Puts the tiles into their order and fills in how large each is shown, with its aspect kept. A
 * panel gets at least what its words need to be read: a share of its own width, half of the sheet
 * for most, all of it for wide flat ones. */
void sheet_layout(struct sheet_tile *tiles, size_t n);

#endif
