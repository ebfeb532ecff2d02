/* Names that people type: which one of those that are known was meant. Pure. */
#ifndef BASE_NAME_H
#define BASE_NAME_H

#include <stddef.h>

/* The name of the list that is nearest to a misspelt one (edit distance at most 3), or NULL. */
const char *name_nearest(const char *name, const char *const *names, size_t n);

#endif
