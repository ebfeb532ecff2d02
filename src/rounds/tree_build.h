/* Inside rounds/: making trees, for the readers of JSON and YAML. */
#ifndef ROUNDS_TREE_BUILD_H
#define ROUNDS_TREE_BUILD_H

#include "rounds/tree.h"

struct tree_build {
    size_t nodes;
    const struct yaml_doc *doc;
};

/* A node with its path under `parent`, not yet added. NULL past the ceiling, op failed. */
struct tree *tree_build_node(struct op *op, struct tree_build *build, struct tree *parent,
                             const char *name);
int tree_build_json(struct op *op, struct tree_build *build, const struct jv *json,
                    const struct tree **out) MUST_CHECK;
void tree_build_add(struct tree *parent, struct tree **last, struct tree *child);

#endif
