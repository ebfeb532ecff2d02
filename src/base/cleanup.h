/* Release at the end of a scope (GNU C): `CLEANUP(str_fini) struct str s;` and for descriptors
 * `FD_CLOSE int fd = …;`. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void cleanup_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define FD_CLOSE CLEANUP(cleanup_fd)

#endif
