/* Random bytes straight from the kernel. Any thread. */
#include "base/rand.h"

#include "base/assert.h"

#include <sys/random.h>

void rand_bytes(void *out, size_t n)
{
    unsigned char *p = out;
    while (n > 0) {
        ssize_t got = getrandom(p, n, 0);
        ASSERT(got > 0);
        p += got;
        n -= (size_t)got;
    }
}

uint64_t rand_u64(void)
{
    uint64_t n;
    rand_bytes(&n, sizeof n);
    return n;
}

void rand_word(char *out, size_t n)
{
    static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (size_t i = 0; i < n; i++)
        out[i] = alphabet[rand_u64() % 36];
    out[n] = 0;
}
