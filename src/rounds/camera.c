/* The camera that uses browsers: the render service's visits. Blocks; any thread. */
#include "rounds/rounds.h"

static int visit(void *ctx, struct op *op, const struct render_ask *asks, size_t n, int64_t shot_ms,
                 rounds_landed_fn *landed, void *landed_ctx)
{
    return render_visit(op, ctx, asks, n, shot_ms, landed, landed_ctx);
}

static int variables(void *ctx, struct op *op, const struct render_ask *ask,
                     struct render_variable **out, size_t *out_n)
{
    return render_variables(op, ctx, ask, out, out_n);
}

struct rounds_camera rounds_camera_render(struct render *render)
{
    return (struct rounds_camera){.ctx = render, .visit = visit, .variables = variables};
}
