/* The clockwork: one thread that sleeps until the next moment that a job has asked for.
 *
 * It sleeps at most NAP_MAX_MS at a time, because people and NTP set the wall clock, which no wait
 * of the system notices. The lock guards the moments and the stop mark, never a running job. Timers
 * of the system (timerfd) were rejected: they would not make the thread simpler.
 */
#include "cron/clockwork.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "sys/lock.h"
#include "sys/thread.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { JOBS_MAX = 16, NAP_MAX_MS = 15000, RETRY_MS = 60000 };

struct clockwork {
    struct clockwork_job jobs[JOBS_MAX];
    int64_t next_ms[JOBS_MAX]; /* wall clock; 0: at once */
    bool is_woken[JOBS_MAX];   /* while it ran: call it again */
    size_t n;
    bool is_stopping;
    int cancel_fd;
    struct lock lock;
    struct thread thread;
};

static int64_t run_job(struct clockwork *clockwork, const struct clockwork_job *job)
{
    struct op op;
    int64_t now = clock_wall_ms(), next = CLOCKWORK_NEVER;
    op_init(&op, job->budget_ms);
    op.cancel_fd = clockwork->cancel_fd;
    if (job->run(job->ctx, &op, now, &next)) {
        if (op.err != ERR_CANCELLED)
            log_msg(LOG_ERROR, &op, "clockwork", "%s failed: %s", job->name, op.err_text);
        next = clock_wall_ms() + RETRY_MS;
    }
    op_fini(&op);
    return next;
}

/* With the lock held: the job that is due, or n; *wait_ms is how long until one is. */
static size_t find_due(const struct clockwork *clockwork, int64_t *wait_ms)
{
    int64_t now = clock_wall_ms();
    *wait_ms = NAP_MAX_MS;
    for (size_t i = 0; i < clockwork->n; i++) {
        if (clockwork->next_ms[i] <= now)
            return i;
        if (clockwork->next_ms[i] - now < *wait_ms)
            *wait_ms = clockwork->next_ms[i] - now;
    }
    return clockwork->n;
}

static void clockwork_loop(void *ctx)
{
    struct clockwork *clockwork = ctx;
    lock_take(&clockwork->lock);
    while (!clockwork->is_stopping) {
        int64_t wait_ms;
        size_t i = find_due(clockwork, &wait_ms);
        if (i == clockwork->n) {
            (void)lock_wait(&clockwork->lock, clock_mono_ms() + wait_ms);
            continue;
        }
        clockwork->is_woken[i] = false;
        lock_give(&clockwork->lock);
        int64_t next = run_job(clockwork, &clockwork->jobs[i]);
        lock_take(&clockwork->lock);
        clockwork->next_ms[i] = clockwork->is_woken[i] ? 0 : next;
    }
    lock_give(&clockwork->lock);
}

struct clockwork *clockwork_start(const char *thread_name, const struct clockwork_job *jobs,
                                  size_t n)
{
    ASSERT(n <= JOBS_MAX);
    struct clockwork *clockwork = MEM_NEW(struct clockwork);
    memcpy(clockwork->jobs, jobs, n * sizeof *jobs);
    clockwork->n = n;
    clockwork->cancel_fd = eventfd(0, EFD_CLOEXEC);
    ASSERT(clockwork->cancel_fd >= 0);
    lock_init(&clockwork->lock);
    thread_start(&clockwork->thread, thread_name, clockwork_loop, clockwork);
    return clockwork;
}

void clockwork_wake(struct clockwork *clockwork, const char *name)
{
    lock_take(&clockwork->lock);
    for (size_t i = 0; i < clockwork->n; i++)
        if (!name || strcmp(clockwork->jobs[i].name, name) == 0) {
            clockwork->next_ms[i] = 0;
            clockwork->is_woken[i] = true;
        }
    lock_wake(&clockwork->lock);
    lock_give(&clockwork->lock);
}

void clockwork_stop(struct clockwork *clockwork)
{
    if (!clockwork)
        return;
    lock_take(&clockwork->lock);
    clockwork->is_stopping = true;
    lock_wake(&clockwork->lock);
    lock_give(&clockwork->lock);
    uint64_t one = 1;
    (void)!write(clockwork->cancel_fd, &one, sizeof one);
    thread_join(&clockwork->thread);
    lock_fini(&clockwork->lock);
    close(clockwork->cancel_fd);
    mem_free(clockwork);
}
