#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static const struct httpd_conf usual = {.worker_n = 2, .light_worker_n = 1};

/* Opens /stream and reads until the head is there. */
static int open_stream(struct fixture *f)
{
    int fd = client_open(f->port);
    client_send(fd, GET("/stream"));
    fixture_await(&f->entered);
    char *head = client_read_answer(fd, false);
    assert_int_equal(answer_status(head), 200);
    assert_string_equal(answer_header(head, "Transfer-Encoding"), "chunked");
    free(head);
    return fd;
}

static void read_exactly(int fd, const char *want)
{
    size_t n = strlen(want), got = 0;
    char text[256];
    assert_true(n < sizeof text);
    while (got < n) {
        ssize_t part = recv(fd, text + got, n - got, 0);
        assert_true(part > 0);
        got += (size_t)part;
    }
    text[n] = '\0';
    assert_string_equal(text, want);
}

static void pieces_arrive_as_they_are_sent_and_the_end_is_orderly(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = open_stream(&f);
    for (int i = 0; i < 3; i++) {
        assert_true(httpd_stream_send(f.stream, BYTES("data: x\n\n")));
        read_exactly(fd, "9\r\ndata: x\n\n\r\n");
    }
    httpd_stream_close(f.stream, true);
    read_exactly(fd, "0\r\n\r\n");
    client_send(fd, GET("/hello")); /* the connection goes on */
    char *answer = client_read_answer(fd, true);
    assert_string_equal(answer_body(answer), "hello");
    free(answer);
    close(fd);
    fixture_stop(&f);
}

static void an_open_stream_holds_no_worker(void **state)
{
    enum { N = 20 };
    struct httpd_stream *streams[N];
    struct fixture f;
    int fds[N];
    (void)state;
    fixture_start(&f, &usual);
    for (int i = 0; i < N; i++) {
        fds[i] = open_stream(&f);
        streams[i] = f.stream;
    }
    AWAIT_STATS(&f, st, st.streams == N && st.running[0] == 0 && st.running[1] == 0);
    for (int i = 0; i < N; i++)
        assert_true(httpd_stream_send(streams[i], BYTES("x")));
    for (int i = 0; i < N; i++) {
        read_exactly(fds[i], "1\r\nx\r\n");
        httpd_stream_close(streams[i], true);
        close(fds[i]);
    }
    AWAIT_STATS(&f, st2, st2.streams == 0);
    fixture_stop(&f);
}

static void a_client_that_leaves_is_seen_as_gone(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = open_stream(&f);
    assert_true(httpd_stream_send(f.stream, BYTES("x")));
    close(fd);
    while (httpd_stream_send(f.stream, BYTES("x")))
        client_nap();
    httpd_stream_close(f.stream, true);
    AWAIT_STATS(&f, st, st.connections == 0 && st.streams == 0);
    fixture_stop(&f);
}

static void a_client_that_reads_too_slowly_is_dropped(void **state)
{
    static char piece[32 << 10];
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = open_stream(&f);
    memset(piece, 'x', sizeof piece);
    while (httpd_stream_send(f.stream, (struct bytes){piece, sizeof piece}))
        client_nap();
    assert_false(httpd_stream_send(f.stream, BYTES("x")));
    httpd_stream_close(f.stream, true);
    close(fd);
    fixture_stop(&f);
}

static void a_stream_cut_short_shows_that_something_is_missing(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    int fd = open_stream(&f);
    assert_true(httpd_stream_send(f.stream, BYTES("half")));
    read_exactly(fd, "4\r\nhalf\r\n");
    httpd_stream_close(f.stream, false);
    char *rest = client_read_end(fd, NULL);
    assert_string_equal(rest, ""); /* no last chunk */
    free(rest);
    close(fd);
    fixture_stop(&f);
}

/* The handler writes 64 MiB through a 256 KiB buffer; all of it arrives, in order. */
static void a_writer_waits_for_its_reader(void **state)
{
    struct fixture f;
    size_t n;
    (void)state;
    fixture_start(&f, &usual);
    int fd = client_open(f.port);
    client_send(fd, "GET /pour HTTP/1.0\r\n\r\n");
    char *answer = client_read_end(fd, &n);
    const char *body = answer_body(answer);
    assert_int_equal(n - (size_t)(body - answer), 64 << 20);
    for (size_t i = 0; i < 64 << 20; i += 997)
        assert_int_equal(body[i], 'a' + (int)(i >> 16) % 26);
    fixture_await(&f.left);
    assert_int_equal(atomic_load(&f.waited_err), 0);
    free(answer);
    close(fd);
    fixture_stop(&f);
}

static void a_reader_that_leaves_ends_the_writer(void **state)
{
    struct fixture f;
    char some[1000];
    (void)state;
    fixture_start(&f, &usual);
    int fd = client_open(f.port);
    client_send(fd, GET("/pour"));
    assert_true(recv(fd, some, sizeof some, 0) > 0);
    close(fd);
    fixture_await(&f.left);
    assert_int_equal(atomic_load(&f.waited_err), ERR_CANCELLED);
    fixture_stop(&f);
}

static void head_of_a_stream_has_no_body(void **state)
{
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    char *answer = client_ask(f.port, "HEAD /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_int_equal(answer_status(answer), 200);
    assert_string_equal(answer_body(answer), "");
    free(answer);
    httpd_stream_close(f.stream, true);
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_arrive_as_they_are_sent_and_the_end_is_orderly),
        cmocka_unit_test(an_open_stream_holds_no_worker),
        cmocka_unit_test(a_client_that_leaves_is_seen_as_gone),
        cmocka_unit_test(a_client_that_reads_too_slowly_is_dropped),
        cmocka_unit_test(a_stream_cut_short_shows_that_something_is_missing),
        cmocka_unit_test(a_writer_waits_for_its_reader),
        cmocka_unit_test(a_reader_that_leaves_ends_the_writer),
        cmocka_unit_test(head_of_a_stream_has_no_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
