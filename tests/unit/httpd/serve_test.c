#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_CLOSE(path) "GET " path " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

static const struct httpd_conf usual = {.worker_n = 4, .light_worker_n = 1};

static void a_request_is_answered_and_the_connection_kept(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = client_open(f.port);
    for (int i = 0; i < 3; i++) {
        client_send(fd, GET("/hello"));
        char *answer = client_read_answer(fd, true);
        assert_int_equal(answer_status(answer), 200);
        assert_string_equal(answer_body(answer), "hello");
        assert_string_equal(answer_header(answer, "Server"), "rounds");
        assert_string_equal(answer_header(answer, "Content-Type"), "text/plain");
        assert_non_null(answer_header(answer, "Date"));
        free(answer);
    }
    close(fd);
    fixture_stop(&f);
}

static void head_has_the_length_but_no_body(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    char *answer = client_ask(f.port, "HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_int_equal(answer_status(answer), 200);
    assert_string_equal(answer_header(answer, "Content-Length"), "5");
    assert_string_equal(answer_body(answer), "");
    free(answer);
    fixture_stop(&f);
}

static void a_body_and_the_raw_query_arrive_untouched(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    char *answer = client_ask(
        f.port, "POST /ec%68o?url=http://h/d-solo/x?panelId=1%26orgId=1+2&width=10 HTTP/1.1\r\n"
                "Host: a\r\nContent-Length: 11\r\nConnection: close\r\n\r\nhello world");
    assert_int_equal(answer_status(answer), 200);
    assert_string_equal(answer_header(answer, "X-Method"), "POST");
    assert_string_equal(answer_header(answer, "X-Path"), "/echo");
    assert_string_equal(answer_header(answer, "X-Query"),
                        "url=http://h/d-solo/x?panelId=1%26orgId=1+2&width=10");
    assert_string_equal(answer_header(answer, "X-Peer"), "127.0.0.1");
    assert_string_equal(answer_body(answer), "hello world");
    free(answer);
    fixture_stop(&f);
}

static void headers_and_cookies_are_found_whatever_their_case_and_number(void **state)
{
    static const struct {
        const char *headers, *cookie;
    } rows[] = {
        {"Cookie: room=blue\r\n", "blue"},
        {"cookie: a=b; room=\"green\"; xroom=c\r\n", "green"},
        {"Cookie: xroom=c\r\nCookie: room=\r\nX-Ask-Me: two  words\r\n", NULL},
        {"Cookie: rooms=c; room\r\n", "none"},
    };
    struct fixture f;
    char request[512];
    (void)state;
    fixture_start(&f, &usual);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(request, sizeof request,
                 "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n", rows[i].headers);
        char *answer = client_ask(f.port, request);
        if (rows[i].cookie)
            assert_string_equal(answer_header(answer, "X-Cookie"), rows[i].cookie);
        else
            assert_string_equal(answer_header(answer, "X-Ask-Me"), "two  words");
        free(answer);
    }
    fixture_stop(&f);
}

static void control_bytes_in_a_reply_header_become_spaces(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    char *answer = client_ask(f.port, "GET /echo HTTP/1.1\r\nHost: a\r\n"
                                      "X-Ask: a\tb\r\nConnection: close\r\n\r\n");
    assert_string_equal(answer_header(answer, "X-Ask"), "a b");
    free(answer);
    fixture_stop(&f);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = client_open(f.port);
    client_send(fd, "GET /echo?1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo?2 HTTP/1.1\r\nHost: a\r\n"
                    "Content-Length: 3\r\n\r\nabcGET /echo?3 HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 1; i <= 3; i++) {
        char *answer = client_read_answer(fd, true), want[8];
        snprintf(want, sizeof want, "%d", i);
        assert_non_null(answer);
        assert_string_equal(answer_header(answer, "X-Query"), want);
        assert_string_equal(answer_body(answer), i == 2 ? "abc" : "");
        free(answer);
    }
    close(fd);
    fixture_stop(&f);
}

static void a_request_sent_byte_by_byte_is_answered(void **state)
{
    static const char request[] = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                                  "Connection: close\r\n\r\nok";
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = client_open(f.port), on = 1;
    setsockopt(fd, 6, 1 /* TCP_NODELAY */, &on, sizeof on);
    for (const char *c = request; *c; c++)
        client_send_bytes(fd, c, 1);
    char *answer = client_read_end(fd, NULL);
    assert_int_equal(answer_status(answer), 200);
    assert_string_equal(answer_body(answer), "ok");
    free(answer);
    close(fd);
    fixture_stop(&f);
}

static char *long_get(size_t query_n)
{
    char *request = malloc(query_n + 100);
    int n = sprintf(request, "GET /echo?");
    memset(request + n, 'q', query_n);
    strcpy(request + n + query_n, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return request;
}

static void an_address_of_64_kib_is_served_and_a_longer_one_refused_clearly(void **state)
{
    static const struct {
        size_t query_n;
        int status;
    } rows[] = {{64 << 10, 200}, {(80 << 10) + 1, 414}, {300 << 10, 414}};
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *request = long_get(rows[i].query_n), *answer = client_ask(f.port, request);
        assert_int_equal(answer_status(answer), rows[i].status);
        free(answer);
        free(request);
    }
    fixture_stop(&f);
}

static char *post_of(size_t n)
{
    char *request = malloc(n + 200);
    int at = sprintf(request,
                     "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     n);
    memset(request + at, 'b', n);
    request[(size_t)at + n] = '\0';
    return request;
}

static void a_body_beyond_its_limit_is_refused_readably(void **state)
{
    static const struct {
        size_t n;
        int status;
    } rows[] = {{64 << 10, 200}, {(64 << 10) + 1, 413}, {1 << 20, 413}};
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *request = post_of(rows[i].n), *answer = client_ask(f.port, request);
        assert_int_equal(answer_status(answer), rows[i].status);
        free(answer);
        free(request);
    }
    /* Far too long: refused before it is sent. */
    char *answer = client_ask(f.port, "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                      "Content-Length: 9000000000\r\n\r\n");
    assert_int_equal(answer_status(answer), 413);
    free(answer);
    fixture_stop(&f);
}

static void a_handler_that_forgets_to_answer_gives_500(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    char *answer = client_ask(f.port, GET_CLOSE("/silent"));
    assert_int_equal(answer_status(answer), 500);
    free(answer);
    fixture_stop(&f);
}

static void a_client_that_hangs_up_cancels_its_work(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = client_open(f.port);
    client_send(fd, GET("/wait"));
    fixture_await(&f.entered);
    close(fd);
    fixture_await(&f.left);
    assert_int_equal(atomic_load(&f.waited_err), ERR_CANCELLED);
    AWAIT_STATS(&f, st, st.connections == 0 && st.hangups == 1);
    fixture_stop(&f);
}

static void a_client_that_half_closes_cancels_but_gets_the_answer(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = client_open(f.port);
    client_send(fd, GET("/wait"));
    fixture_await(&f.entered);
    shutdown(fd, SHUT_WR);
    char *answer = client_read_end(fd, NULL);
    assert_string_equal(answer_body(answer), "cancelled");
    free(answer);
    close(fd);
    fixture_stop(&f);
}

static void a_hang_up_in_the_queue_cancels_before_the_start(void **state)
{
    struct httpd_conf conf = {.worker_n = 2, .light_worker_n = 1};
    struct fixture f;
    (void)state;
    fixture_start(&f, &conf);
    int first = client_open(f.port), second = client_open(f.port);
    client_send(first, GET("/hold"));
    fixture_await(&f.entered);
    client_send(second, GET("/wait"));
    AWAIT_STATS(&f, st, st.queued[HTTPD_HEAVY] == 1);
    close(second);
    AWAIT_STATS(&f, st, st.hangups == 1);
    sem_post(&f.release);
    fixture_await(&f.left);
    assert_int_equal(atomic_load(&f.waited_err), ERR_CANCELLED);
    close(first);
    fixture_stop(&f);
}

static void a_pipelined_request_is_no_hang_up(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = client_open(f.port);
    client_send(fd, GET("/hold"));
    fixture_await(&f.entered);
    client_send(fd, GET("/hello"));
    sem_post(&f.release);
    char *first = client_read_answer(fd, true), *second = client_read_answer(fd, true);
    assert_string_equal(answer_body(first), "held");
    assert_string_equal(answer_body(second), "hello");
    free(first);
    free(second);
    close(fd);
    fixture_stop(&f);
}

static void the_budget_of_the_plan_bounds_the_op(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    char *answer = client_ask(f.port, GET_CLOSE("/wait?budget=1"));
    assert_string_equal(answer_body(answer), "timeout");
    free(answer);
    fixture_stop(&f);
}

static void light_work_is_served_while_all_heavy_workers_are_busy(void **state)
{
    struct httpd_conf conf = {.worker_n = 3, .light_worker_n = 1, .queue_max = 1};
    struct fixture f;
    int held[3];
    (void)state;
    fixture_start(&f, &conf);
    for (int i = 0; i < 3; i++) {
        held[i] = client_open(f.port);
        client_send(held[i], GET("/hold"));
        if (i < 2)
            fixture_await(&f.entered);
    }
    AWAIT_STATS(&f, st, st.queued[HTTPD_HEAVY] == 1 && st.running[HTTPD_HEAVY] == 2);
    char *light = client_ask(f.port, GET_CLOSE("/hello"));
    assert_string_equal(answer_body(light), "hello");
    char *heavy = client_ask(f.port, GET_CLOSE("/hold"));
    assert_int_equal(answer_status(heavy), 429);
    assert_string_equal(answer_header(heavy, "Retry-After"), "2");
    free(light);
    free(heavy);
    for (int i = 0; i < 3; i++)
        sem_post(&f.release);
    for (int i = 0; i < 3; i++) {
        char *answer = client_read_answer(held[i], true);
        assert_string_equal(answer_body(answer), "held");
        free(answer);
        close(held[i]);
    }
    fixture_stop(&f);
}

static void http_1_0_is_answered_and_closed(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    char *answer = client_ask(f.port, "GET /hello HTTP/1.0\r\n\r\n");
    assert_int_equal(answer_status(answer), 200);
    assert_string_equal(answer_body(answer), "hello");
    free(answer);
    fixture_stop(&f);
}

static void beyond_the_keep_alive_limit_answers_close(void **state)
{
    struct httpd_conf conf = {.worker_n = 2, .keep_alive_max = 1};
    struct fixture f;
    (void)state;
    fixture_start(&f, &conf);
    int first = client_open(f.port);
    for (int i = 0; i < 2; i++) { /* the one that is kept stays kept */
        client_send(first, GET("/hello"));
        char *kept = client_read_answer(first, true);
        assert_null(answer_header(kept, "Connection"));
        free(kept);
    }
    char *closed = client_ask(f.port, GET("/hello"));
    assert_string_equal(answer_body(closed), "hello");
    assert_string_equal(answer_header(closed, "Connection"), "close");
    free(closed);
    close(first);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_and_the_connection_kept),
        cmocka_unit_test(head_has_the_length_but_no_body),
        cmocka_unit_test(a_body_and_the_raw_query_arrive_untouched),
        cmocka_unit_test(headers_and_cookies_are_found_whatever_their_case_and_number),
        cmocka_unit_test(control_bytes_in_a_reply_header_become_spaces),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_request_sent_byte_by_byte_is_answered),
        cmocka_unit_test(an_address_of_64_kib_is_served_and_a_longer_one_refused_clearly),
        cmocka_unit_test(a_body_beyond_its_limit_is_refused_readably),
        cmocka_unit_test(a_handler_that_forgets_to_answer_gives_500),
        cmocka_unit_test(a_client_that_hangs_up_cancels_its_work),
        cmocka_unit_test(a_client_that_half_closes_cancels_but_gets_the_answer),
        cmocka_unit_test(a_hang_up_in_the_queue_cancels_before_the_start),
        cmocka_unit_test(a_pipelined_request_is_no_hang_up),
        cmocka_unit_test(the_budget_of_the_plan_bounds_the_op),
        cmocka_unit_test(light_work_is_served_while_all_heavy_workers_are_busy),
        cmocka_unit_test(http_1_0_is_answered_and_closed),
        cmocka_unit_test(beyond_the_keep_alive_limit_answers_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
