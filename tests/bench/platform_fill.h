/* A made-up archive: so many plans, so many days, one round of 100 shots a plan and day. */
#ifndef TESTS_BENCH_PLATFORM_FILL_H
#define TESTS_BENCH_PLATFORM_FILL_H

#include "store/store.h"

enum {
    FILL_PANELS = 50,   /* a plan */
    FILL_WINDOWS = 2,
    FILL_SHOTS = FILL_PANELS * FILL_WINDOWS,
    FILL_PEOPLE = 8,
    FILL_SOURCES = 5,
    FILL_LARGE = 3,     /* rounds of 300 shots, of the first plan, after all others */
    FILL_LARGE_SHOTS = 300,
};

struct fill_conf {
    int plans;
    int days; /* the last two are not signed yet */
};

/* The moment of a day's first round. */
int64_t fill_day_ms(int day);
/* Blocks for minutes. The store must be empty. */
int fill(struct op *op, struct store *store, const struct fill_conf *conf) MUST_CHECK;

#endif
