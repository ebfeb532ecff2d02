/* Matching by whole segments; of two rows that fit, the one with a word where the other has a
 * parameter wins (/plans/export before /plans/{id}), whatever their order. The table is small (some
 * hundred rows) and a request costs a render or a query, so a linear walk is right; nothing
 * cleverer was measured to matter.
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

enum rank { RANK_SAME, RANK_FIRST, RANK_SECOND, RANK_APART, RANK_CROSSED };

/* Which of two patterns is the more special one; CROSSED: each at one place; APART: no path fits both. */
static enum rank compare(const char *first, const char *second)
{
    struct bytes p = bytes_of(first), q = bytes_of(second), x, y;
    bool is_first = false, is_second = false;
    for (;;) {
        bool has_x = bytes_split(&p, '/', &x), has_y = bytes_split(&q, '/', &y);
        if (has_x != has_y)
            return RANK_APART;
        if (!has_x)
            break;
        if (!is_param(x) && !is_param(y) && !bytes_eq(x, y))
            return RANK_APART;
        is_first = is_first || (!is_param(x) && is_param(y));
        is_second = is_second || (is_param(x) && !is_param(y));
    }
    if (is_first && is_second)
        return RANK_CROSSED;
    return is_first ? RANK_FIRST : is_second ? RANK_SECOND : RANK_SAME;
}

const struct route *route_find(const struct api *api, const char *method, const char *path,
                               struct op *op, const char **params, const char **allowed)
{
    struct str *methods = NULL;
    const struct route *best = NULL;
    for (size_t i = 0; i < routes_n; i++) {
        const struct route *route = &routes[i];
        if (route->is_platform && !api->platform)
            continue;
        if (!matches(route->path, path, op, NULL))
            continue;
        if (strcmp(route->method, method) == 0 &&
            (!best || compare(route->path, best->path) == RANK_FIRST))
            best = route;
        methods = methods ? methods : str_new(&op->arena, 256);
        str_addf(methods, "%s%s", methods->n ? ", " : "", route->method);
    }
    if (best)
        matches(best->path, path, op, params);
    if (allowed)
        *allowed = methods ? methods->p : NULL;
    return best;
}

static bool is_ambiguous(const struct route *a, const struct route *b)
{
    enum rank rank = compare(a->path, b->path);
    return strcmp(a->method, b->method) == 0 && (rank == RANK_SAME || rank == RANK_CROSSED);
}

int route_check_table(struct op *op)
{
    for (size_t i = 0; i < routes_n; i++) {
        const struct route *a = &routes[i];
        if (a->who == WHO_UNSET || !a->handle || !a->summary)
            return op_fail(op, ERR_INTERNAL, "route %s %s has no role, handler or summary",
                           a->method, a->path);
        for (size_t j = i + 1; j < routes_n; j++)
            if (is_ambiguous(a, &routes[j]))
                return op_fail(op, ERR_INTERNAL, "routes %s %s and %s could match one path",
                               a->method, a->path, routes[j].path);
    }
    return 0;
}
