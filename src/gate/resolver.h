/* Names to addresses in helper threads, so that the relay never blocks. Private to gate/. */
#ifndef GATE_RESOLVER_H
#define GATE_RESOLVER_H

#include "gate/gate.h"

#include <sys/socket.h>

enum { RESOLVER_ADDRESSES_MAX = 16, RESOLVER_WAITING_MAX = 1024 };

struct resolver_answer {
    uint64_t id; /* the asker's */
    struct sockaddr_storage addresses[RESOLVER_ADDRESSES_MAX];
    size_t n; /* 0: there is no such name */
};

struct resolver;

/* Adds 1 to the eventfd wake_fd for each answer. */
struct resolver *resolver_start(int threads, int wake_fd);
void resolver_stop(struct resolver *resolver);
/* False when too many wait. */
bool resolver_ask(struct resolver *resolver, uint64_t id, const char *host, int port);
/* Takes one answer; false when there is none. Does not block. */
bool resolver_take(struct resolver *resolver, struct resolver_answer *out);

#endif
