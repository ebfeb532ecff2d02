/* The browsers' only way out: a SOCKS5 relay on loopback, with a port and an allow-list per identity.
 *
 * A connection is decided by host *name* and port first, resolved once, every address is checked, and
 * the one that passed is the one that is connected to; bytes are relayed unread, so TLS stays end to end.
 * Redirects, rebinding, IPv4-mapped IPv6 and odd number spellings have no way around it, because nothing
 * else leads out. One thread relays (epoll); names are resolved by helpers. All functions but gate_start
 * and gate_stop may be called from any thread and do not block.
 *
 * Never reachable, whatever is allowed: metadata services, link-local, unspecified, multicast,
 * broadcast and reserved addresses.
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "base/op.h"
#include "base/secret.h"

enum { GATE_HOST_MAX = 256, GATE_ALLOW_MAX = 64, GATE_REFUSED_MAX = 64 };

struct gate_allow {
    /* Name or address, any case; "*.example.org" for names below; no other wildcard. */
    const char *host;
    int port; /* 0: 80 and 443 */
    /* The page's own origin: may be loopback or private. Others may not be loopback, and private
     * only if the host is written as that address. */
    bool is_own;
};

struct gate_upstream {
    const char *url;  /* "http://host:port" (CONNECT) or "socks5://host:port"; NULL: direct */
    const char *user; /* NULL: none */
    const struct secret *password; /* may be NULL */
    const char *const *no_proxy; /* hosts, ".suffixes" and CIDR blocks that are reached directly */
    size_t no_proxy_n;
};

struct gate_conf {
    struct gate_upstream upstream; /* copied */
    int connections_max;           /* of all identities; 0: 1024 */
    int resolvers;                 /* helper threads; 0: 2 */
    int64_t connect_max_ms;        /* per address; 0: 10000 */
    int64_t idle_max_ms;           /* without a byte either way; 0: 10 minutes */
};

struct gate;

int gate_start(struct op *op, const struct gate_conf *conf, struct gate **out) MUST_CHECK;
/* Cuts everything, joins the threads, frees. NULL is fine. */
void gate_stop(struct gate *gate);

/* A listening port of its own for one identity. Copies the list. ERR_BAD_INPUT names a bad entry. */
int gate_open(struct op *op, struct gate *gate, const struct gate_allow *allow, size_t n,
              int *out_port) MUST_CHECK;
/* Closes the port and its connections; an unknown port is fine. */
void gate_close(struct gate *gate, int port);

enum gate_reason {
    GATE_REFUSED_NAME,    /* not on the list */
    GATE_REFUSED_ADDRESS, /* the name is, but its address is never reachable, loopback or private */
    GATE_REFUSED_SPELLING, /* a number written oddly, or not a host name */
    GATE_REFUSED_REBOUND,  /* the name had a public address before and now shows a private one */
    GATE_REFUSED_PEER,     /* the caller on our port is not a process of ours */
    GATE_FAILED_RESOLVE,   /* allowed, but no such name */
    GATE_FAILED_CONNECT,   /* allowed, but nobody answers there */
};
const char *gate_reason_word(enum gate_reason reason); /* "not_allowed", "address", … */

struct gate_refusal {
    char host[GATE_HOST_MAX];
    int port;
    enum gate_reason reason;
    int count;
    int64_t last_ms; /* monotonic */
};
/* What this port refused since since_ms (0: since it was opened), newest last, in the op's arena. Distinct
 * by (host, port, reason); the oldest give way beyond GATE_REFUSED_MAX. */
void gate_list_refused(struct gate *gate, int port, int64_t since_ms, struct op *op,
                       const struct gate_refusal **out, size_t *out_n);

struct gate_stats {
    int ports, connections;
    int64_t accepted_n, relayed_n, refused_n, failed_n;
    int64_t bytes_in, bytes_out; /* from the network, to the network */
};
void gate_stats(struct gate *gate, struct gate_stats *out);

#endif
