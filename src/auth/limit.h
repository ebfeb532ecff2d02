/* How often somebody may try to sign in: by name and address, by address, and by name.
 *
 * Thread-safe, never blocks, and bounded: LIMIT_ENTRIES counters, the longest unused goes first.
 * The counters live in memory only. Name × address and address lock out with growing pauses; the
 * name alone only slows down, so that nobody can lock out a colleague for long.
 */
#ifndef AUTH_LIMIT_H
#define AUTH_LIMIT_H

#include <stdint.h>

enum { LIMIT_ENTRIES = 4096 };

struct limit_conf {       /* 0: the default in brackets */
    int pair_free;        /* wrong tries of one name from one address before pauses begin [5] */
    int address_free;     /* of one address, whatever the names [30] */
    int name_free;        /* of one name, from wherever [20] */
    int64_t pause_ms;     /* first pause; doubles with each further wrong try [1 s] */
    int64_t pause_max_ms; /* [15 min] */
    int64_t name_pause_max_ms; /* [30 s] */
    int64_t forget_ms;         /* a counter without a wrong try for so long begins anew [30 min] */
};

struct limit;

struct limit *limit_new(const struct limit_conf *conf);
void limit_free(struct limit *limit);
/* Milliseconds to wait before this try is looked at at all; 0: go on. now_ms: monotonic.
 * IPv6 addresses count by their /64. */
int64_t limit_pause(struct limit *limit, const char *name, const char *address, int64_t now_ms);
/* The try was wrong. */
void limit_add_wrong(struct limit *limit, const char *name, const char *address, int64_t now_ms);
/* It was right: forgets the pair, and the name's slowing down. */
void limit_drop_wrong(struct limit *limit, const char *name, const char *address);

#endif
