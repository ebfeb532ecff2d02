/* How many messages a channel may send in a minute: a sliding window a channel. One thread. */
#ifndef NOTIFY_RATE_H
#define NOTIFY_RATE_H

#include <stdint.h>

enum { RATE_CHANNELS = 64, RATE_PER_MINUTE_MAX = 100, RATE_ID_MAX = 24 };

struct rate_window {
    char id[RATE_ID_MAX];
    int64_t sent_ms[RATE_PER_MINUTE_MAX]; /* a ring of the newest */
    uint64_t n;                           /* sent ever: the next goes to n % size */
};

struct rate {
    struct rate_window windows[RATE_CHANNELS]; /* the one used longest ago gives way */
};

/* 0: go on, and it is counted. Else the milliseconds to wait; not counted. per_minute 0: no limit.
 * now_ms: monotonic. */
int64_t rate_take(struct rate *rate, const char *id, int per_minute, int64_t now_ms);

#endif
