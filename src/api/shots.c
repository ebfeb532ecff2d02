/* Shots: lists, one, its verdicts' thread, its references, taking it again. */
#include "api/shots.h"

#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "rounds/round.h"

#include <string.h>

int shot_of_call(struct call *call, size_t param, struct store_shot *out)
{
    struct store *store = call->api->platform->store;
    if (store_shot_find(call->op, store, call->params[param], out) < 0)
        return -1;
    return caller_need_plan(call->op, store, &call->who, out->plan_row);
}

int panel_of_call(struct call *call, struct store_panel *out)
{
    struct store *store = call->api->platform->store;
    if (store_panel_find(call->op, store, call->params[0], out) < 0)
        return -1;
    return caller_need_source(call->op, store, &call->who, out->source_row);
}

int reply_shot(struct call *call, const char *id, int status)
{
    struct shot_printer printer;
    struct store_shot shot;
    struct reply r;
    shot_printer_init(&printer, call->op, call->api->platform);
    printer.with_record = true;
    if (store_shot_find(call->op, call->api->platform->store, id, &shot) < 0)
        return -1;
    reply_open(&r, call);
    if (shot_print(&printer, &shot, &r.w) < 0) {
        str_fini(&r.text);
        return -1;
    }
    return reply_json(&r, status);
}

int reply_shots(struct call *call, const struct store_shot_list *list)
{
    struct shot_printer printer;
    struct reply r;
    shot_printer_init(&printer, call->op, call->api->platform);
    reply_list_begin(&r, call);
    for (size_t i = 0; i < list->n; i++)
        if (shot_print(&printer, &list->items[i], &r.w) < 0) {
            str_fini(&r.text);
            return -1;
        }
    reply_list_end(&r, list->next);
    return reply_json(&r, 200);
}

/* In the order of the words. */
enum filter { FILTER_TODO, FILTER_CHANGED, FILTER_FAILED, FILTER_ABNORMAL, FILTER_MINE };

static void set_filter(const struct call *call, int filter, struct store_shot_ask *ask)
{
    ask->is_undecided = filter == FILTER_TODO;
    ask->is_changed = filter == FILTER_CHANGED;
    if (filter == FILTER_FAILED)
        ask->states = 1u << SHOT_FAILED;
    if (filter == FILTER_ABNORMAL)
        ask->verdicts = 1u << VERDICT_ABNORMAL;
    if (filter == FILTER_MINE)
        ask->by_row = call->who.user_row;
}

int handle_shots_list(struct call *call)
{
    static const char *const filters[] = {"todo", "changed", "failed", "abnormal", "mine", NULL};
    static const char *const orders[] = {"dashboard", "change", NULL};
    struct store_shot_ask ask = {.with_meta = true, .search = query_text(call, "q")};
    struct store_shot_list list;
    struct store_round round;
    struct store_page page;
    int filter, order;
    if (query_page(call, &page) < 0 || query_word(call, "filter", filters, &filter) < 0 ||
        query_word(call, "order", orders, &order) < 0 || round_of_call(call, &round) < 0)
        return -1;
    ask.round_row = round.row;
    ask.order = order == 1 ? SHOTS_BY_CHANGE : SHOTS_BY_POSITION;
    set_filter(call, filter, &ask);
    if (store_shot_list(call->op, call->api->platform->store, &ask, page, &list) < 0)
        return -1;
    return reply_shots(call, &list);
}

int handle_shots_show(struct call *call)
{
    struct store_shot shot;
    if (shot_of_call(call, 0, &shot) < 0)
        return -1;
    return reply_shot(call, shot.id, 200);
}

int handle_shots_reshoot(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_shot shot;
    if (shot_of_call(call, 0, &shot) < 0 ||
        round_reshoot(call->op, platform->rounds, shot.id) < 0 ||
        note_add(call, platform->store, "shot.retaken", "shot", shot.id, NULL) < 0)
        return -1;
    return reply_shot(call, shot.id, 202);
}

int handle_shots_verdicts(struct call *call)
{
    struct store_verdict_list list;
    struct store_shot shot;
    struct store_page page;
    struct reply r;
    if (query_page(call, &page) < 0 || shot_of_call(call, 0, &shot) < 0)
        return -1;
    struct store_verdict_ask ask = {.shot_row = shot.row};
    if (store_verdict_list(call->op, call->api->platform->store, &ask, page, &list) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < list.n; i++)
        verdict_print(&list.items[i], &r.w);
    reply_list_end(&r, list.next);
    return reply_json(&r, 200);
}

int handle_shots_takes(struct call *call)
{
    struct store_take *takes;
    struct store_shot shot;
    struct reply r;
    size_t n;
    if (shot_of_call(call, 0, &shot) < 0 ||
        store_shot_takes(call->op, call->api->platform->store, shot.row, &takes, &n) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < n; i++)
        take_print(&takes[i], n - i, &r.w);
    reply_list_end(&r, NULL);
    return reply_json(&r, 200);
}

static int print_reference(struct shot_printer *printer, const char *key,
                           const struct store_shot *shot, struct reply *r)
{
    jw_key(&r->w, key);
    if (shot->row)
        return shot_print(printer, shot, &r->w);
    jw_null(&r->w);
    return 0;
}

int handle_shots_references(struct call *call)
{
    struct shot_printer p;
    struct round_references found;
    struct store_shot shot;
    struct reply r;
    shot_printer_init(&p, call->op, call->api->platform);
    if (shot_of_call(call, 0, &shot) < 0 ||
        round_references(call->op, call->api->platform->rounds, &shot, &found) < 0)
        return -1;
    const struct store_shot *chosen = found.chosen == REFERENCE_WEEK     ? &found.same_weekday
                                      : found.chosen == REFERENCE_NORMAL ? &found.last_normal
                                      : found.chosen == REFERENCE_PINNED ? &found.pinned
                                                                         : &found.previous;
    if (chosen->row == 0) /* the judgement falls back in the same way */
        chosen = &found.previous;
    reply_open(&r, call);
    jw_object(&r.w);
    if (print_reference(&p, "chosen", chosen, &r) < 0 ||
        print_reference(&p, "previous", &found.previous, &r) < 0 ||
        print_reference(&p, "same_weekday", &found.same_weekday, &r) < 0 ||
        print_reference(&p, "last_normal", &found.last_normal, &r) < 0 ||
        print_reference(&p, "pinned", &found.pinned, &r) < 0) {
        str_fini(&r.text);
        return -1;
    }
    jw_end(&r.w);
    return reply_json(&r, 200);
}
