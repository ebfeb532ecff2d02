/* Quiet hours. Pure; any thread. They are of the clock on the wall, so where clocks change they are
 * an hour longer or shorter that night.
 */
#include "rounds/quiet.h"

#include <stdio.h>

int64_t quiet_end(const struct quiet *hours, size_t n, const struct zone *zone, int64_t now_ms)
{
    struct zone_civil local;
    zone_local(zone, now_ms, &local);
    int minute = local.hour * 60 + local.minute;
    for (size_t i = 0; i < n; i++) {
        const struct quiet *q = &hours[i];
        bool is_over_midnight = q->to_min <= q->from_min;
        bool is_in = is_over_midnight ? minute >= q->from_min || minute < q->to_min
                                      : minute >= q->from_min && minute < q->to_min;
        if (!is_in)
            continue;
        struct zone_civil end = {
            .year = local.year, .month = local.month, .day = local.day, .minute = q->to_min};
        end.day += is_over_midnight && minute >= q->from_min;
        int64_t end_ms;
        zone_utc(zone, &end, &end_ms, NULL);
        return end_ms > now_ms ? end_ms : now_ms + 60000;
    }
    return 0;
}

static void print_clock(struct jw *w, const char *key, int minutes)
{
    char text[8];
    snprintf(text, sizeof text, "%02d:%02d", minutes / 60 % 100, minutes % 60);
    jw_text_at(w, key, text);
}

void quiet_print(struct jw *w, const char *key, const struct quiet *hours, size_t n)
{
    jw_array_at(w, key);
    for (size_t i = 0; i < n; i++) {
        jw_object(w);
        print_clock(w, "from", hours[i].from_min);
        print_clock(w, "to", hours[i].to_min);
        jw_end(w);
    }
    jw_end(w);
}
