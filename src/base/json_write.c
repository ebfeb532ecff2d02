/* JSON writing: straight into a buffer, no tree. The writer puts the commas; nesting errors are
 * programming errors and assert. Text from strangers may be broken UTF-8: it becomes U+FFFD.
 */
#include "base/json.h"

#include "base/assert.h"
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void jw_init(struct jw *w, struct str *out)
{
    *w = (struct jw){.out = out};
}

/* The comma before a value or key, unless a key was just written. */
static void separate(struct jw *w)
{
    if (w->after_key)
        w->after_key = false;
    else if (w->depth > 0) {
        bool *has_item = &w->has_item[w->depth - 1];
        if (*has_item)
            str_addc(w->out, ',');
        *has_item = true;
    }
}

static void push(struct jw *w, char open)
{
    ASSERT(w->depth < JW_DEPTH_MAX);
    separate(w);
    str_addc(w->out, open);
    w->has_item[w->depth] = false;
    w->is_object[w->depth] = open == '{';
    w->depth++;
}

void jw_object(struct jw *w)
{
    push(w, '{');
}

void jw_array(struct jw *w)
{
    push(w, '[');
}

void jw_end(struct jw *w)
{
    ASSERT(w->depth > 0 && !w->after_key);
    w->depth--;
    str_addc(w->out, w->is_object[w->depth] ? '}' : ']');
}

static void add_escaped(struct str *out, unsigned char c)
{
    static const char *const names[32] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"};
    if (c == '"' || c == '\\') {
        str_addc(out, '\\');
        str_addc(out, (char)c);
    } else if (c < 32 && names[c])
        str_adds(out, names[c]);
    else
        str_addf(out, "\\u%04x", c);
}

/* Length of the well-formed character at b.p, 0 if none. */
static size_t char_length(struct bytes b)
{
    for (size_t n = 1; n <= 4 && n <= b.n; n++)
        if (bytes_is_utf8((struct bytes){b.p, n}))
            return n;
    return 0;
}

static bool is_plain(unsigned char c)
{
    return c >= 32 && c != '"' && c != '\\' && c < 127;
}

static void add_string(struct str *out, struct bytes b)
{
    str_addc(out, '"');
    while (b.n > 0) {
        size_t run = 0;
        while (run < b.n && is_plain((unsigned char)b.p[run]))
            run++;
        str_add(out, (struct bytes){b.p, run});
        b = bytes_from(b, run);
        if (b.n == 0)
            break;
        unsigned char c = (unsigned char)b.p[0];
        size_t length = 1;
        if (c < 128) {
            add_escaped(out, c);
        } else {
            length = char_length(b);
            str_add(out, length ? (struct bytes){b.p, length} : BYTES("\xef\xbf\xbd"));
            length = length ? length : 1;
        }
        b = bytes_from(b, length);
    }
    str_addc(out, '"');
}

void jw_key(struct jw *w, const char *key)
{
    ASSERT(w->depth > 0 && w->is_object[w->depth - 1] && !w->after_key);
    separate(w);
    add_string(w->out, bytes_of(key));
    str_addc(w->out, ':');
    w->after_key = true;
}

void jw_bytes(struct jw *w, struct bytes text)
{
    separate(w);
    add_string(w->out, text);
}

void jw_text(struct jw *w, const char *text)
{
    if (text)
        jw_bytes(w, bytes_of(text));
    else
        jw_null(w);
}

void jw_int(struct jw *w, int64_t n)
{
    separate(w);
    str_addf(w->out, "%lld", (long long)n);
}

void jw_num(struct jw *w, double n)
{
    if (!isfinite(n)) {
        jw_null(w);
        return;
    }
    /* The shortest text that reads back as the same number. */
    char text[40];
    for (int precision = 6; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, n);
        double back;
        if (bytes_to_double(bytes_of(text), &back) && back == n)
            break;
    }
    separate(w);
    str_adds(w->out, text);
}

void jw_bool(struct jw *w, bool b)
{
    separate(w);
    str_adds(w->out, b ? "true" : "false");
}

void jw_null(struct jw *w)
{
    separate(w);
    str_adds(w->out, "null");
}

void jw_raw(struct jw *w, struct bytes json)
{
    separate(w);
    str_add(w->out, json);
}

void jw_value(struct jw *w, const struct jv *v)
{
    separate(w);
    jv_print(v, w->out);
}

void jw_text_at(struct jw *w, const char *key, const char *text)
{
    jw_key(w, key);
    jw_text(w, text);
}

void jw_int_at(struct jw *w, const char *key, int64_t n)
{
    jw_key(w, key);
    jw_int(w, n);
}

void jw_num_at(struct jw *w, const char *key, double n)
{
    jw_key(w, key);
    jw_num(w, n);
}

void jw_bool_at(struct jw *w, const char *key, bool b)
{
    jw_key(w, key);
    jw_bool(w, b);
}

void jw_object_at(struct jw *w, const char *key)
{
    jw_key(w, key);
    jw_object(w);
}

void jw_array_at(struct jw *w, const char *key)
{
    jw_key(w, key);
    jw_array(w);
}

void jw_time_at(struct jw *w, const char *key, int64_t wall_ms)
{
    char text[CLOCK_ISO_MAX];
    clock_iso(wall_ms, text);
    jw_text_at(w, key, wall_ms ? text : NULL);
}

void jw_raw_at(struct jw *w, const char *key, struct bytes json)
{
    jw_key(w, key);
    jw_raw(w, json);
}
