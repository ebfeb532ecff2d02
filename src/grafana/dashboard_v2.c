/* Dashboards in the v2 schema: named elements, and a layout of grids, rows and tabs, nested freely.
 * Pure.
 *
 * Known kinds of layout are read exactly; an unknown one is walked for anything that has a layout,
 * items, rows or tabs, so that its panels are found and a warning says that the kind is new. What
 * no layout mentions cannot be seen in Grafana and is left out here too.
 */
#include "grafana/dashboard.h"

#include "grafana/dashboard_build.h"

#include <ctype.h>
#include <string.h>

static bool is_kind(const struct jv *json, const char *kind)
{
    return strcmp(jv_text_at(json, "kind", ""), kind) == 0;
}

static void read_variables(struct dashboard_build *build, const struct jv *list)
{
    for (size_t i = 0; i < jv_len(list); i++) {
        const struct jv *json = jv_item(list, i), *spec = jv_get(json, "spec");
        struct dashboard_variable *variable =
            dashboard_build_variable(build, jv_text_at(spec, "name", ""));
        if (!variable)
            continue;
        struct bytes kind = jv_bytes(jv_get(json, "kind"));
        if (bytes_has_suffix(kind, BYTES("Variable")))
            kind.n -= strlen("Variable");
        char *type = arena_copy(build->arena, kind);
        for (char *c = type; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        variable->type = strcmp(type, "text") == 0 ? "textbox" : type;
        dashboard_read_variable(build->arena, spec, variable);
    }
}

/* "panel-7" names element 7 when the element itself does not say. */
static int64_t id_of(const struct jv *spec, const char *name)
{
    int64_t id = jv_int_at(spec, "id", 0);
    if (id <= 0 && strncmp(name, "panel-", 6) == 0 && !bytes_to_i64(bytes_of(name + 6), &id))
        id = 0;
    return id;
}

static void read_element(struct dashboard_build *build, const struct jv *elements, const char *name,
                         const struct dashboard_spot *spot, const struct jv *item)
{
    const struct jv *element = jv_get(elements, name), *spec = jv_get(element, "spec");
    if (!element) {
        dashboard_build_warn(build, "the layout names an element '%s' that there is not", name);
        return;
    }
    struct dashboard_panel *panel = dashboard_build_panel(build, spot);
    if (!panel)
        return;
    const struct jv *viz = jv_get(spec, "vizConfig");
    panel->id = id_of(spec, name);
    panel->key = name;
    panel->title = jv_text_at(spec, "title", "");
    panel->description = jv_text_at(spec, "description", "");
    /* v2alpha1 put the plugin into `kind`, later versions into `group`. */
    panel->type = jv_text_at(viz, "group", jv_text_at(viz, "kind", ""));
    panel->time_from = jv_text(jv_path(spec, "data.spec.queryOptions.timeFrom"), "");
    panel->library_uid = jv_text(jv_path(spec, "libraryPanel.uid"), "");
    panel->is_unresolved = *panel->library_uid != 0;
    panel->options = jv_path(viz, "spec.options");
    panel->field_config = jv_path(viz, "spec.fieldConfig");
    panel->model = element;
    const char *repeat = jv_text(jv_path(item, "repeat.value"), "");
    panel->repeat = *repeat ? repeat : NULL;
    panel->is_conditional |= jv_is_object(jv_get(item, "conditionalRendering"));
    panel->grid = (struct dashboard_grid){
        (int)jv_int_at(item, "x", 0), (int)jv_int_at(item, "y", 0),
        (int)jv_int_at(item, "width", 0), (int)jv_int_at(item, "height", 0)};
}

static void walk(struct dashboard_build *build, const struct jv *elements, const struct jv *node,
                 const struct dashboard_spot *spot);

static void walk_list(struct dashboard_build *build, const struct jv *elements,
                      const struct jv *list, const struct dashboard_spot *spot)
{
    for (size_t i = 0; i < jv_len(list); i++) {
        struct dashboard_spot here = *spot;
        /* A tab that is not the first is not on the screen, as if it were collapsed. */
        if (i > 0 && is_kind(jv_item(list, i), "TabsLayoutTab"))
            here.is_collapsed = true;
        walk(build, elements, jv_item(list, i), &here);
    }
}

static bool is_known(const char *kind)
{
    static const char *const kinds[] = {"GridLayout",     "GridLayoutItem",     "GridLayoutRow",
                                        "AutoGridLayout", "AutoGridLayoutItem", "RowsLayout",
                                        "RowsLayoutRow",  "TabsLayout",         "TabsLayoutTab"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    return false;
}

static void walk(struct dashboard_build *build, const struct jv *elements, const struct jv *node,
                 const struct dashboard_spot *spot)
{
    const struct jv *spec = jv_get(node, "spec");
    const char *kind = jv_text_at(node, "kind", "");
    if (!jv_is_object(spec) || spot->depth > DASHBOARD_DEPTH_MAX)
        return;
    if (!is_known(kind))
        dashboard_build_warn(build,
                             "the layout has a part of an unknown kind '%s'; what it holds "
                             "is listed, its order may differ",
                             kind);
    const char *element = jv_text(jv_path(spec, "element.name"), "");
    if (*element) {
        read_element(build, elements, element, spot, spec);
        return;
    }
    bool is_row = strstr(kind, "Row") && !is_kind(node, "RowsLayout");
    bool is_part = is_row || is_kind(node, "TabsLayoutTab");
    struct dashboard_spot under =
        dashboard_spot_under(spot, is_part ? jv_text_at(spec, "title", "") : "",
                             jv_text(jv_path(spec, "repeat.value"), ""));
    if (is_row && (jv_bool_at(spec, "collapse", false) || jv_bool_at(spec, "collapsed", false)))
        under.is_collapsed = true;
    if (jv_is_object(jv_get(spec, "conditionalRendering")))
        under.is_conditional = true;
    read_variables(build, jv_get(spec, "variables"));
    walk(build, elements, jv_get(spec, "layout"), &under);
    walk_list(build, elements, jv_get(spec, "items"), &under);
    walk_list(build, elements, jv_get(spec, "elements"), &under);
    walk_list(build, elements, jv_get(spec, "rows"), &under);
    walk_list(build, elements, jv_get(spec, "tabs"), &under);
}

int dashboard_read_v2(struct op *op, const struct jv *json, struct dashboard *out)
{
    const struct jv *meta = jv_get(json, "metadata"), *spec = jv_get(json, "spec");
    if (!jv_is_object(jv_get(spec, "elements")))
        return op_fail(op, ERR_TARGET,
                       "Grafana's answer is not a v2 dashboard: it has no elements");
    *out = (struct dashboard){.schema = "v2", .slug = "", .folder_title = ""};
    struct dashboard_build build;
    dashboard_build_init(&build, &op->arena, out);
    const struct jv *notes = jv_get(meta, "annotations");
    out->uid = jv_text_at(meta, "name", "");
    out->title = jv_text_at(spec, "title", "");
    out->description = jv_text_at(spec, "description", "");
    out->folder_uid = jv_text_at(notes, "grafana.app/folder", "");
    out->slug = jv_text(jv_path(json, "access.slug"), "");
    out->version = jv_int_at(meta, "generation", 0);
    out->timezone = jv_text(jv_path(spec, "timeSettings.timezone"), "");
    dashboard_read_texts(&op->arena, jv_get(spec, "tags"), &out->tags, &out->tag_n);
    read_variables(&build, jv_get(spec, "variables"));
    struct dashboard_spot root = {0};
    walk(&build, jv_get(spec, "elements"), jv_get(spec, "layout"), &root);
    dashboard_build_finish(&build);
    return 0;
}

int dashboard_read(struct op *op, const struct jv *json, struct dashboard *out)
{
    const struct jv *spec = jv_get(json, "spec");
    if (jv_is_object(jv_get(spec, "elements")))
        return dashboard_read_v2(op, json, out);
    if (!jv_is_object(spec))
        return dashboard_read_v1(op, json, out);
    /* The classic JSON in the wrapping of /apis. */
    const struct jv *meta = jv_get(json, "metadata");
    if (dashboard_read_v1(op, spec, out))
        return -1;
    out->uid = jv_text_at(meta, "name", out->uid);
    out->version = jv_int_at(meta, "generation", out->version);
    out->folder_uid = jv_text_at(jv_get(meta, "annotations"), "grafana.app/folder", "");
    out->slug = jv_text(jv_path(json, "access.slug"), "");
    return 0;
}
