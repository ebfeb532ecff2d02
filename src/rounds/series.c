/* Series: from data frames to plain rows of points. Pure; in one arena.
 *
 * Both forms of frames occur: the wire's (schema and data apart) and the page's (values in fields).
 * Ceilings bound what a hostile or careless query makes us keep; what was left out is told in
 * `note`. Statistics are in series_stats.c, the stored form and CSV in series_set_print.c.
 */
#include "rounds/series.h"

#include <math.h>
#include <string.h>

enum { FIELDS_MAX = 2000, NAME_MAX_BYTES = 500, GROUPS_MAX = SERIES_MAX };

struct frame {
    const struct jv *fields, *values; /* values NULL: inside the fields */
    const char *name, *ref;
    size_t n, rows;
};

static const struct jv *field_of(const struct frame *frame, size_t i)
{
    return jv_item(frame->fields, i);
}

static const struct jv *column(const struct frame *frame, size_t i)
{
    return frame->values ? jv_item(frame->values, i) : jv_get(field_of(frame, i), "values");
}

static bool is_type(const struct frame *frame, size_t i, const char *type)
{
    return strcmp(jv_text_at(field_of(frame, i), "type", ""), type) == 0;
}

static bool read_frame(const struct jv *json, const char *ref, struct frame *out)
{
    const struct jv *schema = jv_get(json, "schema");
    const struct jv *head = schema ? schema : json;
    *out = (struct frame){.fields = jv_get(head, "fields")};
    out->values = jv_path(json, "data.values");
    out->name = jv_text_at(head, "name", "");
    out->ref = jv_text_at(head, "refId", ref);
    out->n = jv_len(out->fields);
    if (!jv_is_array(out->fields) || out->n == 0 || out->n > FIELDS_MAX)
        return false;
    for (size_t i = 0; i < out->n; i++)
        if (jv_len(column(out, i)) > out->rows)
            out->rows = jv_len(column(out, i));
    return true;
}

/* NaN, Inf and -Inf are no JSON: the wire lists their places beside the nulls. */
static double special(const struct jv *entities, size_t row)
{
    static const char *const names[] = {"Inf", "NegInf"};
    for (int k = 0; k < 2; k++) {
        const struct jv *list = jv_get(entities, names[k]);
        for (size_t i = 0; i < jv_len(list); i++)
            if (jv_int(jv_item(list, i), -1) == (int64_t)row)
                return k == 0 ? INFINITY : -INFINITY;
    }
    return NAN;
}

static double number_at(const struct jv *column_, const struct jv *entities, size_t row)
{
    const struct jv *v = jv_item(column_, row);
    if (jv_is_number(v))
        return jv_num(v, NAN);
    if (jv_is_bool(v))
        return jv_bool(v, false);
    return jv_is_object(entities) ? special(entities, row) : NAN;
}

static struct series *add_series(struct arena *arena, struct series_set *set)
{
    if (set->n == SERIES_MAX) {
        set->note = "bounded";
        return NULL;
    }
    if (!set->items)
        set->items = ARENA_ARRAY(arena, struct series, SERIES_MAX);
    struct series *series = &set->items[set->n++];
    *series = (struct series){.ref = "", .name = "", .labels = "{}", .unit = ""};
    return series;
}

/* {a="b", c="d"} */
static void add_labels(struct str *out, const struct jv *labels)
{
    void *it = NULL;
    const char *key;
    const struct jv *value;
    const char *comma = "";
    str_addc(out, '{');
    while (jv_next(labels, &it, &key, &value)) {
        str_addf(out, "%s%s=\"%s\"", comma, key, jv_text(value, ""));
        comma = ", ";
    }
    str_addc(out, '}');
}

static bool is_plain_name(const char *name)
{
    return !*name || strcmp(name, "Value") == 0 || strcmp(name, "value") == 0;
}

/* The name that the legend would show, as near as the frame tells. */
static const char *name_of(struct arena *arena, const struct frame *frame, const struct jv *field,
                           const struct jv *labels)
{
    const struct jv *config = jv_get(field, "config");
    const char *given =
        jv_text_at(config, "displayNameFromDS", jv_text_at(config, "displayName", ""));
    const char *own = jv_text_at(field, "name", "");
    if (*given)
        return given;
    struct str *out = str_new(arena, NAME_MAX_BYTES);
    if (!is_plain_name(own))
        str_adds(out, own);
    else if (jv_len(labels) == 0)
        str_adds(out, *frame->name ? frame->name : "Value");
    if (jv_len(labels))
        add_labels(out, labels);
    return out->p ? out->p : "Value";
}

static const char *canonical(struct arena *arena, const struct jv *labels)
{
    struct str *out = str_new(arena, 20000);
    if (jv_len(labels) == 0)
        return "{}";
    jv_print_canonical(labels, out);
    return out->is_full ? "{}" : out->p;
}

static size_t points_of(const struct series_set *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++)
        n += set->items[i].point_n;
    return n;
}

/* Room for so many more points, as far as the ceiling lets. */
static size_t room(struct series_set *set, size_t wanted)
{
    size_t used = points_of(set), left = used < SERIES_POINTS_MAX ? SERIES_POINTS_MAX - used : 0;
    if (wanted <= left)
        return wanted;
    set->note = "bounded";
    return left;
}

static struct series *start(struct arena *arena, struct series_set *set, const struct frame *frame,
                            size_t i, const struct jv *labels)
{
    struct series *series = add_series(arena, set);
    if (!series)
        return NULL;
    const struct jv *field = field_of(frame, i);
    series->ref = frame->ref;
    series->unit = jv_text(jv_path(field, "config.unit"), "");
    series->labels = canonical(arena, labels);
    series->field = jv_text_at(field, "name", "");
    series->is_boolean = is_type(frame, i, "boolean");
    series->name = name_of(arena, frame, field, labels);
    return series;
}

static const struct jv *entities_of(const struct jv *json, size_t i)
{
    return jv_item(jv_path(json, "data.entities"), i);
}

static void add_wide(struct arena *arena, const struct jv *json, const struct frame *frame,
                     size_t time, struct series_set *set)
{
    const struct jv *times = column(frame, time);
    for (size_t i = 0; i < frame->n; i++) {
        if (!is_type(frame, i, "number") && !is_type(frame, i, "boolean"))
            continue;
        size_t n = room(set, frame->rows);
        struct series *series = start(arena, set, frame, i, jv_get(field_of(frame, i), "labels"));
        if (!series)
            return;
        series->points = ARENA_ARRAY(arena, struct series_point, n + 1);
        for (size_t row = 0; row < n; row++)
            if (jv_is_number(jv_item(times, row)))
                series->points[series->point_n++] =
                    (struct series_point){(int64_t)jv_num(jv_item(times, row), 0),
                                          number_at(column(frame, i), entities_of(json, i), row)};
    }
}

/* The labels of one row of a long frame: its text columns. */
static const struct jv *row_labels(struct arena *arena, const struct frame *frame, size_t row)
{
    struct str *text = str_new(arena, 20000);
    struct jw w;
    jw_init(&w, text);
    jw_object(&w);
    for (size_t i = 0; i < frame->n; i++)
        if (is_type(frame, i, "string"))
            jw_text_at(&w, jv_text_at(field_of(frame, i), "name", ""),
                       jv_text(jv_item(column(frame, i), row), ""));
    jw_end(&w);
    return jv_parse_quiet(arena, str_bytes(text));
}

static struct series *find_group(struct series_set *set, size_t first, const char *labels,
                                 const struct frame *frame, size_t i)
{
    const char *own = jv_text_at(field_of(frame, i), "name", "");
    for (size_t k = first; k < set->n; k++) {
        bool is_field = is_plain_name(own) || strncmp(set->items[k].name, own, strlen(own)) == 0;
        if (is_field && strcmp(set->items[k].labels, labels) == 0)
            return &set->items[k];
    }
    return NULL;
}

/* The array doubles each time its count reaches a power of two. */
static void push(struct arena *arena, struct series *series, struct series_point point)
{
    size_t n = series->point_n;
    if (n == 0 || (n >= 16 && (n & (n - 1)) == 0)) {
        struct series_point *more = ARENA_ARRAY(arena, struct series_point, n ? 2 * n : 16);
        if (n)
            memcpy(more, series->points, n * sizeof *more);
        series->points = more;
    }
    series->points[series->point_n++] = point;
}

/* Rows that texts tell apart: long frames with a time, tables without. */
static void add_rows(struct arena *arena, const struct jv *json, const struct frame *frame,
                     ssize_t time, struct series_set *set)
{
    size_t first = set->n, rows = room(set, frame->rows);
    for (size_t row = 0; row < rows; row++) {
        const struct jv *labels = row_labels(arena, frame, row);
        const char *key = canonical(arena, labels);
        const struct jv *at = time >= 0 ? jv_item(column(frame, (size_t)time), row) : NULL;
        for (size_t i = 0; i < frame->n; i++) {
            if (!is_type(frame, i, "number") && !is_type(frame, i, "boolean"))
                continue;
            struct series *series = at ? find_group(set, first, key, frame, i) : NULL;
            if (!series)
                series = start(arena, set, frame, i, labels);
            if (!series)
                return;
            int64_t ms = jv_is_number(at) ? (int64_t)jv_num(at, 0) : SERIES_NO_TIME;
            push(arena, series,
                 (struct series_point){ms, number_at(column(frame, i), entities_of(json, i), row)});
        }
    }
}

static void add_frame(struct arena *arena, const struct jv *json, const char *ref,
                      struct series_set *set)
{
    struct frame frame;
    ssize_t time = -1;
    bool has_text = false;
    if (!read_frame(json, ref, &frame))
        return;
    for (size_t i = frame.n; i-- > 0;) {
        if (is_type(&frame, i, "time"))
            time = (ssize_t)i;
        has_text = has_text || is_type(&frame, i, "string");
    }
    if (time >= 0 && !has_text)
        add_wide(arena, json, &frame, (size_t)time, set);
    else
        add_rows(arena, json, &frame, time, set);
}

static void add_error(struct arena *arena, struct series_set *set, const char *text)
{
    enum { ERRORS_MAX = 20 };
    if (!set->errors)
        set->errors = ARENA_ARRAY(arena, const char *, ERRORS_MAX);
    for (size_t i = 0; i < set->error_n; i++)
        if (strcmp(set->errors[i], text) == 0)
            return;
    if (set->error_n < ERRORS_MAX)
        set->errors[set->error_n++] = text;
}

static void add_frames(struct arena *arena, const struct jv *frames, const char *ref,
                       struct series_set *set)
{
    for (size_t i = 0; i < jv_len(frames); i++)
        add_frame(arena, jv_item(frames, i), ref, set);
}

void series_set_add(struct arena *arena, const struct jv *answer, struct series_set *set)
{
    const struct jv *results = jv_get(answer, "results"), *result;
    const char *ref;
    void *it = NULL;
    if (!set->note)
        set->note = "complete";
    if (jv_is_array(answer)) {
        add_frames(arena, answer, "", set);
        return;
    }
    add_frames(arena, jv_get(answer, "frames"), "", set);
    while (jv_next(results, &it, &ref, &result)) {
        add_frames(arena, jv_get(result, "frames"), ref, set);
        const char *error = jv_text_at(result, "error", "");
        if (*error)
            add_error(arena, set, error);
    }
}
