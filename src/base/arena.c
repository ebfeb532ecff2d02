/* The arena: a chain of mallocs with one owner, and calls to make before they go.
 *
 * One malloc per allocation, rejected alternative: big blocks with a bump pointer. A piece of work
 * makes hundreds of allocations, not millions, and this way the address sanitizer sees every
 * overrun. Belongs to one thread.
 */
#include "base/arena.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_chunk {
    struct arena_chunk *older;
    void (*defer)(void *); /* NULL: plain memory */
    void *defer_p;
    max_align_t data[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

void arena_fini(struct arena *arena)
{
    /* A deferred call may still allocate, so the head is read anew each time. */
    while (arena->last) {
        struct arena_chunk *chunk = arena->last;
        arena->last = chunk->older;
        if (chunk->defer)
            chunk->defer(chunk->defer_p);
        free(chunk);
    }
    arena->used = 0;
}

static struct arena_chunk *chunk_add(struct arena *arena, size_t n)
{
    ASSERT(n < SIZE_MAX - sizeof(struct arena_chunk));
    struct arena_chunk *chunk = calloc(1, sizeof *chunk + n);
    if (!chunk)
        abort();
    chunk->older = arena->last;
    arena->last = chunk;
    arena->used += n;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t n)
{
    return chunk_add(arena, n ? n : 1)->data;
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
    size_t n;
    ASSERT(!__builtin_mul_overflow(count, size, &n));
    return arena_alloc(arena, n);
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return arena_copy(arena, bytes_of(s));
}

char *arena_copy(struct arena *arena, struct bytes b)
{
    char *copy = arena_alloc(arena, b.n + 1);
    if (b.n)
        memcpy(copy, b.p, b.n);
    return copy;
}

char *arena_fmt(struct arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    ASSERT(n >= 0);
    char *text = arena_alloc(arena, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    va_end(args);
    return text;
}

void arena_defer(struct arena *arena, void (*fn)(void *), void *p)
{
    struct arena_chunk *chunk = chunk_add(arena, 0);
    chunk->defer = fn;
    chunk->defer_p = p;
}
