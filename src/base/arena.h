/* Memory that lives exactly as long as one piece of work: allocate freely, free everything at once.
 *
 * Not thread-safe: an arena belongs to the thread that runs the work. Each allocation is a malloc
 * of its own, chained, so that the sanitizers see overruns between neighbours. Never returns NULL:
 * out of memory aborts (house rule). All memory is zeroed.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/bytes.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *last; /* newest first */
    size_t used;              /* bytes handed out, for ceilings and metrics */
};

void arena_init(struct arena *arena);
/* Runs the deferred calls and frees, newest first. The arena may be used again. */
void arena_fini(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t n);
void *arena_calloc(struct arena *arena, size_t count, size_t size);
/* NUL-terminated copies. */
char *arena_strdup(struct arena *arena, const char *s);
char *arena_copy(struct arena *arena, struct bytes b);
char *arena_fmt(struct arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));
/* Calls fn(p) when the arena ends, before older memory goes. */
void arena_defer(struct arena *arena, void (*fn)(void *), void *p);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_calloc((arena), (n), sizeof(type)))

#endif
