/* `rounds render URL -o FILE`: the same engine as the service, without one. */
#include "cli/command.h"

#include "base/clock.h"
#include "base/duration.h"
#include "base/log.h"
#include "sys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct wish {
    const char *url, *file;
    struct render_look look;
    int64_t timeout_ms;
};

static int take_int(struct invocation *in, const char *name, int fallback, int *out)
{
    int64_t n;
    const char *text = invocation_take(in, name, true);
    *out = fallback;
    if (!text)
        return 0;
    if (!bytes_to_i64(bytes_of(text), &n) || n < -1 || n > 16000 || n == 0)
        return op_fail(in->op, ERR_BAD_INPUT, "%s must be a number of pixels, not \"%s\"", name,
                       text);
    *out = (int)n;
    return 0;
}

static const char *text_or(const char *text, const char *fallback)
{
    return text ? text : fallback;
}

static int take_look(struct invocation *in, struct wish *wish)
{
    struct render_look *look = &wish->look;
    const char *scale = invocation_take(in, "--scale", true);
    const char *timeout = invocation_take(in, "--timeout", true);
    look->scale = 1;
    wish->timeout_ms = 60000;
    if (take_int(in, "--width", 1000, &look->width_px) < 0 ||
        take_int(in, "--height", 500, &look->height_px) < 0)
        return -1;
    if (scale &&
        (!bytes_to_double(bytes_of(scale), &look->scale) || look->scale < 0.1 || look->scale > 10))
        return op_fail(in->op, ERR_BAD_INPUT, "--scale must be between 0.1 and 10, not \"%s\"",
                       scale);
    if (timeout && !duration_parse(bytes_of(timeout), &wish->timeout_ms))
        return op_fail(in->op, ERR_BAD_INPUT, "--timeout must be like 30s, not \"%s\"", timeout);
    look->theme = text_or(invocation_take(in, "--theme", true), "");
    look->timezone = text_or(invocation_take(in, "--timezone", true), "");
    look->language = "";
    look->filename = "";
    look->paper = (struct render_paper){8.27, 11.7, true, true, NULL};
    return 0;
}

/* The format by the file's ending; PNG for standard output. */
static int choose_format(struct invocation *in, struct wish *wish)
{
    const char *dot = strrchr(wish->file, '.');
    const char *name = dot && strcmp(wish->file, "-") != 0 ? dot + 1 : "png";
    if (strcasecmp(name, "jpg") == 0)
        name = "jpeg";
    if (!render_format_find(name, &wish->look.format))
        return op_fail(in->op, ERR_BAD_INPUT,
                       "the file's ending must be png, jpeg, webp or pdf, not \"%s\"", name);
    return 0;
}

static int read_wish(struct invocation *in, struct wish *wish)
{
    wish->file = invocation_take(in, "-o", true);
    if (take_look(in, wish) < 0)
        return -1;
    if (in->argc != 2 || !wish->file || !*wish->file)
        return op_fail(in->op, ERR_BAD_INPUT, "usage: rounds render URL -o FILE");
    wish->url = in->argv[1];
    return choose_format(in, wish);
}

static int write_picture(struct op *op, const char *file, struct bytes body)
{
    if (strcmp(file, "-") != 0)
        return file_write_atomic(op, file, body, 0644);
    if (file_write_all(STDOUT_FILENO, body) < 0)
        return op_fail(op, ERR_STORAGE, "cannot write to standard output");
    return 0;
}

static void print_progress(const char *text)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K%s", text);
}

static int render(struct op *op, struct app *app, const struct wish *wish)
{
    struct render_ask ask = {.look = wish->look, .is_strict = true, .class_ = POOL_INTERACTIVE};
    struct render_result result;
    if (target_parse(op, bytes_of(wish->url), &ask.target) < 0 ||
        app_find_login(app, op, &ask.target, &ask.login) < 0)
        return -1;
    int64_t begun = clock_mono_ms();
    print_progress("rendering …");
    int failed = render_run(op, app_render(app), &ask, &result);
    render_login_fini(&ask.login);
    print_progress("");
    if (failed || write_picture(op, wish->file, result.body) < 0)
        return -1;
    fprintf(stderr, "%s: %dx%d, %zu bytes, %lld ms (%s)%s%s\n", wish->file, result.width_px,
            result.height_px, result.body.n, (long long)(clock_mono_ms() - begun),
            truth_word(result.finding.truth), *result.finding.text ? ": " : "",
            result.finding.text);
    return 0;
}

int command_render(struct invocation *in)
{
    struct wish wish = {0};
    struct settings *settings;
    struct app *app;
    struct op op;
    if (read_wish(in, &wish) < 0 || invocation_settings(in, &settings) < 0)
        return -1;
    log_setup(LOG_ERROR, LOG_TEXT);
    op_init(&op, wish.timeout_ms);
    print_progress("starting a browser …");
    int failed = app_open(&op, settings, (struct app_want){0}, &app);
    if (!failed) {
        failed = render(&op, app, &wish);
        app_close(app, 0);
    }
    print_progress("");
    if (failed)
        op_fail_from(in->op, &op);
    op_fini(&op);
    return failed;
}
