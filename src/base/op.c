/* The op: deadline, cancel, memory and error of one piece of work. Belongs to one thread.
 *
 * The first recorded error wins, because what fails later (a rollback, a close) is a consequence
 * and would hide the cause.
 */
#include "base/op.h"

#include "base/clock.h"
#include "base/rand.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void init(struct op *op, int64_t budget_ms)
{
    *op = (struct op){.cancel_fd = -1, .err_text = "", .cause = "", .cause_args = {"", ""}};
    op->deadline_ms = budget_ms < 0 ? OP_NO_DEADLINE : clock_mono_ms() + budget_ms;
    arena_init(&op->arena);
}

void op_init(struct op *op, int64_t budget_ms)
{
    init(op, budget_ms);
    rand_word(op->id, 10);
}

void op_init_part(struct op *op, const struct op *parent, int64_t budget_ms)
{
    init(op, budget_ms);
    memcpy(op->id, parent->id, sizeof op->id);
    op->cancel_fd = parent->cancel_fd;
    if (parent->deadline_ms < op->deadline_ms)
        op->deadline_ms = parent->deadline_ms;
}

void op_fini(struct op *op)
{
    arena_fini(&op->arena);
    op_clear(op);
}

int op_fail(struct op *op, enum err code, const char *fmt, ...)
{
    if (op->err != ERR_NONE)
        return -1;
    char text[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    op->err = code;
    op->err_text = arena_strdup(&op->arena, text);
    return -1;
}

int op_cause(struct op *op, const char *word, const char *first, const char *second)
{
    if (*op->cause)
        return -1;
    op->cause = word;
    op->cause_args[0] = arena_strdup(&op->arena, first ? first : "");
    op->cause_args[1] = arena_strdup(&op->arena, second ? second : "");
    return -1;
}

int op_fail_from(struct op *op, const struct op *part)
{
    (void)op_fail(op, part->err, "%s", part->err_text);
    return op_cause(op, part->cause, part->cause_args[0], part->cause_args[1]);
}

void op_clear(struct op *op)
{
    op->err = ERR_NONE;
    op->err_text = op->cause = op->cause_args[0] = op->cause_args[1] = "";
}

int op_left_ms(const struct op *op)
{
    if (op->deadline_ms == OP_NO_DEADLINE)
        return INT_MAX;
    int64_t left = op->deadline_ms - clock_mono_ms();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static int fail_cancelled(struct op *op)
{
    return op_fail(op, ERR_CANCELLED, "cancelled: the caller went away or the service is stopping");
}

static int fail_timeout(struct op *op)
{
    return op_fail(op, ERR_TIMEOUT, "the deadline passed");
}

int op_check(struct op *op)
{
    struct pollfd cancel = {.fd = op->cancel_fd, .events = POLLIN};
    if (op->cancel_fd >= 0 && poll(&cancel, 1, 0) > 0)
        return fail_cancelled(op);
    return op_left_ms(op) == 0 ? fail_timeout(op) : 0;
}

/* Waits at most until `until_ms`; 1 = fd ready, 0 = that moment came, -1 = failed. */
static int wait_until(struct op *op, int fd, short events, int64_t until_ms)
{
    struct pollfd fds[2] = {{.fd = fd, .events = events}, {.fd = op->cancel_fd, .events = POLLIN}};
    for (;;) {
        int64_t left = until_ms == OP_NO_DEADLINE ? -1 : until_ms - clock_mono_ms();
        if (until_ms != OP_NO_DEADLINE && left < 0)
            left = 0;
        int n = poll(fds, 2, left > INT_MAX ? INT_MAX : (int)left);
        if (n < 0 && errno != EINTR)
            return op_fail(op, ERR_INTERNAL, "poll failed: %s", strerror(errno));
        if (n > 0 && fds[1].revents)
            return fail_cancelled(op);
        if (n > 0 && fds[0].revents)
            return 1;
        if (n == 0 && left <= INT_MAX)
            return 0;
    }
}

int op_wait_fd(struct op *op, int fd, short events)
{
    int ready = wait_until(op, fd, events, op->deadline_ms);
    if (ready < 0)
        return -1;
    return ready ? 0 : fail_timeout(op);
}

int op_pause(struct op *op, int64_t ms)
{
    int64_t end = clock_mono_ms() + ms;
    bool is_cut = op->deadline_ms < end;
    if (wait_until(op, -1, 0, is_cut ? op->deadline_ms : end) < 0)
        return -1;
    return is_cut ? fail_timeout(op) : 0;
}
