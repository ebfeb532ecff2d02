/* Plans to shots: the product of panels, windows and values. Blocks only in the lookup.
 *
 * Order is the dashboards' own: selection, dashboard, panel, values, window. A repeated panel
 * becomes one shot a value, addressed by its own id and one value of the variable, which is the one
 * address that works in every version of Grafana. What several selections choose alike is taken
 * once.
 */
#include "rounds/expand.h"

#include <string.h>

enum { DIMS_MAX = 60, VARS_MAX = 20000, TEXTS_MAX = 200, DRIFT_MAX = 500 };

/* One variable in the product: its choices, each one value or several at once. */
struct dim {
    const char *name;
    struct plan_names *choices;
    size_t n, at;
};

struct expansion {
    struct op *op;
    const struct plan_spec *spec;
    const struct expand_lookup *lookup;
    struct expand_result *out;
    int64_t *from_ms, *to_ms; /* per window */
    size_t shot_max;
    uint32_t *seen; /* open addressing: index + 1 of shots */
    size_t seen_max;
    const struct dashboard **visits;
    const char **visit_sources;
    int visit_n;
    const struct plan_selection *selection;
    size_t selection_at;
};

static void warn(struct expansion *x, const char *zh, const char *en)
{
    for (size_t i = 0; i < x->out->warning_n; i++)
        if (strcmp(x->out->warnings[i].en, en) == 0)
            return;
    if (x->out->warning_n < TEXTS_MAX)
        x->out->warnings[x->out->warning_n++] = (struct expand_text){zh, en};
}

static void miss(struct expansion *x, const char *what, const char *path, const char *name,
                 struct expand_text mend)
{
    if (x->out->missing_n < DRIFT_MAX)
        x->out->missing[x->out->missing_n++] = (struct expand_drift){what, path, name, mend};
}

static const char *path_of(struct expansion *x, const char *rest)
{
    return arena_fmt(&x->op->arena, "selections[%zu]%s", x->selection_at, rest);
}

/* ---- Values ---- */

static bool is_all(const struct plan_names *values)
{
    return values->n == 1 &&
           (strcmp(values->items[0], "$__all") == 0 || strcmp(values->items[0], "All") == 0);
}

/* A variable whose query fails: the plan says so, as of a panel that is gone. */
static void miss_values(struct expansion *x, const struct dashboard_variable *variable,
                        const char *why)
{
    struct arena *arena = &x->op->arena;
    miss(x, "value", path_of(x, arena_fmt(arena, ".variables.%s", variable->name)), variable->name,
         (struct expand_text){
             arena_fmt(arena,
                       "变量 %s 的取值无法完整得到 (%s): 在 Grafana 中修复它, 或在计划中写明取值",
                       variable->name, why),
             arena_fmt(arena,
                       "the values of variable %s cannot be had in full (%s): mend it in "
                       "Grafana, or write the values into the plan",
                       variable->name, why)});
}

static int known_values(struct expansion *x, const struct dashboard *dashboard,
                        const struct dashboard_variable *variable, struct plan_names *out)
{
    const char *why = "";
    *out = (struct plan_names){.items =
                                   ARENA_ARRAY(&x->op->arena, const char *, variable->value_n + 1)};
    for (size_t i = 0; i < variable->value_n; i++)
        out->items[out->n++] = variable->values[i].value;
    if (x->lookup->values && (variable->is_live || out->n == 0)) {
        struct plan_names live = {0};
        if (x->lookup->values(x->lookup->ctx, x->op, x->selection->source, dashboard,
                              variable->name, &live, &why))
            return -1;
        if (live.n)
            *out = live;
    }
    struct plan_names current = {variable->current, variable->current_n};
    if (out->n == 0 && !is_all(&current))
        *out = current;
    if (*why)
        miss_values(x, variable, why);
    return 0;
}

/* One choice a value. */
static void set_each(struct expansion *x, const struct plan_names *values, struct dim *dim)
{
    dim->choices = ARENA_ARRAY(&x->op->arena, struct plan_names, values->n + 1);
    dim->n = values->n;
    for (size_t i = 0; i < values->n; i++)
        dim->choices[i] = (struct plan_names){&values->items[i], 1};
}

static void set_one(struct expansion *x, const struct plan_names *values, struct dim *dim)
{
    dim->choices = ARENA_ARRAY(&x->op->arena, struct plan_names, 1);
    dim->choices[0] = *values;
    dim->n = 1;
}

static void check_value(struct expansion *x, const struct dashboard_variable *variable,
                        const struct plan_variable *wanted)
{
    /* Only lists that the file fixes can be checked; a query's values come and go by themselves. */
    if (strcmp(variable->type, "custom") != 0 && strcmp(variable->type, "interval") != 0)
        return;
    for (size_t i = 0; i < wanted->values.n; i++) {
        bool is_known = strcmp(wanted->values.items[i], "$__all") == 0;
        for (size_t k = 0; k < variable->value_n && !is_known; k++)
            is_known = strcmp(variable->values[k].value, wanted->values.items[i]) == 0;
        if (!is_known)
            miss(x, "value",
                 path_of(x, arena_fmt(&x->op->arena, ".variables.%s.values[%zu]", wanted->name, i)),
                 wanted->values.items[i],
                 (struct expand_text){"该变量已没有这个取值: 从计划中去掉或改用现有的取值",
                                      "the variable has no such value any more: take it out of the "
                                      "plan or choose another"});
    }
}

/* The dimensions that the plan sets for a dashboard. */
static int plan_dims(struct expansion *x, const struct dashboard *dashboard, struct dim *dims,
                     size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < x->selection->variable_n && *n < DIMS_MAX; i++) {
        const struct plan_variable *wanted = &x->selection->variables[i];
        const struct dashboard_variable *variable =
            dashboard_find_variable(dashboard, wanted->name);
        struct dim *dim = &dims[*n];
        struct plan_names values = wanted->values;
        if (!variable) {
            miss(x, "variable", path_of(x, arena_fmt(&x->op->arena, ".variables.%s", wanted->name)),
                 wanted->name,
                 (struct expand_text){"仪表板已没有这个变量: 从计划中去掉它",
                                      "the dashboard has no such variable any more: take it out of "
                                      "the plan"});
            continue;
        }
        check_value(x, variable, wanted);
        *dim = (struct dim){.name = wanted->name};
        if (wanted->mode == PLAN_EACH && (values.n == 0 || is_all(&values)) &&
            known_values(x, dashboard, variable, &values))
            return -1;
        if (wanted->mode != PLAN_EACH)
            set_one(x, &values, dim);
        else if (values.n)
            set_each(x, &values, dim);
        else
            warn(x,
                 arena_fmt(&x->op->arena, "变量 %s 的取值只有浏览器知道: 请在计划中写明",
                           wanted->name),
                 arena_fmt(
                     &x->op->arena,
                     "the values of variable %s are known to a browser only: write them into the "
                     "plan",
                     wanted->name));
        *n += dim->n > 0;
    }
    return 0;
}

/* A repeating variable must have one value a shot. */
static int split_repeat(struct expansion *x, const struct dashboard *dashboard, const char *name,
                        struct dim *dims, size_t *n)
{
    const struct dashboard_variable *variable =
        name ? dashboard_find_variable(dashboard, name) : NULL;
    struct dim *dim = NULL;
    if (!variable)
        return 0;
    for (size_t i = 0; i < *n; i++)
        if (strcmp(dims[i].name, name) == 0)
            dim = &dims[i];
    struct plan_names values = {variable->current, variable->current_n};
    if (dim && dim->n == 1)
        values = dim->choices[0];
    if (dim && (dim->n > 1 || (values.n == 1 && !is_all(&values))))
        return 0;
    if ((values.n == 0 || is_all(&values)) && known_values(x, dashboard, variable, &values))
        return -1;
    if (values.n == 0) {
        warn(x,
             arena_fmt(&x->op->arena, "“%s” 中按变量 %s 重复的面板只截取第一个: 取值只有浏览器知道",
                       dashboard->title, name),
             arena_fmt(
                 &x->op->arena,
                 "'%s': of panels repeated by %s only the first is taken, since its values are "
                 "known to a browser only; write them into the plan",
                 dashboard->title, name));
        return 0;
    }
    if (!dim && *n == DIMS_MAX)
        return 0;
    if (!dim)
        dim = &dims[(*n)++];
    *dim = (struct dim){.name = name};
    set_each(x, &values, dim);
    return 0;
}

/* ---- Shots ---- */

static int by_name(const struct dim *a, const struct dim *b)
{
    return strcmp(a->name, b->name);
}

/* The variables of the present combination, names rising. */
static const char *print_vars(struct expansion *x, const struct dim *dims, size_t n)
{
    struct str *text = str_new(&x->op->arena, VARS_MAX);
    struct jw w;
    const struct dim *order[DIMS_MAX];
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k > 0 && by_name(order[k - 1], &dims[i]) > 0; k--)
            order[k] = order[k - 1];
        order[k] = &dims[i];
    }
    jw_init(&w, text);
    jw_object(&w);
    for (size_t i = 0; i < n; i++) {
        const struct plan_names *values = &order[i]->choices[order[i]->at];
        jw_key(&w, order[i]->name);
        if (values->n != 1)
            jw_array(&w);
        for (size_t k = 0; k < values->n; k++)
            jw_text(&w, values->items[k]);
        if (values->n != 1)
            jw_end(&w);
    }
    jw_end(&w);
    return text->p;
}

static uint64_t mix(uint64_t h, const char *text)
{
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211ULL;
    return (h ^ 0x1f) * 1099511628211ULL;
}

static bool is_same_shot(const struct expand_shot *a, const struct expand_shot *b)
{
    return a->window == b->window && a->visit == b->visit &&
           strcmp(a->panel->key, b->panel->key) == 0 && strcmp(a->vars, b->vars) == 0;
}

/* The place of a shot in the table: empty, or that of the same shot. */
static uint32_t *place_of(struct expansion *x, const struct expand_shot *shot)
{
    uint64_t h = mix(mix(14695981039346656037ULL + shot->window, shot->panel->key), shot->vars);
    h = (h + (uint64_t)shot->visit) * 1099511628211ULL;
    for (size_t i = h % x->seen_max;; i = (i + 1) % x->seen_max)
        if (x->seen[i] == 0 || is_same_shot(&x->out->shots[x->seen[i] - 1], shot))
            return &x->seen[i];
}

static int add_shot(struct expansion *x, const struct expand_shot *shot)
{
    uint32_t *place = place_of(x, shot);
    if (*place)
        return 0;
    if (x->out->n == PLAN_SHOTS_MAX)
        return op_fail(
            x->op, ERR_UNPROCESSABLE,
            "the plan makes more than %d shots; choose fewer panels, windows or values, or "
            "split it",
            PLAN_SHOTS_MAX);
    if (x->out->n == x->shot_max) {
        size_t max = x->shot_max ? x->shot_max * 2 : 64;
        struct expand_shot *more = ARENA_ARRAY(&x->op->arena, struct expand_shot, max);
        if (x->out->n)
            memcpy(more, x->out->shots, x->out->n * sizeof *more);
        x->out->shots = more;
        x->shot_max = max;
    }
    x->out->shots[x->out->n++] = *shot;
    *place = (uint32_t)x->out->n;
    return 0;
}

static int add_windows(struct expansion *x, struct expand_shot *shot)
{
    for (size_t i = 0; i < x->spec->window_n; i++) {
        shot->window = i;
        shot->from_ms = x->from_ms[i];
        shot->to_ms = x->to_ms[i];
        if (add_shot(x, shot))
            return -1;
        if (shot->panel->is_timeless)
            break; /* the same at any range */
    }
    return 0;
}

/* ---- Repeats among their twins ---- */

/* The one value to which a repeat is bound, or NULL. */
static const char *bound_value(const struct dashboard *dashboard, const char *name,
                               const struct dim *dims, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(dims[i].name, name) == 0) {
            const struct plan_names *values = &dims[i].choices[dims[i].at];
            return values->n == 1 ? values->items[0] : NULL;
        }
    const struct dashboard_variable *variable = dashboard_find_variable(dashboard, name);
    bool is_one = variable && variable->current_n == 1;
    return is_one && strcmp(variable->current[0], "$__all") != 0 ? variable->current[0] : NULL;
}

/* Grafana's path id: the values of the repeats from the row on, and the panel's key. */
static const char *clone_path(struct expansion *x, const struct dashboard *dashboard,
                              const struct dashboard_panel *panel, const struct dim *dims, size_t n)
{
    const char *names[] = {panel->repeat_above, panel->repeat};
    const char *path = "";
    for (size_t i = 0; i < 2; i++) {
        bool is_twice = i == 1 && names[0] && names[1] && strcmp(names[0], names[1]) == 0;
        if (!names[i] || is_twice || !dashboard_find_variable(dashboard, names[i]))
            continue;
        const char *value = bound_value(dashboard, names[i], dims, n);
        if (!value)
            return NULL;
        path = arena_fmt(&x->op->arena, "%s%s$", path, value);
    }
    return panel->id > 0 ? arena_fmt(&x->op->arena, "%spanel-%lld", path, (long long)panel->id)
                         : NULL;
}

/* What the plan sets for the page: its own choices, those that repeats split taken as a whole. */
static const char *print_page_vars(struct expansion *x, const struct dim *plan,
                                   const struct dim *dims, size_t n)
{
    struct dim page[DIMS_MAX];
    memcpy(page, plan, n * sizeof *page);
    for (size_t i = 0; i < n; i++)
        page[i].at = dims[i].choices == plan[i].choices ? dims[i].at : 0;
    return print_vars(x, page, n);
}

static bool turn(struct dim *dims, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        if (++dims[i].at < dims[i].n)
            return true;
        dims[i].at = 0;
    }
    return false;
}

static int add_panel(struct expansion *x, const struct dashboard *dashboard,
                     const struct dashboard_panel *panel, const struct dim *plan, size_t plan_n,
                     int visit)
{
    struct dim dims[DIMS_MAX];
    size_t n = plan_n;
    memcpy(dims, plan, plan_n * sizeof *dims);
    if (split_repeat(x, dashboard, panel->repeat_above, dims, &n) ||
        split_repeat(x, dashboard, panel->repeat, dims, &n))
        return -1;
    if (*panel->time_from)
        warn(x,
             arena_fmt(&x->op->arena, "面板 “%s” 自带时间范围 %s, 各时间窗的截图相同", panel->title,
                       panel->time_from),
             arena_fmt(&x->op->arena,
                       "panel '%s' has its own range (%s): all windows show the same", panel->title,
                       panel->time_from));
    struct expand_shot shot = {
        .source = x->selection->source, .dashboard = dashboard, .panel = panel, .visit = visit};
    do {
        shot.vars = print_vars(x, dims, n);
        const char *page_vars = print_page_vars(x, plan, dims, plan_n);
        bool is_split = strcmp(page_vars, shot.vars) != 0;
        shot.clone = is_split ? clone_path(x, dashboard, panel, dims, n) : NULL;
        shot.page_vars = shot.clone ? page_vars : NULL;
        if (add_windows(x, &shot))
            return -1;
    } while (turn(dims, n));
    return 0;
}

/* ---- Dashboards ---- */

static int visit_of(struct expansion *x, const struct dashboard *dashboard)
{
    for (int i = 0; i < x->visit_n; i++)
        if (strcmp(x->visits[i]->uid, dashboard->uid) == 0 &&
            strcmp(x->visit_sources[i], x->selection->source) == 0)
            return i + 1;
    if (x->visit_n == PLAN_SHOTS_MAX)
        return x->visit_n;
    x->visits[x->visit_n] = dashboard;
    x->visit_sources[x->visit_n++] = x->selection->source;
    return x->visit_n;
}

static int add_picked(struct expansion *x, const struct dashboard *dashboard,
                      const struct dim *dims, size_t n, int visit)
{
    for (size_t i = 0; i < x->selection->panels.n; i++) {
        const char *key = x->selection->panels.items[i];
        const struct dashboard_panel *panel = dashboard_find_panel(dashboard, key);
        if (!panel)
            miss(x, "panel", path_of(x, arena_fmt(&x->op->arena, ".panels[%zu]", i)), key,
                 (struct expand_text){"仪表板中已没有这个面板: 重新选择面板",
                                      "the dashboard has no such panel any more: choose anew"});
        else if (add_panel(x, dashboard, panel, dims, n, visit))
            return -1;
    }
    return 0;
}

static int add_dashboard(struct expansion *x, const char *uid)
{
    const struct dashboard *dashboard = NULL;
    struct dim dims[DIMS_MAX];
    size_t n;
    if (x->lookup->dashboard(x->lookup->ctx, x->op, x->selection->source, uid, &dashboard)) {
        if (x->op->err != ERR_TARGET_MISSING)
            return -1;
        op_clear(x->op);
        miss(x, "dashboard", path_of(x, ".dashboard"), uid,
             (struct expand_text){
                 "Grafana 中已没有这个仪表板, 或该数据源无权查看: 重新选择",
                 "Grafana has no such dashboard any more, or this source may not see "
                 "it: choose anew"});
        return 0;
    }
    if (plan_dims(x, dashboard, dims, &n))
        return -1;
    int visit = visit_of(x, dashboard);
    if (x->selection->pick == PLAN_PICK_PANELS)
        return add_picked(x, dashboard, dims, n, visit);
    for (size_t i = 0; i < dashboard->panel_n; i++)
        if (*dashboard->panels[i].key &&
            add_panel(x, dashboard, &dashboard->panels[i], dims, n, visit))
            return -1;
    return 0;
}

static int add_listed(struct expansion *x)
{
    struct plan_names uids = {0};
    bool is_folder = x->selection->pick == PLAN_PICK_FOLDER;
    const char *name = x->selection->dashboard;
    if (x->lookup->list(x->lookup->ctx, x->op, x->selection->source, is_folder ? name : NULL,
                        is_folder ? NULL : name, &uids))
        return -1;
    if (uids.n == 0)
        miss(x, is_folder ? "folder" : "tag", path_of(x, is_folder ? ".folder" : ".tag"), name,
             (struct expand_text){
                 "其中没有任何可见的仪表板: 检查文件夹、标签与权限",
                 "no dashboard of it can be seen: check the folder, the tag and the "
                 "rights of the source"});
    for (size_t i = 0; i < uids.n; i++)
        if (add_dashboard(x, uids.items[i]))
            return -1;
    return 0;
}

static void start(struct expansion *x, const struct zone *zone, int64_t moment_ms)
{
    struct arena *arena = &x->op->arena;
    size_t n = x->spec->window_n;
    *x->out = (struct expand_result){0};
    x->out->missing = ARENA_ARRAY(arena, struct expand_drift, DRIFT_MAX);
    x->out->warnings = ARENA_ARRAY(arena, struct expand_text, TEXTS_MAX);
    x->seen_max = PLAN_SHOTS_MAX * 2 + 1;
    x->seen = ARENA_ARRAY(arena, uint32_t, x->seen_max);
    x->visits = ARENA_ARRAY(arena, const struct dashboard *, PLAN_SHOTS_MAX);
    x->visit_sources = ARENA_ARRAY(arena, const char *, PLAN_SHOTS_MAX);
    x->from_ms = ARENA_ARRAY(arena, int64_t, n + 1);
    x->to_ms = ARENA_ARRAY(arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        window_resolve(&x->spec->windows[i], zone, moment_ms, &x->from_ms[i], &x->to_ms[i]);
}

int expand_plan(struct op *op, const struct plan_spec *spec, const struct zone *zone,
                int64_t moment_ms, const struct expand_lookup *lookup, struct expand_result *out)
{
    struct expansion x = {.op = op, .spec = spec, .lookup = lookup, .out = out};
    start(&x, zone, moment_ms);
    for (size_t i = 0; i < spec->selection_n; i++) {
        x.selection = &spec->selections[i];
        x.selection_at = i;
        bool is_one =
            x.selection->pick == PLAN_PICK_PANELS || x.selection->pick == PLAN_PICK_DASHBOARD;
        if (is_one ? add_dashboard(&x, x.selection->dashboard) : add_listed(&x))
            return -1;
    }
    return 0;
}
