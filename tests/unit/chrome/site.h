/* A small web site on loopback for browser tests: fixed answers by path, and a record of what was
 * asked. */
#ifndef TESTS_UNIT_CHROME_SITE_H
#define TESTS_UNIT_CHROME_SITE_H

#include "base/str.h"
#include "sys/lock.h"
#include "sys/thread.h"

enum { SITE_PAGES_MAX = 40, SITE_THREADS = 12 };

struct site_page {
    const char *path;    /* without query; "/x*": every path below */
    const char *status;  /* "200 OK"; NULL: never answers */
    const char *headers; /* "A: b\r\n" or "" */
    const char *body;    /* not copied */
};

struct site {
    int fd, port;
    char origin[64]; /* "http://127.0.0.1:port" */
    struct site_page pages[SITE_PAGES_MAX];
    size_t pages_n;
    struct lock lock;
    struct str log; /* under the lock: all requests, heads and bodies */
    bool is_stopping;
    struct thread threads[SITE_THREADS];
};

void site_start(struct site *site);
void site_stop(struct site *site);
/* Before the first request. */
void site_add(struct site *site, const char *path, const char *status, const char *headers,
              const char *body);
/* The recorded request for this "METHOD /path" (its head and body), in the arena; NULL if none
 * came. */
const char *site_request(struct site *site, struct arena *arena, const char *line);
/* Waits until it came (at most some seconds). */
const char *site_await(struct site *site, struct arena *arena, const char *line);
void site_forget(struct site *site);

#endif
