/* What may be reached: pure decisions on names and addresses. Private to gate/. */
#ifndef GATE_RULES_H
#define GATE_RULES_H

#include "gate/gate.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* What an address is, wherever it came from. IPv6 forms that stand for an IPv4 address (mapped,
 * compatible, NAT64, 6to4) are what that address is. */
enum rules_class { RULES_PUBLIC, RULES_PRIVATE, RULES_LOOPBACK, RULES_NEVER };
enum rules_class rules_class_of(const struct sockaddr *address);

/* A host as it is compared: lower case, no final dot, addresses in their usual form. False for what is
 * neither a host name nor a plainly written address ("0x7f.1", "127.1", "a b"). */
bool rules_canonical(struct bytes host, char out[GATE_HOST_MAX]);
/* An address written as a host; false if it is a name. */
bool rules_literal(const char *host, int port, struct sockaddr_storage *out);

struct rules_entry {
    char host[GATE_HOST_MAX]; /* canonical; of "*.x": "x" */
    int port;                 /* 0: 80 and 443 */
    bool is_below;            /* "*.x": names below x */
    bool is_own;
    bool is_literal;
    bool has_been_public; /* the name once showed a public address */
};

struct rules {
    struct rules_entry entries[GATE_ALLOW_MAX];
    size_t n;
};

int rules_set(struct op *op, struct rules *rules, const struct gate_allow *allow,
              size_t n) MUST_CHECK;
/* The entry that lets this canonical host and port pass, or NULL. */
struct rules_entry *rules_find(struct rules *rules, const char *host, int port);
/* May this address be connected to under the entry? On false, *why. Remembers public addresses. */
bool rules_admit(struct rules_entry *entry, const struct sockaddr *address, enum gate_reason *why);
/* Is this host to be reached without the upstream proxy? Loopback always is. */
bool rules_is_direct(const char *host, const char *const *no_proxy, size_t n);

#endif
