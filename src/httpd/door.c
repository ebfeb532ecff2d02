/* The library's callbacks: a connection comes and goes, a request's head, body and end.
 *
 * Loop thread only. The library calls the request callback once when the head is complete, again
 * for pieces of the body, and last with none; that last call hands the job to a worker and
 * suspends the connection. After the resume the library calls again and gets the answer. The
 * target is copied from the URI callback, because the library parses the query in place.
 *
 * Before version 1.0 the library accepts bare line feeds, folded headers and NUL bytes. It parses
 * in place, so what it hands out lies in the order of the wire, and is_layout_plain can tell
 * whether every line really ended in CR LF. From 1.0 on its own strictness does that.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "httpd/httpd_priv.h"
#include "httpd/tls.h"

/* A body that is too long by no more than this is read and dropped, so that the client gets to
 * read our 413; beyond, the connection closes on it. */
enum { BODY_DRAIN_MAX = 1 << 20, POOL_EXTRA = 16 << 10 };

static void peer_text(int fd, char *out, size_t n)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    *out = '\0';
    if (getpeername(fd, (struct sockaddr *)&peer, &size) < 0)
        return;
    if (peer.ss_family == AF_INET) {
        inet_ntop(AF_INET, &((struct sockaddr_in *)&peer)->sin_addr, out, (socklen_t)n);
    } else if (peer.ss_family == AF_INET6) {
        struct in6_addr *address = &((struct sockaddr_in6 *)&peer)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(address))
            inet_ntop(AF_INET, &address->s6_addr[12], out, (socklen_t)n);
        else
            inet_ntop(AF_INET6, address, out, (socklen_t)n);
    }
}

static struct conn *conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct listener *listener = cls;
    struct httpd *server = listener->server;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        struct conn *conn = *context;
        conn_enter(conn, CONN_PHASES);
        (void)epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, conn->fd, NULL);
        server->used_n -= conn->is_used;
        server->needs_run = true;
        atomic_fetch_sub(&server->connections, 1);
        *context = NULL;
        mem_free(conn);
        return;
    }
    struct conn *conn = MEM_NEW(struct conn);
    conn->server = server;
    conn->mhd = mhd;
    conn->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    conn->listener = listener->index;
    conn->phase = CONN_PHASES;
    *context = conn;
    atomic_fetch_add(&server->connections, 1);
    conn_enter(conn, CONN_HEAD);
    conn_watch(conn);
    if (server->is_draining)
        conn_cut(conn);
}

static void *on_target(void *cls, const char *target, struct MHD_Connection *mhd)
{
    struct listener *listener = cls;
    struct conn *conn = conn_of(mhd);
    struct httpd_job *job = MEM_NEW(struct httpd_job);
    ASSERT(conn && !conn->job);
    conn->job = job;
    job->server = listener->server;
    job->conn = conn;
    job->worker = -1;
    arena_init(&job->arena);
    str_init(&job->body, 0);
    struct bytes view = bytes_of(target);
    job->head.target = (struct bytes){arena_copy(&job->arena, view), view.n};
    job->target_at = target;
    return job;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                 size_t name_n, const char *value, size_t value_n)
{
    struct head *head = cls;
    (void)kind;
    if (head->header_n == HEAD_HEADERS_MAX) {
        head->is_overfull = true;
        return MHD_NO;
    }
    head->headers[head->header_n++] =
        (struct head_header){{name, name_n}, {value ? value : "", value ? value_n : 0}};
    return MHD_YES;
}

#if MHD_VERSION < 0x01000000
static bool is_blank(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    return from == to;
}

/* The library has put one NUL in place of each of CR and LF, of the colon and of a space. */
static bool is_layout_plain(const struct httpd_job *job, const char *method, const char *version)
{
    const struct head *head = &job->head;
    const char *at = version + strlen(version);
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(job->conn->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (head->is_overfull)
        return true; /* refused anyway */
    if (job->target_at != method + head->method.n + 1 ||
        version != job->target_at + head->target.n + 1)
        return false;
    for (size_t i = 0; i < head->header_n; i++) {
        const struct head_header *h = &head->headers[i];
        if (at[0] || at[1] || h->name.p != at + 2 || h->value.p <= h->name.p + h->name.n ||
            !is_blank(h->name.p + h->name.n + 1, h->value.p))
            return false;
        at = h->value.p + h->value.n;
    }
    return size && at + 4 == method + size->header_size;
}
#else
static bool is_layout_plain(const struct httpd_job *job, const char *method, const char *version)
{
    (void)job, (void)method, (void)version;
    return true;
}
#endif

/* What the library handed out dies with its next step; the job needs it longer. */
static void keep_head(struct httpd_job *job, const char *method, const char *version)
{
    struct head *head = &job->head;
    head->method = (struct bytes){arena_strdup(&job->arena, method), strlen(method)};
    head->version = (struct bytes){arena_strdup(&job->arena, version), strlen(version)};
    for (size_t i = 0; i < head->header_n; i++) {
        struct head_header *h = &head->headers[i];
        h->name.p = arena_copy(&job->arena, h->name);
        h->value.p = arena_copy(&job->arena, h->value);
    }
}

static void fill_request(struct httpd_job *job, const struct head_found *found)
{
    struct httpd_request *req = &job->req;
    struct conn *conn = job->conn;
    if (!*conn->peer)
        peer_text(conn->fd, conn->peer, sizeof conn->peer);
    req->op = &job->op;
    req->private_job = job;
    req->is_head = bytes_eq(job->head.method, BYTES("HEAD"));
    req->method = req->is_head ? "GET" : job->head.method.p;
    req->path = found->path;
    req->raw_path = found->raw_path;
    req->raw_query = found->raw_query;
    struct proxy_client client = {conn->peer, job->server->conf.listen[conn->listener].is_tls};
    proxy_find_client(&job->arena, &job->server->proxies, &job->head, &client);
    req->peer = arena_strdup(&job->arena, client.address);
    req->listener = conn->listener;
    req->is_tls = client.is_tls;
    req->arrived_ms = clock_mono_ms();
}

static enum MHD_Result answer(struct httpd_job *job)
{
    struct conn *conn = job->conn;
    struct httpd *server = job->server;
    if (!job->response)
        return MHD_NO; /* the client left while it waited: closes */
    if (server->is_draining || atomic_load(&server->is_stopping) ||
        (!conn->is_used && server->used_n >= server->conf.keep_alive_max))
        reply_close_header(job);
    if (conn->phase != CONN_WRITE)
        conn_enter(conn, CONN_WRITE);
    if (job->stream)
        stream_attach(job->stream, conn);
    enum MHD_Result ok = MHD_queue_response(conn->mhd, job->status, job->response);
    MHD_destroy_response(job->response); /* ours; the library holds its own */
    job->response = NULL;
    return ok;
}

static enum MHD_Result refuse(struct httpd_job *job, int status, const char *text)
{
    const struct httpd_face *face = &job->server->face;
    struct httpd_request *req = &job->req;
    atomic_fetch_add(&job->server->refused, 1);
    if (!job->has_op)
        op_init(&job->op, -1);
    job->has_op = true;
    req->op = &job->op;
    req->raw_path = job->head.target;
    req->private_job = job;
    if (face->fault)
        face->fault(face->ctx, req, status, text);
    if (!job->response)
        reply_plain(job, status, text);
    reply_close_header(job);
    return answer(job);
}

/* The head is complete: checks, and what the face says about this request. */
static enum MHD_Result take_head(struct httpd_job *job, const char *method, const char *version)
{
    struct httpd *server = job->server;
    struct head_limits limits = {server->conf.url_max, server->conf.header_max};
    struct head_found found;
    job->is_checked = true;
    job->head.method = bytes_of(method);
    MHD_get_connection_values_n(job->conn->mhd, MHD_HEADER_KIND, on_header, &job->head);
    bool is_plain = is_layout_plain(job, method, version);
    keep_head(job, method, version);
    if (!is_plain)
        return refuse(job, 400, "every line of the head must end in CR LF, unfolded");
    head_check(&job->arena, &job->head, &limits, &found);
    if (found.status)
        return refuse(job, found.status, found.fault);
    fill_request(job, &found);
    job->plan = (struct httpd_plan){HTTPD_LIGHT, 0, server->conf.budget_ms};
    op_init(&job->op, -1); /* for what plan() computes; the budget comes with it */
    job->has_op = true;
    if (server->face.plan)
        server->face.plan(server->face.ctx, &job->req, &job->plan);
    if (job->plan.budget_ms >= 0)
        job->op.deadline_ms = job->req.arrived_ms + job->plan.budget_ms;
    atomic_fetch_add(&server->requests, 1);
    if (found.body_length > job->plan.body_max) {
        if (found.body_length > job->plan.body_max + BODY_DRAIN_MAX)
            return refuse(job, 413, "the body is too long");
        job->is_too_long = true;
    }
    str_fini(&job->body);
    str_init(&job->body, job->plan.body_max);
    if (found.has_body)
        conn_enter(job->conn, CONN_BODY);
    return MHD_YES;
}

static void turn_away(struct httpd_job *job, bool is_stopping)
{
    struct httpd *server = job->server;
    atomic_fetch_add(&server->refused, 1);
    if (server->face.refuse)
        server->face.refuse(server->face.ctx, &job->req, is_stopping);
    if (!job->response && !job->stream) {
        httpd_header(&job->req, "Retry-After", "1");
        reply_plain(job, 503, is_stopping ? "stopping" : "busy: try again");
    }
}

/* The request is complete: to a worker, or away. */
static enum MHD_Result take_request(struct httpd_job *job)
{
    struct httpd *server = job->server;
    job->is_dispatched = true;
    if (job->is_too_long)
        return refuse(job, 413, "the body is too long");
    job->req.body = str_bytes(&job->body);
    job->req.queued_ms = clock_mono_ms();
    bool is_stopping = server->is_draining || atomic_load(&server->is_stopping);
    if (is_stopping || !work_push(job)) {
        turn_away(job, is_stopping);
        return answer(job);
    }
    conn_hold(job->conn);
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_n, void **request)
{
    struct httpd_job *job = *request;
    (void)cls, (void)mhd, (void)url;
    if (!job)
        return MHD_NO;
    if (!job->is_checked)
        return take_head(job, method, version);
    if (*upload_n) {
        if (!job->is_too_long)
            str_add(&job->body, (struct bytes){upload, *upload_n});
        *upload_n = 0;
        return MHD_YES;
    }
    return job->is_dispatched ? answer(job) : take_request(job);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **request,
                         enum MHD_RequestTerminationCode code)
{
    struct httpd_job *job = *request;
    (void)cls, (void)mhd;
    if (!job)
        return;
    struct conn *conn = job->conn;
    *request = NULL;
    conn->job = NULL;
    conn->is_streaming = false;
    job->conn = NULL;
    if (job->stream)
        stream_detach(job->stream);
    if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK)
        work_cancel(job);
    if (!conn->is_used && code == MHD_REQUEST_TERMINATED_COMPLETED_OK) {
        conn->is_used = true;
        conn->server->used_n++;
    }
    if (!conn->is_cut)
        conn_enter(conn, CONN_IDLE);
    work_release(job);
}

/* Escapes stay as they are: head.c decodes the path, and nobody asks the library for the query. */
static size_t leave_escapes(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls, (void)mhd;
    return strlen(text);
}

static void on_library_log(void *cls, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));
static void on_library_log(void *cls, const char *fmt, va_list args)
{
    struct listener *listener = cls;
    char text[HTTPD_START_TEXT_MAX];
    vsnprintf(text, sizeof text, fmt, args);
    text[strcspn(text, "\n")] = '\0';
    if (!listener->daemon)
        memcpy(listener->start_text, text, sizeof text);
    log_msg(LOG_DEBUG, NULL, "http-library", "%s", text);
}

int conn_listen(struct op *op, struct listener *listener, int fd)
{
    struct httpd *server = listener->server;
    const struct httpd_listen *listen = &server->conf.listen[listener->index];
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)tls_choose},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    size_t pool = server->conf.url_max + server->conf.header_max + POOL_EXTRA;
    listener->daemon = MHD_start_daemon(
        listen->is_tls ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, on_request, listener,
        MHD_OPTION_EXTERNAL_LOGGER, on_library_log, listener, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, pool, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)server->conf.connection_max, MHD_OPTION_CONNECTION_TIMEOUT, 0U,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, listener, MHD_OPTION_URI_LOG_CALLBACK, on_target, listener,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, listener, MHD_OPTION_ARRAY,
        listen->is_tls ? tls : none, MHD_OPTION_END);
    if (listener->daemon)
        return 0;
    return op_fail(op, ERR_BAD_INPUT, "cannot serve on %s: %s", listen->address,
                   *listener->start_text ? listener->start_text : "no reason given");
}
