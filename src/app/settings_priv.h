/* The inside of the settings, shared by settings.c and settings_grafana.c. */
#ifndef APP_SETTINGS_PRIV_H
#define APP_SETTINGS_PRIV_H

#include "app/settings.h"
#include "base/yaml.h"

struct setting_value {
    const char *text;
    const char *origin;
    int64_t number;
    double real;
    const char **list;
    size_t list_n;
    struct secret secret;
};

struct settings {
    struct setting_value values[SET_COUNT];
    struct settings_grafana *grafanas;
    size_t grafanas_n;
};

/* `from` names the source for errors: "flag --x", "rounds.yaml line 3". */
int setting_set(struct op *op, struct settings *s, enum setting setting, const char *text,
                const char *origin, const char *from) MUST_CHECK;
int settings_fail_unknown(struct op *op, const char *from, const char *name);
int settings_read_grafanas(struct op *op, struct settings *s, const struct yaml_doc *doc,
                           const char *file, const struct jv *list) MUST_CHECK;

#endif
