/* What the files of httpd/ share; nobody else includes it.
 *
 * Two kinds of thread meet here. The loop thread owns every connection and calls the library; a
 * worker owns a job from work_next to work_finish. What both touch lies behind the lock in work.c.
 */
#ifndef HTTPD_HTTPD_PRIV_H
#define HTTPD_HTTPD_PRIV_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "httpd/httpd.h"
#include "httpd/head.h"
#include "httpd/proxy.h"
#include "sys/lock.h"
#include "sys/thread.h"

enum { HTTPD_PEER_MAX = 46, HTTPD_WORKER_MAX = 64, HTTPD_START_TEXT_MAX = 256 };

/* What a connection is doing; each phase has a deadline of its own and a FIFO list by it. */
enum conn_phase {
    CONN_HEAD,  /* new, its first head not complete; ends by head, deadline */
    CONN_IDLE,  /* between requests, or silent since it was opened */
    CONN_BODY,  /* head complete, body still coming */
    CONN_HELD,  /* with a worker, in a queue, or a stream with nothing to send: no deadline */
    CONN_WRITE, /* an answer is on its way; the deadline asks for progress */
    CONN_PHASES,
};

/* One connection; loop thread only. */
struct conn {
    struct httpd *server;
    struct MHD_Connection *mhd;
    int fd;
    int listener;
    enum conn_phase phase;
    int64_t deadline_ms;
    struct conn *prev, *next; /* in the phase's list */
    struct httpd_job *job;    /* the request in progress, NULL between requests */
    bool is_suspended;        /* the library leaves it alone */
    bool has_fin;             /* the client sends no more */
    int fin_looks;            /* rounds since then without anything unread */
    bool is_used;             /* has answered and stayed open: counts against keep_alive_max */
    bool is_cut;              /* shut down by us */
    bool is_streaming;        /* its job has a stream, and the library reads from it */
    bool has_acked;
    uint64_t acked;            /* bytes the peer had taken when the write phase was last extended */
    char peer[HTTPD_PEER_MAX]; /* "" until the first request */
};

struct conn_list {
    struct conn *first, *last;
};

struct job_header {
    const char *name, *value;
    struct job_header *next;
};

/* One request, from its request line to the end of its answer. */
struct httpd_job {
    struct httpd_request req;
    struct op op;
    struct arena arena; /* head, peer: loop thread until dispatch, then the worker */
    struct httpd *server;
    struct conn *conn; /* loop thread only; NULL once the library is done with the request */
    struct head head;
    struct httpd_plan plan;
    struct str body;
    const char *target_at; /* where the library had it: only for comparing addresses */
    bool has_op;
    bool is_checked;    /* the library's first call has been through the checks */
    bool is_too_long;   /* the body is read and dropped */
    bool is_dispatched; /* the request was complete */

    /* the answer: written by the handler's thread, read by the loop after a post */
    bool is_answered;
    struct MHD_Response *response; /* NULL again once the library has it */
    unsigned status;
    struct job_header *reply_headers;
    struct httpd_stream *stream;

    /* behind work.c's lock */
    int worker;        /* index, -1: none */
    bool is_cancelled; /* the client has gone, or the server stops */
    bool is_running;   /* dispatched and its handler has not returned */
    bool is_posted;    /* in the list for the loop */
    struct httpd_job *next, *next_posted;
};

struct work_lane {
    struct httpd_job *first, *last;
    size_t n;
    int running;
};

struct work_thread {
    struct thread thread;
    struct httpd *server;
    int index;
    bool is_light_only;
    int cancel_fd;
    struct httpd_job *job;
    struct lock_spot spot; /* where it waits for work */
    bool is_idle;          /* on the list of those who wait */
    struct work_thread *next_idle;
};

struct work {
    struct lock lock;
    struct work_lane lanes[2];
    size_t queue_max;
    bool is_quitting;
    struct httpd_job *posted, *last_posted;
    struct work_thread *idle; /* the one that worked last comes first: its memory is warm */
    struct work_thread threads[HTTPD_WORKER_MAX];
    int thread_n;
};

struct listener {
    struct httpd *server;
    int index;
    int port;
    struct MHD_Daemon *daemon;
    char start_text[HTTPD_START_TEXT_MAX]; /* the library's words while it starts */
};

struct httpd {
    struct httpd_conf conf;
    struct httpd_face face;
    struct tls *tls; /* NULL: no listener speaks it */
    struct proxy_list proxies;
    struct listener listeners[HTTPD_LISTEN_MAX];
    struct work work;
    struct thread loop;
    int epoll_fd, wake_fd; /* eventfd: work was posted, or stop */
    struct conn_list phases[CONN_PHASES];
    int used_n;       /* connections with is_used */
    bool is_draining; /* loop thread: no new requests */
    bool needs_run; /* loop thread: the library has work of which its external mode tells nobody */
    atomic_bool is_stopping;
    _Atomic int64_t grace_until_ms;
    atomic_int connections, streams;
    _Atomic uint64_t requests, refused, hangups;
};

/* listen.c: a bound, listening socket, close-on-exec and non-blocking; -1 after op_fail. */
int listen_open(struct op *op, const char *address, int *port) MUST_CHECK;

/* conn.c */
int conn_listen(struct op *op, struct listener *listener, int fd) MUST_CHECK;
void conn_enter(struct conn *conn, enum conn_phase phase);
void conn_cut(struct conn *conn);
void conn_hold(struct conn *conn);
void conn_resume(struct conn *conn);
void conn_watch(struct conn *conn);
/* Our epoll saw the end of what the client sends. */
void conn_saw_fin(struct conn *conn);
/* Ends phases whose deadline has passed; returns the next deadline. */
int64_t conn_expire(struct httpd *server, int64_t now_ms);

/* loop.c */
void loop_run(void *server);
void loop_wake(struct httpd *server);

/* work.c */
void work_init(struct httpd *server);
void work_start(struct httpd *server);
void work_fini(struct httpd *server);  /* joins the threads; queues must be empty */
bool work_push(struct httpd_job *job); /* false: the lane is full */
/* Asks the loop thread to look at the job; any thread. */
void work_post(struct httpd_job *job);
struct httpd_job *work_take_posted(struct httpd *server);
/* The client has gone: cancels the op, queued or running. */
void work_cancel(struct httpd_job *job);
void work_cancel_all(struct httpd *server);
void work_stats(struct httpd *server, struct httpd_stats *out);
int work_count(struct httpd *server); /* requests queued or running */
/* Whether the handler (still) owns the job. */
bool work_is_running(struct httpd_job *job);
/* Loop thread: frees the job when nobody can reach it any more. */
void work_release(struct httpd_job *job);

/* reply.c */
void reply_plain(struct httpd_job *job, int status, const char *text);
void reply_set(struct httpd_job *job, int status, struct MHD_Response *response, const char *type);
void reply_close_header(struct httpd_job *job);

/* stream.c: called on the loop thread */
void stream_attach(struct httpd_stream *stream, struct conn *conn);
/* The connection is over; the handle's owner will see it as gone. */
void stream_detach(struct httpd_stream *stream);
/* A held stream's client left: the next read ends the connection. */
void stream_break(struct httpd_stream *stream);
/* Ends streams whose handler has returned, for an orderly stop. */
void stream_end(struct httpd_stream *stream);
bool stream_has_news(struct httpd_stream *stream);

#endif
