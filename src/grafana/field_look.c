/* Fields and the overrides that fit them. Pure; any thread.
 *
 * Only thresholds that the panel really shows count: Grafana writes "red at 80" into every new
 * panel, and neither a time series that draws no threshold nor a table whose cells are not coloured
 * may raise an alarm over what nobody sees. What colours a field: a single value and its kin by
 * their colour scheme; a gauge by its markers; a table by the kind of its cells; what draws lines by
 * the style of its thresholds, or by the scheme "from thresholds". An override whose matcher is not
 * understood fits nothing.
 */
#include "grafana/field_look.h"

#include "base/pattern.h"

#include <math.h>
#include <string.h>

static bool is_word(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool is_named(const struct field *field, const char *name)
{
    return *name &&
           (is_word(name, field->name) || is_word(name, field->own) || is_word(name, field->label));
}

/* ---- Matchers ---- */

static bool fits_pattern(const struct field *field, const char *pattern)
{
    return *pattern && (pattern_find(pattern, field->name) == PATTERN_YES ||
                        (*field->label && pattern_find(pattern, field->label) == PATTERN_YES));
}

static bool fits_names(const struct field *field, const struct jv *of)
{
    const struct jv *names = jv_get(of, "names");
    bool is_in = false;
    for (size_t i = 0; i < jv_len(names); i++)
        is_in = is_in || is_named(field, jv_text(jv_item(names, i), ""));
    return is_word(jv_text_at(of, "mode", ""), "exclude") ? !is_in : is_in;
}

static bool fits_value(const struct field *field, const struct jv *of)
{
    const char *reducer = jv_text_at(of, "reducer", ""), *op = jv_text_at(of, "op", "");
    double limit = jv_num_at(of, "value", NAN);
    double v = is_word(reducer, "max")            ? field->max
               : is_word(reducer, "min")          ? field->min
               : is_word(reducer, "mean")         ? field->mean
               : strncmp(reducer, "last", 4) == 0 ? field->last
                                                  : NAN;
    if (isnan(v) || isnan(limit))
        return false;
    return (is_word(op, "gt") && v > limit) || (is_word(op, "gte") && v >= limit) ||
           (is_word(op, "lt") && v < limit) || (is_word(op, "lte") && v <= limit) ||
           (is_word(op, "eq") && v == limit) || (is_word(op, "neq") && v != limit);
}

static bool fits(const struct field *field, const struct jv *override)
{
    const char *by = jv_text_at(override, "by", "");
    const struct jv *of = jv_get(override, "of");
    const char *text = jv_text(of, "");
    if (is_word(by, "byName"))
        return is_named(field, text);
    if (is_word(by, "byRegexp"))
        return fits_pattern(field, text);
    if (is_word(by, "byNames"))
        return fits_names(field, of);
    if (is_word(by, "byRegexpOrNames"))
        return fits_names(field, of) || fits_pattern(field, jv_text_at(of, "pattern", ""));
    if (is_word(by, "byType"))
        return is_word(text, field->type);
    if (is_word(by, "byFrameRefID"))
        return *text && is_word(text, field->ref);
    if (is_word(by, "byValue"))
        return fits_value(field, of);
    return is_word(by, "numeric") && is_word(field->type, "number");
}

/* ---- Putting together ---- */

struct settings {
    const char *color, *style, *cell, *unit;
    const struct jv *zones;
    bool is_hidden;
};

static void take(struct settings *s, const struct jv *rule)
{
    s->color = jv_text_at(rule, "color", s->color);
    s->style = jv_text_at(rule, "style", s->style);
    s->cell = jv_text_at(rule, "cell", s->cell);
    s->unit = jv_text_at(rule, "unit", s->unit);
    s->zones = jv_get(rule, "zones") ? jv_get(rule, "zones") : s->zones;
    s->is_hidden = jv_bool(jv_get(rule, "hidden"), s->is_hidden);
}

static bool is_coloured_cell(const char *cell)
{
    static const char *const gauges[] = {"gauge", "basic", "gradient-gauge", "lcd-gauge"};
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
        if (is_word(cell, gauges[i]))
            return true;
    return strncmp(cell, "color-", 6) == 0;
}

static bool shows_thresholds(const char *paint, const struct settings *s)
{
    bool is_scheme = is_word(s->color, "thresholds");
    if (s->is_hidden || is_word(paint, "none"))
        return false;
    if (is_word(paint, "always"))
        return true;
    if (is_word(paint, "value"))
        return is_scheme || !*s->color;
    if (is_word(paint, "cell"))
        return is_coloured_cell(s->cell) && (is_scheme || !*s->color);
    return is_scheme || (*s->style && !is_word(s->style, "off"));
}

/* By the names that the panel's table gives its columns. Says whether it leaves this one out. */
static bool organize(const struct jv *detail, struct field *field)
{
    const struct jv *steps = jv_get(detail, "organized");
    for (size_t i = 0; i < jv_len(steps); i++) {
        const struct jv *names = jv_get(jv_item(steps, i), "names"),
                        *without = jv_get(jv_item(steps, i), "without");
        if (jv_bool(jv_get(without, field->own), false) ||
            jv_bool(jv_get(without, field->name), false))
            return true;
        const char *name = jv_text_at(names, field->own, jv_text_at(names, field->name, ""));
        if (*name)
            field->own = field->name = name;
    }
    return false;
}

void field_look_find(const struct jv *detail, const struct field *from, struct field_look *out)
{
    const struct jv *overrides = jv_get(detail, "overrides"), *rule = jv_get(detail, "field");
    struct field field = *from;
    struct settings s = {
        .color = "", .style = "", .cell = "", .unit = jv_text_at(detail, "unit", "")};
    s.is_hidden = organize(detail, &field);
    *out = (struct field_look){0};
    if (!rule) { /* kept by a former version: only what is shown */
        *out = (struct field_look){jv_get(detail, "zones"), s.unit};
        return;
    }
    take(&s, rule);
    for (size_t i = 0; i < jv_len(overrides); i++) /* later ones win, one property each */
        if (fits(&field, jv_item(overrides, i)))
            take(&s, jv_item(overrides, i));
    out->unit = s.unit;
    if (shows_thresholds(jv_text_at(detail, "paint", ""), &s))
        out->zones = s.zones;
}
