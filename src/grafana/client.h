/* Grafana's HTTP API, as one identity. Thread-safe: a client is shared by all who work with a site.
 *
 * All functions block until the op's deadline at most; results live in the op's arena. Errors, each
 * with the hop and the mend: ERR_TARGET (no answer, 5xx, not a Grafana), ERR_TARGET_LOGIN (the
 * credential is not accepted), ERR_TARGET_MISSING (404, or not visible to this identity),
 * ERR_TIMEOUT, ERR_CANCELLED. A 429 or 503 is tried again as Retry-After asks, within the deadline.
 */
#ifndef GRAFANA_CLIENT_H
#define GRAFANA_CLIENT_H

#include "grafana/dashboard.h"
#include "grafana/identity.h"

struct grafana;

/* Copies the site. Opens no connection. */
int grafana_open(struct op *op, const struct grafana_site *site, struct grafana **out) MUST_CHECK;
void grafana_close(struct grafana *grafana);
const struct grafana_site *grafana_site(const struct grafana *grafana);

/* One exchange, for those beside us in grafana/ and for what has no function of its own. */
struct grafana_answer {
    int status;
    const struct jv *json; /* NULL: the body is no JSON */
    struct bytes body;
    const char *type;      /* Content-Type */
    const char *location;  /* of a redirect; "" none */
    int64_t date_ms;       /* the server's clock, wall time; 0: not said */
    int64_t clock_skew_ms; /* server minus ours at the middle of the exchange; 0 if not said */
    int64_t certificate_until_ms; /* 0: no TLS */
    int64_t total_us;
};
enum grafana_want {
    GRAFANA_JSON,     /* anything but 2xx and JSON is an error */
    GRAFANA_ANSWER,   /* any answer will do */
    GRAFANA_NO_LOGIN, /* any answer, and send no credential */
};
/* path begins with '/' and comes after the base URL. */
int grafana_get(struct op *op, struct grafana *grafana, const char *path, enum grafana_want want,
                struct grafana_answer *out) MUST_CHECK;

struct grafana_about {
    const char *version;    /* "" hidden */
    const char *edition;    /* "Open Source", "Enterprise", "" */
    const char *namespace_; /* for /apis; "" before 12 */
    const char *sub_path;   /* as the server believes it is; "" none */
    const char *renderer;   /* version of its image renderer, "" none */
    bool has_renderer;
    const struct jv *toggles;
    const struct jv *datasources; /* {name: {uid, type, …}} */
};
int grafana_find_about(struct op *op, struct grafana *grafana,
                       struct grafana_about *out) MUST_CHECK;

/* The server's version, asked of whoever answers; "" where it hides it or does not answer. */
const char *grafana_find_version(struct op *op, struct grafana *grafana);

/* The newest v2 version of dashboards that the server speaks ("" none) and the namespace to ask in.
 * Remembered for some minutes. */
int grafana_find_schema(struct op *op, struct grafana *grafana, const char **version,
                        const char **space) MUST_CHECK;

struct grafana_folder {
    const char *uid, *title, *parent_uid; /* "" at the root */
};
/* All folders, nested ones after their parents. */
int grafana_list_folders(struct op *op, struct grafana *grafana, struct grafana_folder **out,
                         size_t *out_n) MUST_CHECK;

/* The folder itself (its title not asked for) and all that are nested in it. The root, "general", has
 * only itself: its folders are not its dashboards' neighbours but everything there is. */
int grafana_list_below(struct op *op, struct grafana *grafana, const char *uid,
                       struct grafana_folder **out, size_t *out_n) MUST_CHECK;

struct grafana_search {
    const char *query, *folder_uid, *tag; /* NULL: any; folder "general": the root */
    int page;                             /* from 1; 0: all pages */
    int limit;                            /* per page; 0: 1000 */
};
struct grafana_hit {
    const char *uid, *title, *folder_uid, *folder_title, *url, *slug;
    const char **tags;
    size_t tag_n;
};
enum { GRAFANA_HITS_MAX = 50000 };
int grafana_find_dashboards(struct op *op, struct grafana *grafana,
                            const struct grafana_search *ask, struct grafana_hit **out,
                            size_t *out_n, bool *has_more) MUST_CHECK;

/* In the newest schema that the server speaks; library panels resolved. */
int grafana_find_dashboard(struct op *op, struct grafana *grafana, const char *uid,
                           struct dashboard *out) MUST_CHECK;

/* A variable's values: those that the dashboard's file knows; of a data source variable, those that
 * the server has. *out_n = 0: only a browser knows them (queries run there). */
int grafana_find_values(struct op *op, struct grafana *grafana, const struct dashboard *dashboard,
                        const char *name, struct dashboard_value **out, size_t *out_n) MUST_CHECK;

#endif
