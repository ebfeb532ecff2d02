/* Threads with a name and a fixed, small stack. Blocking: thread_join only. */
#ifndef SYS_THREAD_H
#define SYS_THREAD_H

#include <pthread.h>

struct thread {
    pthread_t id;
    int is_started;
};

/* name: at most 15 characters, for ps and gdb. Stops the program if the system has no thread left. */
void thread_start(struct thread *t, const char *name, void (*fn)(void *ctx), void *ctx);
/* Harmless on one never started. */
void thread_join(struct thread *t);

#endif
