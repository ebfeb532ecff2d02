/* The inside of the pool, shared by pool.c (leases), keeper.c (its thread) and seat.c (identities in a
 * browser). Private to chrome/. */
#ifndef CHROME_POOL_PRIV_H
#define CHROME_POOL_PRIV_H

#include "chrome/browser.h"
#include "chrome/pool.h"
#include "sys/lock.h"
#include "sys/thread.h"

enum slot_state {
    SLOT_STARTING, /* the keeper is starting it; ends IDLE or gone */
    SLOT_IDLE,     /* waits for a lease; ends LEASED or DYING */
    SLOT_LEASED,   /* one thread owns it, a lessee or for a moment the keeper; ends IDLE or DYING */
    SLOT_DYING,    /* the keeper will kill it; ends gone */
};

/* One identity's place in a browser: a context, its way out and its parked tab. */
struct seat {
    char *origin, *org, *fingerprint;
    enum pool_isolation isolation;
    char context[BROWSER_ID_MAX];
    int net_port;
    struct page *page; /* NULL: thrown away, a new one is opened when needed */
    int leases;        /* of this page by this identity */
    int64_t used_ms;
};

/* One browser's place in the pool. State, marks and counts are under the lock; browser and seats belong to
 * whoever the state says. */
struct slot {
    struct slot *next;
    enum slot_state state;
    char name[16];
    struct browser *browser;
    struct seat *seats; /* contexts_max of them; the used ones first */
    int seats_n;
    int contexts;      /* seats_n as of the last return, for stats */
    bool is_dedicated; /* holds an identity that shares no browser */
    bool is_expiring;  /* over a limit: leaves when its successor is there */
    bool is_replaced;  /* the successor is there */
    int pid;
    int renders;
    int64_t born_ms, idle_ms; /* since when it lives, is idle; monotonic */
    int64_t memory;           /* bytes, as last measured */
};

struct waiter {
    struct waiter *next;
    const struct pool_identity *who;
    enum pool_class class_;
    int64_t since_ms;
    int fd;            /* eventfd: readable when decided */
    struct slot *slot; /* granted */
    bool is_refused;
};

enum {
    POOL_DURATIONS = 64,
    /* One start may fail by chance; those who wait are told after the second. */
    POOL_FAILURES_HOPELESS = 2,
};

struct pool {
    struct pool_conf conf;
    struct trust *trust; /* NULL: none of our own */
    struct lock lock;
    struct slot *slots;
    struct waiter *waiters; /* any order */
    int waiters_n;
    bool is_stopping;
    int last_name;
    struct thread keeper;

    int64_t retry_ms; /* no start before this */
    int failures;     /* starts in a row that failed */
    char start_error[256];
    char version[64];
    int64_t durations[POOL_DURATIONS]; /* of the latest leases, ms */
    uint64_t returns_n;
    int64_t started_n, start_failed_n, died_n, recycled_n, leases_n, warm_n, washed_n, opened_n;
};

/* The one place where a slot changes its state. With the lock. */
void slot_move(struct pool *pool, struct slot *slot, enum slot_state to);
/* A slot that its owner gives back: to a waiter, to rest, or to death. With the lock. */
void slot_settle(struct pool *pool, struct slot *slot, bool is_good);
/* Could this identity live in this browser? With the lock, for slots of any state. */
bool slot_suits(const struct slot *slot, const struct pool_identity *who);
/* Tells all waiters that no browser will come. With the lock. */
void pool_refuse_waiters(struct pool *pool);
int pool_count(const struct pool *pool, enum slot_state state);

void keeper_run(void *pool);

/* How well a browser is prepared for an identity: the higher the better; -1 = unfit. */
int seat_rank(const struct slot *slot, const struct pool_identity *who, int contexts_max);
/* A ready tab for the identity, in the caller's own slot. Fills the lease's page and marks. */
int seat_prepare(struct op *op, struct pool *pool, struct slot *slot,
                 const struct pool_identity *who, struct pool_lease *lease) MUST_CHECK;
/* The seat of a page, or NULL. */
struct seat *seat_of(struct slot *slot, const struct page *page);
/* Ends all of a slot's seats; the browser is about to be killed. */
void seat_end_all(struct pool *pool, struct slot *slot);

#endif
