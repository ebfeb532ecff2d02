/* A server that plays a script: for each connection it reads one request head (and the body its
 * Content-Length announces) per reply, and sends the reply's bytes as they are. */
#ifndef TESTS_UNIT_FETCH_ORIGIN_H
#define TESTS_UNIT_FETCH_ORIGIN_H

#include "../test.h"

#include <semaphore.h>
#include <stdbool.h>

#include "sys/thread.h"

enum { ORIGIN_REQUESTS_MAX = 8, ORIGIN_REQUEST_BYTES = 16 << 10 };

struct origin_reply {
    const char *bytes; /* NULL: never answers; waits for the client to leave */
    bool is_kept;      /* the connection goes on to the next reply */
};

struct origin {
    int fd, port;
    char url[64]; /* "http://127.0.0.1:PORT" */
    const struct origin_reply *replies;
    size_t reply_n;
    char requests[ORIGIN_REQUESTS_MAX][ORIGIN_REQUEST_BYTES];
    size_t request_n;
    int connections;
    sem_t asked; /* posted when a request is complete */
    struct thread thread;
};

void origin_start(struct origin *origin, const struct origin_reply *replies, size_t n);
/* Waits until the script is over: every reply must have been asked for. */
void origin_stop(struct origin *origin);

#endif
