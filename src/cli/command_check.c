/* `rounds check [URL]`: the doctor. Walks the hops from this machine to a picture, says which one
 * fails and how to mend it.
 */
#include "cli/command.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/url.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum state { STATE_OK, STATE_WARN, STATE_FAIL };

static int failures;

static void say(enum state state, const char *what, const char *detail)
{
    static const char *const marks[] = {"ok  ", "warn", "FAIL"};
    printf("%s  %-12s %s\n", marks[state], what, detail);
    fflush(stdout);
    failures += state == STATE_FAIL;
}

static void check_shm(struct op *op)
{
    struct statvfs fs;
    if (statvfs("/dev/shm", &fs) < 0) {
        say(STATE_WARN, "/dev/shm",
            "missing: browsers are told to use the temporary folder instead");
        return;
    }
    uint64_t mb = (uint64_t)fs.f_blocks * fs.f_frsize >> 20;
    say(mb < 200 ? STATE_WARN : STATE_OK, "/dev/shm",
        arena_fmt(&op->arena, "%llu MiB%s", (unsigned long long)mb,
                  mb < 200 ? ": small; in a container give it --shm-size=512m" : ""));
}

static void check_temp(struct op *op, const struct settings *settings)
{
    const char *dir = settings_text(settings, SET_TEMP);
    struct statvfs fs;
    dir = *dir ? dir : "/tmp";
    if (access(dir, W_OK) < 0 || statvfs(dir, &fs) < 0) {
        say(STATE_FAIL, "temp",
            arena_fmt(&op->arena, "%s cannot be written: set temp to a folder that can", dir));
        return;
    }
    uint64_t mb = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
    say(mb < 300 ? STATE_FAIL : STATE_OK, "temp",
        arena_fmt(&op->arena, "%s, %llu MiB free", dir, (unsigned long long)mb));
}

static bool check_browser(struct op *op, struct app *app)
{
    struct pool_stats stats;
    int64_t begun = clock_mono_ms();
    if (pool_wait_ready(op, app_pool(app)) < 0) {
        say(STATE_FAIL, "browser", op->err_text);
        op_clear(op);
        return false;
    }
    pool_stats(app_pool(app), &stats);
    say(STATE_OK, "browser",
        arena_fmt(&op->arena, "%s, started in %lld ms", stats.version,
                  (long long)(clock_mono_ms() - begun)));
    if (stats.sandbox_obstacle)
        say(STATE_WARN, "sandbox", arena_fmt(&op->arena, "off: %s", stats.sandbox_obstacle));
    else
        say(STATE_OK, "sandbox", "on");
    return true;
}

static void check_fonts(struct op *op, struct app *app)
{
    if (app_check_fonts(op, app) < 0) {
        say(STATE_FAIL, "fonts", op->err_text);
        op_clear(op);
        return;
    }
    const char *missing = app_fonts_missing(app);
    say(*missing ? STATE_WARN : STATE_OK, "fonts",
        *missing ? arena_fmt(&op->arena, "drawn as boxes: %s", missing)
                 : "all probe scripts are drawn");
}

static bool check_name(struct op *op, const struct target *target)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int error = getaddrinfo(target->url.host, NULL, &hints, &found);
    if (error) {
        say(STATE_FAIL, "name",
            arena_fmt(&op->arena, "%s cannot be resolved: %s", target->url.host,
                      gai_strerror(error)));
        return false;
    }
    char address[64] = "";
    getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof address, NULL, 0,
                NI_NUMERICHOST);
    freeaddrinfo(found);
    say(STATE_OK, "name", arena_fmt(&op->arena, "%s is %s", target->url.host, address));
    return true;
}

static const char *login_text(struct op *op, const struct render_login *login)
{
    switch (login->kind) {
    case RENDER_LOGIN_COOKIE:
        return arena_fmt(&op->arena, "by the cookie %s", login->name);
    case RENDER_LOGIN_HEADER:
        return arena_fmt(&op->arena, "by the header %s, to %s only", login->name, "this origin");
    case RENDER_LOGIN_URL:
        return arena_fmt(&op->arena, "by the URL parameter %s", login->name);
    default:
        return "none is configured for this origin: only what Grafana shows to anybody can be "
               "rendered";
    }
}

/* A whole render: the hops after the network are Grafana's own, and truth.c names the one that
 * fails. */
static void check_render(struct op *op, struct app *app, struct target *target)
{
    struct render_ask ask = {.target = *target,
                             .is_strict = true,
                             .class_ = POOL_INTERACTIVE,
                             .look = {.width_px = 1000,
                                      .height_px = 500,
                                      .scale = 1,
                                      .timezone = "",
                                      .language = "",
                                      .theme = "",
                                      .filename = ""}};
    struct render_result result;
    if (app_find_login(app, op, target, &ask.login) < 0) {
        say(STATE_FAIL, "login", op->err_text);
        return;
    }
    say(ask.login.kind == RENDER_LOGIN_NONE ? STATE_WARN : STATE_OK, "login",
        login_text(op, &ask.login));
    int failed = render_run(op, app_render(app), &ask, &result);
    render_login_fini(&ask.login);
    if (failed) {
        say(STATE_FAIL, "render", arena_fmt(&op->arena, "%s: %s", err_word(op->err), op->err_text));
        op_clear(op);
        return;
    }
    bool is_ok = result.finding.truth == TRUTH_OK;
    say(is_ok ? STATE_OK : STATE_WARN, "render",
        arena_fmt(&op->arena, "%dx%d pixels in %lld ms%s%s", result.width_px, result.height_px,
                  (long long)(result.stages.navigate_ms + result.stages.ready_ms +
                              result.stages.capture_ms),
                  is_ok ? "" : "; ", result.finding.text));
    for (size_t i = 0; i < result.refused_n; i++)
        say(STATE_WARN, "blocked",
            arena_fmt(&op->arena,
                      "the page asked for %s:%d; if it needs it, add it to network.extra_hosts",
                      result.refused[i].host, result.refused[i].port));
}

int command_check(struct invocation *in)
{
    struct settings *settings;
    struct app *app;
    struct target target;
    struct op *op = in->op;
    const char *url = in->argc > 1 ? in->argv[1] : NULL;
    if (url && target_parse(op, bytes_of(url), &target) < 0)
        return -1;
    if (invocation_settings(in, &settings) < 0)
        return -1;
    log_setup(LOG_ERROR, LOG_TEXT);
    op->deadline_ms = clock_mono_ms() + 120000;
    check_shm(op);
    check_temp(op, settings);
    if (app_open(op, settings, (struct app_want){0}, &app) < 0)
        return -1;
    if (check_browser(op, app)) {
        check_fonts(op, app);
        if (url && check_name(op, &target))
            check_render(op, app, &target);
    }
    app_close(app, 0);
    return failures ? op_fail(op, ERR_UNAVAILABLE, "%d check(s) failed", failures) : 0;
}
