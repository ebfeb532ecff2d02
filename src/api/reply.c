/* Turning results and errors into answers. Runs on the worker of the request.
 *
 * Errors of the JSON API carry the machine word and the op's id; those of the renderer's routes are
 * plain texts, because grafana-image-renderer's are and its callers know them.
 */
#include "api/reply.h"

#include "api/handlers.h"

#include "base/clock.h"
#include "base/pack.h"

#include <string.h>

enum {
    REPLY_MAX = 64 << 20,
    DETAILS_MAX = 256 << 10,
    PACK_MIN = 4096, /* bytes; shorter answers fit into a packet or three as they are */
};

void reply_open(struct reply *r, struct call *call)
{
    r->call = call;
    str_init(&r->text, REPLY_MAX);
    jw_init(&r->w, &r->text);
}

/* The first answers of a room are hundreds of kilobytes that say the same words again and again. */
static void send_packed(struct reply *r, int status)
{
    struct call *call = r->call;
    struct bytes packed = pack_gzip_fast(&call->op->arena, str_bytes(&r->text));
    str_fini(&r->text);
    httpd_header(call->req, "Content-Encoding", "gzip");
    httpd_reply(call->req, status, "application/json", packed);
}

int reply_json(struct reply *r, int status)
{
    struct httpd_request *req = r->call->req;
    r->call->status = status;
    httpd_header(req, "Cache-Control", "no-store");
    if (r->text.n >= PACK_MIN && httpd_takes_gzip(req))
        send_packed(r, status);
    else
        httpd_reply_take(req, status, "application/json", &r->text);
    return 0;
}

int reply_text(struct call *call, int status, const char *text)
{
    httpd_reply(call->req, status, "text/plain; charset=utf-8", bytes_of(text));
    return 0;
}

int reply_empty(struct call *call)
{
    call->status = 204;
    httpd_reply(call->req, 204, NULL, BYTES(""));
    return 0;
}

void reply_fault(struct call *call, int status)
{
    const struct op *op = call->op;
    struct reply r;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_object_at(&r.w, "error");
    jw_text_at(&r.w, "code", err_word(op->err));
    jw_text_at(&r.w, "message", op->err_text);
    jw_text_at(&r.w, "op", op->id);
    if (call->details)
        jw_raw_at(&r.w, "details", bytes_of(arena_fmt(&call->op->arena, "[%s]", call->details->p)));
    jw_end(&r.w);
    jw_end(&r.w);
    reply_json(&r, status);
}

/* The texts that callers of grafana-image-renderer know, then what happened in our words. */
static const char *plain_text(struct op *op, bool is_csv)
{
    if (op->err == ERR_TIMEOUT)
        return arena_fmt(&op->arena, "%s timed out\n%s\n", is_csv ? "request" : "Request",
                         op->err_text);
    if (op->err == ERR_BUSY)
        return "server is too busy, try again later\n";
    if (err_status(op->err) >= 500)
        return arena_fmt(&op->arena, "%s\n%s\n",
                         is_csv ? "CSV rendering failed" : "Failed to render", op->err_text);
    return arena_fmt(&op->arena, "%s\n", op->err_text);
}

void reply_error(struct call *call)
{
    struct op *op = call->op;
    if (op->err == ERR_NONE)
        op_fail(op, ERR_INTERNAL, "the handler failed without a reason");
    if (op->err == ERR_BUSY || op->err == ERR_UNAVAILABLE)
        httpd_headerf(call->req, "Retry-After", "%d",
                      call->retry_after_s ? call->retry_after_s : 5);
    if (call->route && call->route->face == FACE_PLAIN)
        reply_text(call, err_status(op->err),
                   plain_text(op, call->route->handle == handle_render_csv));
    else
        reply_fault(call, err_status(op->err));
}

void reply_detail_json(struct call *call, struct bytes object)
{
    if (!call->details)
        call->details = str_new(&call->op->arena, DETAILS_MAX);
    if (call->details->n + object.n + 1 > DETAILS_MAX)
        return; /* a form shows some hundred faults at most */
    if (call->details->n)
        str_addc(call->details, ',');
    str_add(call->details, object);
}

void reply_detail_at(struct call *call, const char *path, const char *message, int line, int column)
{
    struct str *s = str_new(&call->op->arena, 16 << 10);
    struct jw w;
    jw_init(&w, s);
    jw_object(&w);
    jw_text_at(&w, "path", path);
    jw_text_at(&w, "message", message);
    if (line > 0) {
        jw_int_at(&w, "line", line);
        jw_int_at(&w, "column", column);
    }
    jw_end(&w);
    if (!s->is_full)
        reply_detail_json(call, str_bytes(s));
}

void reply_detail(struct call *call, const char *path, const char *message)
{
    reply_detail_at(call, path, message, 0, 0);
}

void reply_time_at(struct reply *r, const char *key, int64_t wall_ms)
{
    char text[CLOCK_ISO_MAX];
    if (wall_ms)
        clock_iso(wall_ms, text);
    jw_text_at(&r->w, key, wall_ms ? text : NULL);
}

void reply_list_begin(struct reply *r, struct call *call)
{
    reply_open(r, call);
    jw_object(&r->w);
    jw_array_at(&r->w, "items");
}

void reply_list_end(struct reply *r, const char *next)
{
    jw_end(&r->w);
    jw_text_at(&r->w, "next", next);
    jw_end(&r->w);
}
