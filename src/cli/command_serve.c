/* `rounds serve`: starts the app, tells systemd, waits for a signal, stops in order.
 *
 * SIGTERM and SIGINT stop gracefully; a second one ends at once. SIGHUP reads certificates and secrets
 * again, and so does a change of their files. Signals are blocked in all threads
 * and taken here by sigwait, so no handler interrupts anything.
 */
#include "cli/command.h"

#include "base/log.h"
#include "sys/file.h"
#include "sys/notify.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_MS = 30000, START_MS = 60000, LOOK_S = 5 };

static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
}

/* 0: nothing came within the time. */
static int wait_for_signal(const sigset_t *set, bool is_looking)
{
    int number = 0;
    if (!is_looking) {
        sigwait(set, &number);
        return number;
    }
    number = sigtimedwait(set, NULL, &(struct timespec){.tv_sec = LOOK_S});
    return number < 0 ? 0 : number;
}

static void wait_for_stop(const sigset_t *set, struct app *app)
{
    for (;;) {
        int number = wait_for_signal(set, app_has_files(app));
        if (number == SIGHUP)
            app_reload(app);
        else if (number == 0)
            app_reload_changed(app);
        else {
            log_msg(LOG_INFO, NULL, "stop", "signal %d: finishing what is in flight", number);
            return;
        }
    }
}

/* A second signal while stopping: somebody is in a hurry. */
static void allow_hard_stop(const sigset_t *set)
{
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, set, NULL);
}

static int write_port(struct op *op, const char *path, int port)
{
    char *text = arena_fmt(&op->arena, "%d\n", port);
    return path && *path ? file_write_atomic(op, path, bytes_of(text), 0644) : 0;
}

/* A wall that is missing is said where an operator looks, not only where one asks. */
static void tell_sandbox(struct app *app)
{
    struct pool_stats stats;
    pool_stats(app_pool(app), &stats);
    if (stats.sandbox_obstacle)
        log_msg(LOG_WARN, NULL, "sandbox", "the browser runs without its sandbox: %s",
                stats.sandbox_obstacle);
}

int command_serve(struct invocation *in)
{
    struct settings *settings;
    struct app *app;
    sigset_t signals;
    const char *port_file = invocation_take(in, "--port-file", true);
    struct app_want want = {.is_listening = true,
                            .has_platform = !invocation_take(in, "--render-only", false)};
    if (in->argc > 1)
        return op_fail(in->op, ERR_BAD_INPUT, "serve does not take \"%s\"", in->argv[1]);
    if (invocation_settings(in, &settings) < 0)
        return -1;
    block_signals(&signals);
    struct op start;
    op_init(&start, START_MS);
    int failed = app_open(&start, settings, want, &app);
    if (failed)
        op_fail_from(in->op, &start);
    op_fini(&start);
    if (failed || write_port(in->op, port_file, app_port(app)) < 0)
        return -1;
    tell_sandbox(app);
    log_msg(LOG_INFO, NULL, "start", "rounds %s listens on port %d", ROUNDS_VERSION, app_port(app));
    notify_ready();
    wait_for_stop(&signals, app);
    notify_stopping();
    allow_hard_stop(&signals);
    app_close(app, GRACE_MS);
    log_msg(LOG_INFO, NULL, "stop", "stopped");
    return 0;
}
