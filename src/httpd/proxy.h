/* Who the client is when reverse proxies stand before us. Pure. */
#ifndef HTTPD_PROXY_H
#define HTTPD_PROXY_H

#include "base/op.h"
#include "httpd/head.h"

struct proxy_block {
    unsigned char address[16]; /* IPv4 in its mapped form */
    unsigned bits;             /* of the 128 */
};

struct proxy_list {
    struct proxy_block *blocks; /* heap */
    size_t n;
};

/* Texts like "10.0.0.0/8", "fd00::/8", "192.0.2.7". ERR_BAD_INPUT names one that is none. */
int proxy_list_read(struct op *op, const char *const *texts, size_t n,
                    struct proxy_list *out) MUST_CHECK;
void proxy_list_fini(struct proxy_list *list);

struct proxy_client {
    const char *address; /* without port */
    bool is_tls;
};

/* `client` comes as the other end of the connection, and stays that unless the end is a trusted
 * proxy. Then it becomes whom the proxies speak for: X-Forwarded-For is read from its end, past the
 * trusted addresses, to the first other one, so that what a client has written itself never counts;
 * without that header, Forwarded likewise. X-Forwarded-Proto (its last word) or `proto` of the same
 * element of Forwarded say whether that was TLS. The address is in the arena. */
void proxy_find_client(struct arena *arena, const struct proxy_list *list, const struct head *head,
                       struct proxy_client *client);

#endif
