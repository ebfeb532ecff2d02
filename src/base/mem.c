/* The heap behind one door: zeroed memory, and out of memory ends the program, because no caller
 * could do anything sensible and a half-done act is worse. Any thread.
 */
#include "base/mem.h"

#include "base/assert.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

void *mem_alloc(size_t n)
{
    return must(calloc(1, n ? n : 1));
}

void *mem_calloc(size_t count, size_t size)
{
    return must(calloc(count ? count : 1, size ? size : 1));
}

void *mem_realloc(void *p, size_t n)
{
    return must(realloc(p, n ? n : 1));
}

char *mem_strdup(const char *s)
{
    return must(strdup(s));
}

char *mem_fmt(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = NULL;
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    ASSERT(n >= 0);
    return text;
}

void mem_free(void *p)
{
    free(p);
}

void mem_setup(void)
{
    enum { HEAPS = 2, LARGE = 512 * 1024, FREE_TOP = 1024 * 1024 };
    /* A fixed threshold too: left alone it grows with what was freed, and pictures stay in heaps. */
    mallopt(M_ARENA_MAX, HEAPS);
    mallopt(M_MMAP_THRESHOLD, LARGE);
    mallopt(M_TRIM_THRESHOLD, FREE_TOP);
}

void mem_trim(void)
{
    malloc_trim(0);
}
