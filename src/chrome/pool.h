/* The pool of warm browsers: one lease = one browser and one of its tabs, for one identity.
 *
 * A browser is STARTING, IDLE, LEASED or DYING; one function moves it. A keeper thread starts and ends
 * browsers, watches the idle ones and measures memory. Each browser may hold several identities, each in
 * its own browser context with its own way to the network; a tab stays parked in it between leases.
 * pool_lease, pool_return, pool_estimate and pool_stats may be called from any thread.
 */
#ifndef CHROME_POOL_H
#define CHROME_POOL_H

#include "chrome/page.h"
#include "chrome/process.h"

enum pool_class { POOL_INTERACTIVE, POOL_ALERT, POOL_SCHEDULED, POOL_CLASSES };

enum pool_isolation {
    POOL_WASH,    /* callers of one origin share a context; it is washed between fingerprints */
    POOL_CONTEXT, /* a context per identity */
    POOL_PROCESS, /* a browser per identity */
};

/* Who is looking. Two identities are one if all four fields are equal. */
struct pool_identity {
    const char *origin;      /* "https://host:port" of the Grafana */
    const char *org;         /* organisation id as text; "" unknown */
    const char *fingerprint; /* of the credential; never the credential */
    enum pool_isolation isolation;
};

/* How a new context reaches the network: filled in by app/ from gate/. Called without locks, from
 * a leasing thread; close also from the keeper. */
struct pool_net {
    int (*open)(void *ctx, struct op *op, const struct pool_identity *who, int *out_port);
    void (*close)(void *ctx, int port);
    void *ctx;
};

struct pool_conf {
    struct process_conf process;
    struct pool_net net; /* open NULL: only this machine is reached, directly (for tests) */
    int browsers_min;    /* kept alive always */
    int browsers_max;    /* at once (one more for a moment while one is replaced) */
    int contexts_max;    /* identities per browser; the least recently used leaves */
    int waiters_max;     /* leases waiting at once, all classes */
    int64_t age_max_ms;  /* of a browser; 0: no limit. The same for the next two */
    int64_t renders_max;
    int64_t memory_max;   /* bytes of its process tree */
    int64_t idle_max_ms;  /* beyond browsers_min, an idle browser leaves after this */
    int64_t start_max_ms; /* a browser must answer within this */
    size_t message_max;   /* bytes of one protocol message: bounds the largest picture */
};

struct pool;

/* Starts the keeper, which starts browsers_min browsers; does not wait for them. Sweeps leftovers.
 * The conf's texts are borrowed until pool_stop. */
int pool_start(struct op *op, const struct pool_conf *conf, struct pool **out) MUST_CHECK;
/* Refuses new leases (ERR_UNAVAILABLE), waits until the leased are returned, kills all, frees. The
 * caller cancels the ops of lessees first. NULL is fine. */
void pool_stop(struct pool *pool);
/* Waits until a browser is idle, or says why none can start (the doctor, start-up). */
int pool_wait_ready(struct op *op, struct pool *pool) MUST_CHECK;

struct pool_ask {
    struct pool_identity who;
    enum pool_class class_;
};

enum pool_end {
    POOL_DROP_TAB, /* the zero value: whatever was not declared clean is thrown away */
    POOL_KEEP,     /* the tab is parked as it stands for the same identity */
    POOL_DROP_BROWSER,
};

struct pool_lease {
    struct pool *pool;
    struct slot *slot;       /* the pool's own */
    struct browser *browser; /* opaque */
    struct page *page;
    enum pool_end end; /* the lessee sets POOL_KEEP when all went well */
    bool is_warm;      /* the tab has been used for this very identity before */
    bool is_washed;    /* the tab was another caller's and has been washed: caches are warm */
    int renders;       /* how often this tab has been leased before */
    int net_port;      /* the context's way out; 0 if direct */
    int64_t begun_ms;  /* when it was granted */
    int64_t waited_ms; /* for a browser */
    int64_t opened_ms; /* for the tab: 0 when one was parked */
    char name[16];     /* of the browser, for logs: "b7" */
    char version[64];  /* of the browser: "HeadlessChrome/156.0…" */
};

/* Waits for a browser until the op's deadline. The page is ready to be set up and to go. ERR_BUSY:
 * waiters_max reached. ERR_UNAVAILABLE: stopping, or no browser starts (with the reason). */
int pool_lease(struct op *op, struct pool *pool, const struct pool_ask *ask,
               struct pool_lease *out) MUST_CHECK;
/* Gives back; a lease that was never granted (all zero) is fine, so it serves as a cleanup. Never waits
 * longer than half a second. */
void pool_return(struct pool_lease *lease);

/* What a lease of this class would meet now. */
struct pool_outlook {
    int ahead;        /* waiting before it */
    int browsers;     /* alive or starting */
    int64_t lease_ms; /* a quick lease: the lower tenth of the latest; 0 when none is known */
    int64_t wait_ms;  /* it cannot be sooner: a lower bound, 0 when a browser is free */
};
void pool_estimate(struct pool *pool, enum pool_class class_, struct pool_outlook *out);

/* A snapshot for metrics and the System page. */
enum { POOL_STATS_BROWSERS_MAX = 32 };
struct pool_stats {
    int starting, idle, leased, dying;
    int waiting[POOL_CLASSES];
    int64_t started_n, start_failed_n, died_n, recycled_n; /* since start */
    int64_t leases_n, warm_n, washed_n, opened_n;
    int64_t memory;               /* bytes of all */
    const char *sandbox_obstacle; /* NULL: sandbox on */
    char start_error[256];        /* of the newest failed start; "" when the last one worked */
    char version[64];             /* "Chrome/156…"; "" before the first start */
    size_t browsers_n;
    struct pool_stats_browser {
        char name[16];
        const char *state;
        int pid, contexts, renders;
        int64_t age_ms, memory;
    } browsers[POOL_STATS_BROWSERS_MAX];
};
void pool_stats(struct pool *pool, struct pool_stats *out);

#endif
