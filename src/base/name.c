/* Misspelt names of settings, commands, members of files: the nearest known one, for the sentence
 * "did you mean …". Pure; any thread. The lists have some dozens of names, so each is compared with
 * all of them.
 */
#include "base/name.h"

#include <string.h>

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein distance with one row; names are short. */
static size_t distance(const char *a, const char *b)
{
    enum { NAME_MAX_LEN = 64 };
    size_t n = strlen(b), row[NAME_MAX_LEN + 1];
    if (n > NAME_MAX_LEN)
        return n;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; *a; i++, a++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t replaced = diagonal + (*a != b[j - 1]);
            diagonal = row[j];
            row[j] = smaller(replaced, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

const char *name_nearest(const char *name, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t least = 4;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(name, names[i]);
        if (d < least) {
            least = d;
            best = names[i];
        }
    }
    return best;
}
