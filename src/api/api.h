/* The HTTP API: what the routes' handlers may use, and the face that httpd/ calls.
 *
 * app/ fills struct api once; it is read-only afterwards. A part that this process does not run (the
 * inspection platform under --render-only) is NULL, and its routes are not there.
 */
#ifndef API_API_H
#define API_API_H

#include "auth/token.h"
#include "httpd/httpd.h"
#include "render/flight.h"
#include "render/render.h"

struct platform; /* see platform.h; NULL under --render-only */

struct api_render_conf {       /* the rules of /render; texts borrowed */
    struct token_book *tokens; /* of callers; may be replaced meanwhile */
    enum render_format default_format;
    int64_t timeout_ms, timeout_max_ms;
    int width_min_px, height_min_px, width_max_px, height_max_px;
    double scale_max;
    bool is_partial, is_strict_own, is_strict_drop_in, is_landscape;
    const char *timezone;
    const char *const *allowed_origins; /* normalised; none: any */
    size_t allowed_origins_n;
};

struct api {
    struct render *render;
    struct flight *flight; /* renders that callers share while they run */
    struct pool *pool;
    struct gate *gate;
    struct httpd *httpd; /* set after start, for /healthz and metrics */
    struct api_render_conf render_conf;
    struct platform *platform;
    /* How to log in at an origin, by settings or sources: fills *out (kind none if nobody knows it). */
    int (*find_login)(void *ctx, struct op *op, const struct target *target,
                      struct render_login *out);
    /* The public keys of our JWT issuer. */
    int (*print_jwks)(void *ctx, struct op *op, const char **out);
    /* Answers a GET that no route has (the web UI); false: it does not. NULL: nobody does. */
    bool (*serve_page)(struct httpd_request *req);
    void *ctx;
    int64_t started_ms; /* wall clock */
    /* The first listener that is people's alone (UI and API), the ones before it being Grafana's
     * alone; 0: all are everybody's. */
    int people_listener;
    const char *fonts_missing; /* written by the self-test; "" when all scripts are there */
};

/* Checks the route table (roles, ambiguous paths) and registers the metrics. */
int api_init(struct op *op, struct api *api) MUST_CHECK;
/* For httpd_start. */
struct httpd_face api_face(struct api *api);

#endif
