/* What the clockwork must remember over a restart: when each line of a schedule fired last, and
 * the calendars of holidays. */
#ifndef STORE_SCHEDULE_H
#define STORE_SCHEDULE_H

#include "store/store.h"

struct store_schedule {
    int64_t plan_row;
    const char *line;      /* the cron line as written, zone included: its identity */
    int64_t last_fired_ms; /* the moment it was due, not when it ran; 0: never */
};

/* All lines of all plans in use. */
int store_schedule_list(struct op *op, struct store *store, struct store_schedule **out,
                        size_t *out_n) MUST_CHECK;
/* Adds or moves forward; an earlier moment than the one known changes nothing. */
int store_schedule_set(struct op *op, struct store *store, int64_t plan_row, const char *line,
                       int64_t last_fired_ms) MUST_CHECK;
/* Forgets lines of a plan that are not among these. */
int store_schedule_keep(struct op *op, struct store *store, int64_t plan_row,
                        const char *const *lines, size_t n) MUST_CHECK;

struct store_holiday {
    const char *day; /* "2026-10-01" */
    const char *name;
    bool is_workday; /* a weekend day that is worked (调休) */
};
/* Replaces a calendar. */
int store_holiday_set(struct op *op, struct store *store, const char *calendar,
                      const struct store_holiday *days, size_t n) MUST_CHECK;
int store_holiday_list(struct op *op, struct store *store, const char *calendar,
                       struct store_holiday **out, size_t *out_n) MUST_CHECK;
/* Names of the calendars. */
int store_holiday_calendars(struct op *op, struct store *store, const char ***out,
                            size_t *out_n) MUST_CHECK;

#endif
