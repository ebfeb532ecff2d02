/* YAML to trees, over base/yaml, and JSON to block-style YAML, by hand. Pure.
 *
 * Writing needs no library: JSON's own quoting is YAML's double-quoted style, so only keys and
 * plain words go without quotes, and nothing can be taken for something else when it is read again.
 */
#include "rounds/tree.h"

#include "rounds/tree_build.h"

#include <string.h>

enum { TEXT_MAX = 8 * 1024 * 1024 };

int tree_from_yaml(struct op *op, struct bytes text, const struct tree **out)
{
    struct yaml_doc *doc = ARENA_NEW(&op->arena, struct yaml_doc);
    struct tree_build build = {.doc = doc};
    if (text.n > TEXT_MAX)
        return op_fail(op, ERR_TOO_LARGE, "larger than %d MiB", TEXT_MAX / 1024 / 1024);
    if (yaml_parse(op, text, doc))
        return -1;
    if (doc->places_n == 0)
        return op_fail(op, ERR_BAD_INPUT, "the document is empty");
    return tree_build_json(op, &build, doc->root, out);
}

/* ---- Printing ---- */

/* Letters, digits, '_' and '-' after a letter; no word that any reader of YAML takes for a value.
 */
static bool is_plain(const char *text)
{
    static const char *const taken[] = {"null", "true", "false", "yes", "no",
                                        "on",   "off",  "y",     "n"};
    size_t n = strlen(text);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (bytes_eq_nocase(bytes_of(text), bytes_of(taken[i])))
            return false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        bool is_letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!is_letter && (i == 0 || !((c >= '0' && c <= '9') || c == '_' || c == '-')))
            return false;
    }
    return n > 0;
}

static void print_text(struct str *out, const char *text)
{
    struct jw w;
    if (is_plain(text)) {
        str_adds(out, text);
        return;
    }
    jw_init(&w, out);
    jw_text(&w, text);
}

static void indent(struct str *out, int depth)
{
    for (int i = 0; i < depth; i++)
        str_adds(out, "  ");
}

static void print_value(struct str *out, const struct jv *json, int depth, bool is_item);

static void print_map(struct str *out, const struct jv *json, int depth, bool is_item)
{
    void *it = NULL;
    const char *key;
    const struct jv *value;
    /* The first member of an item stands on the line of its dash. */
    bool is_inline = is_item;
    if (!is_item)
        str_addc(out, '\n');
    while (jv_next(json, &it, &key, &value)) {
        if (!is_inline)
            indent(out, depth);
        is_inline = false;
        print_text(out, key);
        str_addc(out, ':');
        print_value(out, value, depth + 1, false);
    }
}

static void print_list(struct str *out, const struct jv *json, int depth)
{
    str_addc(out, '\n');
    for (size_t i = 0; i < jv_len(json); i++) {
        indent(out, depth);
        str_addc(out, '-');
        print_value(out, jv_item(json, i), depth + 1, true);
    }
}

static void print_value(struct str *out, const struct jv *json, int depth, bool is_item)
{
    if (jv_is_object(json) && jv_len(json)) {
        if (is_item)
            str_addc(out, ' ');
        print_map(out, json, depth, is_item);
        return;
    }
    if (jv_is_array(json) && jv_len(json)) {
        print_list(out, json, depth);
        return;
    }
    str_addc(out, ' ');
    if (jv_is_string(json))
        print_text(out, jv_text(json, ""));
    else
        jv_print(json, out);
    str_addc(out, '\n');
}

int tree_print_yaml(struct op *op, const struct jv *json, struct str *out)
{
    if (!jv_is_object(json))
        return op_fail(op, ERR_INTERNAL, "only an object becomes a YAML document");
    print_map(out, json, 0, true);
    return out->is_full ? op_fail(op, ERR_TOO_LARGE, "the document is too large") : 0;
}
