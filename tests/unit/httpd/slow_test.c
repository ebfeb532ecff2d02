/* Clients that are slow, silent or many. Deadlines are short here; the tests wait for what the
 * server does, never for a time of their own. */
#include "fixture.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

/* A deadline that no test waits for. */
enum { LONG_MS = 600 * 1000 };

/* Sends one byte of `text` whenever the connection is still open; true when the server ended it. */
static bool dribble(int fd, const char *text)
{
    for (;;) {
        for (const char *c = text; *c; c++) {
            struct pollfd p = {.fd = fd, .events = POLLIN};
            char sink[512];
            if (poll(&p, 1, 5) == 1) {
                ssize_t got = recv(fd, sink, sizeof sink, 0);
                return got <= 0;
            }
            if (send(fd, c, 1, MSG_NOSIGNAL) < 0)
                return true;
        }
    }
}

static void a_slow_head_is_cut_however_busily_it_dribbles(void **state)
{
    struct httpd_conf conf = {.worker_n = 2, .head_ms = 200};
    struct fixture f;
    (void)state;
    fixture_start(&f, &conf);
    int fd = client_open(f.port);
    client_send(fd, "GET /hello HTTP/1.1\r\nHost: a\r\n");
    assert_true(dribble(fd, "X-A: b\r\n"));
    AWAIT_STATS(&f, st, st.refused == 1 && st.connections == 0);
    close(fd);
    fixture_stop(&f);
}

static void a_slow_body_is_cut(void **state)
{
    struct httpd_conf conf = {.worker_n = 2, .body_ms = 200};
    struct fixture f;
    (void)state;
    fixture_start(&f, &conf);
    int fd = client_open(f.port);
    client_send(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
    assert_true(dribble(fd, "b"));
    close(fd);
    fixture_stop(&f);
}

static void a_client_that_does_not_read_is_cut(void **state)
{
    struct httpd_conf conf = {.worker_n = 2, .write_ms = 200};
    struct fixture f;
    (void)state;
    fixture_start(&f, &conf);
    int fd = client_open(f.port);
    client_send(fd, GET("/pour"));
    fixture_await(&f.left);
    assert_int_equal(atomic_load(&f.waited_err), ERR_CANCELLED);
    close(fd);
    fixture_stop(&f);
}

static void an_idle_connection_is_closed_after_its_time(void **state)
{
    struct httpd_conf conf = {.worker_n = 2, .head_ms = 100, .idle_ms = 200};
    struct fixture f;
    (void)state;
    fixture_start(&f, &conf);
    int silent = client_open(f.port), used = client_open(f.port);
    client_send(used, GET("/hello"));
    char *answer = client_read_answer(used, true);
    assert_string_equal(answer_body(answer), "hello");
    free(answer);
    assert_null(client_read_answer(used, true));
    assert_null(client_read_answer(silent, true));
    AWAIT_STATS(&f, st, st.connections == 0 && st.refused == 0);
    close(silent);
    close(used);
    fixture_stop(&f);
}

/* The end may reach the server in one go with the last bytes. */
static void a_client_that_leaves_amid_its_request_is_forgotten_at_once(void **state)
{
    enum { N = 50 };
    static const char *const parts[] = {
        "GET /hello HTTP/1.1\r\nHo",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
        "",
    };
    struct httpd_conf conf = {.worker_n = 2, .head_ms = LONG_MS, .body_ms = LONG_MS,
                              .idle_ms = LONG_MS};
    struct fixture f;
    (void)state;
    fixture_start(&f, &conf);
    for (int i = 0; i < N; i++) {
        int fd = client_open(f.port);
        client_send(fd, parts[i % 3]);
        close(fd);
    }
    AWAIT_STATS(&f, st, st.connections == 0);
    fixture_stop(&f);
}

static void a_half_closed_client_gets_the_answers_to_all_it_asked(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &(struct httpd_conf){.worker_n = 2});
    for (int i = 0; i < 20; i++) {
        int fd = client_open(f.port);
        client_send(fd, GET("/hello") GET("/hello") GET("/hello"));
        shutdown(fd, SHUT_WR);
        char *answer = client_read_end(fd, NULL);
        int n = 0;
        for (const char *at = answer; (at = strstr(at, "\r\n\r\nhello")); at++)
            n++;
        assert_int_equal(n, 3);
        free(answer);
        close(fd);
    }
    fixture_stop(&f);
}

static void a_thousand_idle_connections_hinder_nobody(void **state)
{
    enum { IDLE = 1000 };
    struct rlimit files;
    struct fixture f;
    int fds[IDLE];
    (void)state;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &files);
    fixture_start(&f, &(struct httpd_conf){.worker_n = 2});
    for (int i = 0; i < IDLE; i++)
        fds[i] = client_open(f.port);
    AWAIT_STATS(&f, st, st.connections == IDLE);
    for (int i = 0; i < 100; i++) {
        char *answer = client_ask(f.port, "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert_string_equal(answer_body(answer), "hello");
        free(answer);
    }
    client_send(fds[IDLE - 1], GET("/hello")); /* an old one still works */
    char *answer = client_read_answer(fds[IDLE - 1], true);
    assert_string_equal(answer_body(answer), "hello");
    free(answer);
    for (int i = 0; i < IDLE; i++)
        close(fds[i]);
    AWAIT_STATS(&f, st2, st2.connections == 0);
    fixture_stop(&f);
}

static void beyond_the_connection_limit_others_wait_their_turn(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &(struct httpd_conf){.worker_n = 2, .connection_max = 2, .head_ms = LONG_MS});
    int first = client_open(f.port), second = client_open(f.port);
    AWAIT_STATS(&f, st, st.connections == 2);
    int third = client_open(f.port);
    client_send(third, GET("/hello"));
    close(first);
    char *answer = client_read_answer(third, true);
    assert_string_equal(answer_body(answer), "hello");
    free(answer);
    close(second);
    close(third);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_head_is_cut_however_busily_it_dribbles),
        cmocka_unit_test(a_slow_body_is_cut),
        cmocka_unit_test(a_client_that_does_not_read_is_cut),
        cmocka_unit_test(an_idle_connection_is_closed_after_its_time),
        cmocka_unit_test(a_client_that_leaves_amid_its_request_is_forgotten_at_once),
        cmocka_unit_test(a_half_closed_client_gets_the_answers_to_all_it_asked),
        cmocka_unit_test(a_thousand_idle_connections_hinder_nobody),
        cmocka_unit_test(beyond_the_connection_limit_others_wait_their_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
