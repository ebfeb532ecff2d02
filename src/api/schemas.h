/* The shapes of bodies and answers, one table, in a short notation:
 *
 *     members   "id:text note?:text|null tags:[text] spec:PlanSpec labels:{text}"
 *
 * A type is text, int, num, bool, time (RFC 3339), any, object (of whatever members), a schema's
 * Name, [type] a list, {type} an object with such values, 'a|b|c' one of these words, <A|B> one of
 * these schemas; "|null" after it: or null. A "?" after the name: may be left out.
 *
 * OpenAPI is printed from this (openapi.c), and a story validates what routes answer against it.
 */
#ifndef API_SCHEMAS_H
#define API_SCHEMAS_H

#include "base/json.h"

struct schema {
    const char *name;
    const char *members; /* of an object; NULL: `is` */
    const char *is;      /* a type */
    bool is_closed;      /* of bodies: no other members */
};

extern const struct schema schemas[];
extern const size_t schemas_n;

/* A type in JSON Schema. Asserts that it is well-formed: types are ours. */
void schema_print_type(struct jw *w, const char *type);
void schema_print(struct jw *w, const struct schema *schema);

#endif
