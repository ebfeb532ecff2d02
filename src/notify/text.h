/* What notifications say, a table a language. For notify/ only. */
#ifndef NOTIFY_TEXT_H
#define NOTIFY_TEXT_H

#include "notify/notify.h"

struct text_value {
    const char *name, *value;
};

/* Placeholders are {plan} {moment} {total} {done} {normal} {abnormal} {failed} {undecided} {due}
 * {signer} {summary} {error} {count}; an unknown one fails the unit test. */
struct text_table {
    const char *title[NOTIFY_EVENT_COUNT];
    const char *lead[NOTIFY_EVENT_COUNT];
    const char *lead_unprepared; /* the round could not be run at all */
    const char *plan, *moment, *normal, *abnormal, *not_applicable, *undecided, *failed, *changed,
        *due, *signer, *called, *late, *yes;
    const char *more;
    const char *link, *link_home;
    const char *footer;
    const char *failed_shot;
    const struct text_value *findings; /* kind and its name; ends with a NULL name */
};

extern const struct text_table text_zh, text_en;
/* Chinese for "zh…", else English. */
const struct text_table *text_of(const char *lang);

/* Replaces {name}; unknown names stay as they are. */
const char *text_fill(struct arena *arena, const char *pattern, const struct text_value *values,
                      size_t n);
const char *text_finding(const struct text_table *table, const char *kind);

#endif
