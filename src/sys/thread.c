/* Starting and joining threads. All signals are blocked in them: the main thread alone takes
 * signals (sigwait), so no handler ever runs in the middle of anything.
 */
#include "sys/thread.h"

#include "base/assert.h"
#include "base/mem.h"

#include <signal.h>
#include <stdio.h>

enum { STACK_SIZE = 1024 * 1024, NAME_MAX_LINUX = 16 };

struct start {
    void (*fn)(void *);
    void *ctx;
    char name[NAME_MAX_LINUX];
};

static void *run(void *p)
{
    struct start start = *(struct start *)p;
    mem_free(p);
    pthread_setname_np(pthread_self(), start.name);
    start.fn(start.ctx);
    return NULL;
}

void thread_start(struct thread *t, const char *name, void (*fn)(void *ctx), void *ctx)
{
    struct start *start = MEM_NEW(struct start);
    start->fn = fn;
    start->ctx = ctx;
    snprintf(start->name, sizeof start->name, "%s", name);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ASSERT(pthread_create(&t->id, &attr, run, start) == 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    t->is_started = 1;
}

void thread_join(struct thread *t)
{
    if (t->is_started)
        pthread_join(t->id, NULL);
    t->is_started = 0;
}
