/* A small tree of values that remembers where each was written: the common form of YAML and JSON
 * that plans are read from. Pure; in the op's arena.
 *
 * How strict YAML is read: base/yaml.h.
 */
#ifndef ROUNDS_TREE_H
#define ROUNDS_TREE_H

#include "base/json.h"
#include "base/yaml.h"

enum tree_kind { TREE_NULL, TREE_BOOL, TREE_INT, TREE_NUM, TREE_TEXT, TREE_LIST, TREE_MAP };

struct tree {
    enum tree_kind kind;
    const struct yaml_doc *doc; /* where it was read from; NULL: from JSON in memory */
    const char *name;           /* key in a map; NULL in a list */
    const char *path;           /* "windows[1].from" */
    bool is_true;
    int64_t integer;
    double number; /* also of integers */
    const char *text;
    struct tree *first; /* children, in the order of the text */
    struct tree *next;
    size_t n; /* children */
};

enum { TREE_DEPTH_MAX = 32, TREE_NODES_MAX = 200000 };

/* YAML; JSON is a part of it. ERR_BAD_INPUT with line and column. */
int tree_from_yaml(struct op *op, struct bytes text, const struct tree **out) MUST_CHECK;
int tree_from_json(struct op *op, const struct jv *json, const struct tree **out) MUST_CHECK;
/* NULL if it is missing (or `map` is no map). */
const struct tree *tree_get(const struct tree *map, const char *key);
/* Where it was written, from 1; 0: unknown. */
int tree_line(const struct tree *tree, int *column);
const char *tree_kind_word(enum tree_kind kind);
/* Block-style YAML of a JSON value, with quotes where a reader could take a text for something
 * else. */
int tree_print_yaml(struct op *op, const struct jv *json, struct str *out) MUST_CHECK;

#endif
