/* The HTTP/1.1 server: listens, parses, queues, answers. The only folder that knows the library.
 *
 * One loop thread holds every connection; a complete request goes to one of two bounded queues
 * (lanes) and a worker thread runs the handler straight-line to its end. While a handler runs, the
 * request's op is cancelled as soon as its client hangs up or half-closes, or the server stops.
 *
 * Refused before any handler: repeated or conflicting Content-Length, Transfer-Encoding and Host,
 * control bytes, folded headers, bare line feeds, a path that is not absolute or has dot segments,
 * an encoded slash or NUL. HEAD arrives as GET with is_head set; its body is
 * dropped by the server.
 */
#ifndef HTTPD_HTTPD_H
#define HTTPD_HTTPD_H

#include "base/op.h"
#include "base/str.h"

enum { HTTPD_LISTEN_MAX = 8 };

/* Light: answers at once from memory or the store. Heavy: may hold its worker for seconds. */
enum httpd_lane { HTTPD_LIGHT, HTTPD_HEAVY };

struct httpd_request {
    struct op *op;      /* deadline by the plan's budget, counted from the end of the head */
    const char *method; /* upper case; "GET" for HEAD */
    bool is_head;
    const char *path;       /* percent-decoded once, UTF-8, starts with '/', no dot segments */
    struct bytes raw_path;  /* as sent */
    struct bytes raw_query; /* as sent, without '?' */
    struct bytes body;
    /* Address of the client, without port; behind trusted proxies, the one that they tell. */
    const char *peer;
    bool is_tls;        /* between the client and us, or the first trusted proxy */
    int listener;       /* index into httpd_conf.listen */
    int64_t arrived_ms; /* monotonic: when the head was complete */
    int64_t queued_ms;  /* monotonic: when the whole request was queued; 0 in plan() */
    struct httpd_job *private_job;
};

/* What the server must know before it reads a body. Preset to light, body_max 0, budget_ms of
 * the conf; plan() changes what it wants. */
struct httpd_plan {
    enum httpd_lane lane;
    size_t body_max;   /* bytes; a longer body is answered 413, unread */
    int64_t budget_ms; /* for the op: waiting in the queue included */
};

struct httpd_face {
    void *ctx;
    /* On a worker thread. Must answer: httpd_reply*, or httpd_stream_start. If it does not, the
     * server answers 500. */
    void (*handle)(void *ctx, struct httpd_request *req);
    /* On the loop thread, with head and no body: must not block. NULL: the presets. */
    void (*plan)(void *ctx, struct httpd_request *req, struct httpd_plan *plan);
    /* On the loop thread, instead of handle(), when the lane's queue is full (or the server is
     * stopping: is_stopping). Must answer at once and must not block. NULL: 503, Retry-After 1. */
    void (*refuse)(void *ctx, struct httpd_request *req, bool is_stopping);
    /* On the loop thread, for a request that is malformed or too long: may answer, with this
     * status, in the words of its own API. Of the request there are only op and raw_path, which may
     * be anything. Must not block. NULL, or no answer: the text as it is. */
    void (*fault)(void *ctx, struct httpd_request *req, int status, const char *text);
};

struct httpd_listen {
    /* "127.0.0.1:8081", "[::1]:8081", "name:8081", ":8081" (every address, both families).
     * Port 0: the system chooses, see httpd_port. */
    const char *address;
    bool is_tls;
};

struct httpd_conf { /* zero in a number: the default in brackets */
    struct httpd_listen listen[HTTPD_LISTEN_MAX];
    size_t listen_n;
    const char *tls_cert_file; /* PEM chain; needed by a TLS listener */
    const char *tls_key_file;
    /* Addresses and CIDR blocks of reverse proxies whose word for the client's address and scheme
     * counts (X-Forwarded-For, X-Forwarded-Proto, Forwarded). */
    const char *const *trusted_proxies;
    size_t trusted_proxies_n;
    int worker_n;       /* [8] threads in all */
    int light_worker_n; /* [2] of them that never run heavy work */
    size_t queue_max;   /* [256] requests waiting per lane */
    int connection_max; /* [4096] per listener; more wait in the kernel */
    int keep_alive_max; /* [128] used connections kept open in all; beyond: Connection: close */
    size_t url_max;     /* [80 KiB] request target; beyond: 414 */
    size_t header_max;  /* [16 KiB] names and values together; beyond: 431 */
    int64_t budget_ms;  /* [30 s] op budget where plan() sets none */
    int64_t head_ms;    /* [10 s] for a whole head, from its connection's start */
    int64_t body_ms;    /* [60 s] for a whole body */
    int64_t write_ms;   /* [30 s] without progress of the client's reading; noticed within two */
    int64_t idle_ms;    /* [75 s] between requests, the next head included */
};

struct httpd;

/* Listens and starts the threads. Fails with ERR_BAD_INPUT (an address or certificate that cannot
 * be used, by name) or ERR_UNAVAILABLE (port taken). `face` is copied. */
int httpd_start(struct op *op, const struct httpd_conf *conf, const struct httpd_face *face,
                struct httpd **out) MUST_CHECK;
/* Reads certificate and key again, for connections that begin from now on. On failure, which names the
 * file, the former pair stays. *is_new: they are others than before. Not from a handler. */
int httpd_reload_tls(struct op *op, struct httpd *server, bool *is_new) MUST_CHECK;
/* The port in use of listen[i]. */
int httpd_port(const struct httpd *server, size_t i);
/* Stops: no new connections or requests, streams end, requests in flight have grace_ms to finish,
 * then their ops are cancelled and waited for. Joins the threads and frees. Not from a handler. */
void httpd_stop(struct httpd *server, int64_t grace_ms);

struct httpd_stats {
    int connections; /* open, all listeners */
    int streams;     /* open streams among them */
    int queued[2];   /* by lane */
    int running[2];
    uint64_t requests; /* complete heads since the start */
    uint64_t refused;  /* malformed, too slow, too large or queue full */
    uint64_t hangups;  /* clients that left while their handler ran or waited */
};
void httpd_stats(struct httpd *server, struct httpd_stats *out);

/* --- reading a request (in plan, handle, refuse; valid until the handler returns) --- */

/* The value of the nth header of that name (0 = first), in any case; NULL if there is none. */
const char *httpd_header_in(const struct httpd_request *req, const char *name, size_t nth);
/* Whether the client unpacks gzip. */
bool httpd_takes_gzip(const struct httpd_request *req);
/* A cookie's value, unquoted, in the op's arena; NULL if there is none. */
const char *httpd_cookie(const struct httpd_request *req, const char *name);

/* --- answering: exactly one reply per request; headers first --- */

/* Adds a header; bytes below 0x20 and 0x7f in the value become spaces. Content-Length,
 * Transfer-Encoding, Connection and Date are the server's own. */
void httpd_header(struct httpd_request *req, const char *name, const char *value);
void httpd_headerf(struct httpd_request *req, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Copies the body. type NULL: no Content-Type. */
void httpd_reply(struct httpd_request *req, int status, const char *type, struct bytes body);
/* Takes the heap buffer of a str_init'ed str, which is left empty. */
void httpd_reply_take(struct httpd_request *req, int status, const char *type, struct str *body);
/* Sets the ETag and answers 304 if the client has it (If-None-Match): then true. etag: quoted. */
bool httpd_reply_unchanged(struct httpd_request *req, const char *etag);

struct httpd_file {
    int fd;          /* taken: closed by the server */
    uint64_t offset; /* of the content in the file */
    uint64_t length;
    const char *type;
    const char *etag; /* quoted; NULL: none */
};
/* 200, 206, 304 or 416: conditional and single-range requests are answered here. */
void httpd_reply_file(struct httpd_request *req, const struct httpd_file *file);

/* --- streams: an answer that goes on; the handler may return and the stream lives on --- */

struct httpd_stream;

/* Sends the head (chunked). buffer_max: bytes that may wait for a slow client, 0 = 1 MiB. The
 * handle is the caller's until httpd_stream_close, from any one thread at a time. */
struct httpd_stream *httpd_stream_start(struct httpd_request *req, int status, const char *type,
                                        size_t buffer_max);
/* Never blocks. False when the client is gone or too slow (buffer full: it is then dropped). */
bool httpd_stream_send(struct httpd_stream *stream, struct bytes data);
/* Waits for room: for a handler that produces faster than its client reads. ERR_CANCELLED when
 * the client is gone, ERR_TIMEOUT at the op's deadline. */
int httpd_stream_write(struct op *op, struct httpd_stream *stream, struct bytes data) MUST_CHECK;
/* Ends the answer after what was sent, and frees the handle. is_whole false: the connection is
 * cut instead, so that the client sees that something is missing. */
void httpd_stream_close(struct httpd_stream *stream, bool is_whole);

#endif
