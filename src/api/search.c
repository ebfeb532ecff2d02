/* Search over panels, plans, people, rounds, verdicts and known issues. Without a kind they come one after
 * the other, each newest first; the cursor says in which kind the page begins.
 *
 * A hit leads somewhere: a panel to its newest picture, a verdict to its shot.
 */
#include "api/handlers.h"

#include "api/fields.h"
#include "api/platform.h"
#include "api/reply.h"
#include "store/plan.h"
#include "store/round.h"
#include "store/search.h"
#include "store/shot_list.h"

#include <string.h>

/* In the order in which they are answered; known issues only when asked for. */
enum { ROUNDS = 0 }; /* no kind of the store's search: they have no words of their own */
static const enum search_kind order[] = {SEARCH_PANEL,   SEARCH_PLAN,
                                         SEARCH_PERSON,  (enum search_kind)ROUNDS,
                                         SEARCH_VERDICT, SEARCH_KNOWN};
static const char *const kinds[] = {"panel",   "plan",        "person", "round",
                                    "verdict", "known_issue", NULL};
enum { KINDS_DEFAULT = 5, KIND_ROUND = 3, KIND_VERDICT = 4 };

static const char *const verdicts[] = {"normal", "abnormal", "not_applicable", "undecided", NULL};

static const char *kind_word(enum search_kind kind)
{
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i] == kind)
            return kinds[i];
    return "";
}

/* The newest shot of a panel, in whatever window. */
static int find_newest(struct call *call, const char *panel_id, struct store_shot *out,
                       bool *out_is_there)
{
    struct store *store = call->api->platform->store;
    struct store_panel panel;
    struct store_window *windows;
    struct store_shot_list list;
    size_t n;
    *out_is_there = false;
    if (store_panel_find(call->op, store, panel_id, &panel) < 0 ||
        store_panel_windows(call->op, store, panel.row, &windows, &n) < 0)
        return -1;
    for (size_t i = 0; i < n && !*out_is_there; i++) {
        struct store_history_ask ask = {.panel_row = panel.row, .window_row = windows[i].row};
        if (store_shot_history(call->op, store, &ask, (struct store_page){.limit = 1}, &list) < 0)
            return -1;
        if (list.n > 0) {
            *out = list.items[0];
            *out_is_there = true;
        }
    }
    return 0;
}

static void print_shot(struct reply *r, const struct store_shot *shot)
{
    jw_text_at(&r->w, "shot_id", shot->id);
    jw_text_at(&r->w, "round_id", shot->round_id);
}

static int print_place(struct call *call, struct reply *r, const struct store_hit *hit)
{
    struct store_shot shot;
    bool is_there = true;
    switch (hit->kind) {
    case SEARCH_PLAN:
        jw_text_at(&r->w, "plan_id", hit->id);
        return 0;
    case SEARCH_PANEL:
        jw_text_at(&r->w, "panel_key", hit->id);
        if (find_newest(call, hit->id, &shot, &is_there) < 0)
            return -1;
        break;
    case SEARCH_VERDICT:
        if (store_shot_find(call->op, call->api->platform->store, hit->id, &shot) < 0)
            return -1;
        break;
    case SEARCH_KNOWN:
        jw_text_at(&r->w, "known_issue_id", hit->id);
        return 0;
    case SEARCH_PERSON:
        jw_text_at(&r->w, "user_id", hit->id);
        return 0;
    }
    if (is_there)
        print_shot(r, &shot);
    return 0;
}

static int print_hit(struct call *call, struct reply *r, const struct store_hit *hit)
{
    jw_object(&r->w);
    jw_text_at(&r->w, "kind", kind_word(hit->kind));
    jw_text_at(&r->w, "text",
               *hit->under ? arena_fmt(&call->op->arena, "%s / %s", hit->under, hit->title)
                           : hit->title);
    jw_text_at(&r->w, "snippet", *hit->text ? hit->text : NULL);
    if (print_place(call, r, hit) < 0)
        return -1;
    reply_time_at(r, "at", hit->at_ms);
    jw_end(&r->w);
    return 0;
}

struct asked {
    struct store_search_ask ask;
    struct store_page page;
    size_t kind, kinds_end; /* into order[]: where to begin, where to end */
};

static int read_people(struct call *call, struct asked *a)
{
    struct store *store = call->api->platform->store;
    const char *plan = query_text(call, "plan"), *person = query_text(call, "person");
    struct store_plan kept;
    struct store_user user;
    if (plan) {
        if (store_plan_find(call->op, store, plan, &kept) < 0)
            return -1;
        a->ask.plan_row = kept.row;
    }
    if (person) {
        if (store_user_find(call->op, store, person, &user) < 0)
            return -1;
        a->ask.by_row = user.row;
    }
    return 0;
}

/* Filters that only verdicts have make it a search for verdicts; of rounds, too, if they have them
 * as well. */
static int read_kind(struct call *call, struct asked *a)
{
    int kind, verdict;
    if (query_word(call, "kind", kinds, &kind) < 0 ||
        query_word(call, "verdict", verdicts, &verdict) < 0)
        return -1;
    if (verdict >= 0)
        a->ask.verdict = (enum verdict_kind)(verdict + VERDICT_NORMAL);
    bool is_narrow =
        verdict >= 0 || a->ask.plan_row || a->ask.by_row || a->ask.from_ms || a->ask.to_ms;
    a->kind = kind >= 0 ? (size_t)kind : is_narrow ? KIND_ROUND : 0;
    a->kinds_end = kind >= 0 ? a->kind + 1 : KINDS_DEFAULT;
    return 0;
}

/* "K.CURSOR": K the place in order[]. */
static int read_cursor(struct call *call, struct asked *a)
{
    const char *cursor = a->page.cursor;
    if (!cursor)
        return 0;
    if (cursor[0] < '0' || (size_t)(cursor[0] - '0') < a->kind ||
        (size_t)(cursor[0] - '0') >= a->kinds_end || cursor[1] != '.')
        return op_fail(call->op, ERR_BAD_INPUT, "the cursor is not one of this list's");
    a->kind = (size_t)(cursor[0] - '0');
    a->page.cursor = cursor[2] ? cursor + 2 : NULL;
    return 0;
}

static int read_ask(struct call *call, struct asked *a)
{
    const char *text = query_text(call, "q");
    *a = (struct asked){.ask = {.text = text ? text : "", .user_row = call->who.visible_row}};
    if (query_page(call, &a->page) < 0 || query_time(call, "from", &a->ask.from_ms) < 0 ||
        query_time(call, "to", &a->ask.to_ms) < 0 || read_people(call, a) < 0 ||
        read_kind(call, a) < 0)
        return -1;
    return read_cursor(call, a);
}

/* Rounds of the time asked for, if nothing is asked that rounds do not have. */
static int print_rounds(struct call *call, struct reply *r, const struct asked *a, int *left,
                        const char **next)
{
    const struct store_search_ask *ask = &a->ask;
    struct store_round_ask rounds = {.plan_row = ask->plan_row,
                                     .user_row = ask->user_row,
                                     .from_ms = ask->from_ms,
                                     .to_ms = ask->to_ms};
    struct store_round_list list;
    *next = NULL;
    if (bytes_trim(bytes_of(ask->text)).n || ask->by_row || ask->verdict ||
        (!ask->plan_row && !ask->from_ms && !ask->to_ms))
        return 0;
    if (store_round_list(call->op, call->api->platform->store, &rounds, a->page, &list) < 0)
        return -1;
    for (size_t i = 0; i < list.n; i++) {
        jw_object(&r->w);
        jw_text_at(&r->w, "kind", "round");
        jw_text_at(&r->w, "text", list.items[i].plan_name);
        jw_text_at(&r->w, "snippet", NULL);
        jw_text_at(&r->w, "round_id", list.items[i].id);
        jw_text_at(&r->w, "plan_id", list.items[i].plan_id);
        reply_time_at(r, "at", list.items[i].moment_ms);
        jw_end(&r->w);
    }
    *left -= (int)list.n;
    *next = list.next;
    return 0;
}

static int print_found(struct call *call, struct reply *r, const struct asked *a, int *left,
                       const char **next)
{
    struct store_hit_list list;
    if (store_search(call->op, call->api->platform->store, &a->ask, a->page, &list) < 0)
        return -1;
    for (size_t i = 0; i < list.n; i++)
        if (print_hit(call, r, &list.items[i]) < 0)
            return -1;
    *left -= (int)list.n;
    *next = list.next;
    return 0;
}

/* Prints hits until the page is full; *next: where the following page begins. */
static int print_hits(struct call *call, struct reply *r, struct asked *a, const char **next)
{
    int left = a->page.limit;
    *next = NULL;
    for (; a->kind < a->kinds_end && left > 0; a->kind++, a->page.cursor = NULL) {
        const char *further;
        bool is_rounds = a->kind == KIND_ROUND;
        a->ask.kind = order[a->kind];
        a->page.limit = left;
        if (is_rounds ? print_rounds(call, r, a, &left, &further) < 0
                      : print_found(call, r, a, &left, &further) < 0)
            return -1;
        if (further) {
            *next = arena_fmt(&call->op->arena, "%zu.%s", a->kind, further);
            return 0;
        }
    }
    if (a->kind < a->kinds_end)
        *next = arena_fmt(&call->op->arena, "%zu.", a->kind);
    return 0;
}

int handle_search(struct call *call)
{
    struct asked asked;
    struct reply r;
    const char *next;
    if (read_ask(call, &asked) < 0)
        return -1;
    reply_list_begin(&r, call);
    if (print_hits(call, &r, &asked, &next) < 0) {
        str_fini(&r.text);
        return -1;
    }
    reply_list_end(&r, next);
    return reply_json(&r, 200);
}
