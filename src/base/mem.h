/* The heap, for what outlives a piece of work. Out of memory aborts, so no result needs a check.
 * The only callers of malloc and free are here and in arena.c (a checker looks).
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed. */
void *mem_alloc(size_t n);
void *mem_calloc(size_t count, size_t size);
/* Contents beyond the old size are undefined. */
void *mem_realloc(void *p, size_t n);
char *mem_strdup(const char *s);
char *mem_fmt(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void mem_free(void *p);

/* Before the first thread: few heaps for many threads, and what is freed goes back to the system. By
 * itself the C library gives each thread a heap of its own, which keeps its largest moment. */
void mem_setup(void);
/* Gives back to the system what lies free inside the heaps. Some milliseconds; for when a great
 * piece of work is over. */
void mem_trim(void);

#define MEM_NEW(type) ((type *)mem_alloc(sizeof(type)))

#endif
