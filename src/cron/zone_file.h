/* Inside cron/: a zone as its file says it. */
#ifndef CRON_ZONE_FILE_H
#define CRON_ZONE_FILE_H

#include "base/op.h"

struct zone_date_rule { /* one half of "M3.2.0/2" and its kin */
    char kind; /* 'M' month.week.weekday, 'J' day 1…365 without 29 February, 'D' day 0…365 */
    int month, week, weekday;
    int day;
    int time_s; /* local, may be negative or beyond a day */
};

struct zone_tail { /* the rule that holds after the last recorded change */
    bool is_known;
    bool has_dst;
    int standard_s, dst_s; /* local minus UTC */
    struct zone_date_rule start, end;
};

struct zone {
    int64_t *changes; /* seconds since 1970, rising */
    int *offsets;     /* offsets[i] holds from changes[i] on */
    size_t n;
    int first_s; /* before the first change */
    struct zone_tail tail;
};

/* The content of a zone file. False if it is malformed. */
bool zone_file_read(struct arena *arena, struct bytes file, struct zone *out);
/* "CET-1CEST,M3.5.0,M10.5.0/3". False if it is malformed. */
bool zone_tail_read(struct bytes text, struct zone_tail *out);
/* The offset at an instant by the tail rule. */
int zone_tail_offset(const struct zone_tail *tail, int64_t utc_s);

#endif
