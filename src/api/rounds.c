/* Rounds: lists, one in full, starting, cancelling, trying what failed once more, legal hold.
 * The work is the engine's; here are the answers, the audit trail and who sees what.
 */
#include "rounds/round.h"

#include "api/card.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/plans.h"
#include "api/shots.h"
#include "base/clock.h"
#include "base/hash.h"
#include "store/setting.h"
#include "store/signoff.h"
#include "store/user.h"

#include <string.h>

enum { REASON_MAX = 2000 };

int round_of_call(struct call *call, struct store_round *out)
{
    struct store *store = call->api->platform->store;
    if (store_round_find(call->op, store, call->params[0], out) < 0)
        return -1;
    return caller_need_plan(call->op, store, &call->who, out->plan_row);
}

/* ---- One, in full ---- */

static int print_windows(struct call *call, struct reply *r, const struct store_round *round,
                         const struct plan_spec *spec)
{
    const struct zone *zone;
    if (zone_open(call->op, spec->timezone, &zone) < 0)
        return -1;
    jw_array_at(&r->w, "windows");
    for (size_t i = 0; i < spec->window_n; i++) {
        int64_t from, to;
        window_resolve(&spec->windows[i], zone, round->moment_ms, &from, &to);
        jw_object(&r->w);
        jw_int_at(&r->w, "index", (int64_t)i);
        jw_text_at(&r->w, "name", spec->windows[i].name);
        reply_time_at(r, "from", from);
        reply_time_at(r, "to", to);
        jw_end(&r->w);
    }
    jw_end(&r->w);
    return 0;
}

/* The store keeps them as the engine wrote them: [{"shot","reason"}]. */
static void print_reasons(struct call *call, struct reply *r, const char *text)
{
    const struct jv *list = jv_parse_quiet(&call->op->arena, bytes_of(text));
    jw_array_at(&r->w, "reasons");
    for (size_t i = 0; i < jv_len(list); i++) {
        jw_object(&r->w);
        jw_text_at(&r->w, "shot_id", jv_text_at(jv_item(list, i), "shot", ""));
        jw_text_at(&r->w, "reason", jv_text_at(jv_item(list, i), "reason", ""));
        jw_end(&r->w);
    }
    jw_end(&r->w);
}

static int print_signoffs(struct call *call, struct reply *r, const struct store_round *round)
{
    struct store_signoff_list list;
    if (store_signoff_list(call->op, call->api->platform->store, round->row,
                           (struct store_page){.limit = STORE_PAGE_MAX}, &list) < 0)
        return -1;
    jw_array_at(&r->w, "signoffs");
    for (size_t i = 0; i < list.n; i++) {
        const struct store_signoff *s = &list.items[i];
        struct bytes signature = {(const char *)s->signature, SIGNATURE_SIZE};
        jw_object(&r->w);
        jw_int_at(&r->w, "seq", s->seq);
        jw_bool_at(&r->w, "final", s->is_final);
        jw_object_at(&r->w, "by");
        jw_text_at(&r->w, "id", s->user_id);
        jw_text_at(&r->w, "display_name", s->user);
        jw_end(&r->w);
        reply_time_at(r, "at", s->signed_ms);
        jw_text_at(&r->w, "summary", s->summary);
        print_reasons(call, r, s->reasons);
        jw_text_at(&r->w, "hash", s->hash);
        jw_text_at(&r->w, "signature", base64_encode(&call->op->arena, signature));
        jw_text_at(&r->w, "key_id", s->key_id);
        jw_end(&r->w);
    }
    jw_end(&r->w);
    return 0;
}

/* A reviewer who is not there any more is left out: a list of names is no record. */
static int print_reviewers(struct call *call, struct reply *r, const struct plan_spec *spec)
{
    jw_array_at(&r->w, "reviewers");
    for (size_t i = 0; i < spec->reviewers.n; i++) {
        struct store_user user;
        if (store_user_find(call->op, call->api->platform->store, spec->reviewers.items[i], &user) <
            0) {
            if (call->op->err != ERR_NOT_FOUND)
                return -1;
            op_clear(call->op);
            continue;
        }
        jw_object(&r->w);
        jw_text_at(&r->w, "id", user.id);
        jw_text_at(&r->w, "display_name", *user.name ? user.name : user.login);
        jw_end(&r->w);
    }
    jw_end(&r->w);
    return 0;
}

static const char *hold_key(struct call *call, const struct store_round *round)
{
    return arena_fmt(&call->op->arena, "hold.%s", round->id);
}

static int print_hold(struct call *call, struct reply *r, const struct store_round *round)
{
    const char *reason = "";
    jw_key(&r->w, "legal_hold");
    if (!round->is_held) {
        jw_null(&r->w);
        return 0;
    }
    if (store_setting_find(call->op, call->api->platform->store, hold_key(call, round), &reason) <
        0)
        return -1;
    jw_object(&r->w);
    jw_text_at(&r->w, "reason", reason);
    jw_end(&r->w);
    return 0;
}

static void print_progress(struct reply *r, const struct store_round *round)
{
    struct round_progress progress;
    round_progress(round, clock_wall_ms(), &progress);
    jw_num_at(&r->w, "rate_per_s", progress.rate_per_s);
    jw_key(&r->w, "left_ms");
    if (progress.left_ms < 0)
        jw_null(&r->w);
    else
        jw_int(&r->w, progress.left_ms);
}

static int print_round(struct call *call, struct reply *r, const struct store_round *round)
{
    struct plan_spec spec;
    if (round_plan(call->op, call->api->platform->rounds, round, &spec) < 0)
        return -1;
    jw_object(&r->w);
    card_print_members(&r->w, round);
    jw_int_at(&r->w, "plan_version", round->plan_version);
    reply_time_at(r, "started_at", round->started_ms);
    reply_time_at(r, "finished_at", round->finished_ms);
    jw_text_at(&r->w, "started_by", *round->starter ? round->starter : NULL);
    print_progress(r, round);
    jw_text_at(&r->w, "timezone", spec.timezone);
    jw_bool_at(&r->w, "second_person", spec.needs_second_person);
    if (print_windows(call, r, round, &spec) < 0 || print_signoffs(call, r, round) < 0 ||
        print_reviewers(call, r, &spec) < 0 || print_hold(call, r, round) < 0)
        return -1;
    jw_end(&r->w);
    return 0;
}

int reply_round(struct call *call, const char *id, int status)
{
    struct store_round round;
    struct reply r;
    if (store_round_find(call->op, call->api->platform->store, id, &round) < 0)
        return -1;
    reply_open(&r, call);
    if (print_round(call, &r, &round) < 0) {
        str_fini(&r.text);
        return -1;
    }
    return reply_json(&r, status);
}

int handle_rounds_show(struct call *call)
{
    struct store_round round;
    if (round_of_call(call, &round) < 0)
        return -1;
    return reply_round(call, round.id, 200);
}

/* ---- Lists ---- */

int handle_rounds_list(struct call *call)
{
    static const char *const states[] = {"waiting",   "running", "finished", "signed",
                                         "cancelled", "failed",  NULL};
    struct store *store = call->api->platform->store;
    const char *plan_id = query_text(call, "plan");
    struct store_round_ask ask = {.user_row = call->who.visible_row};
    struct store_round_list list;
    struct store_plan plan;
    struct store_page page;
    struct reply r;
    int state;
    if (query_page(call, &page) < 0 || query_word(call, "state", states, &state) < 0 ||
        query_time(call, "from", &ask.from_ms) < 0 || query_time(call, "to", &ask.to_ms) < 0)
        return -1;
    if (plan_id && (store_plan_find(call->op, store, plan_id, &plan) < 0 ||
                    caller_need_plan(call->op, store, &call->who, plan.row) < 0))
        return -1;
    ask.plan_row = plan_id ? plan.row : 0;
    ask.states = state < 0 ? 0 : 1u << state; /* the words stand in the order of enum round_state */
    if (store_round_list(call->op, store, &ask, page, &list) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < list.n; i++)
        card_print(&r.w, &list.items[i]);
    reply_list_end(&r, list.next);
    return reply_json(&r, 200);
}

/* ---- Acts ---- */

int handle_rounds_start(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_plan plan;
    struct store_round round;
    struct fields f;
    fields_open(&f, call, "moment");
    int64_t moment = fields_time(&f, "moment", 0);
    if (fields_end(&f) < 0 || plan_of_call(call, &plan) < 0)
        return -1;
    struct round_start start = {
        .plan_id = plan.id,
        .moment_ms = moment,
        .trigger = call->who.kind == CALLER_TOKEN ? ROUND_BY_API : ROUND_BY_HAND,
        .starter_row = call->who.user_row,
    };
    if (round_start(call->op, platform->rounds, &start, &round) < 0 ||
        note_add(call, platform->store, "round.started", "round", round.id, NULL) < 0)
        return -1;
    return reply_round(call, round.id, 202);
}

int handle_rounds_cancel(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_round round;
    if (round_of_call(call, &round) < 0 || round_cancel(call->op, platform->rounds, round.id) < 0 ||
        note_add(call, platform->store, "round.cancelled", "round", round.id, NULL) < 0)
        return -1;
    return reply_round(call, round.id, 202);
}

int handle_rounds_retry(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_round round;
    int n = 0;
    if (round_of_call(call, &round) < 0 ||
        round_retry_failed(call->op, platform->rounds, round.id, &n) < 0 ||
        note_add(call, platform->store, "round.retried", "round", round.id,
                 arena_fmt(&call->op->arena, "{\"shots\":%d}", n)) < 0)
        return -1;
    return reply_round(call, round.id, 202);
}

static const char *print_reason(struct call *call, const char *reason)
{
    struct str *text = str_new(&call->op->arena, 64 << 10);
    struct jw w;
    jw_init(&w, text);
    jw_object(&w);
    jw_text_at(&w, "reason", reason);
    jw_end(&w);
    return text->p;
}

int handle_rounds_hold(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct store_round round;
    struct fields f;
    fields_open(&f, call, "held reason");
    bool is_held = fields_bool(&f, "held", true);
    const char *reason = fields_need_text(&f, "reason", REASON_MAX);
    if (!fields_has(&f, "held"))
        fields_fault(&f, "held", "is missing");
    if (fields_end(&f) < 0 || round_of_call(call, &round) < 0 ||
        store_setting_set(call->op, store, hold_key(call, &round), is_held ? reason : NULL) < 0 ||
        store_round_set_held(call->op, store, round.row, is_held) < 0 ||
        note_add(call, store, is_held ? "round.held" : "round.released", "round", round.id,
                 print_reason(call, reason)) < 0)
        return -1;
    return reply_round(call, round.id, 200);
}
