/* A view of bytes that somebody else owns: a pointer and a length, not NUL-terminated.
 *
 * Every function borrows; none allocates. A view is valid as long as its owner says.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct bytes {
    const char *p;
    size_t n;
};

/* For printf: printf("%.*s", BYTES_ARG(b)). */
#define BYTES_ARG(b) (int)(b).n, (b).p
#define BYTES(literal) ((struct bytes){(literal), sizeof(literal) - 1})

/* NULL gives the empty view. */
struct bytes bytes_of(const char *s);
bool bytes_eq(struct bytes a, struct bytes b);
bool bytes_eq_s(struct bytes a, const char *s);
/* ASCII case only, whatever the locale. */
bool bytes_eq_nocase(struct bytes a, struct bytes b);
bool bytes_has_prefix(struct bytes b, struct bytes prefix);
bool bytes_has_suffix(struct bytes b, struct bytes suffix);
struct bytes bytes_trim(struct bytes b);
struct bytes bytes_from(struct bytes b, size_t start);
/* Index of the first occurrence, or -1. */
ssize_t bytes_find(struct bytes hay, struct bytes needle);
ssize_t bytes_find_char(struct bytes hay, char c);
/* Takes the part before `sep` off the front of *rest into *head; false when *rest is used up. */
bool bytes_split(struct bytes *rest, char sep, struct bytes *head);
/* The whole view as a strict decimal integer: optional '-', digits, nothing else. */
bool bytes_to_i64(struct bytes b, int64_t *out);
/* The whole view as a finite decimal number, locale-independent; no hexadecimal, no "inf"/"nan". */
bool bytes_to_double(struct bytes b, double *out);
/* True for well-formed UTF-8 without NUL. */
bool bytes_is_utf8(struct bytes b);

#endif
