/* Files: whole, in part, unchanged. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const char *headers;
    int status;
    const char *range; /* Content-Range, NULL: none */
    size_t length;
    const char *begins;
};

static const struct row rows[] = {
    {"", 200, NULL, 1000, "0123"},
    {"Range: bytes=3-6\r\n", 206, "bytes 3-6/1000", 4, "3456"},
    {"Range: bytes=995-\r\n", 206, "bytes 995-999/1000", 5, "56789"},
    {"Range: bytes=-2\r\n", 206, "bytes 998-999/1000", 2, "89"},
    {"Range: bytes=-5000\r\n", 206, "bytes 0-999/1000", 1000, "0123"},
    {"Range: bytes=990-5000\r\n", 206, "bytes 990-999/1000", 10, "0123"},
    {"Range: bytes=1000-\r\n", 416, "bytes */1000", 0, NULL},
    {"Range: bytes=-0\r\n", 416, "bytes */1000", 0, NULL},
    {"Range: bytes=6-3\r\n", 200, NULL, 1000, "0123"},
    {"Range: bytes=1-2,5-6\r\n", 200, NULL, 1000, "0123"},
    {"Range: lines=1-2\r\n", 200, NULL, 1000, "0123"},
    {"Range: bytes=99999999999999999999-\r\n", 200, NULL, 1000, "0123"},
    {"Range: bytes=3-6\r\nIf-Range: \"v1\"\r\n", 206, "bytes 3-6/1000", 4, "3456"},
    {"Range: bytes=3-6\r\nIf-Range: \"v0\"\r\n", 200, NULL, 1000, "0123"},
    {"If-None-Match: \"v0\"\r\n", 200, NULL, 1000, "0123"},
    {"If-None-Match: \"v1\"\r\n", 304, NULL, 0, NULL},
    {"If-None-Match: \"v0\", W/\"v1\"\r\n", 304, NULL, 0, NULL},
    {"If-None-Match: *\r\n", 304, NULL, 0, NULL},
};

static void ranges_and_conditions_are_honoured(void **state)
{
    struct fixture f;
    char request[512];
    (void)state;
    fixture_start(&f, &(struct httpd_conf){.worker_n = 2});
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(request, sizeof request,
                 "GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n", rows[i].headers);
        char *answer = client_ask(f.port, request);
        const char *body = answer_body(answer);
        if (answer_status(answer) != rows[i].status)
            fail_msg("%s: %s", rows[i].headers, answer);
        if (rows[i].range)
            assert_string_equal(answer_header(answer, "Content-Range"), rows[i].range);
        else
            assert_null(answer_header(answer, "Content-Range"));
        if (rows[i].begins) {
            assert_int_equal(strlen(body), rows[i].length);
            assert_memory_equal(body, rows[i].begins, strlen(rows[i].begins));
        }
        if (rows[i].status != 416)
            assert_string_equal(answer_header(answer, "ETag"), "\"v1\"");
        if (rows[i].status == 304)
            assert_string_equal(body, "");
        free(answer);
    }
    fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranges_and_conditions_are_honoured)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
