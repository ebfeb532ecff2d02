/* The inside of the engine, shared by the files of rounds/. */
#ifndef ROUNDS_ROUNDS_PRIV_H
#define ROUNDS_ROUNDS_PRIV_H

#include "cron/clockwork.h"
#include "rounds/rounds.h"
#include "sys/bell.h"
#include "sys/lock.h"
#include "sys/thread.h"

struct source_cache; /* source.c */
struct live_cache;   /* live.c */
struct worker_pool;  /* worker.c */

struct rounds {
    struct rounds_conf conf;
    struct source_cache *sources;
    struct live_cache *live;
    struct worker_pool *workers;
    struct clockwork *clockwork; /* the schedule */
    struct clockwork *janitor;
    char *bell_path;   /* where other processes ring; NULL: there is no data directory */
    struct bell *bell; /* heard between start and stop */
};

struct source_cache *source_cache_new(void);
void source_cache_free(struct source_cache *cache);

struct worker_pool *workers_start(struct rounds *rounds);
void workers_wake(struct worker_pool *pool);
/* Cancels and joins; the pool can still be woken. NULL is fine. */
void workers_stop(struct worker_pool *pool);
void workers_free(struct worker_pool *pool); /* after workers_stop */
void workers_busy(struct worker_pool *pool, struct rounds_busy *out);

/* clockwork's jobs. */
int schedule_job(void *ctx, struct op *op, int64_t now_ms, int64_t *next_ms);
int overdue_job(void *ctx, struct op *op, int64_t now_ms, int64_t *next_ms);
int janitor_job(void *ctx, struct op *op, int64_t now_ms, int64_t *next_ms);

/* Tells listeners. Never fails. */
void rounds_tell(struct rounds *rounds, enum rounds_event_kind kind, int64_t plan_row,
                 int64_t round_row, const char *round_id, int64_t shot_row, const char *shot_id);
void rounds_tell_letters(struct rounds *rounds, size_t n);

#endif
