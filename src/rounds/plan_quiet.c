/* Quiet hours of a plan. Pure; any thread. */
#include "rounds/plan.h"

int64_t plan_quiet_end(const struct plan_spec *spec, const struct zone *zone, int64_t now_ms)
{
    struct zone_civil local;
    zone_local(zone, now_ms, &local);
    int minute = local.hour * 60 + local.minute;
    for (size_t i = 0; i < spec->quiet_n; i++) {
        const struct plan_quiet *q = &spec->quiet[i];
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
