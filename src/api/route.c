/* Matching by whole segments. The table is small (some hundred rows) and a request costs a render or a
 * query, so a linear walk is right; nothing cleverer was measured to matter.
 */
#include "api/route.h"

#include "base/str.h"

#include <string.h>

static bool is_param(struct bytes segment)
{
    return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

/* params may be NULL. */
static bool matches(const char *pattern, const char *path, struct op *op, const char **params)
{
    struct bytes a = bytes_of(pattern), b = bytes_of(path), x, y;
    size_t n = 0;
    for (;;) {
        bool has_x = bytes_split(&a, '/', &x), has_y = bytes_split(&b, '/', &y);
        if (has_x != has_y)
            return false;
        if (!has_x)
            return true;
        if (is_param(x)) {
            if (y.n == 0)
                return false;
            if (params && n < ROUTE_PARAMS_MAX)
                params[n++] = arena_copy(&op->arena, y);
        } else if (!bytes_eq(x, y))
            return false;
    }
}

const struct route *route_find(const struct api *api, const char *method, const char *path,
                               struct op *op, const char **params, const char **allowed)
{
    struct str *methods = NULL;
    for (size_t i = 0; i < routes_n; i++) {
        const struct route *route = &routes[i];
        if (route->is_platform && !api->platform)
            continue;
        if (!matches(route->path, path, op, NULL))
            continue;
        if (strcmp(route->method, method) == 0) {
            matches(route->path, path, op, params);
            return route;
        }
        methods = methods ? methods : str_new(&op->arena, 256);
        str_addf(methods, "%s%s", methods->n ? ", " : "", route->method);
    }
    if (allowed)
        *allowed = methods ? methods->p : NULL;
    return NULL;
}

/* Could one path match both? True if at each segment one is a parameter or both are equal. A literal
 * beside a parameter is ambiguous too: which one wins must not depend on the order of rows. */
static bool is_ambiguous(const struct route *a, const struct route *b)
{
    struct bytes p = bytes_of(a->path), q = bytes_of(b->path), x, y;
    if (strcmp(a->method, b->method) != 0)
        return false;
    for (;;) {
        bool has_x = bytes_split(&p, '/', &x), has_y = bytes_split(&q, '/', &y);
        if (has_x != has_y)
            return false;
        if (!has_x)
            return true;
        if (!is_param(x) && !is_param(y) && !bytes_eq(x, y))
            return false;
    }
}

int route_check_table(struct op *op)
{
    for (size_t i = 0; i < routes_n; i++) {
        const struct route *a = &routes[i];
        if (a->who == WHO_UNSET || !a->handle || !a->summary)
            return op_fail(op, ERR_INTERNAL, "route %s %s has no role, handler or summary", a->method,
                           a->path);
        for (size_t j = i + 1; j < routes_n; j++)
            if (is_ambiguous(a, &routes[j]))
                return op_fail(op, ERR_INTERNAL, "routes %s %s and %s could match one path", a->method,
                               a->path, routes[j].path);
    }
    return 0;
}
