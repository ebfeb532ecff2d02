/* The program's entry: global options, the table of subcommands, errors to stderr.
 *
 * Settings are given as --section.name=value anywhere on the line; what does not look like one is
 * left to the subcommand.
 */
#include "cli/command.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/name.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct command commands[] = {
    {"serve", "[--render-only]", "run the service", command_serve,
     "  --render-only   the render service alone, without a data directory\n"
     "  --port-file F   write the port in use to F once listening\n"},
    {"render", "URL -o FILE", "make one picture, without a server", command_render,
     "  -o FILE         where to; the ending chooses png, jpeg, webp or pdf; - is standard output\n"
     "  --width=N --height=N --scale=N --timeout=30s --theme=light|dark --timezone=ZONE\n"},
    {"check", "[URL]", "look for what would keep this machine from rendering", command_check, NULL},
    {"settings", "[--format=text|markdown|man|yaml]",
     "print every setting with default and meaning", command_settings,
     "  --format=F      text, a Markdown table, the man page rounds(1), or a commented settings "
     "file\n"},
    {"jwks", "", "print the public keys of our JWT issuer, for Grafana's jwk_set_file",
     command_jwks,
     "  Needs the data directory of `rounds serve` (setting data) and its owner's rights.\n"},
    {"user", "add|list|reset-password|… [NAME]", "people who may sign in", command_user,
     "  add NAME [--role=viewer|reviewer|editor|admin] [--display-name=TEXT]   prints a one-time "
     "password\n"
     "  list\n"
     "  reset-password NAME   prints a one-time password\n"
     "  disable NAME, enable NAME\n"
     "  sessions NAME         where a person is signed in\n"
     "  sign-out NAME [SESSION]   ends one session, or all; prints how many\n"},
    {"plan", "export|import|diff …", "plans into files and out of them", command_plan,
     "  export [NAME …] [--format=yaml|json] [-o FILE]   all plans, or those named\n"
     "  import FILE [--dry-run]                          all or nothing; - is standard input\n"
     "  diff FILE                                        fails when the file would change "
     "something\n"},
    {"round", "start PLAN", "put a round into the queue of the running service", command_round,
     "  start PLAN      a plan by its name or id; prints the round's id\n"},
    {"verify", "[ROUND]", "check pictures, verdicts and sign-offs against their hashes",
     command_verify,
     "  Without ROUND everything, the database file and the audit trail too.\n"
     "  Fails when something was changed.\n"},
    {"gc", "[--dry-run]", "remove what retention lets go of, now", command_gc,
     "  --dry-run       only say how much it would be\n"},
    {"backup", "FOLDER [--with-keys]", "copy everything while the service runs", command_backup,
     "  --with-keys     the keys that open credentials and sign, too\n"
     "  A second backup into the same folder copies only what is new.\n"
     "  docs/storage.md tells how to restore.\n"},
};
enum { COMMANDS_N = sizeof commands / sizeof *commands };

const struct command *command_list(size_t *n)
{
    *n = COMMANDS_N;
    return commands;
}

/* Characters, not bytes: an ellipsis has three. */
static int width_of(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void print_help(FILE *out)
{
    int column = 0;
    for (size_t i = 0; i < COMMANDS_N; i++)
        if (width_of(commands[i].arguments) > column)
            column = width_of(commands[i].arguments);
    fprintf(out,
            "Rounds %s: pictures of Grafana panels, and the rounds over them\n\n"
            "usage: rounds [--config=FILE] [--setting=value …] COMMAND\n\n",
            ROUNDS_VERSION);
    for (size_t i = 0; i < COMMANDS_N; i++)
        fprintf(out, "  %-9s %s%*s  %s\n", commands[i].name, commands[i].arguments,
                column - width_of(commands[i].arguments), "", commands[i].summary);
    fprintf(out, "\n`rounds COMMAND --help` says more; `rounds settings` lists all settings.\n");
}

static void print_command_help(const struct command *command)
{
    printf("usage: rounds %s %s\n\n%s.\n\n%s", command->name, command->arguments, command->summary,
           command->help ? command->help : "");
}

const char *invocation_take(struct invocation *in, const char *name, bool has_value)
{
    size_t n = strlen(name);
    for (int i = 1; i < in->argc; i++) {
        const char *arg = in->argv[i];
        if (strncmp(arg, name, n) != 0 || (arg[n] != 0 && arg[n] != '='))
            continue;
        const char *value = arg[n] == '=' ? arg + n + 1 : "";
        int used = 1;
        if (has_value && arg[n] == 0) {
            value = i + 1 < in->argc ? in->argv[i + 1] : "";
            used = i + 1 < in->argc ? 2 : 1;
        }
        for (int j = i; j + used <= in->argc; j++)
            in->argv[j] = in->argv[j + used];
        in->argc -= used;
        return value;
    }
    return NULL;
}

int invocation_settings(struct invocation *in, struct settings **out)
{
    if (settings_load(in->op, in->config_file, in->flags, in->flags_n, out) < 0)
        return -1;
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    enum log_level level = LOG_INFO;
    for (int i = 0; i < 4; i++)
        if (strcmp(settings_text(*out, SET_LOG_LEVEL), levels[i]) == 0)
            level = (enum log_level)i;
    bool is_json = strcmp(settings_text(*out, SET_LOG_FORMAT), "json") == 0;
    log_setup(level, is_json ? LOG_JSON : LOG_TEXT);
    return 0;
}

/* "--log.level=debug": a name of the settings table, by its dot or by being one. */
static bool is_setting_flag(const char *arg)
{
    const char *end = strchr(arg, '=');
    if (strncmp(arg, "--", 2) != 0 || !end)
        return false;
    struct bytes name = {arg + 2, (size_t)(end - arg - 2)};
    if (bytes_find_char(name, '.') >= 0)
        return true;
    for (int i = 0; i < SET_COUNT; i++)
        if (bytes_eq_s(name, setting_row((enum setting)i)->name))
            return true;
    return false;
}

/* Takes the settings' flags out of argv. */
static void take_setting_flags(struct invocation *in)
{
    struct settings_flag *flags =
        ARENA_ARRAY(&in->op->arena, struct settings_flag, (size_t)in->argc + 1);
    int kept = 1;
    for (int i = 1; i < in->argc; i++) {
        if (!is_setting_flag(in->argv[i])) {
            in->argv[kept++] = in->argv[i];
            continue;
        }
        const char *arg = in->argv[i] + 2, *end = strchr(arg, '=');
        struct bytes name = {arg, (size_t)(end - arg)};
        flags[in->flags_n++] = (struct settings_flag){arena_copy(&in->op->arena, name), end + 1};
    }
    in->argv[kept] = NULL;
    in->argc = kept;
    in->flags = flags;
}

static const struct command *find_command(struct op *op, const char *name)
{
    const char *names[COMMANDS_N];
    for (size_t i = 0; i < COMMANDS_N; i++) {
        names[i] = commands[i].name;
        if (strcmp(names[i], name) == 0)
            return &commands[i];
    }
    const char *nearest = name_nearest(name, names, COMMANDS_N);
    op_fail(op, ERR_BAD_INPUT, "there is no command %s%s%s; `rounds --help` lists them", name,
            nearest ? "; did you mean " : "", nearest ? nearest : "");
    return NULL;
}

static int run(struct invocation *in)
{
    take_setting_flags(in);
    in->config_file = invocation_take(in, "--config", true);
    if (in->argc > 1 && strcmp(in->argv[1], "--version") == 0) {
        printf("rounds %s\n", ROUNDS_VERSION);
        return 0;
    }
    if (in->argc < 2 || strcmp(in->argv[1], "--help") == 0 || strcmp(in->argv[1], "-h") == 0) {
        print_help(in->argc < 2 ? stderr : stdout);
        return in->argc < 2 ? op_fail(in->op, ERR_BAD_INPUT, "a command is missing") : 0;
    }
    const struct command *command = find_command(in->op, in->argv[1]);
    if (!command)
        return -1;
    in->argc--;
    in->argv++;
    if (invocation_take(in, "--help", false)) {
        print_command_help(command);
        return 0;
    }
    return command->run(in);
}

int main(int argc, char **argv)
{
    struct op op;
    mem_setup();
    signal(SIGPIPE, SIG_IGN);
    op_init(&op, -1);
    struct invocation in = {.op = &op, .argc = argc, .argv = argv};
    int failed = run(&in);
    if (failed)
        fprintf(stderr, "rounds: %s\n", op.err_text);
    op_fini(&op);
    return failed ? 1 : 0;
}
