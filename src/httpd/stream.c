/* Streams: an answer that goes on after its head, fed from any thread.
 *
 * The handle is shared by its owner (who sends and closes) and the loop thread (whose library
 * reads); each has a flag, and whoever clears the last one frees. Data waits in a buffer with a
 * ceiling. With nothing to send the connection is held like a request at work, so an idle stream
 * costs no thread, and its client's leaving is noticed. Lock order: stream, then work.c's.
 */
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/mem.h"
#include "httpd/httpd_priv.h"

/* WAIT_STEP_MS: how often a blocked writer looks at its op's cancel. */
enum { BUFFER_DEFAULT = 1 << 20, BLOCK = 16 << 10, WAIT_STEP_MS = 50 };

struct httpd_stream {
    struct lock lock;
    struct httpd *server;
    struct httpd_job *job; /* NULL when the connection is over */
    struct conn *conn;     /* loop thread only */
    struct str buffer;
    size_t taken; /* bytes of the buffer that the library has */
    size_t buffer_max;
    bool has_owner, has_server;
    bool is_held;  /* the reader found nothing: wake it */
    bool is_gone;  /* client left, or too slow */
    bool is_ended; /* closed by its owner, or by the stop */
    bool is_cut;   /* closed, but not whole */
};

static void free_if_unused(struct httpd_stream *stream, bool *flag)
{
    lock_take(&stream->lock);
    *flag = false;
    bool is_unused = !stream->has_owner && !stream->has_server;
    lock_give(&stream->lock);
    if (!is_unused)
        return;
    str_fini(&stream->buffer);
    lock_fini(&stream->lock);
    mem_free(stream);
}

/* With the lock: the loop should look. */
static void wake_reader(struct httpd_stream *stream)
{
    if (!stream->is_held || !stream->job)
        return;
    stream->is_held = false;
    work_post(stream->job);
}

static ssize_t on_read(void *cls, uint64_t position, char *out, size_t max)
{
    struct httpd_stream *stream = cls;
    ssize_t result = 0;
    (void)position;
    lock_take(&stream->lock);
    size_t waiting = stream->buffer.n - stream->taken;
    if (stream->is_gone || (stream->is_ended && stream->is_cut)) {
        result = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (waiting) {
        result = (ssize_t)(waiting < max ? waiting : max);
        memcpy(out, stream->buffer.p + stream->taken, (size_t)result);
        stream->taken += (size_t)result;
        lock_wake(&stream->lock);
    } else if (stream->is_ended) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        stream->is_held = true;
    }
    lock_give(&stream->lock);
    if (result == 0)
        conn_hold(stream->conn);
    return result;
}

static void on_free(void *cls)
{
    struct httpd_stream *stream = cls;
    stream_detach(stream);
    atomic_fetch_sub(&stream->server->streams, 1);
    free_if_unused(stream, &stream->has_server);
}

struct httpd_stream *httpd_stream_start(struct httpd_request *req, int status, const char *type,
                                        size_t buffer_max)
{
    struct httpd_job *job = req->private_job;
    struct httpd_stream *stream = MEM_NEW(struct httpd_stream);
    ASSERT(job->is_dispatched && !job->is_answered);
    lock_init(&stream->lock);
    stream->server = job->server;
    stream->job = job;
    stream->buffer_max = buffer_max ? buffer_max : BUFFER_DEFAULT;
    str_init(&stream->buffer, stream->buffer_max);
    stream->has_owner = true;
    if (req->is_head) { /* the library would send the last chunk of a body that HEAD has not */
        stream->is_gone = true;
        stream->job = NULL;
        httpd_reply(req, status, type, BYTES(""));
        return stream;
    }
    stream->has_server = true;
    atomic_fetch_add(&job->server->streams, 1);
    job->stream = stream;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read, stream, on_free);
    ASSERT(response);
    reply_set(job, status, response, type);
    work_post(job);
    return stream;
}

/* With the lock, and room known to be there. */
static void put(struct httpd_stream *stream, struct bytes data)
{
    size_t waiting = stream->buffer.n - stream->taken;
    if (stream->taken && (waiting == 0 || stream->buffer.n + data.n > stream->buffer_max)) {
        memmove(stream->buffer.p, stream->buffer.p + stream->taken, waiting);
        str_cut(&stream->buffer, waiting);
        stream->taken = 0;
    }
    str_add(&stream->buffer, data);
    wake_reader(stream);
}

static size_t room(const struct httpd_stream *stream)
{
    return stream->buffer_max - (stream->buffer.n - stream->taken);
}

bool httpd_stream_send(struct httpd_stream *stream, struct bytes data)
{
    lock_take(&stream->lock);
    if (!stream->is_gone && data.n > room(stream)) {
        stream->is_gone = true;
        wake_reader(stream);
    }
    bool is_sent = !stream->is_gone && !stream->is_ended;
    if (is_sent)
        put(stream, data);
    lock_give(&stream->lock);
    return is_sent;
}

/* With the lock: one piece, or why not. */
static int write_piece(struct op *op, struct httpd_stream *stream, struct bytes *data)
{
    while (!stream->is_gone && !stream->is_ended && room(stream) == 0) {
        lock_wait(&stream->lock, clock_mono_ms() + WAIT_STEP_MS);
        if (op_check(op) < 0)
            return -1;
    }
    if (stream->is_gone || stream->is_ended)
        return op_fail(op, ERR_CANCELLED, "the client left before the answer was complete");
    size_t n = data->n < room(stream) ? data->n : room(stream);
    put(stream, (struct bytes){data->p, n});
    *data = bytes_from(*data, n);
    return 0;
}

int httpd_stream_write(struct op *op, struct httpd_stream *stream, struct bytes data)
{
    int result = 0;
    lock_take(&stream->lock);
    while (data.n && result == 0)
        result = write_piece(op, stream, &data);
    lock_give(&stream->lock);
    return result;
}

void httpd_stream_close(struct httpd_stream *stream, bool is_whole)
{
    lock_take(&stream->lock);
    stream->is_cut = stream->is_cut || !is_whole;
    stream->is_ended = true;
    wake_reader(stream);
    lock_give(&stream->lock);
    free_if_unused(stream, &stream->has_owner);
}

void stream_attach(struct httpd_stream *stream, struct conn *conn)
{
    stream->conn = conn;
    conn->is_streaming = true;
}

void stream_detach(struct httpd_stream *stream)
{
    lock_take(&stream->lock);
    stream->job = NULL;
    stream->is_gone = true;
    lock_wake(&stream->lock);
    lock_give(&stream->lock);
}

void stream_break(struct httpd_stream *stream)
{
    lock_take(&stream->lock);
    stream->is_gone = true;
    stream->is_held = false;
    lock_wake(&stream->lock);
    lock_give(&stream->lock);
}

void stream_end(struct httpd_stream *stream)
{
    lock_take(&stream->lock);
    stream->is_ended = true;
    stream->is_held = false;
    lock_give(&stream->lock);
}

bool stream_has_news(struct httpd_stream *stream)
{
    lock_take(&stream->lock);
    bool has_news = stream->is_gone || stream->is_ended || stream->buffer.n > stream->taken;
    lock_give(&stream->lock);
    return has_news;
}
