/* Looking into a Grafana: folders, dashboards, panels, and one panel as a picture, as a plan would
 * take it. Each asks that Grafana while the caller waits.
 */
#include "api/sources.h"

#include "api/fields.h"
#include "api/handlers.h"
#include "api/platform.h"
#include "api/reply.h"
#include "base/clock.h"
#include "grafana/links.h"
#include "render/render.h"
#include "rounds/live.h"
#include "rounds/source.h"

#include <string.h>

enum { DASHBOARDS_PAGE = 100, VALUES_MAX = 100 };

static void text_or_null(struct jw *w, const char *key, const char *text)
{
    jw_text_at(w, key, text && *text ? text : NULL);
}

int handle_browse_folders(struct call *call)
{
    struct rounds *rounds = call->api->platform->rounds;
    struct store_source source;
    struct grafana_folder *folders;
    struct grafana *grafana;
    struct reply r;
    size_t n;
    if (source_of_call(call, &source) < 0 ||
        source_lease(call->op, rounds, source.row, &grafana) < 0)
        return -1;
    int failed = grafana_list_folders(call->op, grafana, &folders, &n);
    source_return(rounds, grafana);
    if (failed)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < n; i++) {
        jw_object(&r.w);
        jw_text_at(&r.w, "uid", folders[i].uid);
        jw_text_at(&r.w, "title", folders[i].title);
        text_or_null(&r.w, "parent_uid", folders[i].parent_uid);
        jw_end(&r.w);
    }
    reply_list_end(&r, NULL);
    return reply_json(&r, 200);
}

static void print_hit(struct jw *w, const struct grafana_hit *hit)
{
    jw_object(w);
    jw_text_at(w, "uid", hit->uid);
    jw_text_at(w, "title", hit->title);
    text_or_null(w, "folder_uid", hit->folder_uid);
    text_or_null(w, "folder_title", hit->folder_title);
    jw_array_at(w, "tags");
    for (size_t i = 0; i < hit->tag_n; i++)
        jw_text(w, hit->tags[i]);
    jw_end(w);
    jw_text_at(w, "url", hit->url);
    jw_end(w);
}

/* Grafana counts pages, so the cursor is the next page's number. */
int handle_browse_dashboards(struct call *call)
{
    struct rounds *rounds = call->api->platform->rounds;
    struct store_source source;
    struct grafana_hit *hits;
    struct grafana *grafana;
    struct reply r;
    int64_t page = 1, limit = DASHBOARDS_PAGE;
    bool has_more;
    size_t n;
    if (query_int(call, "limit", 1, 1000, &limit) < 0 ||
        query_int(call, "page", 1, 100000, &page) < 0 ||
        query_int(call, "cursor", 1, 100000, &page) < 0 || source_of_call(call, &source) < 0 ||
        source_lease(call->op, rounds, source.row, &grafana) < 0)
        return -1;
    struct grafana_search ask = {.query = query_text(call, "query"),
                                 .folder_uid = query_text(call, "folder"),
                                 .tag = query_text(call, "tag"),
                                 .page = (int)page,
                                 .limit = (int)limit};
    int failed = grafana_find_dashboards(call->op, grafana, &ask, &hits, &n, &has_more);
    source_return(rounds, grafana);
    if (failed)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < n; i++)
        print_hit(&r.w, &hits[i]);
    reply_list_end(&r, has_more ? arena_fmt(&call->op->arena, "%d", (int)page + 1) : NULL);
    return reply_json(&r, 200);
}

/* Values that the dashboard's file does not know, but the server does. */
static int fill_values(struct op *op, struct grafana *grafana, struct dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->variable_n; i++) {
        struct dashboard_variable *v = &dashboard->variables[i];
        if (v->value_n == 0 &&
            grafana_find_values(op, grafana, dashboard, v->name, &v->values, &v->value_n) < 0)
            return -1;
    }
    return 0;
}

static int find_dashboard(struct call *call, struct store_source *source, struct dashboard *out)
{
    struct rounds *rounds = call->api->platform->rounds;
    struct grafana *grafana;
    if (source_of_call(call, source) < 0 ||
        source_lease(call->op, rounds, source->row, &grafana) < 0)
        return -1;
    int failed = grafana_find_dashboard(call->op, grafana, call->params[1], out) < 0 ||
                 fill_values(call->op, grafana, out) < 0;
    source_return(rounds, grafana);
    return failed ? -1 : 0;
}

int handle_browse_dashboard(struct call *call)
{
    struct dashboard dashboard;
    struct store_source source;
    struct reply r;
    if (find_dashboard(call, &source, &dashboard) < 0)
        return -1;
    reply_open(&r, call);
    dashboard_print(&dashboard, &r.w);
    return reply_json(&r, 200);
}

/* ---- Variables, as they are now ---- */

struct live { /* what the page says; error: why it could not be asked */
    struct render_variable *list;
    size_t n;
    const char *error;
};

static bool is_of_page(const struct dashboard_variable *variable)
{
    return strcmp(variable->type, "query") == 0;
}

/* No page, no live values: the file's are told all the same, with the reason. */
static int find_live(struct call *call, const struct store_source *source,
                     const struct dashboard *dashboard, struct live *out)
{
    *out = (struct live){.error = ""};
    bool needs_page = false;
    for (size_t i = 0; i < dashboard->variable_n; i++)
        needs_page = needs_page || is_of_page(&dashboard->variables[i]);
    if (!needs_page || live_find(call->op, call->api->platform->rounds, source->row, dashboard,
                                 &out->list, &out->n) == 0)
        return 0;
    if (call->op->err == ERR_CANCELLED || call->op->err == ERR_STORAGE)
        return -1;
    out->error = arena_strdup(&call->op->arena, call->op->err_text);
    op_clear(call->op);
    return 0;
}

static void print_live(struct arena *arena, struct jw *w, const struct dashboard_variable *variable,
                       const struct live *live)
{
    const struct render_variable *now =
        is_of_page(variable) ? live_pick(live->list, live->n, variable->name) : NULL;
    const char *from = now && now->n                               ? "browser"
                       : strcmp(variable->type, "datasource") == 0 ? "server"
                                                                   : "dashboard";
    const char *error = !is_of_page(variable) ? ""
                        : *live->error        ? live->error
                                              : live_why(arena, now);
    jw_object(w);
    jw_text_at(w, "name", variable->name);
    text_or_null(w, "label", variable->label);
    jw_text_at(w, "type", variable->type);
    jw_bool_at(w, "multi", variable->is_multi);
    jw_bool_at(w, "include_all", variable->has_all);
    jw_bool_at(w, "hidden", variable->is_hidden);
    jw_array_at(w, "current");
    for (size_t i = 0; i < variable->current_n; i++)
        jw_text(w, variable->current[i]);
    jw_end(w);
    jw_array_at(w, "values");
    for (size_t i = 0; i < (now && now->n ? now->n : variable->value_n); i++) {
        jw_object(w);
        jw_text_at(w, "text", now && now->n ? now->texts[i] : variable->values[i].text);
        jw_text_at(w, "value", now && now->n ? now->values[i] : variable->values[i].value);
        jw_end(w);
    }
    jw_end(w);
    jw_text_at(w, "known_from", from);
    jw_bool_at(w, "more", now && now->has_more);
    text_or_null(w, "error", error);
    jw_end(w);
}

int handle_browse_variables(struct call *call)
{
    struct dashboard dashboard;
    struct store_source source;
    struct live live;
    struct reply r;
    if (find_dashboard(call, &source, &dashboard) < 0 ||
        find_live(call, &source, &dashboard, &live) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < dashboard.variable_n; i++)
        print_live(&call->op->arena, &r.w, &dashboard.variables[i], &live);
    reply_list_end(&r, NULL);
    return reply_json(&r, 200);
}

/* ---- Preview ---- */

/* The body as the plan that has just this shot, so that one reader knows what windows and pictures
 * are.
 */
static const struct tree *plan_of_body(struct call *call, const struct store_source *source)
{
    struct str *text = str_new(&call->op->arena, 4 << 20);
    const struct jv *picture = jv_get(call->body, "picture");
    const struct tree *tree = NULL;
    void *it = NULL;
    const char *key;
    const struct jv *value;
    struct jw w;
    jw_init(&w, text);
    jw_object(&w);
    jw_text_at(&w, "name", "preview");
    jw_text_at(&w, "timezone", jv_text_at(call->body, "timezone", "UTC"));
    jw_array_at(&w, "selections");
    jw_object(&w);
    jw_text_at(&w, "source", source->id);
    jw_text_at(&w, "dashboard", jv_text_at(call->body, "dashboard", ""));
    jw_array_at(&w, "panels");
    jw_value(&w, jv_get(call->body, "panel"));
    jw_end(&w);
    jw_end(&w);
    jw_end(&w);
    jw_array_at(&w, "windows");
    jw_value(&w, jv_get(call->body, "window"));
    jw_end(&w);
    jw_object_at(&w, "picture");
    jw_text_at(&w, "layout", "solo");
    while (jv_next(picture, &it, &key, &value)) {
        if (strcmp(key, "layout") == 0)
            continue;
        jw_key(&w, key);
        jw_value(&w, value);
    }
    jw_end(&w);
    jw_end(&w);
    if (tree_from_json(call->op, jv_parse_quiet(&call->op->arena, str_bytes(text)), &tree) < 0)
        return NULL;
    return tree;
}

/* "windows[0].from" of that plan is "window.from" of the body. */
static void rename_faults(struct call *call, struct plan_faults *faults)
{
    static const struct {
        const char *plan, *body;
    } names[] = {{"windows[0]", "window"},
                 {"selections[0].panels[0]", "panel"},
                 {"selections[0].dashboard", "dashboard"}};
    for (size_t i = 0; i < faults->n; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            size_t n = strlen(names[k].plan);
            if (strncmp(faults->items[i].path, names[k].plan, n) == 0)
                faults->items[i].path =
                    arena_fmt(&call->op->arena, "%s%s", names[k].body, faults->items[i].path + n);
        }
}

static int check_variables(struct fields *f)
{
    const struct jv *variables = fields_value(f, "variables"), *value;
    struct fields part;
    void *it = NULL;
    const char *name;
    size_t n;
    if (variables && !jv_is_object(variables))
        fields_fault(f, "variables", "must be an object, not %s", jv_kind(variables));
    else if (variables) {
        part = *f;
        part.object = variables;
        part.path = "variables";
        while (jv_next(variables, &it, &name, &value))
            if (!jv_is_string(value))
                fields_texts(&part, name, VALUES_MAX, 1000, &n);
    }
    return fields_end(f);
}

static int read_preview(struct call *call, const struct store_source *source,
                        struct plan_spec *spec)
{
    struct plan_faults *faults = ARENA_NEW(&call->op->arena, struct plan_faults);
    struct fields f;
    fields_open(&f, call, "dashboard panel window picture variables timezone");
    fields_need_text(&f, "dashboard", 200);
    fields_text(&f, "timezone", 100, "UTC");
    if (!fields_value(&f, "panel"))
        fields_fault(&f, "panel", "is missing");
    if (!fields_value(&f, "window"))
        fields_fault(&f, "window", "is missing");
    if (check_variables(&f) < 0)
        return -1;
    const struct tree *tree = plan_of_body(call, source);
    if (!tree)
        return -1;
    int failed = plan_read(call->op, tree, spec, faults);
    rename_faults(call, faults);
    fields_take_faults(call, faults);
    return failed;
}

static int make_ask(struct call *call, const struct store_source *source,
                    const struct plan_spec *spec, struct render_ask *ask)
{
    const struct zone *zone;
    const char *theme = spec->picture.is_dark ? "dark" : "light";
    struct link_ask link = {.base_url = source->base_url,
                            .org_id = source->org_id,
                            .uid = spec->selections[0].dashboard,
                            .panel = spec->selections[0].panels.items[0],
                            .vars = jv_get(call->body, "variables"),
                            .theme = theme,
                            .timezone = spec->timezone};
    if (zone_open(call->op, spec->timezone, &zone) < 0)
        return -1;
    window_resolve(&spec->windows[0], zone, clock_wall_ms(), &link.from_ms, &link.to_ms);
    *ask = (struct render_ask){.look = {.width_px = spec->picture.width,
                                        .height_px = spec->picture.height,
                                        .scale = spec->picture.scale,
                                        .format = RENDER_PNG,
                                        .timezone = spec->timezone,
                                        .language = "",
                                        .theme = theme,
                                        .filename = ""},
                               .class_ = POOL_INTERACTIVE,
                               .is_strict = true,
                               .is_partial = true};
    return target_parse(call->op, bytes_of(link_solo(&call->op->arena, &link)), &ask->target);
}

int handle_browse_preview(struct call *call)
{
    struct store_source source;
    struct plan_spec spec;
    struct render_ask ask;
    struct render_result result = {.how = "", .browser = "", .finding = {.text = ""}};
    if (source_of_call(call, &source) < 0 || read_preview(call, &source, &spec) < 0 ||
        make_ask(call, &source, &spec, &ask) < 0 ||
        source_login(call->op, call->api->platform->rounds, source.row, &ask.login) < 0)
        return -1;
    int failed = render_run(call->op, call->api->render, &ask, &result);
    render_login_fini(&ask.login);
    render_add_headers(call, &result, "");
    if (failed)
        return -1;
    httpd_reply(call->req, 200, result.mime, result.body);
    return 0;
}
