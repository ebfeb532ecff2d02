/* Keeping plans: names resolved to ids, versions added, schedules set. Blocks on the store; any
 * thread.
 *
 * The store's flag says whether a plan is paused; `schedule.paused` of a specification only sets it
 * when a version is kept, so that pausing needs no new version. Import and export are in
 * plan_travel.c.
 */
#include "rounds/plan_keep.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "notify/rule.h"
#include "rounds/plan_reader.h"
#include "rounds/plan_resolve.h"
#include "rounds/rounds_priv.h"
#include "rounds/source.h"
#include "store/channel.h"
#include "store/user.h"

#include <string.h>

enum { SPEC_MAX = 4 * 1024 * 1024, COPIES_MAX = 1000 };

/* ---- Names to ids ---- */

/* "selections", 2, "source" → the node, or the nearest one above that exists. */
static const struct tree *node_at(const struct tree *tree, const char *list, size_t i,
                                  const char *key)
{
    const struct tree *at = tree_get(tree, list);
    if (!at)
        return tree;
    const struct tree *item = at->first;
    while (item && i--)
        item = item->next;
    const struct tree *member = item && key ? tree_get(item, key) : NULL;
    return member ? member : item ? item : at;
}

static int resolve_source(struct plan_reader *r, struct rounds *rounds, int64_t visible_row,
                          const struct tree *at, const char **name)
{
    struct store_source source;
    bool is_visible = true;
    if (source_find(r->op, rounds, *name, &source)) {
        if (r->op->err != ERR_NOT_FOUND)
            return -1;
        op_clear(r->op);
        reader_fault(r, at, "there is no source '%.100s'", *name);
        return 0;
    }
    if (visible_row &&
        store_user_sees_source(r->op, rounds->conf.store, visible_row, source.row, &is_visible))
        return -1;
    if (!is_visible)
        reader_fault(r, at, "there is no source '%.100s'", *name);
    *name = source.id;
    return 0;
}

static int resolve_people(struct plan_reader *r, struct rounds *rounds, const struct tree *list,
                          struct plan_names *people)
{
    const struct tree *at = list ? list->first : NULL;
    for (size_t i = 0; i < people->n; i++, at = at ? at->next : NULL) {
        struct store_user user;
        if (store_user_find(r->op, rounds->conf.store, people->items[i], &user)) {
            if (r->op->err != ERR_NOT_FOUND)
                return -1;
            op_clear(r->op);
            if (store_user_find_login(r->op, rounds->conf.store, people->items[i], &user)) {
                if (r->op->err != ERR_NOT_FOUND)
                    return -1;
                op_clear(r->op);
                if (at)
                    reader_fault(r, at, "there is no person '%.100s'", people->items[i]);
                continue;
            }
        }
        people->items[i] = user.id;
    }
    return 0;
}

static int resolve_channels(struct plan_reader *r, struct rounds *rounds, const struct tree *tree,
                            struct plan_spec *spec)
{
    struct store_channel *channels;
    size_t n;
    if (spec->notify_n == 0)
        return 0;
    if (store_channel_list(r->op, rounds->conf.store, &channels, &n))
        return -1;
    for (size_t i = 0; i < spec->notify_n; i++) {
        const char *wanted = spec->notify[i].channel, *found = NULL;
        for (size_t k = 0; k < n && !found; k++)
            if (strcmp(channels[k].id, wanted) == 0 || strcmp(channels[k].name, wanted) == 0)
                found = channels[k].id;
        if (found)
            spec->notify[i].channel = found;
        else
            reader_fault(r, node_at(tree, "notify", i, "channel"),
                         "there is no notification channel '%.100s'", wanted);
    }
    return 0;
}

int plan_resolve(struct op *op, struct rounds *rounds, const struct tree *tree, int64_t visible_row,
                 struct plan_spec *spec, struct plan_faults *faults)
{
    struct plan_reader r = {.op = op, .faults = faults};
    const struct tree *review = tree_get(tree, "review");
    for (size_t i = 0; i < spec->selection_n; i++)
        if (resolve_source(&r, rounds, visible_row, node_at(tree, "selections", i, "source"),
                           &spec->selections[i].source))
            return -1;
    return resolve_people(&r, rounds, tree_get(review, "reviewers"), &spec->reviewers) ||
                   resolve_people(&r, rounds, tree_get(review, "escalate_to"),
                                  &spec->escalate_to) ||
                   resolve_channels(&r, rounds, tree, spec)
               ? -1
               : 0;
}

int plan_keep_read(struct op *op, struct rounds *rounds, const struct tree *tree,
                   int64_t visible_row, struct plan_spec *out, struct plan_faults *faults)
{
    struct plan_faults *all = faults ? faults : ARENA_NEW(&op->arena, struct plan_faults);
    if (plan_read(op, tree, out, all) || plan_resolve(op, rounds, tree, visible_row, out, all))
        return -1;
    if (all->n)
        return op_fail(op, ERR_UNPROCESSABLE, "%s %s", all->items[0].path, all->items[0].message);
    return 0;
}

/* ---- Keeping ---- */

int plan_next_due(struct op *op, const struct plan_spec *spec, int64_t after_ms, int64_t *out)
{
    struct schedule schedule;
    *out = 0;
    if (spec->is_paused || spec->cron.n == 0)
        return 0;
    if (plan_schedule(op, spec, &schedule))
        return -1;
    *out = schedule_next(&schedule, after_ms, NULL);
    return 0;
}

static const char *print(struct op *op, const struct plan_spec *spec)
{
    struct str *text = str_new(&op->arena, SPEC_MAX);
    struct jw w;
    jw_init(&w, text);
    plan_print(spec, &w);
    return text->is_full ? NULL : text->p;
}

static int list_sources(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
                        int64_t **out, size_t *out_n)
{
    *out = ARENA_ARRAY(&op->arena, int64_t, spec->selection_n + 1);
    *out_n = 0;
    for (size_t i = 0; i < spec->selection_n; i++) {
        struct store_source source;
        bool is_known = false;
        if (source_find(op, rounds, spec->selections[i].source, &source))
            return -1;
        for (size_t k = 0; k < *out_n; k++)
            is_known = is_known || (*out)[k] == source.row;
        if (!is_known)
            (*out)[(*out_n)++] = source.row;
    }
    return 0;
}

static int set_rules(struct op *op, struct store *store, int64_t plan_row,
                     const struct plan_spec *spec)
{
    struct rule_want *wants = ARENA_ARRAY(&op->arena, struct rule_want, spec->notify_n + 1);
    for (size_t i = 0; i < spec->notify_n; i++) {
        wants[i].channel_id = spec->notify[i].channel;
        for (size_t k = 0; k < spec->notify[i].events.n; k++) {
            enum notify_event event;
            if (notify_event_parse(spec->notify[i].events.items[k], &event))
                wants[i].events |= NOTIFY_BIT(event);
        }
    }
    return rule_set_plan(op, store, plan_row, wants, spec->notify_n);
}

/* What goes with a version: its rules, its pause, its next moment. */
static int keep_rest(struct op *op, struct store *bound, const struct store_plan *plan,
                     const struct plan_spec *spec)
{
    int64_t due;
    return set_rules(op, bound, plan->row, spec) ||
                   store_plan_set_paused(op, bound, plan->row, spec->is_paused) ||
                   plan_next_due(op, spec, clock_wall_ms(), &due) ||
                   store_plan_set_next_due(op, bound, plan->row, due)
               ? -1
               : 0;
}

static int fill(struct op *op, const struct plan_spec *spec, struct plan_author author,
                struct store_plan *plan)
{
    plan->name = spec->name;
    plan->note = spec->description;
    plan->labels = "[]";
    plan->is_paused = spec->is_paused;
    plan->author_row = author.user_row;
    plan->change = author.change ? author.change : "";
    plan->spec = print(op, spec);
    return plan->spec ? 0
                      : op_fail(op, ERR_TOO_LARGE, "the plan is larger than %d MiB",
                                SPEC_MAX / 1024 / 1024);
}

int plan_keep_put(struct op *op, struct rounds *rounds, struct store *bound,
                  const struct plan_spec *spec, struct plan_author author, struct store_plan *plan)
{
    int64_t *sources;
    size_t n;
    if (fill(op, spec, author, plan) || list_sources(op, rounds, spec, &sources, &n))
        return -1;
    if (plan->row ? store_plan_set(op, bound, plan, sources, n)
                  : store_plan_add(op, bound, plan, sources, n))
        return -1;
    return keep_rest(op, bound, plan, spec);
}

static int put(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
               struct plan_author author, struct store_plan *plan)
{
    CLEANUP(store_end) struct store *bound = NULL;
    if (store_begin(op, rounds->conf.store, STORE_DURABLE, &bound) ||
        plan_keep_put(op, rounds, bound, spec, author, plan) || store_commit(op, &bound))
        return -1;
    rounds_wake(rounds);
    return store_plan_get(op, rounds->conf.store, plan->row, plan);
}

int plan_keep_add(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
                  struct plan_author author, struct store_plan *out)
{
    *out = (struct store_plan){0};
    return put(op, rounds, spec, author, out);
}

int plan_keep_set(struct op *op, struct rounds *rounds, const char *id, int64_t version,
                  const struct plan_spec *spec, struct plan_author author, struct store_plan *out)
{
    if (store_plan_find(op, rounds->conf.store, id, out))
        return -1;
    out->version = version;
    return put(op, rounds, spec, author, out);
}

int plan_keep_pause(struct op *op, struct rounds *rounds, const char *id, bool is_paused)
{
    CLEANUP(store_end) struct store *bound = NULL;
    struct store_plan plan;
    struct plan_spec spec;
    int64_t due;
    if (store_plan_find(op, rounds->conf.store, id, &plan) || plan_read_text(op, plan.spec, &spec))
        return -1;
    spec.is_paused = is_paused;
    if (plan_next_due(op, &spec, clock_wall_ms(), &due) ||
        store_begin(op, rounds->conf.store, STORE_DURABLE, &bound) ||
        store_plan_set_paused(op, bound, plan.row, is_paused) ||
        store_plan_set_next_due(op, bound, plan.row, due) || store_commit(op, &bound))
        return -1;
    rounds_wake(rounds);
    return 0;
}

static int free_name(struct op *op, struct rounds *rounds, const char *name, const char **out)
{
    for (int i = 2; i < COPIES_MAX; i++) {
        struct store_plan other;
        *out = arena_fmt(&op->arena, "%.280s (%d)", name, i);
        if (store_plan_find_name(op, rounds->conf.store, *out, &other) == 0)
            continue;
        if (op->err != ERR_NOT_FOUND)
            return -1;
        op_clear(op);
        return 0;
    }
    return op_fail(op, ERR_CONFLICT, "there are too many copies of this plan");
}

int plan_keep_duplicate(struct op *op, struct rounds *rounds, const char *id,
                        struct plan_author author, struct store_plan *out)
{
    struct store_plan plan;
    struct plan_spec spec;
    if (store_plan_find(op, rounds->conf.store, id, &plan) ||
        plan_read_text(op, plan.spec, &spec) || free_name(op, rounds, plan.name, &spec.name))
        return -1;
    spec.is_paused = true;
    return plan_keep_add(op, rounds, &spec, author, out);
}
