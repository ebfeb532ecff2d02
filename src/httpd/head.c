/* The strict reading of a request's head. Pure functions, any thread.
 *
 * The library parses; this file decides what is too ambiguous to act on: everything that a proxy
 * in front of us could read differently (request smuggling), and every path that could mean two
 * things. It knows no connection and no route. Chunked request bodies are refused with 411 rather
 * than parsed: no client of ours needs them, and their framing is where parsers disagree most.
 */
#include "httpd/head.h"

#include <string.h>

#include "base/url.h"

static bool is_token(struct bytes b)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    if (b.n == 0)
        return false;
    for (size_t i = 0; i < b.n; i++) {
        char c = b.p[i];
        bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_word && (c == '\0' || !strchr(marks, c)))
            return false;
    }
    return true;
}

static bool has_control(struct bytes b, bool allow_tab)
{
    for (size_t i = 0; i < b.n; i++) {
        unsigned char c = (unsigned char)b.p[i];
        if ((c < 0x20 && !(allow_tab && c == '\t')) || c == 0x7f)
            return true;
    }
    return false;
}

static bool is_digits(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] < '0' || b.p[i] > '9')
            return false;
    return b.n > 0;
}

static bool is_method(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] < 'A' || b.p[i] > 'Z')
            return false;
    return b.n > 0 && b.n <= 16;
}

const struct head_header *head_find(const struct head *head, struct bytes name, size_t nth)
{
    for (size_t i = 0; i < head->header_n; i++)
        if (bytes_eq_nocase(head->headers[i].name, name) && nth-- == 0)
            return &head->headers[i];
    return NULL;
}

static bool refuse(struct head_found *out, int status, const char *fault)
{
    out->status = status;
    out->fault = fault;
    return false;
}

static bool check_headers(const struct head *head, const struct head_limits *limits,
                          struct head_found *out)
{
    size_t total = 0;
    if (head->is_overfull)
        return refuse(out, 431, "too many headers");
    for (size_t i = 0; i < head->header_n; i++) {
        const struct head_header *h = &head->headers[i];
        if (!is_token(h->name))
            return refuse(out, 400, "a header's name is malformed");
        if (has_control(h->value, true))
            return refuse(out, 400, "a header's value has a control character in it");
        total += h->name.n + h->value.n + 4;
    }
    if (total > limits->header_max)
        return refuse(out, 431, "the headers are too long together");
    return true;
}

/* A host name or address with an optional port; never a list, never a path. */
static bool is_host(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if (strchr(" \t,/\\?#@\"<>", b.p[i]))
            return false;
    return b.n > 0 && b.n <= 300;
}

static bool check_framing(const struct head *head, struct head_found *out)
{
    const struct head_header *length = head_find(head, BYTES("content-length"), 0);
    const struct head_header *host = head_find(head, BYTES("host"), 0);
    if (head_find(head, BYTES("host"), 1) || (host && !is_host(host->value)))
        return refuse(out, 400, "the Host header must be there once, with one name");
    if (!host && bytes_eq_s(head->version, "HTTP/1.1"))
        return refuse(out, 400, "the Host header is missing");
    if (head_find(head, BYTES("content-length"), 1))
        return refuse(out, 400, "Content-Length is there more than once");
    if (head_find(head, BYTES("transfer-encoding"), 0)) {
        if (length)
            return refuse(out, 400, "Content-Length and Transfer-Encoding exclude each other");
        return refuse(out, 411, "send the body with a Content-Length, not chunked");
    }
    if (!length)
        return true;
    int64_t n;
    if (!is_digits(length->value) || length->value.n > 15 || !bytes_to_i64(length->value, &n))
        return refuse(out, 400, "Content-Length must be a plain number");
    out->body_length = (uint64_t)n;
    out->has_body = n > 0;
    return true;
}

static bool has_encoded(struct bytes path, const char *digits)
{
    for (size_t i = 0; i + 2 < path.n; i++)
        if (path.p[i] == '%' && path.p[i + 1] == digits[0] && (path.p[i + 2] | 32) == digits[1])
            return true;
    return false;
}

static bool has_dot_segment(const char *path)
{
    struct bytes rest = bytes_of(path), segment;
    while (bytes_split(&rest, '/', &segment))
        if (bytes_eq_s(segment, ".") || bytes_eq_s(segment, ".."))
            return true;
    return false;
}

static bool check_target(struct arena *arena, const struct head *head,
                         const struct head_limits *limits, struct head_found *out)
{
    struct bytes target = head->target;
    if (target.n > limits->url_max)
        return refuse(out, 414, "the address is too long");
    if (target.n == 0 || target.p[0] != '/')
        return refuse(out, 400, "the address must begin with a slash");
    for (size_t i = 0; i < target.n; i++)
        if ((unsigned char)target.p[i] <= ' ' || target.p[i] == 0x7f || target.p[i] == '#')
            return refuse(out, 400, "the address has a space or a control character in it");
    ssize_t mark = bytes_find_char(target, '?');
    out->raw_path = mark < 0 ? target : (struct bytes){target.p, (size_t)mark};
    out->raw_query = mark < 0 ? BYTES("") : bytes_from(target, (size_t)mark + 1);
    if (bytes_find_char(out->raw_path, '\\') >= 0 || has_encoded(out->raw_path, "2f") ||
        has_encoded(out->raw_path, "5c"))
        return refuse(out, 400, "the path has an encoded slash or a backslash in it");
    out->path = url_decode(arena, out->raw_path, false);
    if (!out->path || !bytes_is_utf8(bytes_of(out->path)) ||
        has_control(bytes_of(out->path), false))
        return refuse(out, 400, "the path is not percent-encoded UTF-8");
    if (has_dot_segment(out->path))
        return refuse(out, 400, "the path has a dot segment in it");
    return true;
}

void head_check(struct arena *arena, const struct head *head, const struct head_limits *limits,
                struct head_found *out)
{
    *out = (struct head_found){0};
    if (!bytes_eq_s(head->version, "HTTP/1.1") && !bytes_eq_s(head->version, "HTTP/1.0")) {
        refuse(out, 505, "speak HTTP/1.1");
        return;
    }
    if (!is_method(head->method)) {
        refuse(out, 400, "the method is malformed");
        return;
    }
    if (check_target(arena, head, limits, out) && check_headers(head, limits, out))
        (void)check_framing(head, out);
}
