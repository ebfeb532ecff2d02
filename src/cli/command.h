/* The subcommands, one row each. To add one: a row in main.c, a file command_<name>.c. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "app/app.h"

/* What every subcommand gets: its own arguments, and the flags that set settings. */
struct invocation {
    struct op *op;
    int argc;
    char **argv; /* argv[0] is the subcommand */
    const char *config_file;
    const struct settings_flag *flags;
    size_t flags_n;
};

struct command {
    const char *name;
    const char *arguments; /* for the help */
    const char *summary;
    int (*run)(struct invocation *in); /* 0, or -1 with the op's error; exit status 1 */
    const char *help;                  /* more lines; may be NULL */
};

int command_serve(struct invocation *in);
int command_render(struct invocation *in);
int command_check(struct invocation *in);
int command_settings(struct invocation *in);
int command_jwks(struct invocation *in);

/* All of them, for the man page. */
const struct command *command_list(size_t *n);
int command_user(struct invocation *in);
int command_plan(struct invocation *in);
int command_round(struct invocation *in);
int command_verify(struct invocation *in);
int command_gc(struct invocation *in);
int command_backup(struct invocation *in);

/* Takes "--name" or "--name=value" or "-x value" out of argv; NULL when it is not there. A flag without
 * value gives "". */
const char *invocation_take(struct invocation *in, const char *name, bool has_value);
/* Loads the settings and sets up the log. */
int invocation_settings(struct invocation *in, struct settings **out) MUST_CHECK;

#endif
