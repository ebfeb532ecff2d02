/* A secret: a type of its own, which no log or print function accepts.
 *
 * The bytes are wiped when it goes. secret_reveal is the one way to them, easy to grep for.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/bytes.h"

struct secret {
    char *private_p; /* heap, NUL-terminated; NULL = empty */
    size_t private_n;
};

/* Copies. */
void secret_set(struct secret *s, struct bytes value);
void secret_copy(struct secret *to, const struct secret *from);
void secret_fini(struct secret *s);
bool secret_is_empty(const struct secret *s);
/* Constant time in the content; the length is not hidden. */
bool secret_eq(const struct secret *s, struct bytes candidate);
/* Borrowed; NUL-terminated. Only for the one who hands it to its destination. */
struct bytes secret_reveal(const struct secret *s);
/* First 12 hex digits of SHA-256: tells two secrets apart without showing either. */
enum { SECRET_PRINT_MAX = 13 };
void secret_fingerprint(const struct secret *s, char out[SECRET_PRINT_MAX]);

#endif
