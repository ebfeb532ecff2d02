/* Plans: from a specification to JSON, documents, and the differences between two. Pure. */
#include "rounds/plan.h"

#include "base/duration.h"
#include "rounds/plan_reader.h"

#include <stdio.h>
#include <string.h>

enum { DOCUMENT_MAX = 16 * 1024 * 1024, PLANS_MAX = 500, DIFF_MAX = 500, VALUE_MAX = 120 };

static void print_names(struct jw *w, const char *key, const struct plan_names *names)
{
    jw_array_at(w, key);
    for (size_t i = 0; i < names->n; i++)
        jw_text(w, names->items[i]);
    jw_end(w);
}

static void print_variables(struct jw *w, const struct plan_selection *selection)
{
    static const char *const modes[] = {"value", "list", "each"};
    jw_object_at(w, "variables");
    for (size_t i = 0; i < selection->variable_n; i++) {
        const struct plan_variable *variable = &selection->variables[i];
        jw_object_at(w, variable->name);
        jw_text_at(w, "mode", modes[variable->mode]);
        print_names(w, "values", &variable->values);
        jw_end(w);
    }
    jw_end(w);
}

/* Ids as numbers, as people and dashboards write them; "007" and names stay texts. */
static void print_panels(struct jw *w, const struct plan_names *panels)
{
    jw_array_at(w, "panels");
    for (size_t i = 0; i < panels->n; i++) {
        const char *key = panels->items[i];
        int64_t id;
        bool is_id =
            *key >= '1' && *key <= '9' && strlen(key) < 16 && bytes_to_i64(bytes_of(key), &id);
        if (is_id)
            jw_int(w, id);
        else
            jw_text(w, key);
    }
    jw_end(w);
}

static void print_selection(struct jw *w, const struct plan_selection *selection)
{
    static const char *const picks[] = {"dashboard", "dashboard", "folder", "tag"};
    jw_object(w);
    jw_text_at(w, "source", selection->source);
    jw_text_at(w, picks[selection->pick], selection->dashboard);
    if (selection->pick == PLAN_PICK_PANELS)
        print_panels(w, &selection->panels);
    else
        jw_text_at(w, "panels", "all");
    if (selection->variable_n)
        print_variables(w, selection);
    jw_end(w);
}

static void print_rule(struct jw *w, const struct plan_rule *rule)
{
    static const char *const stats[] = {"last", "min", "max", "mean", "missing", "missing_longest"};
    static const char *const ops[] = {">", ">=", "<", "<=", "sigma", "change"};
    jw_object(w);
    if (rule->panels.n)
        print_names(w, "panels", &rule->panels);
    else
        jw_text_at(w, "panels", "*");
    jw_text_at(w, "series", rule->series);
    jw_text_at(w, "stat", stats[rule->stat]);
    jw_text_at(w, "op", ops[rule->op]);
    jw_num_at(w, "value", rule->value);
    jw_text_at(w, "severity", rule->is_alert ? "alert" : "warn");
    jw_text_at(w, "text", rule->text);
    jw_end(w);
}

static void print_review(const struct plan_spec *spec, struct arena *arena, struct jw *w)
{
    jw_object_at(w, "review");
    print_names(w, "reviewers", &spec->reviewers);
    jw_text_at(w, "due", spec->due_ms ? plan_print_duration(arena, spec->due_ms) : NULL);
    print_names(w, "escalate_to", &spec->escalate_to);
    jw_bool_at(w, "second_person", spec->needs_second_person);
    jw_end(w);
    jw_object_at(w, "retention");
    jw_int_at(w, "days", spec->retention_days);
    jw_int_at(w, "abnormal_days", spec->abnormal_days);
    jw_end(w);
}

static void print_load(const struct plan_spec *spec, struct jw *w)
{
    jw_object_at(w, "load");
    jw_int_at(w, "parallel", spec->parallel);
    quiet_print(w, "quiet", spec->quiet, spec->quiet_n);
    jw_end(w);
}

static void print_picture(const struct plan_picture *picture, struct jw *w)
{
    jw_object_at(w, "picture");
    jw_text_at(w, "layout", picture->is_solo ? "solo" : "dashboard");
    jw_int_at(w, "width", picture->width);
    jw_int_at(w, "height", picture->height);
    jw_num_at(w, "scale", picture->scale);
    jw_text_at(w, "theme", picture->is_dark ? "dark" : "light");
    jw_text_at(w, "format", picture->format);
    jw_end(w);
}

static void print_notify(const struct plan_spec *spec, struct jw *w)
{
    jw_array_at(w, "notify");
    for (size_t i = 0; i < spec->notify_n; i++) {
        jw_object(w);
        jw_text_at(w, "channel", spec->notify[i].channel);
        print_names(w, "events", &spec->notify[i].events);
        jw_end(w);
    }
    jw_end(w);
}

void plan_print(const struct plan_spec *spec, struct jw *w)
{
    static const char *const references[] = {"previous", "same_weekday", "last_normal", "pinned"};
    static const char *const overlaps[] = {"skip", "queue", "cancel_old"};
    struct arena arena;
    arena_init(&arena);
    jw_object(w);
    jw_text_at(w, "name", spec->name);
    jw_text_at(w, "description", spec->description);
    jw_text_at(w, "timezone", spec->timezone);
    jw_array_at(w, "selections");
    for (size_t i = 0; i < spec->selection_n; i++)
        print_selection(w, &spec->selections[i]);
    jw_end(w);
    jw_array_at(w, "windows");
    for (size_t i = 0; i < spec->window_n; i++)
        window_print(&spec->windows[i], w);
    jw_end(w);
    print_picture(&spec->picture, w);
    jw_object_at(w, "schedule");
    print_names(w, "cron", &spec->cron);
    print_names(w, "holidays", &spec->holidays);
    jw_bool_at(w, "paused", spec->is_paused);
    jw_end(w);
    print_review(spec, &arena, w);
    jw_text_at(w, "reference", references[spec->reference]);
    jw_array_at(w, "rules");
    for (size_t i = 0; i < spec->rule_n; i++)
        print_rule(w, &spec->rules[i]);
    jw_end(w);
    jw_text_at(w, "overlap", overlaps[spec->overlap]);
    print_load(spec, w);
    print_notify(spec, w);
    jw_end(w);
    arena_fini(&arena);
}

/* ---- Durations ---- */

bool plan_parse_duration(const char *text, bool is_signed, int64_t *out_ms)
{
    struct bytes b = bytes_of(text);
    bool is_minus = is_signed && b.n && b.p[0] == '-';
    if (is_minus)
        b = bytes_from(b, 1);
    /* A bare number would leave the unit to guessing. */
    if (b.n < 2 || (b.p[b.n - 1] >= '0' && b.p[b.n - 1] <= '9') || !duration_parse(b, out_ms))
        return false;
    *out_ms = is_minus ? -*out_ms : *out_ms;
    return true;
}

char *plan_print_duration(struct arena *arena, int64_t ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
    struct str *out = str_new(arena, 100);
    if (ms == 0)
        return arena_strdup(arena, "0h");
    if (ms < 0)
        str_addc(out, '-');
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t n = (ms < 0 ? -ms : ms) / units[i].ms;
        if (n)
            str_addf(out, "%lld%s", (long long)n, units[i].name);
        ms %= units[i].ms;
    }
    return out->p;
}

/* ---- Differences ---- */

struct diff {
    struct arena *arena;
    struct plan_names out;
};

static char *brief(struct arena *arena, const struct jv *value)
{
    struct str *text = str_new(arena, 100000);
    if (!value)
        return arena_strdup(arena, "–");
    jv_print(value, text);
    if (text->n <= VALUE_MAX)
        return text->p;
    size_t n = VALUE_MAX;
    while (n && (text->p[n] & 0xc0) == 0x80)
        n--;
    return arena_fmt(arena, "%.*s…", (int)n, text->p);
}

static bool is_same(struct arena *arena, const struct jv *a, const struct jv *b)
{
    struct str *x = str_new(arena, DOCUMENT_MAX), *y = str_new(arena, DOCUMENT_MAX);
    if (!a || !b)
        return a == b;
    jv_print_canonical(a, x);
    jv_print_canonical(b, y);
    return bytes_eq(str_bytes(x), str_bytes(y));
}

static void compare(struct diff *d, const char *path, const struct jv *a, const struct jv *b);

static void compare_maps(struct diff *d, const char *path, const struct jv *a, const struct jv *b)
{
    void *it = NULL;
    const char *key;
    const struct jv *value;
    while (jv_next(a, &it, &key, &value))
        compare(d, arena_fmt(d->arena, "%s%s%s", path, *path ? "." : "", key), value,
                jv_get(b, key));
    it = NULL;
    while (jv_next(b, &it, &key, &value))
        if (!jv_get(a, key))
            compare(d, arena_fmt(d->arena, "%s%s%s", path, *path ? "." : "", key), NULL, value);
}

static void compare(struct diff *d, const char *path, const struct jv *a, const struct jv *b)
{
    if (d->out.n == DIFF_MAX || is_same(d->arena, a, b))
        return;
    if (jv_is_object(a) && jv_is_object(b)) {
        compare_maps(d, path, a, b);
        return;
    }
    if (jv_is_array(a) && jv_is_array(b)) {
        size_t n = jv_len(a) > jv_len(b) ? jv_len(a) : jv_len(b);
        for (size_t i = 0; i < n; i++)
            compare(d, arena_fmt(d->arena, "%s[%zu]", path, i), jv_item(a, i), jv_item(b, i));
        return;
    }
    d->out.items[d->out.n++] =
        arena_fmt(d->arena, "%s: %s → %s", path, brief(d->arena, a), brief(d->arena, b));
}

struct plan_names plan_diff(struct arena *arena, const struct jv *before, const struct jv *after)
{
    struct diff d = {.arena = arena};
    d.out.items = ARENA_ARRAY(arena, const char *, DIFF_MAX);
    compare(&d, "", before, after);
    return d.out;
}

/* ---- Documents ---- */

static int read_list(struct op *op, const struct tree *root, struct plan_document *out,
                     struct plan_faults *faults)
{
    static const char *const keys[] = {"plans", NULL};
    struct plan_reader r = {.op = op, .faults = faults};
    (void)reader_keys(&r, root, keys);
    const struct tree *list = reader_list(&r, root, "plans", PLANS_MAX);
    if (list)
        out->plans = ARENA_ARRAY(&op->arena, struct plan_spec, list->n + 1);
    for (const struct tree *at = list ? list->first : NULL; at; at = at->next) {
        struct plan_spec *plan = &out->plans[out->n++];
        bool is_read = plan_read(op, at, plan, faults) == 0;
        for (size_t i = 0; is_read && i + 1 < out->n; i++)
            if (strcmp(out->plans[i].name, plan->name) == 0)
                reader_fault(&r, at, "has the same name as plans[%zu]", i);
    }
    if (faults->n == 0)
        return 0;
    const struct plan_fault *first = &faults->items[0];
    return op_fail(op, ERR_UNPROCESSABLE, "line %d, column %d: %s %s", first->line, first->column,
                   first->path, first->message);
}

int plan_read_document(struct op *op, struct bytes text, struct plan_document *out,
                       struct plan_faults *faults)
{
    const struct tree *root;
    struct plan_faults *own = ARENA_NEW(&op->arena, struct plan_faults);
    *out = (struct plan_document){0};
    if (tree_from_yaml(op, text, &root))
        return -1;
    if (!faults)
        faults = own;
    if (tree_get(root, "plans"))
        return read_list(op, root, out, faults);
    out->plans = ARENA_NEW(&op->arena, struct plan_spec);
    out->n = 1;
    return plan_read(op, root, out->plans, faults);
}

int plan_print_document(struct op *op, const struct plan_spec *plans, size_t n, bool is_yaml,
                        struct str *out)
{
    struct str *json = is_yaml ? str_new(&op->arena, DOCUMENT_MAX) : out;
    const struct jv *value;
    struct jw w;
    jw_init(&w, json);
    jw_object(&w);
    jw_array_at(&w, "plans");
    for (size_t i = 0; i < n; i++)
        plan_print(&plans[i], &w);
    jw_end(&w);
    jw_end(&w);
    if (!is_yaml)
        return 0;
    return jv_parse(op, str_bytes(json), &value) || tree_print_yaml(op, value, out) ? -1 : 0;
}
