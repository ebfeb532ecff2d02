/* Titles with variables in them: "$host CPU", "${host:text}", "[[host]]". Pure. */
#include "rounds/expand.h"

#include <string.h>

enum { TITLE_MAX = 500 };

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

/* The name of a variable at the front, in any of its three forms; *n: how long all of it is. */
static struct bytes take_name(struct bytes text, size_t *n)
{
    struct bytes none = {NULL, 0};
    bool is_square = bytes_has_prefix(text, BYTES("[["));
    bool is_curly = bytes_has_prefix(text, BYTES("${"));
    size_t start = is_square || is_curly ? 2 : 1, end = start;
    if (!is_square && (text.n == 0 || text.p[0] != '$'))
        return none;
    while (end < text.n && is_word(text.p[end]))
        end++;
    struct bytes name = {text.p + start, end - start};
    if (is_square || is_curly) {
        ssize_t close = bytes_find_char(bytes_from(text, end), is_square ? ']' : '}');
        if (close < 0)
            return none;
        end += (size_t)close + (is_square ? 2 : 1);
    }
    *n = end < text.n ? end : text.n;
    return name.n ? name : none;
}

static void add_value(struct str *out, const struct jv *value)
{
    if (jv_is_string(value))
        str_adds(out, jv_text(value, ""));
    for (size_t i = 0; jv_is_array(value) && i < jv_len(value); i++)
        str_addf(out, "%s%s", i ? " + " : "", jv_text(jv_item(value, i), ""));
}

const char *expand_title(struct arena *arena, const char *title, const char *vars)
{
    const struct jv *values = jv_parse_quiet(arena, bytes_of(vars));
    struct bytes rest = bytes_of(title);
    struct str *out = str_new(arena, TITLE_MAX);
    if (jv_len(values) == 0 || (!strchr(title, '$') && !strstr(title, "[[")))
        return title;
    while (rest.n) {
        size_t n = 1;
        struct bytes name = take_name(rest, &n);
        const struct jv *value = name.p ? jv_get(values, arena_copy(arena, name)) : NULL;
        if (value) {
            add_value(out, value);
        } else {
            n = 1;
            str_addc(out, rest.p[0]);
        }
        rest = bytes_from(rest, n);
    }
    return out->p ? out->p : "";
}
