/* A schedule: several cron lines in one zone, with days off. Pure once parsed; any thread.
 *
 * A holiday takes away whole local days. A time that clocks jumped over fires at the first instant
 * after the jump, and it is that instant's date which counts.
 */
#include "cron/cron.h"

#include <stdlib.h>

enum { HOLIDAY_SPAN_MAX = 366, SKIPS_MAX = 5000 };

static int compare_days(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Adds the days of "2026-10-01" or "2026-10-01..2026-10-07". */
static int add_holiday(struct op *op, const char *text, int64_t *days, size_t *n)
{
    struct bytes first = bytes_of(text), last = first;
    ssize_t dots = bytes_find(first, BYTES(".."));
    if (dots >= 0) {
        last = bytes_from(first, (size_t)dots + 2);
        first.n = (size_t)dots;
    }
    int64_t from, to;
    if (!zone_parse_date(first, &from) || !zone_parse_date(last, &to) || to < from ||
        to - from > HOLIDAY_SPAN_MAX)
        return op_fail(op, ERR_BAD_INPUT,
                       "holiday '%.60s' is neither a date like '2026-10-01' nor a span like "
                       "'2026-10-01..2026-10-07'",
                       text);
    for (; from <= to; from++) {
        if (*n == SCHEDULE_HOLIDAYS_MAX)
            return op_fail(op, ERR_BAD_INPUT, "more than %d holidays", SCHEDULE_HOLIDAYS_MAX);
        days[(*n)++] = from;
    }
    return 0;
}

int schedule_parse(struct op *op, const char *const *lines, size_t line_n, const char *zone,
                   const char *const *holidays, size_t holiday_n, struct schedule *out)
{
    *out = (struct schedule){0};
    if (line_n > SCHEDULE_LINES_MAX)
        return op_fail(op, ERR_BAD_INPUT, "more than %d cron lines", SCHEDULE_LINES_MAX);
    for (size_t i = 0; i < line_n; i++)
        if (cron_parse(op, bytes_of(lines[i]), &out->lines[i]))
            return -1;
    out->line_n = line_n;
    if (zone_open(op, zone, &out->zone))
        return -1;
    int64_t *days = ARENA_ARRAY(&op->arena, int64_t, SCHEDULE_HOLIDAYS_MAX);
    for (size_t i = 0; i < holiday_n; i++)
        if (add_holiday(op, holidays[i], days, &out->holiday_n))
            return -1;
    qsort(days, out->holiday_n, sizeof *days, compare_days);
    out->holidays = days;
    return 0;
}

static bool is_holiday(const struct schedule *schedule, int64_t moment_ms)
{
    if (schedule->holiday_n == 0)
        return false;
    struct zone_civil local;
    zone_local(schedule->zone, moment_ms, &local);
    int64_t days = zone_days(local.year, local.month, local.day);
    return bsearch(&days, schedule->holidays, schedule->holiday_n, sizeof days, compare_days);
}

/* The end of the local day that a moment is in, minus a millisecond. */
static int64_t day_end(const struct zone *zone, int64_t moment_ms)
{
    struct zone_civil local;
    int64_t end;
    zone_local(zone, moment_ms, &local);
    struct zone_civil next = {.year = local.year, .month = local.month, .day = local.day + 1};
    zone_utc(zone, &next, &end, NULL);
    return end > moment_ms ? end - 1 : moment_ms;
}

static int64_t line_next(const struct schedule *schedule, const struct cron *cron, int64_t after_ms)
{
    for (int i = 0; i < SKIPS_MAX; i++) {
        int64_t at = cron_next(cron, schedule->zone, after_ms);
        if (at == 0 || !is_holiday(schedule, at))
            return at;
        after_ms = day_end(schedule->zone, at);
    }
    return 0;
}

int64_t schedule_next(const struct schedule *schedule, int64_t after_ms, size_t *line)
{
    int64_t best = 0;
    for (size_t i = 0; i < schedule->line_n; i++) {
        int64_t at = line_next(schedule, &schedule->lines[i], after_ms);
        if (at && (best == 0 || at < best)) {
            best = at;
            if (line)
                *line = i;
        }
    }
    return best;
}

int64_t schedule_newest(const struct schedule *schedule, int64_t after_ms, int64_t until_ms)
{
    /* Halve the span from its end: schedules have no "previous", and the span may be long. */
    int64_t low = after_ms, found = schedule_next(schedule, after_ms, NULL);
    if (found == 0 || found > until_ms)
        return 0;
    int64_t high = until_ms;
    while (high - low > 1) {
        int64_t mid = low + (high - low) / 2;
        int64_t at = schedule_next(schedule, mid, NULL);
        if (at && at <= until_ms) {
            found = at;
            low = at;
            int64_t next = schedule_next(schedule, at, NULL);
            if (next == 0 || next > until_ms)
                return at;
        } else {
            high = mid;
        }
    }
    return found;
}
