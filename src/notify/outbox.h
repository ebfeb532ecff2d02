/* The outbox thread: claims letters, sends them, retries with growing pauses, buries what is dead.
 */
#ifndef NOTIFY_OUTBOX_H
#define NOTIFY_OUTBOX_H

#include "notify/notify.h"

struct outbox_conf { /* 0: the default in brackets */
    struct store *store;
    struct notify_env env; /* copied; what it points to is borrowed */
    int64_t pause_ms;      /* after the first failure; doubles, with some jitter [30 s] */
    int64_t pause_max_ms;  /* [1 h] */
    int attempts_max;      /* then the letter is dead [12]: about 6 hours */
    int64_t send_ms;       /* budget of one attempt [60 s] */
    int64_t poll_ms;       /* looks into the store at least so often [30 s] */
};

struct outbox;

struct outbox *outbox_new(const struct outbox_conf *conf);
void outbox_start(struct outbox *outbox);
/* There may be something new. Any thread. */
void outbox_wake(struct outbox *outbox);
/* Cancels what is being sent (it will be sent again on the next start) and joins. */
void outbox_stop(struct outbox *outbox);
void outbox_free(struct outbox *outbox);
/* One pass, on the caller's thread: everything that is due at now_ms. For tests and the command
 * line; not while the thread runs. *out_n: letters looked at. */
int outbox_run_once(struct op *op, struct outbox *outbox, int64_t now_ms, size_t *out_n) MUST_CHECK;

#endif
