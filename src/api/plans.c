/* Plans: their specifications, versions, pause and copy. Reading, keeping and comparing are
 * rounds/plan_keep's; here are the answers, who sees what, and the audit trail.
 */
#include "api/plans.h"

#include "api/card.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/platform.h"
#include "rounds/plan_keep.h"
#include "rounds/prepare.h"
#include "store/round.h"

#include <string.h>

enum { CHANGE_MAX = 500 };

int plan_of_call(struct call *call, struct store_plan *out)
{
    struct store *store = call->api->platform->store;
    if (store_plan_find(call->op, store, call->params[0], out) < 0)
        return -1;
    if (out->is_dropped)
        return op_fail(call->op, ERR_NOT_FOUND,
                       "the plan %s was removed; its rounds are still there", out->name);
    return caller_need_plan(call->op, store, &call->who, out->row);
}

static void print_head(struct reply *r, const struct store_plan *plan)
{
    jw_text_at(&r->w, "id", plan->id);
    jw_int_at(&r->w, "version", plan->version);
    jw_text_at(&r->w, "name", plan->name);
    jw_bool_at(&r->w, "paused", plan->is_paused);
    reply_time_at(r, "created_at", plan->created_ms);
    reply_time_at(r, "updated_at", plan->updated_ms);
    jw_text_at(&r->w, "updated_by", *plan->author ? plan->author : NULL);
    jw_text_at(&r->w, "change", plan->change);
}

static int print_last_round(struct call *call, struct reply *r, const struct store_plan *plan)
{
    struct store_round round;
    if (store_round_newest(call->op, call->api->platform->store, plan->row, 0, &round) < 0)
        return -1;
    jw_key(&r->w, "last_round");
    if (round.row == 0)
        jw_null(&r->w);
    else
        card_print(&r->w, &round);
    return 0;
}

int plan_print_whole(struct call *call, struct reply *r, const struct store_plan *plan)
{
    const char *drift;
    if (prepare_find_drift(call->op, call->api->platform->rounds, plan->id, &drift) < 0)
        return -1;
    jw_object(&r->w);
    print_head(r, plan);
    jw_raw_at(&r->w, "spec", bytes_of(plan->spec));
    reply_time_at(r, "next_run_at", plan->is_paused ? 0 : plan->next_due_ms);
    if (print_last_round(call, r, plan) < 0)
        return -1;
    jw_raw_at(&r->w, "drift", bytes_of(*drift ? drift : "[]"));
    jw_end(&r->w);
    return 0;
}

/* As it is in the store now. */
static int reply_plan(struct call *call, int64_t row, int status)
{
    struct store_plan plan;
    struct reply r;
    if (store_plan_get(call->op, call->api->platform->store, row, &plan) < 0)
        return -1;
    reply_open(&r, call);
    if (plan_print_whole(call, &r, &plan) < 0) {
        str_fini(&r.text);
        return -1;
    }
    return reply_json(&r, status);
}

int handle_plans_list(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct store_plan_ask ask = {.search = query_text(call, "q"),
                                 .user_row = call->who.visible_row};
    struct store_plan_list list;
    struct store_plan plan;
    struct store_page page;
    struct reply r;
    if (query_page(call, &page) < 0 || store_plan_list(call->op, store, &ask, page, &list) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < list.n; i++)
        if (store_plan_get(call->op, store, list.items[i].row, &plan) < 0 ||
            plan_print_whole(call, &r, &plan) < 0) {
            str_fini(&r.text);
            return -1;
        }
    reply_list_end(&r, list.next);
    return reply_json(&r, 200);
}

int handle_plans_show(struct call *call)
{
    struct store_plan plan;
    if (plan_of_call(call, &plan) < 0)
        return -1;
    return reply_plan(call, plan.row, 200);
}

/* The member `spec`; faults are told with paths below it ("windows[1].from"). */
int plan_read_spec(struct call *call, struct plan_spec *out)
{
    struct plan_faults *faults = ARENA_NEW(&call->op->arena, struct plan_faults);
    const struct tree *tree;
    if (!jv_is_object(jv_get(call->body, "spec"))) {
        reply_detail(call, "spec", "is missing");
        return op_fail(call->op, ERR_BAD_INPUT, "spec is missing: the body must be {\"spec\":{…}}");
    }
    if (tree_from_json(call->op, jv_get(call->body, "spec"), &tree) < 0)
        return -1;
    int failed = plan_keep_read(call->op, call->api->platform->rounds, tree, call->who.visible_row,
                                out, faults);
    fields_take_faults(call, faults);
    return failed;
}

static struct plan_author author_of(const struct call *call, const char *change)
{
    return (struct plan_author){.user_row = call->who.user_row, .change = change};
}

int handle_plans_add(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct plan_spec spec;
    struct store_plan plan;
    struct fields f;
    fields_open(&f, call, "spec change");
    const char *change = fields_text(&f, "change", CHANGE_MAX, "");
    if (fields_end(&f) < 0 || plan_read_spec(call, &spec) < 0 ||
        plan_keep_add(call->op, platform->rounds, &spec, author_of(call, change), &plan) < 0 ||
        note_add(call, platform->store, "plan.added", "plan", plan.id, NULL) < 0)
        return -1;
    return reply_plan(call, plan.row, 201);
}

int handle_plans_set(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct plan_spec spec;
    struct store_plan kept, plan;
    struct fields f;
    fields_open(&f, call, "version spec change");
    const char *change = fields_text(&f, "change", CHANGE_MAX, "");
    int64_t version = fields_need_int(&f, "version", 1, INT64_MAX);
    if (fields_end(&f) < 0 || plan_of_call(call, &kept) < 0 || plan_read_spec(call, &spec) < 0 ||
        plan_keep_set(call->op, platform->rounds, kept.id, version, &spec, author_of(call, change),
                      &plan) < 0 ||
        note_add(call, platform->store, "plan.set", "plan", kept.id,
                 arena_fmt(&call->op->arena, "{\"version\":%lld}", (long long)plan.version)) < 0)
        return -1;
    return reply_plan(call, kept.row, 200);
}

int handle_plans_drop(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_plan plan;
    if (plan_of_call(call, &plan) < 0 || store_plan_drop(call->op, platform->store, plan.row) < 0 ||
        note_add(call, platform->store, "plan.dropped", "plan", plan.id, NULL) < 0)
        return -1;
    rounds_wake(platform->rounds);
    return reply_empty(call);
}

int handle_plans_versions(struct call *call)
{
    struct store_plan plan;
    struct store_plan_list list;
    struct store_page page;
    struct reply r;
    if (query_page(call, &page) < 0 || plan_of_call(call, &plan) < 0 ||
        store_plan_version_list(call->op, call->api->platform->store, plan.row, page, &list) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < list.n; i++) {
        jw_object(&r.w);
        print_head(&r, &list.items[i]);
        jw_end(&r.w);
    }
    reply_list_end(&r, list.next);
    return reply_json(&r, 200);
}

int handle_plans_version(struct call *call)
{
    struct store_plan plan, old;
    struct reply r;
    int64_t version;
    if (plan_of_call(call, &plan) < 0)
        return -1;
    if (!bytes_to_i64(bytes_of(call->params[1]), &version) || version < 1)
        return op_fail(call->op, ERR_NOT_FOUND, "a plan's versions are 1, 2, …, not %s",
                       call->params[1]);
    if (store_plan_version_find(call->op, call->api->platform->store, plan.row, version, &old) < 0)
        return -1;
    reply_open(&r, call);
    jw_object(&r.w);
    print_head(&r, &old);
    jw_raw_at(&r.w, "spec", bytes_of(old.spec));
    jw_end(&r.w);
    return reply_json(&r, 200);
}

int handle_plans_pause(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_plan plan;
    struct fields f;
    fields_open(&f, call, "paused");
    bool is_paused = fields_bool(&f, "paused", true);
    if (!fields_has(&f, "paused"))
        fields_fault(&f, "paused", "is missing: true or false");
    if (fields_end(&f) < 0 || plan_of_call(call, &plan) < 0 ||
        plan_keep_pause(call->op, platform->rounds, plan.id, is_paused) < 0 ||
        note_add(call, platform->store, is_paused ? "plan.paused" : "plan.resumed", "plan", plan.id,
                 NULL) < 0)
        return -1;
    return reply_plan(call, plan.row, 200);
}

int handle_plans_duplicate(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_plan plan, copy;
    if (plan_of_call(call, &plan) < 0 ||
        plan_keep_duplicate(call->op, platform->rounds, plan.id, author_of(call, ""), &copy) < 0 ||
        note_add(call, platform->store, "plan.added", "plan", copy.id,
                 arena_fmt(&call->op->arena, "{\"copy_of\":\"%s\"}", plan.id)) < 0)
        return -1;
    return reply_plan(call, copy.row, 201);
}
