/* Dashboards in the classic JSON: a flat list of panels in which rows are panels too, or, before
 * schema 16, a list of rows. Pure.
 *
 * An open row owns the panels that follow it until the next row; a collapsed row holds its panels
 * itself. Fields of the wrong type read as missing, as Grafana's own migration treats them.
 */
#include "grafana/dashboard.h"

#include "grafana/dashboard_build.h"

#include <string.h>

static const char *text_or_null(const struct jv *json, const char *key)
{
    const char *text = jv_text_at(json, key, "");
    return *text ? text : NULL;
}

static void read_panel(struct dashboard_build *build, const struct jv *json,
                       const struct dashboard_spot *spot)
{
    struct dashboard_panel *panel = dashboard_build_panel(build, spot);
    if (!panel)
        return;
    panel->id = jv_int_at(json, "id", 0);
    panel->title = jv_text_at(json, "title", "");
    panel->description = jv_text_at(json, "description", "");
    panel->type = jv_text_at(json, "type", "");
    panel->repeat = text_or_null(json, "repeat");
    panel->time_from = jv_text_at(json, "timeFrom", "");
    const struct jv *library = jv_get(json, "libraryPanel");
    panel->library_uid = jv_text_at(library, "uid", "");
    const struct jv *grid = jv_get(json, "gridPos");
    panel->grid =
        (struct dashboard_grid){(int)jv_int_at(grid, "x", 0), (int)jv_int_at(grid, "y", 0),
                                (int)jv_int_at(grid, "w", 0), (int)jv_int_at(grid, "h", 0)};
    panel->options = jv_get(json, "options");
    panel->field_config = jv_get(json, "fieldConfig");
    panel->model = json;
    if (*panel->library_uid) {
        panel->is_unresolved = !*panel->type || strcmp(panel->type, "library-panel-ref") == 0;
        if (!*panel->title)
            panel->title = jv_text_at(library, "name", "");
        if (jv_is_object(jv_get(library, "model")))
            dashboard_resolve_library(panel, jv_get(library, "model"));
    }
}

static void read_panels(struct dashboard_build *build, const struct jv *panels)
{
    const struct dashboard_spot root = {0};
    struct dashboard_spot spot = root;
    for (size_t i = 0; i < jv_len(panels); i++) {
        const struct jv *json = jv_item(panels, i);
        if (!jv_is_object(json))
            continue;
        if (strcmp(jv_text_at(json, "type", ""), "row") != 0) {
            read_panel(build, json, &spot);
            continue;
        }
        spot = dashboard_spot_under(&root, jv_text_at(json, "title", ""),
                                    jv_text_at(json, "repeat", ""));
        struct dashboard_spot inside = spot;
        inside.is_collapsed = jv_bool_at(json, "collapsed", false);
        const struct jv *children = jv_get(json, "panels");
        for (size_t k = 0; k < jv_len(children); k++)
            if (jv_is_object(jv_item(children, k)))
                read_panel(build, jv_item(children, k), &inside);
        /* A collapsed row has all its panels inside: what follows lies under no row. */
        if (inside.is_collapsed)
            spot = root;
    }
}

/* The 12 columns of old rows become 24; heights in pixels become units of 30. */
static void place_old_panel(struct dashboard_panel *panel, const struct jv *json, int *x, int y,
                            int h)
{
    int w = (int)(jv_num_at(json, "span", 4) * 2);
    if (w < 1 || w > 24)
        w = 8;
    if (*x + w > 24)
        *x = 0;
    panel->grid = (struct dashboard_grid){*x, y, w, h};
    *x += w;
}

static void read_rows(struct dashboard_build *build, const struct jv *rows)
{
    const struct dashboard_spot root = {0};
    int y = 0;
    for (size_t i = 0; i < jv_len(rows); i++) {
        const struct jv *row = jv_item(rows, i), *panels = jv_get(row, "panels");
        struct dashboard_spot spot = dashboard_spot_under(&root, jv_text_at(row, "title", ""),
                                                          jv_text_at(row, "repeat", ""));
        spot.is_collapsed = jv_bool_at(row, "collapse", false);
        int64_t height = jv_int_at(row, "height", 0);
        if (!height) {
            struct bytes text = jv_bytes(jv_get(row, "height"));
            if (bytes_has_suffix(text, BYTES("px")))
                text.n -= 2;
            (void)bytes_to_i64(text, &height);
        }
        int x = 0, h = height > 30 && height < 3000 ? (int)height / 30 : 7;
        for (size_t k = 0; k < jv_len(panels); k++) {
            size_t before = build->out->panel_n;
            if (jv_is_object(jv_item(panels, k)))
                read_panel(build, jv_item(panels, k), &spot);
            if (build->out->panel_n > before)
                place_old_panel(&build->out->panels[before], jv_item(panels, k), &x, y, h);
        }
        y += h;
    }
}

static void read_variables(struct dashboard_build *build, const struct jv *list)
{
    for (size_t i = 0; i < jv_len(list); i++) {
        const struct jv *json = jv_item(list, i);
        struct dashboard_variable *variable =
            dashboard_build_variable(build, jv_text_at(json, "name", ""));
        if (!variable)
            continue;
        variable->type = jv_text_at(json, "type", "");
        dashboard_read_variable(build->arena, json, variable);
    }
}

int dashboard_read_v1(struct op *op, const struct jv *json, struct dashboard *out)
{
    const struct jv *meta = jv_get(json, "meta"), *body = jv_get(json, "dashboard");
    if (!jv_is_object(body))
        body = json;
    const struct jv *panels = jv_get(body, "panels"), *rows = jv_get(body, "rows");
    if (!jv_is_object(body) || !jv_is_string(jv_get(body, "title")))
        return op_fail(op, ERR_TARGET, "Grafana's answer is not a dashboard: it has no title");
    *out = (struct dashboard){.schema = "v1"};
    struct dashboard_build build;
    dashboard_build_init(&build, &op->arena, out);
    out->uid = jv_text_at(body, "uid", "");
    out->title = jv_text_at(body, "title", "");
    out->description = jv_text_at(body, "description", "");
    out->folder_uid = jv_text_at(meta, "folderUid", "");
    out->folder_title = *out->folder_uid ? jv_text_at(meta, "folderTitle", "") : "";
    out->slug = jv_text_at(meta, "slug", "");
    out->version = jv_int_at(body, "version", jv_int_at(meta, "version", 0));
    out->timezone = jv_text_at(body, "timezone", "");
    dashboard_read_texts(&op->arena, jv_get(body, "tags"), &out->tags, &out->tag_n);
    read_variables(&build, jv_path(body, "templating.list"));
    if (jv_is_array(panels))
        read_panels(&build, panels);
    else if (jv_is_array(rows))
        read_rows(&build, rows);
    dashboard_build_finish(&build);
    return 0;
}
