/* Plans: from a tree to a specification. Pure; blocks only to read zone files.
 *
 * One function a section, in the order of docs/api. Every default is here and nowhere else.
 */
#include "rounds/plan.h"

#include "base/clock.h"
#include "rounds/plan_reader.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000.0
#define YEARS_MS (3660 * DAY_MS)

enum { SELECTIONS_MAX = 500, PANELS_MAX = 2000, VALUES_MAX = 500, VARIABLES_MAX = 50 };
enum { WINDOWS_MAX = 20, RULES_MAX = 200, NOTIFY_MAX = 20, PEOPLE_MAX = 200 };

/* ---- Selections ---- */

static void read_variable(struct plan_reader *r, const struct tree *at, struct plan_variable *out)
{
    static const char *const keys[] = {"mode", "values", NULL};
    static const char *const modes[] = {"value", "list", "each", NULL};
    *out = (struct plan_variable){.name = at->name};
    if (!reader_keys(r, at, keys))
        return;
    out->mode = (enum plan_mode)reader_word(r, at, "mode", modes, PLAN_LIST);
    reader_names(r, at, "values", VALUES_MAX, &out->values);
    if (out->mode == PLAN_VALUE && out->values.n != 1)
        reader_fault(r, at, "mode 'value' takes exactly one value");
    if (out->mode == PLAN_LIST && out->values.n == 0)
        reader_fault(r, at, "mode 'list' needs values");
}

static void read_variables(struct plan_reader *r, const struct tree *map,
                           struct plan_selection *out)
{
    const struct tree *at = reader_get(map, "variables");
    if (!at)
        return;
    if (at->kind != TREE_MAP || at->n > VARIABLES_MAX) {
        reader_fault(r, at, "must be a map of at most %d variables", VARIABLES_MAX);
        return;
    }
    out->variables = ARENA_ARRAY(&r->op->arena, struct plan_variable, at->n + 1);
    for (const struct tree *child = at->first; child; child = child->next)
        read_variable(r, child, &out->variables[out->variable_n++]);
}

static void read_panels(struct plan_reader *r, const struct tree *at, struct plan_selection *out)
{
    const struct tree *panels = reader_get(at, "panels");
    if (!panels || (panels->kind == TREE_TEXT && strcmp(panels->text, "all") == 0))
        return;
    if (panels->kind != TREE_LIST) {
        reader_fault(r, panels, "must be \"all\" or a list of panel ids");
        return;
    }
    if (out->pick != PLAN_PICK_DASHBOARD) {
        reader_fault(r, panels, "single panels can be picked of a dashboard only");
        return;
    }
    out->pick = PLAN_PICK_PANELS;
    reader_names(r, at, "panels", PANELS_MAX, &out->panels);
    if (panels->n == 0)
        reader_fault(r, panels, "is empty: give panel ids, or \"all\"");
}

static void read_selection(struct plan_reader *r, const struct tree *at, struct plan_selection *out)
{
    static const char *const keys[] = {"source", "dashboard", "folder", "tag",
                                       "panels", "variables", NULL};
    *out = (struct plan_selection){.source = "", .dashboard = ""};
    if (!reader_keys(r, at, keys))
        return;
    const char *picks[] = {reader_text(r, at, "dashboard", "", 200),
                           reader_text(r, at, "folder", "", 200),
                           reader_text(r, at, "tag", "", 200)};
    int given = 0;
    for (int i = 0; i < 3; i++)
        if (*picks[i]) {
            out->pick = (enum plan_pick)(PLAN_PICK_DASHBOARD + i);
            out->dashboard = picks[i];
            given++;
        }
    if (given != 1)
        reader_fault(r, at, "must name exactly one of dashboard, folder or tag");
    out->source = reader_text(r, at, "source", "", 200);
    if (!*out->source)
        reader_missing(r, at, "source", "which Grafana it is");
    read_panels(r, at, out);
    read_variables(r, at, out);
}

static void read_selections(struct plan_reader *r, const struct tree *map, struct plan_spec *out)
{
    const struct tree *list = reader_list(r, map, "selections", SELECTIONS_MAX);
    if (!reader_get(map, "selections") || (list && list->n == 0))
        reader_missing(r, map, "selections", "choose at least one dashboard, folder or tag");
    if (!list)
        return;
    out->selections = ARENA_ARRAY(&r->op->arena, struct plan_selection, list->n + 1);
    for (const struct tree *at = list->first; at; at = at->next)
        read_selection(r, at, &out->selections[out->selection_n++]);
}

/* ---- Windows ---- */

static void refuse_keys(struct plan_reader *r, const struct tree *at, const char *const *keys,
                        const char *kind)
{
    for (; *keys; keys++)
        if (reader_get(at, *keys))
            reader_fault(r, reader_get(at, *keys), "does not go with a %s window", kind);
}

static void read_rolling(struct plan_reader *r, const struct tree *at, struct window *out)
{
    static const char *const others[] = {"unit", "from", "to", NULL};
    refuse_keys(r, at, others, "rolling");
    if (!reader_get(at, "length"))
        reader_missing(r, at, "length", "a duration like '6h'");
    out->length_ms =
        reader_duration(r, at, "length", (struct reader_range){60000, YEARS_MS, DAY_MS});
    out->offset_ms = reader_duration(r, at, "offset", (struct reader_range){0, YEARS_MS, 0});
}

static void read_calendar(struct plan_reader *r, const struct tree *at, struct window *out)
{
    static const char *const others[] = {"length", NULL};
    static const char *const units[] = {"day", "week", "month", NULL};
    refuse_keys(r, at, others, "calendar");
    if (!reader_get(at, "unit"))
        reader_missing(r, at, "unit", "day, week or month");
    out->unit = (enum window_unit)reader_word(r, at, "unit", units, WINDOW_DAY);
    out->offset = (int)reader_int(r, at, "offset", (struct reader_range){-3660, 0, 0});
    const struct tree *from = reader_get(at, "from"), *to = reader_get(at, "to");
    if (!from && !to)
        return;
    if (!from || !to || out->unit != WINDOW_DAY) {
        reader_fault(r, from ? from : to, "from and to come together, and only with unit day");
        return;
    }
    out->from_min = reader_clock(r, from);
    out->to_min = reader_clock(r, to);
    if (out->from_min >= 0 && out->to_min >= 0 && out->to_min <= out->from_min)
        reader_fault(r, to, "must be later than from");
}

static int64_t read_moment(struct plan_reader *r, const struct tree *map, const char *key)
{
    const struct tree *at = reader_get(map, key);
    int64_t ms = 0;
    if (!at)
        reader_missing(r, map, key, "a time like '2026-11-23T08:30:00Z'");
    else if (at->kind != TREE_TEXT || clock_parse_iso(at->text, &ms))
        reader_fault(r, at, "must be a time like '2026-11-23T08:30:00Z'");
    return ms;
}

static void read_fixed(struct plan_reader *r, const struct tree *at, struct window *out)
{
    static const char *const others[] = {"length", "unit", "offset", NULL};
    size_t before = r->faults->n;
    refuse_keys(r, at, others, "fixed");
    out->from_ms = read_moment(r, at, "from");
    out->to_ms = read_moment(r, at, "to");
    if (r->faults->n == before && out->to_ms <= out->from_ms)
        reader_fault(r, reader_get(at, "to"), "must be later than from");
}

static void read_window(struct plan_reader *r, const struct tree *at, struct window *out)
{
    static const char *const keys[] = {"name", "kind", "length", "offset",
                                       "unit", "from", "to",     NULL};
    static const char *const kinds[] = {"rolling", "calendar", "fixed", NULL};
    *out = (struct window){.name = "", .length_ms = (int64_t)DAY_MS};
    if (!reader_keys(r, at, keys))
        return;
    out->name = reader_text(r, at, "name", "", 100);
    out->kind = (enum window_kind)reader_word(r, at, "kind", kinds, WINDOW_ROLLING);
    if (out->kind == WINDOW_ROLLING)
        read_rolling(r, at, out);
    else if (out->kind == WINDOW_CALENDAR)
        read_calendar(r, at, out);
    else
        read_fixed(r, at, out);
}

static void read_windows(struct plan_reader *r, const struct tree *map, struct plan_spec *out)
{
    const struct tree *list = reader_list(r, map, "windows", WINDOWS_MAX);
    if (!reader_get(map, "windows") || (list && list->n == 0))
        reader_missing(r, map, "windows", "give at least one time range");
    if (!list)
        return;
    out->windows = ARENA_ARRAY(&r->op->arena, struct window, list->n + 1);
    for (const struct tree *at = list->first; at; at = at->next) {
        size_t before = r->faults->n;
        struct window *window = &out->windows[out->window_n++];
        read_window(r, at, window);
        if (r->faults->n > before)
            continue;
        const char *key = window_key(&r->op->arena, window);
        if (!*window->name)
            window->name = key;
        for (size_t i = 0; i + 1 < out->window_n; i++)
            if (strcmp(window_key(&r->op->arena, &out->windows[i]), key) == 0)
                reader_fault(r, at, "is the same range as windows[%zu]", i);
    }
}

/* ---- Picture, schedule, review, retention, load ---- */

static void read_picture(struct plan_reader *r, const struct tree *map, struct plan_picture *out)
{
    static const char *const keys[] = {"layout", "width",  "height", "scale",
                                       "theme",  "format", NULL};
    static const char *const layouts[] = {"dashboard", "solo", NULL};
    static const char *const themes[] = {"light", "dark", NULL};
    static const char *const formats[] = {"png", NULL};
    const struct tree *at = reader_get(map, "picture");
    bool has_map = at && reader_keys(r, at, keys);
    const struct tree *picture = has_map ? at : NULL;
    out->is_solo = reader_word(r, picture, "layout", layouts, 0) == 1;
    out->width = (int)reader_int(r, picture, "width",
                                 (struct reader_range){100, 5000, out->is_solo ? 1000 : 1600});
    out->height = (int)reader_int(r, picture, "height", (struct reader_range){50, 5000, 500});
    out->scale = reader_num(r, picture, "scale", (struct reader_range){0.25, 4, 1});
    out->is_dark = reader_word(r, picture, "theme", themes, 0) == 1;
    out->format = formats[reader_word(r, picture, "format", formats, 0)];
}

static void check_lines(struct plan_reader *r, const struct tree *at, const struct plan_spec *spec)
{
    const struct tree *lines = tree_get(at, "cron"), *holidays = tree_get(at, "holidays");
    const struct tree *lists[] = {lines, holidays};
    for (int k = 0; k < 2; k++) {
        for (const struct tree *item = lists[k] ? lists[k]->first : NULL; item; item = item->next) {
            struct op part;
            struct schedule schedule;
            if (item->kind != TREE_TEXT)
                continue;
            op_init_part(&part, r->op, -1);
            const char *const *line = k == 0 ? &item->text : NULL;
            const char *const *day = k == 1 ? &item->text : NULL;
            if (schedule_parse(&part, line, k == 0, spec->timezone, day, k == 1, &schedule))
                reader_fault(r, item, "%s", part.err_text);
            else if (k == 0 && schedule_next(&schedule, 0, NULL) == 0)
                reader_fault(r, item, "never comes: there is no such day");
            op_fini(&part);
        }
    }
}

static void read_schedule(struct plan_reader *r, const struct tree *map, bool has_zone,
                          struct plan_spec *out)
{
    static const char *const keys[] = {"cron", "holidays", "paused", NULL};
    const struct tree *at = reader_get(map, "schedule");
    if (!at || !reader_keys(r, at, keys))
        return;
    reader_names(r, at, "cron", SCHEDULE_LINES_MAX, &out->cron);
    reader_names(r, at, "holidays", SCHEDULE_HOLIDAYS_MAX, &out->holidays);
    out->is_paused = reader_bool(r, at, "paused", false);
    if (has_zone)
        check_lines(r, at, out);
}

static void read_review(struct plan_reader *r, const struct tree *map, struct plan_spec *out)
{
    static const char *const keys[] = {"reviewers", "due", "escalate_to", "second_person", NULL};
    const struct tree *at = reader_get(map, "review");
    if (!at || !reader_keys(r, at, keys))
        return;
    reader_names(r, at, "reviewers", PEOPLE_MAX, &out->reviewers);
    reader_names(r, at, "escalate_to", PEOPLE_MAX, &out->escalate_to);
    out->due_ms = reader_duration(r, at, "due", (struct reader_range){60000, 90 * DAY_MS, 0});
    out->needs_second_person = reader_bool(r, at, "second_person", false);
}

static void read_retention(struct plan_reader *r, const struct tree *map, struct plan_spec *out)
{
    static const char *const keys[] = {"days", "abnormal_days", NULL};
    const struct tree *at = reader_get(map, "retention");
    out->retention_days = 400;
    out->abnormal_days = 1200;
    if (!at || !reader_keys(r, at, keys))
        return;
    out->retention_days = reader_int(r, at, "days", (struct reader_range){0, 36500, 400});
    int64_t least = out->retention_days, usual = least ? least * 3 : 0;
    out->abnormal_days =
        reader_int(r, at, "abnormal_days", (struct reader_range){0, 36500, (double)usual});
    if (out->abnormal_days && (least == 0 || out->abnormal_days < least))
        reader_fault(r, reader_get(at, "abnormal_days"), "must not be less than days");
}

static void read_load(struct plan_reader *r, const struct tree *map, struct plan_spec *out)
{
    static const char *const keys[] = {"parallel", "quiet", NULL};
    const struct tree *at = reader_get(map, "load");
    out->parallel = 2;
    if (!at || !reader_keys(r, at, keys))
        return;
    out->parallel = (int)reader_int(r, at, "parallel", (struct reader_range){1, 64, 2});
    out->quiet = ARENA_ARRAY(&r->op->arena, struct quiet, QUIET_MAX);
    out->quiet_n = reader_quiet(r, at, "quiet", out->quiet);
}

/* ---- Rules and notifications ---- */

static const char *const stats[] = {"last", "min", "max", "mean", "missing", "missing_longest",
                                    NULL};
static const char *const ops[] = {">", ">=", "<", "<=", "sigma", "change", NULL};

/* A number; for the longest gap, a duration too (in seconds then). */
static double read_value(struct plan_reader *r, const struct tree *map, enum plan_stat stat)
{
    const struct tree *at = reader_get(map, "value");
    int64_t ms;
    if (!at) {
        reader_missing(r, map, "value", "the number to compare with");
        return 0;
    }
    if (stat == PLAN_STAT_MISSING_LONGEST && at->kind == TREE_TEXT &&
        plan_parse_duration(at->text, false, &ms))
        return (double)ms / 1000;
    return reader_num(r, map, "value", (struct reader_range){-1e300, 1e300, 0});
}

static void read_rule(struct plan_reader *r, const struct tree *at, struct plan_rule *out)
{
    static const char *const keys[] = {"panels", "series",   "stat", "op",
                                       "value",  "severity", "text", NULL};
    static const char *const weights[] = {"alert", "warn", NULL};
    *out = (struct plan_rule){.series = "*", .text = ""};
    if (!reader_keys(r, at, keys))
        return;
    const struct tree *panels = reader_get(at, "panels");
    if (panels && !(panels->kind == TREE_TEXT && strcmp(panels->text, "*") == 0))
        reader_names(r, at, "panels", PANELS_MAX, &out->panels);
    out->series = reader_text(r, at, "series", "*", 500);
    out->stat = (enum plan_stat)reader_word(r, at, "stat", stats, PLAN_STAT_LAST);
    out->op = (enum plan_op)reader_word(r, at, "op", ops, PLAN_GT);
    out->value = read_value(r, at, out->stat);
    out->is_alert = reader_word(r, at, "severity", weights, 0) == 0;
    out->text = reader_text(r, at, "text", "", 1000);
    if (out->op >= PLAN_SIGMA && out->value <= 0)
        reader_fault(r, at, "'sigma' and 'change' take a value above 0");
}

static void read_rules(struct plan_reader *r, const struct tree *map, struct plan_spec *out)
{
    const struct tree *list = reader_list(r, map, "rules", RULES_MAX);
    if (!list)
        return;
    out->rules = ARENA_ARRAY(&r->op->arena, struct plan_rule, list->n + 1);
    for (const struct tree *at = list->first; at; at = at->next)
        read_rule(r, at, &out->rules[out->rule_n++]);
}

static void check_events(struct plan_reader *r, const struct tree *at)
{
    static const char *const words[] = {"round_finished", "abnormal", "failures",
                                        "overdue",        "signed",   NULL};
    const struct tree *list = tree_get(at, "events");
    for (const struct tree *item = list ? list->first : NULL; item; item = item->next) {
        bool is_known = false;
        for (size_t i = 0; item->kind == TREE_TEXT && words[i]; i++)
            is_known = is_known || strcmp(words[i], item->text) == 0;
        const char *near = item->kind == TREE_TEXT ? reader_nearest(item->text, words) : NULL;
        if (!is_known)
            reader_fault(r, item, "is no event%s%s%s", near ? "; did you mean '" : "",
                         near ? near : ": round_finished, abnormal, failures, overdue, signed",
                         near ? "'?" : "");
    }
}

static void read_notify(struct plan_reader *r, const struct tree *map, struct plan_spec *out)
{
    static const char *const keys[] = {"channel", "events", NULL};
    const struct tree *list = reader_list(r, map, "notify", NOTIFY_MAX);
    if (!list)
        return;
    out->notify = ARENA_ARRAY(&r->op->arena, struct plan_notify, list->n + 1);
    for (const struct tree *at = list->first; at; at = at->next) {
        struct plan_notify *rule = &out->notify[out->notify_n++];
        if (!reader_keys(r, at, keys))
            continue;
        rule->channel = reader_text(r, at, "channel", "", 200);
        if (!*rule->channel)
            reader_missing(r, at, "channel", "the name of a notification channel");
        reader_names(r, at, "events", 10, &rule->events);
        check_events(r, at);
    }
}

/* ---- The whole ---- */

static bool read_head(struct plan_reader *r, const struct tree *tree, struct plan_spec *out)
{
    out->name = reader_text(r, tree, "name", "", 300);
    if (bytes_trim(bytes_of(out->name)).n == 0)
        reader_missing(r, tree, "name", "what people call this plan");
    out->description = reader_text(r, tree, "description", "", 10000);
    out->timezone = reader_text(r, tree, "timezone", "UTC", 64);
    struct op part;
    const struct zone *zone;
    op_init_part(&part, r->op, -1);
    bool has_zone = zone_open(&part, out->timezone, &zone) == 0;
    if (!has_zone)
        reader_fault(r, reader_get(tree, "timezone"), "%s", part.err_text);
    op_fini(&part);
    return has_zone;
}

static int fail_faults(struct op *op, const struct plan_faults *faults)
{
    const struct plan_fault *first = &faults->items[0];
    char place[64] = "", more[64] = "";
    if (first->line)
        snprintf(place, sizeof place, "line %d, column %d: ", first->line, first->column);
    if (faults->n > 1)
        snprintf(more, sizeof more, " (and %zu more)", faults->n - 1);
    return op_fail(op, ERR_UNPROCESSABLE, "%s%s %s%s", place, first->path, first->message, more);
}

int plan_read(struct op *op, const struct tree *tree, struct plan_spec *out,
              struct plan_faults *faults)
{
    static const char *const keys[] = {"name",      "description", "timezone", "selections",
                                       "windows",   "picture",     "schedule", "review",
                                       "retention", "reference",   "rules",    "overlap",
                                       "load",      "notify",      NULL};
    static const char *const references[] = {"previous", "same_weekday", "last_normal", "pinned",
                                             NULL};
    static const char *const overlaps[] = {"skip", "queue", "cancel_old", NULL};
    struct plan_faults own = {.n = 0};
    struct plan_reader r = {.op = op, .faults = faults ? faults : &own};
    *out = (struct plan_spec){.name = "", .description = "", .timezone = "UTC"};
    size_t before = r.faults->n;
    if (reader_keys(&r, tree, keys)) {
        bool has_zone = read_head(&r, tree, out);
        read_selections(&r, tree, out);
        read_windows(&r, tree, out);
        read_picture(&r, tree, &out->picture);
        read_schedule(&r, tree, has_zone, out);
        read_review(&r, tree, out);
        read_retention(&r, tree, out);
        out->reference = (enum plan_reference)reader_word(&r, tree, "reference", references, 0);
        read_rules(&r, tree, out);
        out->overlap = (enum plan_overlap)reader_word(&r, tree, "overlap", overlaps, 0);
        read_load(&r, tree, out);
        read_notify(&r, tree, out);
    }
    return r.faults->n > before ? fail_faults(op, r.faults) : 0;
}

int plan_read_text(struct op *op, const char *json, struct plan_spec *out)
{
    const struct jv *value;
    const struct tree *tree;
    return jv_parse(op, bytes_of(json), &value) || tree_from_json(op, value, &tree) ||
                   plan_read(op, tree, out, NULL)
               ? -1
               : 0;
}

int plan_schedule(struct op *op, const struct plan_spec *spec, struct schedule *out)
{
    return schedule_parse(op, spec->cron.items, spec->cron.n, spec->timezone, spec->holidays.items,
                          spec->holidays.n, out);
}
