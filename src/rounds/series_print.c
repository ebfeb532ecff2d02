/* Series: the form that is stored and served, and CSV. Pure. */
#include "rounds/series.h"

#include "base/clock.h"

#include <math.h>
#include <string.h>

static void print_points(const struct series *series, struct jw *w)
{
    jw_array_at(w, "points");
    for (size_t i = 0; i < series->point_n; i++) {
        jw_array(w);
        if (series->points[i].at_ms == SERIES_NO_TIME)
            jw_null(w);
        else
            jw_int(w, series->points[i].at_ms);
        jw_num(w, series->points[i].value);
        jw_end(w);
    }
    jw_end(w);
}

void series_set_print(const struct series_set *set, struct jw *w)
{
    jw_object(w);
    jw_text_at(w, "note", set->note ? set->note : "picture_only");
    jw_array_at(w, "series");
    for (size_t i = 0; i < set->n; i++) {
        const struct series *series = &set->items[i];
        jw_object(w);
        jw_text_at(w, "ref", series->ref);
        jw_text_at(w, "name", series->name);
        jw_raw_at(w, "labels", bytes_of(series->labels));
        jw_text_at(w, "unit", series->unit);
        jw_num_at(w, "last", series->last);
        jw_num_at(w, "min", series->min);
        jw_num_at(w, "max", series->max);
        jw_num_at(w, "mean", series->mean);
        jw_num_at(w, "missing_share", series->missing_share);
        jw_int_at(w, "missing_longest_ms", series->missing_longest_ms);
        print_points(series, w);
        jw_end(w);
    }
    jw_end(w);
    jw_array_at(w, "errors");
    for (size_t i = 0; i < set->error_n; i++)
        jw_text(w, set->errors[i]);
    jw_end(w);
    jw_end(w);
}

static void read_points(struct arena *arena, const struct jv *points, struct series *out)
{
    out->points = ARENA_ARRAY(arena, struct series_point, jv_len(points) + 1);
    for (size_t i = 0; i < jv_len(points); i++) {
        const struct jv *at = jv_item(jv_item(points, i), 0);
        out->points[out->point_n++] =
            (struct series_point){jv_is_number(at) ? jv_int(at, 0) : SERIES_NO_TIME,
                                  jv_num(jv_item(jv_item(points, i), 1), NAN)};
    }
}

int series_set_read(struct op *op, struct bytes json, struct series_set *out)
{
    const struct jv *root;
    if (jv_parse(op, json, &root))
        return -1;
    const struct jv *list = jv_get(root, "series"), *errors = jv_get(root, "errors");
    *out = (struct series_set){.note = jv_text_at(root, "note", "picture_only")};
    out->items = ARENA_ARRAY(&op->arena, struct series, jv_len(list) + 1);
    for (size_t i = 0; i < jv_len(list) && out->n < SERIES_MAX; i++) {
        const struct jv *item = jv_item(list, i);
        struct series *series = &out->items[out->n++];
        struct str *labels = str_new(&op->arena, 20000);
        if (jv_is_object(jv_get(item, "labels")))
            jv_print(jv_get(item, "labels"), labels);
        *series = (struct series){
            .ref = jv_text_at(item, "ref", ""),
            .name = jv_text_at(item, "name", ""),
            .labels = labels->n ? labels->p : "{}",
            .unit = jv_text_at(item, "unit", ""),
            .last = jv_num_at(item, "last", NAN),
            .min = jv_num_at(item, "min", NAN),
            .max = jv_num_at(item, "max", NAN),
            .mean = jv_num_at(item, "mean", NAN),
            .missing_share = jv_num_at(item, "missing_share", 0),
            .missing_longest_ms = jv_int_at(item, "missing_longest_ms", 0),
        };
        read_points(&op->arena, jv_get(item, "points"), series);
    }
    out->errors = ARENA_ARRAY(&op->arena, const char *, jv_len(errors) + 1);
    for (size_t i = 0; i < jv_len(errors); i++)
        out->errors[out->error_n++] = jv_text(jv_item(errors, i), "");
    return 0;
}

/* ---- CSV ---- */

static void add_cell(struct str *out, const char *text)
{
    /* A name that begins like a formula would be run by a spreadsheet. */
    bool is_formula = *text && strchr("=+-@\t\r", *text);
    str_adds(out, is_formula ? "\"'" : "\"");
    for (; *text; text++) {
        if (*text == '"')
            str_addc(out, '"');
        str_addc(out, *text);
    }
    str_addc(out, '"');
}

static void add_number(struct str *out, double v)
{
    if (isfinite(v)) {
        struct jw w;
        jw_init(&w, out);
        jw_num(&w, v);
    }
}

static bool is_timed(const struct series *series)
{
    return series->point_n && series->points[0].at_ms != SERIES_NO_TIME;
}

/* The earliest time not yet written, or SERIES_NO_TIME. */
static int64_t next_time(const struct series_set *set, const size_t *at)
{
    int64_t next = SERIES_NO_TIME;
    for (size_t i = 0; i < set->n; i++) {
        const struct series *series = &set->items[i];
        if (!is_timed(series) || at[i] == series->point_n)
            continue;
        int64_t t = series->points[at[i]].at_ms;
        if (next == SERIES_NO_TIME || t < next)
            next = t;
    }
    return next;
}

static void print_timed(const struct series_set *set, struct str *out)
{
    size_t at[SERIES_MAX] = {0};
    str_adds(out, "\"time\"");
    for (size_t i = 0; i < set->n; i++)
        if (is_timed(&set->items[i])) {
            str_addc(out, ',');
            add_cell(out, set->items[i].name);
        }
    str_adds(out, "\r\n");
    for (int64_t t; (t = next_time(set, at)) != SERIES_NO_TIME && !out->is_full;) {
        char iso[CLOCK_ISO_MAX];
        clock_iso(t, iso);
        str_adds(out, iso);
        for (size_t i = 0; i < set->n; i++) {
            const struct series *series = &set->items[i];
            if (!is_timed(series))
                continue;
            str_addc(out, ',');
            if (at[i] < series->point_n && series->points[at[i]].at_ms == t)
                add_number(out, series->points[at[i]++].value);
        }
        str_adds(out, "\r\n");
    }
}

static void print_table(const struct series_set *set, struct str *out)
{
    str_adds(out, "\"series\",\"value\"\r\n");
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; k < set->items[i].point_n; k++)
            if (!is_timed(&set->items[i])) {
                add_cell(out, set->items[i].name);
                str_addc(out, ',');
                add_number(out, set->items[i].points[k].value);
                str_adds(out, "\r\n");
            }
}

void series_set_print_csv(const struct series_set *set, struct str *out)
{
    bool has_timed = false, has_table = false;
    for (size_t i = 0; i < set->n; i++) {
        has_timed = has_timed || is_timed(&set->items[i]);
        has_table = has_table || (set->items[i].point_n && !is_timed(&set->items[i]));
    }
    if (has_timed || !has_table)
        print_timed(set, out);
    if (has_table)
        print_table(set, out);
}
