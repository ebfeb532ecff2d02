/* A growing text or byte buffer with a ceiling and a sticky error: add many times, check once.
 *
 * Past the ceiling nothing more is added and str_is_full() stays true. Always NUL-terminated.
 * Not thread-safe.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/arena.h"
#include "base/bytes.h"

struct str {
    char *p;
    size_t n;
    size_t cap;
    size_t max; /* ceiling in bytes */
    bool is_full;
};

/* On the heap: end with str_fini. */
void str_init(struct str *s, size_t max);
/* Freed with the arena: no str_fini. */
struct str *str_new(struct arena *arena, size_t max);
void str_fini(struct str *s);
void str_clear(struct str *s);
void str_cut(struct str *s, size_t n); /* shortens to n bytes */
void str_add(struct str *s, struct bytes b);
void str_adds(struct str *s, const char *text);
void str_addc(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes at s->p + s->n (then advance with str_advance), or NULL past the ceiling. */
char *str_room(struct str *s, size_t n);
void str_advance(struct str *s, size_t n);
struct bytes str_bytes(const struct str *s);

#endif
