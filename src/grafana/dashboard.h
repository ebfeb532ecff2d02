/* A dashboard, whatever its schema: classic JSON (flat, with rows, collapsed rows, old rows[]
 * files) and the v2 schema (elements, rows, tabs, grids) become one shape. Pure; in the given
 * arena.
 *
 * Facts: Grafana's dashboard JSON model and dashboard.grafana.app v2 spec. Unknown kinds of layout
 * are walked through for whatever they hold, so that a new kind loses no panel.
 */
#ifndef GRAFANA_DASHBOARD_H
#define GRAFANA_DASHBOARD_H

#include "base/json.h"

enum { DASHBOARD_PANELS_MAX = 5000, DASHBOARD_DEPTH_MAX = 24, DASHBOARD_PATH_MAX = 8 };

struct dashboard_value {
    const char *text;
    const char *value;
};

struct dashboard_variable {
    const char *name;
    const char *label; /* "" none */
    const char *query; /* as written, if it is a text; the plugin's id of "datasource"; "" none */
    const char *type;  /* "query", "custom", "interval", "textbox", "constant", "datasource", … */
    bool is_multi;
    bool has_all;
    bool is_hidden;
    bool is_live;         /* its true values are known to a browser only */
    const char **current; /* values; "$__all" for all */
    size_t current_n;
    struct dashboard_value *values; /* those that the file knows, without "$__all" */
    size_t value_n;
};

struct dashboard_grid {
    int x, y, w, h; /* 24 columns; 0 where the layout decides */
};

struct dashboard_panel {
    int64_t id;      /* 0: the file has none, Grafana gives one when it loads */
    const char *key; /* what addresses it: the id as text, or the v2 element's name */
    const char *title;
    const char *description;
    const char *type;                     /* plugin id: "timeseries" */
    const char *path[DASHBOARD_PATH_MAX]; /* titles of tabs and rows above it */
    size_t path_n;
    const char *repeat;       /* its own variable, or NULL */
    const char *repeat_above; /* the row's or tab's variable, or NULL */
    const char *library_uid;  /* "" none */
    const char *time_from;    /* "" none: it ignores the dashboard's range */
    bool is_collapsed;        /* in a collapsed row or a tab that is not the first */
    bool is_timeless;         /* text, news, lists: the same at any range */
    bool is_conditional;      /* may be hidden by a condition */
    bool is_unresolved;       /* a library panel of which only the reference is known */
    struct dashboard_grid grid;
    const struct jv *options;      /* or NULL */
    const struct jv *field_config; /* {defaults, overrides} or NULL */
    const struct jv *model;        /* v1: the panel's own JSON; v2: the element */
};

struct dashboard {
    const char *uid, *title, *description;
    const char *folder_uid, *folder_title; /* "" at the root */
    const char *slug;
    const char *schema; /* "v1", "v2" */
    int64_t version;
    const char *grafana_version; /* of the server, as who asked it says; NULL: not known */
    const char *timezone;        /* "" the organisation's, "browser", "utc" or IANA */
    const char **tags;
    size_t tag_n;
    struct dashboard_variable *variables;
    size_t variable_n;
    struct dashboard_panel *panels;
    size_t panel_n;
    const char **warnings; /* duplicate ids, unknown kinds, … in English */
    size_t warning_n;
};

/* {dashboard, meta}, or a bare dashboard. ERR_TARGET: it is none. Keeps views into `json`. */
int dashboard_read_v1(struct op *op, const struct jv *json, struct dashboard *out) MUST_CHECK;
/* {metadata, spec} of any v2 version. */
int dashboard_read_v2(struct op *op, const struct jv *json, struct dashboard *out) MUST_CHECK;
/* Either, by what it looks like. */
int dashboard_read(struct op *op, const struct jv *json, struct dashboard *out) MUST_CHECK;
/* Completes a library panel with its model: {"type","title","options","fieldConfig",…}. */
void dashboard_resolve_library(struct dashboard_panel *panel, const struct jv *model);

/* NULL if there is none. The text is a key or an id. */
const struct dashboard_panel *dashboard_find_panel(const struct dashboard *dashboard,
                                                   const char *key);
const struct dashboard_variable *dashboard_find_variable(const struct dashboard *dashboard,
                                                         const char *name);

/* What is kept with a shot to judge it and to show it: type, path, unit, the value it shows, its
 * thresholds and overrides (read by field_look), whether it ignores the range, folder and version
 * of the dashboard. JSON; read by rounds/judge. */
void dashboard_print_detail(const struct dashboard *dashboard, const struct dashboard_panel *panel,
                            struct str *out);
/* The API's `Dashboard`. */
void dashboard_print(const struct dashboard *dashboard, struct jw *w);

#endif
