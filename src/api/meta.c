/* What the service says of itself: versions, health, metrics, public keys. */
#include "api/handlers.h"

#include "api/reply.h"
#include "base/clock.h"
#include "base/metric.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What grafana-image-renderer 5 answers, and Grafana's capability checks understand. No suffix: a
 * pre-release fails their constraints. */
static const char renderer_version[] = "{\"version\":\"5.0.0\"}";

int handle_root(struct call *call)
{
    return reply_text(call, 200, "Rounds " ROUNDS_VERSION "\n");
}

int handle_version_render(struct call *call)
{
    httpd_reply(call->req, 200, "application/json", bytes_of(renderer_version));
    return 0;
}

int handle_version(struct call *call)
{
    struct pool_stats stats;
    pool_stats(call->api->pool, &stats);
    return reply_text(call, 200,
                      arena_fmt(&call->op->arena, "rounds %s\nbrowser %s\n", ROUNDS_VERSION,
                                *stats.version ? stats.version : "not started yet"));
}

struct check {
    const char *name;
    bool is_ok;
    bool is_fatal; /* without it nothing can be rendered */
    const char *detail;
};

enum { CHECKS_MAX = 8 };

static size_t make_checks(struct call *call, const struct pool_stats *pool, struct check *out)
{
    const char *fonts = call->api->fonts_missing ? call->api->fonts_missing : "";
    bool has_browser = pool->idle + pool->leased > 0 || !*pool->start_error;
    size_t n = 0;
    out[n++] = (struct check){"browser", has_browser, true,
                              has_browser ? pool->version
                                          : arena_strdup(&call->op->arena, pool->start_error)};
    out[n++] = (struct check){"sandbox", !pool->sandbox_obstacle, false,
                              pool->sandbox_obstacle
                                  ? arena_fmt(&call->op->arena, "off: %s", pool->sandbox_obstacle)
                                  : "on"};
    out[n++] =
        (struct check){"fonts", !*fonts, false, *fonts ? fonts : "all probe scripts are drawn"};
    return n;
}

static int reply_checks(struct call *call, const struct pool_stats *pool,
                        const struct check *checks, size_t n, bool is_healthy)
{
    struct reply r;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_bool_at(&r.w, "healthy", is_healthy);
    jw_text_at(&r.w, "version", ROUNDS_VERSION);
    jw_array_at(&r.w, "checks");
    for (size_t i = 0; i < n; i++) {
        jw_object(&r.w);
        jw_text_at(&r.w, "name", checks[i].name);
        jw_bool_at(&r.w, "ok", checks[i].is_ok);
        jw_text_at(&r.w, "detail", checks[i].detail);
        jw_end(&r.w);
    }
    jw_end(&r.w);
    jw_object_at(&r.w, "browsers");
    jw_int_at(&r.w, "idle", pool->idle);
    jw_int_at(&r.w, "leased", pool->leased);
    jw_int_at(&r.w, "starting", pool->starting);
    jw_int_at(&r.w, "waiting",
              pool->waiting[POOL_INTERACTIVE] + pool->waiting[POOL_ALERT] +
                  pool->waiting[POOL_SCHEDULED]);
    jw_int_at(&r.w, "memory_bytes", pool->memory);
    jw_end(&r.w);
    jw_end(&r.w);
    return reply_json(&r, is_healthy ? 200 : 503);
}

/* `?verbose` has no value, so it is looked for, not read. */
static bool is_verbose(const struct call *call)
{
    return url_pair_find(call->query, call->query_n, "verbose") != NULL;
}

int handle_health(struct call *call)
{
    struct pool_stats pool;
    struct check checks[CHECKS_MAX];
    pool_stats(call->api->pool, &pool);
    size_t n = make_checks(call, &pool, checks);
    bool is_healthy = true;
    for (size_t i = 0; i < n; i++)
        is_healthy = is_healthy && (checks[i].is_ok || !checks[i].is_fatal);
    if (is_verbose(call))
        return reply_checks(call, &pool, checks, n, is_healthy);
    return reply_text(call, is_healthy ? 200 : 503, is_healthy ? "ok\n" : "no browser starts\n");
}

static struct metric browsers = METRIC_GAUGE("rounds_browsers", "state", "Browsers, by state.");
static struct metric browser_memory =
    METRIC_GAUGE("rounds_browser_memory_bytes", NULL, "Memory of all browsers (PSS).");
static struct metric waiting = METRIC_GAUGE("rounds_renders_waiting", "class", "Renders waiting.");
static struct metric leases = METRIC_GAUGE("rounds_browser_leases_total", "tab", "Leases, by tab.");
static struct metric lifecycle = METRIC_GAUGE("rounds_browser_events_total", "event",
                                              "Browsers started, failed, died, recycled.");
static struct metric sandbox =
    METRIC_GAUGE("rounds_browser_sandbox", NULL, "1: the sandbox is on.");
static struct metric connections =
    METRIC_GAUGE("rounds_http_connections", NULL, "Connections that are open.");
static struct metric memory =
    METRIC_GAUGE("process_resident_memory_bytes", NULL, "Resident memory of the daemon.");
static struct metric gate_bytes = METRIC_GAUGE("rounds_gate_bytes_total", "way", "Bytes relayed.");
static struct metric gate_refused =
    METRIC_GAUGE("rounds_gate_refused_total", NULL, "Connections of pages that were refused.");
static struct metric build = METRIC_GAUGE("rounds_build_info", "version", "Always 1.");

void meta_metrics_register(void)
{
    struct metric *rows[] = {&browsers,  &browser_memory, &waiting,     &leases,
                             &lifecycle, &sandbox,        &connections, &memory,
                             &build,     &gate_bytes,     &gate_refused};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        metric_register(rows[i]);
    metric_set(&build, ROUNDS_VERSION, 1);
}

static double resident_bytes(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f && fscanf(f, "%*d %ld", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void gather_pool(struct pool *pool)
{
    struct pool_stats s;
    pool_stats(pool, &s);
    metric_set(&browsers, "starting", s.starting);
    metric_set(&browsers, "idle", s.idle);
    metric_set(&browsers, "leased", s.leased);
    metric_set(&browsers, "dying", s.dying);
    metric_set(&browser_memory, NULL, (double)s.memory);
    metric_set(&waiting, "interactive", s.waiting[POOL_INTERACTIVE]);
    metric_set(&waiting, "alert", s.waiting[POOL_ALERT]);
    metric_set(&waiting, "scheduled", s.waiting[POOL_SCHEDULED]);
    metric_set(&leases, "warm", (double)s.warm_n);
    metric_set(&leases, "washed", (double)s.washed_n);
    metric_set(&leases, "new", (double)s.opened_n);
    metric_set(&lifecycle, "started", (double)s.started_n);
    metric_set(&lifecycle, "start_failed", (double)s.start_failed_n);
    metric_set(&lifecycle, "died", (double)s.died_n);
    metric_set(&lifecycle, "recycled", (double)s.recycled_n);
    metric_set(&sandbox, NULL, s.sandbox_obstacle ? 0 : 1);
}

static void gather(struct api *api)
{
    gather_pool(api->pool);
    if (api->httpd) {
        struct httpd_stats s;
        httpd_stats(api->httpd, &s);
        metric_set(&connections, NULL, s.connections);
    }
    if (api->gate) {
        struct gate_stats s;
        gate_stats(api->gate, &s);
        metric_set(&gate_bytes, "in", (double)s.bytes_in);
        metric_set(&gate_bytes, "out", (double)s.bytes_out);
        metric_set(&gate_refused, NULL, (double)s.refused_n);
    }
    metric_set(&memory, NULL, resident_bytes());
}

int handle_metrics(struct call *call)
{
    struct str *text = str_new(&call->op->arena, 4 << 20);
    gather(call->api);
    if (call->api->platform)
        platform_metrics_gather(call);
    metric_print(text);
    httpd_reply(call->req, 200, "text/plain; version=0.0.4; charset=utf-8", str_bytes(text));
    return 0;
}

int handle_jwks(struct call *call)
{
    const char *keys = "{\"keys\":[]}";
    if (call->api->print_jwks && call->api->print_jwks(call->api->ctx, call->op, &keys) < 0)
        return -1;
    httpd_header(call->req, "Cache-Control", "public, max-age=300");
    httpd_reply(call->req, 200, "application/json", bytes_of(keys));
    return 0;
}
