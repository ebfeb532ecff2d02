/* `rounds settings`: the table as text, Markdown (for the README), man page or a commented YAML
 * file. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static const char *kind_word(const struct setting_row *row)
{
    static const char *const words[] = {
        [SETTING_TEXT] = "text",         [SETTING_INT] = "number",
        [SETTING_REAL] = "number",       [SETTING_BOOL] = "true|false",
        [SETTING_DURATION] = "duration", [SETTING_SIZE] = "size",
        [SETTING_LIST] = "list",         [SETTING_SECRET] = "secret, from the environment only",
    };
    return row->kind == SETTING_CHOICE ? row->choices : words[row->kind];
}

static void print_env(const struct setting_row *row, const char *separator)
{
    for (size_t i = 0; i < 3 && row->env[i]; i++)
        printf("%s%s", i ? separator : "", row->env[i]);
}

static void print_text(const struct setting_row *row)
{
    printf("%s (%s) [%s]\n    %s\n    environment: ", row->name, kind_word(row),
           *row->fallback ? row->fallback : "empty", row->text);
    print_env(row, ", ");
    printf("\n");
}

static void print_markdown(const struct setting_row *row)
{
    char kind[128];
    size_t n = 0;
    for (const char *c = kind_word(row); *c && n < sizeof kind - 2; c++) {
        if (*c == '|')
            kind[n++] = '\\';
        kind[n++] = *c;
    }
    kind[n] = 0;
    printf("| `%s` | %s | `%s` | `", row->name, kind, row->fallback);
    print_env(row, "` `");
    printf("` | %s |\n", row->text);
}

static void print_man(const struct setting_row *row)
{
    printf(".TP\n.B %s\n(%s, default \"%s\") %s. Environment: ", row->name, kind_word(row),
           row->fallback, row->text);
    print_env(row, ", ");
    printf(".\n");
}

/* Sections of the YAML file: the part before the dot opens one. */
static void print_yaml(const struct setting_row *row, const char **section)
{
    if (row->kind == SETTING_SECRET)
        return;
    const char *dot = strchr(row->name, '.');
    int n = dot ? (int)(dot - row->name) : 0;
    bool is_new = dot && (!*section || strncmp(*section, row->name, (size_t)n + 1) != 0);
    if (is_new)
        printf("\n#%.*s:\n", n, row->name);
    *section = dot ? row->name : NULL;
    printf("%s# %s\n%s#%s%s: %s\n", dot ? "  " : "\n", row->text, dot ? "  " : "", dot ? "" : "",
           dot ? dot + 1 : row->name, *row->fallback ? row->fallback : "\"\"");
}

int command_settings(struct invocation *in)
{
    const char *format = invocation_take(in, "--format", true), *section = NULL;
    if (!format)
        format = "text";
    if (strcmp(format, "markdown") == 0)
        printf("| setting | kind | default | environment | meaning |\n|---|---|---|---|---|\n");
    for (int i = 0; i < SET_COUNT; i++) {
        const struct setting_row *row = setting_row((enum setting)i);
        if (strcmp(format, "text") == 0)
            print_text(row);
        else if (strcmp(format, "markdown") == 0)
            print_markdown(row);
        else if (strcmp(format, "man") == 0)
            print_man(row);
        else if (strcmp(format, "yaml") == 0)
            print_yaml(row, &section);
        else
            return op_fail(in->op, ERR_BAD_INPUT, "--format must be text, markdown, man or yaml");
    }
    return 0;
}
