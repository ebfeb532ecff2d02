/* Turning results and errors into answers. Runs on the worker of the request.
 *
 * Errors of the JSON API carry the machine word and the op's id; those of the renderer's routes are
 * plain texts, because grafana-image-renderer's are and its callers know them.
 */
#include "api/reply.h"

#include <string.h>

enum { REPLY_MAX = 64 << 20 };

void reply_open(struct reply *r, struct call *call)
{
    r->call = call;
    str_init(&r->text, REPLY_MAX);
    jw_init(&r->w, &r->text);
}

int reply_json(struct reply *r, int status)
{
    httpd_header(r->call->req, "Cache-Control", "no-store");
    httpd_reply_take(r->call->req, status, "application/json", &r->text);
    return 0;
}

int reply_text(struct call *call, int status, const char *text)
{
    httpd_reply(call->req, status, "text/plain; charset=utf-8", bytes_of(text));
    return 0;
}

int reply_empty(struct call *call)
{
    httpd_reply(call->req, 204, NULL, BYTES(""));
    return 0;
}

static void reply_error_json(struct call *call)
{
    const struct op *op = call->op;
    struct reply r;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_object_at(&r.w, "error");
    jw_text_at(&r.w, "code", err_word(op->err));
    jw_text_at(&r.w, "message", op->err_text);
    jw_text_at(&r.w, "op", op->id);
    jw_end(&r.w);
    jw_end(&r.w);
    reply_json(&r, err_status(op->err));
}

/* The texts that callers of grafana-image-renderer know, then what happened in our words. */
static const char *plain_text(struct op *op)
{
    if (op->err == ERR_TIMEOUT)
        return arena_fmt(&op->arena, "Request timed out\n%s\n", op->err_text);
    if (op->err == ERR_BUSY)
        return "server is too busy, try again later\n";
    if (err_status(op->err) >= 500)
        return arena_fmt(&op->arena, "Failed to render\n%s\n", op->err_text);
    return arena_fmt(&op->arena, "%s\n", op->err_text);
}

void reply_error(struct call *call)
{
    struct op *op = call->op;
    if (op->err == ERR_NONE)
        op_fail(op, ERR_INTERNAL, "the handler failed without a reason");
    if (op->err == ERR_BUSY || op->err == ERR_UNAVAILABLE)
        httpd_header(call->req, "Retry-After", "5");
    if (call->route && call->route->face == FACE_PLAIN)
        reply_text(call, err_status(op->err), plain_text(op));
    else
        reply_error_json(call);
}
