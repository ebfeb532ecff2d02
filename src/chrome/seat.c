/* Identities in one browser: which context, which tab, and what must happen before it changes hands.
 *
 * Called by the slot's owner, without the lock (net.open may block). It owns the seats: their contexts, ports
 * and tabs. It does not know queues or browsers' lives.
 *
 * That nothing of one identity is visible to another is enforced here and nowhere else: a context serves one
 * identity, except under POOL_WASH, where callers of one origin share it and everything the former left is
 * removed before the next gets the tab. When washing fails the browser is thrown away.
 */
#include "chrome/page_priv.h"
#include "chrome/pool_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <string.h>

static bool is_same(const char *a, const char *b)
{
    return strcmp(a, b ? b : "") == 0;
}

/* Of the very same identity. */
static bool is_exact(const struct seat *s, const struct pool_identity *who)
{
    return s->isolation == who->isolation && is_same(s->origin, who->origin) &&
           is_same(s->org, who->org) && is_same(s->fingerprint, who->fingerprint);
}

static bool is_usable(const struct seat *s, const struct pool_identity *who)
{
    bool is_shared =
        who->isolation == POOL_WASH && s->isolation == POOL_WASH && is_same(s->origin, who->origin);
    return is_shared || is_exact(s, who);
}

static struct seat *find_seat(struct slot *slot, const struct pool_identity *who)
{
    struct seat *usable = NULL;
    for (int i = 0; i < slot->seats_n; i++) {
        if (is_exact(&slot->seats[i], who))
            return &slot->seats[i];
        if (is_usable(&slot->seats[i], who))
            usable = &slot->seats[i];
    }
    return usable;
}

struct seat *seat_of(struct slot *slot, const struct page *page)
{
    for (int i = 0; i < slot->seats_n; i++)
        if (slot->seats[i].page == page)
            return &slot->seats[i];
    return NULL;
}

int seat_rank(const struct slot *slot, const struct pool_identity *who, int contexts_max)
{
    if (!slot_suits(slot, who))
        return -1;
    int rank = slot->seats_n < contexts_max ? 1 : 0;
    for (int i = 0; i < slot->seats_n; i++) {
        const struct seat *s = &slot->seats[i];
        int warmth = is_exact(s, who) ? 3 : is_usable(s, who) ? 2 : 0;
        warmth += warmth && s->page ? 2 : 0;
        rank = warmth > rank ? warmth : rank;
    }
    if (who->isolation == POOL_PROCESS && slot->seats_n > 0 && rank < 3)
        return -1; /* only an unused browser, or its own */
    return rank;
}

static void forget_who(struct seat *s)
{
    mem_free(s->origin);
    mem_free(s->org);
    mem_free(s->fingerprint);
    s->origin = s->org = s->fingerprint = NULL;
}

static void set_who(struct seat *s, const struct pool_identity *who)
{
    forget_who(s);
    s->origin = mem_strdup(who->origin ? who->origin : "");
    s->org = mem_strdup(who->org ? who->org : "");
    s->fingerprint = mem_strdup(who->fingerprint ? who->fingerprint : "");
    s->isolation = who->isolation;
    s->leases = 0;
}

static void release_seat(struct pool *pool, struct seat *s)
{
    if (s->net_port && pool->conf.net.close)
        pool->conf.net.close(pool->conf.net.ctx, s->net_port);
    forget_who(s);
    *s = (struct seat){0};
}

void seat_end_all(struct pool *pool, struct slot *slot)
{
    while (slot->seats_n > 0)
        release_seat(pool, &slot->seats[--slot->seats_n]);
}

/* Closes a seat of a living browser. */
static void end_seat(struct op *op, struct pool *pool, struct slot *slot, struct seat *s)
{
    if (s->page)
        page_free(s->page); /* the context takes its tab along */
    browser_close_context(op, slot->browser, s->context);
    release_seat(pool, s);
    struct seat *last = &slot->seats[--slot->seats_n];
    if (s != last) {
        *s = *last;
        *last = (struct seat){0};
    }
}

static struct seat *least_used(struct slot *slot)
{
    struct seat *oldest = &slot->seats[0];
    for (int i = 1; i < slot->seats_n; i++)
        if (slot->seats[i].used_ms < oldest->used_ms)
            oldest = &slot->seats[i];
    return oldest;
}

static int open_seat(struct op *op, struct pool *pool, struct slot *slot,
                     const struct pool_identity *who, struct seat **out)
{
    if (slot->seats_n == pool->conf.contexts_max)
        end_seat(op, pool, slot, least_used(slot));
    int port = 0;
    if (pool->conf.net.open && pool->conf.net.open(pool->conf.net.ctx, op, who, &port) < 0)
        return -1;
    struct seat *s = &slot->seats[slot->seats_n];
    *s = (struct seat){.net_port = port, .used_ms = clock_mono_ms()};
    set_who(s, who);
    if (browser_open_context(op, slot->browser, port, s->context) < 0) {
        release_seat(pool, s);
        return -1;
    }
    slot->seats_n++;
    *out = s;
    return 0;
}

static bool is_page_dead(const struct page *page)
{
    return page_facts(page)->is_crashed || page_facts(page)->is_detached;
}

static int open_page(struct op *op, struct slot *slot, struct seat *s)
{
    if (s->page && is_page_dead(s->page)) {
        page_free(s->page);
        s->page = NULL;
    }
    if (s->page)
        return 0;
    s->leases = 0;
    if (page_open(op, slot->browser, s->context, &s->page) < 0)
        return -1;
    /* The cache outlives washing, or warmth would be lost; so data must not come out of it unasked. */
    return s->isolation == POOL_WASH ? page_keep_fresh(op, s->page, s->origin) : 0;
}

int seat_prepare(struct op *op, struct pool *pool, struct slot *slot,
                 const struct pool_identity *who, struct pool_lease *lease)
{
    int64_t begun_ms = clock_mono_ms();
    if (browser_tend(op, slot->browser) < 0) /* what the parked tabs said meanwhile */
        return -1;
    struct seat *s = find_seat(slot, who);
    if (!s && open_seat(op, pool, slot, who, &s) < 0)
        return -1;
    bool had_page = s->page && !is_page_dead(s->page), is_exactly = is_exact(s, who);
    if (open_page(op, slot, s) < 0)
        return -1;
    if (!is_exactly) {
        if (page_wash(op, s->page, s->origin) < 0)
            return -1; /* the caller throws the browser away: nobody shall meet what is left */
        set_who(s, who);
    }
    process_find_network(slot->browser->process); /* it has a context by now, and so a network */
    lease->page = s->page;
    lease->is_warm = had_page && is_exactly && s->leases > 0;
    lease->is_washed = had_page && !is_exactly;
    lease->renders = s->leases;
    lease->net_port = s->net_port;
    lease->opened_ms = had_page && is_exactly ? 0 : clock_mono_ms() - begun_ms;
    s->used_ms = clock_mono_ms();
    return 0;
}
