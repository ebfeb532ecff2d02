/* The render service: pages of Grafana as pictures. Knows dashboards, nothing of pipes.
 *
 * A *visit* is one identity on one page with an ordered list of asks; the pictures are handed over
 * one by one. `/render` is a visit of one ask. All functions may be called from any thread and
 * block until the op's deadline at most.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "base/secret.h"
#include "chrome/pool.h"
#include "gate/gate.h"
#include "render/target.h"
#include "render/truth.h"

enum render_format { RENDER_PNG, RENDER_JPEG, RENDER_WEBP, RENDER_PDF, RENDER_CSV };
/* By name ("png", any case). CSV is not among them: it has a road of its own. */
bool render_format_find(const char *name, enum render_format *out);

/* How the browser shows that it may see the page. Whoever fills it wipes it (render_login_fini). */
struct render_login {
    enum render_login_kind {
        RENDER_LOGIN_NONE,
        RENDER_LOGIN_COOKIE, /* Grafana's own renderKey */
        RENDER_LOGIN_HEADER, /* on every request to the page's origin, and only there */
        RENDER_LOGIN_URL,    /* a query parameter of the page's URL (JWT url_login) */
    } kind;
    const char *name;                   /* of the cookie, header or parameter */
    struct secret value;                /* the whole value: "Bearer …" included */
    const char *domain;                 /* of the cookie */
    char fingerprint[SECRET_PRINT_MAX]; /* of who it is, stable over renewals; "" anonymous */
    const char *org;                    /* organisation id as text; "" unknown */
    bool is_drop_in; /* made by Grafana for one render: shares nothing with other callers */
};
void render_login_fini(struct render_login *login);

struct render_paper { /* of a PDF; sizes in inches */
    double width_in, height_in;
    bool is_landscape, has_background;
    const char *ranges; /* NULL: all */
    const char *footer; /* HTML, of our own pages only; NULL: none */
};

/* How the picture shall look. */
struct render_look {
    int width_px, height_px; /* CSS pixels; height -1: the whole page */
    double scale;
    enum render_format format;
    int quality;          /* JPEG, WebP: 1–100; 0: default */
    const char *timezone; /* IANA; "" the machine's */
    const char *language; /* Accept-Language; "" */
    const char *theme;    /* "light", "dark" or "" as the page decides */
    struct render_paper paper;
    const char *filename; /* CSV: wished base name; "" as Grafana names it */
};

struct render_ask {
    struct target target;
    /* The panel to cut out of its dashboard's page, as it stands there ("3", "panel-3" or a path
     * id); NULL: the whole page. Only for TARGET_DASHBOARD; the look's width, scale and theme are
     * then the page's, its height plays no part. */
    const char *cut;
    /* What to take when the page turns out not to have the panel of `cut`: a repeat whose clones
     * this Grafana does not tell apart. NULL: then that is the answer. Only with `cut`. */
    const struct render_ask *instead;
    struct render_look look;
    struct render_login login;
    enum pool_class class_;
    bool is_strict;  /* a page without the panel is an error; else its picture, as GIR does */
    bool is_partial; /* at the deadline: the picture as it stands, instead of ERR_TIMEOUT */
};

struct render_stages { /* milliseconds */
    int64_t queue_ms, navigate_ms, ready_ms, capture_ms;
};

/* One answer of a data source, as the page got it. */
struct render_frames {
    const char *panel;      /* X-Panel-Id */
    const char *datasource; /* X-Datasource-Uid */
    const char *request;    /* JSON of the query's own answer: {"results":…} */
    struct bytes body;
    int status;
};

struct render_result {
    struct bytes body;
    const char *mime;
    const char *filename;    /* CSV */
    int width_px, height_px; /* of the picture, device pixels; 0 for PDF and CSV */
    struct truth_finding finding;
    const char *missing; /* what was not ready at the deadline; NULL: all was */
    struct render_stages stages;
    const char *url;     /* of a visit: the page that was used, the ask's or its `instead`'s */
    const char *how;     /* "cold", "warm" (new document in a warm tab) or "in-app" */
    const char *browser; /* its name in the pool */
    const char *browser_version; /* "HeadlessChrome/156.0…" */
    const char *panel_title;
    bool is_other_range;                /* the panel shows a range of its own, not the asked one */
    struct gate_refusal const *refused; /* what the page asked for and did not get */
    size_t refused_n;
    const struct render_frames *frames; /* when render_conf.frames_max > 0 */
    size_t frames_n;
    bool has_all_frames; /* false: some were too long, lost, or do not pass through /api/ds/query */
};

struct render_conf {
    struct pool *pool; /* borrowed */
    struct gate *gate; /* borrowed; NULL: none */
    size_t frames_max; /* bytes kept of one answer's data; 0: do not keep */
    size_t csv_max;    /* bytes of a CSV */
    bool is_png_small; /* compress PNG well instead of fast */
    double
        paranoia; /* share of a visit's pictures that are made again by a fresh load and compared */
    int64_t heap_max; /* bytes of a document's JavaScript heap; above, it is not led on; 0: any */
    enum pool_isolation drop_in_isolation, own_isolation;
};

struct render;

struct render *render_new(const struct render_conf *conf);
void render_free(struct render *render);

/* One picture. The result lives in the op's arena. Errors: ERR_TIMEOUT naming what was missing,
 * ERR_BUSY, ERR_TARGET*, ERR_BROWSER after one retry on a fresh browser, ERR_UNAVAILABLE. With an
 * error, *out still tells stages and finding. */
int render_run(struct op *op, struct render *render, const struct render_ask *ask,
               struct render_result *out) MUST_CHECK;

/* A visit: several pictures as one identity, in the order given, in one tab. Asks that follow each
 * other with the same page are cut out of one tall picture; a page that follows another is reached
 * inside the loaded application where this Grafana is seen to follow, else by a new document; a
 * picture counts only if its panel's data are of the asked range. Each ask has ask_ms; one that
 * fails does not end the visit. `landed` is called for each ask on this thread, part->err telling
 * whether it failed; the part and the result die with the call. -1: the rest could not even be
 * tried (the op's deadline, cancel, no browser). */
typedef void render_landed_fn(void *ctx, size_t i, struct op *part,
                              const struct render_result *result);
int render_visit(struct op *op, struct render *render, const struct render_ask *asks, size_t n,
                 int64_t ask_ms, render_landed_fn *landed, void *ctx) MUST_CHECK;

/* A variable of a dashboard as its page has it now. */
struct render_variable {
    const char *name;
    const char **values, **texts; /* what it can be set to, "$__all" left out */
    size_t n;
    bool has_more;     /* there are more than the page was asked for (2000) */
    const char *error; /* why its query gave no values; "" if it did */
};
/* The variables that have values, by the page that ask->target names; its look plays no part. In
 * the op's arena. ERR_TIMEOUT names those that did not come to rest; others as render_run. */
int render_variables(struct op *op, struct render *render, const struct render_ask *ask,
                     struct render_variable **out, size_t *out_n) MUST_CHECK;

/* Fast pictures that were compared with a fresh load since the start, and how many differed. */
void render_fidelity(int64_t *checked, int64_t *different);

/* A page of our own making (reports): HTML to PDF, without any network. */
int render_print_html(struct op *op, struct render *render, struct bytes html,
                      const struct render_paper *paper, struct bytes *out) MUST_CHECK;
/* The same as a PNG of this size, in the op's arena. */
int render_draw_html(struct op *op, struct render *render, struct bytes html, int width_px,
                     int height_px, struct bytes *out) MUST_CHECK;
/* The same of the whole page, however long, as PNG or JPEG (quality 1…100). */
int render_shoot_html(struct op *op, struct render *render, struct bytes html, int width_px,
                      int jpeg_quality, struct bytes *out) MUST_CHECK;

#endif
