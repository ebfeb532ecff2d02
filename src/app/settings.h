/* Every setting, as one table: name, kind, default, environment names, text. The only reader of the
 * settings file, the environment and the flags; the rest of the program gets small conf structs.
 *
 * Order of precedence: flag, environment, file, default. To add one: a row in settings_table.c, an
 * enum value here, one line in app.c.
 */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "base/op.h"
#include "base/secret.h"

enum setting {
    SET_LISTEN,
    SET_LISTEN_PEOPLE,
    SET_TLS_CERT,
    SET_TLS_KEY,
    SET_TRUSTED_PROXIES,
    SET_WORKERS,
    SET_AUTH_TOKENS,
    SET_AUTH_TOKENS_FILE,
    SET_DATA,
    SET_TEMP,
    SET_MASTER_KEY_FILE,
    SET_PUBLIC_URL,
    SET_LOG_LEVEL,
    SET_LOG_FORMAT,
    SET_BROWSER_PATH,
    SET_BROWSER_FLAGS,
    SET_BROWSER_SANDBOX,
    SET_BROWSER_TIMEZONE,
    SET_BROWSERS_MIN,
    SET_BROWSERS_MAX,
    SET_BROWSER_MEMORY,
    SET_DOCUMENT_HEAP,
    SET_BROWSER_RENDERS,
    SET_BROWSER_AGE,
    SET_QUEUE_MAX,
    SET_ISOLATION,
    SET_DEFAULT_ENCODING,
    SET_DEFAULT_TIMEOUT,
    SET_TIMEOUT_MAX,
    SET_SIZE_FLOOR,
    SET_WIDTH_MAX,
    SET_HEIGHT_MAX,
    SET_SCALE_MAX,
    SET_ON_TIMEOUT,
    SET_STRICT_OWN,
    SET_STRICT_DROP_IN,
    SET_PNG,
    SET_LANDSCAPE,
    SET_ALLOWED_ORIGINS,
    SET_EXTRA_HOSTS,
    SET_CA_FILE,
    SET_PROXY,
    SET_NO_PROXY,
    SET_ISSUER_KEY_FILE,
    SET_ISSUER_ALGORITHM,
    SET_ISSUER_ROTATE,
    SET_FRAMES_MAX,
    SET_ANSWERS_MAX,
    SET_ARCHIVE_MAX,
    SET_ROUND_WORKERS,
    SET_PARANOIA,
    SET_SMTP_URL,
    SET_SMTP_FROM,
    SET_SMTP_USER,
    SET_SMTP_PASSWORD_FILE,
    SET_NOTIFY_PRIVATE,
    SET_ADMIN_PASSWORD,
    SET_COUNT
};

enum setting_kind {
    SETTING_TEXT,
    SETTING_INT,
    SETTING_REAL,
    SETTING_BOOL,
    SETTING_DURATION, /* "30s", "1m30s", "500ms"; a bare number is seconds */
    SETTING_SIZE,     /* "64MiB", "1GiB", bytes */
    SETTING_LIST,     /* commas, or a YAML list */
    SETTING_CHOICE,
    SETTING_SECRET, /* environment only: never a flag, never in the file */
};

struct setting_row {
    const char *name; /* "browser.path": the YAML path and the flag */
    enum setting_kind kind;
    const char *fallback;
    const char *env[3];  /* ours, then names that grafana-image-renderer uses */
    const char *choices; /* "a|b|c" */
    int64_t min, max;
    const char *text;
};
const struct setting_row *setting_row(enum setting setting);

/* One Grafana of the settings file's `grafana:` list. */
struct settings_grafana {
    const char *origin;        /* normalised */
    const char *org;           /* "" any */
    const char *kind;          /* "none", "token", "basic", "jwt", "own_issuer", "render_key" */
    const char *header;        /* of a JWT; "" = X-JWT-Assertion */
    const char *url_parameter; /* of a JWT by URL login: "auth_token"; "" none */
    const char *user;          /* basic: name; own_issuer: subject; render_key: user id */
    const char *role;          /* own_issuer, render_key */
    struct secret secret;
    const char *secret_file;        /* where it was read; "" from the environment */
    const char *const *extra_hosts; /* "tiles.example.org:443" */
    size_t extra_hosts_n;
};

struct settings;

/* One flag of the command line: "--browser.path=/x" is {"browser.path", "/x"}. */
struct settings_flag {
    const char *name, *value;
};
/* file: NULL = $ROUNDS_CONFIG, else /etc/rounds/rounds.yaml if it is there. Errors name the source
 * (file with line and column, variable or flag), the value and what is expected; an unknown key, the
 * nearest known one. Lives in the op's arena; secrets are wiped with it. */
int settings_load(struct op *op, const char *file, const struct settings_flag *flags, size_t n,
                  struct settings **out) MUST_CHECK;

const char *settings_text(const struct settings *s, enum setting setting);
/* Also durations (ms) and sizes (bytes). */
int64_t settings_int(const struct settings *s, enum setting setting);
double settings_real(const struct settings *s, enum setting setting);
bool settings_bool(const struct settings *s, enum setting setting);
/* Items of a list, NULL-terminated. */
const char *const *settings_list(const struct settings *s, enum setting setting, size_t *n);
const struct secret *settings_secret(const struct settings *s, enum setting setting);
/* Where a value came from: "default", "file", "environment", "flag". */
const char *settings_origin(const struct settings *s, enum setting setting);
const struct settings_grafana *settings_grafanas(const struct settings *s, size_t *n);

/* Reads such a file: its contents without white space at the ends. ERR_BAD_INPUT if it is empty. */
int settings_read_secret(struct op *op, const char *file, struct secret *out) MUST_CHECK;

#endif
