/* From the short notation of schemas.h to JSON Schema 2020-12, which is OpenAPI 3.1's. Pure. */
#include "api/schemas.h"

#include "base/assert.h"

#include <string.h>

static void print_type(struct jw *w, struct bytes type);

static void print_words(struct jw *w, struct bytes words)
{
    struct bytes word;
    jw_text_at(w, "type", "string");
    jw_array_at(w, "enum");
    while (bytes_split(&words, '|', &word))
        jw_bytes(w, word);
    jw_end(w);
}

static void print_ref(struct jw *w, struct bytes name)
{
    char text[200] = "#/components/schemas/";
    size_t n = strlen(text);
    ASSERT(name.n < sizeof text - n);
    memcpy(text + n, name.p, name.n);
    text[n + name.n] = 0;
    jw_text_at(w, "$ref", text);
}

static void print_choice(struct jw *w, struct bytes names)
{
    struct bytes name;
    jw_array_at(w, "anyOf");
    while (bytes_split(&names, '|', &name)) {
        jw_object(w);
        print_ref(w, name);
        jw_end(w);
    }
    jw_end(w);
}

static void print_plain(struct jw *w, struct bytes type)
{
    static const char *const plain[][3] = {
        {"text", "string", NULL},  {"int", "integer", "int64"},     {"num", "number", NULL},
        {"bool", "boolean", NULL}, {"time", "string", "date-time"}, {"object", "object", NULL},
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (bytes_eq_s(type, plain[i][0])) {
            jw_text_at(w, "type", plain[i][1]);
            if (plain[i][2])
                jw_text_at(w, "format", plain[i][2]);
            return;
        }
    if (bytes_eq_s(type, "any"))
        return;
    ASSERT(type.n && type.p[0] >= 'A' && type.p[0] <= 'Z');
    print_ref(w, type);
}

/* Into an object that is open. */
static void print_inner(struct jw *w, struct bytes type)
{
    ASSERT(type.n > 0);
    struct bytes inner = {type.p + 1, type.n > 1 ? type.n - 2 : 0};
    switch (type.p[0]) {
    case '[':
        jw_text_at(w, "type", "array");
        jw_key(w, "items");
        print_type(w, inner);
        break;
    case '{':
        jw_text_at(w, "type", "object");
        jw_key(w, "additionalProperties");
        print_type(w, inner);
        break;
    case '\'':
        print_words(w, inner);
        break;
    case '<':
        print_choice(w, inner);
        break;
    default:
        print_plain(w, type);
    }
}

static void print_type(struct jw *w, struct bytes type)
{
    bool is_nullable = bytes_has_suffix(type, BYTES("|null"));
    jw_object(w);
    if (is_nullable) {
        type.n -= strlen("|null");
        jw_array_at(w, "anyOf");
        jw_object(w);
        print_inner(w, type);
        jw_end(w);
        jw_object(w);
        jw_text_at(w, "type", "null");
        jw_end(w);
        jw_end(w);
    } else
        print_inner(w, type);
    jw_end(w);
}

void schema_print_type(struct jw *w, const char *type)
{
    print_type(w, bytes_of(type));
}

/* Takes "name?:type" off the front. False at the end. */
static bool take_member(struct bytes *rest, struct bytes *name, struct bytes *type,
                        bool *is_optional)
{
    struct bytes member;
    do
        if (!bytes_split(rest, ' ', &member))
            return false;
    while (member.n == 0);
    ssize_t colon = bytes_find_char(member, ':');
    ASSERT(colon > 0);
    *name = (struct bytes){member.p, (size_t)colon};
    *type = bytes_from(member, (size_t)colon + 1);
    *is_optional = name->p[name->n - 1] == '?';
    name->n -= *is_optional;
    return true;
}

static void print_key(struct jw *w, struct bytes name)
{
    char key[100];
    ASSERT(name.n < sizeof key);
    memcpy(key, name.p, name.n);
    key[name.n] = 0;
    jw_key(w, key);
}

static void print_members(struct jw *w, const struct schema *schema)
{
    struct bytes rest = bytes_of(schema->members), name, type;
    bool is_optional;
    jw_text_at(w, "type", "object");
    jw_object_at(w, "properties");
    while (take_member(&rest, &name, &type, &is_optional)) {
        print_key(w, name);
        print_type(w, type);
    }
    jw_end(w);
    jw_array_at(w, "required");
    rest = bytes_of(schema->members);
    while (take_member(&rest, &name, &type, &is_optional))
        if (!is_optional)
            jw_bytes(w, name);
    jw_end(w);
    if (schema->is_closed)
        jw_bool_at(w, "additionalProperties", false);
}

void schema_print(struct jw *w, const struct schema *schema)
{
    if (!schema->members) {
        schema_print_type(w, schema->is);
        return;
    }
    jw_object(w);
    print_members(w, schema);
    jw_end(w);
}
