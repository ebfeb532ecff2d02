/* YAML by libyaml's events, written on as JSON and parsed by jansson, so that settings, plans and API
 * bodies are one kind of tree. Pure but for memory.
 *
 * Rejected: libcyaml, which reads 010 as 8 and 0o17 as 0 without an error.
 */
#include "base/yaml.h"

#include "base/assert.h"

#include <search.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 32, PATH_MAX_BYTES = 512, TEXT_MAX_BYTES = 64 * 1024 * 1024 };

struct yaml_place {
    const char *path;
    int line, column;
};

struct level {
    bool is_map, wants_key;
    size_t index;
    size_t path_n;    /* of the path up to this container */
    size_t container; /* its number, in the order they were opened */
};

struct key {
    size_t container;
    const char *name;
};

struct reader {
    struct op *op;
    yaml_parser_t parser;
    struct str *json, *path;
    struct jw w;
    struct level levels[DEPTH_MAX];
    int depth;
    size_t containers;
    void *keys; /* tsearch's tree of those met: a text of many keys must not cost their square */
    struct yaml_place *places;
    size_t n, cap;
    bool has_document;
};

static int fail_at(struct reader *r, yaml_mark_t mark, const char *what)
{
    return op_fail(r->op, ERR_BAD_INPUT, "line %zu, column %zu: %s", mark.line + 1, mark.column + 1,
                   what);
}

static void keep_place(struct reader *r, yaml_mark_t mark)
{
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 64;
        struct yaml_place *more = ARENA_ARRAY(&r->op->arena, struct yaml_place, cap);
        if (r->n)
            memcpy(more, r->places, r->n * sizeof *more);
        r->places = more;
        r->cap = cap;
    }
    r->places[r->n++] = (struct yaml_place){arena_strdup(&r->op->arena, r->path->p),
                                            (int)mark.line + 1, (int)mark.column + 1};
}

static bool is_decimal(struct bytes b)
{
    size_t start = b.n && b.p[0] == '-';
    bool has_leading_zero =
        b.n > start + 1 && b.p[start] == '0' && b.p[start + 1] >= '0' && b.p[start + 1] <= '9';
    int64_t i;
    double d;
    return b.n > start && b.p[start] >= '0' && b.p[start] <= '9' && !has_leading_zero &&
           (bytes_to_i64(b, &i) || bytes_to_double(b, &d));
}

static void write_scalar(struct reader *r, const yaml_event_t *event)
{
    struct bytes b = {(const char *)event->data.scalar.value, event->data.scalar.length};
    int64_t n;
    double d;
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (!is_plain)
        jw_bytes(&r->w, b);
    else if (bytes_eq_s(b, "true") || bytes_eq_s(b, "false"))
        jw_bool(&r->w, b.p[0] == 't');
    else if (b.n == 0 || bytes_eq_s(b, "null") || bytes_eq_s(b, "~"))
        jw_null(&r->w);
    else if (is_decimal(b) && bytes_to_i64(b, &n))
        jw_int(&r->w, n);
    else if (is_decimal(b) && bytes_to_double(b, &d))
        jw_num(&r->w, d);
    else
        jw_bytes(&r->w, b);
}

/* Before a value: its path. After it: the container's next place. */
static void begin_value(struct reader *r, yaml_mark_t mark)
{
    struct level *level = r->depth ? &r->levels[r->depth - 1] : NULL;
    if (level && !level->is_map) {
        str_cut(r->path, level->path_n);
        str_addf(r->path, "[%zu]", level->index++);
    }
    keep_place(r, mark);
}

static void end_value(struct reader *r)
{
    if (r->depth && r->levels[r->depth - 1].is_map)
        r->levels[r->depth - 1].wants_key = true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->container != y->container)
        return x->container < y->container ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* False when the container has this key already. */
static bool add_key(struct reader *r, size_t container, const char *name)
{
    struct key *own = ARENA_NEW(&r->op->arena, struct key);
    *own = (struct key){container, arena_strdup(&r->op->arena, name)};
    struct key **met = tsearch(own, &r->keys, compare_keys);
    ASSERT(met);
    return *met == own;
}

static int take_key(struct reader *r, const yaml_event_t *event)
{
    struct level *level = &r->levels[r->depth - 1];
    const char *key = (const char *)event->data.scalar.value;
    if (strlen(key) != event->data.scalar.length || event->data.scalar.length > 200)
        return fail_at(r, event->start_mark, "a key is too long or has a NUL in it");
    str_cut(r->path, level->path_n);
    str_addf(r->path, "%s%s", r->path->n ? "." : "", key);
    if (!add_key(r, level->container, key))
        return fail_at(r, event->start_mark,
                       arena_fmt(&r->op->arena, "%s is given twice", r->path->p));
    jw_key(&r->w, key);
    level->wants_key = false;
    return 0;
}

static int open_container(struct reader *r, const yaml_event_t *event, bool is_map)
{
    if (r->depth == DEPTH_MAX || r->path->n > PATH_MAX_BYTES)
        return fail_at(r, event->start_mark, "nested too deeply");
    begin_value(r, event->start_mark);
    if (is_map)
        jw_object(&r->w);
    else
        jw_array(&r->w);
    r->levels[r->depth++] = (struct level){
        .is_map = is_map, .wants_key = is_map, .path_n = r->path->n, .container = r->containers++};
    return 0;
}

static int take_event(struct reader *r, const yaml_event_t *event)
{
    bool wants_key = r->depth && r->levels[r->depth - 1].wants_key;
    bool is_container =
        event->type == YAML_MAPPING_START_EVENT || event->type == YAML_SEQUENCE_START_EVENT;
    if (wants_key && is_container)
        return fail_at(r, event->start_mark, "a key must be a plain name");
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return fail_at(r, event->start_mark, "aliases (*name) are not understood; write it out");
    case YAML_DOCUMENT_START_EVENT:
        if (r->has_document)
            return fail_at(r, event->start_mark, "only one document is expected");
        r->has_document = true;
        return 0;
    case YAML_SCALAR_EVENT:
        if (event->data.scalar.tag)
            return fail_at(r, event->start_mark, "tags (!name) are not understood");
        if (wants_key)
            return take_key(r, event);
        begin_value(r, event->start_mark);
        write_scalar(r, event);
        end_value(r);
        return 0;
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        return open_container(r, event, event->type == YAML_MAPPING_START_EVENT);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        jw_end(&r->w);
        r->depth--;
        str_cut(r->path, r->levels[r->depth].path_n);
        end_value(r);
        return 0;
    default:
        return 0;
    }
}

static int read_events(struct reader *r)
{
    yaml_event_t event;
    bool is_end = false;
    while (!is_end) {
        if (!yaml_parser_parse(&r->parser, &event))
            return fail_at(r, r->parser.problem_mark,
                           r->parser.problem ? r->parser.problem : "not YAML");
        int failed = take_event(r, &event);
        is_end = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (failed)
            return -1;
    }
    return 0;
}

/* The keys belong to the arena. */
static void leave_key(void *key)
{
    (void)key;
}

int yaml_parse(struct op *op, struct bytes text, struct yaml_doc *out)
{
    if (!bytes_is_utf8(text))
        return op_fail(op, ERR_BAD_INPUT, "the text is not valid UTF-8");
    struct reader r = {.op = op,
                       .json = str_new(&op->arena, TEXT_MAX_BYTES),
                       .path = str_new(&op->arena, 4 * PATH_MAX_BYTES)};
    jw_init(&r.w, r.json);
    ASSERT(yaml_parser_initialize(&r.parser));
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.n);
    int failed = read_events(&r);
    yaml_parser_delete(&r.parser);
    tdestroy(r.keys, leave_key);
    if (failed)
        return -1;
    *out = (struct yaml_doc){.places = r.places, .places_n = r.n};
    return jv_parse(op, r.json->n ? str_bytes(r.json) : BYTES("null"), &out->root);
}

int yaml_line(const struct yaml_doc *doc, const char *path, int *column)
{
    size_t best = 0;
    int line = 0;
    for (size_t i = 0; i < doc->places_n; i++) {
        const struct yaml_place *place = &doc->places[i];
        size_t n = strlen(place->path);
        bool is_prefix = strncmp(place->path, path, n) == 0 &&
                         (path[n] == 0 || path[n] == '.' || path[n] == '[' || n == 0);
        if (is_prefix && (n >= best || line == 0)) {
            best = n;
            line = place->line;
            if (column)
                *column = place->column;
        }
    }
    return line;
}
