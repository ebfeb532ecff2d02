/* The renderer's routes: /render and /render/csv. Drop-in for grafana-image-renderer, and direct for
 * those who have a token of ours and a Grafana that we know how to log in to.
 *
 * One log line per render, written here. The URL is logged without its query: keys may be in it.
 */
#include "api/handlers.h"

#include "api/render_query.h"
#include "api/reply.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"

#include <string.h>

static struct metric renders =
    METRIC_COUNTER("rounds_renders_total", "outcome", "Renders finished, by outcome.");
static struct metric render_seconds = METRIC_HISTOGRAM("rounds_render_duration_seconds", "how",
                                                       "Time of a render, by the way it took.");
static struct metric missing_total =
    METRIC_COUNTER("rounds_render_missing_total", "what", "What pages lacked at their deadline.");

void render_metrics_register(void)
{
    metric_register(&renders);
    metric_register(&render_seconds);
    metric_register(&missing_total);
}

/* Header values are ASCII: the rest is percent-encoded. */
static char *header_safe(struct arena *arena, const char *text)
{
    struct str *s = str_new(arena, 4096);
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || (unsigned char)*c >= 127 || *c == '%')
            str_addf(s, "%%%02X", (unsigned char)*c);
        else
            str_addc(s, *c);
    }
    return s->p;
}

/* "query_error; panels=2/8; message=…; missing=…" */
static char *status_text(struct op *op, const struct render_result *result, const char *clamped)
{
    const struct truth_finding *finding = &result->finding;
    struct str *s = str_new(&op->arena, 8192);
    bool is_unseen = op->err && finding->truth == TRUTH_OK; /* it never came to a judgement */
    str_adds(s, result->missing ? "loading"
                : is_unseen     ? err_word(op->err)
                                : truth_word(finding->truth));
    if (finding->panels > 1)
        str_addf(s, "; panels=%zu/%zu", finding->affected, finding->panels);
    if (result->missing)
        str_addf(s, "; missing=%s", result->missing);
    if (result->is_other_range)
        str_adds(s, "; range=other");
    if (*clamped)
        str_addf(s, "; clamped=%s", header_safe(&op->arena, clamped));
    if (finding->text && *finding->text)
        str_addf(s, "; message=%s", header_safe(&op->arena, finding->text));
    return s->p;
}

static void add_blocked(struct call *call, const struct render_result *result)
{
    struct str *s = str_new(&call->op->arena, 4096);
    for (size_t i = 0; i < result->refused_n; i++)
        str_addf(s, "%s%s:%d (%s)", i ? ", " : "",
                 header_safe(&call->op->arena, result->refused[i].host), result->refused[i].port,
                 gate_reason_word(result->refused[i].reason));
    if (s->n)
        httpd_header(call->req, "X-Rounds-Blocked", s->p);
}

void render_add_headers(struct call *call, const struct render_result *result, const char *clamped)
{
    const struct render_stages *t = &result->stages;
    httpd_header(call->req, "X-Rounds-Status", status_text(call->op, result, clamped));
    httpd_headerf(call->req, "Server-Timing",
                  "queue;dur=%lld, navigate;dur=%lld, ready;dur=%lld, capture;dur=%lld",
                  (long long)t->queue_ms, (long long)t->navigate_ms, (long long)t->ready_ms,
                  (long long)t->capture_ms);
    httpd_header(call->req, "Cache-Control", "no-store");
    add_blocked(call, result);
}

static void log_render(const struct call *call, const struct render_ask *ask,
                       const struct render_result *result, bool shared)
{
    const struct op *op = call->op;
    int64_t ms = clock_mono_ms() - call->req->arrived_ms;
    const char *outcome = op->err ? err_word(op->err) : truth_word(result->finding.truth);
    metric_inc(&renders, outcome);
    metric_observe(&render_seconds,
                   shared         ? "shared"
                   : *result->how ? result->how
                                  : "none",
                   (double)ms / 1000);
    if (result->missing)
        metric_inc(&missing_total, result->missing);
    struct log_line line;
    log_begin(&line, op->err && op->err != ERR_CANCELLED ? LOG_WARN : LOG_INFO, op, "render");
    log_int(&line, "status", err_status(op->err));
    log_text(&line, "outcome", outcome);
    log_text(&line, "origin", ask->target.origin);
    log_text(&line, "path", ask->target.url.path);
    log_text(&line, "panel", ask->target.panel ? ask->target.panel : "");
    log_text(&line, "browser", result->browser);
    log_text(&line, "how", shared ? "shared" : result->how);
    log_int(&line, "ms", ms);
    log_int(&line, "queue_ms", result->stages.queue_ms);
    log_int(&line, "navigate_ms", result->stages.navigate_ms);
    log_int(&line, "ready_ms", result->stages.ready_ms);
    log_int(&line, "capture_ms", result->stages.capture_ms);
    log_int(&line, "bytes", (int64_t)result->body.n);
    log_text(&line, "client", call->req->peer);
    if (op->err)
        log_text(&line, "error", op->err_text);
    log_end(&line);
}

/* A deadline that passed before anything could be judged: what was it waiting for? */
static void name_missing(struct op *op, bool is_csv, struct render_result *result)
{
    if (op->err != ERR_TIMEOUT || result->missing)
        return;
    result->missing = !*result->browser ? "browser" : is_csv ? "download" : "document";
    const char *text = op->err_text;
    op_clear(op);
    op_fail(op, ERR_TIMEOUT, "%s; still missing: %s", text, result->missing);
}

static int run(struct call *call, bool is_csv, struct render_ask *ask, struct render_result *result,
               bool *shared)
{
    struct api *api = call->api;
    const char *clamped;
    if (render_query_read(call->op, &api->render_conf, call->req, is_csv, ask, &clamped) < 0)
        return -1;
    if (ask->login.kind == RENDER_LOGIN_NONE && api->find_login &&
        api->find_login(api->ctx, call->op, &ask->target, &ask->login) < 0)
        return -1;
    ask->is_strict =
        ask->login.is_drop_in ? api->render_conf.is_strict_drop_in : api->render_conf.is_strict_own;
    int failed = flight_run(call->op, api->flight, ask, result, shared);
    name_missing(call->op, is_csv, result);
    render_add_headers(call, result, clamped);
    return failed;
}

static int serve(struct call *call, bool is_csv)
{
    struct render_ask ask = {.login = {.org = ""}};
    struct render_result result = {.how = "", .browser = "", .finding = {.text = ""}};
    ask.target = (struct target){.origin = "", .url = {.path = ""}};
    bool shared = false;
    int failed = run(call, is_csv, &ask, &result, &shared);
    log_render(call, &ask, &result, shared);
    render_login_fini(&ask.login);
    if (failed)
        return -1;
    if (result.filename)
        httpd_headerf(call->req, "Content-Disposition", "attachment; filename=\"%s\"",
                      result.filename);
    httpd_reply(call->req, 200, result.mime, result.body);
    return 0;
}

int handle_render(struct call *call)
{
    return serve(call, false);
}

int handle_render_csv(struct call *call)
{
    return serve(call, true);
}
