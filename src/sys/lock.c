/* Mutex and condition on the monotonic clock, so that a jump of the wall clock wakes nobody. */
#include "sys/lock.h"

#include "base/assert.h"

#include <errno.h>
#include <time.h>

void lock_init(struct lock *lock)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    ASSERT(pthread_mutex_init(&lock->mutex, NULL) == 0);
    ASSERT(pthread_cond_init(&lock->changed, &attr) == 0);
    pthread_condattr_destroy(&attr);
}

void lock_fini(struct lock *lock)
{
    pthread_cond_destroy(&lock->changed);
    pthread_mutex_destroy(&lock->mutex);
}

void lock_take(struct lock *lock)
{
    ASSERT(pthread_mutex_lock(&lock->mutex) == 0);
}

void lock_give(struct lock *lock)
{
    ASSERT(pthread_mutex_unlock(&lock->mutex) == 0);
}

bool lock_wait(struct lock *lock, int64_t deadline_ms)
{
    if (deadline_ms == INT64_MAX) {
        pthread_cond_wait(&lock->changed, &lock->mutex);
        return true;
    }
    struct timespec until = {.tv_sec = deadline_ms / 1000,
                             .tv_nsec = (deadline_ms % 1000) * 1000000};
    return pthread_cond_timedwait(&lock->changed, &lock->mutex, &until) != ETIMEDOUT;
}

void lock_wake(struct lock *lock)
{
    pthread_cond_broadcast(&lock->changed);
}

void lock_spot_init(struct lock_spot *spot)
{
    ASSERT(pthread_cond_init(&spot->changed, NULL) == 0);
}

void lock_spot_fini(struct lock_spot *spot)
{
    pthread_cond_destroy(&spot->changed);
}

void lock_spot_wait(struct lock_spot *spot, struct lock *lock)
{
    pthread_cond_wait(&spot->changed, &lock->mutex);
}

void lock_spot_wake(struct lock_spot *spot)
{
    pthread_cond_signal(&spot->changed);
}
