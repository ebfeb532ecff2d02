/* Sliding windows over the last minute. Pure; belongs to the thread of the outbox.
 *
 * The services count messages in any 60 seconds and shut out who goes over, for ten minutes even
 * (DingTalk). So the exact times are kept, and not a bucket that would let a burst through.
 */
#include "notify/rate.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60 * 1000 };

static int64_t newest(const struct rate_window *window)
{
    return window->n ? window->sent_ms[(window->n - 1) % RATE_PER_MINUTE_MAX] : INT64_MIN;
}

static struct rate_window *find(struct rate *rate, const char *id)
{
    struct rate_window *oldest = &rate->windows[0];
    for (int i = 0; i < RATE_CHANNELS; i++) {
        struct rate_window *window = &rate->windows[i];
        if (window->n > 0 && strncmp(window->id, id, RATE_ID_MAX - 1) == 0)
            return window;
        if (newest(window) < newest(oldest))
            oldest = window;
    }
    *oldest = (struct rate_window){0};
    snprintf(oldest->id, sizeof oldest->id, "%s", id);
    return oldest;
}

int64_t rate_take(struct rate *rate, const char *id, int per_minute, int64_t now_ms)
{
    uint64_t most = per_minute < RATE_PER_MINUTE_MAX ? (uint64_t)per_minute : RATE_PER_MINUTE_MAX;
    if (per_minute <= 0)
        return 0;
    struct rate_window *window = find(rate, id);
    if (window->n >= most) {
        int64_t first = window->sent_ms[(window->n - most) % RATE_PER_MINUTE_MAX];
        if (first + MINUTE_MS > now_ms)
            return first + MINUTE_MS - now_ms;
    }
    window->sent_ms[window->n++ % RATE_PER_MINUTE_MAX] = now_ms;
    return 0;
}
