/* Inside rounds/: reading members of maps with faults collected, so that one pass tells all of
 * them. */
#ifndef ROUNDS_PLAN_READER_H
#define ROUNDS_PLAN_READER_H

#include "rounds/plan.h"

struct plan_reader {
    struct op *op;
    struct plan_faults *faults;
};

/* `at` may be NULL when a member is missing: then `map` and `key` say where it ought to be. */
void reader_fault(struct plan_reader *r, const struct tree *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void reader_missing(struct plan_reader *r, const struct tree *map, const char *key,
                    const char *what);
/* False, with a fault, if `map` is no map. Unknown keys are faults with the nearest known name.
 * known: NULL-terminated. */
bool reader_keys(struct plan_reader *r, const struct tree *map, const char *const *known);
/* The member, or NULL if it is missing or null. */
const struct tree *reader_get(const struct tree *map, const char *key);

const char *reader_text(struct plan_reader *r, const struct tree *map, const char *key,
                        const char *fallback, size_t max);
bool reader_bool(struct plan_reader *r, const struct tree *map, const char *key, bool fallback);

struct reader_range {
    double low, high, fallback;
};
int64_t reader_int(struct plan_reader *r, const struct tree *map, const char *key,
                   struct reader_range range);
double reader_num(struct plan_reader *r, const struct tree *map, const char *key,
                  struct reader_range range);
/* Index of one of the words (NULL-terminated). */
int reader_word(struct plan_reader *r, const struct tree *map, const char *key,
                const char *const *words, int fallback);
/* Milliseconds. */
int64_t reader_duration(struct plan_reader *r, const struct tree *map, const char *key,
                        struct reader_range range);
/* A list of texts; numbers are taken as texts, for panel ids. */
void reader_names(struct plan_reader *r, const struct tree *map, const char *key, size_t max,
                  struct plan_names *out);
/* "09:00" as minutes of the day, up to 24:00; -1 with a fault. */
int reader_clock(struct plan_reader *r, const struct tree *at);
/* A list of {"from":"22:00","to":"06:00"} into QUIET_MAX places; how many there are. */
size_t reader_quiet(struct plan_reader *r, const struct tree *map, const char *key,
                    struct quiet *out);
/* The list's node, or NULL; a fault if it is something else or longer than max. */
const struct tree *reader_list(struct plan_reader *r, const struct tree *map, const char *key,
                               size_t max);
/* Nearest of the names (NULL-terminated) within three slips; NULL: none is near. */
const char *reader_nearest(const char *word, const char *const *names);

#endif
