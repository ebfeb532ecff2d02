/* Hostile requests: each must be refused with 4xx or 5xx, or the connection closed; in no case may
 * a handler run twice, or at all, for what a proxy in front could have read differently. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD_OF(line) line "\r\nHost: a\r\n"

struct hostile {
    const char *what;
    const char *request;
    size_t n; /* 0: strlen */
};

#define ROW(what, text) {what, text, sizeof(text) - 1}

static const struct hostile hostiles[] = {
    ROW("two different Content-Length",
        HEAD_OF("POST /echo HTTP/1.1") "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde"),
    ROW("the same Content-Length twice",
        HEAD_OF("POST /echo HTTP/1.1") "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
    ROW("a list of Content-Length",
        HEAD_OF("POST /echo HTTP/1.1") "Content-Length: 3, 3\r\n\r\nabc"),
    ROW("Content-Length with a plus", HEAD_OF("POST /echo HTTP/1.1") "Content-Length: +5\r\n\r\nabcde"),
    ROW("negative Content-Length", HEAD_OF("POST /echo HTTP/1.1") "Content-Length: -5\r\n\r\nabcde"),
    ROW("hexadecimal Content-Length",
        HEAD_OF("POST /echo HTTP/1.1") "Content-Length: 0x5\r\n\r\nabcde"),
    ROW("empty Content-Length", HEAD_OF("POST /echo HTTP/1.1") "Content-Length: \r\n\r\nabcde"),
    ROW("Content-Length beyond 64 bits",
        HEAD_OF("POST /echo HTTP/1.1") "Content-Length: 18446744073709551621\r\n\r\nabcde"),
    ROW("Content-Length and chunked",
        HEAD_OF("POST /echo HTTP/1.1") "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                                       "0\r\n\r\n"),
    ROW("chunked and Content-Length",
        HEAD_OF("POST /echo HTTP/1.1") "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
                                       "0\r\n\r\n"),
    ROW("two Transfer-Encoding",
        HEAD_OF("POST /echo HTTP/1.1") "Transfer-Encoding: identity\r\n"
                                       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ROW("unknown Transfer-Encoding",
        HEAD_OF("POST /echo HTTP/1.1") "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ROW("chunk size with 0x",
        HEAD_OF("POST /echo HTTP/1.1") "Transfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n"),
    ROW("chunk size that overflows",
        HEAD_OF("POST /echo HTTP/1.1") "Transfer-Encoding: chunked\r\n\r\n"
                                       "ffffffffffffffff1\r\nabcde\r\n0\r\n\r\n"),
    ROW("space before the colon",
        HEAD_OF("POST /echo HTTP/1.1") "Content-Length : 5\r\n\r\nabcde"),
    ROW("tab before the colon", HEAD_OF("POST /echo HTTP/1.1") "Content-Length\t: 5\r\n\r\nabcde"),
    ROW("bare CR in a header", HEAD_OF("GET /hello HTTP/1.1") "X-A: b\rX-C: d\r\n\r\n"),
    ROW("bare LF after a header", "GET /hello HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n"),
    ROW("bare LF after the last header", "GET /hello HTTP/1.1\r\nHost: a\n\r\n"),
    ROW("bare LF ends the head", "GET /hello HTTP/1.1\r\nHost: a\r\n\n"),
    ROW("bare LF after the request line", "GET /hello HTTP/1.1\nHost: a\r\n\r\n"),
    ROW("bare LF throughout", "GET /hello HTTP/1.1\nHost: a\n\n"),
    ROW("NUL in a value", "GET /hello HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n"),
    ROW("two NULs in a value", "GET /hello HTTP/1.1\r\nHost: a\r\nX-A: b\0\0c\r\n\r\n"),
    ROW("NUL in a name", "GET /hello HTTP/1.1\r\nHost: a\r\nX\0A: b\r\n\r\n"),
    ROW("NUL in the address", "GET /hel\0lo HTTP/1.1\r\nHost: a\r\n\r\n"),
    ROW("folded header", HEAD_OF("GET /hello HTTP/1.1") "X-A: b\r\n c\r\n\r\n"),
    ROW("folded last header", "GET /hello HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"),
    ROW("header that begins with a space", "GET /hello HTTP/1.1\r\n X-A: b\r\nHost: a\r\n\r\n"),
    ROW("two Host", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    ROW("no Host", "GET /hello HTTP/1.1\r\nX-A: b\r\n\r\n"),
    ROW("empty Host", "GET /hello HTTP/1.1\r\nHost:\r\n\r\n"),
    ROW("Host with a path", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    ROW("header without a colon", HEAD_OF("GET /hello HTTP/1.1") "X-A b\r\n\r\n"),
    ROW("header without a name", HEAD_OF("GET /hello HTTP/1.1") ": b\r\n\r\n"),
    ROW("control byte in a value", HEAD_OF("GET /hello HTTP/1.1") "X-A: b\x01\r\n\r\n"),
    ROW("DEL in a value", HEAD_OF("GET /hello HTTP/1.1") "X-A: b\x7f\r\n\r\n"),
    ROW("parenthesis in a name", HEAD_OF("GET /hello HTTP/1.1") "X(A): b\r\n\r\n"),
    ROW("space in the address", HEAD_OF("GET /hello world HTTP/1.1") "\r\n"),
    ROW("two spaces in the request line", HEAD_OF("GET  /hello HTTP/1.1") "\r\n"),
    ROW("tab in the request line", HEAD_OF("GET\t/hello HTTP/1.1") "\r\n"),
    ROW("no version", "GET /hello\r\nHost: a\r\n\r\n"),
    ROW("unknown version", HEAD_OF("GET /hello HTTP/3.0") "\r\n"),
    ROW("version in lower case", HEAD_OF("GET /hello http/1.1") "\r\n"),
    ROW("method in lower case", HEAD_OF("get /hello HTTP/1.1") "\r\n"),
    ROW("method with a mark", HEAD_OF("GE:T /hello HTTP/1.1") "\r\n"),
    ROW("absolute address", HEAD_OF("GET http://a/hello HTTP/1.1") "\r\n"),
    ROW("CONNECT", HEAD_OF("CONNECT a:80 HTTP/1.1") "\r\n"),
    ROW("dot segments", HEAD_OF("GET /x/../hello HTTP/1.1") "\r\n"),
    ROW("encoded dot segments", HEAD_OF("GET /x/%2e%2E/hello HTTP/1.1") "\r\n"),
    ROW("encoded slash", HEAD_OF("GET /x%2fhello HTTP/1.1") "\r\n"),
    ROW("encoded NUL", HEAD_OF("GET /hello%00 HTTP/1.1") "\r\n"),
    ROW("broken escape", HEAD_OF("GET /hello%4 HTTP/1.1") "\r\n"),
    ROW("escape that is no UTF-8", HEAD_OF("GET /hello%ff HTTP/1.1") "\r\n"),
    ROW("backslash", HEAD_OF("GET /x\\..\\hello HTTP/1.1") "\r\n"),
    ROW("fragment", HEAD_OF("GET /hello#x HTTP/1.1") "\r\n"),
    ROW("TLS to a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    ROW("SMTP", "EHLO there\r\nMAIL FROM:<a@b>\r\n\r\n"),
};

static const struct httpd_conf usual = {.worker_n = 2, .head_ms = 300, .body_ms = 300,
                                        .idle_ms = 300};

static bool is_refused(const char *answer)
{
    return *answer == '\0' || answer_status(answer) >= 400;
}

static void every_hostile_request_is_refused_or_closed(void **state)
{
    struct fixture f;
    int bad = 0;
    (void)state;
    fixture_start(&f, &usual);
    for (size_t i = 0; i < sizeof hostiles / sizeof *hostiles; i++) {
        const struct hostile *h = &hostiles[i];
        int fd = client_open(f.port);
        client_send_bytes(fd, h->request, h->n);
        char *answer = client_read_end(fd, NULL); /* the server must close by itself */
        if (!is_refused(answer) || strstr(answer, "hello") || strstr(answer + 1, "HTTP/1.1 2")) {
            print_error("accepted: %s:\n%s\n", h->what, answer);
            bad++;
        }
        free(answer);
        close(fd);
    }
    assert_int_equal(bad, 0);
    fixture_stop(&f);
}

/* What was refused must not be read on as the next request. */
static void nothing_after_a_refused_request_is_served(void **state)
{
    static const char smuggled[] = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    for (size_t i = 0; i < sizeof hostiles / sizeof *hostiles; i++) {
        int fd = client_open(f.port);
        client_send_bytes(fd, hostiles[i].request, hostiles[i].n);
        client_send(fd, smuggled);
        char *answer = client_read_end(fd, NULL);
        if (strstr(answer, " 200 "))
            fail_msg("served after %s:\n%s", hostiles[i].what, answer);
        free(answer);
        close(fd);
    }
    fixture_stop(&f);
}

static void harmless_variants_are_served(void **state)
{
    static const char *const fine[] = {
        HEAD_OF("GET /hello HTTP/1.1") "Connection: close\r\nX-A:b\r\nX-B:   b c\t\r\nX-E:\r\n\r\n",
        HEAD_OF("GET /hello HTTP/1.1") "connection: close\r\nX-Utf: \xc3\xa4\r\n\r\n",
        HEAD_OF("GET /hello?a=%2F..%00&b=\xc3\xa4 HTTP/1.1") "Connection: close\r\n\r\n",
        "\r\n" HEAD_OF("GET /hello HTTP/1.1") "Connection: close\r\n\r\n",
        HEAD_OF("GET /hello HTTP/1.1") "Content-Length: 0\r\nConnection: close\r\n\r\n",
        "GET /hello HTTP/1.1\r\nConnection: close\r\nHost: [::1]:8081\r\n\r\n",
    };
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        char *answer = client_ask(f.port, fine[i]);
        if (answer_status(answer) != 200)
            fail_msg("refused %zu: %s", i, answer);
        free(answer);
    }
    fixture_stop(&f);
}

static void too_many_or_too_long_headers_are_431(void **state)
{
    static char request[64 << 10];
    struct fixture f;
    (void)state;
    fixture_start(&f, &usual);
    for (int round = 0; round < 2; round++) {
        int n = sprintf(request, "GET /hello HTTP/1.1\r\nHost: a\r\n");
        for (int i = 0; i < (round ? 9 : 101); i++)
            n += sprintf(request + n, "X-%d: %0*d\r\n", i, round ? 2000 : 1, i);
        strcpy(request + n, "\r\n");
        char *answer = client_ask(f.port, request);
        assert_int_equal(answer_status(answer), 431);
        free(answer);
    }
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_hostile_request_is_refused_or_closed),
        cmocka_unit_test(nothing_after_a_refused_request_is_served),
        cmocka_unit_test(harmless_variants_are_served),
        cmocka_unit_test(too_many_or_too_long_headers_are_431),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
