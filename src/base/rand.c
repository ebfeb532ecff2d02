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
    unsigned char bytes[64];
    size_t used = sizeof bytes, done = 0;
    while (done < n) {
        if (used == sizeof bytes) {
            rand_bytes(bytes, sizeof bytes);
            used = 0;
        }
        /* 252 is the largest multiple of 36: beyond it some letters would come more often. */
        unsigned char byte = bytes[used++];
        if (byte < 252)
            out[done++] = alphabet[byte % 36];
    }
    out[n] = 0;
}
