/* A mail server of a few commands on a port the system chose; keeps one session's words. */
#ifndef TESTS_UNIT_MAIL_SINK_H
#define TESTS_UNIT_MAIL_SINK_H

#include "../test.h"

#include <openssl/ssl.h>
#include <stdbool.h>

#include "sys/thread.h"

enum { SINK_MAX = 4 << 20 };

struct sink_conf {
    const char *cert_file, *key_file; /* NULL: no TLS */
    bool is_direct;                   /* TLS from the first byte; else STARTTLS is offered */
    bool offers_login;
    const char *refuse; /* "RCPT TO:<b@": the command that gets `refusal`; NULL: none */
    const char *refusal;
    bool is_mute; /* never greets */
};

struct sink {
    struct sink_conf conf;
    int fd, port, client;
    struct thread thread;
    SSL_CTX *tls;
    SSL *session;
    bool was_encrypted; /* when MAIL came */
    char *commands;     /* one line each, '\n' */
    char *message;      /* DATA as it came, dots undone */
    size_t commands_n, message_n;
};

void sink_start(struct sink *sink, const struct sink_conf *conf);
/* Waits for the end of the session. */
void sink_stop(struct sink *sink);

#endif
