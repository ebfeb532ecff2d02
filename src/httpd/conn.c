/* Connections: which phase each is in, when that phase must end, and who watches it.
 *
 * Loop thread only; nothing here locks. Each phase keeps a FIFO list ordered by deadline (all its
 * members get the same budget on entry), so expiry looks at list heads alone. A deadline belongs
 * to a phase, never to inactivity: a client that sends a header every two seconds still has to
 * finish its head in time. The library's own time-out is off; a connection that is too slow is
 * shut down and the library finds its end.
 *
 * Our own epoll watches every connection for the client's end (EPOLLRDHUP). While a request is at
 * work the library does not look at its connection at all, so that is how a hang-up cancels the
 * work; and when the end comes together with the last bytes, the library, which is told of edges,
 * would miss it and hold the dead connection until its deadline.
 */
#include <linux/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "base/clock.h"
#include "httpd/httpd_priv.h"

/* A client that takes less than this in a whole write_ms is not reading. */
enum { WRITE_PROGRESS_MIN = 8192, IP_TCP = 6 };
/* How often, and how many times, to look again whether the library has read all that came before
 * a client's end. */
enum { FIN_STEP_MS = 10, FIN_LOOKS = 2 };

static void list_drop(struct conn_list *list, struct conn *conn)
{
    *(conn->prev ? &conn->prev->next : &list->first) = conn->next;
    *(conn->next ? &conn->next->prev : &list->last) = conn->prev;
    conn->prev = conn->next = NULL;
}

static void list_add(struct conn_list *list, struct conn *conn)
{
    conn->prev = list->last;
    *(list->last ? &list->last->next : &list->first) = conn;
    list->last = conn;
}

static void list_add_first(struct conn_list *list, struct conn *conn)
{
    conn->next = list->first;
    *(list->first ? &list->first->prev : &list->last) = conn;
    list->first = conn;
}

static bool tcp_facts(const struct conn *conn, struct tcp_info *out)
{
    socklen_t size = sizeof *out;
    *out = (struct tcp_info){0};
    return getsockopt(conn->fd, IP_TCP, TCP_INFO, out, &size) == 0;
}

static int64_t phase_budget(const struct httpd *server, enum conn_phase phase)
{
    switch (phase) {
    case CONN_HEAD:
        return server->conf.head_ms;
    case CONN_IDLE:
        return server->conf.idle_ms;
    case CONN_BODY:
        return server->conf.body_ms;
    case CONN_WRITE:
        return server->conf.write_ms;
    default:
        return -1;
    }
}

void conn_enter(struct conn *conn, enum conn_phase phase)
{
    struct httpd *server = conn->server;
    if (conn->phase != CONN_PHASES)
        list_drop(&server->phases[conn->phase], conn);
    conn->phase = phase;
    if (phase == CONN_PHASES)
        return;
    int64_t budget_ms = phase_budget(server, phase);
    conn->deadline_ms = budget_ms < 0 ? INT64_MAX : clock_mono_ms() + budget_ms;
    conn->has_acked = false;
    if (conn->has_fin && !conn->is_cut && phase != CONN_WRITE) {
        conn->deadline_ms = 0; /* nothing more will come: look at it in the next round */
        list_add_first(&server->phases[phase], conn);
        return;
    }
    list_add(&server->phases[phase], conn);
}

void conn_cut(struct conn *conn)
{
    if (conn->is_cut)
        return;
    conn->is_cut = true;
    (void)shutdown(conn->fd, SHUT_RDWR);
}

void conn_hold(struct conn *conn)
{
    ASSERT(!conn->is_suspended);
    conn->is_suspended = true;
    conn_enter(conn, CONN_HELD);
    MHD_suspend_connection(conn->mhd);
}

void conn_resume(struct conn *conn)
{
    if (!conn->is_suspended)
        return;
    conn->is_suspended = false;
    conn_enter(conn, CONN_WRITE);
    MHD_resume_connection(conn->mhd);
    conn->server->needs_run = true;
}

void conn_watch(struct conn *conn)
{
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLET, .data.ptr = conn};
    /* Should the system refuse, only the early notice of a hang-up is lost. */
    (void)epoll_ctl(conn->server->epoll_fd, EPOLL_CTL_ADD, conn->fd, &event);
}

/* The client of a held connection has left. */
static void hang_up(struct conn *conn)
{
    struct httpd_job *job = conn->job;
    conn->deadline_ms = INT64_MAX;
    if (!conn->is_suspended || !job)
        return;
    atomic_fetch_add(&conn->server->hangups, 1);
    work_cancel(job);
    if (conn->is_streaming) {
        stream_break(job->stream);
        conn_resume(conn);
    }
}

void conn_saw_fin(struct conn *conn)
{
    if (conn->has_fin || conn->is_cut)
        return;
    conn->has_fin = true;
    if (conn->is_suspended)
        hang_up(conn);
    else if (conn->phase != CONN_WRITE)
        conn_enter(conn, conn->phase);
}

/* A client that ended its side: true while the library may still find a whole request in what
 * came before the end. */
static bool outlives_fin(struct conn *conn)
{
    int unread = 0;
    if (ioctl(conn->fd, FIONREAD, &unread) == 0 && unread > 0)
        conn->fin_looks = 0;
    else if (++conn->fin_looks > FIN_LOOKS)
        return false;
    conn->deadline_ms = clock_mono_ms() + FIN_STEP_MS;
    return true;
}

/* True: the connection may go on; it has a new deadline. */
static bool outlives_deadline(struct conn *conn)
{
    struct tcp_info info;
    if (conn->has_fin && conn->phase != CONN_WRITE)
        return outlives_fin(conn);
    if (conn->phase == CONN_HEAD && tcp_facts(conn, &info) && info.tcpi_bytes_received == 0) {
        conn_enter(conn, CONN_IDLE); /* it has said nothing yet: idle, not slow */
        return true;
    }
    if (conn->phase != CONN_WRITE || !tcp_facts(conn, &info))
        return false;
    /* The first time there is nothing to compare with: asking at the start of every answer would
     * cost each fast client a system call. */
    bool has_moved = !conn->has_acked || info.tcpi_bytes_acked - conn->acked >= WRITE_PROGRESS_MIN;
    if (has_moved) {
        conn_enter(conn, CONN_WRITE);
        conn->acked = info.tcpi_bytes_acked;
        conn->has_acked = true;
    }
    return has_moved;
}

int64_t conn_expire(struct httpd *server, int64_t now_ms)
{
    int64_t next_ms = INT64_MAX;
    for (int phase = 0; phase < CONN_PHASES; phase++) {
        struct conn *conn = server->phases[phase].first, *next;
        for (; conn && conn->deadline_ms <= now_ms; conn = next) {
            next = conn->next;
            if (phase == CONN_HELD) {
                hang_up(conn);
                continue;
            }
            if (outlives_deadline(conn))
                continue;
            if (phase != CONN_IDLE && !conn->has_fin && !conn->is_cut)
                atomic_fetch_add(&server->refused, 1);
            conn_cut(conn);
            conn_enter(conn, CONN_HELD); /* its end is on the way */
        }
        conn = server->phases[phase].first; /* those that were given more time are in it again */
        if (conn && conn->deadline_ms < next_ms)
            next_ms = conn->deadline_ms;
    }
    return next_ms;
}
