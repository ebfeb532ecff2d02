/* Reading requests strictly: what is not understood is refused and named, never ignored, because a
 * misspelt member that is dropped silently does something else than its author meant.
 *
 * All faults of a body are told at once; a form can mark every one of its inputs. Runs on the
 * request's worker; owns nothing.
 */
#include "api/fields.h"

#include "api/reply.h"
#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_DEFAULT = 50 };

static bool is_listed(const char *names, const char *name)
{
    struct bytes rest = bytes_of(names), word;
    while (bytes_split(&rest, ' ', &word))
        if (word.n && bytes_eq_s(word, name))
            return true;
    return false;
}

static const char *path_of(const struct fields *f, const char *key)
{
    struct arena *arena = &f->call->op->arena;
    if (!key || !*key)
        return f->path;
    return *f->path ? arena_fmt(arena, "%s.%s", f->path, key) : key;
}

void fields_fault(struct fields *f, const char *key, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    *f->has_fault = true;
    const char *path = path_of(f, key);
    reply_detail(f->call, path, text);
    if (f->call->op->err == ERR_NONE)
        op_fail(f->call->op, ERR_BAD_INPUT, "%s%s%s", path, *path ? ": " : "", text);
}

static void check_members(struct fields *f, const char *known)
{
    void *it = NULL;
    const char *key;
    const struct jv *value;
    if (jv_is_null(f->object))
        return;
    if (!jv_is_object(f->object)) {
        fields_fault(f, NULL, "must be an object, not %s", jv_kind(f->object));
        f->object = NULL;
        return;
    }
    while (jv_next(f->object, &it, &key, &value))
        if (!is_listed(known, key))
            fields_fault(f, key, "there is no such member; known here: %s", known);
}

void fields_open(struct fields *f, struct call *call, const char *known)
{
    *f = (struct fields){.call = call, .object = call->body, .path = ""};
    f->has_fault = &f->has_fault_own;
    check_members(f, known);
}

void fields_open_part(struct fields *part, struct fields *f, const char *key, const char *known)
{
    *part = (struct fields){.call = f->call, .object = jv_get(f->object, key)};
    part->path = path_of(f, key);
    part->has_fault = f->has_fault;
    check_members(part, known);
}

void fields_open_item(struct fields *part, struct fields *f, const char *key, size_t i,
                      const char *known)
{
    *part = (struct fields){.call = f->call, .object = jv_item(jv_get(f->object, key), i)};
    part->path = arena_fmt(&f->call->op->arena, "%s[%zu]", path_of(f, key), i);
    part->has_fault = f->has_fault;
    if (jv_is_null(part->object))
        fields_fault(part, NULL, "must be an object, not null");
    check_members(part, known);
}

int fields_end(struct fields *f)
{
    return *f->has_fault ? -1 : 0;
}

bool fields_has(const struct fields *f, const char *key)
{
    return jv_get(f->object, key) != NULL;
}

const struct jv *fields_value(const struct fields *f, const char *key)
{
    const struct jv *v = jv_get(f->object, key);
    return jv_is_null(v) ? NULL : v;
}

static size_t count_characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* A text of the right length, or NULL with a fault. */
static const char *check_text(struct fields *f, const char *key, const struct jv *v, size_t max)
{
    const char *text = jv_text(v, NULL);
    if (!text)
        fields_fault(f, key, "must be a text, not %s", jv_kind(v));
    else if (strlen(text) != jv_bytes(v).n)
        fields_fault(f, key, "must not contain a NUL character");
    else if (count_characters(text) > max)
        fields_fault(f, key, "must have at most %zu characters", max);
    else
        return text;
    return NULL;
}

const char *fields_text(struct fields *f, const char *key, size_t max, const char *fallback)
{
    const struct jv *v = fields_value(f, key);
    const char *text = v ? check_text(f, key, v, max) : NULL;
    return text ? text : fallback;
}

const char *fields_need_text(struct fields *f, const char *key, size_t max)
{
    const struct jv *v = fields_value(f, key);
    if (!v) {
        fields_fault(f, key, "is missing");
        return "";
    }
    const char *text = check_text(f, key, v, max);
    if (text && bytes_trim(bytes_of(text)).n == 0)
        fields_fault(f, key, "must not be empty");
    return text ? text : "";
}

void fields_secret(struct fields *f, const char *key, size_t max, struct secret *out)
{
    const char *text = fields_text(f, key, max, NULL);
    if (text)
        secret_set(out, bytes_of(text));
}

bool fields_bool(struct fields *f, const char *key, bool fallback)
{
    const struct jv *v = fields_value(f, key);
    if (v && !jv_is_bool(v))
        fields_fault(f, key, "must be true or false, not %s", jv_kind(v));
    return jv_bool(v, fallback);
}

int64_t fields_int(struct fields *f, const char *key, int64_t min, int64_t max, int64_t fallback)
{
    const struct jv *v = fields_value(f, key);
    if (!v)
        return fallback;
    int64_t n = jv_int(v, min);
    if (!jv_is_integer(v))
        fields_fault(f, key, "must be a whole number, not %s", jv_kind(v));
    else if (n < min || n > max)
        fields_fault(f, key, "must be from %lld to %lld", (long long)min, (long long)max);
    else
        return n;
    return fallback;
}

int64_t fields_need_int(struct fields *f, const char *key, int64_t min, int64_t max)
{
    if (!fields_value(f, key))
        fields_fault(f, key, "is missing");
    return fields_int(f, key, min, max, min);
}

static const char *join_words(struct arena *arena, const char *const *words)
{
    struct str *s = str_new(arena, 4096);
    for (; *words; words++)
        str_addf(s, "%s%s", s->n ? ", " : "", *words);
    return s->p;
}

int fields_word(struct fields *f, const char *key, const char *const *words, int fallback)
{
    const char *text = jv_text(fields_value(f, key), NULL);
    for (int i = 0; text && words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    if (fields_value(f, key) || fallback < 0)
        fields_fault(f, key, "must be one of %s", join_words(&f->call->op->arena, words));
    return fallback;
}

int64_t fields_time(struct fields *f, const char *key, int64_t fallback)
{
    const struct jv *v = fields_value(f, key);
    int64_t ms;
    if (!v)
        return fallback;
    if (jv_is_string(v) && clock_parse_iso(jv_text(v, ""), &ms) == 0)
        return ms;
    fields_fault(f, key, "must be a time like 2026-11-23T08:30:00Z");
    return fallback;
}

size_t fields_len(struct fields *f, const char *key, size_t n_max)
{
    const struct jv *v = fields_value(f, key);
    if (!v)
        return 0;
    if (!jv_is_array(v))
        fields_fault(f, key, "must be a list, not %s", jv_kind(v));
    else if (jv_len(v) > n_max)
        fields_fault(f, key, "must have at most %zu items", n_max);
    else
        return jv_len(v);
    return 0;
}

const char **fields_texts(struct fields *f, const char *key, size_t n_max, size_t max,
                          size_t *out_n)
{
    size_t n = fields_len(f, key, n_max);
    *out_n = 0;
    if (!fields_value(f, key))
        return NULL;
    const char **items = ARENA_ARRAY(&f->call->op->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *at = arena_fmt(&f->call->op->arena, "%s[%zu]", key, i);
        const char *text = check_text(f, at, jv_item(fields_value(f, key), i), max);
        if (text)
            items[(*out_n)++] = text;
    }
    return items;
}

void fields_take_faults(struct call *call, const struct plan_faults *faults)
{
    for (size_t i = 0; i < faults->n; i++)
        reply_detail_at(call, faults->items[i].path, faults->items[i].message,
                        faults->items[i].line, faults->items[i].column);
}

const char *query_text(const struct call *call, const char *name)
{
    const char *text = url_pair_find(call->query, call->query_n, name);
    return text && *text ? text : NULL;
}

static int fail_query(struct call *call, const char *name, const char *want)
{
    reply_detail(call, name, want);
    return op_fail(call->op, ERR_BAD_INPUT, "the parameter %s %s, not \"%.100s\"", name, want,
                   query_text(call, name));
}

int query_int(struct call *call, const char *name, int64_t min, int64_t max, int64_t *io)
{
    const char *text = query_text(call, name);
    int64_t n;
    if (!text)
        return 0;
    if (!bytes_to_i64(bytes_of(text), &n) || n < min || n > max)
        return fail_query(call, name,
                          arena_fmt(&call->op->arena, "must be a whole number from %lld to %lld",
                                    (long long)min, (long long)max));
    *io = n;
    return 0;
}

int query_page(struct call *call, struct store_page *out)
{
    int64_t limit = PAGE_DEFAULT;
    if (query_int(call, "limit", 1, STORE_PAGE_MAX, &limit) < 0)
        return -1;
    *out = (struct store_page){.cursor = query_text(call, "cursor"), .limit = (int)limit};
    return 0;
}

int query_time(struct call *call, const char *name, int64_t *out_ms)
{
    const char *text = query_text(call, name);
    *out_ms = 0;
    if (text && clock_parse_iso(text, out_ms) != 0)
        return fail_query(call, name, "must be a time like 2026-11-23T08:30:00Z");
    return 0;
}

int query_bool(struct call *call, const char *name, bool *out)
{
    static const char *const words[] = {"false", "true", NULL};
    int i;
    if (query_word(call, name, words, &i) < 0)
        return -1;
    *out = i == 1;
    return 0;
}

int query_word(struct call *call, const char *name, const char *const *words, int *out)
{
    const char *text = query_text(call, name);
    *out = -1;
    if (!text)
        return 0;
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return 0;
        }
    return fail_query(
        call, name,
        arena_fmt(&call->op->arena, "must be one of %s", join_words(&call->op->arena, words)));
}
