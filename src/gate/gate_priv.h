/* The inside of the gate, shared by gate.c (control, any thread) and relay.c (the relay's thread).
 * Private to gate/. */
#ifndef GATE_PRIV_H
#define GATE_PRIV_H

#include "gate/gate.h"
#include "gate/resolver.h"
#include "gate/rules.h"
#include "gate/upstream.h"
#include "sys/lock.h"
#include "sys/thread.h"

#include <stdatomic.h>

enum gate_end_kind { GATE_END_WAKE, GATE_END_PORT, GATE_END_CLIENT, GATE_END_REMOTE };

/* What epoll hands back. */
struct gate_end {
    enum gate_end_kind kind;
    void *owner; /* port or connection */
    int fd;
    uint32_t armed; /* epoll's events; 0: not in the epoll */
};

/* One identity's port. Made by any thread, freed by the relay's. */
struct gate_port {
    struct gate_port *next; /* under the lock */
    struct gate_end end;
    int port;
    bool is_closed;                                /* under the lock: to be freed by the relay */
    struct rules rules;                            /* under the lock */
    struct gate_refusal refused[GATE_REFUSED_MAX]; /* under the lock; oldest first */
    size_t refused_n;
};

struct relay_conn;

struct gate {
    int connections_max;
    int64_t connect_max_ms, idle_max_ms;
    struct upstream upstream; /* never changes */

    struct lock lock;
    struct gate_port *ports;

    struct thread thread;
    struct resolver *resolver;
    int epoll_fd;
    struct gate_end wake;
    atomic_bool is_stopping;

    /* The relay's own. */
    struct relay_conn *conns, *dead;
    uint64_t last_id;
    char *buffer;

    atomic_int connections_n;
    atomic_llong accepted_n, relayed_n, refused_n, failed_n, bytes_in, bytes_out;
};

void relay_run(void *gate);
/* Remembers a refusal or failure of a port. */
void gate_note(struct gate *gate, struct gate_port *port, const char *host, int target,
               enum gate_reason reason);

#endif
