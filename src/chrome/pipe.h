/* The debugging pipe's framing: messages end with a NUL. Partial reads and writes are its business.
 *
 * One thread at a time (the lessee of the browser). Buffers are kept and reused; one that grew past
 * PIPE_KEEP_MAX for a big picture is given back with the next small message.
 */
#ifndef CHROME_PIPE_H
#define CHROME_PIPE_H

#include "base/op.h"

enum { PIPE_KEEP_MAX = 1 << 20 };

struct pipe_conf {
    int read_fd;  /* borrowed, non-blocking */
    int write_fd; /* borrowed, non-blocking */
    size_t message_max;
};

struct pipe;

struct pipe *pipe_new(const struct pipe_conf *conf);
void pipe_free(struct pipe *pipe);
/* Writes one whole message, without the NUL. ERR_BROWSER when the browser is gone. A deadline in
 * the middle of a message leaves the pipe unusable: every later call fails with ERR_BROWSER. */
int pipe_write(struct op *op, struct pipe *pipe, struct bytes message) MUST_CHECK;
/* The next message, borrowed until the next call, writable by the caller (it may cut in place).
 * Waits at most wait_ms (-1: until the op's deadline); *out is empty when that passed.
 * ERR_BROWSER: end of file, or a message beyond the ceiling. */
int pipe_read(struct op *op, struct pipe *pipe, int wait_ms, struct bytes *out) MUST_CHECK;
bool pipe_is_broken(const struct pipe *pipe);
/* Nothing was left to read when last looked: a read without a wait would find nothing new. */
bool pipe_is_drained(const struct pipe *pipe);

#endif
