/* Reading members of maps: kinds, ranges, words, unknown keys with the nearest name. Pure.
 *
 * Each function answers a usable value even after a fault, so that reading goes on and a person
 * sees everything that is wrong at once.
 */
#include "rounds/plan_reader.h"

#include "base/name.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void reader_fault(struct plan_reader *r, const struct tree *at, const char *fmt, ...)
{
    char text[600];
    va_list args;
    if (r->faults->n == PLAN_FAULTS_MAX)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct plan_fault *fault = &r->faults->items[r->faults->n++];
    fault->path = at->path;
    fault->message = arena_strdup(&r->op->arena, text);
    fault->line = tree_line(at, &fault->column);
}

void reader_missing(struct plan_reader *r, const struct tree *map, const char *key,
                    const char *what)
{
    struct tree at = {.doc = map->doc};
    at.path = arena_fmt(&r->op->arena, "%s%s%s", map->path, *map->path ? "." : "", key);
    reader_fault(r, &at, "is missing: %s", what);
}

const char *reader_nearest(const char *word, const char *const *names)
{
    size_t n = 0;
    while (names[n])
        n++;
    return name_nearest(word, names, n);
}

static const char *join(struct arena *arena, const char *const *words)
{
    struct str *out = str_new(arena, 1000);
    for (; *words; words++)
        str_addf(out, "%s%s", out->n ? ", " : "", *words);
    return out->p ? out->p : "";
}

bool reader_keys(struct plan_reader *r, const struct tree *map, const char *const *known)
{
    if (map->kind != TREE_MAP) {
        reader_fault(r, map, "must be a map with %s; it is %s", join(&r->op->arena, known),
                     tree_kind_word(map->kind));
        return false;
    }
    for (const struct tree *child = map->first; child; child = child->next) {
        bool is_known = false;
        for (const char *const *name = known; *name; name++)
            is_known = is_known || strcmp(*name, child->name) == 0;
        if (is_known)
            continue;
        const char *near = reader_nearest(child->name, known);
        if (near)
            reader_fault(r, child, "is not known here; did you mean '%s'?", near);
        else
            reader_fault(r, child, "is not known here; known are %s", join(&r->op->arena, known));
    }
    return true;
}

const struct tree *reader_get(const struct tree *map, const char *key)
{
    const struct tree *at = tree_get(map, key);
    return at && at->kind != TREE_NULL ? at : NULL;
}

const char *reader_text(struct plan_reader *r, const struct tree *map, const char *key,
                        const char *fallback, size_t max)
{
    const struct tree *at = reader_get(map, key);
    if (!at)
        return fallback;
    if (at->kind != TREE_TEXT)
        reader_fault(r, at, "must be a text; it is %s", tree_kind_word(at->kind));
    else if (strlen(at->text) > max)
        reader_fault(r, at, "is longer than %zu bytes", max);
    else if (!bytes_is_utf8(bytes_of(at->text)))
        reader_fault(r, at, "is not UTF-8 text");
    else
        return at->text;
    return fallback;
}

bool reader_bool(struct plan_reader *r, const struct tree *map, const char *key, bool fallback)
{
    const struct tree *at = reader_get(map, key);
    if (at && at->kind != TREE_BOOL)
        reader_fault(r, at, "must be true or false; it is %s", tree_kind_word(at->kind));
    return at && at->kind == TREE_BOOL ? at->is_true : fallback;
}

static bool in_range(struct plan_reader *r, const struct tree *at, double v,
                     struct reader_range range)
{
    if (v >= range.low && v <= range.high)
        return true;
    reader_fault(r, at, "must be from %g to %g", range.low, range.high);
    return false;
}

int64_t reader_int(struct plan_reader *r, const struct tree *map, const char *key,
                   struct reader_range range)
{
    const struct tree *at = reader_get(map, key);
    if (!at)
        return (int64_t)range.fallback;
    if (at->kind != TREE_INT)
        reader_fault(r, at, "must be a whole number; it is %s", tree_kind_word(at->kind));
    else if (in_range(r, at, (double)at->integer, range))
        return at->integer;
    return (int64_t)range.fallback;
}

double reader_num(struct plan_reader *r, const struct tree *map, const char *key,
                  struct reader_range range)
{
    const struct tree *at = reader_get(map, key);
    if (!at)
        return range.fallback;
    if (at->kind != TREE_INT && at->kind != TREE_NUM)
        reader_fault(r, at, "must be a number; it is %s", tree_kind_word(at->kind));
    else if (in_range(r, at, at->number, range))
        return at->number;
    return range.fallback;
}

int reader_word(struct plan_reader *r, const struct tree *map, const char *key,
                const char *const *words, int fallback)
{
    const struct tree *at = reader_get(map, key);
    if (!at)
        return fallback;
    for (int i = 0; at->kind == TREE_TEXT && words[i]; i++)
        if (strcmp(at->text, words[i]) == 0)
            return i;
    const char *near = at->kind == TREE_TEXT ? reader_nearest(at->text, words) : NULL;
    if (near)
        reader_fault(r, at, "'%.60s' is not known; did you mean '%s'?", at->text, near);
    else
        reader_fault(r, at, "must be one of %s", join(&r->op->arena, words));
    return fallback;
}

int64_t reader_duration(struct plan_reader *r, const struct tree *map, const char *key,
                        struct reader_range range)
{
    const struct tree *at = reader_get(map, key);
    int64_t ms;
    if (!at)
        return (int64_t)range.fallback;
    if (at->kind != TREE_TEXT || !plan_parse_duration(at->text, range.low < 0, &ms)) {
        reader_fault(r, at, "must be a duration like '90m', '6h' or '7d'");
    } else if ((double)ms < range.low || (double)ms > range.high) {
        reader_fault(r, at, "must be from %s to %s",
                     plan_print_duration(&r->op->arena, (int64_t)range.low),
                     plan_print_duration(&r->op->arena, (int64_t)range.high));
    } else {
        return ms;
    }
    return (int64_t)range.fallback;
}

const struct tree *reader_list(struct plan_reader *r, const struct tree *map, const char *key,
                               size_t max)
{
    const struct tree *at = reader_get(map, key);
    if (!at)
        return NULL;
    if (at->kind != TREE_LIST) {
        reader_fault(r, at, "must be a list; it is %s", tree_kind_word(at->kind));
        return NULL;
    }
    if (at->n > max) {
        reader_fault(r, at, "has %zu items; at most %zu are taken", at->n, max);
        return NULL;
    }
    return at;
}

void reader_names(struct plan_reader *r, const struct tree *map, const char *key, size_t max,
                  struct plan_names *out)
{
    const struct tree *at = reader_list(r, map, key, max);
    *out = (struct plan_names){0};
    if (!at)
        return;
    out->items = ARENA_ARRAY(&r->op->arena, const char *, at->n + 1);
    for (const struct tree *item = at->first; item; item = item->next) {
        if (item->kind == TREE_INT)
            out->items[out->n++] = arena_fmt(&r->op->arena, "%lld", (long long)item->integer);
        else if (item->kind == TREE_TEXT && *item->text && strlen(item->text) <= 1000)
            out->items[out->n++] = item->text;
        else
            reader_fault(r, item, "must be a text of at most 1000 bytes, and not empty");
    }
}

int reader_clock(struct plan_reader *r, const struct tree *at)
{
    int64_t hour, minute;
    if (at->kind == TREE_TEXT && strlen(at->text) == 5 && at->text[2] == ':' &&
        bytes_to_i64((struct bytes){at->text, 2}, &hour) &&
        bytes_to_i64((struct bytes){at->text + 3, 2}, &minute) && hour >= 0 && minute >= 0 &&
        minute < 60 && hour * 60 + minute <= 1440)
        return (int)(hour * 60 + minute);
    reader_fault(r, at, "must be a time of day like \"09:00\", from 00:00 to 24:00");
    return -1;
}

size_t reader_quiet(struct plan_reader *r, const struct tree *map, const char *key,
                    struct quiet *out)
{
    static const char *const keys[] = {"from", "to", NULL};
    const struct tree *list = reader_list(r, map, key, QUIET_MAX);
    size_t n = 0;
    for (const struct tree *item = list ? list->first : NULL; item && n < QUIET_MAX;
         item = item->next) {
        const struct tree *from = reader_get(item, "from"), *to = reader_get(item, "to");
        if (!reader_keys(r, item, keys))
            continue;
        if (!from || !to) {
            reader_fault(r, item, "needs from and to");
            continue;
        }
        out[n++] = (struct quiet){reader_clock(r, from), reader_clock(r, to)};
    }
    return n;
}
