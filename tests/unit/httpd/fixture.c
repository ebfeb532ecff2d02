#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "sys/file.h"

enum { PATIENCE_MS = 20000, POUR_PIECE = 64 << 10, POUR_PIECES = 1024 };

static void serve_echo(struct httpd_request *req)
{
    httpd_header(req, "X-Method", req->method);
    httpd_headerf(req, "X-Query", "%.*s", BYTES_ARG(req->raw_query));
    httpd_header(req, "X-Path", req->path);
    httpd_header(req, "X-Peer", req->peer);
    static const char *const echoed[] = {"X-Ask", "X-Ask-Me"};
    const char *cookie = httpd_cookie(req, "room"), *value;
    httpd_header(req, "X-Cookie", cookie ? cookie : "none");
    for (size_t i = 0; i < sizeof echoed / sizeof *echoed; i++)
        if ((value = httpd_header_in(req, echoed[i], 0)))
            httpd_header(req, echoed[i], value);
    httpd_reply(req, 200, "application/octet-stream", req->body);
}

static void serve_wait(struct fixture *f, struct httpd_request *req)
{
    sem_post(&f->entered);
    int result = op_pause(req->op, 60 * 1000);
    atomic_store(&f->waited_err, result < 0 ? (int)req->op->err : 0);
    httpd_reply(req, 200, "text/plain", bytes_of(err_word(req->op->err)));
    sem_post(&f->left);
}

static void serve_file(struct fixture *f, struct httpd_request *req)
{
    char path[128];
    snprintf(path, sizeof path, "%s/digits", f->folder);
    httpd_reply_file(req, &(struct httpd_file){.fd = open(path, O_RDONLY | O_CLOEXEC),
                                               .length = 1000,
                                               .type = "text/plain",
                                               .etag = "\"v1\""});
}

static void serve_pour(struct fixture *f, struct httpd_request *req)
{
    char piece[POUR_PIECE];
    struct httpd_stream *stream = httpd_stream_start(req, 200, "text/plain", 256 << 10);
    int result = 0;
    for (int i = 0; i < POUR_PIECES && result == 0; i++) {
        memset(piece, 'a' + i % 26, sizeof piece);
        result = httpd_stream_write(req->op, stream, (struct bytes){piece, sizeof piece});
    }
    atomic_store(&f->waited_err, (int)req->op->err);
    httpd_stream_close(stream, result == 0);
    sem_post(&f->left);
}

static void handle(void *ctx, struct httpd_request *req)
{
    struct fixture *f = ctx;
    if (strcmp(req->path, "/hello") == 0) {
        httpd_reply(req, 200, "text/plain", BYTES("hello"));
    } else if (strcmp(req->path, "/echo") == 0) {
        serve_echo(req);
    } else if (strcmp(req->path, "/wait") == 0) {
        serve_wait(f, req);
    } else if (strcmp(req->path, "/hold") == 0) {
        sem_post(&f->entered);
        fixture_await(&f->release);
        httpd_reply(req, 200, "text/plain", BYTES("held"));
    } else if (strcmp(req->path, "/file") == 0) {
        serve_file(f, req);
    } else if (strcmp(req->path, "/stream") == 0) {
        f->stream = httpd_stream_start(req, 200, "text/event-stream", 64 << 10);
        sem_post(&f->entered);
    } else if (strcmp(req->path, "/pour") == 0) {
        serve_pour(f, req);
    } else if (strcmp(req->path, "/silent") != 0) {
        httpd_reply(req, 404, "text/plain", BYTES("no such path"));
    }
}

static void plan(void *ctx, struct httpd_request *req, struct httpd_plan *out)
{
    (void)ctx;
    if (strcmp(req->path, "/echo") == 0)
        out->body_max = 64 << 10;
    if (strcmp(req->path, "/wait") == 0 || strcmp(req->path, "/hold") == 0)
        out->lane = HTTPD_HEAVY;
    if (bytes_eq_s(req->raw_query, "budget=1"))
        out->budget_ms = 1;
}

static void refuse(void *ctx, struct httpd_request *req, bool is_stopping)
{
    (void)ctx;
    httpd_header(req, "Retry-After", is_stopping ? "30" : "2");
    httpd_reply(req, is_stopping ? 503 : 429, "text/plain", BYTES("not now"));
}

static void write_digits(const char *folder)
{
    struct op op;
    char path[128], digits[1000];
    op_init(&op, -1);
    for (size_t i = 0; i < sizeof digits; i++)
        digits[i] = (char)('0' + i % 10);
    snprintf(path, sizeof path, "%s/digits", folder);
    assert_int_equal(file_write_atomic(&op, path, (struct bytes){digits, sizeof digits}, 0600), 0);
    op_fini(&op);
}

void fixture_start(struct fixture *f, const struct httpd_conf *given)
{
    struct op op;
    struct httpd_conf conf = *given;
    *f = (struct fixture){.folder = "/tmp/rounds-httpd-test-XXXXXX"};
    sem_init(&f->entered, 0, 0);
    sem_init(&f->left, 0, 0);
    sem_init(&f->release, 0, 0);
    assert_non_null(mkdtemp(f->folder));
    write_digits(f->folder);
    if (conf.listen_n == 0)
        conf.listen[conf.listen_n++] = (struct httpd_listen){"127.0.0.1:0", false};
    op_init(&op, -1);
    struct httpd_face face = {f, handle, plan, refuse};
    if (httpd_start(&op, &conf, &face, &f->server) < 0)
        fail_msg("%s", op.err_text);
    op_fini(&op);
    f->port = httpd_port(f->server, 0);
}

void fixture_stop(struct fixture *f)
{
    httpd_stop(f->server, 0);
    file_drop_tree(f->folder);
    sem_destroy(&f->entered);
    sem_destroy(&f->left);
    sem_destroy(&f->release);
}

void fixture_await(sem_t *sem)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_MS / 1000;
    while (sem_timedwait(sem, &until) < 0)
        assert_int_equal(errno, EINTR);
}

void client_nap(void)
{
    (void)poll(NULL, 0, 1);
}

int client_open(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

void client_send_bytes(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* refused early: what it answered is what matters */
        p += sent;
        n -= (size_t)sent;
    }
}

void client_send(int fd, const char *text)
{
    client_send_bytes(fd, text, strlen(text));
}

/* -1: nothing came in time, or a reset. */
static ssize_t read_some(int fd, char *out, size_t max)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int ready = poll(&p, 1, PATIENCE_MS);
    if (ready == 0)
        fail_msg("no answer within %d ms", PATIENCE_MS);
    return recv(fd, out, max, 0);
}

char *client_read_end(int fd, size_t *n)
{
    size_t size = 1 << 16, used = 0;
    char *text = malloc(size + 1);
    for (;;) {
        if (used == size)
            text = realloc(text, (size *= 2) + 1);
        ssize_t got = read_some(fd, text + used, size - used);
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    text[used] = '\0';
    if (n)
        *n = used;
    return text;
}

char *client_read_answer(int fd, bool has_body)
{
    size_t size = 1 << 20, used = 0;
    char *text = malloc(size + 1), *end = NULL;
    while (!end) {
        ssize_t got = used < size ? read_some(fd, text + used, 1) : 0;
        if (got <= 0) {
            free(text);
            return NULL;
        }
        text[used += (size_t)got] = '\0';
        end = strstr(text, "\r\n\r\n");
    }
    const char *length = answer_header(text, "Content-Length");
    size_t body = has_body && length ? strtoul(length, NULL, 10) : 0;
    assert_true(used + body <= size);
    for (size_t want = used + body; used < want;) {
        ssize_t got = read_some(fd, text + used, want - used);
        assert_true(got > 0);
        text[used += (size_t)got] = '\0';
    }
    return text;
}

char *client_ask(int port, const char *request)
{
    int fd = client_open(port);
    client_send(fd, request);
    char *answer = client_read_end(fd, NULL);
    close(fd);
    return answer;
}

int answer_status(const char *answer)
{
    int status = 0;
    (void)sscanf(answer, "HTTP/1.%*1[01] %d", &status);
    return status;
}

const char *answer_body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "";
}

const char *answer_header(const char *answer, const char *name)
{
    static char value[1024];
    size_t n = strlen(name);
    const char *head_end = strstr(answer, "\r\n\r\n");
    for (const char *line = strstr(answer, "\r\n"); line && line < head_end;
         line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':') {
            const char *from = line + 2 + n + 1 + strspn(line + 3 + n, " ");
            snprintf(value, sizeof value, "%.*s", (int)(strstr(from, "\r\n") - from), from);
            return value;
        }
    }
    return NULL;
}
