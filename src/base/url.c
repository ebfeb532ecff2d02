/* URLs as Rounds needs them: http and https only, no user info. Pure; memory from the op's arena.
 *
 * Host names are lower-cased and otherwise left as written: what a strange spelling really points
 * at is decided by the gate, which checks the address that it connects to.
 */
#include "base/url.h"

#include <string.h>

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || (unsigned char)c >= 0x80;
}

static char *lower_copy(struct arena *arena, struct bytes b)
{
    char *copy = arena_copy(arena, b);
    for (char *c = copy; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    return copy;
}

static int parse_port(struct op *op, struct bytes text, struct url *out)
{
    int64_t port;
    if (text.n == 0)
        return 0;
    if (!bytes_to_i64(text, &port) || port < 1 || port > 65535)
        return op_fail(op, ERR_BAD_INPUT, "the URL's port must be a number from 1 to 65535");
    out->port = (int)port;
    return 0;
}

static int parse_ipv6(struct op *op, struct bytes authority, struct url *out)
{
    ssize_t end = bytes_find_char(authority, ']');
    if (end < 3)
        return op_fail(op, ERR_BAD_INPUT, "the URL's IPv6 address lacks its ']'");
    out->host = lower_copy(&op->arena, (struct bytes){authority.p + 1, (size_t)end - 1});
    out->is_ipv6 = true;
    for (const char *c = out->host; *c; c++)
        if (!strchr("0123456789abcdef:.", *c))
            return op_fail(op, ERR_BAD_INPUT, "the URL's IPv6 address is malformed");
    struct bytes rest = bytes_from(authority, (size_t)end + 1);
    if (rest.n == 0)
        return 0;
    if (rest.p[0] != ':')
        return op_fail(op, ERR_BAD_INPUT, "the URL's host is malformed");
    return parse_port(op, bytes_from(rest, 1), out);
}

static int parse_authority(struct op *op, struct bytes authority, struct url *out)
{
    if (bytes_find_char(authority, '@') >= 0)
        return op_fail(op, ERR_FORBIDDEN, "the URL must not carry a user name or password");
    if (authority.n && authority.p[0] == '[')
        return parse_ipv6(op, authority, out);
    ssize_t colon = bytes_find_char(authority, ':');
    struct bytes host = {authority.p, colon < 0 ? authority.n : (size_t)colon};
    if (host.n == 0 || host.n > 253)
        return op_fail(op, ERR_BAD_INPUT, "the URL has no host, or too long a one");
    for (size_t i = 0; i < host.n; i++)
        if (!is_host_char(host.p[i]))
            return op_fail(op, ERR_BAD_INPUT, "the URL's host is malformed");
    out->host = lower_copy(&op->arena, host);
    return colon < 0 ? 0 : parse_port(op, bytes_from(authority, (size_t)colon + 1), out);
}

static int parse_scheme(struct op *op, struct bytes *text, struct url *out)
{
    ssize_t colon = bytes_find_char(*text, ':');
    if (colon < 1)
        return op_fail(op, ERR_BAD_INPUT,
                       "not an absolute URL: it must begin with http:// or https://");
    struct bytes scheme = {text->p, (size_t)colon};
    bool is_https = bytes_eq_nocase(scheme, BYTES("https"));
    if (!is_https && !bytes_eq_nocase(scheme, BYTES("http")))
        return op_fail(op, ERR_FORBIDDEN, "only http:// and https:// URLs can be opened");
    *text = bytes_from(*text, (size_t)colon + 1);
    if (!bytes_has_prefix(*text, BYTES("//")))
        return op_fail(op, ERR_BAD_INPUT, "the URL lacks // after its scheme");
    *text = bytes_from(*text, 2);
    out->scheme = is_https ? "https" : "http";
    out->port = is_https ? 443 : 80;
    return 0;
}

int url_parse(struct op *op, struct bytes text, struct url *out)
{
    *out = (struct url){.path = "/", .query = "", .fragment = ""};
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 127 || text.p[i] == '\\')
            return op_fail(op, ERR_BAD_INPUT,
                           "the URL has a space, a control character or a backslash in it");
    if (parse_scheme(op, &text, out) < 0)
        return -1;
    size_t end = 0;
    while (end < text.n && !strchr("/?#", text.p[end]))
        end++;
    if (parse_authority(op, (struct bytes){text.p, end}, out) < 0)
        return -1;
    text = bytes_from(text, end);
    ssize_t hash = bytes_find_char(text, '#');
    if (hash >= 0) {
        out->fragment = arena_copy(&op->arena, bytes_from(text, (size_t)hash + 1));
        text.n = (size_t)hash;
    }
    ssize_t mark = bytes_find_char(text, '?');
    if (mark >= 0) {
        out->query = arena_copy(&op->arena, bytes_from(text, (size_t)mark + 1));
        text.n = (size_t)mark;
    }
    if (text.n)
        out->path = arena_copy(&op->arena, text);
    return 0;
}

char *url_origin(struct arena *arena, const struct url *url)
{
    bool is_default = url->port == (strcmp(url->scheme, "https") == 0 ? 443 : 80);
    const char *open = url->is_ipv6 ? "[" : "", *close = url->is_ipv6 ? "]" : "";
    char *host = arena_fmt(arena, "%s://%s%s%s", url->scheme, open, url->host, close);
    return is_default ? host : arena_fmt(arena, "%s:%d", host, url->port);
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->host, b->host) == 0 && a->port == b->port;
}

char *url_print(struct arena *arena, const struct url *url)
{
    return arena_fmt(arena, "%s%s%s%s%s%s", url_origin(arena, url), url->path,
                     *url->query ? "?" : "", url->query, *url->fragment ? "#" : "", url->fragment);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *url_decode(struct arena *arena, struct bytes text, bool is_form)
{
    char *out = arena_alloc(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '+' && is_form)
            c = ' ';
        else if (c == '%') {
            int high = i + 2 < text.n ? hex_value(text.p[i + 1]) : -1;
            int low = high >= 0 ? hex_value(text.p[i + 2]) : -1;
            if (low < 0)
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == 0)
            return NULL;
        out[n++] = c;
    }
    return out;
}

void url_encode(struct str *out, struct bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || (c && strchr("-._~", c));
        if (is_unreserved)
            str_addc(out, c);
        else
            str_addf(out, "%%%02X", (unsigned char)c);
    }
}

enum { QUERY_PAIRS_MAX = 1000 };

static size_t count_pairs(struct bytes query)
{
    size_t n = 1;
    for (size_t i = 0; i < query.n; i++)
        n += query.p[i] == '&';
    return n;
}

static const char *decode_part(struct arena *arena, struct bytes text, bool *is_good)
{
    const char *decoded = url_decode(arena, text, true);
    *is_good = *is_good && decoded;
    return decoded ? decoded : arena_copy(arena, text);
}

/* False when an escape was malformed. */
static bool split_pairs(struct arena *arena, struct bytes query, size_t max, struct url_pair **out,
                        size_t *out_n)
{
    struct url_pair *pairs = ARENA_ARRAY(arena, struct url_pair, max);
    struct bytes piece;
    size_t n = 0;
    bool is_good = true;
    while (n < max && bytes_split(&query, '&', &piece)) {
        if (piece.n == 0)
            continue;
        ssize_t equals = bytes_find_char(piece, '=');
        struct bytes name = {piece.p, equals < 0 ? piece.n : (size_t)equals};
        struct bytes value = equals < 0 ? BYTES("") : bytes_from(piece, (size_t)equals + 1);
        pairs[n].name = decode_part(arena, name, &is_good);
        pairs[n++].value = decode_part(arena, value, &is_good);
    }
    *out = pairs;
    *out_n = n;
    return is_good;
}

int url_query(struct op *op, struct bytes query, struct url_pair **out, size_t *out_n)
{
    size_t max = count_pairs(query);
    if (max > QUERY_PAIRS_MAX)
        return op_fail(op, ERR_BAD_INPUT, "more than %d query parameters", QUERY_PAIRS_MAX);
    if (!split_pairs(&op->arena, query, max, out, out_n))
        return op_fail(op, ERR_BAD_INPUT, "the query string has a malformed %%-escape");
    return 0;
}

void url_pairs(struct arena *arena, struct bytes query, struct url_pair **out, size_t *out_n)
{
    size_t n = count_pairs(query);
    split_pairs(arena, query, n < QUERY_PAIRS_MAX ? n : QUERY_PAIRS_MAX, out, out_n);
}

const char *url_pair_find(const struct url_pair *pairs, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    return NULL;
}
