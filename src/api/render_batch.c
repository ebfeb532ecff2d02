/* POST /render/batch: many pictures in one request, for those who script without the platform.
 *
 * The body is JSON lines; each line has the parameters of /render as members, besides `panel` (cut this panel
 * out of a dashboard's page) and `id` (given back). The answer is streamed as the pictures come: JSON lines
 * with the body in base64, or multipart/mixed when the caller accepts that. Consecutive lines of one
 * Grafana are one visit.
 */
#include "api/handlers.h"

#include "api/render_query.h"
#include "api/reply.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"

#include <string.h>

enum { LINES_MAX = 5000, BUFFER_MAX = 64 << 20, ASK_MS = 60000 };
static const char boundary[] = "rounds-batch-boundary";

struct batch {
    struct call *call;
    struct httpd_stream *stream;
    struct render_ask *asks;
    const char **ids;
    size_t n, first; /* of the visit that runs */
    size_t failed;
    bool is_multipart, is_gone;
};

/* A member's value as the text that the query would have. */
static void add_value(struct str *s, const struct jv *v)
{
    struct str text;
    str_init(&text, 64 * 1024);
    if (jv_is_string(v))
        str_add(&text, jv_bytes(v));
    else
        jv_print(v, &text);
    url_encode(s, str_bytes(&text));
    str_fini(&text);
}

static int read_line(struct op *op, struct batch *batch, const struct jv *line, size_t i)
{
    struct str *query = str_new(&op->arena, 256 * 1024);
    struct httpd_request req = *batch->call->req;
    struct render_ask *ask = &batch->asks[i];
    const char *key, *clamped, *cut = NULL;
    const struct jv *value;
    for (void *it = NULL; jv_next(line, &it, &key, &value);) {
        if (strcmp(key, "id") == 0)
            continue;
        if (strcmp(key, "panel") == 0) {
            struct str *text = str_new(&op->arena, 1024);
            if (jv_is_string(value))
                str_add(text, jv_bytes(value));
            else
                jv_print(value, text);
            cut = text->p;
            continue;
        }
        if (query->n)
            str_addc(query, '&');
        url_encode(query, bytes_of(key));
        str_addc(query, '=');
        add_value(query, value);
    }
    req.raw_query = str_bytes(query);
    if (render_query_read(op, &batch->call->api->render_conf, &req, false, ask, &clamped) < 0)
        return -1;
    if (cut && ask->target.kind != TARGET_DASHBOARD)
        return op_fail(op, ERR_BAD_INPUT, "panel can only be cut out of a dashboard's page (/d/…)");
    if (cut && ask->look.format != RENDER_PNG)
        return op_fail(op, ERR_BAD_INPUT, "a panel that is cut out of its dashboard is a PNG");
    ask->cut = cut;
    ask->class_ = POOL_SCHEDULED;
    return 0;
}

static int read_lines(struct call *call, struct batch *batch)
{
    struct bytes rest = call->req->body, text;
    size_t number = 0;
    batch->asks = ARENA_ARRAY(&call->op->arena, struct render_ask, LINES_MAX);
    batch->ids = ARENA_ARRAY(&call->op->arena, const char *, LINES_MAX);
    while (bytes_split(&rest, '\n', &text)) {
        const struct jv *line;
        number++;
        text = bytes_trim(text);
        if (text.n == 0)
            continue;
        if (batch->n == LINES_MAX)
            return op_fail(call->op, ERR_TOO_LARGE, "more than %d lines", LINES_MAX);
        struct op part;
        op_init_part(&part, call->op, -1);
        int failed = jv_parse(&part, text, &line) < 0;
        op_fini(&part);
        if (failed)
            return op_fail(call->op, ERR_BAD_INPUT, "line %zu is not a JSON object", number);
        line = jv_parse_quiet(&call->op->arena, text);
        batch->ids[batch->n] = jv_text_at(line, "id", NULL);
        if (read_line(call->op, batch, line, batch->n) < 0) {
            char *why = arena_fmt(&call->op->arena, "line %zu: %s", number, call->op->err_text);
            enum err code = call->op->err;
            op_clear(call->op);
            return op_fail(call->op, code, "%s", why);
        }
        batch->n++;
    }
    return batch->n ? 0 : op_fail(call->op, ERR_BAD_INPUT, "the body has no lines");
}

static void write_head(struct jw *w, const struct batch *batch, size_t i, const struct op *part,
                       const struct render_result *result)
{
    jw_object(w);
    jw_int_at(w, "index", (int64_t)i);
    if (batch->ids[i])
        jw_text_at(w, "id", batch->ids[i]);
    jw_text_at(w, "status", part->err ? err_word(part->err) : "ok");
    jw_text_at(w, "outcome", truth_word(result->finding.truth));
    jw_text_at(w, "message", part->err ? part->err_text : result->finding.text);
    jw_text_at(w, "missing", result->missing);
    jw_bool_at(w, "other_range", result->is_other_range);
    jw_text_at(w, "how", result->how);
    jw_int_at(w, "width", result->width_px);
    jw_int_at(w, "height", result->height_px);
    jw_int_at(w, "ready_ms", result->stages.ready_ms);
    jw_int_at(w, "capture_ms", result->stages.capture_ms);
}

static void send_json(struct batch *batch, size_t i, struct op *part,
                      const struct render_result *result)
{
    struct str *line = str_new(&part->arena, BUFFER_MAX * 2);
    struct jw w;
    jw_init(&w, line);
    write_head(&w, batch, i, part, result);
    if (!part->err) {
        jw_text_at(&w, "type", result->mime);
        jw_text_at(&w, "body", base64_encode(&part->arena, result->body));
    }
    jw_end(&w);
    str_addc(line, '\n');
    struct op wait;
    op_init_part(&wait, batch->call->op, -1);
    batch->is_gone = httpd_stream_write(&wait, batch->stream, str_bytes(line)) < 0;
    op_fini(&wait);
}

static void send_part(struct batch *batch, size_t i, struct op *part,
                      const struct render_result *result)
{
    struct str *head = str_new(&part->arena, 64 * 1024);
    struct jw w;
    str_addf(head, "--%s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nX-Rounds-Result: ", boundary,
             part->err ? "text/plain" : result->mime, part->err ? 0 : result->body.n);
    jw_init(&w, head);
    write_head(&w, batch, i, part, result);
    jw_end(&w);
    str_adds(head, "\r\n\r\n");
    struct op wait;
    op_init_part(&wait, batch->call->op, -1);
    batch->is_gone = httpd_stream_write(&wait, batch->stream, str_bytes(head)) < 0 ||
                     (!part->err && httpd_stream_write(&wait, batch->stream, result->body) < 0) ||
                     httpd_stream_write(&wait, batch->stream, BYTES("\r\n")) < 0;
    op_fini(&wait);
}

static void landed(void *ctx, size_t i, struct op *part, const struct render_result *result)
{
    struct batch *batch = ctx;
    batch->failed += part->err != ERR_NONE;
    if (batch->is_gone)
        return;
    if (batch->is_multipart)
        send_part(batch, batch->first + i, part, result);
    else
        send_json(batch, batch->first + i, part, result);
}

/* How many asks from `first` on are of one Grafana. */
static size_t visit_size(const struct batch *batch, size_t first)
{
    size_t n = 1;
    while (first + n < batch->n &&
           strcmp(batch->asks[first + n].target.origin, batch->asks[first].target.origin) == 0)
        n++;
    return n;
}

static int run_visit(struct call *call, struct batch *batch, size_t first, size_t n)
{
    struct render_login *login = &batch->asks[first].login;
    if (login->kind == RENDER_LOGIN_NONE && call->api->find_login &&
        call->api->find_login(call->api->ctx, call->op, &batch->asks[first].target, login) < 0)
        return -1;
    for (size_t i = first; i < first + n; i++)
        batch->asks[i].is_strict = call->api->render_conf.is_strict_own;
    batch->first = first;
    int failed =
        render_visit(call->op, call->api->render, &batch->asks[first], n, ASK_MS, landed, batch);
    render_login_fini(login);
    return failed;
}

int handle_render_batch(struct call *call)
{
    struct batch batch = {.call = call};
    const char *accept = httpd_header_in(call->req, "Accept", 0);
    int64_t begun = clock_mono_ms();
    if (read_lines(call, &batch) < 0)
        return -1;
    batch.is_multipart = accept && strstr(accept, "multipart/mixed");
    batch.stream = httpd_stream_start(
        call->req, 200,
        batch.is_multipart ? arena_fmt(&call->op->arena, "multipart/mixed; boundary=%s", boundary)
                           : "application/x-ndjson",
        BUFFER_MAX);
    int failed = 0;
    for (size_t i = 0; i < batch.n && !failed && !batch.is_gone;) {
        size_t n = visit_size(&batch, i);
        failed = run_visit(call, &batch, i, n);
        i += n;
    }
    if (batch.is_multipart && !failed)
        httpd_stream_send(batch.stream, BYTES("--rounds-batch-boundary--\r\n"));
    /* A connection that is cut says what a status line no longer can. */
    httpd_stream_close(batch.stream, !failed);
    log_msg(failed ? LOG_WARN : LOG_INFO, call->op, "batch",
            "%zu pictures, %zu failed, %lld ms%s%s", batch.n, batch.failed,
            (long long)(clock_mono_ms() - begun), failed ? ": " : "", call->op->err_text);
    return 0;
}
