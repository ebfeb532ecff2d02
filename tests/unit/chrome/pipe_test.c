/* Framing: whole messages out of whatever pieces come. */
#include "../test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "chrome/pipe.h"
#include "sys/thread.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_MAX = 1 << 20 };

struct fixture {
    struct op op;
    struct pipe *pipe;
    int from_us, to_us; /* the browser's ends */
    int ours[2];
};

static int setup(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    int down[2], up[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(down, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(up, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    op_init(&f->op, 10000);
    f->from_us = down[0];
    f->to_us = up[1];
    f->ours[0] = up[0];
    f->ours[1] = down[1];
    f->pipe = pipe_new(&(struct pipe_conf){up[0], down[1], MESSAGE_MAX});
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    pipe_free(f->pipe);
    close(f->ours[0]);
    close(f->ours[1]);
    if (f->to_us >= 0)
        close(f->to_us);
    if (f->from_us >= 0)
        close(f->from_us);
    op_fini(&f->op);
    mem_free(f);
    return 0;
}

static void feed(struct fixture *f, const char *p, size_t n)
{
    assert_int_equal(write(f->to_us, p, n), n);
}

static void assert_next(struct fixture *f, const char *want)
{
    struct bytes message;
    assert_int_equal(pipe_read(&f->op, f->pipe, 0, &message), 0);
    if (!want) {
        assert_null(message.p);
        return;
    }
    assert_int_equal(message.n, strlen(want));
    assert_memory_equal(message.p, want, message.n);
}

static void test_many_in_one_read(void **state)
{
    struct fixture *f = *state;
    feed(f, "one\0two\0\0three", 14);
    assert_next(f, "one");
    assert_next(f, "two");
    assert_next(f, "");
    assert_next(f, NULL);
    feed(f, "\0", 1);
    assert_next(f, "three");
    assert_next(f, NULL);
}

static void test_one_in_many_reads(void **state)
{
    struct fixture *f = *state;
    static const char TEXT[] = "{\"id\":1,\"result\":{}}";
    for (size_t i = 0; i < sizeof TEXT - 1; i++) {
        feed(f, TEXT + i, 1);
        assert_next(f, NULL);
    }
    feed(f, "", 1);
    assert_next(f, TEXT);
}

static void test_waits_for_the_rest(void **state)
{
    struct fixture *f = *state;
    struct bytes message;
    int64_t before = clock_mono_ms();
    feed(f, "half", 4);
    assert_int_equal(pipe_read(&f->op, f->pipe, 30, &message), 0);
    assert_null(message.p);
    assert_true(clock_mono_ms() - before >= 30);
    f->op.deadline_ms = clock_mono_ms() + 30;
    assert_int_equal(pipe_read(&f->op, f->pipe, -1, &message), -1);
    assert_int_equal(f->op.err, ERR_TIMEOUT);
    assert_false(pipe_is_broken(f->pipe)); /* a deadline while reading harms nothing */
}

static void test_end_of_file(void **state)
{
    struct fixture *f = *state;
    struct bytes message;
    feed(f, "last\0cut", 8);
    close(f->to_us);
    f->to_us = -1;
    assert_next(f, "last");
    assert_int_equal(pipe_read(&f->op, f->pipe, -1, &message), -1);
    assert_int_equal(f->op.err, ERR_BROWSER);
    assert_true(pipe_is_broken(f->pipe));
}

struct flood {
    int fd;
    size_t n;
};

static void flood(void *ctx)
{
    struct flood *fl = ctx;
    char chunk[4096];
    memset(chunk, 'x', sizeof chunk);
    for (size_t sent = 0; sent < fl->n;) {
        struct pollfd p = {.fd = fl->fd, .events = POLLOUT};
        poll(&p, 1, -1);
        size_t n = fl->n - sent < sizeof chunk ? fl->n - sent : sizeof chunk;
        ssize_t w = write(fl->fd, chunk, n);
        if (w < 0 && p.revents & POLLERR)
            return;
        sent += w > 0 ? (size_t)w : 0;
    }
    while (write(fl->fd, "", 1) < 0)
        continue;
}

static void test_large_message(void **state)
{
    struct fixture *f = *state;
    struct bytes message;
    struct flood fl = {f->to_us, MESSAGE_MAX};
    struct thread thread;
    thread_start(&thread, "flood", flood, &fl);
    assert_int_equal(pipe_read(&f->op, f->pipe, -1, &message), 0);
    thread_join(&thread);
    assert_int_equal(message.n, MESSAGE_MAX);
    assert_int_equal(message.p[0], 'x');
    assert_int_equal(message.p[MESSAGE_MAX - 1], 'x');
    feed(f, "small", 6);
    assert_next(f, "small");
}

static void test_ceiling(void **state)
{
    struct fixture *f = *state;
    struct bytes message;
    struct flood fl = {f->to_us, 2 * MESSAGE_MAX};
    struct thread thread;
    thread_start(&thread, "flood", flood, &fl);
    assert_int_equal(pipe_read(&f->op, f->pipe, -1, &message), -1);
    assert_int_equal(f->op.err, ERR_BROWSER);
    assert_true(pipe_is_broken(f->pipe));
    close(f->ours[0]); /* ends the flood */
    thread_join(&thread);
    f->ours[0] = dup(f->ours[1]);
}

static void test_writes_with_the_nul(void **state)
{
    struct fixture *f = *state;
    char text[16];
    assert_int_equal(pipe_write(&f->op, f->pipe, BYTES("hello")), 0);
    assert_int_equal(read(f->from_us, text, sizeof text), 6);
    assert_memory_equal(text, "hello", 6);
}

static void test_half_a_message_is_the_end(void **state)
{
    struct fixture *f = *state;
    struct bytes much = {mem_alloc(MESSAGE_MAX), MESSAGE_MAX};
    f->op.deadline_ms = clock_mono_ms() + 30;
    assert_int_equal(pipe_write(&f->op, f->pipe, much), -1); /* nobody reads */
    assert_int_equal(f->op.err, ERR_TIMEOUT);
    assert_true(pipe_is_broken(f->pipe));
    struct op next;
    op_init(&next, 1000);
    assert_int_equal(pipe_write(&next, f->pipe, BYTES("x")), -1);
    assert_int_equal(next.err, ERR_BROWSER);
    op_fini(&next);
    mem_free((void *)(uintptr_t)much.p);
}

static void test_writing_to_the_dead(void **state)
{
    struct fixture *f = *state;
    close(f->from_us);
    f->from_us = -1;
    assert_int_equal(pipe_write(&f->op, f->pipe, BYTES("x")), -1);
    assert_int_equal(f->op.err, ERR_BROWSER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_many_in_one_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_in_many_reads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_waits_for_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_end_of_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_message, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ceiling, setup, teardown),
        cmocka_unit_test_setup_teardown(test_writes_with_the_nul, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_a_message_is_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_writing_to_the_dead, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
