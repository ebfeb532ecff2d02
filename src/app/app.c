/* Putting everything together, and apart again. Main thread only.
 *
 * Parts are made from the lowest layer up and stopped in reverse order; app_close copes with an app
 * that was only half made, so that a failed start leaves nothing behind.
 */
#include "app/app_priv.h"

#include "api/handlers.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { MESSAGE_MAX = 256 << 20, CSV_MAX = 256 << 20 };

static const char *temp_dir(const struct settings *s)
{
    const char *dir = settings_text(s, SET_TEMP);
    return *dir ? dir : "/tmp";
}

int app_browsers_max(const struct settings *s)
{
    int64_t n = settings_int(s, SET_BROWSERS_MAX);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (n > 0)
        return (int)n;
    return cores <= 1 ? 2 : (int)(cores * 3 / 2);
}

static int open_gate(struct op *op, struct app *app)
{
    const struct settings *s = app->settings;
    const char *proxy = settings_text(s, SET_PROXY);
    struct gate_conf conf = {0};
    conf.upstream.url = *proxy ? proxy : NULL;
    conf.upstream.no_proxy = settings_list(s, SET_NO_PROXY, &conf.upstream.no_proxy_n);
    return gate_start(op, &conf, &app->gate);
}

static enum process_sandbox sandbox_of(const struct settings *s)
{
    const char *text = settings_text(s, SET_BROWSER_SANDBOX);
    return strcmp(text, "on") == 0    ? PROCESS_SANDBOX_ON
           : strcmp(text, "off") == 0 ? PROCESS_SANDBOX_OFF
                                      : PROCESS_SANDBOX_AUTO;
}

static int open_pool(struct op *op, struct app *app)
{
    const struct settings *s = app->settings;
    size_t flags_n;
    const char *const *flags = settings_list(s, SET_BROWSER_FLAGS, &flags_n);
    struct pool_conf conf = {
        .process = {.browser_path = settings_text(s, SET_BROWSER_PATH),
                    .temp_dir = temp_dir(s),
                    .sandbox = sandbox_of(s),
                    .ca_file = settings_text(s, SET_CA_FILE),
                    .flags = flags,
                    .flags_n = flags_n},
        .net = network_of(app),
        .browsers_min = (int)settings_int(s, SET_BROWSERS_MIN),
        .browsers_max = app_browsers_max(s),
        .contexts_max = 6,
        .waiters_max = (int)settings_int(s, SET_QUEUE_MAX),
        .age_max_ms = settings_int(s, SET_BROWSER_AGE),
        .renders_max = settings_int(s, SET_BROWSER_RENDERS),
        .memory_max = settings_int(s, SET_BROWSER_MEMORY),
        .idle_max_ms = 5 * 60 * 1000,
        .start_max_ms = 30000,
        .message_max = MESSAGE_MAX,
    };
    return pool_start(op, &conf, &app->pool);
}

static enum pool_isolation isolation_of(const struct settings *s)
{
    const char *text = settings_text(s, SET_ISOLATION);
    return strcmp(text, "context") == 0   ? POOL_CONTEXT
           : strcmp(text, "process") == 0 ? POOL_PROCESS
                                          : POOL_WASH;
}

static void open_render(struct app *app)
{
    const struct settings *s = app->settings;
    enum pool_isolation isolation = isolation_of(s);
    struct render_conf conf = {
        .pool = app->pool,
        .gate = app->gate,
        .csv_max = CSV_MAX,
        .frames_max = app->want.has_platform ? (size_t)settings_int(s, SET_FRAMES_MAX) : 0,
        .paranoia = settings_real(s, SET_PARANOIA),
        .heap_max = settings_int(s, SET_DOCUMENT_HEAP),
        .is_png_small = strcmp(settings_text(s, SET_PNG), "small") == 0,
        .drop_in_isolation = isolation,
        .own_isolation = isolation == POOL_PROCESS ? POOL_PROCESS : POOL_CONTEXT,
    };
    app->render = render_new(&conf);
}

static int read_floor(struct op *op, const struct settings *s, struct api_render_conf *conf)
{
    const char *text = settings_text(s, SET_SIZE_FLOOR);
    char tail;
    if (sscanf(text, "%5dx%5d%c", &conf->width_min_px, &conf->height_min_px, &tail) != 2 ||
        conf->width_min_px < 16 || conf->height_min_px < 16)
        return op_fail(op, ERR_BAD_INPUT,
                       "render.size_floor must be widthxheight of at least 16x16, not \"%s\"",
                       text);
    return 0;
}

static int read_origins(struct op *op, struct app *app)
{
    size_t n;
    const char *const *texts = settings_list(app->settings, SET_ALLOWED_ORIGINS, &n);
    const char **origins = ARENA_ARRAY(&app->keep.arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct url url;
        if (url_parse(op, bytes_of(texts[i]), &url) < 0)
            return -1;
        origins[i] = url_origin(&app->keep.arena, &url);
    }
    app->api.render_conf.allowed_origins = origins;
    app->api.render_conf.allowed_origins_n = n;
    return 0;
}

/* $TZ may name a file or hold a rule ("CET-1CEST"), which no browser understands. */
static const char *zone_of(const struct settings *s)
{
    const char *zone = settings_text(s, SET_BROWSER_TIMEZONE);
    bool is_own = strcmp(settings_origin(s, SET_BROWSER_TIMEZONE), "environment") != 0;
    return is_own || strchr(zone, '/') > zone || strcmp(zone, "UTC") == 0 ? zone : "";
}

static int fill_render_conf(struct op *op, struct app *app)
{
    const struct settings *s = app->settings;
    struct api_render_conf *conf = &app->api.render_conf;
    *conf = (struct api_render_conf){
        .timeout_ms = settings_int(s, SET_DEFAULT_TIMEOUT),
        .timeout_max_ms = settings_int(s, SET_TIMEOUT_MAX),
        .width_max_px = (int)settings_int(s, SET_WIDTH_MAX),
        .height_max_px = (int)settings_int(s, SET_HEIGHT_MAX),
        .scale_max = settings_real(s, SET_SCALE_MAX),
        .is_partial = strcmp(settings_text(s, SET_ON_TIMEOUT), "picture") == 0,
        .is_strict_own = settings_bool(s, SET_STRICT_OWN),
        .is_strict_drop_in = settings_bool(s, SET_STRICT_DROP_IN),
        .is_landscape = settings_bool(s, SET_LANDSCAPE),
        .timezone = zone_of(s),
    };
    render_format_find(settings_text(s, SET_DEFAULT_ENCODING), &conf->default_format);
    return read_floor(op, s, conf) < 0 ? -1 : read_origins(op, app);
}

static int open_api(struct op *op, struct app *app)
{
    app->api.render = app->render;
    app->api.flight = flight_new(app->render);
    app->api.pool = app->pool;
    app->api.gate = app->gate;
    app->api.find_login = app_find_login;
    app->api.print_jwks = login_print_jwks;
    app->api.ctx = app;
    app->api.started_ms = clock_wall_ms();
    meta_metrics_register();
    render_metrics_register();
    return api_init(op, &app->api);
}

static int open_httpd(struct op *op, struct app *app)
{
    const struct settings *s = app->settings;
    const char *cert = settings_text(s, SET_TLS_CERT), *key = settings_text(s, SET_TLS_KEY);
    int64_t workers = settings_int(s, SET_WORKERS), queue = settings_int(s, SET_QUEUE_MAX);
    struct httpd_conf conf = {
        .tls_cert_file = *cert ? cert : NULL,
        .tls_key_file = *key ? key : NULL,
        .worker_n = (int)workers,
        .light_worker_n = workers / 4 < 2 ? 2 : (int)(workers / 4),
        .queue_max = (size_t)queue,
    };
    conf.trusted_proxies = settings_list(s, SET_TRUSTED_PROXIES, &conf.trusted_proxies_n);
    size_t n;
    const char *const *addresses = settings_list(s, SET_LISTEN, &n);
    if ((*cert != 0) != (*key != 0))
        return op_fail(op, ERR_BAD_INPUT,
                       "listen.tls_cert and listen.tls_key belong together: set both or none");
    for (size_t i = 0; i < n && conf.listen_n < HTTPD_LISTEN_MAX; i++)
        conf.listen[conf.listen_n++] = (struct httpd_listen){addresses[i], *cert != 0};
    size_t people_n;
    const char *const *people = settings_list(s, SET_LISTEN_PEOPLE, &people_n);
    if (!app->want.has_platform)
        people_n = 0;
    if (people_n > 0)
        app->api.people_listener = (int)conf.listen_n;
    for (size_t i = 0; i < people_n && conf.listen_n < HTTPD_LISTEN_MAX; i++)
        conf.listen[conf.listen_n++] = (struct httpd_listen){people[i], *cert != 0};
    struct httpd_face face = api_face(&app->api);
    if (httpd_start(op, &conf, &face, &app->httpd) < 0)
        return -1;
    app->api.httpd = app->httpd;
    if (app->api.people_listener)
        log_msg(LOG_INFO, NULL, "listen", "people's side listens on port %d",
                httpd_port(app->httpd, (size_t)app->api.people_listener));
    return 0;
}

/* Without the platform there is no directory: keys live as long as the process. */
static int open_data(struct op *op, struct app *app)
{
    if (app->want.has_platform) {
        int failed = data_open(op, app->settings, STORE_OWNER, &app->data);
        app->keys = app->data.keys;
        return failed;
    }
    return keys_open(op, &(struct keys_conf){.dir = NULL}, &app->keys);
}

static int open_parts(struct op *op, struct app *app)
{
    if (fill_render_conf(op, app) < 0 || reload_open(op, app) < 0)
        return -1;
    if (open_data(op, app) < 0 || login_open(op, app) < 0)
        return -1;
    if (open_gate(op, app) < 0 || open_pool(op, app) < 0)
        return -1;
    open_render(app);
    if (app->want.has_platform && platform_open(op, app) < 0)
        return -1;
    if (open_api(op, app) < 0)
        return -1;
    if (app->want.has_platform)
        platform_start(app);
    if (app->want.is_listening && open_httpd(op, app) < 0)
        return -1;
    if (app->want.is_listening)
        fonts_start(app);
    return 0;
}

int app_open(struct op *op, const struct settings *settings, struct app_want want, struct app **out)
{
    struct app *app = MEM_NEW(struct app);
    app->settings = settings;
    app->want = want;
    app->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    op_init(&app->keep, -1);
    if (open_parts(op, app) < 0) {
        app_close(app, 0);
        return -1;
    }
    *out = app;
    return 0;
}

void app_close(struct app *app, int64_t grace_ms)
{
    if (!app)
        return;
    eventfd_write(app->stop_fd, 1);
    if (app->httpd)
        httpd_stop(app->httpd, grace_ms);
    platform_stop(app);
    thread_join(&app->font_thread);
    flight_free(app->api.flight);
    render_free(app->render);
    pool_stop(app->pool);
    gate_stop(app->gate);
    if (app->issuer)
        jwt_issuer_close(app->issuer);
    platform_close(app);
    if (app->data.store)
        data_close(&app->data);
    else if (app->keys)
        keys_close(app->keys);
    reload_close(app);
    close(app->stop_fd);
    op_fini(&app->keep);
    mem_free(app);
}

struct render *app_render(struct app *app)
{
    return app->render;
}

struct pool *app_pool(struct app *app)
{
    return app->pool;
}

int app_port(const struct app *app)
{
    return httpd_port(app->httpd, 0);
}
