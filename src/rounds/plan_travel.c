/* Plans that travel: import and export of documents. Blocks on the store; any thread.
 *
 * A document names sources, people and channels by their names, since ids mean nothing elsewhere.
 * An import is one transaction: with any fault, nothing has happened.
 */
#include "rounds/plan_keep.h"

#include "base/cleanup.h"
#include "rounds/plan_reader.h"
#include "rounds/plan_resolve.h"
#include "rounds/rounds_priv.h"
#include "rounds/source.h"
#include "store/channel.h"
#include "store/user.h"

#include <string.h>

enum { SPEC_MAX = 4 * 1024 * 1024 };

/* ---- Out ---- */

/* A thing that has gone keeps its id in the document: better than a plan that cannot be exported.
 */
static int forgive(struct op *op)
{
    if (op->err != ERR_NOT_FOUND)
        return -1;
    op_clear(op);
    return 0;
}

static int name_people(struct op *op, struct rounds *rounds, struct plan_names *people)
{
    for (size_t i = 0; i < people->n; i++) {
        struct store_user user;
        if (store_user_find(op, rounds->conf.store, people->items[i], &user) == 0)
            people->items[i] = user.login;
        else if (forgive(op))
            return -1;
    }
    return 0;
}

static int name_things(struct op *op, struct rounds *rounds, struct plan_spec *spec)
{
    for (size_t i = 0; i < spec->selection_n; i++) {
        struct store_source source;
        if (store_source_find(op, rounds->conf.store, spec->selections[i].source, &source) == 0)
            spec->selections[i].source = source.name;
        else if (forgive(op))
            return -1;
    }
    for (size_t i = 0; i < spec->notify_n; i++) {
        struct store_channel channel;
        if (store_channel_find(op, rounds->conf.store, spec->notify[i].channel, &channel) == 0)
            spec->notify[i].channel = channel.name;
        else if (forgive(op))
            return -1;
    }
    return name_people(op, rounds, &spec->reviewers) || name_people(op, rounds, &spec->escalate_to)
               ? -1
               : 0;
}

static bool is_wanted(const char *id, const char *const *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(ids[i], id) == 0)
            return true;
    return !ids;
}

int plan_keep_export(struct op *op, struct rounds *rounds, const char *const *ids, size_t n,
                     int64_t visible_row, bool is_yaml, struct str *out)
{
    struct store_plan_list list;
    struct store_plan_ask ask = {.user_row = visible_row};
    if (store_plan_list(op, rounds->conf.store, &ask, (struct store_page){.limit = STORE_PAGE_MAX},
                        &list))
        return -1;
    struct plan_spec *plans = ARENA_ARRAY(&op->arena, struct plan_spec, list.n + 1);
    size_t used = 0;
    for (size_t i = 0; i < list.n; i++) {
        struct store_plan plan;
        if (!is_wanted(list.items[i].id, ids, n))
            continue;
        if (store_plan_get(op, rounds->conf.store, list.items[i].row, &plan) ||
            plan_read_text(op, plan.spec, &plans[used]) || name_things(op, rounds, &plans[used]))
            return -1;
        plans[used++].is_paused = plan.is_paused;
    }
    if (ids && used < n)
        return op_fail(op, ERR_NOT_FOUND, "some of the plans asked for are not there");
    return plan_print_document(op, plans, used, is_yaml, out);
}

/* ---- In ---- */

static const struct jv *as_json(struct op *op, const struct plan_spec *spec)
{
    struct str *text = str_new(&op->arena, SPEC_MAX);
    struct jw w;
    jw_init(&w, text);
    plan_print(spec, &w);
    return jv_parse_quiet(&op->arena, str_bytes(text));
}

struct import {
    struct rounds *rounds;
    struct store *bound;
    struct plan_author author;
    struct plan_import *out;
};

static void push(struct plan_names *names, const char *name)
{
    names->items[names->n++] = name;
}

static int import_one(struct op *op, struct import *in, const struct plan_spec *spec)
{
    struct store_plan plan = {0};
    if (store_plan_find_name(op, in->bound, spec->name, &plan)) {
        if (forgive(op))
            return -1;
        push(&in->out->created, spec->name);
        plan = (struct store_plan){0};
        return plan_keep_put(op, in->rounds, in->bound, spec, in->author, &plan);
    }
    struct plan_spec before;
    if (plan_read_text(op, plan.spec, &before))
        return -1;
    before.is_paused = plan.is_paused;
    struct plan_names diff = plan_diff(&op->arena, as_json(op, &before), as_json(op, spec));
    if (diff.n == 0) {
        push(&in->out->unchanged, spec->name);
        return 0;
    }
    in->out->diffs[in->out->changed.n] = diff;
    push(&in->out->changed, spec->name);
    return plan_keep_put(op, in->rounds, in->bound, spec, in->author, &plan);
}

/* Resolves all; the tree is read again to tell lines of what is missing. */
static int resolve_all(struct op *op, struct rounds *rounds, struct bytes text, int64_t visible_row,
                       struct plan_document *document, struct plan_faults *faults)
{
    const struct tree *root;
    if (tree_from_yaml(op, text, &root))
        return -1;
    const struct tree *list = tree_get(root, "plans"), *at = list ? list->first : root;
    for (size_t i = 0; i < document->n && at; i++, at = at->next)
        if (plan_resolve(op, rounds, at, visible_row, &document->plans[i], faults))
            return -1;
    if (faults->n == 0)
        return 0;
    const struct plan_fault *first = &faults->items[0];
    return op_fail(op, ERR_UNPROCESSABLE, "line %d, column %d: %s %s", first->line, first->column,
                   first->path, first->message);
}

static void start_result(struct arena *arena, size_t n, struct plan_import *out)
{
    *out = (struct plan_import){0};
    struct plan_names *lists[] = {&out->created, &out->changed, &out->unchanged};
    for (size_t i = 0; i < 3; i++)
        lists[i]->items = ARENA_ARRAY(arena, const char *, n + 1);
    out->diffs = ARENA_ARRAY(arena, struct plan_names, n + 1);
}

int plan_keep_import(struct op *op, struct rounds *rounds, struct bytes text, bool is_dry,
                     int64_t visible_row, struct plan_author author, struct plan_import *out,
                     struct plan_faults *faults)
{
    CLEANUP(store_end) struct store *bound = NULL;
    struct plan_document document;
    struct plan_faults *all = faults ? faults : ARENA_NEW(&op->arena, struct plan_faults);
    if (plan_read_document(op, text, &document, all) ||
        resolve_all(op, rounds, text, visible_row, &document, all) ||
        store_begin(op, rounds->conf.store, STORE_DURABLE, &bound))
        return -1;
    start_result(&op->arena, document.n, out);
    struct import in = {.rounds = rounds, .bound = bound, .author = author, .out = out};
    for (size_t i = 0; i < document.n; i++)
        if (import_one(op, &in, &document.plans[i]))
            return -1;
    if (is_dry)
        return 0; /* what was written goes with the transaction */
    if (store_commit(op, &bound))
        return -1;
    rounds_wake(rounds);
    return 0;
}
