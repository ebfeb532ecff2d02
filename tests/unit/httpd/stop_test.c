/* Start and stop: addresses, ports, and what becomes of requests in flight. */
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/thread.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

struct stopper {
    struct fixture *f;
    int64_t grace_ms;
};

static void stop_server(void *ctx)
{
    struct stopper *stopper = ctx;
    httpd_stop(stopper->f->server, stopper->grace_ms);
}

static void forget(struct fixture *f)
{
    char command[128];
    snprintf(command, sizeof command, "%s/digits", f->folder);
    unlink(command);
    rmdir(f->folder);
}

static bool can_connect(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool is_connected = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    close(fd);
    return is_connected;
}

static void a_stop_lets_requests_in_flight_finish(void **state)
{
    struct fixture f;
    struct thread thread = {0};
    (void)state;
    fixture_start(&f, &(struct httpd_conf){.worker_n = 2});
    int busy = client_open(f.port), idle = client_open(f.port);
    client_send(idle, GET("/hello"));
    free(client_read_answer(idle, true));
    client_send(busy, GET("/hold"));
    fixture_await(&f.entered);
    struct stopper stopper = {&f, 20000};
    thread_start(&thread, "stopper", stop_server, &stopper);
    assert_null(client_read_answer(idle, true)); /* idle ones are closed at once */
    while (can_connect(f.port))
        client_nap();
    sem_post(&f.release);
    char *answer = client_read_end(busy, NULL);
    assert_int_equal(answer_status(answer), 200);
    assert_string_equal(answer_body(answer), "held");
    assert_string_equal(answer_header(answer, "Connection"), "close");
    free(answer);
    thread_join(&thread);
    close(busy);
    close(idle);
    forget(&f);
}

static void past_the_grace_requests_are_cancelled_but_answered(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &(struct httpd_conf){.worker_n = 2});
    int fd = client_open(f.port);
    client_send(fd, GET("/wait"));
    fixture_await(&f.entered);
    httpd_stop(f.server, 0);
    char *answer = client_read_end(fd, NULL);
    assert_string_equal(answer_body(answer), "cancelled");
    free(answer);
    close(fd);
    forget(&f);
}

static void a_stop_ends_open_streams_in_order(void **state)
{
    struct fixture f;
    struct thread thread = {0};
    (void)state;
    fixture_start(&f, &(struct httpd_conf){.worker_n = 2});
    int fd = client_open(f.port);
    client_send(fd, GET("/stream"));
    fixture_await(&f.entered);
    assert_true(httpd_stream_send(f.stream, BYTES("x")));
    struct stopper stopper = {&f, 20000};
    thread_start(&thread, "stopper", stop_server, &stopper);
    char *answer = client_read_end(fd, NULL);
    assert_string_equal(answer_body(answer), "1\r\nx\r\n0\r\n\r\n");
    assert_false(httpd_stream_send(f.stream, BYTES("x")));
    httpd_stream_close(f.stream, true);
    thread_join(&thread);
    free(answer);
    close(fd);
    forget(&f);
}

static void clients_that_never_finish_do_not_delay_the_stop_for_ever(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &(struct httpd_conf){.worker_n = 2});
    int half_head = client_open(f.port), half_body = client_open(f.port);
    int no_reader = client_open(f.port);
    client_send(half_head, "GET /hello HTTP/1.1\r\n");
    client_send(half_body, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nb");
    client_send(no_reader, GET("/pour"));
    AWAIT_STATS(&f, st, st.requests == 2 && st.streams == 1);
    httpd_stop(f.server, 0);
    fixture_await(&f.left);
    close(half_head);
    close(half_body);
    close(no_reader);
    forget(&f);
}

static void a_port_in_use_and_a_bad_address_are_named(void **state)
{
    static const struct {
        const char *address, *text;
        enum err err;
    } rows[] = {
        {"127.0.0.1", "host:port", ERR_BAD_INPUT},
        {"127.0.0.1:http", "0 to 65535", ERR_BAD_INPUT},
        {"127.0.0.1:70000", "0 to 65535", ERR_BAD_INPUT},
        {"::1:80", "in brackets", ERR_BAD_INPUT},
        {"192.0.2.1:0", "192.0.2.1:0", ERR_BAD_INPUT},
    };
    struct httpd *server;
    struct fixture f;
    struct op op;
    char taken[32];
    struct httpd_face face = {.handle = (void (*)(void *, struct httpd_request *))abort};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct httpd_conf conf = {.listen = {{rows[i].address, false}}, .listen_n = 1};
        op_init(&op, -1);
        assert_int_equal(httpd_start(&op, &conf, &face, &server), -1);
        assert_int_equal(op.err, rows[i].err);
        assert_non_null(strstr(op.err_text, rows[i].text));
        op_fini(&op);
    }
    fixture_start(&f, &(struct httpd_conf){0});
    snprintf(taken, sizeof taken, "127.0.0.1:%d", f.port);
    struct httpd_conf conf = {.listen = {{taken, false}}, .listen_n = 1};
    op_init(&op, -1);
    assert_int_equal(httpd_start(&op, &conf, &face, &server), -1);
    assert_int_equal(op.err, ERR_UNAVAILABLE);
    assert_non_null(strstr(op.err_text, taken));
    op_fini(&op);
    fixture_stop(&f);
}

static bool has_ipv6(void)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    bool works = fd >= 0 && bind(fd, (struct sockaddr *)&any, sizeof any) == 0;
    if (fd >= 0)
        close(fd);
    return works;
}

static void it_listens_on_several_addresses_of_both_families(void **state)
{
    struct httpd_conf conf = {.listen = {{"127.0.0.1:0", false}, {"[::1]:0", false}, {":0", false}},
                              .listen_n = 3};
    struct fixture f;
    (void)state;
    if (!has_ipv6())
        skip();
    fixture_start(&f, &conf);
    static const char request[] = "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    for (size_t i = 1; i < 3; i++) {
        int fd = socket(AF_INET6, SOCK_STREAM, 0);
        to.sin6_port = htons((uint16_t)httpd_port(f.server, i));
        assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
        client_send(fd, request);
        char *answer = client_read_end(fd, NULL);
        assert_string_equal(answer_header(answer, "X-Peer"), "::1");
        free(answer);
        close(fd);
    }
    char *answer = client_ask(httpd_port(f.server, 2), request); /* IPv4 on the address for all */
    assert_string_equal(answer_header(answer, "X-Peer"), "127.0.0.1");
    free(answer);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_lets_requests_in_flight_finish),
        cmocka_unit_test(past_the_grace_requests_are_cancelled_but_answered),
        cmocka_unit_test(a_stop_ends_open_streams_in_order),
        cmocka_unit_test(clients_that_never_finish_do_not_delay_the_stop_for_ever),
        cmocka_unit_test(a_port_in_use_and_a_bad_address_are_named),
        cmocka_unit_test(it_listens_on_several_addresses_of_both_families),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
