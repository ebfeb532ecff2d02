/* The keeper: the thread that starts browsers, ends them and looks after the idle.
 *
 * It alone makes and frees slots, so it may read a slot's fixed fields without the lock. It takes an idle
 * browser for a moment, like any lessee, to read what it has said: so a death among the idle is noticed
 * within a second, and a chatty page never fills its pipe. Browsers are its children: the parent-death signal
 * ends them when it ends.
 *
 * A browser over a limit of age, renders or memory keeps working until its successor has started.
 */
#include "chrome/pool_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

enum {
    TICK_MS = 1000,
    MEASURE_MS = 30000, /* reading all of /proc costs a few ms, and now and then some 50 */
    RETRY_FIRST_MS = 500,
    RETRY_MAX_MS = 30000,
    START_MAX_MS = 20000,
    MESSAGE_MAX = 512 << 20,
};

struct keeper {
    struct pool *pool;
    int64_t measured_ms;
};

/* --- starting --- */

static struct slot *add_slot(struct pool *pool)
{
    struct slot *slot = MEM_NEW(struct slot);
    slot->seats = mem_calloc((size_t)pool->conf.contexts_max, sizeof *slot->seats);
    slot->state = SLOT_STARTING;
    snprintf(slot->name, sizeof slot->name, "b%d", ++pool->last_name);
    slot->next = pool->slots;
    pool->slots = slot;
    return slot;
}

static void remove_slot(struct pool *pool, struct slot *slot)
{
    struct slot **at = &pool->slots;
    while (*at != slot)
        at = &(*at)->next;
    *at = slot->next;
    mem_free(slot->seats);
    mem_free(slot);
    lock_wake(&pool->lock);
}

static void note_failure(struct pool *pool, const struct op *op)
{
    int shift = pool->failures < 6 ? pool->failures : 6;
    int64_t pause_ms = (int64_t)RETRY_FIRST_MS << shift;
    pool->failures++;
    pool->start_failed_n++;
    pool->retry_ms = clock_mono_ms() + (pause_ms < RETRY_MAX_MS ? pause_ms : RETRY_MAX_MS);
    snprintf(pool->start_error, sizeof pool->start_error, "%s", op->err_text);
    bool is_hopeless = pool->failures >= POOL_FAILURES_HOPELESS &&
                       pool_count(pool, SLOT_IDLE) + pool_count(pool, SLOT_LEASED) == 0;
    if (is_hopeless)
        pool_refuse_waiters(pool);
}

static void note_success(struct pool *pool, struct slot *slot, struct browser *browser)
{
    slot->browser = browser;
    slot->pid = process_pid(browser->process);
    slot->born_ms = clock_mono_ms();
    pool->failures = 0;
    pool->started_n++;
    pool->start_error[0] = 0;
    snprintf(pool->version, sizeof pool->version, "%s", browser->version);
    for (struct slot *old = pool->slots; old; old = old->next) {
        if (!old->is_expiring || old->is_replaced || old->state == SLOT_DYING)
            continue;
        old->is_replaced = true;
        if (old->state == SLOT_IDLE)
            slot_move(pool, old, SLOT_DYING);
        break;
    }
}

/* With the lock, which it gives up meanwhile. */
static void start_one(struct pool *pool)
{
    struct slot *slot = add_slot(pool);
    lock_give(&pool->lock);
    struct op op;
    struct browser *browser = NULL;
    struct browser_conf conf = {.process = pool->conf.process,
                                .message_max =
                                    pool->conf.message_max ? pool->conf.message_max : MESSAGE_MAX};
    op_init(&op, pool->conf.start_max_ms > 0 ? pool->conf.start_max_ms : START_MAX_MS);
    int rc = browser_open(&op, &conf, &browser);
    lock_take(&pool->lock);
    if (rc == 0) {
        note_success(pool, slot, browser);
        slot_settle(pool, slot, true);
    } else {
        remove_slot(pool, slot);
        note_failure(pool, &op);
    }
    op_fini(&op);
}

/* Waiters that nothing starting or idle will serve. */
static int count_unserved(const struct pool *pool)
{
    int n = 0;
    for (const struct waiter *w = pool->waiters; w; w = w->next)
        n += !w->slot && !w->is_refused;
    return n;
}

static bool needs_start(const struct pool *pool)
{
    int lives = 0, expiring = 0;
    for (const struct slot *s = pool->slots; s; s = s->next) {
        lives += s->state != SLOT_DYING;
        expiring += s->state != SLOT_DYING && s->is_expiring && !s->is_replaced;
    }
    if (clock_mono_ms() < pool->retry_ms || pool->is_stopping)
        return false;
    if (lives < pool->conf.browsers_min)
        return true;
    if (expiring > 0 && lives <= pool->conf.browsers_max)
        return true;
    return count_unserved(pool) > 0 && lives < pool->conf.browsers_max;
}

/* --- ending --- */

static void end_one(struct pool *pool, struct slot *slot)
{
    lock_give(&pool->lock);
    struct browser *browser = slot->browser;
    browser_close(browser); /* its tabs too: the seats must not touch them */
    seat_end_all(pool, slot);
    lock_take(&pool->lock);
    pool->recycled_n += slot->is_expiring;
    remove_slot(pool, slot);
}

static struct slot *find_dying(const struct pool *pool)
{
    for (struct slot *s = pool->slots; s; s = s->next)
        if (s->state == SLOT_DYING)
            return s;
    return NULL;
}

/* Marks what is over a limit; sends away what nobody needs. */
static void judge(struct pool *pool, int64_t now_ms)
{
    const struct pool_conf *c = &pool->conf;
    int lives = 0;
    for (const struct slot *s = pool->slots; s; s = s->next)
        lives += s->state != SLOT_DYING;
    for (struct slot *s = pool->slots; s; s = s->next) {
        if (s->state != SLOT_IDLE && s->state != SLOT_LEASED)
            continue;
        s->is_expiring |= (c->age_max_ms > 0 && now_ms - s->born_ms > c->age_max_ms) ||
                          (c->memory_max > 0 && s->memory > c->memory_max);
        bool is_spare = c->idle_max_ms > 0 && lives > c->browsers_min && s->state == SLOT_IDLE &&
                        now_ms - s->idle_ms > c->idle_max_ms;
        if (is_spare || (s->state == SLOT_IDLE && s->is_expiring && s->is_replaced)) {
            slot_move(pool, s, SLOT_DYING);
            lives--;
        }
    }
}

/* A waiter that no browser suits, with no room for another: the longest idle makes place. */
static void make_room(struct pool *pool)
{
    for (const struct waiter *w = pool->waiters; w; w = w->next) {
        if (w->slot || w->is_refused)
            continue;
        int lives = 0;
        bool has_hope = false;
        struct slot *oldest = NULL;
        for (struct slot *s = pool->slots; s; s = s->next) {
            lives += s->state != SLOT_DYING;
            has_hope |= s->state == SLOT_DYING || s->state == SLOT_STARTING;
            if (s->state == SLOT_IDLE && (!oldest || s->idle_ms < oldest->idle_ms))
                oldest = s;
        }
        if (oldest && !has_hope && lives >= pool->conf.browsers_max)
            slot_move(pool, oldest, SLOT_DYING);
    }
}

/* --- looking after --- */

static bool has_said_something(const struct slot *slot)
{
    struct pollfd p = {.fd = process_read_fd(slot->browser->process), .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

/* Takes an idle browser for a moment to read what it said. */
static void tend(struct pool *pool, struct slot *slot)
{
    slot_move(pool, slot, SLOT_LEASED);
    int64_t idle_ms = slot->idle_ms;
    lock_give(&pool->lock);
    struct op op;
    op_init(&op, TICK_MS);
    bool is_good = browser_tend(&op, slot->browser) == 0;
    op_fini(&op);
    lock_take(&pool->lock);
    pool->died_n += !is_good;
    slot_settle(pool, slot, is_good);
    slot->idle_ms = idle_ms; /* this was no use */
}

/* A browser without its zygote would let its lessee wait until the deadline: he shall see it die, and try
 * another. */
static void tend_all(struct pool *pool)
{
    for (struct slot *s = pool->slots; s; s = s->next) { /* only this thread unlinks */
        bool is_alive = s->state == SLOT_IDLE || s->state == SLOT_LEASED;
        bool is_whole = !is_alive || process_is_whole(s->browser->process);
        if (s->state == SLOT_IDLE && (!is_whole || has_said_something(s)))
            tend(pool, s);
        else if (!is_whole)
            process_break(s->browser->process);
    }
}

static void measure_all(struct pool *pool)
{
    for (struct slot *s = pool->slots; s; s = s->next) {
        if (s->state != SLOT_IDLE && s->state != SLOT_LEASED)
            continue;
        lock_give(&pool->lock);
        int64_t memory = process_memory(s->browser->process);
        lock_take(&pool->lock);
        s->memory = memory;
    }
}

/* With the lock. True when something was done and more may be to do. */
static bool work(struct keeper *k)
{
    struct pool *pool = k->pool;
    struct slot *dying = find_dying(pool);
    if (needs_start(pool)) {
        start_one(pool);
        return true;
    }
    if (dying) {
        end_one(pool, dying);
        return true;
    }
    make_room(pool);
    return find_dying(pool) != NULL;
}

static void end_all(struct pool *pool)
{
    while (pool->slots) {
        for (struct slot *s = pool->slots; s; s = s->next)
            if (s->state == SLOT_IDLE)
                slot_move(pool, s, SLOT_DYING);
        struct slot *dying = find_dying(pool);
        if (dying)
            end_one(pool, dying);
        else
            lock_wait(&pool->lock, INT64_MAX); /* for the leased */
    }
}

void keeper_run(void *ctx)
{
    struct keeper k = {.pool = ctx, .measured_ms = clock_mono_ms()};
    struct pool *pool = k.pool;
    process_sweep(pool->conf.process.temp_dir);
    lock_take(&pool->lock);
    int64_t tick_ms = clock_mono_ms() + TICK_MS;
    while (!pool->is_stopping) {
        if (work(&k))
            continue;
        lock_wait(&pool->lock, tick_ms);
        int64_t now_ms = clock_mono_ms();
        if (now_ms < tick_ms)
            continue;
        tick_ms = now_ms + TICK_MS;
        tend_all(pool);
        if (now_ms - k.measured_ms >= MEASURE_MS) {
            k.measured_ms = now_ms;
            measure_all(pool);
        }
        judge(pool, now_ms);
    }
    end_all(pool);
    lock_give(&pool->lock);
}
