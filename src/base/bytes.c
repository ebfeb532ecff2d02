/* Views of bytes: comparing, splitting and reading numbers. Pure functions, any thread.
 *
 * Numbers are parsed by hand instead of strtol/strtod so that neither the locale nor hexadecimal
 * forms nor trailing garbage can slip in.
 */
#include "base/bytes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct bytes bytes_of(const char *s)
{
    return (struct bytes){s ? s : "", s ? strlen(s) : 0};
}

bool bytes_eq(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool bytes_eq_s(struct bytes a, const char *s)
{
    return bytes_eq(a, bytes_of(s));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool bytes_eq_nocase(struct bytes a, struct bytes b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool bytes_has_prefix(struct bytes b, struct bytes prefix)
{
    return b.n >= prefix.n && bytes_eq((struct bytes){b.p, prefix.n}, prefix);
}

bool bytes_has_suffix(struct bytes b, struct bytes suffix)
{
    return b.n >= suffix.n && bytes_eq((struct bytes){b.p + (b.n - suffix.n), suffix.n}, suffix);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct bytes bytes_trim(struct bytes b)
{
    while (b.n && is_space(b.p[0]))
        b = bytes_from(b, 1);
    while (b.n && is_space(b.p[b.n - 1]))
        b.n--;
    return b;
}

struct bytes bytes_from(struct bytes b, size_t start)
{
    if (start > b.n)
        start = b.n;
    return (struct bytes){b.p + start, b.n - start};
}

ssize_t bytes_find(struct bytes hay, struct bytes needle)
{
    if (needle.n == 0)
        return 0;
    const char *found = hay.n ? memmem(hay.p, hay.n, needle.p, needle.n) : NULL;
    return found ? found - hay.p : -1;
}

ssize_t bytes_find_char(struct bytes hay, char c)
{
    const char *found = hay.n ? memchr(hay.p, c, hay.n) : NULL;
    return found ? found - hay.p : -1;
}

bool bytes_split(struct bytes *rest, char sep, struct bytes *head)
{
    if (!rest->p)
        return false;
    ssize_t at = bytes_find_char(*rest, sep);
    if (at < 0) {
        *head = *rest;
        *rest = (struct bytes){NULL, 0};
        return true;
    }
    *head = (struct bytes){rest->p, (size_t)at};
    *rest = bytes_from(*rest, (size_t)at + 1);
    return true;
}

bool bytes_to_i64(struct bytes b, int64_t *out)
{
    bool negative = b.n && b.p[0] == '-';
    if (negative)
        b = bytes_from(b, 1);
    if (b.n == 0 || b.n > 19)
        return false;
    uint64_t n = 0;
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] < '0' || b.p[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(b.p[i] - '0');
    }
    if (n > (uint64_t)INT64_MAX)
        return false;
    *out = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

/* strtod understands more than a decimal number; only its alphabet is let through. */
static bool is_decimal(struct bytes b)
{
    bool has_digit = false;
    for (size_t i = 0; i < b.n; i++) {
        char c = b.p[i];
        if (c >= '0' && c <= '9')
            has_digit = true;
        else if (c != '+' && c != '-' && c != '.' && c != 'e' && c != 'E')
            return false;
    }
    return has_digit;
}

bool bytes_to_double(struct bytes b, double *out)
{
    char text[64];
    if (b.n == 0 || b.n >= sizeof text || !is_decimal(b))
        return false;
    memcpy(text, b.p, b.n);
    text[b.n] = 0;
    char *end;
    double n = strtod(text, &end);
    if (*end || !isfinite(n))
        return false;
    *out = n;
    return true;
}

/* Length of the well-formed sequence at p, or 0 (Unicode 15, table 3-7). */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    if (p[0] && p[0] < 0x80)
        return 1;
    size_t length = p[0] >= 0xc2 && p[0] <= 0xdf ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : 4;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool is_overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool is_surrogate = p[0] == 0xed && p[1] > 0x9f;
    bool is_beyond = p[0] == 0xf4 && p[1] > 0x8f;
    return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

bool bytes_is_utf8(struct bytes b)
{
    const unsigned char *p = (const unsigned char *)b.p;
    for (size_t i = 0; i < b.n;) {
        size_t length = utf8_length(p + i, b.n - i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}
