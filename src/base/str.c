/* The growing buffer. Doubles on the heap up to its ceiling; past the ceiling it only remembers
 * that something did not fit, so that a caller adds many times and checks once. One thread.
 */
#include "base/str.h"

#include "base/assert.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void str_init(struct str *s, size_t max)
{
    *s = (struct str){.max = max};
    s->cap = max < 255 ? max + 1 : 256;
    s->p = mem_alloc(s->cap);
}

static void fini_deferred(void *s)
{
    str_fini(s);
}

struct str *str_new(struct arena *arena, size_t max)
{
    struct str *s = ARENA_NEW(arena, struct str);
    str_init(s, max);
    arena_defer(arena, fini_deferred, s);
    return s;
}

void str_fini(struct str *s)
{
    mem_free(s->p);
    *s = (struct str){0};
}

void str_clear(struct str *s)
{
    str_cut(s, 0);
    s->is_full = false;
}

void str_cut(struct str *s, size_t n)
{
    ASSERT(n <= s->n);
    s->n = n;
    s->p[n] = 0;
}

char *str_room(struct str *s, size_t n)
{
    if (s->is_full || n > s->max - s->n) {
        s->is_full = true;
        return NULL;
    }
    size_t needed = s->n + n + 1;
    if (needed > s->cap) {
        size_t cap = s->cap;
        while (cap < needed)
            cap = cap > SIZE_MAX / 2 ? needed : cap * 2;
        s->p = mem_realloc(s->p, cap);
        s->cap = cap;
    }
    return s->p + s->n;
}

void str_advance(struct str *s, size_t n)
{
    ASSERT(s->n + n < s->cap);
    s->n += n;
    s->p[s->n] = 0;
}

void str_add(struct str *s, struct bytes b)
{
    char *room = str_room(s, b.n);
    if (!room)
        return;
    if (b.n)
        memcpy(room, b.p, b.n);
    str_advance(s, b.n);
}

void str_adds(struct str *s, const char *text)
{
    str_add(s, bytes_of(text));
}

void str_addc(struct str *s, char c)
{
    str_add(s, (struct bytes){&c, 1});
}

void str_addf(struct str *s, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    ASSERT(n >= 0);
    char *room = str_room(s, (size_t)n);
    if (room) {
        vsnprintf(room, (size_t)n + 1, fmt, again);
        str_advance(s, (size_t)n);
    }
    va_end(again);
    va_end(args);
}

struct bytes str_bytes(const struct str *s)
{
    return (struct bytes){s->p, s->n};
}
