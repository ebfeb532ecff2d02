/* The gate's control: starting, ports, allow-lists, what was refused.
 *
 * Any thread. The lock guards the list of ports, their rules and their refusals, never across I/O on the
 * network. Ports are closed by marking them: the relay's thread alone touches sockets in its epoll and frees,
 * so no event can meet a freed port.
 */
#include "gate/gate_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 1024,
    RESOLVERS = 2,
    CONNECT_MAX_MS = 10000,
    IDLE_MAX_MS = 10 * 60 * 1000,
    BACKLOG = 128,
};

const char *gate_reason_word(enum gate_reason reason)
{
    static const char *const WORDS[] = {"not_allowed", "address",      "spelling",     "rebound",
                                        "peer",        "no_such_name", "no_connection"};
    return WORDS[reason];
}

static void wake(struct gate *g)
{
    uint64_t one = 1;
    if (write(g->wake.fd, &one, sizeof one) < 0)
        return; /* the counter is full: it is awake */
}

int gate_start(struct op *op, const struct gate_conf *conf, struct gate **out)
{
    struct gate *g = MEM_NEW(struct gate);
    g->connections_max = conf->connections_max > 0 ? conf->connections_max : CONNECTIONS_MAX;
    g->connect_max_ms = conf->connect_max_ms > 0 ? conf->connect_max_ms : CONNECT_MAX_MS;
    g->idle_max_ms = conf->idle_max_ms > 0 ? conf->idle_max_ms : IDLE_MAX_MS;
    if (upstream_init(op, &g->upstream, &conf->upstream) < 0) {
        mem_free(g);
        return -1;
    }
    lock_init(&g->lock);
    g->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    g->wake = (struct gate_end){GATE_END_WAKE, g, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), EPOLLIN};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &g->wake};
    if (g->epoll_fd < 0 || g->wake.fd < 0 ||
        epoll_ctl(g->epoll_fd, EPOLL_CTL_ADD, g->wake.fd, &event) < 0) {
        op_fail(op, ERR_UNAVAILABLE, "the gate cannot start: %s", strerror(errno));
        gate_stop(g);
        return -1;
    }
    g->resolver = resolver_start(conf->resolvers > 0 ? conf->resolvers : RESOLVERS, g->wake.fd);
    thread_start(&g->thread, "gate", relay_run, g);
    *out = g;
    return 0;
}

void gate_stop(struct gate *g)
{
    if (!g)
        return;
    g->is_stopping = true;
    if (g->wake.fd >= 0)
        wake(g);
    thread_join(&g->thread); /* it frees ports and connections */
    resolver_stop(g->resolver);
    if (g->epoll_fd >= 0)
        close(g->epoll_fd);
    if (g->wake.fd >= 0)
        close(g->wake.fd);
    upstream_fini(&g->upstream);
    lock_fini(&g->lock);
    mem_free(g);
}

/* --- ports --- */

static int listen_somewhere(struct op *op, int *out_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, n) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &n) < 0) {
        op_fail(op, ERR_UNAVAILABLE, "the gate cannot open a port: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *out_port = ntohs(address.sin_port);
    return fd;
}

static struct gate_port *find_port(struct gate *g, int port)
{
    for (struct gate_port *p = g->ports; p; p = p->next)
        if (p->port == port && !p->is_closed)
            return p;
    return NULL;
}

int gate_open(struct op *op, struct gate *g, const struct gate_allow *allow, size_t n,
              int *out_port)
{
    struct gate_port *p = MEM_NEW(struct gate_port);
    p->end = (struct gate_end){.kind = GATE_END_PORT, .owner = p, .fd = -1};
    if (rules_set(op, &p->rules, allow, n) < 0 ||
        (p->end.fd = listen_somewhere(op, &p->port)) < 0) {
        mem_free(p);
        return -1;
    }
    *out_port = p->port;
    lock_take(&g->lock);
    p->next = g->ports;
    g->ports = p;
    lock_give(&g->lock);
    wake(g);
    return 0;
}

void gate_close(struct gate *g, int port)
{
    lock_take(&g->lock);
    struct gate_port *p = find_port(g, port);
    if (p)
        p->is_closed = true;
    lock_give(&g->lock);
    wake(g);
}

/* --- refusals --- */

static bool is_same(const struct gate_refusal *r, const char *host, int port,
                    enum gate_reason reason)
{
    return r->port == port && r->reason == reason && strcmp(r->host, host) == 0;
}

void gate_note(struct gate *g, struct gate_port *p, const char *host, int target,
               enum gate_reason reason)
{
    bool is_failure = reason == GATE_FAILED_RESOLVE || reason == GATE_FAILED_CONNECT;
    atomic_fetch_add(is_failure ? &g->failed_n : &g->refused_n, 1);
    lock_take(&g->lock);
    struct gate_refusal note = {.port = target, .reason = reason};
    snprintf(note.host, sizeof note.host, "%s", host);
    size_t at = 0;
    while (at < p->refused_n && !is_same(&p->refused[at], note.host, target, reason))
        at++;
    if (at < p->refused_n)
        note.count = p->refused[at].count;
    else if (p->refused_n == GATE_REFUSED_MAX)
        at = 0;
    else
        p->refused_n++;
    memmove(p->refused + at, p->refused + at + 1, (p->refused_n - at - 1) * sizeof note);
    note.count++;
    note.last_ms = clock_mono_ms();
    p->refused[p->refused_n - 1] = note;
    lock_give(&g->lock);
}

void gate_list_refused(struct gate *g, int port, int64_t since_ms, struct op *op,
                       const struct gate_refusal **out, size_t *out_n)
{
    struct gate_refusal *list = ARENA_ARRAY(&op->arena, struct gate_refusal, GATE_REFUSED_MAX);
    size_t n = 0;
    lock_take(&g->lock);
    const struct gate_port *p = find_port(g, port);
    for (size_t i = 0; p && i < p->refused_n; i++)
        if (p->refused[i].last_ms >= since_ms)
            list[n++] = p->refused[i];
    lock_give(&g->lock);
    *out = list;
    *out_n = n;
}

void gate_stats(struct gate *g, struct gate_stats *out)
{
    *out = (struct gate_stats){.connections = g->connections_n,
                               .accepted_n = g->accepted_n,
                               .relayed_n = g->relayed_n,
                               .refused_n = g->refused_n,
                               .failed_n = g->failed_n,
                               .bytes_in = g->bytes_in,
                               .bytes_out = g->bytes_out};
    lock_take(&g->lock);
    for (const struct gate_port *p = g->ports; p; p = p->next)
        out->ports += !p->is_closed;
    lock_give(&g->lock);
}
