/* The table of routes, and the call that a handler gets. From one row come dispatch, the role check,
 * limits, deadline, OpenAPI and metrics.
 *
 * To add a route: a row in routes.c, a function in <noun>.c, a story.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "api/api.h"
#include "auth/role.h"
#include "base/json.h"
#include "base/url.h"

enum route_who {
    WHO_UNSET,    /* refused at start: nobody forgets this by accident */
    WHO_OPEN,     /* anybody */
    WHO_RENDERER, /* X-Auth-Token of /render */
    WHO_SELF,     /* anyone signed in, even one who must change the password */
    WHO_VIEWER,
    WHO_REVIEWER,
    WHO_EDITOR,
    WHO_ADMIN,
};

enum route_face { FACE_JSON, FACE_PLAIN }; /* how errors are written */

enum { ROUTE_PARAMS_MAX = 3 };

struct session;

struct call {
    struct api *api;
    struct httpd_request *req;
    struct op *op; /* the request's own */
    const struct route *route;
    const char *params[ROUTE_PARAMS_MAX]; /* of {…} in the path, in order */
    struct caller who;
    const struct session *session; /* NULL: an API token, or nobody */
    struct url_pair *query;        /* decoded; not for WHO_RENDERER, which reads the raw one */
    size_t query_n;
    const struct jv *body; /* parsed; NULL when the route takes none */
    struct str
        *details;      /* entries of the error's `details`, JSON with commas between; NULL: none */
    int status;        /* answered, for the log; 0: 200 or the error's */
    int retry_after_s; /* of a refusal for load; 0: the usual */
};

struct route {
    const char *method;
    const char *path; /* "/api/v1/plans/{id}" */
    enum route_who who;
    enum httpd_lane lane;
    /* Answers, or fails with the op's error, which dispatch then writes. */
    int (*handle)(struct call *call);
    const char *summary;
    const char *takes; /* schema of the body (schemas.c); NULL: no body; "Empty": {} or none */
    /* Schema of the answer ("Plan", "[Person]" a bare list, "List:Plan" a page of a list), or media
     * types ("image/png"), with spaces between; NULL: none, 204. */
    const char *gives;
    const char *query; /* names of query parameters: "limit cursor plan" */
    size_t body_max;   /* 0: 1 MiB with a body */
    int64_t budget_ms; /* 0: 30 s */
    int status;        /* of success, where it is neither 200 nor 204 */
    enum route_face face;
    unsigned scope;   /* of tokens that may, besides those that read where it is a GET */
    bool is_platform; /* only there when the platform runs */
    bool takes_text;  /* the body is not JSON; read it from call->req->body */
};

extern const struct route routes[];
extern const size_t routes_n;

/* The row for a request, or NULL; *allowed (may be NULL) gets the methods that the path has. */
const struct route *route_find(const struct api *api, const char *method, const char *path,
                               struct op *op, const char **params, const char **allowed);
/* ERR_INTERNAL for a row without a role, or two rows that could match one path and neither is
 * the more special one. */
int route_check_table(struct op *op) MUST_CHECK;

#endif
