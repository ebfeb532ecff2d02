/* Framing on the debugging pipe. One thread at a time; owns only its buffer, the descriptors are the
 * process's. Knows nothing of JSON.
 *
 * Reading goes straight into one growing buffer that is handed out in place: pictures of many megabytes
 * are never copied here. Half a message written is the end of the pipe's use, because nothing could mark
 * where the next begins.
 */
#include "chrome/pipe.h"

#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { READ_CHUNK = 1 << 16 };

struct pipe {
    struct pipe_conf conf;
    struct str in;
    size_t start;    /* of the message being gathered */
    size_t scanned;  /* up to here there is no NUL */
    bool is_drained; /* the last read left nothing behind: only a wait can bring more */
    bool is_broken;
};

struct pipe *pipe_new(const struct pipe_conf *conf)
{
    struct pipe *p = MEM_NEW(struct pipe);
    p->conf = *conf;
    /* Room for one whole message and the chunk that ends it and begins others. */
    str_init(&p->in, conf->message_max + READ_CHUNK);
    return p;
}

void pipe_free(struct pipe *p)
{
    if (!p)
        return;
    str_fini(&p->in);
    mem_free(p);
}

bool pipe_is_broken(const struct pipe *p)
{
    return p->is_broken;
}

bool pipe_is_drained(const struct pipe *p)
{
    return p->is_drained && p->scanned == p->in.n;
}

static int fail_gone(struct op *op, struct pipe *p, const char *why)
{
    p->is_broken = true;
    return op_fail(op, ERR_BROWSER, "%s", why);
}

static void advance(struct iovec *part, size_t n)
{
    size_t taken = n < part->iov_len ? n : part->iov_len;
    part->iov_base = (char *)part->iov_base + taken;
    part->iov_len -= taken;
}

int pipe_write(struct op *op, struct pipe *p, struct bytes message)
{
    if (p->is_broken)
        return fail_gone(op, p, "the browser is gone");
    struct iovec parts[2] = {{(void *)(uintptr_t)message.p, message.n},
                             {(void *)(uintptr_t) "", 1}};
    while (parts[1].iov_len > 0) {
        ssize_t n = writev(p->conf.write_fd, parts, 2);
        if (n >= 0) {
            size_t first = parts[0].iov_len;
            advance(&parts[0], (size_t)n);
            advance(&parts[1], (size_t)n > first ? (size_t)n - first : 0);
        } else if (errno == EAGAIN) {
            if (op_wait_fd(op, p->conf.write_fd, POLLOUT) < 0) {
                p->is_broken |= parts[0].iov_len < message.n;
                return -1;
            }
        } else if (errno != EINTR) {
            return fail_gone(op, p, "the browser is gone");
        }
    }
    return 0;
}

/* Makes room at the buffer's end: forgets what was handed out, gives a huge buffer back. */
static void tidy(struct pipe *p)
{
    size_t rest = p->in.n - p->start;
    if (p->start == 0)
        return;
    if (rest == 0 && p->in.cap > PIPE_KEEP_MAX) {
        size_t max = p->in.max;
        str_fini(&p->in);
        str_init(&p->in, max);
    } else if (rest > 0) {
        memmove(p->in.p, p->in.p + p->start, rest);
    }
    str_cut(&p->in, rest);
    p->scanned -= p->start;
    p->start = 0;
}

/* Takes a complete message out of the buffer, if there is one. */
static bool take(struct pipe *p, struct bytes *out)
{
    char *nul = p->in.n > p->scanned ? memchr(p->in.p + p->scanned, 0, p->in.n - p->scanned) : NULL;
    if (!nul) {
        p->scanned = p->in.n;
        return false;
    }
    size_t end = (size_t)(nul - p->in.p);
    *out = (struct bytes){p->in.p + p->start, end - p->start};
    p->start = p->scanned = end + 1;
    return true;
}

/* 1 = read something, 0 = nothing there, -1 = failed. */
static int fill(struct op *op, struct pipe *p)
{
    tidy(p);
    if (p->in.n > p->conf.message_max)
        return fail_gone(op, p, "the browser sent a message beyond the ceiling");
    char *room = str_room(&p->in, READ_CHUNK);
    if (!room)
        return fail_gone(op, p, "the browser sent a message beyond the ceiling");
    size_t space = p->in.cap - p->in.n - 1;
    size_t left = p->in.max - p->in.n;
    size_t wanted = space < left ? space : left;
    ssize_t n = read(p->conf.read_fd, room, wanted);
    p->is_drained = n < (ssize_t)wanted;
    if (n > 0) {
        str_advance(&p->in, (size_t)n);
        return 1;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return fail_gone(op, p, "the browser ended");
}

/* 0 = readable or the wait passed; -1 = the op failed. */
static int await(struct op *op, struct pipe *p, int wait_ms)
{
    if (wait_ms < 0 || wait_ms >= op_left_ms(op))
        return op_wait_fd(op, p->conf.read_fd, POLLIN);
    struct pollfd fds[2] = {{.fd = p->conf.read_fd, .events = POLLIN},
                            {.fd = op->cancel_fd, .events = POLLIN}};
    int n = poll(fds, 2, wait_ms);
    return n > 0 && fds[1].revents ? op_check(op) : 0;
}

int pipe_read(struct op *op, struct pipe *p, int wait_ms, struct bytes *out)
{
    *out = (struct bytes){0};
    if (take(p, out))
        return 0;
    if (p->is_broken)
        return fail_gone(op, p, "the browser is gone");
    bool may_wait = wait_ms != 0;
    for (;;) {
        int got = may_wait && p->is_drained ? 0 : fill(op, p);
        if (got < 0)
            return -1;
        if (got > 0) {
            if (take(p, out))
                return 0;
            continue;
        }
        if (!may_wait)
            return 0;
        if (await(op, p, wait_ms) < 0)
            return -1;
        p->is_drained = false;
        may_wait = wait_ms < 0; /* a bounded wait is waited once; its caller loops with the clock */
    }
}
