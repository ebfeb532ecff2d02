/* The log. A line is built in memory and written by one write(2) to stderr, so lines of several
 * threads never mix and no lock is held across I/O. Values are quoted and escaped: a stranger's
 * text cannot begin a line of its own. Warnings and errors are also kept in a small ring for the
 * System page. Any thread.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX = 64 * 1024, RECENT_MAX = 64, RECENT_LINE_MAX = 512 };

static enum log_level least_level = LOG_INFO;
static enum log_format line_format = LOG_TEXT;

static pthread_mutex_t recent_lock = PTHREAD_MUTEX_INITIALIZER;
static struct recent {
    int64_t wall_ms;
    char line[RECENT_LINE_MAX];
} recent[RECENT_MAX];
static size_t recent_n; /* lines ever kept */

void log_setup(enum log_level least, enum log_format format)
{
    least_level = least;
    line_format = format;
}

bool log_is_on(enum log_level level)
{
    return level >= least_level;
}

static const char *level_name(enum log_level level)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    return names[level];
}

static bool needs_quotes(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        unsigned char c = (unsigned char)b.p[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 127)
            return true;
    }
    return b.n == 0;
}

/* A JSON string is also a well-escaped quoted string for the text form. */
static void add_quoted(struct str *out, struct bytes value)
{
    struct jw w;
    jw_init(&w, out);
    jw_bytes(&w, value);
}

static void add_key(struct log_line *line, const char *key)
{
    if (line_format == LOG_JSON) {
        if (line->out->n > 1)
            str_addc(line->out, ',');
        add_quoted(line->out, bytes_of(key));
        str_addc(line->out, ':');
    } else {
        if (line->out->n > 0)
            str_addc(line->out, ' ');
        str_adds(line->out, key);
        str_addc(line->out, '=');
    }
}

void log_begin(struct log_line *line, enum log_level level, const struct op *op, const char *event)
{
    *line = (struct log_line){.level = level, .is_on = log_is_on(level)};
    if (!line->is_on)
        return;
    arena_init(&line->arena);
    line->out = str_new(&line->arena, LINE_MAX);
    if (line_format == LOG_JSON)
        str_addc(line->out, '{');
    char now[CLOCK_ISO_MAX];
    clock_iso(clock_wall_ms(), now);
    log_text(line, "time", now);
    log_text(line, "level", level_name(level));
    log_text(line, "event", event);
    if (op)
        log_text(line, "op", op->id);
}

void log_bytes(struct log_line *line, const char *key, struct bytes value)
{
    if (!line->is_on)
        return;
    add_key(line, key);
    if (line_format == LOG_JSON || needs_quotes(value))
        add_quoted(line->out, value);
    else
        str_add(line->out, value);
}

void log_text(struct log_line *line, const char *key, const char *value)
{
    log_bytes(line, key, bytes_of(value));
}

void log_int(struct log_line *line, const char *key, int64_t value)
{
    if (!line->is_on)
        return;
    add_key(line, key);
    str_addf(line->out, "%lld", (long long)value);
}

static void keep(const struct str *line)
{
    pthread_mutex_lock(&recent_lock);
    struct recent *slot = &recent[recent_n++ % RECENT_MAX];
    slot->wall_ms = clock_wall_ms();
    snprintf(slot->line, sizeof slot->line, "%s", line->p);
    pthread_mutex_unlock(&recent_lock);
}

static void write_all(struct bytes b)
{
    while (b.n > 0) {
        ssize_t n = write(STDERR_FILENO, b.p, b.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* nowhere left to say so */
        b = bytes_from(b, (size_t)n);
    }
}

void log_end(struct log_line *line)
{
    if (!line->is_on)
        return;
    if (line->out->is_full) { /* keep the line whole: cut the value, not the syntax */
        line->out->is_full = false;
        str_cut(line->out, line->out->n - 16);
        str_adds(line->out, line_format == LOG_JSON ? "\"" : "");
    }
    if (line_format == LOG_JSON)
        str_addc(line->out, '}');
    if (line->level >= LOG_WARN)
        keep(line->out);
    str_addc(line->out, '\n');
    write_all(str_bytes(line->out));
    arena_fini(&line->arena);
}

void log_msg(enum log_level level, const struct op *op, const char *event, const char *fmt, ...)
{
    if (!log_is_on(level))
        return;
    char text[4096];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct log_line line;
    log_begin(&line, level, op, event);
    log_text(&line, "msg", text);
    log_end(&line);
}

void log_recent(void (*fn)(void *ctx, int64_t wall_ms, const char *line), void *ctx)
{
    pthread_mutex_lock(&recent_lock);
    size_t n = recent_n < RECENT_MAX ? recent_n : RECENT_MAX;
    struct recent *copy = mem_calloc(n, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = recent[(recent_n - 1 - i) % RECENT_MAX];
    pthread_mutex_unlock(&recent_lock);
    for (size_t i = 0; i < n; i++)
        fn(ctx, copy[i].wall_ms, copy[i].line);
    mem_free(copy);
}
