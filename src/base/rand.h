/* Random bytes from the kernel; for ids, tokens and jitter. Aborts if the kernel has none. */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_bytes(void *out, size_t n);
uint64_t rand_u64(void);
/* n characters of [0-9a-z], NUL-terminated: out needs n + 1 bytes. */
void rand_word(char *out, size_t n);

#endif
