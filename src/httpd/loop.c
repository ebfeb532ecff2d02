/* The loop thread: waits for the library's connections, for hung-up clients, for finished work
 * and for deadlines, and runs the library. Also the orderly stop.
 *
 * The library runs in its external mode, inside this thread alone, so connections need no lock
 * and a descriptor cannot be closed between our looking at it and our using it. Each listener's
 * epoll descriptor is one entry of ours. The library's own threads were the choice rejected:
 * shutting down a slow client's descriptor from outside would have raced with its closing.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "httpd/httpd_priv.h"
#include "httpd/tls.h"

/* FLUSH_MS: after the grace, for the last answers to leave. */
enum { EVENTS_MAX = 128, FLUSH_MS = 500 };

void loop_wake(struct httpd *server)
{
    (void)eventfd_write(server->wake_fd, 1);
}

static bool is_listener(const struct httpd *server, const void *p)
{
    const char *at = p, *from = (const char *)server->listeners;
    return at >= from && at < from + sizeof server->listeners;
}

static void take_events(struct httpd *server, const struct epoll_event *events, int n)
{
    eventfd_t count;
    for (int i = 0; i < n; i++) {
        void *p = events[i].data.ptr;
        if (p == server)
            (void)eventfd_read(server->wake_fd, &count);
        else if (!is_listener(server, p))
            conn_saw_fin(p);
    }
}

static void take_posted(struct httpd *server)
{
    struct httpd_job *job;
    while ((job = work_take_posted(server))) {
        struct conn *conn = job->conn;
        if (!conn)
            work_release(job);
        else if (conn->is_suspended && (!conn->is_streaming || stream_has_news(job->stream)))
            conn_resume(conn);
    }
}

/* Until when to sleep: the earliest deadline, or not at all if the library has work at hand. */
static int sleep_ms(struct httpd *server, int64_t next_ms)
{
    if (server->needs_run)
        return 0;
    for (size_t i = 0; i < server->conf.listen_n; i++) {
        MHD_UNSIGNED_LONG_LONG ms;
        if (MHD_get_timeout(server->listeners[i].daemon, &ms) == MHD_YES && ms == 0)
            return 0;
    }
    if (next_ms == INT64_MAX)
        return -1;
    int64_t left = next_ms - clock_mono_ms();
    return left < 0 ? 0 : left > INT_MAX / 2 ? INT_MAX / 2 : (int)left + 1;
}

static void close_doors(struct httpd *server)
{
    server->is_draining = true;
    for (size_t i = 0; i < server->conf.listen_n; i++) {
        int fd = MHD_quiesce_daemon(server->listeners[i].daemon);
        if (fd >= 0)
            close(fd);
    }
}

static void cut_phase(struct httpd *server, enum conn_phase phase)
{
    for (struct conn *conn = server->phases[phase].first; conn; conn = conn->next)
        conn_cut(conn);
}

/* Streams whose handler has returned end now; the others at the end of the grace. */
static void end_streams(struct httpd *server, bool is_late)
{
    for (int phase = CONN_HELD; phase <= CONN_WRITE; phase++) {
        struct conn *conn = server->phases[phase].first, *next;
        for (; conn; conn = next) {
            next = conn->next;
            if (!conn->is_streaming || !conn->job)
                continue;
            if (work_is_running(conn->job)) {
                if (!is_late)
                    continue;
                stream_break(conn->job->stream);
            } else {
                stream_end(conn->job->stream);
            }
            conn_resume(conn);
        }
    }
}

/* One step of the orderly stop; lowers *next_ms to the next moment that matters. */
static bool is_drained(struct httpd *server, int64_t now_ms, int64_t *next_ms)
{
    int64_t grace_ms = atomic_load(&server->grace_until_ms);
    bool is_late = now_ms >= grace_ms;
    if (!server->is_draining)
        close_doors(server);
    cut_phase(server, CONN_HEAD);
    cut_phase(server, CONN_IDLE);
    end_streams(server, is_late);
    if (is_late)
        work_cancel_all(server);
    if (now_ms >= grace_ms + FLUSH_MS && work_count(server) == 0) {
        cut_phase(server, CONN_BODY);
        cut_phase(server, CONN_WRITE);
    }
    int64_t moment = is_late ? now_ms + FLUSH_MS : grace_ms;
    if (moment < *next_ms)
        *next_ms = moment;
    return atomic_load(&server->connections) == 0 && work_count(server) == 0;
}

void loop_run(void *ctx)
{
    struct httpd *server = ctx;
    struct epoll_event events[EVENTS_MAX];
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);
    tls_use(server->tls);
    for (;;) {
        int64_t now_ms = clock_mono_ms(), next_ms = conn_expire(server, now_ms);
        if (atomic_load(&server->is_stopping) && is_drained(server, now_ms, &next_ms))
            return;
        int n = epoll_wait(server->epoll_fd, events, EVENTS_MAX, sleep_ms(server, next_ms));
        ASSERT(n >= 0 || errno == EINTR);
        take_events(server, events, n);
        take_posted(server);
        server->needs_run = false;
        for (size_t i = 0; i < server->conf.listen_n; i++)
            ASSERT(MHD_run(server->listeners[i].daemon) == MHD_YES);
    }
}
