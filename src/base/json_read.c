/* JSON reading: jansson behind getters that take NULL as "missing". Pure but for memory; a tree belongs to a
 * thread.
 *
 * While a text is parsed, what jansson asks for is cut from blocks of the arena and never given back: the
 * dozens of small pieces of a tree go with the arena, without a walk over them. Freeing them one by one cost
 * nearly a tenth of our CPU for a picture (docs/performance.md). So reference counts mean nothing here, and
 * nobody may json_decref a tree. Everything else in the process that uses jansson gets malloc and free.
 */
#include "base/json.h"

#include "base/assert.h"
#include "base/mem.h"

#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdalign.h>
#include <string.h>

/* --- a tree's memory --- */

enum { BLOCK_MIN = 1 << 10, BLOCK_MAX = 1 << 18 };

/* Where the tree under construction lives; arena NULL: none is. */
static _Thread_local struct {
    struct arena *arena;
    char *free;
    size_t left, block;
} grove;

static void *take(size_t n)
{
    if (!grove.arena)
        return mem_alloc(n);
    size_t unit = alignof(max_align_t);
    if (n > SIZE_MAX / 2)
        return NULL;
    n = (n + unit - 1) / unit * unit;
    if (n > grove.left) {
        grove.left = n > grove.block ? n : grove.block;
        grove.free = arena_alloc(grove.arena, grove.left);
    }
    char *p = grove.free;
    grove.free += n;
    grove.left -= n;
    return p;
}

static void give(void *p)
{
    if (!grove.arena)
        mem_free(p);
}

static void own_memory(void)
{
    json_set_alloc_funcs(take, give);
}

/* A tree takes several times its text: one block for a small one, a handful for a large one. */
static size_t block_for(size_t text_n)
{
    if (text_n < BLOCK_MIN / 6)
        return BLOCK_MIN;
    return text_n < BLOCK_MAX / 6 ? text_n * 6 : BLOCK_MAX;
}

/* --- parsing --- */

/* struct jv is jansson's json_t under a name that the rest of the tree may know. */
static const json_t *in(const struct jv *v)
{
    return (const json_t *)v;
}

static const struct jv *out_of(const json_t *j)
{
    return (const struct jv *)j;
}

static json_t *load(struct arena *arena, struct bytes text, json_error_t *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, own_memory);
    grove.arena = arena;
    grove.left = 0;
    grove.block = block_for(text.n);
    json_t *j =
        json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, error);
    grove.arena = NULL;
    return j;
}

int jv_parse(struct op *op, struct bytes text, const struct jv **out)
{
    json_error_t error;
    json_t *j = load(&op->arena, text, &error);
    if (!j)
        return op_fail(op, ERR_BAD_INPUT, "not valid JSON: line %d, column %d: %s", error.line,
                       error.column, error.text);
    *out = out_of(j);
    return 0;
}

const struct jv *jv_parse_quiet(struct arena *arena, struct bytes text)
{
    json_error_t error;
    return out_of(load(arena, text, &error));
}

/* --- looking --- */

bool jv_is_object(const struct jv *v)
{
    return json_is_object(in(v));
}

bool jv_is_array(const struct jv *v)
{
    return json_is_array(in(v));
}

bool jv_is_string(const struct jv *v)
{
    return json_is_string(in(v));
}

bool jv_is_number(const struct jv *v)
{
    return json_is_number(in(v));
}

bool jv_is_integer(const struct jv *v)
{
    return json_is_integer(in(v));
}

bool jv_is_bool(const struct jv *v)
{
    return json_is_boolean(in(v));
}

bool jv_is_null(const struct jv *v)
{
    return !v || json_is_null(in(v));
}

const char *jv_kind(const struct jv *v)
{
    if (!v)
        return "missing";
    switch (json_typeof(in(v))) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";
    default:
        return "null";
    }
}

const struct jv *jv_get(const struct jv *v, const char *key)
{
    return out_of(json_object_get(in(v), key));
}

const struct jv *jv_path(const struct jv *v, const char *path)
{
    struct bytes rest = bytes_of(path), head;
    while (v && bytes_split(&rest, '.', &head)) {
        char key[128];
        if (head.n >= sizeof key)
            return NULL;
        memcpy(key, head.p, head.n);
        key[head.n] = 0;
        v = jv_get(v, key);
    }
    return v;
}

size_t jv_len(const struct jv *v)
{
    if (jv_is_array(v))
        return json_array_size(in(v));
    return jv_is_object(v) ? json_object_size(in(v)) : 0;
}

const struct jv *jv_item(const struct jv *v, size_t i)
{
    return out_of(json_array_get(in(v), i));
}

bool jv_next(const struct jv *object, void **it, const char **key, const struct jv **value)
{
    /* jansson's iterators want a non-const object but do not change it. */
    json_t *j = (json_t *)(uintptr_t)object;
    if (!jv_is_object(object))
        return false;
    *it = *it ? json_object_iter_next(j, *it) : json_object_iter(j);
    if (!*it)
        return false;
    *key = json_object_iter_key(*it);
    *value = out_of(json_object_iter_value(*it));
    return true;
}

const char *jv_text(const struct jv *v, const char *fallback)
{
    return jv_is_string(v) ? json_string_value(in(v)) : fallback;
}

struct bytes jv_bytes(const struct jv *v)
{
    if (!jv_is_string(v))
        return (struct bytes){"", 0};
    return (struct bytes){json_string_value(in(v)), json_string_length(in(v))};
}

int64_t jv_int(const struct jv *v, int64_t fallback)
{
    if (json_is_integer(in(v)))
        return json_integer_value(in(v));
    if (!json_is_real(in(v)))
        return fallback;
    double n = json_real_value(in(v));
    return n == floor(n) && fabs(n) < 9e15 ? (int64_t)n : fallback;
}

double jv_num(const struct jv *v, double fallback)
{
    return jv_is_number(v) ? json_number_value(in(v)) : fallback;
}

bool jv_bool(const struct jv *v, bool fallback)
{
    return jv_is_bool(v) ? json_is_true(in(v)) : fallback;
}

const char *jv_text_at(const struct jv *v, const char *key, const char *fallback)
{
    return jv_text(jv_get(v, key), fallback);
}

int64_t jv_int_at(const struct jv *v, const char *key, int64_t fallback)
{
    return jv_int(jv_get(v, key), fallback);
}

double jv_num_at(const struct jv *v, const char *key, double fallback)
{
    return jv_num(jv_get(v, key), fallback);
}

bool jv_bool_at(const struct jv *v, const char *key, bool fallback)
{
    return jv_bool(jv_get(v, key), fallback);
}

/* --- printing --- */

static int add_chunk(const char *buffer, size_t size, void *data)
{
    struct str *s = data;
    str_add(s, (struct bytes){buffer, size});
    return s->is_full ? -1 : 0;
}

static void print(const struct jv *v, struct str *out, size_t flags)
{
    if (!v)
        str_adds(out, "null");
    else if (json_dump_callback(in(v), add_chunk, out, flags | JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        ASSERT(out->is_full);
}

void jv_print(const struct jv *v, struct str *out)
{
    print(v, out, 0);
}

void jv_print_canonical(const struct jv *v, struct str *out)
{
    print(v, out, JSON_SORT_KEYS);
}
