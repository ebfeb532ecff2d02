/* What judging a shot needs to know of its panel: the unit, which value it shows, and the zones of
 * values that its thresholds colour as bad, with all that decides whether a field shows them: it is
 * kept with the shot, whose fields come later (field_look.c). Pure.
 *
 * A zone's weight comes from its colour, since Grafana knows no other meaning: reds are alerts,
 * oranges and yellows are warnings.
 */
#include "grafana/dashboard.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum zone_weight { ZONE_FINE, ZONE_WARN, ZONE_ALERT };

/* Hue in degrees, or -1 for greys. */
static double hue_of(int r, int g, int b)
{
    int max = r > g ? (r > b ? r : b) : (g > b ? g : b);
    int min = r < g ? (r < b ? r : b) : (g < b ? g : b);
    double span = max - min;
    if (span < 40)
        return -1;
    double hue = max == r ? (g - b) / span : max == g ? 2 + (b - r) / span : 4 + (r - g) / span;
    return hue < 0 ? hue * 60 + 360 : hue * 60;
}

static enum zone_weight weight_of(const char *color)
{
    int r, g, b;
    if (strstr(color, "red"))
        return ZONE_ALERT;
    if (strstr(color, "orange") || strstr(color, "yellow"))
        return ZONE_WARN;
    const char *open = strchr(color, '(');
    if (color[0] == '#' && strlen(color) >= 7) {
        if (sscanf(color + 1, "%2x%2x%2x", (unsigned *)&r, (unsigned *)&g, (unsigned *)&b) != 3)
            return ZONE_FINE;
    } else if (!open || strncmp(color, "rgb", 3) != 0 ||
               sscanf(open + 1, "%d , %d , %d", &r, &g, &b) != 3) {
        return ZONE_FINE;
    }
    double hue = hue_of(r, g, b);
    if (hue < 0)
        return ZONE_FINE;
    return hue < 16 || hue > 335 ? ZONE_ALERT : hue < 66 ? ZONE_WARN : ZONE_FINE;
}

struct scale { /* how "percentage" thresholds become values */
    bool is_percentage, is_known;
    double min, max;
};

static double scaled(const struct scale *scale, double v)
{
    return scale->is_percentage ? scale->min + v / 100 * (scale->max - scale->min) : v;
}

static void print_zone(struct jw *w, double at_least, double below, enum zone_weight weight,
                       const char *color)
{
    jw_object(w);
    jw_num_at(w, "at_least", at_least);
    jw_num_at(w, "below", below);
    jw_text_at(w, "weight", weight == ZONE_ALERT ? "alert" : "warn");
    jw_text_at(w, "color", color);
    jw_end(w);
}

static void print_steps(struct jw *w, const struct jv *thresholds, struct scale scale)
{
    const struct jv *steps = jv_get(thresholds, "steps");
    scale.is_percentage = strcmp(jv_text_at(thresholds, "mode", ""), "percentage") == 0;
    jw_array_at(w, "zones");
    for (size_t i = 0; i < jv_len(steps) && (!scale.is_percentage || scale.is_known); i++) {
        const struct jv *step = jv_item(steps, i), *next = jv_item(steps, i + 1);
        const char *color = jv_text_at(step, "color", "");
        enum zone_weight weight = weight_of(color);
        if (weight == ZONE_FINE)
            continue;
        double from = i == 0 ? NAN : jv_num_at(step, "value", NAN);
        double to = next ? jv_num_at(next, "value", NAN) : NAN;
        if (isnan(from) && isnan(to))
            continue; /* every value is in it: decoration */
        print_zone(w, scaled(&scale, from), scaled(&scale, to), weight, color);
    }
    jw_end(w);
}

/* The "graph" panel of Grafana 9 and 10. */
static void print_old_marks(struct jw *w, const struct jv *thresholds)
{
    jw_array_at(w, "zones");
    for (size_t i = 0; i < jv_len(thresholds); i++) {
        const struct jv *mark = jv_item(thresholds, i);
        const char *mode = jv_text_at(mark, "colorMode", "");
        double value = jv_num_at(mark, "value", NAN);
        bool is_alert = strcmp(mode, "critical") == 0;
        if (isnan(value) || (!is_alert && strcmp(mode, "warning") != 0))
            continue;
        bool is_below = strcmp(jv_text_at(mark, "op", "gt"), "lt") == 0;
        print_zone(w, is_below ? NAN : value, is_below ? value : NAN,
                   is_alert ? ZONE_ALERT : ZONE_WARN, mode);
    }
    jw_end(w);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

/* How panels of this kind show thresholds; read by field_look. */
static const char *paint_of(const struct dashboard_panel *panel)
{
    static const char *const never[] = {"text",      "news",           "dashlist", "alertlist",
                                        "annolist",  "logs",           "traces",   "flamegraph",
                                        "table-old", "nodeGraph",      "heatmap",  "welcome",
                                        "row",       "gettingstarted", NULL};
    static const char *const by_value[] = {"stat", "bargauge", "status-history", NULL};
    const struct jv *options = panel->options;
    if (is_one_of(panel->type, never) || strcmp(jv_text_at(options, "colorMode", ""), "none") == 0)
        return "none";
    if (strcmp(panel->type, "gauge") == 0)
        return jv_bool(jv_get(options, "showThresholdMarkers"), true) ? "always" : "value";
    if (strcmp(panel->type, "table") == 0)
        return "cell";
    return is_one_of(panel->type, by_value) ? "value" : "line";
}

/* The statistic that stands for the panel's value; "" for panels that draw the whole series. */
static const char *shown_value(const struct dashboard_panel *panel)
{
    static const char *const one_value[] = {"stat", "gauge", "bargauge", "piechart", NULL};
    const char *calc = jv_text(jv_item(jv_path(panel->options, "reduceOptions.calcs"), 0), "");
    if (strcmp(calc, "max") == 0 || strcmp(calc, "min") == 0 || strcmp(calc, "mean") == 0)
        return calc;
    if (strncmp(calc, "last", 4) == 0)
        return "last";
    if (*calc)
        return "none";
    return is_one_of(panel->type, one_value) ? "last" : "";
}

static const struct jv *property(const struct jv *override, const char *id)
{
    const struct jv *list = jv_get(override, "properties");
    for (size_t i = 0; i < jv_len(list); i++)
        if (strcmp(jv_text_at(jv_item(list, i), "id", ""), id) == 0)
            return jv_get(jv_item(list, i), "value");
    return NULL;
}

static struct scale scale_of(const struct dashboard_panel *panel, const struct jv *override)
{
    const struct jv *defaults = jv_get(panel->field_config, "defaults");
    const struct jv *own_min = property(override, "min"), *own_max = property(override, "max");
    const struct jv *min = own_min ? own_min : jv_get(defaults, "min");
    const struct jv *max = own_max ? own_max : jv_get(defaults, "max");
    bool is_gauge = strcmp(panel->type, "gauge") == 0;
    return (struct scale){.is_known = is_gauge || (jv_is_number(min) && jv_is_number(max)),
                          .min = jv_num(min, 0),
                          .max = jv_num(max, 100)};
}

/* What a rule for fields sets, of what decides over thresholds. `find` knows how the rule holds its
 * properties: an override lists them by id (property), the defaults have them as members of these
 * paths (jv_path). */
static void print_rule(struct jw *w, const struct jv *rule,
                       const struct jv *(*find)(const struct jv *rule, const char *id),
                       struct scale scale)
{
    const struct jv *color = find(rule, "color"), *style = find(rule, "custom.thresholdsStyle");
    const struct jv *options = find(rule, "custom.cellOptions");
    const struct jv *cell = options ? jv_get(options, "type") : find(rule, "custom.displayMode");
    const struct jv *own = find(rule, "custom.hidden");
    const struct jv *hidden = own ? own : jv_get(find(rule, "custom.hideFrom"), "viz");
    const struct jv *unit = find(rule, "unit"), *thresholds = find(rule, "thresholds");
    if (color)
        jw_text_at(w, "color", jv_text_at(color, "mode", ""));
    if (style)
        jw_text_at(w, "style", jv_text_at(style, "mode", ""));
    if (cell)
        jw_text_at(w, "cell", jv_text(cell, ""));
    if (hidden)
        jw_bool_at(w, "hidden", jv_bool(hidden, false));
    if (unit)
        jw_text_at(w, "unit", jv_text(unit, ""));
    if (thresholds)
        print_steps(w, thresholds, scale);
}

static void print_defaults(struct jw *w, const struct dashboard_panel *panel)
{
    jw_object_at(w, "field");
    print_rule(w, jv_get(panel->field_config, "defaults"), jv_path, scale_of(panel, NULL));
    jw_end(w);
}

static void print_overrides(struct jw *w, const struct dashboard_panel *panel)
{
    const struct jv *list = jv_get(panel->field_config, "overrides");
    jw_array_at(w, "overrides");
    for (size_t i = 0; i < jv_len(list); i++) {
        const struct jv *override = jv_item(list, i), *matcher = jv_get(override, "matcher");
        jw_object(w);
        jw_text_at(w, "by", jv_text_at(matcher, "id", ""));
        if (jv_get(matcher, "options")) {
            jw_key(w, "of");
            jw_value(w, jv_get(matcher, "options"));
        }
        print_rule(w, override, property, scale_of(panel, override));
        jw_end(w);
    }
    jw_end(w);
}

/* The names that "organize fields" gives columns, and those that it leaves out. */
static void print_organized(struct jw *w, const struct dashboard_panel *panel)
{
    const struct jv *list = jv_get(panel->model, "transformations");
    if (!list)
        list = jv_path(panel->model, "spec.data.spec.transformations");
    jw_array_at(w, "organized");
    for (size_t i = 0; i < jv_len(list); i++) {
        const struct jv *item = jv_item(list, i), *spec = jv_get(item, "spec");
        /* The second schema has {kind, spec:{id, options}}, later ones {group, spec:{options}}. */
        const char *id = jv_text_at(item, "id", jv_text_at(spec, "id", ""));
        const struct jv *options = jv_get(spec ? spec : item, "options");
        if (strcmp(*id ? id : jv_text_at(item, "group", ""), "organize") != 0)
            continue;
        jw_object(w);
        if (jv_is_object(jv_get(options, "renameByName"))) {
            jw_key(w, "names");
            jw_value(w, jv_get(options, "renameByName"));
        }
        if (jv_is_object(jv_get(options, "excludeByName"))) {
            jw_key(w, "without");
            jw_value(w, jv_get(options, "excludeByName"));
        }
        jw_end(w);
    }
    jw_end(w);
}

void dashboard_print_detail(const struct dashboard *dashboard, const struct dashboard_panel *panel,
                            struct str *out)
{
    const struct jv *defaults = jv_get(panel->field_config, "defaults");
    const struct jv *old_marks = jv_get(panel->model, "thresholds");
    bool is_old_graph = strcmp(panel->type, "graph") == 0 && jv_is_array(old_marks);
    struct jw w;
    jw_init(&w, out);
    jw_object(&w);
    jw_text_at(&w, "type", panel->type);
    jw_text_at(&w, "folder", dashboard->folder_title);
    jw_int_at(&w, "dashboard_version", dashboard->version);
    if (dashboard->grafana_version)
        jw_text_at(&w, "grafana_version", dashboard->grafana_version);
    jw_array_at(&w, "path");
    for (size_t i = 0; i < panel->path_n; i++)
        jw_text(&w, panel->path[i]);
    jw_end(&w);
    jw_text_at(&w, "unit", jv_text_at(defaults, "unit", ""));
    jw_text_at(&w, "shows", shown_value(panel));
    jw_text_at(&w, "time_from", panel->time_from);
    jw_bool_at(&w, "timeless", panel->is_timeless);
    jw_bool_at(&w, "collapsed", panel->is_collapsed);
    jw_int_at(&w, "w", panel->grid.w);
    jw_int_at(&w, "h", panel->grid.h);
    jw_text_at(&w, "paint", is_old_graph ? "always" : paint_of(panel));
    if (is_old_graph) {
        jw_object_at(&w, "field");
        print_old_marks(&w, old_marks);
        jw_end(&w);
    } else {
        print_defaults(&w, panel);
        print_overrides(&w, panel);
        print_organized(&w, panel);
    }
    jw_end(&w);
}
