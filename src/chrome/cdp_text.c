/* The protocol's messages as text: ids, names, big strings, members nobody reads. Pure: no I/O, no state. */
#include "chrome/cdp_text.h"

#include <stdio.h>
#include <string.h>

enum { BIG_SEARCH_MAX = 512 };

bool cdp_text_id(struct bytes text, uint64_t *out)
{
    static const struct bytes PREFIX = {"{\"id\":", 6};
    if (!bytes_has_prefix(text, PREFIX))
        return false;
    uint64_t id = 0;
    size_t i = PREFIX.n;
    for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9' && i < PREFIX.n + 18; i++)
        id = id * 10 + (uint64_t)(text.p[i] - '0');
    *out = id;
    return i > PREFIX.n && i < text.n && (text.p[i] == ',' || text.p[i] == '}');
}

/* Where the string that starts at `from` (after its quote) ends; n if it does not. */
static size_t string_end(struct bytes text, size_t from)
{
    while (from < text.n) {
        const char *quote = memchr(text.p + from, '"', text.n - from);
        if (!quote)
            return text.n;
        size_t end = (size_t)(quote - text.p), slashes = 0;
        while (end - slashes > from && text.p[end - slashes - 1] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return end;
        from = end + 1;
    }
    return text.n;
}

/* "…,"sessionId":"X"}" at the end. */
static struct bytes trailing_session(struct bytes text)
{
    static const struct bytes KEY = {"\"sessionId\":\"", 13};
    size_t tail = text.n < 96 ? text.n : 96;
    struct bytes end = bytes_from(text, text.n - tail);
    ssize_t at = bytes_find(end, KEY);
    if (at < 0 || !bytes_has_suffix(end, BYTES("\"}")))
        return (struct bytes){0};
    size_t from = (size_t)at + KEY.n;
    return (struct bytes){end.p + from, end.n - from - 2};
}

bool cdp_text_event(struct bytes text, struct bytes *method, struct bytes *session)
{
    static const struct bytes PREFIX = {"{\"method\":\"", 11};
    if (!bytes_has_prefix(text, PREFIX) || text.p[text.n - 1] != '}')
        return false;
    size_t end = string_end(text, PREFIX.n);
    *method = (struct bytes){text.p + PREFIX.n, end - PREFIX.n};
    *session = trailing_session(text);
    return end < text.n;
}

struct bytes cdp_text_big(struct bytes text, const char *name)
{
    char key[64];
    int key_n = snprintf(key, sizeof key, "\"%s\":\"", name);
    struct bytes head = {text.p, text.n < BIG_SEARCH_MAX ? text.n : BIG_SEARCH_MAX};
    ssize_t at = bytes_find(head, (struct bytes){key, (size_t)key_n});
    if (at < 0)
        return (struct bytes){0};
    size_t from = (size_t)at + (size_t)key_n, end = string_end(text, from);
    return (struct bytes){text.p + from, end - from};
}

struct bytes cdp_text_without(struct arena *arena, struct bytes text, struct bytes part)
{
    size_t head = (size_t)(part.p - text.p), tail = text.n - head - part.n;
    char *joined = arena_alloc(arena, head + tail + 1);
    memcpy(joined, text.p, head);
    memcpy(joined + head, part.p + part.n, tail);
    return (struct bytes){joined, head + tail};
}

/* Where the object that starts at `from` (after its brace) ends; n if it does not. */
static size_t object_end(struct bytes text, size_t from)
{
    int depth = 1;
    for (size_t i = from; i < text.n; i++) {
        if (text.p[i] == '"')
            i = string_end(text, i + 1);
        else if (text.p[i] == '{')
            depth++;
        else if (text.p[i] == '}' && --depth == 0)
            return i;
    }
    return text.n;
}

/* The inside of "name":{…}. Inside a string its quotes would be escaped, so it is not found there. */
static struct bytes find_object(struct bytes text, const char *name)
{
    char key[64];
    int key_n = snprintf(key, sizeof key, "\"%s\":{", name);
    ssize_t at = bytes_find(text, (struct bytes){key, (size_t)key_n});
    if (at < 0)
        return (struct bytes){0};
    size_t from = (size_t)at + (size_t)key_n, end = object_end(text, from);
    return end < text.n ? (struct bytes){text.p + from, end - from} : (struct bytes){0};
}

struct bytes cdp_text_thin(struct arena *arena, struct bytes text, const char *const *names)
{
    for (; names && *names; names++) {
        struct bytes part = find_object(text, *names);
        if (part.n > 0)
            text = cdp_text_without(arena, text, part);
    }
    return text;
}

/* --- unescaping --- */

static int hex4(struct bytes b, size_t at)
{
    int value = 0;
    if (at + 4 > b.n)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        char c = b.p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static void add_utf8(struct str *out, unsigned c)
{
    char text[4];
    size_t n = 0;
    if (c < 0x80) {
        text[n++] = (char)c;
    } else if (c < 0x800) {
        text[n++] = (char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        text[n++] = (char)(0xE0 | c >> 12);
        text[n++] = (char)(0x80 | (c >> 6 & 0x3F));
    } else {
        text[n++] = (char)(0xF0 | c >> 18);
        text[n++] = (char)(0x80 | (c >> 12 & 0x3F));
        text[n++] = (char)(0x80 | (c >> 6 & 0x3F));
    }
    if (c >= 0x80)
        text[n++] = (char)(0x80 | (c & 0x3F));
    str_add(out, (struct bytes){text, n});
}

/* \uXXXX at `at` (the u), perhaps with the second half of a pair. Returns the bytes used. */
static size_t add_unicode(struct bytes b, size_t at, struct str *out)
{
    int c = hex4(b, at + 1);
    bool is_high = c >= 0xD800 && c < 0xDC00;
    if (is_high && at + 7 < b.n && b.p[at + 5] == '\\' && b.p[at + 6] == 'u') {
        int low = hex4(b, at + 7);
        if (low >= 0xDC00 && low < 0xE000) {
            add_utf8(out, 0x10000U + ((unsigned)(c - 0xD800) << 10) + (unsigned)(low - 0xDC00));
            return 11;
        }
    }
    add_utf8(out, c < 0 || (c >= 0xD800 && c < 0xE000) ? 0xFFFD : (unsigned)c);
    return c < 0 ? 1 : 5;
}

void cdp_unescape(struct bytes b, struct str *out)
{
    static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
    for (size_t i = 0; i < b.n;) {
        const char *slash = memchr(b.p + i, '\\', b.n - i);
        size_t end = slash ? (size_t)(slash - b.p) : b.n;
        str_add(out, (struct bytes){b.p + i, end - i});
        if (end + 1 >= b.n)
            return;
        char c = b.p[end + 1];
        const char *known = c ? strchr(FROM, c) : NULL;
        if (known)
            str_addc(out, TO[known - FROM]);
        else if (c != 'u')
            add_utf8(out, 0xFFFD);
        i = end + 1 + (c == 'u' ? add_unicode(b, end + 1, out) : 1);
    }
}
