/* A thread that calls named jobs at the moments they ask for.
 *
 * A job does what is due and answers when it wants to be called next, so the thread knows nothing
 * of schedules. Jobs run one after another on the clockwork's own thread and ought to be short:
 * they add rows and wake workers. A job that fails is logged, and called again after a minute.
 */
#ifndef CRON_CLOCKWORK_H
#define CRON_CLOCKWORK_H

#include "base/op.h"

#define CLOCKWORK_NEVER INT64_MAX /* not before clockwork_wake */

struct clockwork_job {
    const char *name;
    /* now_ms: wall clock. *next_ms: wall clock too; in the past means at once. 0 or -1. */
    int (*run)(void *ctx, struct op *op, int64_t now_ms, int64_t *next_ms);
    void *ctx;
    int64_t budget_ms; /* deadline of one call; < 0: none */
};

struct clockwork;

/* Every job is called once at the start. jobs are copied, their names borrowed. */
struct clockwork *clockwork_start(const char *thread_name, const struct clockwork_job *jobs,
                                  size_t n);
/* Calls this job soon, whatever it asked for; NULL: all. Any thread. */
void clockwork_wake(struct clockwork *clockwork, const char *name);
/* Cancels the running job, joins, frees. NULL is fine. */
void clockwork_stop(struct clockwork *clockwork);

#endif
