/* One dashboard, in the newest schema that the server speaks, with its library panels. Any thread.
 *
 * From Grafana 12 on the /apis routes tell the truth about v2 dashboards, while /api/dashboards
 * down-converts or refuses them. So: ask which versions are served, take the newest whose dashboard
 * was stored in that schema, and fall back to /api/dashboards, which every version has.
 */
#include "grafana/client.h"

#include "base/url.h"

#include <string.h>

enum { PATH_MAX_BYTES = 2048, VALUES_MAX = 2000 };

static char *encoded(struct arena *arena, const char *text)
{
    struct str *out = str_new(arena, PATH_MAX_BYTES);
    url_encode(out, bytes_of(text));
    return out->p;
}

/* A v2 answer is worth having only if the dashboard was stored as v2: a converted one says no more
 * than the classic JSON, and the classic one is what panels' ids refer to. */
static bool is_stored_v2(const struct jv *json)
{
    const char *stored = jv_text(jv_path(json, "status.conversion.storedVersion"), "v2");
    return strncmp(stored, "v2", 2) == 0;
}

/* *out stays NULL if the server does not speak v2, or the dashboard is a classic one. */
static int find_v2(struct op *op, struct grafana *grafana, const char *uid, const struct jv **out)
{
    const char *version, *space;
    struct grafana_answer answer;
    *out = NULL;
    if (grafana_find_schema(op, grafana, &version, &space))
        return -1;
    if (!*version)
        return 0;
    const char *path =
        arena_fmt(&op->arena, "/apis/dashboard.grafana.app/%s/namespaces/%s/dashboards/%s", version,
                  encoded(&op->arena, space), encoded(&op->arena, uid));
    if (grafana_get(op, grafana, path, GRAFANA_ANSWER, &answer))
        return -1;
    bool is_failed = jv_bool(jv_path(answer.json, "status.conversion.failed"), false);
    if (answer.status == 200 && jv_is_object(jv_path(answer.json, "spec.elements")) && !is_failed &&
        is_stored_v2(answer.json))
        *out = answer.json;
    return 0;
}

static int resolve_libraries(struct op *op, struct grafana *grafana, struct dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->panel_n; i++) {
        struct dashboard_panel *panel = &dashboard->panels[i];
        struct grafana_answer answer;
        if (!panel->is_unresolved)
            continue;
        const char *path = arena_fmt(&op->arena, "/api/library-elements/%s",
                                     encoded(&op->arena, panel->library_uid));
        if (grafana_get(op, grafana, path, GRAFANA_ANSWER, &answer))
            return -1;
        const struct jv *model = jv_path(answer.json, "result.model");
        /* A missing model leaves the reference: the panel is listed all the same. */
        if (answer.status == 200 && jv_is_object(model))
            dashboard_resolve_library(panel, model);
    }
    return 0;
}

static int name_folder(struct op *op, struct grafana *grafana, struct dashboard *dashboard)
{
    struct grafana_answer answer;
    if (!*dashboard->folder_uid || *dashboard->folder_title)
        return 0;
    const char *path =
        arena_fmt(&op->arena, "/api/folders/%s", encoded(&op->arena, dashboard->folder_uid));
    if (grafana_get(op, grafana, path, GRAFANA_ANSWER, &answer))
        return -1;
    dashboard->folder_title = jv_text_at(answer.json, "title", dashboard->folder_uid);
    return 0;
}

int grafana_find_dashboard(struct op *op, struct grafana *grafana, const char *uid,
                           struct dashboard *out)
{
    struct grafana_answer answer;
    const struct jv *json;
    if (find_v2(op, grafana, uid, &json))
        return -1;
    if (!json) {
        const char *path =
            arena_fmt(&op->arena, "/api/dashboards/uid/%s", encoded(&op->arena, uid));
        if (grafana_get(op, grafana, path, GRAFANA_JSON, &answer))
            return -1;
        json = answer.json;
    }
    if (dashboard_read(op, json, out) || resolve_libraries(op, grafana, out))
        return -1;
    if (!*out->uid)
        out->uid = arena_strdup(&op->arena, uid);
    return name_folder(op, grafana, out);
}

/* ---- Values of variables ---- */

static int list_datasources(struct op *op, struct grafana *grafana, const char *type,
                            struct dashboard_value *out, size_t *out_n)
{
    struct grafana_about about;
    if (grafana_find_about(op, grafana, &about))
        return -1;
    void *it = NULL;
    const char *name;
    const struct jv *source;
    while (jv_next(about.datasources, &it, &name, &source) && *out_n < VALUES_MAX)
        if (strcmp(jv_text_at(source, "type", ""), type) == 0)
            out[(*out_n)++] = (struct dashboard_value){name, jv_text_at(source, "uid", "")};
    return 0;
}

int grafana_find_values(struct op *op, struct grafana *grafana, const struct dashboard *dashboard,
                        const char *name, struct dashboard_value **out, size_t *out_n)
{
    const struct dashboard_variable *variable = dashboard_find_variable(dashboard, name);
    *out = ARENA_ARRAY(&op->arena, struct dashboard_value, VALUES_MAX);
    *out_n = 0;
    if (!variable)
        return op_fail(op, ERR_TARGET_MISSING, "dashboard '%s' has no variable '%s'",
                       dashboard->title, name);
    if (strcmp(variable->type, "datasource") == 0)
        return list_datasources(op, grafana, variable->query, *out, out_n);
    *out = variable->values;
    *out_n = variable->value_n;
    return 0;
}
