/* Trees of values with places: building from JSON in memory, looking up, printing. Pure.
 *
 * tree_yaml.c builds the same from a text. A tree of our own, and not JSON's, because faults in a
 * plan must name their line, and no JSON value remembers one.
 */
#include "rounds/tree.h"

#include "rounds/tree_build.h"

#include <string.h>

const char *tree_kind_word(enum tree_kind kind)
{
    static const char *const words[] = {"nothing", "true or false", "a whole number", "a number",
                                        "a text",  "a list",        "a map"};
    return words[kind];
}

const struct tree *tree_get(const struct tree *map, const char *key)
{
    if (!map || map->kind != TREE_MAP)
        return NULL;
    for (const struct tree *child = map->first; child; child = child->next)
        if (strcmp(child->name, key) == 0)
            return child;
    return NULL;
}

struct tree *tree_build_node(struct op *op, struct tree_build *build, struct tree *parent,
                             const char *name)
{
    if (++build->nodes > TREE_NODES_MAX) {
        op_fail(op, ERR_TOO_LARGE, "more than %d values in one document", TREE_NODES_MAX);
        return NULL;
    }
    struct tree *node = ARENA_NEW(&op->arena, struct tree);
    node->name = name;
    node->doc = build->doc;
    if (!parent)
        node->path = "";
    else if (!name)
        node->path = arena_fmt(&op->arena, "%s[%zu]", parent->path, parent->n);
    else
        node->path = arena_fmt(&op->arena, "%s%s%s", parent->path, *parent->path ? "." : "", name);
    return node;
}

void tree_build_add(struct tree *parent, struct tree **last, struct tree *child)
{
    if (*last)
        (*last)->next = child;
    else
        parent->first = child;
    *last = child;
    parent->n++;
}

static int fill(struct op *op, struct tree_build *build, const struct jv *json, struct tree *node,
                int depth);

static int fill_list(struct op *op, struct tree_build *build, const struct jv *json,
                     struct tree *node, int depth)
{
    struct tree *last = NULL;
    node->kind = TREE_LIST;
    for (size_t i = 0; i < jv_len(json); i++) {
        struct tree *child = tree_build_node(op, build, node, NULL);
        if (!child || fill(op, build, jv_item(json, i), child, depth + 1))
            return -1;
        tree_build_add(node, &last, child);
    }
    return 0;
}

static int fill_map(struct op *op, struct tree_build *build, const struct jv *json,
                    struct tree *node, int depth)
{
    struct tree *last = NULL;
    void *it = NULL;
    const char *name;
    const struct jv *value;
    node->kind = TREE_MAP;
    while (jv_next(json, &it, &name, &value)) {
        struct tree *child = tree_build_node(op, build, node, arena_strdup(&op->arena, name));
        if (!child || fill(op, build, value, child, depth + 1))
            return -1;
        tree_build_add(node, &last, child);
    }
    return 0;
}

static int fill(struct op *op, struct tree_build *build, const struct jv *json, struct tree *node,
                int depth)
{
    if (depth > TREE_DEPTH_MAX)
        return op_fail(op, ERR_BAD_INPUT, "%s: nested deeper than %d levels", node->path,
                       TREE_DEPTH_MAX);
    if (jv_is_array(json))
        return fill_list(op, build, json, node, depth);
    if (jv_is_object(json))
        return fill_map(op, build, json, node, depth);
    if (jv_is_string(json)) {
        node->kind = TREE_TEXT;
        node->text = jv_text(json, "");
    } else if (jv_is_bool(json)) {
        node->kind = TREE_BOOL;
        node->is_true = jv_bool(json, false);
    } else if (jv_is_number(json)) {
        node->kind = jv_is_integer(json) ? TREE_INT : TREE_NUM;
        node->integer = jv_int(json, 0);
        node->number = jv_num(json, 0);
    }
    return 0;
}

int tree_build_json(struct op *op, struct tree_build *build, const struct jv *json,
                    const struct tree **out)
{
    struct tree *root = tree_build_node(op, build, NULL, NULL);
    if (!root || fill(op, build, json, root, 0))
        return -1;
    *out = root;
    return 0;
}

int tree_from_json(struct op *op, const struct jv *json, const struct tree **out)
{
    struct tree_build build = {0};
    return tree_build_json(op, &build, json, out);
}

int tree_line(const struct tree *tree, int *column)
{
    *column = 0;
    return tree->doc ? yaml_line(tree->doc, tree->path, column) : 0;
}
