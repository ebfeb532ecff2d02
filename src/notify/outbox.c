/* The outbox thread: takes what is due out of the store, one letter at a time, and sends it.
 *
 * A letter that was sent while we died before saying so is sent again: at least once, with an id
 * that stays the same. One thread is enough (a digest a round) and keeps the services' limits
 * simple; the short budget of an attempt keeps a dead server from holding up the others for long.
 * Here is the top of this work, so here it is logged.
 */
#include "notify/outbox.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric.h"
#include "base/rand.h"
#include "notify/channel.h"
#include "notify/digest.h"
#include "notify/rate.h"
#include "store/outbox.h"
#include "sys/lock.h"
#include "sys/thread.h"

#include <sys/eventfd.h>
#include <unistd.h>

enum { LEASE_MORE_MS = 60 * 1000 };

struct outbox {
    struct outbox_conf conf;
    struct rate rate; /* of the thread alone */
    struct thread thread;
    int stop_fd;      /* readable: stop, and cancel what is being sent */
    struct lock lock; /* the two below */
    bool is_stopping;
    bool is_woken;
};

static struct metric letters =
    METRIC_COUNTER("rounds_notifications_total", "outcome", "Attempts to send a notification.");

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value > 0 ? value : otherwise;
}

struct outbox *outbox_new(const struct outbox_conf *conf)
{
    struct outbox *outbox = MEM_NEW(struct outbox);
    outbox->conf = *conf;
    outbox->conf.pause_ms = or_default(conf->pause_ms, 30 * 1000);
    outbox->conf.pause_max_ms = or_default(conf->pause_max_ms, 60 * 60 * 1000);
    outbox->conf.attempts_max = (int)or_default(conf->attempts_max, 12);
    outbox->conf.send_ms = or_default(conf->send_ms, 60 * 1000);
    outbox->conf.poll_ms = or_default(conf->poll_ms, 30 * 1000);
    outbox->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ASSERT(outbox->stop_fd >= 0);
    lock_init(&outbox->lock);
    metric_register(&letters);
    return outbox;
}

void outbox_free(struct outbox *outbox)
{
    if (!outbox)
        return;
    lock_fini(&outbox->lock);
    close(outbox->stop_fd);
    mem_free(outbox);
}

/* ---- One letter ---- */

static void add_picture(struct op *op, const struct notify_env *env,
                        const struct channel_target *target, struct digest_ask *ask,
                        struct notify_message *message)
{
    struct op part;
    if (target->ops->picture_max == 0 || !env->picture)
        return;
    /* A digest without its picture is better than none; its memory has to stay. */
    op_init_part(&part, op, -1);
    if (env->picture(env->ctx, &part, ask->round_id, message->lang, target->ops->picture_max,
                     &message->picture)) {
        log_msg(LOG_WARN, op, "notify-picture", "%s", part.err_text);
        message->picture = (struct notify_picture){0};
    }
    struct bytes data = message->picture.data;
    if (data.n > 0)
        message->picture.data = (struct bytes){arena_copy(&op->arena, data), data.n};
    op_fini(&part);
}

static int parse_payload(struct op *op, const struct store_letter *letter, struct digest_ask *ask)
{
    const struct jv *payload = jv_parse_quiet(&op->arena, bytes_of(letter->payload));
    ask->round_id = jv_text_at(payload, "round", "");
    ask->letter_id = letter->id;
    ask->people = jv_get(payload, "people");
    if (!notify_event_parse(letter->event, &ask->event) || !ask->round_id[0])
        return op_fail(op, ERR_UNPROCESSABLE, "this version does not know such letters");
    return 0;
}

/* *out_wait_ms: not sent yet, the channel's limit says wait. */
static int send_to(struct op *op, struct outbox *outbox, const struct store_letter *letter,
                   const struct store_channel *channel, struct secret *secret, int64_t *out_wait_ms)
{
    const struct notify_env *env = &outbox->conf.env;
    struct digest_ask ask = {.lang = channel->lang, .now_ms = clock_wall_ms()};
    struct channel_target target;
    struct notify_message message;
    if (channel_open(op, env, channel, &target, secret) || parse_payload(op, letter, &ask) ||
        digest_make(op, outbox->conf.store, env, &ask, &message))
        return -1;
    *out_wait_ms = rate_take(&outbox->rate, channel->id, target.ops->per_minute, clock_mono_ms());
    if (*out_wait_ms > 0)
        return op_fail(op, ERR_BUSY, "waits: the service allows %d messages a minute",
                       target.ops->per_minute);
    add_picture(op, env, &target, &ask, &message);
    return target.ops->send(op, env, &target, &message);
}

static bool is_final(enum err err)
{
    return err == ERR_BAD_INPUT || err == ERR_UNPROCESSABLE || err == ERR_FORBIDDEN ||
           err == ERR_NOT_FOUND || err == ERR_GONE || err == ERR_TOO_LARGE;
}

static int64_t pause_after(const struct outbox_conf *conf, int attempts)
{
    int doublings = attempts > 1 ? attempts - 1 : 0;
    int64_t pause = doublings < 20 ? conf->pause_ms << doublings : conf->pause_max_ms;
    if (pause > conf->pause_max_ms)
        pause = conf->pause_max_ms;
    /* 80 to 120 %: what failed together does not come back together. */
    return pause * 4 / 5 + (int64_t)(rand_u64() % (uint64_t)(pause * 2 / 5 + 1));
}

static void log_letter(const struct op *op, const struct store_letter *letter, const char *outcome,
                       const char *error)
{
    struct log_line line;
    log_begin(&line, *error ? LOG_WARN : LOG_INFO, op, "notify");
    log_text(&line, "channel", letter->channel_name);
    log_text(&line, "event", letter->event);
    log_text(&line, "outcome", outcome);
    log_int(&line, "attempt", letter->attempts);
    if (*error)
        log_text(&line, "error", error);
    log_end(&line);
    metric_inc(&letters, outcome);
}

/* Writes down how the attempt went. */
static int record(struct op *op, struct outbox *outbox, const struct store_letter *letter,
                  const struct op *attempt, int64_t wait_ms)
{
    struct store *store = outbox->conf.store;
    int64_t now = clock_wall_ms();
    if (attempt->err == ERR_NONE) {
        log_letter(attempt, letter, "sent", "");
        return store_outbox_sent(op, store, letter->row, letter->claim, now);
    }
    if (wait_ms == 0 && (is_final(attempt->err) || letter->attempts >= outbox->conf.attempts_max)) {
        log_letter(attempt, letter, "dead", attempt->err_text);
        return store_outbox_bury(op, store, letter->row, letter->claim, now, attempt->err_text);
    }
    bool is_ours = attempt->err == ERR_CANCELLED;
    int64_t pause = is_ours       ? 0
                    : wait_ms > 0 ? wait_ms
                                  : pause_after(&outbox->conf, letter->attempts);
    log_letter(attempt, letter, wait_ms > 0 ? "waits" : "failed", attempt->err_text);
    return store_outbox_retry(op, store, letter->row, letter->claim, now + pause,
                              attempt->err_text);
}

static int deliver(struct op *op, struct outbox *outbox, const struct store_letter *letter)
{
    struct op attempt;
    struct op after;
    struct store_channel channel;
    struct secret secret = {0};
    int64_t wait_ms = 0;
    op_init_part(&attempt, op, outbox->conf.send_ms);
    if (store_channel_get(&attempt, outbox->conf.store, letter->channel_row, &channel) ||
        send_to(&attempt, outbox, letter, &channel, &secret, &wait_ms))
        ASSERT(attempt.err != ERR_NONE);
    secret_fini(&secret);
    /* The outcome is written down even when we are being stopped. */
    op_init(&after, LEASE_MORE_MS / 2);
    int failed = record(&after, outbox, letter, &attempt, wait_ms);
    if (failed && after.err == ERR_CONFLICT)
        failed = 0; /* somebody else has it: his affair */
    if (failed)
        op_fail_from(op, &after);
    op_fini(&after);
    op_fini(&attempt);
    return failed;
}

int outbox_run_once(struct op *op, struct outbox *outbox, int64_t now_ms, size_t *out_n)
{
    *out_n = 0;
    for (;;) {
        struct store_letter *list;
        size_t n;
        if (op_check(op) ||
            store_outbox_claim(op, outbox->conf.store, now_ms,
                               clock_wall_ms() + outbox->conf.send_ms + LEASE_MORE_MS, 1, &list,
                               &n))
            return -1;
        if (n == 0)
            return 0;
        ++*out_n;
        if (deliver(op, outbox, list))
            return -1;
    }
}

/* ---- The thread ---- */

static bool is_stopping(struct outbox *outbox)
{
    lock_take(&outbox->lock);
    bool stops = outbox->is_stopping;
    lock_give(&outbox->lock);
    return stops;
}

static void sleep_until_due(struct outbox *outbox, int64_t due_ms)
{
    int64_t pause = outbox->conf.poll_ms;
    int64_t until_due = due_ms - clock_wall_ms();
    if (due_ms > 0 && until_due < pause)
        pause = until_due > 0 ? until_due : 0;
    int64_t deadline = clock_mono_ms() + pause;
    lock_take(&outbox->lock);
    while (!outbox->is_woken && !outbox->is_stopping && lock_wait(&outbox->lock, deadline))
        continue;
    outbox->is_woken = false;
    lock_give(&outbox->lock);
}

static void run(void *ctx)
{
    struct outbox *outbox = ctx;
    while (!is_stopping(outbox)) {
        struct op op;
        size_t n;
        int64_t due = 0;
        op_init(&op, -1);
        op.cancel_fd = outbox->stop_fd;
        bool has_failed = outbox_run_once(&op, outbox, clock_wall_ms(), &n) ||
                          store_outbox_next_due(&op, outbox->conf.store, &due);
        if (has_failed && op.err != ERR_CANCELLED)
            log_msg(LOG_ERROR, &op, "outbox", "%s", op.err_text);
        op_fini(&op);
        sleep_until_due(outbox, has_failed ? 0 : due);
    }
}

void outbox_start(struct outbox *outbox)
{
    thread_start(&outbox->thread, "outbox", run, outbox);
}

void outbox_wake(struct outbox *outbox)
{
    lock_take(&outbox->lock);
    outbox->is_woken = true;
    lock_wake(&outbox->lock);
    lock_give(&outbox->lock);
}

void outbox_stop(struct outbox *outbox)
{
    const uint64_t one = 1;
    if (!outbox)
        return;
    lock_take(&outbox->lock);
    outbox->is_stopping = true;
    lock_wake(&outbox->lock);
    lock_give(&outbox->lock);
    ASSERT(write(outbox->stop_fd, &one, sizeof one) == sizeof one);
    thread_join(&outbox->thread);
}
