#include "origin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetch/fetch.h"

#define OK(body, length) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n" body
#define RUN(replies) replies, sizeof replies / sizeof *replies

struct world {
    struct op op;
    struct fetch_client *client;
    struct fetch_response response;
    struct origin origin;
};

static void world_open(struct world *w, const struct fetch_conf *conf,
                       const struct origin_reply *replies, size_t n)
{
    op_init(&w->op, 20000);
    assert_int_equal(fetch_open(&w->op, conf, &w->client), 0);
    origin_start(&w->origin, replies, n);
}

static void world_close(struct world *w)
{
    fetch_close(w->client);
    origin_stop(&w->origin);
    op_fini(&w->op);
}

static int get(struct world *w, const char *path, struct fetch_request request)
{
    request.url = arena_fmt(&w->op.arena, "%s%s", w->origin.url, path);
    return fetch_run(&w->op, w->client, &request, &w->response);
}

#define GET(w, path, ...) get(w, path, (struct fetch_request){__VA_ARGS__})

static void an_answer_comes_with_status_headers_and_body(void **state)
{
    static const struct origin_reply replies[] = {
        {"HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 404 Not Found\r\n"
         "Content-Type: application/json\r\nDate: Mon, 23 Nov 2026 08:00:00 GMT\r\n"
         "X-Note:  two words \r\nContent-Length: 2\r\n\r\n{}"}};
    struct world w;
    (void)state;
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    assert_int_equal(GET(&w, "/a?b=%41", .method = NULL), 0);
    assert_int_equal(w.response.status, 404);
    assert_string_equal(w.response.body.p, "{}");
    assert_string_equal(w.response.type, "application/json");
    assert_string_equal(fetch_header_find(&w.response, "x-note"), "two words");
    assert_null(fetch_header_find(&w.response, "X-Early"));
    assert_true(w.response.date_ms == 1795420800000);
    assert_string_equal(w.response.peer, "127.0.0.1");
    assert_int_equal(w.response.cert_until_ms, 0);
    world_close(&w);
    assert_memory_equal(w.origin.requests[0], "GET /a?b=%41 HTTP/1.1\r\n", 23);
    assert_non_null(strstr(w.origin.requests[0], "\r\nUser-Agent: Rounds\r\n"));
}

static void a_post_sends_body_headers_and_credential(void **state)
{
    static const struct origin_reply replies[] = {{OK("ok", "2")}};
    struct fetch_header headers[] = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
    struct secret token = {0};
    struct world w;
    (void)state;
    secret_set(&token, BYTES("glsa_secret"));
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    assert_int_equal(GET(&w, "/api", .headers = headers, .header_n = 2, .body = BYTES("{\"a\":1}"),
                         .credential_name = "Authorization", .credential_prefix = "Bearer ",
                         .credential = &token),
                     0);
    world_close(&w);
    const char *asked = w.origin.requests[0];
    assert_memory_equal(asked, "POST /api HTTP/1.1\r\n", 20);
    assert_non_null(strstr(asked, "\r\nAuthorization: Bearer glsa_secret\r\n"));
    assert_non_null(strstr(asked, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(asked, "\r\nX-Empty:"));
    assert_non_null(strstr(asked, "\r\n\r\n{\"a\":1}"));
    assert_null(strstr(asked, "Expect:"));
    secret_fini(&token);
}

static void a_connection_is_used_again_without_the_credential_of_the_last_call(void **state)
{
    static const struct origin_reply replies[] = {{OK("1", "1"), true}, {OK("2", "1"), true}};
    struct secret login = {0};
    struct world w;
    (void)state;
    secret_set(&login, BYTES("ann:pw"));
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    assert_int_equal(GET(&w, "/1", .basic = &login), 0);
    assert_false(w.response.is_reused);
    assert_int_equal(GET(&w, "/2", .method = "GET"), 0);
    assert_true(w.response.is_reused);
    world_close(&w);
    assert_int_equal(w.origin.connections, 1);
    assert_non_null(strstr(w.origin.requests[0], "Authorization: Basic YW5uOnB3"));
    assert_null(strstr(w.origin.requests[1], "Authorization"));
    secret_fini(&login);
}

static void a_header_with_a_line_break_is_refused(void **state)
{
    static const char *const bad[] = {"a\r\nX-Evil: 1", "a\nb", "a\x7f"};
    struct op op;
    struct fetch_client *client;
    struct fetch_response response;
    (void)state;
    op_init(&op, -1);
    assert_int_equal(fetch_open(&op, &(struct fetch_conf){0}, &client), 0);
    for (size_t i = 0; i < 4; i++) {
        struct fetch_header header = {i < 3 ? "X-A" : "X-A: b\r\nX-B", i < 3 ? bad[i] : "c"};
        struct fetch_request request = {.url = "http://127.0.0.1:1/", .headers = &header,
                                        .header_n = 1};
        assert_int_equal(fetch_run(&op, client, &request, &response), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        op_clear(&op);
    }
    fetch_close(client);
    op_fini(&op);
}

static void redirects_stay_unless_asked_for_and_never_leave_the_origin(void **state)
{
    static const struct origin_reply replies[] = {
        {"HTTP/1.1 302 Found\r\nLocation: /two\r\nContent-Length: 0\r\n\r\n", true},
        {"HTTP/1.1 302 Found\r\nLocation: /two\r\nContent-Length: 0\r\n\r\n", true},
        {OK("two", "3"), true},
        {"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
         true},
        {"HTTP/1.1 302 Found\r\nLocation: //127.0.0.2/\r\nContent-Length: 0\r\n\r\n", true},
    };
    struct world w;
    (void)state;
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    assert_int_equal(GET(&w, "/one", .follow_max = 0), 0);
    assert_int_equal(w.response.status, 302);
    assert_int_equal(GET(&w, "/one", .follow_max = 3, .body = BYTES("x")), 0);
    assert_int_equal(w.response.status, 200);
    assert_string_equal(w.response.body.p, "two");
    assert_non_null(strstr(w.response.url, "/two"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(GET(&w, "/one", .follow_max = 3), 0);
        assert_int_equal(w.response.status, 302);
    }
    world_close(&w);
    assert_memory_equal(w.origin.requests[2], "GET /two", 8);
}

static void an_answer_beyond_its_limit_is_refused(void **state)
{
    static const struct origin_reply replies[] = {{OK("0123456789", "10"), true},
                                                  {OK("0123456789", "10")}};
    struct world w;
    (void)state;
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    assert_int_equal(GET(&w, "/", .body_max = 10), 0);
    assert_int_equal(GET(&w, "/", .body_max = 9), -1);
    assert_int_equal(w.op.err, ERR_TOO_LARGE);
    world_close(&w);
}

static int refuse_second(void *ctx, struct op *op, struct bytes piece)
{
    size_t *n = ctx;
    *n += piece.n;
    return *n > 4 ? op_fail(op, ERR_UNPROCESSABLE, "enough") : 0;
}

static void data_can_be_taken_in_pieces_and_refused(void **state)
{
    static const struct origin_reply replies[] = {{OK("1234", "4"), true}, {OK("56", "2")}};
    struct world w;
    size_t n = 0;
    (void)state;
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    assert_int_equal(GET(&w, "/", .on_data = refuse_second, .ctx = &n), 0);
    assert_int_equal(n, 4);
    assert_int_equal(GET(&w, "/", .on_data = refuse_second, .ctx = &n), -1);
    assert_int_equal(w.op.err, ERR_UNPROCESSABLE);
    world_close(&w);
}

static void failures_name_the_hop(void **state)
{
    static const struct {
        struct origin_reply reply;
        const char *text;
    } rows[] = {
        {{""}, "without an answer"},
        {{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"}, "connection broke"},
        {{"SSH-2.0-OpenSSH_9\r\n"}, "HTTP/0.9"},
    };
    struct world w;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        world_open(&w, &(struct fetch_conf){0}, &rows[i].reply, 1);
        assert_int_equal(GET(&w, "/?auth_token=hush", .method = NULL), -1);
        assert_int_equal(w.op.err, ERR_TARGET);
        if (!strstr(w.op.err_text, rows[i].text) || !strstr(w.op.err_text, w.origin.url + 7))
            fail_msg("%s", w.op.err_text);
        assert_null(strstr(w.op.err_text, "hush"));
        world_close(&w);
    }
}

static void a_closed_port_and_an_unknown_name_are_named(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    struct op op;
    struct fetch_client *client;
    struct fetch_response response;
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* bound, not listening: refuses */
    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    op_init(&op, 20000);
    assert_int_equal(fetch_open(&op, &(struct fetch_conf){0}, &client), 0);
    const char *url = arena_fmt(&op.arena, "http://127.0.0.1:%d/", ntohs(at.sin_port));
    assert_int_equal(fetch_run(&op, client, &(struct fetch_request){.url = url}, &response), -1);
    assert_int_equal(op.err, ERR_TARGET);
    assert_non_null(strstr(op.err_text, "Connection refused"));
    op_clear(&op);
    url = "http://no-such-host.invalid/";
    assert_int_equal(fetch_run(&op, client, &(struct fetch_request){.url = url}, &response), -1);
    assert_int_equal(op.err, ERR_TARGET);
    assert_non_null(strstr(op.err_text, "no-such-host.invalid:80: the name is not known"));
    op_clear(&op);
    url = "file:///etc/passwd";
    assert_int_equal(fetch_run(&op, client, &(struct fetch_request){.url = url}, &response), -1);
    assert_int_equal(op.err, ERR_FORBIDDEN);
    fetch_close(client);
    op_fini(&op);
    close(fd);
}

static void a_server_that_never_answers_ends_at_the_deadline(void **state)
{
    static const struct origin_reply replies[] = {{NULL}};
    struct world w;
    (void)state;
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    w.op.deadline_ms -= 19900;
    assert_int_equal(GET(&w, "/", .method = NULL), -1);
    assert_int_equal(w.op.err, ERR_TIMEOUT);
    assert_non_null(strstr(w.op.err_text, "waiting for its answer"));
    world_close(&w);
}

static void cancel_when_asked(void *ctx)
{
    struct world *w = ctx;
    sem_wait(&w->origin.asked);
    (void)eventfd_write(w->op.cancel_fd, 1);
}

static void a_cancel_ends_the_call_at_once(void **state)
{
    static const struct origin_reply replies[] = {{NULL}};
    struct world w;
    struct thread canceller = {0};
    (void)state;
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    w.op.deadline_ms = OP_NO_DEADLINE;
    w.op.cancel_fd = eventfd(0, EFD_CLOEXEC);
    thread_start(&canceller, "canceller", cancel_when_asked, &w);
    assert_int_equal(GET(&w, "/", .method = NULL), -1);
    assert_int_equal(w.op.err, ERR_CANCELLED);
    thread_join(&canceller);
    close(w.op.cancel_fd);
    world_close(&w);
}

static void forbidden_addresses_are_refused_by_name_and_by_number(void **state)
{
    static const char *const urls[] = {"http://127.0.0.1:1/", "http://[::1]:1/",
                                       "http://localhost:1/", "http://127.1:1/",
                                       "http://0x7f000001:1/", "http://[::ffff:127.0.0.1]:1/"};
    struct op op;
    struct fetch_client *client;
    struct fetch_response response;
    (void)state;
    op_init(&op, 20000);
    assert_int_equal(fetch_open(&op, &(struct fetch_conf){.refuse = FETCH_LOOPBACK}, &client), 0);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct fetch_request request = {.url = urls[i]};
        assert_int_equal(fetch_run(&op, client, &request, &response), -1);
        if (op.err != ERR_FORBIDDEN)
            fail_msg("%s: %s", urls[i], op.err_text);
        assert_non_null(strstr(op.err_text, "this machine itself"));
        op_clear(&op);
    }
    fetch_close(client);
    op_fini(&op);
}

static void a_pinned_address_is_used_instead_of_the_name(void **state)
{
    static const struct origin_reply replies[] = {{OK("ok", "2")}};
    struct world w;
    (void)state;
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    struct fetch_request request = {
        .url = arena_fmt(&w.op.arena, "http://grafana.invalid:%d/x", w.origin.port),
        .pin = "127.0.0.1"};
    assert_int_equal(fetch_run(&w.op, w.client, &request, &w.response), 0);
    assert_string_equal(w.response.body.p, "ok");
    world_close(&w);
    assert_non_null(strstr(w.origin.requests[0], "Host: grafana.invalid:"));
}

static void a_proxy_is_used_when_set_and_never_from_the_environment(void **state)
{
    static const struct origin_reply replies[] = {{OK("ok", "2")}, {OK("by", "2")}};
    struct world w;
    struct fetch_client *proxied;
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    world_open(&w, &(struct fetch_conf){0}, RUN(replies));
    assert_int_equal(GET(&w, "/direct", .method = NULL), 0);
    assert_int_equal(fetch_open(&w.op, &(struct fetch_conf){.proxy = w.origin.url}, &proxied), 0);
    struct fetch_request request = {.url = "http://grafana.invalid/through"};
    assert_int_equal(fetch_run(&w.op, proxied, &request, &w.response), 0);
    fetch_close(proxied);
    world_close(&w);
    unsetenv("http_proxy");
    assert_memory_equal(w.origin.requests[0], "GET /direct ", 12);
    assert_memory_equal(w.origin.requests[1], "GET http://grafana.invalid/through ", 35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_with_status_headers_and_body),
        cmocka_unit_test(a_post_sends_body_headers_and_credential),
        cmocka_unit_test(a_connection_is_used_again_without_the_credential_of_the_last_call),
        cmocka_unit_test(a_header_with_a_line_break_is_refused),
        cmocka_unit_test(redirects_stay_unless_asked_for_and_never_leave_the_origin),
        cmocka_unit_test(an_answer_beyond_its_limit_is_refused),
        cmocka_unit_test(data_can_be_taken_in_pieces_and_refused),
        cmocka_unit_test(failures_name_the_hop),
        cmocka_unit_test(a_closed_port_and_an_unknown_name_are_named),
        cmocka_unit_test(a_server_that_never_answers_ends_at_the_deadline),
        cmocka_unit_test(a_cancel_ends_the_call_at_once),
        cmocka_unit_test(forbidden_addresses_are_refused_by_name_and_by_number),
        cmocka_unit_test(a_pinned_address_is_used_instead_of_the_name),
        cmocka_unit_test(a_proxy_is_used_when_set_and_never_from_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
