/* One piece of work: its deadline, its cancel signal, its memory, its error and its log id.
 *
 * Every function that can block takes the op first. A function that can fail returns 0 or -1 and
 * has called op_fail exactly where the failure became known; callers pass -1 on. An op belongs to
 * one thread; only op_cancel may come from another.
 */
#ifndef BASE_OP_H
#define BASE_OP_H

#include "base/arena.h"
#include "base/err.h"

#define MUST_CHECK __attribute__((warn_unused_result))
#define OP_NO_DEADLINE INT64_MAX
enum { OP_ID_MAX = 24 };

struct op {
    char id[OP_ID_MAX];  /* on every log line of this work */
    int64_t deadline_ms; /* monotonic (clock_mono_ms); the only timeout there is */
    int cancel_fd;       /* readable when cancelled; -1: cannot be cancelled. Borrowed */
    struct arena arena;
    enum err err;
    const char *err_text; /* in the arena; "" when none */
    const char *cause; /* the form of err_text, for who shows it in other languages; "" unknown */
    const char *cause_args[2]; /* what it names; in the arena, "" none */
};

/* budget_ms < 0: no deadline. */
void op_init(struct op *op, int64_t budget_ms);
/* A part of `parent` with a memory and an error of its own; same id, cancel; the nearer deadline. */
void op_init_part(struct op *op, const struct op *parent, int64_t budget_ms);
void op_fini(struct op *op);
/* Records the error unless there is one already (the first cause wins). Always returns -1. */
int op_fail(struct op *op, enum err code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* After op_fail: what kind of failure it was, a constant word, and what its text names (NULL: none),
 * so that a face can say the same in another language. The first one wins. Always returns -1. */
int op_cause(struct op *op, const char *word, const char *first, const char *second);
/* Copies the error of a part to its parent, with its cause. Always returns -1. */
int op_fail_from(struct op *op, const struct op *part);
/* For a caller that handles the error: forget it. */
void op_clear(struct op *op);
/* 0 while there is time and nobody cancelled; else fails with ERR_TIMEOUT or ERR_CANCELLED. */
int op_check(struct op *op) MUST_CHECK;
/* Milliseconds left, never negative, at most INT_MAX: fit for poll(2). */
int op_left_ms(const struct op *op);
/* Blocks until fd shows one of `events` (poll's), the deadline or the cancel. 0 = ready. */
int op_wait_fd(struct op *op, int fd, short events) MUST_CHECK;
/* Sleeps until the deadline of the pause, or fails at the op's own deadline or cancel. */
int op_pause(struct op *op, int64_t ms) MUST_CHECK;

#endif
