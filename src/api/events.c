/* The hub of live events. Its thread owns all streams once their handlers have handed them over;
 * the lock guards the queue of what happened and the list of newcomers, and is never held while
 * something blocks.
 *
 * The events say that something changed; what it is now is read from the store, once for all
 * listeners. A round's card goes out after its shots and carries the stamp that the round had
 * before they were read: whoever comes back with that stamp (Last-Event-ID) is told everything that
 * has changed since.
 *
 * Whether a listener may still listen is asked again as soon as somebody's rights have changed, and
 * every quarter of a minute for what was changed from elsewhere, such as the command line.
 */
#include "api/events.h"

#include "api/card.h"
#include "api/handlers.h"
#include "api/shots.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "rounds/round.h"
#include "sys/lock.h"
#include "sys/thread.h"

#include <stdlib.h>

enum { QUEUE_MAX = 2048, LISTENERS_MAX = 512, STREAM_MAX = 8 << 20, EVENT_MAX = 4 << 20 };
enum { ALIVE_MS = 15000, LIFE_MS = 30 * 60 * 1000, READ_MS = 20000 };

struct listener {
    struct listener *next;
    struct httpd_stream *stream;
    int64_t round_row;                   /* 0: the cards of all rounds */
    int64_t plan_row;                    /* of that round */
    bool is_token;                       /* what was shown: an API token, or a session's cookie */
    int64_t credential_row, visible_row; /* as in caller */
    int64_t stamp;    /* the round's, up to which it has been told everything; -1: from now on */
    int64_t until_ms; /* monotonic: then it has to show its credential again */
    bool is_new, is_over;
};

struct happening {
    enum rounds_event_kind kind;
    int64_t plan_row, round_row, shot_row;
};

struct events {
    const struct platform *platform;
    struct thread thread;
    struct lock lock;
    bool is_stopping, is_flooded;
    bool is_doubted; /* somebody's rights have changed: all are to be checked */
    struct happening queue[QUEUE_MAX];
    size_t queue_n;
    struct listener *newcomers;
    int listeners_n;
    struct listener *listeners; /* the thread's own */
};

/* ---- From other threads ---- */

static bool is_queued(const struct events *events, const struct happening *h)
{
    /* Looking at the newest is enough: what repeats itself does so at once. */
    size_t from = events->queue_n > 16 ? events->queue_n - 16 : 0;
    for (size_t i = from; i < events->queue_n; i++) {
        const struct happening *q = &events->queue[i];
        if (q->kind == h->kind && q->round_row == h->round_row && q->shot_row == h->shot_row)
            return true;
    }
    return false;
}

void events_tell(struct events *events, const struct rounds_event *event)
{
    struct happening h = {event->kind, event->plan_row, event->round_row, event->shot_row};
    lock_take(&events->lock);
    bool is_heard = events->listeners_n > 0 && !is_queued(events, &h);
    if (is_heard && events->queue_n < QUEUE_MAX)
        events->queue[events->queue_n++] = h;
    else if (is_heard)
        events->is_flooded = true;
    if (is_heard)
        lock_wake(&events->lock);
    lock_give(&events->lock);
}

void events_recheck(struct events *events)
{
    lock_take(&events->lock);
    events->is_doubted = true;
    lock_wake(&events->lock);
    lock_give(&events->lock);
}

static int64_t stamp_of(const struct call *call)
{
    const char *text = httpd_header_in(call->req, "Last-Event-ID", 0);
    int64_t stamp;
    return text && bytes_to_i64(bytes_of(text), &stamp) && stamp >= 0 ? stamp : -1;
}

/* round NULL: the cards of all rounds. */
static int listen(struct call *call, const struct store_round *round)
{
    struct events *events = call->api->platform->events;
    int64_t life = LIFE_MS;
    if (call->session && call->session->expires_ms - clock_wall_ms() < life)
        life = call->session->expires_ms - clock_wall_ms();
    lock_take(&events->lock);
    bool has_room = events->listeners_n < LISTENERS_MAX && !events->is_stopping;
    if (has_room)
        events->listeners_n++;
    lock_give(&events->lock);
    if (!has_room)
        return op_fail(call->op, ERR_BUSY, "too many clients listen to live events");
    struct listener *listener = MEM_NEW(struct listener);
    listener->round_row = round ? round->row : 0;
    listener->plan_row = round ? round->plan_row : 0;
    listener->is_token = call->who.kind == CALLER_TOKEN;
    listener->credential_row = call->who.credential_row;
    listener->visible_row = call->who.visible_row;
    listener->stamp = round ? stamp_of(call) : -1;
    listener->until_ms = clock_mono_ms() + life;
    listener->is_new = true;
    httpd_header(call->req, "Cache-Control", "no-store");
    httpd_header(call->req, "X-Accel-Buffering", "no");
    listener->stream = httpd_stream_start(call->req, 200, "text/event-stream", STREAM_MAX);
    httpd_stream_send(listener->stream, BYTES("retry: 2000\n\n"));
    lock_take(&events->lock);
    listener->next = events->newcomers;
    events->newcomers = listener;
    lock_wake(&events->lock);
    lock_give(&events->lock);
    return 0;
}

int handle_round_events(struct call *call)
{
    struct store_round round;
    if (round_of_call(call, &round) < 0)
        return -1;
    return listen(call, &round);
}

int handle_events(struct call *call)
{
    return listen(call, NULL);
}

/* ---- On the hub's thread ---- */

static bool sees(struct op *op, struct events *events, const struct listener *listener,
                 int64_t plan_row)
{
    bool is_seen = false;
    if (listener->visible_row == 0)
        return true;
    if (store_user_sees_plan(op, events->platform->store, listener->visible_row, plan_row,
                             &is_seen))
        op_clear(op);
    return is_seen;
}

static void send_to(struct listener *listener, const struct str *text)
{
    if (!listener->is_over && !httpd_stream_send(listener->stream, str_bytes(text)))
        listener->is_over = true;
}

/* To those of this round, and (cards, sign-offs) to those of all rounds. */
static void send_round(struct op *op, struct events *events, const struct store_round *round,
                       bool is_for_all, const struct str *text)
{
    for (struct listener *l = events->listeners; l; l = l->next)
        if (l->round_row == round->row ||
            (is_for_all && l->round_row == 0 && sees(op, events, l, round->plan_row)))
            send_to(l, text);
}

static struct str *event_begin(struct op *op, const char *name, struct jw *w)
{
    struct str *text = str_new(&op->arena, EVENT_MAX);
    str_addf(text, "event: %s\ndata: ", name);
    jw_init(w, text);
    return text;
}

static struct str *print_card(struct op *op, const struct store_round *round)
{
    struct round_progress progress;
    struct jw w;
    struct str *text = event_begin(op, "round", &w);
    round_progress(round, clock_wall_ms(), &progress);
    jw_object(&w);
    card_print_members(&w, round);
    jw_num_at(&w, "rate_per_s", progress.rate_per_s);
    jw_key(&w, "left_ms");
    if (progress.left_ms < 0)
        jw_null(&w);
    else
        jw_int(&w, progress.left_ms);
    jw_end(&w);
    str_addf(text, "\nid: %lld\n\n", (long long)round->stamp);
    return text;
}

static struct str *print_shot(struct shot_printer *p, const struct store_shot *shot,
                              bool is_verdict)
{
    struct jw w;
    struct str *text = event_begin(p->op, is_verdict ? "verdict" : "shot", &w);
    if (is_verdict) {
        jw_object(&w);
        jw_text_at(&w, "shot_id", shot->id);
        jw_key(&w, "verdict");
        shot_print_verdict(shot, &w);
        jw_int_at(&w, "verdict_version", shot->verdict_version);
        jw_end(&w);
    } else if (shot_print(p, shot, &w) < 0) {
        return NULL;
    }
    str_adds(text, "\n\n");
    return text->is_full ? NULL : text;
}

/* All shots that changed after a stamp. listener NULL: to everybody at the round. */
static int tell_since(struct shot_printer *p, struct events *events,
                      const struct store_round *round, int64_t stamp, bool is_verdict,
                      struct listener *listener)
{
    struct store_shot_ask ask = {
        .round_row = round->row, .after_stamp = stamp > 0 ? stamp : 0, .with_meta = true};
    struct store_page page = {.limit = STORE_PAGE_MAX};
    do {
        struct store_shot_list list;
        if (store_shot_list(p->op, events->platform->store, &ask, page, &list) < 0)
            return -1;
        for (size_t i = 0; i < list.n; i++) {
            struct str *text = print_shot(p, &list.items[i], is_verdict);
            if (text && listener)
                send_to(listener, text);
            else if (text)
                send_round(p->op, events, round, false, text);
        }
        page.cursor = list.next;
    } while (page.cursor);
    return 0;
}

static int tell_shot(struct shot_printer *p, struct events *events, const struct store_round *round,
                     const struct happening *h)
{
    struct store_shot shot;
    if (store_shot_get(p->op, events->platform->store, h->shot_row, &shot) < 0)
        return -1;
    struct str *text = print_shot(p, &shot, h->kind == ROUNDS_VERDICT);
    if (text)
        send_round(p->op, events, round, false, text);
    return 0;
}

/* The oldest stamp that somebody at this round has been told of. */
static int64_t oldest_stamp(const struct events *events, int64_t round_row)
{
    int64_t oldest = INT64_MAX;
    for (const struct listener *l = events->listeners; l; l = l->next)
        if (l->round_row == round_row && l->stamp >= 0 && l->stamp < oldest)
            oldest = l->stamp;
    return oldest == INT64_MAX ? 0 : oldest;
}

static bool has_listener(const struct events *events, int64_t round_row)
{
    for (const struct listener *l = events->listeners; l; l = l->next)
        if (l->round_row == round_row)
            return true;
    return false;
}

/* Everything in the batch that is about one round. */
static int tell_round(struct op *op, struct events *events, const struct happening *batch, size_t n,
                      int64_t round_row)
{
    struct shot_printer printer;
    struct store_round round;
    bool is_listened = has_listener(events, round_row), is_signed = false;
    shot_printer_init(&printer, op, events->platform);
    if (store_round_get(op, events->platform->store, round_row, &round) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const struct happening *h = &batch[i];
        bool is_shot = h->kind == ROUNDS_SHOT || h->kind == ROUNDS_VERDICT;
        if (h->round_row != round_row)
            continue;
        is_signed = is_signed || h->kind == ROUNDS_SIGN;
        if (!is_shot || !is_listened)
            continue;
        int failed = h->shot_row
                         ? tell_shot(&printer, events, &round, h)
                         : tell_since(&printer, events, &round, oldest_stamp(events, round_row),
                                      h->kind == ROUNDS_VERDICT, NULL);
        if (failed)
            return -1;
    }
    send_round(op, events, &round, true, print_card(op, &round));
    if (is_signed) {
        struct str *text = str_new(&op->arena, 4096);
        str_addf(text, "event: sign\ndata: {\"round_id\":\"%s\"}\n\n", round.id);
        send_round(op, events, &round, true, text);
    }
    for (struct listener *l = events->listeners; l; l = l->next)
        if (l->round_row == round_row)
            l->stamp = round.stamp;
    return 0;
}

/* Newcomers get the card as it is now, and what they missed since the stamp that they bring. */
static int greet(struct op *op, struct events *events, struct listener *listener)
{
    struct shot_printer printer;
    struct store_round round;
    listener->is_new = false;
    if (listener->round_row == 0)
        return 0;
    shot_printer_init(&printer, op, events->platform);
    if (store_round_get(op, events->platform->store, listener->round_row, &round) < 0)
        return -1;
    if (listener->stamp >= 0 &&
        tell_since(&printer, events, &round, listener->stamp, false, listener) < 0)
        return -1;
    listener->stamp = round.stamp;
    send_to(listener, print_card(op, &round));
    return 0;
}

/* The store refused: nobody may believe that they have seen everything. */
static void end_all(struct events *events)
{
    for (struct listener *l = events->listeners; l; l = l->next)
        l->is_over = true;
}

static void tell_batch(struct events *events, const struct happening *batch, size_t n,
                       bool is_flooded)
{
    struct op op;
    int failed = is_flooded;
    for (struct listener *l = events->listeners; l && !failed; l = l->next) {
        op_init(&op, READ_MS);
        failed = l->is_new && greet(&op, events, l) < 0;
        op_fini(&op);
    }
    for (size_t i = 0; i < n && !failed; i++) {
        bool is_done = false;
        for (size_t j = 0; j < i && !is_done; j++)
            is_done = batch[j].round_row == batch[i].round_row;
        if (is_done)
            continue;
        op_init(&op, READ_MS);
        failed = tell_round(&op, events, batch, n, batch[i].round_row);
        if (failed)
            log_msg(LOG_WARN, &op, "events", "%s", op.err_text);
        op_fini(&op);
    }
    if (failed)
        end_all(events);
}

/* As if it came with its credential now. */
static int check_listener(struct op *op, struct events *events, struct listener *l)
{
    struct store *store = events->platform->store;
    struct session session;
    struct caller who;
    if (l->is_token) {
        if (token_check_row(op, store, l->credential_row, clock_wall_ms(), &who) < 0)
            return -1;
    } else {
        if (session_check_row(op, events->platform->sessions, l->credential_row, &session) < 0)
            return -1;
        who = session.caller;
    }
    l->visible_row = who.visible_row;
    if (who.must_change)
        return op_fail(op, ERR_FORBIDDEN, "a password has to be chosen first");
    return l->plan_row ? caller_need_plan(op, store, &who, l->plan_row) : 0;
}

/* Newcomers always: something may have changed between their request and now. */
static void check_listeners(struct events *events, bool is_all)
{
    for (struct listener *l = events->listeners; l; l = l->next) {
        struct op op;
        if (!is_all && !l->is_new)
            continue;
        op_init(&op, READ_MS);
        if (!l->is_over && check_listener(&op, events, l) < 0)
            l->is_over = true;
        op_fini(&op);
    }
}

static void keep_alive(struct events *events)
{
    int64_t now = clock_mono_ms();
    for (struct listener *l = events->listeners; l; l = l->next) {
        if (now >= l->until_ms || !httpd_stream_send(l->stream, BYTES(": alive\n\n")))
            l->is_over = true;
    }
}

static void drop_over(struct events *events, bool is_all)
{
    int n = 0;
    for (struct listener **at = &events->listeners; *at;) {
        struct listener *l = *at;
        if (!is_all && !l->is_over) {
            at = &l->next;
            continue;
        }
        *at = l->next;
        httpd_stream_close(l->stream, true);
        mem_free(l);
        n++;
    }
    lock_take(&events->lock);
    events->listeners_n -= n;
    lock_give(&events->lock);
}

/* With the lock. */
static size_t take_batch(struct events *events, struct happening *batch, bool *is_flooded,
                         bool *is_doubted)
{
    size_t n = events->queue_n;
    for (size_t i = 0; i < n; i++)
        batch[i] = events->queue[i];
    events->queue_n = 0;
    *is_flooded = events->is_flooded;
    events->is_flooded = false;
    *is_doubted = events->is_doubted;
    events->is_doubted = false;
    while (events->newcomers) {
        struct listener *l = events->newcomers;
        events->newcomers = l->next;
        l->next = events->listeners;
        events->listeners = l;
    }
    return n;
}

static void hub_loop(void *ctx)
{
    struct events *events = ctx;
    struct happening *batch = mem_calloc(QUEUE_MAX, sizeof *batch);
    int64_t alive_ms = clock_mono_ms() + ALIVE_MS;
    bool is_stopping = false, is_flooded = false, is_doubted = false;
    while (!is_stopping) {
        lock_take(&events->lock);
        while (!events->is_stopping && !events->queue_n && !events->newcomers &&
               !events->is_flooded && !events->is_doubted && lock_wait(&events->lock, alive_ms))
            ;
        is_stopping = events->is_stopping;
        size_t n = take_batch(events, batch, &is_flooded, &is_doubted);
        lock_give(&events->lock);
        if (is_stopping)
            break;
        bool is_time = clock_mono_ms() >= alive_ms;
        check_listeners(events, is_doubted || is_time);
        drop_over(events, false);
        tell_batch(events, batch, n, is_flooded);
        if (is_time) {
            keep_alive(events);
            alive_ms = clock_mono_ms() + ALIVE_MS;
        }
        drop_over(events, false);
    }
    drop_over(events, true);
    mem_free(batch);
}

/* ---- Life ---- */

struct events *events_new(const struct platform *platform)
{
    struct events *events = MEM_NEW(struct events);
    events->platform = platform;
    lock_init(&events->lock);
    return events;
}

void events_start(struct events *events)
{
    thread_start(&events->thread, "events", hub_loop, events);
}

void events_stop(struct events *events)
{
    lock_take(&events->lock);
    events->is_stopping = true;
    lock_wake(&events->lock);
    lock_give(&events->lock);
    thread_join(&events->thread);
}

void events_free(struct events *events)
{
    if (!events)
        return;
    lock_fini(&events->lock);
    mem_free(events);
}
