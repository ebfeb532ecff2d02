/* The inside of the app, shared by the files of app/. */
#ifndef APP_APP_PRIV_H
#define APP_APP_PRIV_H

#include "api/api.h"
#include "api/platform.h"
#include "app/app.h"
#include "app/data.h"
#include "auth/jwt.h"
#include "sys/thread.h"

struct app {
    const struct settings *settings;
    struct op keep; /* memory of everything that lives as long as the app */
    struct gate *gate;
    struct pool *pool;
    struct render *render;
    struct httpd *httpd;
    struct jwt_issuer *issuer;
    struct keys *keys; /* of the data directory, or in memory only */
    struct data data;  /* not open without the platform */
    struct sessions *sessions;
    struct limit *limit;
    struct refusals *refusals;
    struct clockwork *people; /* what is done for the audit trail from time to time */
    struct fetch_client *notify_fetch;
    struct mail_conf mail_conf;
    struct mail *mail;
    struct notify_env notify;
    struct outbox *outbox;
    struct rounds *rounds;
    struct platform platform;
    struct api api;
    struct app_want want;
    struct reload *reload;
    struct thread font_thread;
    int stop_fd; /* eventfd: readable when the app stops */
};

/* app.c: how many browsers there may be */
int app_browsers_max(const struct settings *s);
/* reload.c: what can be replaced while the app runs; before all that reads it */
int reload_open(struct op *op, struct app *app) MUST_CHECK;
void reload_close(struct app *app);
/* The secret of a row of the settings, as its file has it now. Any thread. */
void reload_copy_secret(struct app *app, const struct settings_grafana *row, struct secret *out);
/* network.c: contexts' way out, for the pool */
struct pool_net network_of(struct app *app);
/* login.c */
int login_open(struct op *op, struct app *app) MUST_CHECK;
/* A token of our own issuer for a source's credential; for grafana_site.mint. */
int login_mint(void *app, struct op *op, const struct grafana_site *site, struct secret *out);
int login_print_jwks(void *app, struct op *op, const char **out);
/* platform.c: with the data open; all but open cope with what is not there */
int platform_open(struct op *op, struct app *app) MUST_CHECK;
void platform_start(struct app *app);
void platform_stop(struct app *app);
void platform_close(struct app *app);
/* engine.c: the engine of rounds, live events; the rest is what notifications ask for */
int engine_open(struct op *op, struct app *app) MUST_CHECK;
void engine_start(struct app *app);
void engine_stop(struct app *app);
void engine_close(struct app *app);
int engine_draw_sheet(void *app, struct op *op, const char *round_id, const char *lang,
                      size_t size_max, struct notify_picture *out);
void engine_local_time(void *app, int64_t plan_row, int64_t wall_ms, char *out, size_t out_n);
const char *engine_say_finding(void *app, struct op *op, const char *lang,
                               const struct jv *finding);
/* fonts.c */
void fonts_start(struct app *app);

#endif
