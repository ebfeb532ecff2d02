/* A server on a port the system chose, with a face that plays a few parts, and a raw client. */
#ifndef TESTS_UNIT_HTTPD_FIXTURE_H
#define TESTS_UNIT_HTTPD_FIXTURE_H

#include "../test.h"

#include <semaphore.h>
#include <stdatomic.h>

#include "httpd/httpd.h"

/* Paths of the face:
 *   /hello          200 "hello"
 *   /echo           200, the body (up to 64 KiB), with method, query and peer in headers
 *   /wait           heavy: posts `entered`, waits for the op's end, posts `left`; answers 200 with
 *                   the op's error word
 *   /hold           heavy: posts `entered`, waits for `release`, answers 200 "held"
 *   /silent         returns without an answer
 *   /file           a file of 1000 digits with an entity tag
 *   /stream         hands its stream to `stream`, posts `entered` and returns
 *   /pour           streams 64 MiB from the handler with httpd_stream_write, posts `left`
 */
struct fixture {
    struct httpd *server;
    int port;
    sem_t entered, left, release;
    struct httpd_stream *stream;
    atomic_int waited_err;
    char folder[64];
};

void fixture_start(struct fixture *f, const struct httpd_conf *conf);
void fixture_stop(struct fixture *f);
/* Waits for a semaphore, at most 20 s; fails the test then. */
void fixture_await(sem_t *sem);
/* Asks httpd_stats until the condition holds, at most 20 s. */
#define AWAIT_STATS(f, st, condition)                                                              \
    do {                                                                                           \
        int tries_ = 0;                                                                            \
        struct httpd_stats st;                                                                     \
        for (httpd_stats((f)->server, &st); !(condition); httpd_stats((f)->server, &st)) {         \
            assert_true(tries_++ < 20000);                                                         \
            client_nap();                                                                          \
        }                                                                                          \
    } while (0)

int client_open(int port);
void client_send(int fd, const char *text);
void client_send_bytes(int fd, const char *p, size_t n);
void client_nap(void);
/* Everything until end of file or reset, at most 20 s; heap. */
char *client_read_end(int fd, size_t *n);
/* One whole answer with a Content-Length (or none, or 304); heap. NULL: the connection ended. */
char *client_read_answer(int fd, bool has_body);
/* open + send + read to the end; heap. */
char *client_ask(int port, const char *request);
int answer_status(const char *answer);
const char *answer_body(const char *answer);
/* The value of a header, or NULL; valid until the next call. */
const char *answer_header(const char *answer, const char *name);

#endif
