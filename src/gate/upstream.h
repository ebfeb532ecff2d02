/* The talk with a company's proxy before bytes are relayed through it. Private to gate/. Pure. */
#ifndef GATE_UPSTREAM_H
#define GATE_UPSTREAM_H

#include "base/str.h"
#include "gate/gate.h"

enum upstream_kind { UPSTREAM_NONE, UPSTREAM_HTTP, UPSTREAM_SOCKS };

struct upstream {
    enum upstream_kind kind;
    char host[GATE_HOST_MAX];
    int port;
    char *user; /* NULL: none */
    struct secret password;
    char **no_proxy;
    size_t no_proxy_n;
};

int upstream_init(struct op *op, struct upstream *up, const struct gate_upstream *conf) MUST_CHECK;
void upstream_fini(struct upstream *up);

struct upstream_talk {
    int step; /* 0 before the first word */
    const char *host;
    int port;
};
enum upstream_result { UPSTREAM_MORE, UPSTREAM_OPEN, UPSTREAM_REFUSED };
/* Looks at what the proxy has said so far; says how many of these bytes are used up and what to answer.
 * Called once with nothing to begin. */
enum upstream_result upstream_step(const struct upstream *up, struct upstream_talk *talk,
                                   struct bytes heard, size_t *used, struct str *say);

#endif
