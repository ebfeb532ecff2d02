/* Choosing a table of words and filling its patterns. Pure. */
#include "notify/text.h"

#include <string.h>

enum { FILLED_MAX = 64 * 1024 };

const struct text_table *text_of(const char *lang)
{
    return lang && strncmp(lang, "zh", 2) == 0 ? &text_zh : &text_en;
}

static const char *value_find(const struct text_value *values, size_t n, struct bytes name)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes_eq_s(name, values[i].name))
            return values[i].value;
    }
    return NULL;
}

const char *text_fill(struct arena *arena, const char *pattern, const struct text_value *values,
                      size_t n)
{
    struct str *out = str_new(arena, FILLED_MAX);
    struct bytes rest = bytes_of(pattern);
    while (rest.n > 0) {
        ssize_t open = bytes_find_char(rest, '{');
        ssize_t close = bytes_find_char(rest, '}');
        if (open < 0 || close < open) {
            str_add(out, rest);
            break;
        }
        struct bytes name = {rest.p + open + 1, (size_t)(close - open - 1)};
        const char *value = value_find(values, n, name);
        str_add(out, (struct bytes){rest.p, (size_t)open});
        if (value)
            str_adds(out, value);
        else
            str_add(out, (struct bytes){rest.p + open, (size_t)(close - open + 1)});
        rest = bytes_from(rest, (size_t)close + 1);
    }
    return out->p;
}

const char *text_finding(const struct text_table *table, const char *kind)
{
    for (const struct text_value *row = table->findings; row->name; row++) {
        if (strcmp(row->name, kind) == 0)
            return row->value;
    }
    return kind;
}
