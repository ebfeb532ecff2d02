/* Leases: who gets which browser when, and what becomes of it afterwards.
 *
 * Any thread. The lock guards the list of browsers, their states and the waiters; a browser itself is touched
 * only by its owner, outside the lock. Browsers are started and killed by the keeper (keeper.c) alone.
 *
 * A browser that becomes free goes straight to the waiter it suits who has waited longest, where a less
 * urgent class counts as having come later: so scheduled work gives way but never starves. A lease that meets
 * a browser which died or hangs throws it away and takes another; its caller sees only the time.
 */
#include "chrome/pool_priv.h"
#include "chrome/trust.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    CLASS_DELAY_MS = 15000, /* how much later each class counts as having come */
    PREPARE_MAX_MS = 15000, /* a browser that takes longer is hung */
    CLOSE_MAX_MS = 500,
    TRIES_MAX = 3,
};

/* --- slots --- */

bool slot_suits(const struct slot *slot, const struct pool_identity *who)
{
    if (slot->state == SLOT_DYING)
        return false;
    if (slot->is_dedicated) {
        const struct seat *own = slot->state == SLOT_IDLE ? &slot->seats[0] : NULL;
        return own && who->isolation == POOL_PROCESS && strcmp(own->origin, who->origin) == 0 &&
               strcmp(own->org, who->org) == 0 && strcmp(own->fingerprint, who->fingerprint) == 0;
    }
    return who->isolation != POOL_PROCESS || slot->contexts == 0;
}

int pool_count(const struct pool *pool, enum slot_state state)
{
    int n = 0;
    for (const struct slot *s = pool->slots; s; s = s->next)
        n += s->state == state;
    return n;
}

void slot_move(struct pool *pool, struct slot *slot, enum slot_state to)
{
    static const bool MAY[4][4] = {
        [SLOT_STARTING] = {[SLOT_IDLE] = true, [SLOT_DYING] = true, [SLOT_LEASED] = true},
        [SLOT_IDLE] = {[SLOT_LEASED] = true, [SLOT_DYING] = true},
        [SLOT_LEASED] = {[SLOT_IDLE] = true, [SLOT_DYING] = true, [SLOT_LEASED] = true},
    };
    ASSERT(MAY[slot->state][to]);
    slot->state = to;
    if (to == SLOT_IDLE)
        slot->idle_ms = clock_mono_ms();
    lock_wake(&pool->lock);
}

static void tell(struct waiter *w)
{
    uint64_t one = 1;
    if (write(w->fd, &one, sizeof one) < 0)
        ASSERT(errno == EAGAIN);
}

static int64_t turn_of(const struct waiter *w)
{
    return w->since_ms + (int64_t)w->class_ * CLASS_DELAY_MS;
}

/* The waiter whose turn it is among those that this idle slot suits. */
static struct waiter *next_waiter(struct pool *pool, const struct slot *slot)
{
    struct waiter *best = NULL;
    for (struct waiter *w = pool->waiters; w; w = w->next)
        if (!w->slot && !w->is_refused && seat_rank(slot, w->who, pool->conf.contexts_max) >= 0 &&
            (!best || turn_of(w) < turn_of(best)))
            best = w;
    return best;
}

static void grant(struct pool *pool, struct slot *slot, const struct pool_identity *who)
{
    slot_move(pool, slot, SLOT_LEASED);
    slot->is_dedicated = who->isolation == POOL_PROCESS;
}

void slot_settle(struct pool *pool, struct slot *slot, bool is_good)
{
    slot->contexts = slot->seats_n;
    slot->is_dedicated = slot->is_dedicated && slot->seats_n > 0;
    if (!is_good || (slot->is_expiring && slot->is_replaced) || pool->is_stopping) {
        slot_move(pool, slot, SLOT_DYING);
        return;
    }
    slot_move(pool, slot, SLOT_IDLE);
    struct waiter *w = next_waiter(pool, slot);
    if (!w)
        return;
    grant(pool, slot, w->who);
    w->slot = slot;
    tell(w);
}

void pool_refuse_waiters(struct pool *pool)
{
    for (struct waiter *w = pool->waiters; w; w = w->next) {
        if (w->slot || w->is_refused)
            continue;
        w->is_refused = true;
        tell(w);
    }
}

/* --- starting and stopping --- */

int pool_start(struct op *op, const struct pool_conf *conf, struct pool **out)
{
    if (conf->browsers_max < 1 || conf->browsers_min > conf->browsers_max || conf->contexts_max < 1)
        return op_fail(op, ERR_BAD_INPUT,
                       "a pool needs at least one browser and one context, and "
                       "browsers_min not above browsers_max");
    struct trust *trust = NULL;
    const struct process_conf *process = &conf->process;
    if (process->ca_file && *process->ca_file &&
        trust_open(op, process->ca_file, process->temp_dir, &trust) < 0)
        return -1;
    struct pool *pool = MEM_NEW(struct pool);
    pool->conf = *conf;
    pool->conf.process.trust = pool->trust = trust;
    lock_init(&pool->lock);
    thread_start(&pool->keeper, "keeper", keeper_run, pool);
    *out = pool;
    return 0;
}

void pool_stop(struct pool *pool)
{
    if (!pool)
        return;
    lock_take(&pool->lock);
    pool->is_stopping = true;
    pool_refuse_waiters(pool);
    lock_wake(&pool->lock);
    while (pool->waiters_n > 0)
        lock_wait(&pool->lock, INT64_MAX);
    lock_give(&pool->lock);
    thread_join(&pool->keeper);
    trust_close(pool->trust);
    lock_fini(&pool->lock);
    mem_free(pool);
}

int pool_wait_ready(struct op *op, struct pool *pool)
{
    enum { STEP_MS = 100 }; /* a cancel is noticed within this */
    int rc = 0;
    lock_take(&pool->lock);
    while (rc == 0 && pool_count(pool, SLOT_IDLE) + pool_count(pool, SLOT_LEASED) == 0) {
        if (pool->start_error[0])
            rc = op_fail(op, ERR_UNAVAILABLE, "%s", pool->start_error);
        else if (pool->is_stopping)
            rc = op_fail(op, ERR_UNAVAILABLE, "the service is stopping");
        else if ((rc = op_check(op)) == 0)
            lock_wait(&pool->lock, clock_mono_ms() + STEP_MS);
    }
    lock_give(&pool->lock);
    return rc;
}

/* --- leasing --- */

static struct slot *best_idle(struct pool *pool, const struct pool_identity *who)
{
    struct slot *best = NULL;
    int best_rank = -1;
    for (struct slot *s = pool->slots; s; s = s->next) {
        int rank = s->state == SLOT_IDLE ? seat_rank(s, who, pool->conf.contexts_max) : -1;
        rank -= rank > 0 && s->is_expiring; /* rather one that stays */
        if (rank > best_rank) {
            best_rank = rank;
            best = s;
        }
    }
    return best;
}

static int refuse(struct op *op, struct pool *pool)
{
    if (pool->is_stopping)
        return op_fail(op, ERR_UNAVAILABLE, "the service is stopping");
    return op_fail(op, ERR_UNAVAILABLE, "no browser: %s", pool->start_error);
}

/* With the lock: fails if waiting is pointless. */
static int check_hope(struct op *op, struct pool *pool)
{
    int alive_n = pool_count(pool, SLOT_IDLE) + pool_count(pool, SLOT_LEASED) +
                  pool_count(pool, SLOT_STARTING);
    bool is_hopeless = alive_n == 0 && pool->failures >= POOL_FAILURES_HOPELESS &&
                       clock_mono_ms() < pool->retry_ms;
    if (pool->is_stopping || is_hopeless)
        return refuse(op, pool);
    if (pool->waiters_n >= pool->conf.waiters_max)
        return op_fail(op, ERR_BUSY, "%d renders are waiting for a browser already",
                       pool->waiters_n);
    return 0;
}

static void add_waiter(struct pool *pool, struct waiter *w)
{
    w->next = pool->waiters;
    pool->waiters = w;
    pool->waiters_n++;
    lock_wake(&pool->lock); /* the keeper may start one more */
}

static void drop_waiter(struct pool *pool, struct waiter *w)
{
    struct waiter **at = &pool->waiters;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    pool->waiters_n--;
    lock_wake(&pool->lock);
}

/* Blocks until a slot is the caller's. */
static int take_slot(struct op *op, struct pool *pool, const struct pool_ask *ask,
                     struct slot **out)
{
    lock_take(&pool->lock);
    struct slot *slot = pool->is_stopping ? NULL : best_idle(pool, &ask->who);
    if (slot)
        grant(pool, slot, &ask->who);
    int rc = slot ? 0 : check_hope(op, pool);
    struct waiter w = {
        .who = &ask->who, .class_ = ask->class_, .since_ms = clock_mono_ms(), .fd = -1};
    if (!slot && rc == 0) {
        w.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (w.fd < 0)
            rc = op_fail(op, ERR_UNAVAILABLE, "no descriptor left: %s", strerror(errno));
        else
            add_waiter(pool, &w);
    }
    lock_give(&pool->lock);
    if (slot || rc < 0) {
        *out = slot;
        return rc;
    }
    rc = op_wait_fd(op, w.fd, POLLIN);
    lock_take(&pool->lock);
    drop_waiter(pool, &w);
    if (rc < 0 && w.slot)
        slot_settle(pool, w.slot, true); /* granted in the same moment: to the next */
    if (rc == 0 && !w.slot)
        rc = refuse(op, pool);
    lock_give(&pool->lock);
    close(w.fd);
    *out = w.slot;
    return rc;
}

static void give_up(struct pool *pool, struct slot *slot, bool is_good)
{
    lock_take(&pool->lock);
    pool->died_n += !is_good;
    slot_settle(pool, slot, is_good);
    lock_give(&pool->lock);
}

static void count_lease(struct pool *pool, const struct pool_lease *lease)
{
    lock_take(&pool->lock);
    pool->leases_n++;
    pool->warm_n += lease->is_warm;
    pool->washed_n += lease->is_washed;
    pool->opened_n += lease->opened_ms > 0 && !lease->is_washed;
    lock_give(&pool->lock);
}

/* 1 = that browser was bad, it is gone: try another; 0 = prepared; -1 = failed. A cancel has to wait for the
 * end: in the middle the browser would be in no known state and lost. */
static int prepare(struct op *op, struct pool *pool, struct slot *slot, const struct pool_ask *ask,
                   struct pool_lease *out)
{
    struct op part;
    op_init_part(&part, op, PREPARE_MAX_MS);
    part.cancel_fd = -1;
    int rc = seat_prepare(&part, pool, slot, &ask->who, out);
    if (rc < 0) {
        bool is_hung = part.err == ERR_TIMEOUT;
        give_up(pool, slot, !is_hung && part.err != ERR_BROWSER);
        if (part.err == ERR_BROWSER || (is_hung && op_left_ms(op) > 0))
            rc = 1;
        else
            op_fail_from(op, &part);
    } else if (op_check(op) < 0) {
        give_up(pool, slot, true);
        rc = -1;
    }
    op_fini(&part);
    return rc;
}

int pool_lease(struct op *op, struct pool *pool, const struct pool_ask *ask, struct pool_lease *out)
{
    int64_t asked_ms = clock_mono_ms();
    *out = (struct pool_lease){0};
    if (op_check(op) < 0)
        return -1;
    for (int i = 0; i < TRIES_MAX; i++) {
        struct slot *slot = NULL;
        struct pool_lease lease = {.pool = pool};
        if (take_slot(op, pool, ask, &slot) < 0)
            return -1;
        lease.begun_ms = clock_mono_ms();
        lease.waited_ms = lease.begun_ms - asked_ms;
        int rc = prepare(op, pool, slot, ask, &lease);
        if (rc < 0)
            return -1;
        if (rc > 0)
            continue;
        lease.slot = slot;
        lease.browser = slot->browser;
        memcpy(lease.name, slot->name, sizeof lease.name);
        memcpy(lease.version, slot->browser->version, sizeof lease.version);
        count_lease(pool, &lease);
        *out = lease;
        return 0;
    }
    return op_fail(op, ERR_BROWSER, "%d browsers in a row died or hung before the tab was open",
                   TRIES_MAX);
}

/* Closes the tab, within half a second. False: the browser is suspect. */
static bool close_tab(struct slot *slot, struct page *page)
{
    struct op op;
    op_init(&op, CLOSE_MAX_MS);
    struct seat *s = seat_of(slot, page);
    bool is_good = page_close(&op, page) == 0;
    if (s)
        s->page = NULL;
    op_fini(&op);
    return is_good && !cdp_is_broken(slot->browser->cdp);
}

void pool_return(struct pool_lease *lease)
{
    struct pool *pool = lease->pool;
    struct slot *slot = lease->slot;
    if (!pool || !slot)
        return;
    const struct facts *facts = page_facts(lease->page);
    bool is_good = lease->end != POOL_DROP_BROWSER && !cdp_is_broken(slot->browser->cdp);
    bool is_kept = lease->end == POOL_KEEP && !facts->is_crashed && !facts->is_detached;
    struct seat *s = seat_of(slot, lease->page);
    if (s) {
        s->leases++;
        s->used_ms = clock_mono_ms();
    }
    if (is_good && !is_kept)
        is_good = close_tab(slot, lease->page);
    int64_t now_ms = clock_mono_ms();
    lock_take(&pool->lock);
    pool->durations[pool->returns_n++ % POOL_DURATIONS] = now_ms - lease->begun_ms;
    slot->renders++;
    if (pool->conf.renders_max > 0 && slot->renders >= pool->conf.renders_max)
        slot->is_expiring = true;
    pool->died_n += !is_good;
    slot_settle(pool, slot, is_good);
    lock_give(&pool->lock);
    *lease = (struct pool_lease){0};
}

/* --- asking --- */

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The lower tenth of the latest leases. */
static int64_t quick_lease(const struct pool *pool)
{
    int64_t known[POOL_DURATIONS];
    size_t n = 0;
    for (size_t i = 0; i < POOL_DURATIONS; i++)
        if (pool->durations[i] > 0)
            known[n++] = pool->durations[i];
    if (n == 0)
        return 0;
    qsort(known, n, sizeof *known, compare);
    return known[n / 10];
}

void pool_estimate(struct pool *pool, enum pool_class class_, struct pool_outlook *out)
{
    *out = (struct pool_outlook){0};
    lock_take(&pool->lock);
    int64_t mine = clock_mono_ms() + (int64_t)class_ * CLASS_DELAY_MS;
    for (const struct waiter *w = pool->waiters; w; w = w->next)
        out->ahead += !w->slot && turn_of(w) <= mine;
    int idle = pool_count(pool, SLOT_IDLE);
    out->browsers = idle + pool_count(pool, SLOT_LEASED) + pool_count(pool, SLOT_STARTING);
    out->lease_ms = quick_lease(pool);
    if (idle == 0 && out->browsers > 0) /* whole rounds that must pass before it is its turn */
        out->wait_ms = out->ahead / pool->conf.browsers_max * out->lease_ms;
    lock_give(&pool->lock);
}

static void describe(const struct slot *s, int64_t now_ms, struct pool_stats_browser *out)
{
    static const char *const STATES[] = {"starting", "idle", "leased", "dying"};
    *out = (struct pool_stats_browser){.state = STATES[s->state],
                                       .pid = s->pid,
                                       .contexts = s->contexts,
                                       .renders = s->renders,
                                       .age_ms = s->born_ms ? now_ms - s->born_ms : 0,
                                       .memory = s->memory};
    memcpy(out->name, s->name, sizeof out->name);
}

void pool_stats(struct pool *pool, struct pool_stats *out)
{
    *out = (struct pool_stats){.sandbox_obstacle = pool->conf.process.sandbox == PROCESS_SANDBOX_OFF
                                                       ? "switched off by the settings"
                                                       : process_sandbox_obstacle()};
    int64_t now_ms = clock_mono_ms();
    lock_take(&pool->lock);
    out->starting = pool_count(pool, SLOT_STARTING);
    out->idle = pool_count(pool, SLOT_IDLE);
    out->leased = pool_count(pool, SLOT_LEASED);
    out->dying = pool_count(pool, SLOT_DYING);
    for (const struct waiter *w = pool->waiters; w; w = w->next)
        out->waiting[w->class_] += !w->slot;
    out->started_n = pool->started_n;
    out->start_failed_n = pool->start_failed_n;
    out->died_n = pool->died_n;
    out->recycled_n = pool->recycled_n;
    out->leases_n = pool->leases_n;
    out->warm_n = pool->warm_n;
    out->washed_n = pool->washed_n;
    out->opened_n = pool->opened_n;
    memcpy(out->start_error, pool->start_error, sizeof out->start_error);
    memcpy(out->version, pool->version, sizeof out->version);
    for (const struct slot *s = pool->slots; s; s = s->next) {
        out->memory += s->memory;
        if (out->browsers_n < POOL_STATS_BROWSERS_MAX)
            describe(s, now_ms, &out->browsers[out->browsers_n++]);
    }
    lock_give(&pool->lock);
}
