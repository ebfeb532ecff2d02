/* The inspection platform put together: sessions, the first admin, notifications, the engine of
 * rounds. Main thread only, but for the hooks at the end, which run on whichever thread needs them.
 *
 * What it opens it closes in reverse order; platform_close copes with a platform that was only half
 * opened.
 */
#include "app/app_priv.h"

#include "api/handlers.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "cron/clockwork.h"
#include "notify/outbox.h"
#include "sys/file.h"
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSWORD_FILE_MAX = 4096, LAST_WORDS_MS = 5000 };

/* ---- People ---- */

static void open_sessions(struct app *app)
{
    struct secret csrf = {0};
    keys_derive(app->data.keys, "csrf", &csrf);
    struct session_conf conf = {.csrf_key = &csrf};
    app->sessions = sessions_new(app->data.store, &conf);
    secret_fini(&csrf);
    app->limit = limit_new(&(struct limit_conf){0});
    app->refusals = refusals_new();
}

/* The one-time password is for whoever starts the service: on its terminal or in its journal. */
static int make_first_admin(struct op *op, struct app *app)
{
    struct secret once = {0};
    bool is_made = false;
    const struct secret *given = settings_secret(app->settings, SET_ADMIN_PASSWORD);
    int failed = signin_make_first(op, app->data.store, given, &once, &is_made);
    if (!failed && is_made && secret_is_empty(given))
        fprintf(stderr, "rounds: sign in as \"admin\" with the one-time password %s\n",
                secret_reveal(&once).p);
    if (!failed && is_made)
        log_msg(LOG_INFO, op, "people", "the first person was made: admin");
    secret_fini(&once);
    return failed;
}

/* ---- Notifications ---- */

static int unseal_channel(void *ctx, struct op *op, const struct store_channel *channel,
                          struct secret *out)
{
    struct app *app = ctx;
    if (channel->secret.n == 0)
        return 0;
    return keys_unseal(op, app->data.keys, arena_fmt(&op->arena, "channel %s", channel->id),
                       channel->secret, out);
}

/* "smtp://host:587" or "smtps://host:465". */
static int read_smtp_url(struct op *op, const char *text, struct mail_conf *conf)
{
    bool is_direct = strncmp(text, "smtps://", 8) == 0;
    struct bytes rest = bytes_of(text), host;
    int64_t port = 0;
    if (!is_direct && strncmp(text, "smtp://", 7) != 0)
        return op_fail(
            op, ERR_BAD_INPUT,
            "smtp.url must be like smtp://mail.example.org:587 or smtps://…:465, not \"%s\"", text);
    rest = bytes_from(rest, is_direct ? 8 : 7);
    while (rest.n && rest.p[rest.n - 1] == '/')
        rest.n--;
    host = rest;
    ssize_t colon = bytes_find_char(rest, ':');
    if (colon >= 0) {
        host.n = (size_t)colon;
        if (!bytes_to_i64(bytes_from(rest, (size_t)colon + 1), &port) || port < 1 || port > 65535)
            return op_fail(op, ERR_BAD_INPUT, "smtp.url: the port must be from 1 to 65535");
    }
    conf->host = arena_copy(&op->arena, host);
    conf->port = (int)port;
    conf->tls = is_direct ? MAIL_TLS_DIRECT : MAIL_TLS_STARTTLS;
    return 0;
}

static int open_mail(struct op *op, struct app *app)
{
    const struct settings *s = app->settings;
    const char *url = settings_text(s, SET_SMTP_URL), *user = settings_text(s, SET_SMTP_USER);
    const char *file = settings_text(s, SET_SMTP_PASSWORD_FILE);
    struct mail_conf *conf = &app->mail_conf; /* borrowed by the mail, so kept */
    struct bytes password;
    if (!*url)
        return 0;
    *conf =
        (struct mail_conf){.user = *user ? user : NULL, .from = settings_text(s, SET_SMTP_FROM)};
    if (read_smtp_url(&app->keep, url, conf) < 0)
        return op_fail_from(op, &app->keep);
    if (*file) {
        if (file_read(op, file, PASSWORD_FILE_MAX, &password) < 0)
            return -1;
        secret_set(&conf->password, bytes_trim(password));
        memset((char *)(uintptr_t)password.p, 0, password.n);
    }
    return mail_open(op, conf, &app->mail);
}

static int open_notify(struct op *op, struct app *app)
{
    const struct settings *s = app->settings;
    const char *proxy = settings_text(s, SET_PROXY), *ca = settings_text(s, SET_CA_FILE);
    struct fetch_conf conf = {.more_ca_file = *ca ? ca : NULL,
                              .refuse = notify_refuse(settings_bool(s, SET_NOTIFY_PRIVATE)),
                              .proxy = *proxy ? proxy : NULL};
    if (fetch_open(op, &conf, &app->notify_fetch) < 0 || open_mail(op, app) < 0)
        return -1;
    app->notify = (struct notify_env){.fetch = app->notify_fetch,
                                      .mail = app->mail,
                                      .public_url = app->platform.public_url,
                                      .ctx = app,
                                      .unseal = unseal_channel,
                                      .picture = engine_draw_sheet,
                                      .local_time = engine_local_time,
                                      .say_finding = engine_say_finding};
    struct outbox_conf outbox = {.store = app->data.store, .env = app->notify};
    app->outbox = outbox_new(&outbox);
    return 0;
}

/* ---- Together ---- */

static int read_public_url(struct op *op, struct app *app)
{
    const char *text = settings_text(app->settings, SET_PUBLIC_URL);
    struct url url;
    size_t n = strlen(text);
    if (*text && url_parse(op, bytes_of(text), &url) < 0)
        return -1;
    while (n && text[n - 1] == '/')
        n--;
    app->platform.public_url = arena_copy(&app->keep.arena, (struct bytes){text, n});
    app->platform.is_secure_cookie =
        (*text && strcmp(url.scheme, "https") == 0) || *settings_text(app->settings, SET_TLS_CERT);
    return 0;
}

int platform_open(struct op *op, struct app *app)
{
    struct platform *platform = &app->platform;
    if (read_public_url(op, app) < 0)
        return -1;
    open_sessions(app);
    if (make_first_admin(op, app) < 0 || open_notify(op, app) < 0 || engine_open(op, app) < 0)
        return -1;
    platform->rounds = app->rounds;
    platform->store = app->data.store;
    platform->blobs = &app->data.blobs;
    platform->keys = app->data.keys;
    platform->sessions = app->sessions;
    platform->limit = app->limit;
    platform->signin = (struct signin){app->data.store, app->sessions, app->limit, app->refusals};
    platform->outbox = app->outbox;
    platform->notify = &app->notify;
    platform->notify_allows_private = settings_bool(app->settings, SET_NOTIFY_PRIVATE);
    app->api.platform = platform;
    platform_metrics_register();
    app->api.serve_page = web_serve;
    return 0;
}

/* Refused sign-ins that were only counted go into the audit trail when their time is over. */
static int tell_refusals(void *ctx, struct op *op, int64_t now_ms, int64_t *next_ms)
{
    struct app *app = ctx;
    *next_ms = now_ms + REFUSALS_STEP_MS / 10;
    return refusals_tell(op, app->refusals, app->data.store, clock_mono_ms(), false);
}

/* The last of them, at the end. */
static void tell_last_refusals(struct app *app)
{
    struct op op;
    op_init(&op, LAST_WORDS_MS);
    if (app->refusals && app->data.store &&
        refusals_tell(&op, app->refusals, app->data.store, clock_mono_ms(), true))
        log_msg(LOG_WARN, &op, "people", "%s", op.err_text);
    op_fini(&op);
}

void platform_start(struct app *app)
{
    struct clockwork_job job = {"refusals", tell_refusals, app, LAST_WORDS_MS};
    app->people = clockwork_start("people", &job, 1);
    outbox_start(app->outbox);
    engine_start(app);
}

void platform_stop(struct app *app)
{
    engine_stop(app);
    if (app->outbox)
        outbox_stop(app->outbox);
    clockwork_stop(app->people);
    app->people = NULL;
}

void platform_close(struct app *app)
{
    engine_close(app);
    tell_last_refusals(app);
    refusals_free(app->refusals);
    if (app->outbox)
        outbox_free(app->outbox);
    if (app->mail)
        mail_close(app->mail);
    secret_fini(&app->mail_conf.password);
    if (app->notify_fetch)
        fetch_close(app->notify_fetch);
    if (app->limit)
        limit_free(app->limit);
    if (app->sessions)
        sessions_free(app->sessions);
}
