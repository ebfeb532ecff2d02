/* YAML as people write settings and plans, read into the same tree as JSON (which it also takes).
 *
 * A strict subset: one document, no aliases, no tags, no duplicate keys. Plain scalars are `true`,
 * `false`, `null`, `~`, strict decimal numbers (010 and 0o17 are texts, never octal), else text;
 * quoted scalars are always text. Each value's place is kept, so that an error names line and column.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/json.h"

struct yaml_place;

struct yaml_doc {          /* lives in the op's arena */
    const struct jv *root; /* null for an empty document */
    struct yaml_place *places;
    size_t places_n;
};

/* ERR_BAD_INPUT with line, column and reason. */
int yaml_parse(struct op *op, struct bytes text, struct yaml_doc *out) MUST_CHECK;
/* Line of the value at a path such as "plans[1].windows[0].from", 1-based; 0 when unknown. The path of
 * the nearest known ancestor is used. column may be NULL. */
int yaml_line(const struct yaml_doc *doc, const char *path, int *column);

#endif
