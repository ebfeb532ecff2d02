/* The numbers behind a picture: Grafana's data frames made into plain series. Pure.
 *
 * Understands answers of /api/ds/query ({"results":{"A":{"frames":[…]}}}), lists of frames, and
 * frames in both forms (schema + data; fields with values). Wide and long frames become one series
 * a numeric column and set of labels; a table without times becomes one series a cell, of one
 * point.
 */
#ifndef ROUNDS_SERIES_H
#define ROUNDS_SERIES_H

#include "base/json.h"

enum { SERIES_MAX = 500, SERIES_POINTS_MAX = 200000 };
#define SERIES_NO_TIME INT64_MIN

struct series_point {
    int64_t at_ms; /* SERIES_NO_TIME: of a table */
    double value;  /* NaN: null */
};

struct series {
    const char *ref;             /* refId of the query */
    const char *name;            /* display name: configured, else field's and labels */
    const char *labels;          /* JSON object, canonical; "{}" */
    const char *unit;            /* "" none */
    const char *field;           /* the column's own name; NULL: not known (read from store) */
    bool is_boolean;             /* of truths, not numbers */
    struct series_point *points; /* rising in time */
    size_t point_n;
    double last, min, max, mean; /* NaN: no value at all */
    int64_t max_at_ms, min_at_ms, last_at_ms;
    double missing_share; /* 0…1 of the range */
    int64_t missing_longest_ms;
};

struct series_set {
    struct series *items;
    size_t n;
    const char *note; /* "complete", "bounded" (cut at a ceiling), "picture_only" (no data known) */
    const char **errors; /* what queries answered instead of data */
    size_t error_n;
};

/* Adds one answer's frames. from/to bound what counts as missing. Malformed parts are left out. */
void series_set_add(struct arena *arena, const struct jv *answer, struct series_set *set);
/* After the last answer: order, statistics. */
void series_set_finish(struct arena *arena, int64_t from_ms, int64_t to_ms, struct series_set *set);

/* The form that is stored and served: {note, series:[{ref,name,…,points:[[ms,value]…]}]}. */
void series_set_print(const struct series_set *set, struct jw *w);
int series_set_read(struct op *op, struct bytes json, struct series_set *out) MUST_CHECK;
/* Times as RFC 3339 in the first column, one column a series; names quoted. Cells that a
 * spreadsheet would run as a formula are made harmless. */
void series_set_print_csv(const struct series_set *set, struct str *out);

#endif
