/* The decisions of the gate, apart from all sockets: is the name on the list, is the address one that may
 * ever be reached. Pure but for has_been_public, which the caller guards with its lock.
 *
 * An allow-list of names with a check of every address, not a list of forbidden URLs: lists of the forbidden
 * have to foresee redirects, rebinding, mapped addresses and odd spellings one by one. A name that has shown
 * a public address must not turn private later; a name that was private from the start (an internal
 * Grafana) may stay so, if it is the page's own.
 */
#include "gate/rules.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- addresses --- */

struct range4 {
    uint32_t net;
    int bits;
    enum rules_class class_;
};

#define IP4(a, b, c, d) (((uint32_t)(a) << 24) | ((uint32_t)(b) << 16) | ((uint32_t)(c) << 8) | (d))

/* First match counts. IANA's special-purpose registry, and the metadata services that are elsewhere. */
static const struct range4 RANGES4[] = {
    {IP4(0, 0, 0, 0), 8, RULES_NEVER},         {IP4(169, 254, 0, 0), 16, RULES_NEVER},
    {IP4(168, 63, 129, 16), 32, RULES_NEVER},  {IP4(100, 100, 100, 200), 32, RULES_NEVER},
    {IP4(192, 0, 0, 0), 24, RULES_NEVER},      {IP4(224, 0, 0, 0), 3, RULES_NEVER},
    {IP4(192, 88, 99, 0), 24, RULES_NEVER},    {IP4(127, 0, 0, 0), 8, RULES_LOOPBACK},
    {IP4(10, 0, 0, 0), 8, RULES_PRIVATE},      {IP4(172, 16, 0, 0), 12, RULES_PRIVATE},
    {IP4(192, 168, 0, 0), 16, RULES_PRIVATE},  {IP4(100, 64, 0, 0), 10, RULES_PRIVATE},
    {IP4(198, 18, 0, 0), 15, RULES_PRIVATE},   {IP4(192, 0, 2, 0), 24, RULES_PRIVATE},
    {IP4(198, 51, 100, 0), 24, RULES_PRIVATE}, {IP4(203, 0, 113, 0), 24, RULES_PRIVATE},
};

static enum rules_class class_of_4(uint32_t ip)
{
    for (size_t i = 0; i < sizeof RANGES4 / sizeof *RANGES4; i++) {
        uint32_t mask = ~(uint32_t)0 << (32 - RANGES4[i].bits);
        if ((ip & mask) == RANGES4[i].net)
            return RANGES4[i].class_;
    }
    return RULES_PUBLIC;
}

static uint32_t be32(const unsigned char *p)
{
    return IP4(p[0], p[1], p[2], p[3]);
}

static bool is_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

static enum rules_class class_of_6(const unsigned char *a)
{
    static const unsigned char NAT64[12] = {0, 0x64, 0xff, 0x9b};
    static const unsigned char EC2[16] = {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0,
                                          0,    0, 0,    0,    0, 0, 2, 0x54};
    if (is_zero(a, 15))
        return a[15] == 1 ? RULES_LOOPBACK : RULES_NEVER;
    if (is_zero(a, 10) && ((a[10] == 0xff && a[11] == 0xff) || (a[10] == 0 && a[11] == 0)))
        return class_of_4(be32(a + 12));
    if (is_zero(a, 8) && a[8] == 0xff && a[9] == 0xff && is_zero(a + 10, 2))
        return class_of_4(be32(a + 12)); /* translated */
    if (memcmp(a, NAT64, sizeof NAT64) == 0)
        return class_of_4(be32(a + 12));
    if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
        return class_of_4(be32(a + 2));
    if (memcmp(a, EC2, sizeof EC2) == 0)
        return RULES_NEVER;
    if (a[0] == 0x20 && a[1] == 0x01 && is_zero(a + 2, 2)) /* Teredo */
        return RULES_NEVER;
    if (a[0] == 0xff || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80))
        return RULES_NEVER;
    if ((a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0xc0))
        return RULES_PRIVATE;
    return (a[0] & 0xe0) == 0x20 ? RULES_PUBLIC
                                 : RULES_NEVER; /* 2000::/3 is all that is given out */
}

enum rules_class rules_class_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return class_of_4(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return class_of_6(((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr);
    return RULES_NEVER;
}

/* --- names --- */

/* The last label decides whether a host claims to be an address: digits or 0x… */
static bool looks_numeric(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *last = dot ? dot + 1 : host;
    if (last[0] == '0' && (last[1] == 'x' || last[1] == 'X'))
        return true;
    return *last && last[strspn(last, "0123456789")] == 0;
}

static bool is_name(const char *host)
{
    size_t label = 0;
    for (const char *c = host; *c; c++) {
        if (*c == '.') {
            if (label == 0)
                return false;
            label = 0;
        } else if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_') {
            return false;
        } else if (++label > 63) {
            return false;
        }
    }
    return label > 0;
}

static bool canonical_6(const char *text, char *out)
{
    struct in6_addr a;
    if (inet_pton(AF_INET6, text, &a) != 1)
        return false;
    return inet_ntop(AF_INET6, &a, out, GATE_HOST_MAX) != NULL;
}

bool rules_canonical(struct bytes host, char out[GATE_HOST_MAX])
{
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = (struct bytes){host.p + 1, host.n - 2};
    if (host.n > 0 && host.p[host.n - 1] == '.')
        host.n--;
    if (host.n == 0 || host.n >= GATE_HOST_MAX || memchr(host.p, 0, host.n))
        return false;
    char text[GATE_HOST_MAX];
    for (size_t i = 0; i < host.n; i++)
        text[i] = (char)tolower((unsigned char)host.p[i]);
    text[host.n] = 0;
    struct in_addr v4;
    if (strchr(text, ':'))
        return canonical_6(text, out);
    if (looks_numeric(text))
        return inet_pton(AF_INET, text, &v4) == 1 && inet_ntop(AF_INET, &v4, out, GATE_HOST_MAX);
    if (!is_name(text))
        return false;
    memcpy(out, text, host.n + 1);
    return true;
}

bool rules_literal(const char *host, int port, struct sockaddr_storage *out)
{
    *out = (struct sockaddr_storage){0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        return true;
    }
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
        return false;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)port);
    return true;
}

/* --- the list --- */

int rules_set(struct op *op, struct rules *rules, const struct gate_allow *allow, size_t n)
{
    struct rules fresh = {0};
    if (n > GATE_ALLOW_MAX)
        return op_fail(op, ERR_BAD_INPUT, "more than %d hosts to allow", GATE_ALLOW_MAX);
    for (size_t i = 0; i < n; i++) {
        struct rules_entry *e = &fresh.entries[fresh.n++];
        const char *host = allow[i].host;
        e->is_below = strncmp(host, "*.", 2) == 0;
        struct sockaddr_storage address;
        if (!rules_canonical(bytes_of(host + (e->is_below ? 2 : 0)), e->host))
            return op_fail(op, ERR_BAD_INPUT, "\"%.100s\" is not a host that can be allowed", host);
        if (allow[i].port < 0 || allow[i].port > 65535)
            return op_fail(op, ERR_BAD_INPUT, "%d is not a port", allow[i].port);
        e->port = allow[i].port;
        e->is_own = allow[i].is_own;
        e->is_literal = rules_literal(e->host, 0, &address);
        if (e->is_literal && e->is_below)
            return op_fail(op, ERR_BAD_INPUT, "\"%.100s\": there are no names below an address",
                           host);
        for (size_t k = 0; k < rules->n; k++) /* what was learnt about a name stays */
            if (strcmp(rules->entries[k].host, e->host) == 0)
                e->has_been_public |= rules->entries[k].has_been_public;
    }
    *rules = fresh;
    return 0;
}

static bool is_below(const char *host, const char *domain)
{
    size_t n = strlen(host), m = strlen(domain);
    return n > m + 1 && host[n - m - 1] == '.' && strcmp(host + n - m, domain) == 0;
}

struct rules_entry *rules_find(struct rules *rules, const char *host, int port)
{
    for (size_t i = 0; i < rules->n; i++) {
        struct rules_entry *e = &rules->entries[i];
        bool has_port = e->port ? e->port == port : port == 80 || port == 443;
        if (has_port && (e->is_below ? is_below(host, e->host) : strcmp(e->host, host) == 0))
            return e;
    }
    return NULL;
}

bool rules_admit(struct rules_entry *e, const struct sockaddr *address, enum gate_reason *why)
{
    enum rules_class class_ = rules_class_of(address);
    *why = GATE_REFUSED_ADDRESS;
    if (class_ == RULES_PUBLIC) {
        e->has_been_public = true;
        return true;
    }
    if (class_ == RULES_NEVER)
        return false;
    if (!e->is_own)
        return class_ == RULES_PRIVATE && e->is_literal;
    if (e->has_been_public)
        *why = GATE_REFUSED_REBOUND;
    return !e->has_been_public;
}

/* --- no_proxy --- */

static bool is_in_block(const char *host, const char *block)
{
    char net[GATE_HOST_MAX];
    const char *slash = strchr(block, '/');
    int64_t bits;
    struct sockaddr_storage a, b;
    if (!slash || (size_t)(slash - block) >= sizeof net ||
        !bytes_to_i64(bytes_of(slash + 1), &bits))
        return false;
    memcpy(net, block, (size_t)(slash - block));
    net[slash - block] = 0;
    if (!rules_literal(host, 0, &a) || !rules_literal(net, 0, &b) || a.ss_family != b.ss_family)
        return false;
    bool is_4 = a.ss_family == AF_INET;
    const unsigned char *x = is_4 ? (unsigned char *)&((struct sockaddr_in *)&a)->sin_addr
                                  : ((struct sockaddr_in6 *)&a)->sin6_addr.s6_addr;
    const unsigned char *y = is_4 ? (unsigned char *)&((struct sockaddr_in *)&b)->sin_addr
                                  : ((struct sockaddr_in6 *)&b)->sin6_addr.s6_addr;
    if (bits < 0 || bits > (is_4 ? 32 : 128))
        return false;
    size_t whole = (size_t)bits / 8, rest = (size_t)bits % 8;
    unsigned char mask = (unsigned char)(0xff << (8 - rest));
    return memcmp(x, y, whole) == 0 && (rest == 0 || ((x[whole] ^ y[whole]) & mask) == 0);
}

static bool matches_no_proxy(const char *host, const char *rule)
{
    if (strcmp(rule, "*") == 0 || is_in_block(host, rule))
        return true;
    if (strncmp(rule, "*.", 2) == 0)
        rule++;
    char canonical[GATE_HOST_MAX];
    if (*rule == '.')
        return rules_canonical(bytes_of(rule + 1), canonical) && is_below(host, canonical);
    return rules_canonical(bytes_of(rule), canonical) &&
           (strcmp(host, canonical) == 0 || is_below(host, canonical));
}

bool rules_is_direct(const char *host, const char *const *no_proxy, size_t n)
{
    struct sockaddr_storage address;
    if (strcmp(host, "localhost") == 0 || is_below(host, "localhost"))
        return true;
    if (rules_literal(host, 0, &address) &&
        rules_class_of((struct sockaddr *)&address) == RULES_LOOPBACK)
        return true;
    for (size_t i = 0; i < n; i++)
        if (matches_no_proxy(host, no_proxy[i]))
            return true;
    return false;
}
