/* Quiet hours: times of the day at which rounds load nothing, of a plan or of a source. Pure. */
#ifndef ROUNDS_QUIET_H
#define ROUNDS_QUIET_H

#include "base/json.h"
#include "cron/zone.h"

enum { QUIET_MAX = 20 };

struct quiet {
    int from_min, to_min; /* minutes of the local day; to ≤ from: over midnight */
};

/* When the quiet hours that now_ms is in will be over; 0: it is in none. */
int64_t quiet_end(const struct quiet *hours, size_t n, const struct zone *zone, int64_t now_ms);
/* As a member that is a list of {"from":"22:00","to":"06:00"}. */
void quiet_print(struct jw *w, const char *key, const struct quiet *hours, size_t n);

#endif
