/* The gate on real sockets: what passes, what does not, what is told about it. */
#include "../test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "gate/gate.h"
#include "sys/thread.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A server on loopback that sends back what it gets, or plays a proxy first. */
struct echo {
    int fd, port;
    const char *expect; /* a proxy's request to read first; NULL: none */
    size_t expect_n;
    const char *say;
    size_t say_n;
    struct thread thread;
};

static bool read_exactly(int fd, char *out, size_t n)
{
    for (size_t got = 0; got < n;) {
        ssize_t r = read(fd, out + got, n - got);
        if (r <= 0)
            return false;
        got += (size_t)r;
    }
    return true;
}

static void serve_one(struct echo *e, int fd)
{
    char buffer[8192];
    if (e->expect) {
        if (!read_exactly(fd, buffer, e->expect_n) || memcmp(buffer, e->expect, e->expect_n) != 0)
            return;
        if (write(fd, e->say, e->say_n) < 0)
            return;
    }
    ssize_t n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        if (write(fd, buffer, (size_t)n) < 0)
            return;
}

static void serve(void *ctx)
{
    struct echo *e = ctx;
    int fd;
    while ((fd = accept(e->fd, NULL, NULL)) >= 0) {
        serve_one(e, fd);
        close(fd);
    }
}

static void echo_start(struct echo *e)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    e->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(e->fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(e->fd, 16), 0);
    assert_int_equal(getsockname(e->fd, (struct sockaddr *)&a, &n), 0);
    e->port = ntohs(a.sin_port);
    thread_start(&e->thread, "echo", serve, e);
}

static void echo_stop(struct echo *e)
{
    shutdown(e->fd, SHUT_RDWR);
    thread_join(&e->thread);
    close(e->fd);
}

struct fixture {
    struct op op;
    struct gate *gate;
    struct echo echo;
};

static int setup(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    op_init(&f->op, 20000);
    echo_start(&f->echo);
    if (gate_start(&f->op, &(struct gate_conf){0}, &f->gate) < 0)
        return -1;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    gate_stop(f->gate);
    echo_stop(&f->echo);
    op_fini(&f->op);
    mem_free(f);
    return 0;
}

static int dial(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons((uint16_t)port)};
    struct timeval limit = {.tv_sec = 15};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Asks the gate for host:port. The SOCKS answer's code; -1 when it hung up. */
static int ask(int fd, const char *host, int port)
{
    char text[300] = "\x05\x01\x00", answer[10];
    size_t n = strlen(host);
    if (write(fd, text, 3) != 3 || !read_exactly(fd, answer, 2))
        return -1;
    memcpy(text, "\x05\x01\x00\x03", 4);
    text[4] = (char)n;
    memcpy(text + 5, host, n);
    text[5 + n] = (char)(port >> 8);
    text[6 + n] = (char)port;
    if (write(fd, text, n + 7) != (ssize_t)n + 7 || !read_exactly(fd, answer, 10))
        return -1;
    return answer[1];
}

static int open_for(struct fixture *f, const char *host, int port, bool is_own)
{
    int out;
    struct gate_allow allow = {host, port, is_own};
    assert_int_equal(gate_open(&f->op, f->gate, &allow, 1, &out), 0);
    return out;
}

static int code_for(int gate_port, const char *host, int port)
{
    int fd = dial(gate_port);
    int code = ask(fd, host, port);
    close(fd);
    return code;
}

static void test_own_origin_passes(void **state)
{
    struct fixture *f = *state;
    static const char *const HOSTS[] = {"localhost", "127.0.0.1"};
    for (size_t i = 0; i < 2; i++) {
        int fd = dial(open_for(f, HOSTS[i], f->echo.port, true));
        char back[5];
        assert_int_equal(ask(fd, HOSTS[i], f->echo.port), 0);
        assert_int_equal(write(fd, "hello", 5), 5);
        assert_true(read_exactly(fd, back, 5));
        assert_memory_equal(back, "hello", 5);
        shutdown(fd, SHUT_WR);
        assert_int_equal(read(fd, back, 1), 0); /* half-closing reaches the server and comes back */
        close(fd);
    }
}

static void test_much_data_arrives_whole(void **state)
{
    struct fixture *f = *state;
    enum { SIZE = 8 << 20 };
    int fd = dial(open_for(f, "localhost", f->echo.port, true));
    assert_int_equal(ask(fd, "localhost", f->echo.port), 0);
    char *out = mem_alloc(SIZE), *in = mem_alloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        out[i] = (char)(i * 31 + (i >> 12));
    size_t sent = 0, got = 0;
    while (got < SIZE) {
        struct pollfd p = {.fd = fd, .events = (short)(POLLIN | (sent < SIZE ? POLLOUT : 0))};
        assert_true(poll(&p, 1, 15000) > 0);
        if (p.revents & POLLOUT) {
            ssize_t n = send(fd, out + sent, SIZE - sent, MSG_DONTWAIT);
            sent += n > 0 ? (size_t)n : 0;
        }
        if (p.revents & POLLIN) {
            ssize_t n = recv(fd, in + got, SIZE - got, MSG_DONTWAIT);
            assert_true(n > 0);
            got += (size_t)n;
        }
    }
    assert_memory_equal(in, out, SIZE);
    struct gate_stats stats;
    gate_stats(f->gate, &stats);
    assert_int_equal(stats.bytes_in, SIZE);
    assert_int_equal(stats.bytes_out, SIZE);
    mem_free(out);
    mem_free(in);
    close(fd);
}

static void test_everything_else_is_refused(void **state)
{
    struct fixture *f = *state;
    struct echo other = {0};
    echo_start(&other);
    int port = open_for(f, "localhost", f->echo.port, true);
    static const char *const HOSTS[] = {"localhost",       "127.0.0.1",
                                        "[::1]",           "::ffff:127.0.0.1",
                                        "169.254.169.254", "metadata.google.internal",
                                        "example.org"};
    for (size_t i = 0; i < sizeof HOSTS / sizeof *HOSTS; i++)
        assert_int_equal(code_for(port, HOSTS[i], other.port), 2);
    static const char *const ODD[] = {"2130706433", "0x7f.1", "127.1", "0177.0.0.1", "a b"};
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++)
        assert_int_equal(code_for(port, ODD[i], f->echo.port), 2);
    const struct gate_refusal *list;
    size_t n;
    gate_list_refused(f->gate, port, 0, &f->op, &list, &n);
    assert_int_equal(n, 12);
    assert_string_equal(list[0].host, "localhost");
    assert_int_equal(list[0].port, other.port);
    assert_int_equal(list[0].reason, GATE_REFUSED_NAME);
    assert_string_equal(list[2].host, "::1");
    assert_int_equal(list[11].reason, GATE_REFUSED_SPELLING);
    echo_stop(&other);
}

static void test_addresses_behind_allowed_names(void **state)
{
    struct fixture *f = *state;
    /* An extra host that leads to this machine, and a metadata address that somebody allowed. */
    int port = open_for(f, "localhost", f->echo.port, false);
    assert_int_equal(code_for(port, "localhost", f->echo.port), 2);
    const struct gate_refusal *list;
    size_t n;
    gate_list_refused(f->gate, port, 0, &f->op, &list, &n);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].reason, GATE_REFUSED_ADDRESS);
    assert_int_equal(code_for(open_for(f, "169.254.169.254", 80, true), "169.254.169.254", 80), 2);
    assert_int_equal(
        code_for(open_for(f, "::ffff:169.254.169.254", 80, true), "::ffff:a9fe:a9fe", 80), 2);
    assert_int_equal(code_for(open_for(f, "0.0.0.0", f->echo.port, true), "0.0.0.0", f->echo.port),
                     2);
}

static void test_failures_are_told_apart(void **state)
{
    struct fixture *f = *state;
    struct echo gone = {0};
    echo_start(&gone);
    echo_stop(&gone);
    int port = open_for(f, "localhost", gone.port, true);
    assert_int_equal(code_for(port, "localhost", gone.port), 4);
    int nowhere = open_for(f, "no-such-name.invalid", 80, true);
    assert_int_equal(code_for(nowhere, "no-such-name.invalid", 80), 4);
    const struct gate_refusal *list;
    size_t n;
    gate_list_refused(f->gate, port, 0, &f->op, &list, &n);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].reason, GATE_FAILED_CONNECT);
    gate_list_refused(f->gate, nowhere, 0, &f->op, &list, &n);
    assert_int_equal(list[0].reason, GATE_FAILED_RESOLVE);
}

static void test_refusals_are_bounded_and_counted(void **state)
{
    struct fixture *f = *state;
    int port = open_for(f, "localhost", f->echo.port, true);
    for (int i = 0; i < GATE_REFUSED_MAX + 10; i++) {
        char host[32];
        snprintf(host, sizeof host, "host%d.example", i);
        assert_int_equal(code_for(port, host, 80), 2);
    }
    int64_t since_ms = clock_mono_ms() + 1;
    while (clock_mono_ms() < since_ms)
        continue;
    assert_int_equal(code_for(port, "again.example", 80), 2);
    assert_int_equal(code_for(port, "again.example", 80), 2);
    const struct gate_refusal *list;
    size_t n;
    gate_list_refused(f->gate, port, 0, &f->op, &list, &n);
    assert_int_equal(n, GATE_REFUSED_MAX);
    assert_string_equal(list[n - 1].host, "again.example");
    assert_int_equal(list[n - 1].count, 2);
    gate_list_refused(f->gate, port, since_ms, &f->op, &list, &n);
    assert_int_equal(n, 1);
}

/* True when the other end closes within some seconds. */
static bool ends(int fd)
{
    char c;
    return read(fd, &c, 1) <= 0 && errno != EAGAIN;
}

static void test_a_closed_port_cuts(void **state)
{
    struct fixture *f = *state;
    int port = open_for(f, "localhost", f->echo.port, true),
        kept = open_for(f, "localhost", f->echo.port, true);
    int fd = dial(port), other = dial(kept);
    char back[1];
    assert_int_equal(ask(fd, "localhost", f->echo.port), 0);
    gate_close(f->gate, port);
    gate_close(f->gate, port);
    errno = 0;
    assert_true(ends(fd));
    close(fd); /* the echo server serves one at a time: now the other's turn */
    assert_int_equal(ask(other, "localhost", f->echo.port), 0);
    assert_int_equal(write(other, "x", 1), 1);
    assert_true(read_exactly(other, back, 1));
    close(other);
    struct gate_stats stats;
    gate_stats(f->gate, &stats);
    assert_int_equal(stats.ports, 1);
}

static void test_garbage_is_hung_up_on(void **state)
{
    struct fixture *f = *state;
    int port = open_for(f, "localhost", f->echo.port, true);
    static const char *const WORDS[] = {"GET / HTTP/1.1\r\n\r\n", "\x04\x01", "\x05\x01\x02"};
    for (size_t i = 0; i < 3; i++) {
        int fd = dial(port);
        errno = 0;
        assert_true(write(fd, WORDS[i], strlen(WORDS[i])) > 0);
        assert_true(ends(fd));
        close(fd);
    }
}

/* Another user of this machine finds the port, but not the way through it. */
static void test_another_user_is_refused(void **state)
{
    struct fixture *f = *state;
    if (geteuid() != 0)
        skip();
    int port = open_for(f, "localhost", f->echo.port, true);
    pid_t pid = fork();
    if (pid == 0) {
        if (setuid(65534) < 0)
            _exit(9);
        int fd = dial(port);
        _exit(fd >= 0 && ask(fd, "localhost", f->echo.port) == -1 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    const struct gate_refusal *list;
    size_t n;
    gate_list_refused(f->gate, port, 0, &f->op, &list, &n);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].reason, GATE_REFUSED_PEER);
    assert_int_equal(code_for(port, "localhost", f->echo.port), 0);
}

/* A gate behind a proxy that is the echo server in disguise. */
static void through_proxy(const char *scheme, const char *expect, size_t expect_n, const char *say,
                          size_t say_n)
{
    struct op op;
    op_init(&op, 20000);
    struct echo proxy = {.expect = expect, .expect_n = expect_n, .say = say, .say_n = say_n};
    echo_start(&proxy);
    struct gate *gate;
    struct gate_conf conf = {
        .upstream = {.url = arena_fmt(&op.arena, "%s://127.0.0.1:%d", scheme, proxy.port)}};
    assert_int_equal(gate_start(&op, &conf, &gate), 0);
    int port;
    struct gate_allow allow[] = {{"far.example", 443, false}, {"metadata.goog", 443, false}};
    assert_int_equal(gate_open(&op, gate, allow, 2, &port), 0);
    int fd = dial(port);
    char back[5];
    assert_int_equal(ask(fd, "far.example", 443), 0);
    assert_int_equal(write(fd, "hello", 5), 5);
    assert_true(read_exactly(fd, back, 5));
    assert_memory_equal(back, "hello", 5);
    close(fd);
    assert_int_equal(code_for(port, "near.example", 443), 2);
    assert_int_equal(code_for(port, "metadata.goog", 443), 2);
    gate_stop(gate);
    echo_stop(&proxy);
    op_fini(&op);
}

static void test_through_an_http_proxy(void **state)
{
    (void)state;
    static const char ASKED[] = "CONNECT far.example:443 HTTP/1.1\r\nHost: far.example:443\r\n\r\n";
    static const char SAID[] = "HTTP/1.1 200 OK\r\n\r\n";
    through_proxy("http", ASKED, sizeof ASKED - 1, SAID, sizeof SAID - 1);
}

static void test_through_a_refusing_proxy(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, 20000);
    struct echo proxy = {
        .expect = "C", .expect_n = 1, .say = "HTTP/1.1 407 No\r\n\r\n", .say_n = 19};
    echo_start(&proxy);
    struct gate *gate;
    struct gate_conf conf = {
        .upstream = {.url = arena_fmt(&op.arena, "http://127.0.0.1:%d", proxy.port)}};
    assert_int_equal(gate_start(&op, &conf, &gate), 0);
    int port;
    assert_int_equal(
        gate_open(&op, gate, &(struct gate_allow){"far.example", 443, false}, 1, &port), 0);
    assert_int_equal(code_for(port, "far.example", 443), 4);
    gate_stop(gate);
    echo_stop(&proxy);
    op_fini(&op);
}

/* Many threads open, use and close ports at once (for ThreadSanitizer). */
static void busy(void *ctx)
{
    struct fixture *f = ctx;
    struct op op;
    op_init(&op, 20000);
    for (int i = 0; i < 20; i++) {
        int port;
        struct gate_allow allow = {"localhost", 1, true};
        if (gate_open(&op, f->gate, &allow, 1, &port) < 0)
            break;
        int fd = dial(port);
        ask(fd, "elsewhere.example", 80);
        const struct gate_refusal *list;
        size_t n;
        gate_list_refused(f->gate, port, 0, &op, &list, &n);
        struct gate_stats stats;
        gate_stats(f->gate, &stats);
        gate_close(f->gate, port);
        close(fd);
    }
    op_fini(&op);
}

static void test_many_threads(void **state)
{
    struct fixture *f = *state;
    struct thread threads[4] = {0};
    for (int i = 0; i < 4; i++)
        thread_start(&threads[i], "busy", busy, f);
    for (int i = 0; i < 4; i++)
        thread_join(&threads[i]);
    struct gate_stats stats;
    gate_stats(f->gate, &stats);
    assert_int_equal(stats.refused_n, 80);
    assert_int_equal(stats.ports, 0);
}

/* A browser being started is a child with copies of all our descriptors, until it execs. Connections that end
 * meanwhile must be gone from the epoll as well, or their events come to memory that was freed. */
static void test_copies_in_a_child_do_no_harm(void **state)
{
    struct fixture *f = *state;
    struct gate_stats stats;
    int ready[2], quit[2], port = open_for(f, "localhost", f->echo.port, true), fd = dial(port);
    char byte;
    assert_int_equal(ask(fd, "localhost", f->echo.port), 0);
    assert_int_equal(pipe(ready) | pipe(quit), 0);
    pid_t child = fork();
    if (child == 0) {
        close(fd);
        close(quit[1]);
        if (write(ready[1], "x", 1) == 1)
            (void)!read(quit[0], &byte, 1);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    gate_close(f->gate, port);
    for (gate_stats(f->gate, &stats); stats.connections > 0; gate_stats(f->gate, &stats))
        poll(NULL, 0, 1);
    (void)!write(fd, "to nobody", 9); /* the child's copy still takes it */
    close(fd);
    port = open_for(f, "localhost", f->echo.port, true);
    close(quit[1]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    for (int i = 0; i < 20; i++) /* as often as the relay looks */
        assert_int_equal(code_for(port, "localhost", f->echo.port), 0);
    close(ready[0]);
    close(ready[1]);
    close(quit[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_own_origin_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_much_data_arrives_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_everything_else_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_addresses_behind_allowed_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_failures_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals_are_bounded_and_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_closed_port_cuts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_garbage_is_hung_up_on, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_user_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_copies_in_a_child_do_no_harm, setup, teardown),
        cmocka_unit_test(test_through_an_http_proxy),
        cmocka_unit_test(test_through_a_refusing_proxy),
        cmocka_unit_test_setup_teardown(test_many_threads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
