/* The log: one line per event on stderr, as text (key=value) or JSON, chosen at start.
 *
 * Thread-safe; a line is written by one write(2), so lines never mix. Values are escaped, so a
 * stranger's text cannot forge a line. No function here accepts a struct secret.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/op.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_TEXT, LOG_JSON };

/* Once, before threads start. */
void log_setup(enum log_level least, enum log_format format);
bool log_is_on(enum log_level level);

/* op may be NULL. `event` is a short constant: "render", "browser-start". */
void log_msg(enum log_level level, const struct op *op, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* A line with fields: log_begin, any number of log_text/log_bytes/log_int, log_end. */
struct log_line {
    enum log_level level;
    bool is_on;
    struct str *out;
    struct arena arena;
};
void log_begin(struct log_line *line, enum log_level level, const struct op *op, const char *event);
void log_text(struct log_line *line, const char *key, const char *value);
void log_bytes(struct log_line *line, const char *key, struct bytes value);
void log_int(struct log_line *line, const char *key, int64_t value);
void log_end(struct log_line *line);

/* The newest warnings and errors, kept for the System page: calls fn for each, newest first. */
void log_recent(void (*fn)(void *ctx, int64_t wall_ms, const char *line), void *ctx);

#endif
