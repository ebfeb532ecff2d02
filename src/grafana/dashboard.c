/* Dashboards: what the readers of both schemas share, finding in them, printing them. Pure.
 *
 * Everything lives in one arena; texts point into the JSON that was read. Reading is lenient (what
 * Grafana would load, loads here), with a warning for what a person should know; ceilings guard
 * against files made to hurt.
 */
#include "grafana/dashboard.h"

#include "grafana/dashboard_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WARNINGS_MAX = 40, VARIABLES_MAX = 200, VALUES_MAX = 2000 };

void dashboard_build_init(struct dashboard_build *build, struct arena *arena, struct dashboard *out)
{
    *build = (struct dashboard_build){.arena = arena, .out = out};
    build->variable_max = VARIABLES_MAX;
    build->warning_max = WARNINGS_MAX;
    out->variables = ARENA_ARRAY(arena, struct dashboard_variable, VARIABLES_MAX);
    out->warnings = ARENA_ARRAY(arena, const char *, WARNINGS_MAX);
}

void dashboard_build_warn(struct dashboard_build *build, const char *fmt, ...)
{
    struct dashboard *out = build->out;
    if (out->warning_n == build->warning_max)
        return;
    char text[500];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    out->warnings[out->warning_n++] = arena_strdup(build->arena, text);
}

/* The array doubles, so that a small dashboard stays small. */
static void grow_panels(struct dashboard_build *build)
{
    size_t max = build->panel_max ? build->panel_max * 2 : 32;
    struct dashboard_panel *panels = ARENA_ARRAY(build->arena, struct dashboard_panel, max);
    if (build->out->panel_n)
        memcpy(panels, build->out->panels, build->out->panel_n * sizeof *panels);
    build->out->panels = panels;
    build->panel_max = max;
}

struct dashboard_panel *dashboard_build_panel(struct dashboard_build *build,
                                              const struct dashboard_spot *spot)
{
    struct dashboard *out = build->out;
    if (out->panel_n == DASHBOARD_PANELS_MAX) {
        dashboard_build_warn(build, "more than %d panels: the rest is left out",
                             DASHBOARD_PANELS_MAX);
        build->warning_max = out->warning_n;
        return NULL;
    }
    if (out->panel_n == build->panel_max)
        grow_panels(build);
    struct dashboard_panel *panel = &out->panels[out->panel_n++];
    *panel = (struct dashboard_panel){
        .title = "", .description = "", .type = "", .library_uid = "", .time_from = "", .key = ""};
    memcpy(panel->path, spot->path, sizeof panel->path);
    panel->path_n = spot->path_n;
    panel->repeat_above = spot->repeat;
    panel->is_collapsed = spot->is_collapsed;
    panel->is_conditional = spot->is_conditional;
    return panel;
}

struct dashboard_variable *dashboard_build_variable(struct dashboard_build *build, const char *name)
{
    struct dashboard *out = build->out;
    if (!*name || out->variable_n == build->variable_max || dashboard_find_variable(out, name))
        return NULL;
    struct dashboard_variable *variable = &out->variables[out->variable_n++];
    *variable = (struct dashboard_variable){.name = name, .label = "", .type = "", .query = ""};
    return variable;
}

struct dashboard_spot dashboard_spot_under(const struct dashboard_spot *spot, const char *title,
                                           const char *repeat)
{
    struct dashboard_spot under = *spot;
    if (*title && under.path_n < DASHBOARD_PATH_MAX)
        under.path[under.path_n++] = title;
    if (repeat && *repeat)
        under.repeat = repeat;
    under.depth++;
    return under;
}

static bool is_timeless_type(const char *type)
{
    static const char *const types[] = {"text",    "news",       "dashlist",      "alertlist",
                                        "welcome", "pluginlist", "gettingstarted"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

void dashboard_build_finish(struct dashboard_build *build)
{
    struct dashboard *out = build->out;
    for (size_t i = 0; i < out->panel_n; i++) {
        struct dashboard_panel *panel = &out->panels[i];
        panel->is_timeless = is_timeless_type(panel->type);
        if (panel->id > 0)
            panel->key = arena_fmt(build->arena, "%lld", (long long)panel->id);
        else if (!*panel->key)
            dashboard_build_warn(build,
                                 "panel '%s' has no id: Grafana gives it one when it loads, "
                                 "so it cannot be chosen; save the dashboard in Grafana once",
                                 panel->title);
        for (size_t k = 0; k < i && panel->id > 0; k++)
            if (out->panels[k].id == panel->id) {
                dashboard_build_warn(build,
                                     "panels '%s' and '%s' have the same id %lld; save the "
                                     "dashboard in Grafana once",
                                     out->panels[k].title, panel->title, (long long)panel->id);
                break;
            }
    }
}

/* ---- Variables ---- */

void dashboard_read_texts(struct arena *arena, const struct jv *json, const char ***out,
                          size_t *out_n)
{
    bool is_list = jv_is_array(json);
    size_t n = is_list ? jv_len(json) : !jv_is_null(json);
    *out = ARENA_ARRAY(arena, const char *, n + 1);
    *out_n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct jv *item = is_list ? jv_item(json, i) : json;
        if (jv_is_string(item)) {
            (*out)[(*out_n)++] = jv_text(item, "");
        } else if (jv_is_number(item) || jv_is_bool(item)) {
            struct str *text = str_new(arena, 64);
            jv_print(item, text);
            (*out)[(*out_n)++] = text->p;
        }
    }
}

static void add_value(struct arena *arena, struct dashboard_variable *out, const char *text,
                      const char *value)
{
    size_t n = out->value_n;
    if (n == VALUES_MAX || strcmp(value, "$__all") == 0 || strcmp(value, "$__auto") == 0)
        return;
    if (n == 0 || (n >= 8 && (n & (n - 1)) == 0)) {
        struct dashboard_value *more = ARENA_ARRAY(arena, struct dashboard_value, n ? 2 * n : 8);
        if (n)
            memcpy(more, out->values, n * sizeof *more);
        out->values = more;
    }
    out->values[out->value_n++] = (struct dashboard_value){text, value};
}

/* "a, b\,c, Text : value" as custom and interval variables write it. */
static void read_list(struct arena *arena, struct bytes query, struct dashboard_variable *out)
{
    while (query.n && out->value_n < VALUES_MAX) {
        struct str *item = str_new(arena, query.n + 1);
        size_t i = 0;
        for (; i < query.n && query.p[i] != ','; i++) {
            if (query.p[i] == '\\' && i + 1 < query.n && query.p[i + 1] == ',')
                i++;
            str_addc(item, query.p[i]);
        }
        query = bytes_from(query, i + 1);
        struct bytes text = bytes_trim(str_bytes(item)), value = text;
        ssize_t colon = bytes_find(text, BYTES(" : "));
        if (colon > 0) {
            value = bytes_trim(bytes_from(text, (size_t)colon + 3));
            text = bytes_trim((struct bytes){text.p, (size_t)colon});
        }
        if (value.n)
            add_value(arena, out, arena_copy(arena, text), arena_copy(arena, value));
    }
}

static void read_options(struct arena *arena, const struct jv *options,
                         struct dashboard_variable *out)
{
    for (size_t i = 0; i < jv_len(options); i++) {
        const char **value, **text;
        size_t value_n, text_n;
        dashboard_read_texts(arena, jv_get(jv_item(options, i), "value"), &value, &value_n);
        dashboard_read_texts(arena, jv_get(jv_item(options, i), "text"), &text, &text_n);
        if (value_n)
            add_value(arena, out, text_n ? text[0] : value[0], value[0]);
    }
}

/* `hide` is 0, 1 (label), 2 (all), 3 in v1; "dontHide", "hideLabel", "hideVariable" in v2. */
static bool is_hidden(const struct jv *hide)
{
    return jv_int(hide, 0) == 2 || strcmp(jv_text(hide, ""), "hideVariable") == 0;
}

void dashboard_read_variable(struct arena *arena, const struct jv *json,
                             struct dashboard_variable *out)
{
    out->label = jv_text_at(json, "label", "");
    out->is_multi = jv_bool_at(json, "multi", false);
    out->has_all = jv_bool_at(json, "includeAll", false);
    out->is_hidden = is_hidden(jv_get(json, "hide"));
    dashboard_read_texts(arena, jv_path(json, "current.value"), &out->current, &out->current_n);
    read_options(arena, jv_get(json, "options"), out);
    out->query = jv_text_at(json, "pluginId", jv_text_at(json, "query", ""));
    struct bytes query = bytes_of(out->query);
    bool is_list = strcmp(out->type, "custom") == 0 || strcmp(out->type, "interval") == 0;
    if (is_list && out->value_n == 0)
        read_list(arena, query, out);
    bool is_text = strcmp(out->type, "textbox") == 0 || strcmp(out->type, "constant") == 0;
    if (is_text && out->value_n == 0 && out->current_n == 0 && query.n)
        add_value(arena, out, out->query, out->query);
    out->is_live = strcmp(out->type, "query") == 0 || strcmp(out->type, "datasource") == 0;
}

/* ---- Finding and printing ---- */

const struct dashboard_panel *dashboard_find_panel(const struct dashboard *dashboard,
                                                   const char *key)
{
    for (size_t i = 0; i < dashboard->panel_n; i++)
        if (strcmp(dashboard->panels[i].key, key) == 0)
            return &dashboard->panels[i];
    return NULL;
}

const struct dashboard_variable *dashboard_find_variable(const struct dashboard *dashboard,
                                                         const char *name)
{
    for (size_t i = 0; i < dashboard->variable_n; i++)
        if (strcmp(dashboard->variables[i].name, name) == 0)
            return &dashboard->variables[i];
    return NULL;
}

void dashboard_resolve_library(struct dashboard_panel *panel, const struct jv *model)
{
    panel->type = jv_text_at(model, "type", panel->type);
    if (!*panel->title)
        panel->title = jv_text_at(model, "title", "");
    if (!*panel->description)
        panel->description = jv_text_at(model, "description", "");
    if (!*panel->time_from)
        panel->time_from = jv_text_at(model, "timeFrom", "");
    panel->options = jv_get(model, "options");
    panel->field_config = jv_get(model, "fieldConfig");
    panel->model = model;
    panel->is_timeless = is_timeless_type(panel->type);
    panel->is_unresolved = false;
}

static void print_texts(const char *const *texts, size_t n, struct jw *w)
{
    jw_array(w);
    for (size_t i = 0; i < n; i++)
        jw_text(w, texts[i]);
    jw_end(w);
}

static void print_variable(const struct dashboard_variable *variable, struct jw *w)
{
    jw_object(w);
    jw_text_at(w, "name", variable->name);
    jw_text_at(w, "label", variable->label);
    jw_text_at(w, "type", variable->type);
    jw_bool_at(w, "multi", variable->is_multi);
    jw_bool_at(w, "include_all", variable->has_all);
    jw_bool_at(w, "hidden", variable->is_hidden);
    jw_key(w, "current");
    print_texts(variable->current, variable->current_n, w);
    jw_array_at(w, "values");
    for (size_t i = 0; i < variable->value_n; i++) {
        jw_object(w);
        jw_text_at(w, "text", variable->values[i].text);
        jw_text_at(w, "value", variable->values[i].value);
        jw_end(w);
    }
    jw_end(w);
    jw_end(w);
}

static void print_panel(const struct dashboard_panel *panel, struct jw *w)
{
    jw_object(w);
    jw_int_at(w, "id", panel->id);
    jw_text_at(w, "key", panel->key);
    jw_text_at(w, "title", panel->title);
    jw_text_at(w, "description", panel->description);
    jw_text_at(w, "type", panel->type);
    jw_key(w, "path");
    print_texts(panel->path, panel->path_n, w);
    jw_bool_at(w, "collapsed", panel->is_collapsed);
    jw_text_at(w, "repeat", panel->repeat ? panel->repeat : panel->repeat_above);
    jw_bool_at(w, "ignores_range", *panel->time_from != 0);
    jw_bool_at(w, "timeless", panel->is_timeless);
    jw_text_at(w, "library_uid", panel->library_uid);
    jw_object_at(w, "grid");
    jw_int_at(w, "x", panel->grid.x);
    jw_int_at(w, "y", panel->grid.y);
    jw_int_at(w, "w", panel->grid.w);
    jw_int_at(w, "h", panel->grid.h);
    jw_end(w);
    jw_end(w);
}

void dashboard_print(const struct dashboard *dashboard, struct jw *w)
{
    jw_object(w);
    jw_text_at(w, "uid", dashboard->uid);
    jw_text_at(w, "title", dashboard->title);
    jw_text_at(w, "description", dashboard->description);
    jw_text_at(w, "folder_uid", dashboard->folder_uid);
    jw_text_at(w, "folder_title", dashboard->folder_title);
    jw_text_at(w, "schema", dashboard->schema);
    jw_key(w, "tags");
    print_texts(dashboard->tags, dashboard->tag_n, w);
    jw_int_at(w, "version", dashboard->version);
    jw_text_at(w, "timezone", dashboard->timezone);
    jw_array_at(w, "variables");
    for (size_t i = 0; i < dashboard->variable_n; i++)
        print_variable(&dashboard->variables[i], w);
    jw_end(w);
    jw_array_at(w, "panels");
    for (size_t i = 0; i < dashboard->panel_n; i++)
        print_panel(&dashboard->panels[i], w);
    jw_end(w);
    jw_key(w, "warnings");
    print_texts(dashboard->warnings, dashboard->warning_n, w);
    jw_end(w);
}
