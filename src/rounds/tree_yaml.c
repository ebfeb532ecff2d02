/* YAML to trees and JSON to YAML, over libyaml's events (the only user of libyaml in this folder).
 *
 * Events and not libyaml's documents: the events carry the marks, and aliases can be refused before
 * they multiply. Plain scalars have four meanings only (null, true and false, decimal integers,
 * decimal numbers), everything else is text: no octal, no "yes", no dates.
 */
#include "rounds/tree.h"

#include "base/cleanup.h"
#include "rounds/tree_build.h"

#include <string.h>
#include <yaml.h>

enum { TEXT_MAX = 8 * 1024 * 1024, KEYS_MAX = 2000 };

struct reader {
    struct op *op;
    yaml_parser_t parser;
    yaml_event_t event; /* the newest; ours to delete */
    struct tree_build build;
};

static int fail_parser(struct reader *r) {
    const yaml_mark_t *mark = &r->parser.problem_mark;
    const char *problem = r->parser.problem ? r->parser.problem : "not valid YAML";
    if (r->parser.error == YAML_READER_ERROR)
        return op_fail(r->op, ERR_BAD_INPUT, "not valid UTF-8 text, at byte %zu: %s",
                       r->parser.problem_offset, problem);
    return op_fail(r->op, ERR_BAD_INPUT, "line %zu, column %zu: %s", mark->line + 1,
                   mark->column + 1, problem);
}

static int fail_here(struct reader *r, const char *why) {
    const yaml_mark_t *mark = &r->event.start_mark;
    return op_fail(r->op, ERR_BAD_INPUT, "line %zu, column %zu: %s", mark->line + 1,
                   mark->column + 1, why);
}

static int advance(struct reader *r) {
    yaml_event_delete(&r->event);
    memset(&r->event, 0, sizeof r->event);
    return yaml_parser_parse(&r->parser, &r->event) ? 0 : fail_parser(r);
}

/* A decimal integer as JSON writes it. */
static bool is_integer(struct bytes text) {
    struct bytes digits = text.n && text.p[0] == '-' ? bytes_from(text, 1) : text;
    int64_t ignored;
    return bytes_to_i64(text, &ignored) && (digits.n == 1 || digits.p[0] != '0');
}

static void set_scalar(struct reader *r, struct tree *node) {
    struct bytes text = {(const char *)r->event.data.scalar.value, r->event.data.scalar.length};
    node->kind = TREE_TEXT;
    node->text = arena_copy(&r->op->arena, text);
    if (r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return;
    if (text.n == 0 || bytes_eq_s(text, "null") || bytes_eq_s(text, "~")) {
        node->kind = TREE_NULL;
    } else if (bytes_eq_s(text, "true") || bytes_eq_s(text, "false")) {
        node->kind = TREE_BOOL;
        node->is_true = text.n == 4;
    } else if (is_integer(text)) {
        node->kind = TREE_INT;
        (void)bytes_to_i64(text, &node->integer);
        node->number = (double)node->integer;
    } else if (bytes_find_char(text, '.') > 0 && bytes_to_double(text, &node->number)) {
        node->kind = TREE_NUM;
    }
}

static int read_node(struct reader *r, struct tree *node, int depth);

static int read_list(struct reader *r, struct tree *node, int depth) {
    struct tree *last = NULL;
    node->kind = TREE_LIST;
    for (;;) {
        if (advance(r))
            return -1;
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return 0;
        struct tree *child = tree_build_node(r->op, &r->build, node, NULL);
        if (!child || read_node(r, child, depth + 1))
            return -1;
        tree_build_add(node, &last, child);
    }
}

static int read_key(struct reader *r, struct tree *map, struct tree **out) {
    if (r->event.type != YAML_SCALAR_EVENT)
        return fail_here(r, "a key must be a text");
    struct bytes key = {(const char *)r->event.data.scalar.value, r->event.data.scalar.length};
    if (bytes_eq_s(key, "<<"))
        return fail_here(r, "merge keys ('<<') are not taken; write the values out");
    if (memchr(key.p, 0, key.n))
        return fail_here(r, "a key must not hold a NUL");
    const char *name = arena_copy(&r->op->arena, key);
    if (tree_get(map, name))
        return fail_here(r, arena_fmt(&r->op->arena, "'%s' is given twice", name));
    if (map->n == KEYS_MAX)
        return fail_here(r, "too many keys in one map");
    *out = tree_build_node(r->op, &r->build, map, name);
    return *out ? 0 : -1;
}

static int read_map(struct reader *r, struct tree *node, int depth) {
    struct tree *last = NULL, *child = NULL;
    node->kind = TREE_MAP;
    for (;;) {
        if (advance(r))
            return -1;
        if (r->event.type == YAML_MAPPING_END_EVENT)
            return 0;
        if (read_key(r, node, &child) || advance(r) || read_node(r, child, depth + 1))
            return -1;
        tree_build_add(node, &last, child);
    }
}

static bool has_anchor_or_tag(const yaml_event_t *event) {
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor || event->data.mapping_start.tag;
    default:
        return false;
    }
}

/* The value whose first event is the newest one. */
static int read_node(struct reader *r, struct tree *node, int depth) {
    node->line = (int)r->event.start_mark.line + 1;
    node->column = (int)r->event.start_mark.column + 1;
    if (r->event.type == YAML_ALIAS_EVENT || has_anchor_or_tag(&r->event))
        return fail_here(r, "anchors, aliases and tags are not taken; write the values out");
    if (depth > TREE_DEPTH_MAX)
        return fail_here(r, "nested too deeply");
    if (r->event.type == YAML_SEQUENCE_START_EVENT)
        return read_list(r, node, depth);
    if (r->event.type == YAML_MAPPING_START_EVENT)
        return read_map(r, node, depth);
    if (r->event.type != YAML_SCALAR_EVENT)
        return fail_here(r, "a value is missing");
    struct bytes text = {(const char *)r->event.data.scalar.value, r->event.data.scalar.length};
    if (memchr(text.p, 0, text.n))
        return fail_here(r, "a text must not hold a NUL");
    set_scalar(r, node);
    return 0;
}

static int read_document(struct reader *r, const struct tree **out) {
    if (advance(r) || advance(r)) /* stream start, document start */
        return -1;
    if (r->event.type != YAML_DOCUMENT_START_EVENT)
        return op_fail(r->op, ERR_BAD_INPUT, "the document is empty");
    struct tree *root = tree_build_node(r->op, &r->build, NULL, NULL);
    if (!root || advance(r) || read_node(r, root, 0) || advance(r) || advance(r))
        return -1;
    if (r->event.type != YAML_STREAM_END_EVENT)
        return fail_here(r, "one document at a time, please");
    *out = root;
    return 0;
}

int tree_from_yaml(struct op *op, struct bytes text, const struct tree **out) {
    struct reader r = {.op = op};
    if (text.n > TEXT_MAX)
        return op_fail(op, ERR_TOO_LARGE, "larger than %d MiB", TEXT_MAX / 1024 / 1024);
    if (!yaml_parser_initialize(&r.parser))
        return op_fail(op, ERR_INTERNAL, "the YAML reader could not start");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.n);
    int failed = read_document(&r, out);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    return failed;
}

/* ---- Printing ---- */

struct printer {
    struct op *op;
    yaml_emitter_t emitter;
    struct str *out;
};

static int on_output(void *ctx, unsigned char *p, size_t n) {
    struct printer *printer = ctx;
    str_add(printer->out, (struct bytes){(const char *)p, n});
    return !printer->out->is_full;
}

static int emit(struct printer *p, yaml_event_t *event) {
    if (yaml_emitter_emit(&p->emitter, event))
        return 0;
    return op_fail(p->op, ERR_INTERNAL, "writing YAML: %s",
                   p->emitter.problem ? p->emitter.problem : "no reason given");
}

/* A plain text that our own reader, or another one, could take for something else gets quotes. */
static bool needs_quotes(struct bytes text) {
    static const char *const words[] = {"",   "~",  "null", "true", "false", "yes",
                                        "no", "on", "off",  "y",    "n"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (bytes_eq_nocase(text, bytes_of(words[i])))
            return true;
    return (text.p[0] >= '0' && text.p[0] <= '9') || strchr("+-.", text.p[0]) || text.p[0] == '=';
}

static int emit_scalar(struct printer *p, struct bytes text, yaml_scalar_style_t style) {
    yaml_event_t event;
    if (!yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text.p, (int)text.n,
                                      1, 1, style))
        return op_fail(p->op, ERR_INTERNAL, "writing YAML: a text is not UTF-8");
    return emit(p, &event);
}

static int emit_text(struct printer *p, struct bytes text) {
    return emit_scalar(
        p, text, needs_quotes(text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_ANY_SCALAR_STYLE);
}

static int emit_value(struct printer *p, const struct jv *json);

static int emit_list(struct printer *p, const struct jv *json) {
    yaml_event_t event;
    bool is_short = jv_len(json) == 0;
    yaml_sequence_start_event_initialize(
        &event, NULL, NULL, 1, is_short ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE);
    if (emit(p, &event))
        return -1;
    for (size_t i = 0; i < jv_len(json); i++)
        if (emit_value(p, jv_item(json, i)))
            return -1;
    yaml_sequence_end_event_initialize(&event);
    return emit(p, &event);
}

static int emit_map(struct printer *p, const struct jv *json) {
    yaml_event_t event;
    void *it = NULL;
    const char *key;
    const struct jv *value;
    yaml_mapping_start_event_initialize(
        &event, NULL, NULL, 1, jv_len(json) ? YAML_BLOCK_MAPPING_STYLE : YAML_FLOW_MAPPING_STYLE);
    if (emit(p, &event))
        return -1;
    while (jv_next(json, &it, &key, &value))
        if (emit_text(p, bytes_of(key)) || emit_value(p, value))
            return -1;
    yaml_mapping_end_event_initialize(&event);
    return emit(p, &event);
}

static int emit_value(struct printer *p, const struct jv *json) {
    if (jv_is_array(json))
        return emit_list(p, json);
    if (jv_is_object(json))
        return emit_map(p, json);
    if (jv_is_string(json))
        return emit_text(p, jv_bytes(json));
    struct str *text = str_new(&p->op->arena, 64);
    jv_print(json, text);
    return emit_scalar(p, str_bytes(text), YAML_PLAIN_SCALAR_STYLE);
}

static int emit_document(struct printer *p, const struct jv *json) {
    yaml_event_t event;
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    if (emit(p, &event))
        return -1;
    yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1);
    if (emit(p, &event) || emit_value(p, json))
        return -1;
    yaml_document_end_event_initialize(&event, 1);
    if (emit(p, &event))
        return -1;
    yaml_stream_end_event_initialize(&event);
    return emit(p, &event);
}

int tree_print_yaml(struct op *op, const struct jv *json, struct str *out) {
    struct printer p = {.op = op, .out = out};
    if (!yaml_emitter_initialize(&p.emitter))
        return op_fail(op, ERR_INTERNAL, "the YAML writer could not start");
    yaml_emitter_set_output(&p.emitter, on_output, &p);
    yaml_emitter_set_unicode(&p.emitter, 1);
    yaml_emitter_set_width(&p.emitter, 100);
    int failed = emit_document(&p, json);
    yaml_emitter_delete(&p.emitter);
    return failed;
}
