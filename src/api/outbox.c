/* The outbox: messages that wait, were sent, or could not be. */
#include "notify/outbox.h"

#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/platform.h"
#include "api/reply.h"
#include "store/outbox.h"

/* In the order of enum outbox_state. */
static const char *const states[] = {"waiting", "sending", "sent", "failed", NULL};

static void print_letter(struct reply *r, const struct store_letter *letter)
{
    jw_object(&r->w);
    jw_text_at(&r->w, "id", letter->id);
    jw_text_at(&r->w, "channel_name", letter->channel_name);
    jw_text_at(&r->w, "event", letter->event);
    jw_text_at(&r->w, "state", states[letter->state]);
    jw_int_at(&r->w, "attempts", letter->attempts);
    reply_time_at(r, "created_at", letter->created_ms);
    reply_time_at(r, "next_at", letter->state == OUTBOX_WAITING ? letter->not_before_ms : 0);
    reply_time_at(r, "ended_at", letter->ended_ms);
    jw_text_at(&r->w, "error", *letter->error ? letter->error : NULL);
    jw_end(&r->w);
}

int handle_outbox_list(struct call *call)
{
    struct store_letter_list list;
    struct store_page page;
    struct reply r;
    int state;
    if (query_page(call, &page) < 0 || query_word(call, "state", states, &state) < 0 ||
        store_outbox_list(call->op, call->api->platform->store, state < 0 ? 0 : 1u << state, page,
                          &list) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < list.n; i++)
        print_letter(&r, &list.items[i]);
    reply_list_end(&r, list.next);
    return reply_json(&r, 200);
}

int handle_outbox_retry(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_letter letter;
    struct reply r;
    if (store_outbox_find(call->op, platform->store, call->params[0], &letter) < 0)
        return -1;
    if (letter.state == OUTBOX_SENT)
        return op_fail(call->op, ERR_CONFLICT, "this message has been sent");
    if (letter.state == OUTBOX_DEAD &&
        store_outbox_revive(call->op, platform->store, letter.row) < 0)
        return -1;
    if (note_add(call, platform->store, "letter.retried", "letter", letter.id, NULL) < 0 ||
        store_outbox_find(call->op, platform->store, call->params[0], &letter) < 0)
        return -1;
    if (platform->outbox)
        outbox_wake(platform->outbox);
    reply_open(&r, call);
    print_letter(&r, &letter);
    return reply_json(&r, 202);
}
