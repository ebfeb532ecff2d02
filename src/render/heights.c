/* The memory of heights: a small table, the least recently used row gives way. A wrong hint costs
 * what no hint costs, so rows never expire.
 */
#include "render/heights.h"

#include "base/clock.h"
#include "base/mem.h"
#include "sys/lock.h"

#include <string.h>

enum { ROWS_MAX = 256 };

struct row {
    char *page; /* heap: origin and uid */
    int width_px, height_px;
    int64_t used_ms;
};

struct heights {
    struct lock lock;
    struct row rows[ROWS_MAX];
};

struct heights *heights_new(void)
{
    struct heights *heights = MEM_NEW(struct heights);
    lock_init(&heights->lock);
    return heights;
}

void heights_free(struct heights *heights)
{
    for (size_t i = 0; i < ROWS_MAX; i++)
        mem_free(heights->rows[i].page);
    lock_fini(&heights->lock);
    mem_free(heights);
}

/* With the lock held; NULL: not there, *oldest may be used for it. */
static struct row *find_row(struct heights *heights, const char *page, int width_px,
                            struct row **oldest)
{
    *oldest = &heights->rows[0];
    for (size_t i = 0; i < ROWS_MAX; i++) {
        struct row *row = &heights->rows[i];
        if (row->page && row->width_px == width_px && strcmp(row->page, page) == 0)
            return row;
        if (row->used_ms < (*oldest)->used_ms)
            *oldest = row;
    }
    return NULL;
}

int heights_find(struct heights *heights, const char *origin, const char *uid, int width_px)
{
    char *page = mem_fmt("%s %s", origin, uid);
    struct row *oldest;
    lock_take(&heights->lock);
    struct row *row = find_row(heights, page, width_px, &oldest);
    int height_px = row ? row->height_px : 0;
    if (row)
        row->used_ms = clock_mono_ms();
    lock_give(&heights->lock);
    mem_free(page);
    return height_px;
}

void heights_note(struct heights *heights, const char *origin, const char *uid, int width_px,
                  int height_px)
{
    char *page = mem_fmt("%s %s", origin, uid);
    struct row *oldest;
    lock_take(&heights->lock);
    struct row *row = find_row(heights, page, width_px, &oldest);
    if (!row) {
        row = oldest;
        mem_free(row->page);
        *row = (struct row){.page = page, .width_px = width_px};
        page = NULL;
    }
    row->height_px = height_px;
    row->used_ms = clock_mono_ms();
    lock_give(&heights->lock);
    mem_free(page);
}
