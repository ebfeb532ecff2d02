#include "sink.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int get_byte(struct sink *sink)
{
    unsigned char c;
    ssize_t n = sink->session ? SSL_read(sink->session, &c, 1) : recv(sink->client, &c, 1, 0);
    return n == 1 ? c : -1;
}

static void say(struct sink *sink, const char *text)
{
    if (sink->session)
        (void)SSL_write(sink->session, text, (int)strlen(text));
    else
        (void)send(sink->client, text, strlen(text), MSG_NOSIGNAL);
}

/* One line without CR LF; false at the end. */
static bool get_line(struct sink *sink, char *line, size_t max)
{
    size_t n = 0;
    for (int c; (c = get_byte(sink)) >= 0;) {
        if (c == '\n') {
            line[n] = '\0';
            return true;
        }
        if (c != '\r' && n < max - 1)
            line[n++] = (char)c;
    }
    return false;
}

static bool start_tls(struct sink *sink)
{
    sink->session = SSL_new(sink->tls);
    SSL_set_fd(sink->session, sink->client);
    return SSL_accept(sink->session) == 1;
}

static void take_message(struct sink *sink)
{
    static char line[4096];
    while (get_line(sink, line, sizeof line) && strcmp(line, ".") != 0) {
        const char *text = line[0] == '.' ? line + 1 : line;
        size_t n = strlen(text);
        if (sink->message_n + n + 3 > SINK_MAX)
            break;
        memcpy(sink->message + sink->message_n, text, n);
        memcpy(sink->message + sink->message_n + n, "\r\n", 3);
        sink->message_n += n + 2;
    }
}

static bool answer(struct sink *sink, const char *line)
{
    bool is_open = sink->tls && !sink->session;
    if (sink->conf.refuse && strncmp(line, sink->conf.refuse, strlen(sink->conf.refuse)) == 0) {
        say(sink, sink->conf.refusal);
    } else if (strncmp(line, "EHLO", 4) == 0) {
        say(sink, "250-sink\r\n");
        say(sink, is_open ? "250-STARTTLS\r\n" : "250-8BITMIME\r\n");
        say(sink, sink->conf.offers_login ? "250 AUTH PLAIN\r\n" : "250 HELP\r\n");
    } else if (strcmp(line, "STARTTLS") == 0) {
        say(sink, "220 go\r\n");
        return start_tls(sink);
    } else if (strncmp(line, "AUTH", 4) == 0) {
        static char proof[256];
        say(sink, "334 \r\n");
        if (!get_line(sink, proof, sizeof proof))
            return false;
        say(sink, "235 welcome\r\n");
    } else if (strcmp(line, "DATA") == 0) {
        say(sink, "354 go\r\n");
        take_message(sink);
        say(sink, "250 queued\r\n");
    } else if (strcmp(line, "QUIT") == 0) {
        say(sink, "221 bye\r\n");
        return false;
    } else {
        sink->was_encrypted = sink->session != NULL;
        say(sink, "250 ok\r\n");
    }
    return true;
}

static void serve(void *ctx)
{
    static char line[4096];
    struct sink *sink = ctx;
    sink->client = accept(sink->fd, NULL, NULL);
    if (sink->conf.is_mute) {
        while (get_byte(sink) >= 0)
            continue;
    } else if (!sink->conf.is_direct || start_tls(sink)) {
        say(sink, "220 sink\r\n");
        while (get_line(sink, line, sizeof line)) {
            sink->commands_n += (size_t)sprintf(sink->commands + sink->commands_n, "%s\n", line);
            if (!answer(sink, line))
                break;
        }
    }
    if (sink->session)
        SSL_free(sink->session);
    close(sink->client);
}

void sink_start(struct sink *sink, const struct sink_conf *conf)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    *sink = (struct sink){.conf = *conf};
    sink->commands = calloc(1, 1 << 16);
    sink->message = calloc(1, SINK_MAX);
    if (conf->cert_file) {
        sink->tls = SSL_CTX_new(TLS_server_method());
        assert_int_equal(
            SSL_CTX_use_certificate_file(sink->tls, conf->cert_file, SSL_FILETYPE_PEM), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey_file(sink->tls, conf->key_file, SSL_FILETYPE_PEM),
                         1);
    }
    sink->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(sink->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(sink->fd, 1), 0);
    assert_int_equal(getsockname(sink->fd, (struct sockaddr *)&at, &size), 0);
    sink->port = ntohs(at.sin_port);
    thread_start(&sink->thread, "sink", serve, sink);
}

void sink_stop(struct sink *sink)
{
    thread_join(&sink->thread);
    close(sink->fd);
    SSL_CTX_free(sink->tls);
    free(sink->commands);
    free(sink->message);
}
