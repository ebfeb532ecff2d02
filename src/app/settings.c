/* Reading settings: defaults, then the file, the environment, the flags. Runs once, on the main
 * thread, before anything else; afterwards the settings are read-only.
 *
 * Values are checked when they are read, wherever they come from, by the row's kind and range, so
 * that nobody later meets a value that it cannot use.
 */
#include "app/settings.h"

#include "app/settings_priv.h"
#include "base/duration.h"
#include "base/name.h"
#include "base/yaml.h"
#include "sys/file.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 4 << 20 };
static const char default_file[] = "/etc/rounds/rounds.yaml";

static bool is_choice(const char *choices, const char *value)
{
    struct bytes rest = bytes_of(choices), piece;
    while (bytes_split(&rest, '|', &piece))
        if (bytes_eq_s(piece, value))
            return true;
    return false;
}

static int fail_value(struct op *op, const struct setting_row *row, const char *from,
                      const char *expected)
{
    return op_fail(op, ERR_BAD_INPUT, "%s: %s must be %s", from, row->name, expected);
}

static int check_number(struct op *op, const struct setting_row *row, const char *from,
                        bool is_number, double n, const char *what)
{
    if (!is_number)
        return fail_value(op, row, from, what);
    if (row->max > row->min && (n < (double)row->min || n > (double)row->max))
        return fail_value(op, row, from,
                          arena_fmt(&op->arena, "between %lld and %lld", (long long)row->min,
                                    (long long)row->max));
    return 0;
}

static int set_list(struct op *op, struct setting_value *value, struct bytes text)
{
    size_t max = 1;
    for (size_t i = 0; i < text.n; i++)
        max += text.p[i] == ',';
    value->list = ARENA_ARRAY(&op->arena, const char *, max + 1);
    value->list_n = 0;
    struct bytes piece;
    while (bytes_split(&text, ',', &piece)) {
        piece = bytes_trim(piece);
        if (piece.n)
            value->list[value->list_n++] = arena_copy(&op->arena, piece);
    }
    return 0;
}

int setting_set(struct op *op, struct settings *s, enum setting setting, const char *text,
                const char *origin, const char *from)
{
    const struct setting_row *row = setting_row(setting);
    struct setting_value *value = &s->values[setting];
    struct bytes b = bytes_of(text);
    bool ok = true;
    value->text = arena_strdup(&op->arena, text);
    value->origin = origin;
    switch (row->kind) {
    case SETTING_TEXT:
        return 0;
    case SETTING_SECRET:
        value->text = "";
        secret_set(&value->secret, b);
        return 0;
    case SETTING_LIST:
        return set_list(op, value, b);
    case SETTING_CHOICE:
        return is_choice(row->choices, text)
                   ? 0
                   : fail_value(op, row, from, arena_fmt(&op->arena, "one of %s", row->choices));
    case SETTING_BOOL:
        value->number = strcmp(text, "true") == 0;
        ok = value->number || strcmp(text, "false") == 0;
        return ok ? 0 : fail_value(op, row, from, "true or false");
    case SETTING_INT:
        ok = bytes_to_i64(b, &value->number);
        return check_number(op, row, from, ok, (double)value->number, "a whole number");
    case SETTING_REAL:
        ok = bytes_to_double(b, &value->real);
        return check_number(op, row, from, ok, value->real, "a number");
    case SETTING_DURATION:
        ok = duration_parse(b, &value->number);
        return check_number(op, row, from, ok, (double)value->number,
                            "a duration such as 30s or 1m30s");
    case SETTING_SIZE:
        ok = size_parse(b, &value->number);
        return check_number(op, row, from, ok, (double)value->number, "a size such as 64MiB");
    }
    return 0;
}

static int set_defaults(struct op *op, struct settings *s)
{
    for (int i = 0; i < SET_COUNT; i++)
        if (setting_set(op, s, (enum setting)i, setting_row((enum setting)i)->fallback, "default",
                        "default") < 0)
            return -1;
    return 0;
}

static int read_environment(struct op *op, struct settings *s)
{
    for (int i = 0; i < SET_COUNT; i++) {
        const struct setting_row *row = setting_row((enum setting)i);
        const char *value = NULL, *name = NULL;
        for (size_t j = 0; j < 3 && row->env[j] && !value; j++) {
            name = row->env[j];
            value = getenv(name);
        }
        if (value && *value &&
            setting_set(op, s, (enum setting)i, value, "environment",
                        arena_fmt(&op->arena, "environment variable %s", name)) < 0)
            return -1;
    }
    return 0;
}

static int find_setting(const char *name)
{
    for (int i = 0; i < SET_COUNT; i++)
        if (strcmp(setting_row((enum setting)i)->name, name) == 0)
            return i;
    return -1;
}

int settings_fail_unknown(struct op *op, const char *from, const char *name)
{
    const char *names[SET_COUNT + 1];
    for (int i = 0; i < SET_COUNT; i++)
        names[i] = setting_row((enum setting)i)->name;
    names[SET_COUNT] = "grafana";
    const char *nearest = name_nearest(name, names, SET_COUNT + 1);
    return op_fail(op, ERR_BAD_INPUT, "%s: unknown setting %s%s%s%s", from, name,
                   nearest ? "; did you mean " : "; `rounds settings` lists them all",
                   nearest ? nearest : "", nearest ? "?" : "");
}

static int read_flags(struct op *op, struct settings *s, const struct settings_flag *flags,
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *from = arena_fmt(&op->arena, "flag --%s", flags[i].name);
        int setting = find_setting(flags[i].name);
        if (setting < 0)
            return settings_fail_unknown(op, from, flags[i].name);
        if (setting_row((enum setting)setting)->kind == SETTING_SECRET)
            return op_fail(op, ERR_BAD_INPUT,
                           "%s: a secret on the command line would show in the process list; "
                           "use the environment variable %s",
                           from, setting_row((enum setting)setting)->env[0]);
        if (setting_set(op, s, (enum setting)setting, flags[i].value, "flag", from) < 0)
            return -1;
    }
    return 0;
}

/* A value of the file as the text that a flag would have: lists joined by commas. */
static const char *scalar_text(struct op *op, const struct jv *v)
{
    struct str *s = str_new(&op->arena, 64 * 1024);
    if (jv_is_array(v)) {
        for (size_t i = 0; i < jv_len(v); i++)
            str_addf(s, "%s%s", i ? "," : "", scalar_text(op, jv_item(v, i)));
    } else if (jv_is_string(v))
        str_add(s, jv_bytes(v));
    else if (!jv_is_null(v))
        jv_print(v, s);
    return s->p;
}

static int read_tree(struct op *op, struct settings *s, const struct yaml_doc *doc,
                     const char *file, const struct jv *v, const char *prefix)
{
    const char *key;
    const struct jv *value;
    for (void *it = NULL; jv_next(v, &it, &key, &value);) {
        char *name = arena_fmt(&op->arena, "%s%s%s", prefix, *prefix ? "." : "", key);
        char *from = arena_fmt(&op->arena, "%s line %d", file, yaml_line(doc, name, NULL));
        int setting = find_setting(name);
        if (strcmp(name, "grafana") == 0) {
            if (settings_read_grafanas(op, s, doc, file, value) < 0)
                return -1;
        } else if (setting >= 0 && setting_row((enum setting)setting)->kind == SETTING_SECRET)
            return op_fail(op, ERR_BAD_INPUT,
                           "%s: %s is a secret and does not belong into this file; use the "
                           "environment variable %s or a setting ending in _file",
                           from, name, setting_row((enum setting)setting)->env[0]);
        else if (setting >= 0 && !jv_is_object(value)) {
            if (setting_set(op, s, (enum setting)setting, scalar_text(op, value), "file", from) < 0)
                return -1;
        } else if (jv_is_object(value)) {
            if (read_tree(op, s, doc, file, value, name) < 0)
                return -1;
        } else
            return settings_fail_unknown(op, from, name);
    }
    return 0;
}

static int read_file(struct op *op, struct settings *s, const char *file)
{
    struct bytes text;
    struct yaml_doc doc;
    struct op part;
    if (file_read(op, file, FILE_MAX, &text) < 0)
        return -1;
    op_init_part(&part, op, -1);
    int failed = yaml_parse(&part, text, &doc);
    if (failed)
        op_fail(op, part.err, "%s: %s", file, part.err_text);
    else if (!jv_is_object(doc.root) && !jv_is_null(doc.root))
        failed = op_fail(op, ERR_BAD_INPUT, "%s: a list of `name: value` is expected", file);
    else
        failed = read_tree(op, s, &doc, file, doc.root, "");
    op_fini(&part);
    return failed;
}

static void wipe(void *p)
{
    struct settings *s = p;
    for (int i = 0; i < SET_COUNT; i++)
        secret_fini(&s->values[i].secret);
}

int settings_load(struct op *op, const char *file, const struct settings_flag *flags, size_t n,
                  struct settings **out)
{
    struct settings *s = ARENA_NEW(&op->arena, struct settings);
    arena_defer(&op->arena, wipe, s);
    if (set_defaults(op, s) < 0)
        return -1;
    const char *named = file ? file : getenv("ROUNDS_CONFIG");
    if ((named || file_exists(default_file)) && read_file(op, s, named ? named : default_file) < 0)
        return -1;
    if (read_environment(op, s) < 0 || read_flags(op, s, flags, n) < 0)
        return -1;
    *out = s;
    return 0;
}

const char *settings_text(const struct settings *s, enum setting setting)
{
    return s->values[setting].text;
}

int64_t settings_int(const struct settings *s, enum setting setting)
{
    return s->values[setting].number;
}

double settings_real(const struct settings *s, enum setting setting)
{
    return s->values[setting].real;
}

bool settings_bool(const struct settings *s, enum setting setting)
{
    return s->values[setting].number != 0;
}

const char *const *settings_list(const struct settings *s, enum setting setting, size_t *n)
{
    *n = s->values[setting].list_n;
    return s->values[setting].list;
}

const struct secret *settings_secret(const struct settings *s, enum setting setting)
{
    return &s->values[setting].secret;
}

const char *settings_origin(const struct settings *s, enum setting setting)
{
    return s->values[setting].origin;
}

const struct settings_grafana *settings_grafanas(const struct settings *s, size_t *n)
{
    *n = s->grafanas_n;
    return s->grafanas;
}
