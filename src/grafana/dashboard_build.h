/* Inside grafana/: what both readers of dashboards share while they build one. */
#ifndef GRAFANA_DASHBOARD_BUILD_H
#define GRAFANA_DASHBOARD_BUILD_H

#include "grafana/dashboard.h"

struct dashboard_build {
    struct arena *arena;
    struct dashboard *out;
    size_t panel_max, variable_max, warning_max; /* rooms of the arrays */
};

/* Where the walk is: what lies above the next panel. */
struct dashboard_spot {
    const char *path[DASHBOARD_PATH_MAX];
    size_t path_n;
    const char *repeat; /* of the nearest row or tab that has one */
    bool is_collapsed;
    bool is_conditional;
    int depth;
};

void dashboard_build_init(struct dashboard_build *build, struct arena *arena,
                          struct dashboard *out);
/* A zeroed panel at this spot; NULL past the ceiling (a warning is added once). */
struct dashboard_panel *dashboard_build_panel(struct dashboard_build *build,
                                              const struct dashboard_spot *spot);
struct dashboard_variable *dashboard_build_variable(struct dashboard_build *build,
                                                    const char *name);
void dashboard_build_warn(struct dashboard_build *build, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* One level deeper, under a title ("" adds none). */
struct dashboard_spot dashboard_spot_under(const struct dashboard_spot *spot, const char *title,
                                           const char *repeat);
/* Keys from ids, duplicates named in warnings, whether types are timeless. */
void dashboard_build_finish(struct dashboard_build *build);

/* `current`, `options`, `query`, `multi`, `includeAll`, `hide` are the same words in both schemas.
 */
void dashboard_read_variable(struct arena *arena, const struct jv *json,
                             struct dashboard_variable *out);
/* A text, or a list of texts and numbers, as texts. */
void dashboard_read_texts(struct arena *arena, const struct jv *json, const char ***out,
                          size_t *out_n);

#endif
