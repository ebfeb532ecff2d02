/* Windows: from "last 6 hours" or "yesterday 09:00–12:00" to absolute ranges. Pure.
 *
 * Calendar windows go by local days of the plan's zone, so that on a day when clocks change a "day"
 * has 23 or 25 hours. A start that comes twice is the first, an end that comes twice the last; one
 * that was jumped over is the instant after the jump. Weeks begin on Monday.
 */
#ifndef ROUNDS_WINDOW_H
#define ROUNDS_WINDOW_H

#include "base/json.h"
#include "cron/zone.h"

enum window_kind { WINDOW_ROLLING, WINDOW_CALENDAR, WINDOW_FIXED };
enum window_unit { WINDOW_DAY, WINDOW_WEEK, WINDOW_MONTH };

struct window {
    const char *name; /* "" none: window_key serves */
    enum window_kind kind;
    int64_t length_ms;     /* rolling */
    int64_t offset_ms;     /* rolling: how long before the moment it ends */
    enum window_unit unit; /* calendar */
    int offset;            /* calendar: units from the moment's own, -1 = the one before */
    int from_min,
        to_min; /* calendar, days: minutes of the day, to_min up to 1440; 0 and 0: all day */
    int64_t from_ms, to_ms; /* fixed */
};

/* *from_ms < *to_ms always. */
void window_resolve(const struct window *window, const struct zone *zone, int64_t moment_ms,
                    int64_t *from_ms, int64_t *to_ms);
/* The same text for the same window of any round: "6h", "6h-1d", "day-1 09:00-12:00", "week-1". */
char *window_key(struct arena *arena, const struct window *window);
void window_print(const struct window *window, struct jw *w);

#endif
