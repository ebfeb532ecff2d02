/* `rounds settings`: the table as text, Markdown (docs/settings.md), man page or a commented YAML
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

static void print_env(const struct setting_row *row, const char *before, const char *separator,
                      const char *after)
{
    for (size_t i = 0; i < 3 && row->env[i]; i++)
        printf("%s%s%s%s", i ? separator : "", before, row->env[i], after);
}

static void print_text(const struct setting_row *row)
{
    printf("%s (%s) [%s]\n    %s\n    environment: ", row->name, kind_word(row),
           *row->fallback ? row->fallback : "empty", row->text);
    print_env(row, "", ", ", "");
    printf("\n");
}

/* A cell of a Markdown table: its own bars are escaped. */
static void print_cell(const char *text)
{
    for (const char *c = text; *c; c++)
        printf(*c == '|' ? "\\%c" : "%c", *c);
}

static void print_markdown(const struct setting_row *row)
{
    printf("| `%s` | ", row->name);
    print_cell(kind_word(row));
    printf(*row->fallback ? " | `%s` | " : " | %s | ", row->fallback);
    print_env(row, "`", " ", "`");
    printf(" | ");
    print_cell(row->text);
    printf(" |\n");
}

/* Text of a man page: backslashes and hyphens mean something to troff. */
static void print_man_text(const char *text)
{
    for (const char *c = text; *c; c++)
        printf(*c == '\\' ? "\\e" : *c == '-' ? "\\-" : "%c", *c);
}

static void print_man(const struct setting_row *row)
{
    printf(".TP\n.B %s\n(", row->name);
    print_man_text(kind_word(row));
    printf("; default: ");
    print_man_text(*row->fallback ? row->fallback : "empty");
    printf(") ");
    print_man_text(row->text);
    printf(". Environment: ");
    print_env(row, "", ", ", "");
    printf(".\n");
}

static void print_man_head(void)
{
    size_t n;
    const struct command *commands = command_list(&n);
    printf(".TH ROUNDS 1 \"\" \"Rounds %s\"\n.SH NAME\n"
           "rounds \\- pictures of Grafana panels, and the rounds over them\n.SH SYNOPSIS\n"
           ".B rounds\n[\\-\\-config=FILE] [\\-\\-setting=value ...] COMMAND\n.SH COMMANDS\n",
           ROUNDS_VERSION);
    for (size_t i = 0; i < n; i++) {
        printf(".TP\n.B %s\n", commands[i].name);
        print_man_text(commands[i].arguments);
        printf("%s", *commands[i].arguments ? "\n.br\n" : "");
        print_man_text(commands[i].summary);
        printf("\n");
    }
    printf(".SH FILES\n.TP\n.I /etc/rounds/rounds.yaml\nsettings, unless "
           "\\-\\-config or ROUNDS_CONFIG names another file\n"
           ".TP\n.I /var/lib/rounds\ndatabase, pictures and keys of the service\n"
           ".SH SETTINGS\nOf a flag (\\-\\-name=value), an environment variable, the settings file "
           "and the default, the first one there counts.\n");
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
    printf("%s# %s\n%s#%s: %s\n", dot ? "  " : "\n", row->text, dot ? "  " : "",
           dot ? dot + 1 : row->name, *row->fallback ? row->fallback : "\"\"");
}

int command_settings(struct invocation *in)
{
    const char *format = invocation_take(in, "--format", true), *section = NULL;
    if (!format)
        format = "text";
    if (strcmp(format, "markdown") == 0)
        printf("| setting | kind | default | environment | meaning |\n|---|---|---|---|---|\n");
    if (strcmp(format, "man") == 0)
        print_man_head();
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
