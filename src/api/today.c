/* Today: every plan with its newest round, its next run, and a strip of the last thirty days. A few
 * queries, whatever the archive holds.
 */
#include "api/card.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/platform.h"
#include "api/reply.h"
#include "base/clock.h"
#include "store/plan.h"

enum { STRIP_DAYS = 30, STRIP_MAX = 20000, COUNT_MAX = STORE_PAGE_MAX };
static const int64_t day_ms = 86400000;

static const char *square_word(const struct store_round_square *square)
{
    switch (square->state) {
    case ROUND_PREPARING:
    case ROUND_RUNNING:
        return "running";
    case ROUND_CANCELLED:
        return "missed";
    case ROUND_FAILED:
        return "failed";
    case ROUND_REVIEW:
    case ROUND_SIGNED:
        break;
    }
    if (square->abnormal)
        return "abnormal";
    if (square->state == ROUND_SIGNED)
        return "signed";
    return square->failed == square->total ? "failed" : "open";
}

static void print_strip(struct reply *r, const struct store_round_square *squares, size_t n,
                        int64_t plan_row)
{
    jw_array_at(&r->w, "strip");
    for (size_t i = 0; i < n; i++) {
        if (squares[i].plan_row != plan_row)
            continue;
        jw_object(&r->w);
        jw_text_at(&r->w, "round_id", squares[i].id);
        reply_time_at(r, "moment_at", squares[i].moment_ms);
        jw_text_at(&r->w, "outcome", square_word(&squares[i]));
        jw_end(&r->w);
    }
    jw_end(&r->w);
}

/* In the zone of which the plan's moments are told; lists carry no specification. */
static int find_zone(struct call *call, int64_t plan_row, const char **out)
{
    struct store_plan plan;
    if (store_plan_get(call->op, call->api->platform->store, plan_row, &plan) < 0)
        return -1;
    const struct jv *spec = jv_parse_quiet(&call->op->arena, bytes_of(plan.spec));
    *out = jv_text_at(spec, "timezone", "UTC");
    return 0;
}

static int print_plan(struct call *call, struct reply *r, const struct store_plan *plan,
                      const struct store_round_square *squares, size_t n)
{
    struct store_round last;
    const char *zone;
    if (store_round_newest(call->op, call->api->platform->store, plan->row, 0, &last) < 0 ||
        find_zone(call, plan->row, &zone) < 0)
        return -1;
    jw_object(&r->w);
    jw_object_at(&r->w, "plan");
    jw_text_at(&r->w, "id", plan->id);
    jw_text_at(&r->w, "name", plan->name);
    jw_bool_at(&r->w, "paused", plan->is_paused);
    jw_text_at(&r->w, "timezone", zone);
    jw_end(&r->w);
    jw_key(&r->w, "last");
    if (last.row)
        card_print(&r->w, &last);
    else
        jw_null(&r->w);
    reply_time_at(r, "next_run_at", plan->is_paused ? 0 : plan->next_due_ms);
    print_strip(r, squares, n, plan->row);
    jw_end(&r->w);
    return 0;
}

/* At most COUNT_MAX: more than a thousand rounds that nobody signed are simply many. */
static int count(struct call *call, unsigned states, size_t *out)
{
    struct store_round_ask ask = {.user_row = call->who.visible_row, .states = states};
    struct store_round_list list;
    if (store_round_list(call->op, call->api->platform->store, &ask,
                         (struct store_page){.limit = COUNT_MAX}, &list) < 0)
        return -1;
    *out = list.n;
    return 0;
}

/* All plans, page by page; *next gets the soonest run. */
static int print_plans(struct call *call, struct reply *r, int64_t *next)
{
    struct store *store = call->api->platform->store;
    struct store_plan_ask ask = {.user_row = call->who.visible_row};
    struct store_page page = {.limit = STORE_PAGE_MAX};
    struct store_round_square *squares;
    size_t n;
    if (store_round_strip(call->op, store, call->who.visible_row,
                          clock_wall_ms() - STRIP_DAYS * day_ms, STRIP_MAX, &squares, &n) < 0)
        return -1;
    do {
        struct store_plan_list list;
        if (store_plan_list(call->op, store, &ask, page, &list) < 0)
            return -1;
        for (size_t i = 0; i < list.n; i++) {
            int64_t due = list.items[i].is_paused ? 0 : list.items[i].next_due_ms;
            if (due && (*next == 0 || due < *next))
                *next = due;
            if (print_plan(call, r, &list.items[i], squares, n) < 0)
                return -1;
        }
        page.cursor = list.next;
    } while (page.cursor);
    return 0;
}

int handle_today(struct call *call)
{
    struct reply r;
    size_t awaiting, running;
    int64_t next = 0;
    if (count(call, 1u << ROUND_REVIEW, &awaiting) < 0 ||
        count(call, 1u << ROUND_PREPARING | 1u << ROUND_RUNNING, &running) < 0)
        return -1;
    reply_open(&r, call);
    jw_object(&r.w);
    reply_time_at(&r, "now", clock_wall_ms());
    jw_int_at(&r.w, "awaiting_sign_off", (int64_t)awaiting);
    jw_int_at(&r.w, "running", (int64_t)running);
    jw_array_at(&r.w, "plans");
    if (print_plans(call, &r, &next) < 0) {
        str_fini(&r.text);
        return -1;
    }
    jw_end(&r.w);
    reply_time_at(&r, "next_run_at", next);
    jw_end(&r.w);
    return reply_json(&r, 200);
}
