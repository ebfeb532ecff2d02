/* getaddrinfo blocks and cannot be cancelled, so a few threads of their own call it. Questions and answers
 * are two lists under one lock; an answer whose asker has gone is dropped by the relay.
 *
 * Any thread may ask and take. A stop waits for the names that are being looked up.
 */
#include "gate/resolver.h"

#include "base/mem.h"
#include "sys/lock.h"
#include "sys/thread.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MAX = 16 };

struct question {
    struct question *next;
    uint64_t id;
    int port;
    char host[GATE_HOST_MAX];
};

struct waiting_answer {
    struct waiting_answer *next;
    struct resolver_answer answer;
};

struct resolver {
    struct lock lock;
    struct question *first, **last;
    size_t waiting;
    struct waiting_answer *answers;
    bool is_stopping;
    int wake_fd;
    struct thread threads[THREADS_MAX];
    int threads_n;
};

static void look_up(const struct question *q, struct resolver_answer *out)
{
    char service[8];
    snprintf(service, sizeof service, "%d", q->port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *list = NULL;
    out->id = q->id;
    if (getaddrinfo(q->host, service, &hints, &list) != 0)
        return;
    for (struct addrinfo *a = list; a && out->n < RESOLVER_ADDRESSES_MAX; a = a->ai_next)
        if (a->ai_addrlen <= sizeof out->addresses[0])
            memcpy(&out->addresses[out->n++], a->ai_addr, a->ai_addrlen);
    freeaddrinfo(list);
}

static struct question *take_question(struct resolver *r)
{
    lock_take(&r->lock);
    while (!r->first && !r->is_stopping)
        lock_wait(&r->lock, INT64_MAX);
    struct question *q = r->is_stopping ? NULL : r->first;
    if (q) {
        r->first = q->next;
        if (!r->first)
            r->last = &r->first;
        r->waiting--;
    }
    lock_give(&r->lock);
    return q;
}

static void run(void *ctx)
{
    struct resolver *r = ctx;
    struct question *q;
    while ((q = take_question(r))) {
        struct waiting_answer *a = MEM_NEW(struct waiting_answer);
        look_up(q, &a->answer);
        mem_free(q);
        lock_take(&r->lock);
        a->next = r->answers;
        r->answers = a;
        lock_give(&r->lock);
        uint64_t one = 1;
        if (write(r->wake_fd, &one, sizeof one) < 0)
            continue; /* the counter is full: it is awake */
    }
}

struct resolver *resolver_start(int threads, int wake_fd)
{
    struct resolver *r = MEM_NEW(struct resolver);
    lock_init(&r->lock);
    r->last = &r->first;
    r->wake_fd = wake_fd;
    r->threads_n = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
    for (int i = 0; i < r->threads_n; i++)
        thread_start(&r->threads[i], "gate-names", run, r);
    return r;
}

void resolver_stop(struct resolver *r)
{
    if (!r)
        return;
    lock_take(&r->lock);
    r->is_stopping = true;
    lock_wake(&r->lock);
    lock_give(&r->lock);
    for (int i = 0; i < r->threads_n; i++)
        thread_join(&r->threads[i]);
    while (r->first) {
        struct question *q = r->first;
        r->first = q->next;
        mem_free(q);
    }
    struct resolver_answer unused;
    while (resolver_take(r, &unused))
        continue;
    lock_fini(&r->lock);
    mem_free(r);
}

bool resolver_ask(struct resolver *r, uint64_t id, const char *host, int port)
{
    lock_take(&r->lock);
    bool has_room = r->waiting < RESOLVER_WAITING_MAX;
    if (has_room) {
        struct question *q = MEM_NEW(struct question);
        q->id = id;
        q->port = port;
        snprintf(q->host, sizeof q->host, "%s", host);
        *r->last = q;
        r->last = &q->next;
        r->waiting++;
        lock_wake(&r->lock);
    }
    lock_give(&r->lock);
    return has_room;
}

bool resolver_take(struct resolver *r, struct resolver_answer *out)
{
    lock_take(&r->lock);
    struct waiting_answer *a = r->answers;
    if (a)
        r->answers = a->next;
    lock_give(&r->lock);
    if (!a)
        return false;
    *out = a->answer;
    mem_free(a);
    return true;
}
