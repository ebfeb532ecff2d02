/* URLs: parse, compare origins, read and write query strings. Pure.
 *
 * Only what Rounds needs of the WHATWG URL standard: http and https, an authority without user
 * info, and percent-encoding. An origin is compared as (scheme, lower-case host, port).
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/op.h"
#include "base/str.h"

struct url {
    const char *scheme; /* "http" or "https" */
    const char *host;   /* lower case; IPv6 without brackets */
    int port;           /* given or the scheme's own */
    bool is_ipv6;
    const char *path;     /* starts with '/'; as written */
    const char *query;    /* without '?'; "" if none; as written */
    const char *fragment; /* without '#'; "" if none */
};

/* Fails with ERR_BAD_INPUT (malformed) or ERR_FORBIDDEN (another scheme; user info). */
int url_parse(struct op *op, struct bytes text, struct url *out) MUST_CHECK;
/* "http://host:port", port left out when it is the scheme's own; IPv6 in brackets. */
char *url_origin(struct arena *arena, const struct url *url);
bool url_same_origin(const struct url *a, const struct url *b);
char *url_print(struct arena *arena, const struct url *url);

/* Percent-decoding; '+' becomes a space when is_form. NULL when malformed (bad %xx or NUL). */
char *url_decode(struct arena *arena, struct bytes text, bool is_form);
/* Encodes everything but unreserved characters; space as %20. */
void url_encode(struct str *out, struct bytes text);

/* One pair of a query string, decoded. */
struct url_pair {
    const char *name;
    const char *value;
};
/* Splits "a=1&b=2". Fails with ERR_BAD_INPUT on bad encoding, or more than 1000 pairs. */
int url_query(struct op *op, struct bytes query, struct url_pair **out, size_t *out_n) MUST_CHECK;
/* The same without complaint, for URLs that are another program's business: a malformed escape stays as
 * written, pairs beyond the limit are left out. */
void url_pairs(struct arena *arena, struct bytes query, struct url_pair **out, size_t *out_n);
/* The first value of a name, or NULL. */
const char *url_pair_find(const struct url_pair *pairs, size_t n, const char *name);

#endif
