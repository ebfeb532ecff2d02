/* Preparing: what a plan takes in Grafana at this moment. Blocks on Grafana and the store; runs on
 * a round worker, or on the caller's thread for a dry run.
 *
 * Dashboards are fetched once an expansion, however many selections name them. A Grafana that does
 * not answer puts the round back for later; what is no longer there is remembered with the plan
 * and does not stop the rest.
 */
#include "rounds/prepare.h"

#include "base/clock.h"
#include "base/log.h"
#include "notify/rule.h"
#include "rounds/live.h"
#include "rounds/rounds_priv.h"
#include "rounds/source.h"
#include "store/plan.h"
#include "store/setting.h"
#include "store/shot.h"

#include <string.h>

enum { SOURCES_MAX = 64, ATTEMPTS_MAX = 6, DRIFT_MAX = 256 * 1024 };

struct known_dashboard {
    struct known_dashboard *next;
    const char *source, *uid;
    const struct dashboard *dashboard; /* NULL: there is none */
    bool is_wanted;                    /* values of its variables are known to its page only */
};

struct known_list {
    struct known_list *next;
    const char *source, *folder, *tag; /* folder or tag is NULL */
    struct plan_names uids;
};

struct lookup {
    struct rounds *rounds;
    struct {
        const char *id;
        int64_t row;
        struct grafana *grafana;
        int parallel_max;    /* 0: no limit of its own */
        const char *version; /* of Grafana, when shots are made */
    } sources[SOURCES_MAX];
    size_t source_n;
    struct known_dashboard *known;
    struct known_list *lists;
    struct live_page *pages; /* whose variables were read ahead, each source's together */
    size_t page_n, page_max;
    bool has_wishes; /* values were asked for, which reading ahead leaves open */
};

static int64_t row_of(const struct lookup *l, const char *source)
{
    for (size_t i = 0; i < l->source_n; i++)
        if (strcmp(l->sources[i].id, source) == 0)
            return l->sources[i].row;
    return 0;
}

static int find_source(struct lookup *l, struct op *op, const char *id, struct grafana **out)
{
    struct store_source source;
    for (size_t i = 0; i < l->source_n; i++)
        if (strcmp(l->sources[i].id, id) == 0) {
            *out = l->sources[i].grafana;
            return 0;
        }
    if (l->source_n == SOURCES_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "a plan takes at most %d sources", SOURCES_MAX);
    if (source_find(op, l->rounds, id, &source) || source_lease(op, l->rounds, source.row, out))
        return -1;
    l->sources[l->source_n].id = id;
    l->sources[l->source_n].row = source.row;
    l->sources[l->source_n].parallel_max = source.parallel_max;
    l->sources[l->source_n++].grafana = *out;
    return 0;
}

static int on_dashboard(void *ctx, struct op *op, const char *source, const char *uid,
                        const struct dashboard **out)
{
    struct lookup *l = ctx;
    struct grafana *grafana;
    for (struct known_dashboard *k = l->known; k; k = k->next)
        if (strcmp(k->source, source) == 0 && strcmp(k->uid, uid) == 0) {
            *out = k->dashboard;
            return *out ? 0 : op_fail(op, ERR_TARGET_MISSING, "no dashboard %s", uid);
        }
    struct dashboard *dashboard = ARENA_NEW(&op->arena, struct dashboard);
    struct known_dashboard *known = ARENA_NEW(&op->arena, struct known_dashboard);
    if (find_source(l, op, source, &grafana))
        return -1;
    int failed = grafana_find_dashboard(op, grafana, uid, dashboard);
    if (failed && op->err != ERR_TARGET_MISSING)
        return -1;
    *known = (struct known_dashboard){l->known, source, uid, failed ? NULL : dashboard, false};
    l->known = known;
    *out = dashboard;
    return failed;
}

static int add_found(struct op *op, struct grafana *grafana, const struct grafana_search *ask,
                     struct plan_names *out)
{
    struct grafana_hit *hits;
    size_t n;
    bool has_more;
    if (grafana_find_dashboards(op, grafana, ask, &hits, &n, &has_more))
        return -1;
    const char **items = ARENA_ARRAY(&op->arena, const char *, out->n + n + 1);
    if (out->n)
        memcpy(items, out->items, out->n * sizeof *items);
    out->items = items;
    for (size_t i = 0; i < n; i++)
        out->items[out->n++] = hits[i].uid;
    return 0;
}

/* All of a folder is all of the folders nested in it, too. */
static int ask_list(struct lookup *l, struct op *op, const char *source, const char *folder,
                    const char *tag, struct plan_names *out)
{
    struct grafana *grafana;
    struct grafana_folder *folders;
    size_t n;
    if (find_source(l, op, source, &grafana))
        return -1;
    if (!folder)
        return add_found(op, grafana, &(struct grafana_search){.tag = tag}, out);
    if (grafana_list_below(op, grafana, folder, &folders, &n))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (add_found(op, grafana, &(struct grafana_search){.folder_uid = folders[i].uid}, out))
            return -1;
    return 0;
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static int on_list(void *ctx, struct op *op, const char *source, const char *folder,
                   const char *tag, struct plan_names *out)
{
    struct lookup *l = ctx;
    for (const struct known_list *k = l->lists; k; k = k->next)
        if (strcmp(k->source, source) == 0 && is_same(k->folder, folder) && is_same(k->tag, tag)) {
            *out = k->uids;
            return 0;
        }
    if (ask_list(l, op, source, folder, tag, out))
        return -1;
    struct known_list *known = ARENA_NEW(&op->arena, struct known_list);
    *known = (struct known_list){l->lists, source, folder, tag, *out};
    l->lists = known;
    return 0;
}

/* What the server lists of itself, such as data sources. */
static int find_listed(struct lookup *l, struct op *op, const char *source,
                       const struct dashboard *dashboard, const char *name, struct plan_names *out)
{
    struct grafana *grafana;
    struct dashboard_value *values;
    size_t n;
    if (find_source(l, op, source, &grafana) ||
        grafana_find_values(op, grafana, dashboard, name, &values, &n))
        return -1;
    out->items = ARENA_ARRAY(&op->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        out->items[out->n++] = values[i].value;
    return 0;
}

static bool is_live(const struct lookup *l, const struct dashboard *dashboard, const char *name)
{
    const struct dashboard_variable *variable = dashboard_find_variable(dashboard, name);
    return variable && strcmp(variable->type, "query") == 0 && l->rounds->conf.camera.variables;
}

/* A query's values are the page's to tell. Beside the daemon nobody has a page: then the file's. */
static int on_values(void *ctx, struct op *op, const char *source,
                     const struct dashboard *dashboard, const char *name, struct plan_names *out,
                     const char **why)
{
    struct lookup *l = ctx;
    struct render_variable *list = NULL;
    size_t n = 0, i = 0;
    if (!is_live(l, dashboard, name))
        return find_listed(l, op, source, dashboard, name, out);
    while (i < l->page_n && l->pages[i].dashboard != dashboard)
        i++;
    if (i < l->page_n && l->pages[i].is_read) {
        list = l->pages[i].list;
        n = l->pages[i].n;
    } else if (live_find(op, l->rounds, row_of(l, source), dashboard, &list, &n)) {
        return -1;
    }
    const struct render_variable *found = live_pick(list, n, name);
    *why = live_why(&op->arena, found);
    if (found)
        *out = (struct plan_names){found->values, found->n};
    return 0;
}

/* ---- Reading ahead ---- */

/* Notes whose page will be wanted, and asks nobody. */
static int on_wish(void *ctx, struct op *op, const char *source, const struct dashboard *dashboard,
                   const char *name, struct plan_names *out, const char **why)
{
    struct lookup *l = ctx;
    (void)op, (void)source, (void)out, (void)why;
    l->has_wishes = true;
    for (struct known_dashboard *k = l->known; k && is_live(l, dashboard, name); k = k->next)
        if (k->dashboard == dashboard && !k->is_wanted) {
            k->is_wanted = true;
            l->page_max++;
        }
    return 0;
}

/* The pages whose variables the plan asks for, several at once instead of one after the other when
 * it comes to them: a page takes a second, and a plan may name a hundred dashboards. */
static void read_ahead(struct op *op, struct lookup *l)
{
    if (l->page_max < 2)
        return;
    l->pages = ARENA_ARRAY(&op->arena, struct live_page, l->page_max);
    for (size_t i = 0; i < l->source_n; i++) {
        size_t first = l->page_n;
        int most = l->sources[i].parallel_max, workers = l->rounds->conf.workers;
        for (struct known_dashboard *k = l->known; k; k = k->next)
            if (k->is_wanted && strcmp(k->source, l->sources[i].id) == 0)
                l->pages[l->page_n++] = (struct live_page){.dashboard = k->dashboard};
        live_find_all(op, l->rounds, l->sources[i].row, most && most < workers ? most : workers,
                      l->pages + first, l->page_n - first);
    }
}

/* Twice where values of variables are to be found: what the first learns of dashboards, the second does not
 * ask again. */
static int expand(struct op *op, struct lookup *l, const struct plan_spec *spec, int64_t moment_ms,
                  struct expand_result *out)
{
    const struct zone *zone;
    struct expand_lookup lookup = {
        .ctx = l, .dashboard = on_dashboard, .list = on_list, .values = on_wish};
    if (zone_open(op, spec->timezone, &zone) ||
        expand_plan(op, spec, zone, moment_ms, &lookup, out))
        return -1;
    if (!l->has_wishes)
        return 0;
    read_ahead(op, l);
    lookup.values = on_values;
    return expand_plan(op, spec, zone, moment_ms, &lookup, out);
}

static void return_sources(struct lookup *l)
{
    for (size_t i = 0; i < l->source_n; i++)
        source_return(l->rounds, l->sources[i].grafana);
}

int prepare_expand(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
                   int64_t moment_ms, struct expand_result *out)
{
    struct lookup l = {.rounds = rounds};
    int failed = expand(op, &l, spec, moment_ms, out);
    return_sources(&l);
    return failed;
}

/* ---- A round's shots ---- */

static const char *print_window(struct arena *arena, const struct window *window)
{
    struct str *text = str_new(arena, 4000);
    struct jw w;
    jw_init(&w, text);
    window_print(window, &w);
    return text->p;
}

static const char *print_page(struct arena *arena, const struct expand_shot *shot)
{
    if (!shot->clone)
        return NULL;
    struct str *text = str_new(arena, 64 * 1024);
    struct jw w;
    jw_init(&w, text);
    jw_object(&w);
    jw_raw_at(&w, "vars", bytes_of(shot->page_vars));
    jw_text_at(&w, "panel", shot->clone);
    jw_end(&w);
    return text->is_full ? NULL : text->p;
}

static void print_detail(struct op *op, const struct lookup *l, const struct expand_shot *shot,
                         struct str *out)
{
    struct dashboard dashboard = *shot->dashboard;
    for (size_t i = 0; i < l->source_n; i++)
        if (strcmp(l->sources[i].id, shot->source) == 0)
            dashboard.grafana_version = l->sources[i].version;
    dashboard_print_detail(&dashboard, shot->panel, out);
}

static int fill(struct op *op, struct lookup *l, const struct plan_spec *spec,
                const struct store_round *round, const struct expand_result *result)
{
    struct arena *arena = &op->arena;
    struct store_shot_new *shots = ARENA_ARRAY(arena, struct store_shot_new, result->n + 1);
    const char **keys = ARENA_ARRAY(arena, const char *, spec->window_n + 1);
    const char **windows = ARENA_ARRAY(arena, const char *, spec->window_n + 1);
    for (size_t i = 0; i < spec->window_n; i++) {
        keys[i] = window_key(arena, &spec->windows[i]);
        windows[i] = print_window(arena, &spec->windows[i]);
    }
    const struct dashboard_panel *last = NULL;
    const char *detail = "{}";
    for (size_t i = 0; i < l->source_n; i++)
        l->sources[i].version = grafana_find_version(op, l->sources[i].grafana);
    for (size_t i = 0; i < result->n; i++) {
        const struct expand_shot *from = &result->shots[i];
        if (from->panel != last) {
            struct str *text = str_new(arena, 1 << 20);
            print_detail(op, l, from, text);
            detail = text->is_full ? "{}" : text->p;
            last = from->panel;
        }
        shots[i] = (struct store_shot_new){
            .source_row = row_of(l, from->source),
            .dashboard_uid = from->dashboard->uid,
            .dashboard_title = from->dashboard->title,
            .panel_key = from->panel->key,
            .panel_title = expand_title(arena, from->panel->title, from->vars),
            .panel_detail = detail,
            .vars = from->vars,
            .window_key = keys[from->window],
            .window_spec = windows[from->window],
            .from_ms = from->from_ms,
            .to_ms = from->to_ms,
            .page = print_page(arena, from),
            .visit = from->visit,
        };
    }
    return store_round_fill(op, l->rounds->conf.store, round->row, shots, result->n);
}

static int keep_drift(struct op *op, struct rounds *rounds, const char *plan_id,
                      const struct expand_result *result)
{
    struct str *text = str_new(&op->arena, DRIFT_MAX);
    struct jw w;
    jw_init(&w, text);
    expand_print_missing(result, &w);
    const char *key = arena_fmt(&op->arena, "drift.%s", plan_id);
    return store_setting_set(op, rounds->conf.store, key,
                             result->missing_n && !text->is_full ? text->p : NULL);
}

int prepare_find_drift(struct op *op, struct rounds *rounds, const char *plan_id, const char **out)
{
    const char *key = arena_fmt(&op->arena, "drift.%s", plan_id);
    if (store_setting_find(op, rounds->conf.store, key, out))
        return -1;
    if (!**out)
        *out = "[]";
    return 0;
}

static int work_out(struct op *op, struct lookup *l, const struct store_round *round)
{
    struct store_plan plan;
    struct plan_spec spec;
    struct expand_result result;
    if (store_plan_version_find(op, l->rounds->conf.store, round->plan_row, round->plan_version,
                                &plan) ||
        plan_read_text(op, plan.spec, &spec) || expand(op, l, &spec, round->moment_ms, &result) ||
        keep_drift(op, l->rounds, round->plan_id, &result))
        return -1;
    if (result.n == 0)
        return op_fail(op, ERR_UNPROCESSABLE,
                       "there is nothing to take: %zu things that the plan names are no longer in "
                       "Grafana, the first is %s '%s'",
                       result.missing_n, result.missing_n ? result.missing[0].what : "selection",
                       result.missing_n ? result.missing[0].name : "");
    return fill(op, l, &spec, round, &result);
}

/* ---- When it cannot be worked out ---- */

static bool may_heal(enum err err)
{
    return err == ERR_TARGET || err == ERR_TIMEOUT || err == ERR_BUSY || err == ERR_UNAVAILABLE ||
           err == ERR_STORAGE || err == ERR_TARGET_LOGIN;
}

static int give_up(struct op *op, struct rounds *rounds, const struct store_round *round,
                   const char *why)
{
    size_t letters = 0;
    struct rule_post post = {.plan_row = round->plan_row,
                             .round_id = round->id,
                             .events = NOTIFY_BIT(NOTIFY_FAILURES),
                             .now_ms = clock_wall_ms()};
    if (store_round_fail(op, rounds->conf.store, round->row, why) ||
        rule_post(op, rounds->conf.store, &post, &letters))
        return -1;
    rounds_tell_letters(rounds, letters);
    return 0;
}

static int settle(struct op *op, struct rounds *rounds, const struct store_round *round,
                  const struct op *part)
{
    int64_t now = clock_wall_ms(), pause = 15000LL << (round->attempts < 6 ? round->attempts : 6);
    if (part->err == ERR_CANCELLED)
        return store_round_put_back(op, rounds->conf.store, round->row, "", now);
    if (part->err == ERR_CONFLICT)
        return 0; /* cancelled meanwhile */
    log_msg(LOG_WARN, op, "prepare", "round %s, attempt %d: %s", round->id, round->attempts,
            part->err_text);
    if (may_heal(part->err) && round->attempts < ATTEMPTS_MAX)
        return store_round_put_back(op, rounds->conf.store, round->row, part->err_text,
                                    now + pause);
    return give_up(op, rounds, round, part->err_text);
}

int prepare_round(struct op *op, struct rounds *rounds, const struct store_round *round,
                  int cancel_fd)
{
    struct lookup l = {.rounds = rounds};
    struct op part;
    op_init_part(&part, op, PREPARE_MS);
    part.cancel_fd = cancel_fd;
    int failed = work_out(&part, &l, round);
    return_sources(&l);
    if (failed)
        failed = settle(op, rounds, round, &part);
    op_fini(&part);
    rounds_tell(rounds, ROUNDS_ROUND, round->plan_row, round->row, round->id, 0, "");
    return failed;
}
