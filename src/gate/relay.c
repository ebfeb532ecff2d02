/* The relay: one thread, one epoll, all browsers' connections.
 *
 * Runs in the gate's thread alone and owns every connection and every port in the epoll. A connection goes
 * GREETING, REQUEST, RESOLVING, CONNECTING, (TALKING with an upstream proxy,) RELAYING; a refusal at any
 * point answers and ends it. It never reads what it relays.
 *
 * Both directions share one read buffer; only what the other side does not take at once is kept, and
 * reading stops until it has gone, so a connection at rest owns no buffer. Descriptors that epoll could
 * still name are closed at once, but their memory goes after the batch of events.
 */
#include "gate/gate_priv.h"

#include "base/clock.h"
#include "base/mem.h"
#include "gate/peer.h"
#include "gate/socks.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    READ_SIZE = 64 * 1024,
    HEARD_MAX = 20 * 1024, /* before relaying begins */
    ROUNDS_MAX = 4,        /* reads per event, so that one busy connection starves nobody */
    HANDSHAKE_MAX_MS = 20000,
    RESOLVE_MAX_MS = 20000,
    EVENTS_MAX = 64,
    TICK_MS = 1000,
};

enum conn_state { GREETING, REQUEST, RESOLVING, CONNECTING, TALKING, RELAYING, DEAD };

struct side {
    struct gate_end end;
    struct str out; /* not yet taken by this side; p NULL: none ever was */
    bool has_ended; /* it will send no more */
    bool was_shut;  /* we told it that the other will send no more */
};

struct relay_conn {
    struct relay_conn *next;
    uint64_t id;
    struct gate_port *port;
    enum conn_state state;
    int64_t until_ms;
    struct side client, remote;
    struct str heard; /* of the client before relaying, of the proxy while TALKING */
    char host[GATE_HOST_MAX];
    int target;
    bool is_direct;
    struct resolver_answer answer;
    size_t tried;
    bool was_refused_address;
    enum gate_reason why;
    struct upstream_talk talk;
};

/* --- epoll --- */

/* An end that is waited for in nothing leaves the epoll: errors and hang-ups are reported unasked, and
 * one that cannot be acted upon yet would spin. */
static void arm(struct gate *g, struct gate_end *end, uint32_t events)
{
    if (end->fd < 0 || end->armed == events)
        return;
    struct epoll_event event = {.events = events, .data.ptr = end};
    int how = !end->armed ? EPOLL_CTL_ADD : events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
    epoll_ctl(g->epoll_fd, how, end->fd, &event);
    end->armed = events;
}

/* Out of the epoll first: closing alone leaves it there while a child between fork and exec still holds a
 * copy, and its events would speak of an end that is gone. */
static void close_end(struct gate *g, struct gate_end *end)
{
    if (end->fd >= 0) {
        arm(g, end, 0);
        close(end->fd);
    }
    end->fd = -1;
    end->armed = 0;
}

static void kill_conn(struct gate *g, struct relay_conn *c)
{
    if (c->state == DEAD)
        return;
    c->state = DEAD;
    close_end(g, &c->client.end);
    close_end(g, &c->remote.end);
    struct relay_conn **at = &g->conns;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->next = g->dead;
    g->dead = c;
    atomic_fetch_sub(&g->connections_n, 1);
}

static void bury(struct gate *g)
{
    while (g->dead) {
        struct relay_conn *c = g->dead;
        g->dead = c->next;
        str_fini(&c->heard);
        str_fini(&c->client.out);
        str_fini(&c->remote.out);
        mem_free(c);
    }
}

/* --- answering --- */

static void answer(struct relay_conn *c, int code)
{
    char text[SOCKS_ANSWER_SIZE];
    socks_write_answer(code, text);
    if (send(c->client.end.fd, text, sizeof text, MSG_NOSIGNAL) < 0)
        return; /* gone: the next event says so */
}

static void refuse(struct gate *g, struct relay_conn *c, enum gate_reason reason)
{
    bool is_failure = reason == GATE_FAILED_RESOLVE || reason == GATE_FAILED_CONNECT;
    gate_note(g, c->port, c->host, c->target, reason);
    answer(c, is_failure ? SOCKS_UNREACHABLE : SOCKS_NOT_ALLOWED);
    kill_conn(g, c);
}

/* --- relaying --- */

static void arm_both(struct gate *g, struct relay_conn *c)
{
    struct side *a = &c->client, *b = &c->remote;
    arm(g, &a->end, (!a->has_ended && b->out.n == 0 ? EPOLLIN : 0U) | (a->out.n ? EPOLLOUT : 0U));
    arm(g, &b->end, (!b->has_ended && a->out.n == 0 ? EPOLLIN : 0U) | (b->out.n ? EPOLLOUT : 0U));
}

/* Sends what waits. False when the side is gone. */
static bool flush(struct side *s)
{
    size_t sent = 0;
    while (sent < s->out.n) {
        ssize_t n = send(s->end.fd, s->out.p + sent, s->out.n - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            return false;
        if (n < 0)
            break;
        sent += (size_t)n;
    }
    if (sent > 0 && sent == s->out.n) {
        str_fini(&s->out);
    } else if (sent > 0) {
        memmove(s->out.p, s->out.p + sent, s->out.n - sent);
        str_cut(&s->out, s->out.n - sent);
    }
    return true;
}

static bool give(struct side *to, struct bytes data)
{
    while (to->out.n == 0 && data.n > 0) {
        ssize_t n = send(to->end.fd, data.p, data.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            return false;
        if (n < 0)
            break;
        data = bytes_from(data, (size_t)n);
    }
    if (data.n == 0)
        return true;
    if (!to->out.p)
        str_init(&to->out, READ_SIZE + HEARD_MAX);
    str_add(&to->out, data);
    return !to->out.is_full;
}

/* Moves bytes one way. False when the connection is over. */
static bool move(struct gate *g, struct side *from, struct side *to, atomic_llong *count)
{
    for (int i = 0; i < ROUNDS_MAX && to->out.n == 0 && !from->has_ended; i++) {
        ssize_t n = recv(from->end.fd, g->buffer, READ_SIZE, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (n < 0)
            return false;
        if (n == 0) {
            from->has_ended = true;
            break;
        }
        atomic_fetch_add(count, n);
        if (!give(to, (struct bytes){g->buffer, (size_t)n}))
            return false;
        if (n < READ_SIZE / 4)
            return true; /* most likely that was all: save a call */
    }
    return true;
}

static void pass_on_end(const struct side *from, struct side *to)
{
    if (from->has_ended && to->out.n == 0 && !to->was_shut) {
        shutdown(to->end.fd, SHUT_WR);
        to->was_shut = true;
    }
}

static void relay(struct gate *g, struct relay_conn *c)
{
    struct side *a = &c->client, *b = &c->remote;
    bool is_alive =
        flush(a) && flush(b) && move(g, a, b, &g->bytes_out) && move(g, b, a, &g->bytes_in);
    if (is_alive) {
        pass_on_end(a, b);
        pass_on_end(b, a);
    }
    if (!is_alive || (a->was_shut && b->was_shut)) {
        kill_conn(g, c);
        return;
    }
    c->until_ms = clock_mono_ms() + g->idle_max_ms;
    arm_both(g, c);
}

/* Whatever came early on either side belongs to the other. */
static void begin_relay(struct gate *g, struct relay_conn *c, struct bytes early_remote)
{
    c->state = RELAYING;
    atomic_fetch_add(&g->relayed_n, 1);
    answer(c, SOCKS_OK);
    bool is_alive = (early_remote.n == 0 || give(&c->client, early_remote));
    str_fini(&c->heard);
    if (is_alive)
        relay(g, c);
    else
        kill_conn(g, c);
}

/* --- connecting --- */

static void try_next(struct gate *g, struct relay_conn *c);

static void talk(struct gate *g, struct relay_conn *c)
{
    struct str say;
    str_init(&say, HEARD_MAX);
    size_t used;
    enum upstream_result result;
    do {
        result = upstream_step(&g->upstream, &c->talk, str_bytes(&c->heard), &used, &say);
        memmove(c->heard.p, c->heard.p + used, c->heard.n - used);
        str_cut(&c->heard, c->heard.n - used);
    } while (result == UPSTREAM_MORE && used > 0);
    bool is_said = say.n == 0 || give(&c->remote, str_bytes(&say));
    explicit_bzero(say.p, say.n); /* it may hold the proxy's password */
    str_fini(&say);
    if (result == UPSTREAM_REFUSED || !is_said) {
        refuse(g, c, GATE_FAILED_CONNECT);
    } else if (result == UPSTREAM_OPEN) {
        struct arena arena;
        arena_init(&arena);
        struct bytes early = {arena_copy(&arena, str_bytes(&c->heard)), c->heard.n};
        begin_relay(g, c, early);
        arena_fini(&arena);
    } else {
        arm(g, &c->remote.end, EPOLLIN | (c->remote.out.n ? EPOLLOUT : 0U));
    }
}

static void connected(struct gate *g, struct relay_conn *c)
{
    int on = 1;
    setsockopt(c->remote.end.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (c->is_direct) {
        begin_relay(g, c, (struct bytes){0});
        return;
    }
    c->state = TALKING;
    c->until_ms = clock_mono_ms() + HANDSHAKE_MAX_MS;
    c->talk = (struct upstream_talk){.host = c->host, .port = c->target};
    str_clear(&c->heard);
    talk(g, c);
}

static void on_connecting(struct gate *g, struct relay_conn *c)
{
    int error = 0;
    socklen_t n = sizeof error;
    if (getsockopt(c->remote.end.fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error == 0) {
        connected(g, c);
        return;
    }
    close_end(g, &c->remote.end);
    try_next(g, c);
}

/* May the next address be used? Addresses of the upstream proxy are the operator's word. */
static bool admit(struct gate *g, struct relay_conn *c, const struct sockaddr *address)
{
    if (!c->is_direct)
        return true;
    lock_take(&g->lock);
    struct rules_entry *entry = rules_find(&c->port->rules, c->host, c->target);
    enum gate_reason why = GATE_REFUSED_NAME; /* the list may have changed meanwhile */
    bool is_good = entry && rules_admit(entry, address, &why);
    lock_give(&g->lock);
    if (!is_good) {
        c->was_refused_address = true;
        c->why = why;
    }
    return is_good;
}

static void try_next(struct gate *g, struct relay_conn *c)
{
    while (c->tried < c->answer.n) {
        const struct sockaddr *address = (struct sockaddr *)&c->answer.addresses[c->tried++];
        if (!admit(g, c, address))
            continue;
        int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        socklen_t size = address->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                                       : sizeof(struct sockaddr_in6);
        if (fd < 0)
            continue;
        c->remote.end = (struct gate_end){GATE_END_REMOTE, c, fd, 0};
        c->state = CONNECTING;
        c->until_ms = clock_mono_ms() + g->connect_max_ms;
        c->was_refused_address = false;
        if (connect(fd, address, size) == 0 || errno == EINPROGRESS) {
            arm(g, &c->remote.end, EPOLLOUT);
            return;
        }
        close_end(g, &c->remote.end);
    }
    refuse(g, c, c->was_refused_address ? c->why : GATE_FAILED_CONNECT);
}

static void on_answer(struct gate *g, const struct resolver_answer *a)
{
    struct relay_conn *c = g->conns;
    while (c && c->id != a->id)
        c = c->next;
    if (!c || c->state != RESOLVING)
        return;
    c->answer = *a;
    c->why = GATE_FAILED_RESOLVE;
    if (a->n == 0)
        refuse(g, c, GATE_FAILED_RESOLVE);
    else
        try_next(g, c);
}

/* Names of metadata services, for the case that a proxy resolves them out of our sight. */
static bool is_metadata_name(const char *host)
{
    static const char *const NAMES[] = {"metadata", "metadata.google.internal", "metadata.goog",
                                        "instance-data", "instance-data.ec2.internal"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(host, NAMES[i]) == 0)
            return true;
    return false;
}

/* Decides by name, then looks for the address to connect to: the host's, or the proxy's. */
static void decide(struct gate *g, struct relay_conn *c, const char *host)
{
    struct sockaddr_storage address;
    if (!rules_canonical(bytes_of(host), c->host)) {
        snprintf(c->host, sizeof c->host, "%s", host);
        refuse(g, c, GATE_REFUSED_SPELLING);
        return;
    }
    lock_take(&g->lock);
    struct rules_entry *entry = rules_find(&c->port->rules, c->host, c->target);
    enum gate_reason why = GATE_REFUSED_NAME;
    bool is_literal = rules_literal(c->host, c->target, &address);
    bool is_good = entry && (!is_literal || rules_admit(entry, (struct sockaddr *)&address, &why));
    lock_give(&g->lock);
    if (is_good && is_metadata_name(c->host)) {
        is_good = false;
        why = GATE_REFUSED_ADDRESS;
    }
    if (!is_good) {
        refuse(g, c, why);
        return;
    }
    arm(g, &c->client.end, EPOLLRDHUP); /* so that a browser that gives up is noticed */
    const struct upstream *up = &g->upstream;
    c->is_direct = up->kind == UPSTREAM_NONE ||
                   rules_is_direct(c->host, (const char *const *)up->no_proxy, up->no_proxy_n);
    const char *name = c->is_direct ? c->host : up->host;
    int port = c->is_direct ? c->target : up->port;
    if (rules_literal(name, port, &c->answer.addresses[0])) {
        c->answer.n = 1;
        try_next(g, c);
        return;
    }
    c->state = RESOLVING;
    c->until_ms = clock_mono_ms() + RESOLVE_MAX_MS;
    if (!resolver_ask(g->resolver, c->id, name, port))
        refuse(g, c, GATE_FAILED_RESOLVE);
}

/* --- the browser's first words --- */

static void use_up(struct str *s, size_t n)
{
    memmove(s->p, s->p + n, s->n - n);
    str_cut(s, s->n - n);
}

static void converse(struct gate *g, struct relay_conn *c)
{
    size_t used = 0;
    char host[GATE_HOST_MAX];
    enum socks_result result = SOCKS_GOOD;
    if (c->state == GREETING) {
        result = socks_read_greeting(str_bytes(&c->heard), &used);
        if (result == SOCKS_GOOD) {
            use_up(&c->heard, used);
            c->state = REQUEST;
            if (send(c->client.end.fd, "\x05\x00", 2, MSG_NOSIGNAL) < 0)
                result = SOCKS_BAD;
        }
    }
    if (c->state == REQUEST && result == SOCKS_GOOD) {
        result = socks_read_request(str_bytes(&c->heard), &used, host, &c->target);
        if (result == SOCKS_GOOD && used < c->heard.n)
            result = SOCKS_BAD; /* nobody may speak before the answer */
        if (result == SOCKS_GOOD) {
            decide(g, c, host);
            return;
        }
    }
    if (result == SOCKS_BAD)
        kill_conn(g, c);
}

/* Reads into `heard`. False when the side has ended or failed. */
static bool hear(struct gate *g, struct relay_conn *c, int fd)
{
    ssize_t n = recv(fd, g->buffer, HEARD_MAX / 2, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n <= 0)
        return false;
    str_add(&c->heard, (struct bytes){g->buffer, (size_t)n});
    return !c->heard.is_full;
}

static void on_client(struct gate *g, struct relay_conn *c, uint32_t events)
{
    switch (c->state) {
    case GREETING:
    case REQUEST:
        if (hear(g, c, c->client.end.fd))
            converse(g, c);
        else
            kill_conn(g, c);
        break;
    case RELAYING:
        relay(g, c);
        break;
    default:
        if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
            kill_conn(g, c);
    }
}

static void on_remote(struct gate *g, struct relay_conn *c)
{
    switch (c->state) {
    case CONNECTING:
        on_connecting(g, c);
        break;
    case TALKING:
        if (!flush(&c->remote) || !hear(g, c, c->remote.end.fd))
            refuse(g, c, GATE_FAILED_CONNECT);
        else
            talk(g, c);
        break;
    case RELAYING:
        relay(g, c);
        break;
    default:
        kill_conn(g, c);
    }
}

/* --- ports --- */

static void accept_one(struct gate *g, struct gate_port *port)
{
    int fd = accept4(port->end.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    atomic_fetch_add(&g->accepted_n, 1);
    if (g->connections_n >= g->connections_max) {
        close(fd);
        return;
    }
    if (!peer_is_ours(fd)) {
        gate_note(g, port, "another user", 0, GATE_REFUSED_PEER);
        close(fd);
        return;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct relay_conn *c = MEM_NEW(struct relay_conn);
    c->id = ++g->last_id;
    c->port = port;
    c->until_ms = clock_mono_ms() + HANDSHAKE_MAX_MS;
    c->client.end = (struct gate_end){GATE_END_CLIENT, c, fd, 0};
    c->remote.end = (struct gate_end){GATE_END_REMOTE, c, -1, 0};
    str_init(&c->heard, HEARD_MAX);
    c->next = g->conns;
    g->conns = c;
    atomic_fetch_add(&g->connections_n, 1);
    arm(g, &c->client.end, EPOLLIN);
}

static void kill_port(struct gate *g, const struct gate_port *port)
{
    struct relay_conn *next;
    for (struct relay_conn *c = g->conns; c; c = next) {
        next = c->next;
        if (c->port == port)
            kill_conn(g, c);
    }
}

/* Takes one port that something has happened to; NULL: none. Closed ones are unlinked: no other thread can
 * reach them any more. */
static struct gate_port *take_news(struct gate *g, bool *is_closed)
{
    struct gate_port *found = NULL;
    lock_take(&g->lock);
    for (struct gate_port **at = &g->ports; *at && !found; at = found ? at : &(*at)->next) {
        struct gate_port *p = *at;
        if (!p->is_closed && p->end.armed)
            continue;
        found = p;
        *is_closed = p->is_closed;
        if (p->is_closed)
            *at = p->next;
    }
    lock_give(&g->lock);
    return found;
}

static void adopt_news(struct gate *g, struct gate_port **closed)
{
    struct gate_port *p;
    bool is_closed;
    while ((p = take_news(g, &is_closed))) {
        if (is_closed) {
            kill_port(g, p);
            close_end(g, &p->end);
            p->next = *closed;
            *closed = p;
        } else {
            arm(g, &p->end, EPOLLIN);
        }
    }
}

static void free_ports(struct gate *g, struct gate_port **list)
{
    while (*list) {
        struct gate_port *p = *list;
        *list = p->next;
        close_end(g, &p->end);
        mem_free(p);
    }
}

/* --- the loop --- */

static void on_wake(struct gate *g, struct gate_port **closed)
{
    uint64_t count;
    if (read(g->wake.fd, &count, sizeof count) < 0)
        count = 0;
    struct resolver_answer a;
    while (resolver_take(g->resolver, &a))
        on_answer(g, &a);
    adopt_news(g, closed);
}

static void expire(struct gate *g, int64_t now_ms)
{
    struct relay_conn *next;
    for (struct relay_conn *c = g->conns; c; c = next) {
        next = c->next;
        if (now_ms < c->until_ms)
            continue;
        if (c->state == CONNECTING) {
            close_end(g, &c->remote.end);
            try_next(g, c);
        } else if (c->state == RESOLVING || c->state == TALKING) {
            refuse(g, c, c->state == RESOLVING ? GATE_FAILED_RESOLVE : GATE_FAILED_CONNECT);
        } else {
            kill_conn(g, c);
        }
    }
}

static void dispatch(struct gate *g, const struct epoll_event *event, struct gate_port **closed)
{
    struct gate_end *end = event->data.ptr;
    if (end->fd < 0)
        return; /* closed earlier in this batch */
    switch (end->kind) {
    case GATE_END_WAKE:
        on_wake(g, closed);
        break;
    case GATE_END_PORT:
        accept_one(g, end->owner);
        break;
    case GATE_END_CLIENT:
        on_client(g, end->owner, event->events);
        break;
    case GATE_END_REMOTE:
        on_remote(g, end->owner);
        break;
    }
}

void relay_run(void *ctx)
{
    struct gate *g = ctx;
    int64_t tick_ms = clock_mono_ms() + TICK_MS;
    struct gate_port *closed = NULL;
    g->buffer = mem_alloc(READ_SIZE);
    while (!g->is_stopping) {
        struct epoll_event events[EVENTS_MAX];
        int n = epoll_wait(g->epoll_fd, events, EVENTS_MAX, TICK_MS);
        for (int i = 0; i < n; i++)
            dispatch(g, &events[i], &closed);
        int64_t now_ms = clock_mono_ms();
        if (now_ms >= tick_ms) {
            expire(g, now_ms);
            tick_ms = now_ms + TICK_MS;
        }
        bury(g);
        free_ports(g, &closed);
    }
    while (g->conns)
        kill_conn(g, g->conns);
    bury(g);
    free_ports(g, &g->ports); /* the callers of gate_stop are the last */
    mem_free(g->buffer);
}
