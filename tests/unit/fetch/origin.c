#include "origin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* False: the client left first. */
static bool read_request(struct origin *origin, int fd)
{
    char *text = origin->requests[origin->request_n];
    size_t n = 0, want = 0;
    while (n < ORIGIN_REQUEST_BYTES - 1 && (want == 0 || n < want)) {
        ssize_t got = recv(fd, text + n, want ? want - n : 1, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        text[n] = '\0';
        char *end = want ? NULL : strstr(text, "\r\n\r\n");
        if (end) {
            const char *length = strcasestr(text, "\r\nContent-Length:");
            want = n + (length ? strtoul(length + 17, NULL, 10) : 0);
        }
    }
    origin->request_n++;
    sem_post(&origin->asked);
    return true;
}

static void send_all(int fd, const char *text)
{
    for (size_t n = strlen(text); n;) {
        ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        n -= (size_t)sent;
    }
}

static void play(void *ctx)
{
    struct origin *origin = ctx;
    size_t i = 0;
    while (i < origin->reply_n) {
        int fd = accept(origin->fd, NULL, NULL);
        if (fd < 0)
            return;
        origin->connections++;
        bool is_kept = true;
        while (is_kept && i < origin->reply_n && read_request(origin, fd)) {
            const struct origin_reply *reply = &origin->replies[i++];
            char sink;
            is_kept = reply->is_kept;
            if (reply->bytes)
                send_all(fd, reply->bytes);
            else
                while (recv(fd, &sink, 1, 0) > 0)
                    continue;
        }
        close(fd);
    }
}

void origin_start(struct origin *origin, const struct origin_reply *replies, size_t n)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    *origin = (struct origin){.replies = replies, .reply_n = n};
    sem_init(&origin->asked, 0, 0);
    origin->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(origin->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(origin->fd, 8), 0);
    assert_int_equal(getsockname(origin->fd, (struct sockaddr *)&at, &size), 0);
    origin->port = ntohs(at.sin_port);
    snprintf(origin->url, sizeof origin->url, "http://127.0.0.1:%d", origin->port);
    thread_start(&origin->thread, "origin", play, origin);
}

void origin_stop(struct origin *origin)
{
    thread_join(&origin->thread);
    close(origin->fd);
    sem_destroy(&origin->asked);
}
