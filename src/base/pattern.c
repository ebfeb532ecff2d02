/* Regular expressions of a browser's kind on the C library's. Pure; any thread.
 *
 * The two dialects agree on most of what people write. What differs is rewritten (\d, (?:…), lazy
 * repeats, which find the same) or refused, since an answer for another expression is worse than
 * none. The expressions come from strangers: what makes the library's automaton grow beyond all
 * measure (counts of counts) or search without end (back references) is refused as well. A library
 * of the browser's very dialect was rejected for one use.
 */
#include "base/pattern.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

enum { REWRITTEN_MAX = 4 * PATTERN_MAX, COUNT_MAX = 100, BRACES_MAX = 2 };

struct rewrite {
    const char *in, *end;
    char *out; /* REWRITTEN_MAX and room for the longest piece */
    size_t n;
    int braces;
    bool is_in_set; /* between [ and ] */
};

static void put(struct rewrite *r, const char *piece)
{
    size_t n = strlen(piece);
    memcpy(r->out + r->n, piece, n + 1);
    r->n += n;
}

static bool put_escape(struct rewrite *r)
{
    char c = r->in + 1 < r->end ? r->in[1] : 0;
    r->in += 2;
    if (c == 'd')
        put(r, r->is_in_set ? "0-9" : "[0-9]");
    else if (c == 's')
        put(r, r->is_in_set ? "[:space:]" : "[[:space:]]");
    else if (c == 'w')
        put(r, r->is_in_set ? "[:alnum:]_" : "[[:alnum:]_]");
    else if (strchr("DSW", c) && c && !r->is_in_set)
        put(r, c == 'D' ? "[^0-9]" : c == 'S' ? "[^[:space:]]" : "[^[:alnum:]_]");
    else if (c == 'b' && !r->is_in_set)
        put(r, "\\b");
    else if (c == 0 || isalnum((unsigned char)c) || (r->is_in_set && strchr("]^-\\[", c)))
        return false;
    else
        put(r, r->is_in_set || !ispunct((unsigned char)c) ? (char[]){c, 0} : (char[]){'\\', c, 0});
    return true;
}

static bool put_count(struct rewrite *r)
{
    int n = 0;
    const char *at = r->in + 1;
    if (at == r->end || !isdigit((unsigned char)*at) || ++r->braces > BRACES_MAX)
        return false;
    for (; at < r->end && *at != '}'; at++) {
        if (!isdigit((unsigned char)*at) && *at != ',')
            return false;
        n = *at == ',' ? 0 : n * 10 + (*at - '0');
        if (n > COUNT_MAX)
            return false;
    }
    for (; r->in < at; r->in++)
        put(r, (char[]){*r->in, 0});
    return at < r->end;
}

static bool put_next(struct rewrite *r)
{
    char c = *r->in, next = r->in + 1 < r->end ? r->in[1] : 0;
    if (c == '\\')
        return put_escape(r);
    if (r->is_in_set) {
        r->is_in_set = c != ']';
    } else if (c == '[') {
        r->is_in_set = true;
    } else if (c == '(' && next == '?') {
        if (r->in + 2 >= r->end || r->in[2] != ':')
            return false;
        r->in += 3;
        put(r, "(");
        return true;
    } else if (c == '{' && !put_count(r)) {
        return false;
    }
    if (r->in >= r->end)
        return false;
    bool is_repeat = !r->is_in_set && *r->in && strchr("*+?}", *r->in);
    put(r, (char[]){*r->in++, 0});
    if (is_repeat && r->in < r->end && *r->in == '?')
        r->in++;
    return true;
}

static bool rewrite(struct rewrite *r)
{
    while (r->in < r->end)
        if (r->n >= REWRITTEN_MAX || !put_next(r))
            return false;
    return !r->is_in_set;
}

enum pattern_answer pattern_find(const char *expression, const char *text)
{
    char out[REWRITTEN_MAX + 32] = "";
    struct rewrite r = {.in = expression, .end = expression + strlen(expression), .out = out};
    const char *slash = strrchr(expression, '/');
    bool is_anywhere = *expression == '/' && slash > expression;
    int flags = REG_EXTENDED | REG_NOSUB;
    regex_t compiled;
    if (strlen(expression) > PATTERN_MAX)
        return PATTERN_UNKNOWN;
    if (is_anywhere) {
        r.in++;
        r.end = slash;
        flags |= strchr(slash, 'i') ? REG_ICASE : 0;
    } else {
        put(&r, "^(");
    }
    if (!rewrite(&r))
        return PATTERN_UNKNOWN;
    if (!is_anywhere)
        put(&r, ")$");
    if (regcomp(&compiled, out, flags))
        return PATTERN_UNKNOWN;
    int answer = regexec(&compiled, text, 0, NULL, 0);
    regfree(&compiled);
    return answer == 0 ? PATTERN_YES : answer == REG_NOMATCH ? PATTERN_NO : PATTERN_UNKNOWN;
}
