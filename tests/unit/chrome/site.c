/* Threads that accept, read one request, answer, close. Nothing more: browsers are content with
 * that. */
#include "site.h"

#include "base/assert.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 1 << 18 };

static const struct site_page *find_page(const struct site *s, const char *path)
{
    size_t n = strcspn(path, "? ");
    for (size_t i = 0; i < s->pages_n; i++) {
        const char *p = s->pages[i].path;
        size_t m = strlen(p);
        bool is_prefix = m > 0 && p[m - 1] == '*';
        if (is_prefix ? strncmp(p, path, m - 1) == 0 : m == n && strncmp(p, path, n) == 0)
            return &s->pages[i];
    }
    return NULL;
}

/* Until the head and the promised body are there. */
static bool read_request(int fd, struct str *in)
{
    for (;;) {
        const char *end = in->n ? strstr(in->p, "\r\n\r\n") : NULL;
        const char *length = end ? strcasestr(in->p, "content-length:") : NULL;
        size_t body = length && length < end ? (size_t)strtol(length + 15, NULL, 10) : 0;
        if (end && in->n >= (size_t)(end - in->p) + 4 + body)
            return true;
        char buffer[4096];
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n <= 0)
            return false;
        str_add(in, (struct bytes){buffer, (size_t)n});
    }
}

static void answer(int fd, const struct site_page *page)
{
    static const struct site_page MISSING = {"", "404 Not Found", "", "no such page"};
    page = page ? page : &MISSING;
    struct str out;
    str_init(&out, 1 << 24);
    str_addf(&out, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n%s%s\r\n",
             page->status, strlen(page->body), page->headers,
             strcasestr(page->headers, "content-type")
                 ? ""
                 : "Content-Type: text/html; charset=utf-8\r\n");
    str_adds(&out, page->body);
    for (size_t sent = 0; sent < out.n;) {
        ssize_t n = send(fd, out.p + sent, out.n - sent, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    str_fini(&out);
}

static void serve_one(struct site *s, int fd)
{
    struct str in;
    struct timeval limit = {.tv_sec = 5};
    str_init(&in, REQUEST_MAX);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (read_request(fd, &in)) {
        const char *path = strchr(in.p, ' ');
        lock_take(&s->lock);
        const struct site_page *page = path ? find_page(s, path + 1) : NULL;
        str_adds(&s->log, in.p);
        str_adds(&s->log, "\x1e");
        lock_wake(&s->lock);
        while (page && !page->status && !s->is_stopping)
            lock_wait(&s->lock, INT64_MAX); /* never answers */
        bool may_answer = !s->is_stopping;
        lock_give(&s->lock);
        if (may_answer)
            answer(fd, page);
    }
    str_fini(&in);
}

static void serve(void *ctx)
{
    struct site *s = ctx;
    int fd;
    while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
        serve_one(s, fd);
        close(fd);
    }
}

void site_start(struct site *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    *s = (struct site){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    ASSERT(bind(s->fd, (struct sockaddr *)&a, n) == 0 && listen(s->fd, 64) == 0 &&
           getsockname(s->fd, (struct sockaddr *)&a, &n) == 0);
    s->port = ntohs(a.sin_port);
    snprintf(s->origin, sizeof s->origin, "http://127.0.0.1:%d", s->port);
    lock_init(&s->lock);
    str_init(&s->log, 1 << 24);
    for (int i = 0; i < SITE_THREADS; i++)
        thread_start(&s->threads[i], "site", serve, s);
}

void site_stop(struct site *s)
{
    lock_take(&s->lock);
    s->is_stopping = true;
    lock_wake(&s->lock);
    lock_give(&s->lock);
    shutdown(s->fd, SHUT_RDWR);
    for (int i = 0; i < SITE_THREADS; i++)
        thread_join(&s->threads[i]);
    close(s->fd);
    str_fini(&s->log);
    lock_fini(&s->lock);
}

void site_add(struct site *s, const char *path, const char *status, const char *headers,
              const char *body)
{
    ASSERT(s->pages_n < SITE_PAGES_MAX);
    lock_take(&s->lock);
    s->pages[s->pages_n++] = (struct site_page){path, status, headers, body};
    lock_give(&s->lock);
}

static const char *find_request(struct site *s, struct arena *arena, const char *line)
{
    size_t n = strlen(line);
    for (const char *at = s->log.p; *at;) {
        size_t size = strcspn(at, "\x1e");
        if (strncmp(at, line, n) == 0 && strchr(" ?", at[n]))
            return arena_copy(arena, (struct bytes){at, size});
        at += size + (at[size] != 0);
    }
    return NULL;
}

const char *site_request(struct site *s, struct arena *arena, const char *line)
{
    lock_take(&s->lock);
    const char *found = find_request(s, arena, line);
    lock_give(&s->lock);
    return found;
}

const char *site_await(struct site *s, struct arena *arena, const char *line)
{
    int64_t end_ms = clock_mono_ms() + 10000;
    const char *found;
    lock_take(&s->lock);
    while (!(found = find_request(s, arena, line)) && lock_wait(&s->lock, end_ms))
        continue;
    lock_give(&s->lock);
    return found;
}

void site_forget(struct site *s)
{
    lock_take(&s->lock);
    str_clear(&s->log);
    lock_give(&s->lock);
}
