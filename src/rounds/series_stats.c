/* Series: order and statistics. Pure.
 *
 * What counts as missing needs the interval at which points ought to come; no frame tells it
 * reliably, so it is the median distance between neighbours, which a few holes do not shift.
 */
#include "rounds/series.h"

#include <math.h>
#include <stdlib.h>

static int by_time(const void *a, const void *b)
{
    int64_t x = ((const struct series_point *)a)->at_ms,
            y = ((const struct series_point *)b)->at_ms;
    return (x > y) - (x < y);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void sort_points(struct series *series)
{
    for (size_t i = 1; i < series->point_n; i++)
        if (series->points[i].at_ms < series->points[i - 1].at_ms) {
            qsort(series->points, series->point_n, sizeof *series->points, by_time);
            return;
        }
}

static void add_value(struct series *series, const struct series_point *point, size_t *n,
                      double *sum)
{
    double v = point->value;
    if (isnan(v))
        return;
    if (*n == 0 || v < series->min) {
        series->min = v;
        series->min_at_ms = point->at_ms;
    }
    if (*n == 0 || v > series->max) {
        series->max = v;
        series->max_at_ms = point->at_ms;
    }
    series->last = v;
    series->last_at_ms = point->at_ms;
    *sum += v;
    ++*n;
}

/* The usual distance between neighbours; 0: unknown. */
static int64_t step_of(struct arena *arena, const struct series *series)
{
    size_t n = series->point_n;
    if (n < 2)
        return 0;
    int64_t *gaps = ARENA_ARRAY(arena, int64_t, n);
    for (size_t i = 1; i < n; i++)
        gaps[i - 1] = series->points[i].at_ms - series->points[i - 1].at_ms;
    qsort(gaps, n - 1, sizeof *gaps, by_size);
    return gaps[(n - 1) / 2];
}

static void note_gap(struct series *series, int64_t from_ms, int64_t to_ms, int64_t step)
{
    int64_t gap = to_ms - from_ms - step;
    if (gap > series->missing_longest_ms)
        series->missing_longest_ms = gap;
}

static void find_missing(struct arena *arena, int64_t from_ms, int64_t to_ms, size_t present,
                         struct series *series)
{
    int64_t step = step_of(arena, series), last = from_ms;
    if (series->point_n && series->points[0].at_ms == SERIES_NO_TIME)
        return;
    if (present == 0) {
        series->missing_share = 1;
        series->missing_longest_ms = to_ms - from_ms;
        return;
    }
    if (step <= 0)
        return;
    int64_t expected = (to_ms - from_ms) / step;
    if (expected > (int64_t)present)
        series->missing_share = 1 - (double)present / (double)expected;
    for (size_t i = 0; i < series->point_n; i++)
        if (!isnan(series->points[i].value)) {
            note_gap(series, last, series->points[i].at_ms, step);
            last = series->points[i].at_ms;
        }
    note_gap(series, last, to_ms, step);
}

void series_set_finish(struct arena *arena, int64_t from_ms, int64_t to_ms, struct series_set *set)
{
    if (!set->note)
        set->note = "picture_only";
    for (size_t i = 0; i < set->n; i++) {
        struct series *series = &set->items[i];
        size_t n = 0;
        double sum = 0;
        sort_points(series);
        series->last = series->min = series->max = series->mean = NAN;
        for (size_t k = 0; k < series->point_n; k++)
            add_value(series, &series->points[k], &n, &sum);
        if (n)
            series->mean = sum / (double)n;
        find_missing(arena, from_ms, to_ms, n, series);
    }
}
