/* The composition root: reads the settings, makes every long-lived part, wires them, and takes them
 * apart in reverse order. The only place that knows all parts.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/settings.h"
#include "render/render.h"

struct app;

struct app_want {
    bool has_platform; /* the inspection platform with its data directory */
    bool is_listening; /* the HTTP service */
};

/* Makes and starts everything wanted. `settings` must outlive the app. On -1 nothing is left running. */
int app_open(struct op *op, const struct settings *settings, struct app_want want,
             struct app **out) MUST_CHECK;
/* Finishes what is in flight (at most grace_ms), then stops and frees everything. NULL is fine. */
void app_close(struct app *app, int64_t grace_ms);

/* Reads certificate, tokens and credentials' files again; what can not be read stays as it was, and the log
 * says why. Main thread. */
void app_reload(struct app *app);
/* The same if one of these files has changed, and has stood since the last call: for every few seconds.
 * app_has_files: there is such a file at all. */
void app_reload_changed(struct app *app);
bool app_has_files(const struct app *app);

struct render *app_render(struct app *app);
struct pool *app_pool(struct app *app);
/* The port in use, for "listening" lines. */
int app_port(const struct app *app);
/* Logs in as /render would: kind none if nothing is known about the target. */
int app_find_login(void *app, struct op *op, const struct target *target, struct render_login *out);
/* The public keys of our JWT issuer, {"keys":[…]}, from the data directory, beside a running daemon or
 * without. ERR_NOT_FOUND: there is no data yet. */
int app_print_jwks(struct op *op, const struct settings *settings, const char **out) MUST_CHECK;
/* Runs the fonts' self-test and keeps its outcome for health. Needs a browser; blocks. */
int app_check_fonts(struct op *op, struct app *app) MUST_CHECK;
/* What the self-test found missing; "" before it ran, or when nothing is. */
const char *app_fonts_missing(const struct app *app);

#endif
