/* From a request to its handler: route, who asks, body, handler, error, one log line. Runs on workers;
 * plan() on the server's loop, where it must not block.
 *
 * The role is checked here, before any handler, from the route's row; a handler never has to think
 * of it.
 */

#include "api/handlers.h"
#include "api/render_query.h"
#include "api/reply.h"
#include "api/signin.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"

#include <string.h>

/* A stray body, where none is wanted, is read too, so that the answer can say what is wrong. */
enum { BUDGET_MS = 30000, JSON_BODY_MAX = 1 << 20, STRAY_BODY_MAX = 64 << 10 };

static struct metric requests =
    METRIC_COUNTER("rounds_http_requests_total", "status", "HTTP requests answered, by status.");
static struct metric durations =
    METRIC_HISTOGRAM("rounds_http_request_duration_seconds", "route", "Time from head to answer.");

int api_init(struct op *op, struct api *api)
{
    (void)api;
    metric_register(&requests);
    metric_register(&durations);
    return route_check_table(op);
}

static int check_renderer_token(struct call *call)
{
    const char *token = httpd_header_in(call->req, "X-Auth-Token", 0);
    if (!token)
        return op_fail(call->op, ERR_UNAUTHENTICATED, "Missing X-Auth-Token header");
    if (!token_book_has(call->api->render_conf.tokens, bytes_of(token)))
        return op_fail(call->op, ERR_UNAUTHENTICATED, "Unauthorized");
    return 0;
}

static int check_who(struct call *call)
{
    switch (call->route->who) {
    case WHO_OPEN:
        return 0;
    case WHO_RENDERER:
        return check_renderer_token(call);
    default:
        return signin_check(call);
    }
}

static int read_body(struct call *call)
{
    struct bytes body = call->req->body;
    if (call->route->takes_text)
        return 0;
    if (!call->route->takes)
        return body.n == 0 || !call->route->is_platform || bytes_eq_s(bytes_trim(body), "{}")
                   ? 0
                   : op_fail(call->op, ERR_BAD_INPUT, "%s here takes no body", call->route->method);
    const char *type = httpd_header_in(call->req, "Content-Type", 0);
    if (body.n > 0 && (!type || strncasecmp(type, "application/json", 16) != 0))
        return op_fail(call->op, ERR_UNSUPPORTED,
                       "the body must be JSON: send it with Content-Type: application/json");
    if (jv_parse(call->op, body.n ? body : BYTES("{}"), &call->body) < 0)
        return -1;
    if (strcmp(call->route->takes, "Empty") == 0 && jv_len(call->body) > 0)
        return op_fail(call->op, ERR_BAD_INPUT, "the body must be empty, or {}");
    return 0;
}

/* A misspelt parameter (dryrun for dry_run) must not be taken for one that was left out. */
static int check_query(struct call *call)
{
    const char *known = call->route->query ? call->route->query : "";
    if (!call->route->is_platform)
        return 0;
    for (size_t i = 0; i < call->query_n; i++) {
        const char *name = call->query[i].name;
        struct bytes rest = bytes_of(known), word;
        bool is_known = false;
        while (!is_known && bytes_split(&rest, ' ', &word))
            is_known = word.n > 0 && bytes_eq_s(word, name);
        if (!is_known)
            return op_fail(call->op, ERR_BAD_INPUT,
                           "there is no parameter \"%.100s\" here; known: %s", name,
                           *known ? known : "none");
    }
    return 0;
}

static int run(struct call *call)
{
    if (check_who(call) < 0)
        return -1;
    if (call->route->who != WHO_RENDERER &&
        url_query(call->op, call->req->raw_query, &call->query, &call->query_n) < 0)
        return -1;
    if (check_query(call) < 0 || read_body(call) < 0 || op_check(call->op) < 0)
        return -1;
    return call->route->handle(call);
}

static bool is_people_side(const struct call *call)
{
    return !call->api->people_listener || call->req->listener >= call->api->people_listener;
}

/* The renderer's side has no people's routes, and the other way round, where each has listeners of its
 * own. What is open belongs to both. */
static bool is_wrong_side(const struct call *call)
{
    if (!call->route || !call->api->people_listener)
        return false;
    return is_people_side(call) ? call->route->who == WHO_RENDERER : call->route->is_platform;
}

static void reply_no_route(struct call *call, const char *allowed)
{
    if (!allowed && call->api->serve_page && is_people_side(call) &&
        call->api->serve_page(call->req))
        return;
    if (allowed) {
        httpd_header(call->req, "Allow", allowed);
        op_fail(call->op, ERR_METHOD, "%s is not possible here; this path takes %s",
                call->req->method, allowed);
    } else
        op_fail(call->op, ERR_NOT_FOUND, "there is nothing at %s", call->req->path);
    reply_error(call);
}

/* Routes that log a line of their own (renders) say so by being for renderers. */
static void log_call(const struct call *call, int64_t begun_ms)
{
    const struct op *op = call->op;
    const char *name = call->route ? call->route->path : "none";
    int status = op->err || !call->status ? err_status(op->err) : call->status;
    char text[12] = {(char)('0' + status / 100 % 10), (char)('0' + status / 10 % 10),
                     (char)('0' + status % 10), 0};
    metric_inc(&requests, text);
    metric_observe(&durations, name, (double)(clock_mono_ms() - begun_ms) / 1000);
    if (call->route && call->route->who == WHO_RENDERER && status != 401)
        return;
    struct log_line line;
    enum log_level level = status >= 500 ? LOG_WARN : op->err ? LOG_INFO : LOG_DEBUG;
    log_begin(&line, level, op, "http");
    log_text(&line, "method", call->req->method);
    log_text(&line, "path", call->req->path);
    log_int(&line, "status", status);
    log_int(&line, "ms", clock_mono_ms() - begun_ms);
    log_text(&line, "client", call->req->peer);
    if (op->err)
        log_text(&line, "error", op->err_text);
    log_end(&line);
}

/* A renderer says its name at "/"; with the platform that address is the user interface's. */
static bool is_root(const struct call *call)
{
    return !call->api->platform && strcmp(call->req->path, "/") == 0 &&
           strcmp(call->req->method, "GET") == 0;
}

static void handle(void *ctx, struct httpd_request *req)
{
    struct call call = {.api = ctx, .req = req, .op = req->op};
    const char *allowed = NULL;
    httpd_header(req, "X-Content-Type-Options", "nosniff");
    call.route = route_find(call.api, req->method, req->path, req->op, call.params, &allowed);
    if (is_wrong_side(&call)) {
        call.route = NULL;
        allowed = NULL;
    }
    if (!call.route && is_root(&call))
        handle_root(&call);
    else if (!call.route)
        reply_no_route(&call, allowed);
    else if (run(&call) < 0)
        reply_error(&call);
    log_call(&call, req->arrived_ms);
}

static void plan(void *ctx, struct httpd_request *req, struct httpd_plan *out)
{
    const struct api *api = ctx;
    const struct route *route = route_find(api, req->method, req->path, req->op, NULL, NULL);
    out->body_max = STRAY_BODY_MAX;
    if (!route)
        return;
    out->lane = route->lane;
    out->body_max = route->body_max ? route->body_max
                    : route->takes  ? JSON_BODY_MAX
                                    : STRAY_BODY_MAX;
    out->budget_ms = route->budget_ms ? route->budget_ms : BUDGET_MS;
    if (route->who == WHO_RENDERER)
        out->budget_ms = render_query_budget_ms(&api->render_conf, req);
}

static void refuse(void *ctx, struct httpd_request *req, bool is_stopping)
{
    struct call call = {.api = ctx, .req = req, .op = req->op};
    call.route = route_find(call.api, req->method, req->path, req->op, NULL, NULL);
    if (is_stopping)
        op_fail(req->op, ERR_UNAVAILABLE, "the service is stopping");
    else
        op_fail(req->op, ERR_BUSY, "too many requests are waiting");
    reply_error(&call);
    log_call(&call, req->arrived_ms);
}

static void fault(void *ctx, struct httpd_request *req, int status, const char *text)
{
    struct call call = {.api = ctx, .req = req, .op = req->op};
    if (!bytes_has_prefix(req->raw_path, BYTES("/api/")))
        return;
    op_fail(call.op, status == 413 ? ERR_TOO_LARGE : ERR_BAD_INPUT, "%s", text);
    reply_fault(&call, status);
}

struct httpd_face api_face(struct api *api)
{
    return (struct httpd_face){
        .ctx = api, .handle = handle, .plan = plan, .refuse = refuse, .fault = fault};
}
