/* A mutex with a condition whose waits end at a monotonic deadline. Each lock is private to one
 * .c file and never held across I/O (house rule).
 */
#ifndef SYS_LOCK_H
#define SYS_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct lock {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

void lock_init(struct lock *lock);
void lock_fini(struct lock *lock);
void lock_take(struct lock *lock);
void lock_give(struct lock *lock);
/* With the lock held: wait for lock_wake, or until the moment (clock_mono_ms; INT64_MAX: for ever).
 * False when the moment came. Wake-ups without cause happen: test the condition in a loop. */
bool lock_wait(struct lock *lock, int64_t deadline_ms);
void lock_wake(struct lock *lock); /* all waiters */

/* A place of its own to wait at, for one waiter who is woken alone: where many wait for work, waking
 * all of them for each piece costs more than the piece. */
struct lock_spot {
    pthread_cond_t changed;
};
void lock_spot_init(struct lock_spot *spot);
void lock_spot_fini(struct lock_spot *spot);
/* With the lock held, until lock_spot_wake. Wake-ups without cause happen. */
void lock_spot_wait(struct lock_spot *spot, struct lock *lock);
void lock_spot_wake(struct lock_spot *spot);

#endif
