/* Any bytes as the query of /render: no crash, and what is accepted is within the limits. The first
 * line is Accept-Language, the rest is the query. */
#include "api/render_query.h"

#include "base/assert.h"

#include <string.h>

static const char *language;

/* Stands in for the server's: a request here has one header. */
const char *httpd_header_in(const struct httpd_request *req, const char *name, size_t nth)
{
    return strcmp(name, "Accept-Language") == 0 && nth == 0 ? language : NULL;
}

static void check(const struct api_render_conf *conf, const struct render_ask *ask)
{
    const struct render_look *look = &ask->look;
    ASSERT(look->width_px >= conf->width_min_px && look->width_px <= conf->width_max_px);
    ASSERT(look->height_px == -1 ||
           (look->height_px >= conf->height_min_px && look->height_px <= conf->height_max_px));
    ASSERT(look->scale >= 0.1 && look->scale <= conf->scale_max);
    ASSERT(look->quality >= 0 && look->quality <= 100);
    ASSERT(strncmp(ask->target.origin, "http", 4) == 0);
    for (const char *c = ask->target.text; *c; c++)
        ASSERT((unsigned char)*c > ' ' && (unsigned char)*c < 127);
    for (const char *c = look->language; *c; c++)
        ASSERT((unsigned char)*c >= ' ' && (unsigned char)*c < 127);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    static const struct api_render_conf conf = {
        .default_format = RENDER_PNG, .timeout_ms = 60000, .timeout_max_ms = 3600000,
        .width_min_px = 16, .height_min_px = 16, .width_max_px = 3000, .height_max_px = 3000,
        .scale_max = 4, .timezone = ""};
    struct bytes rest = {(const char *)data, n}, line = {0};
    struct op op;
    op_init(&op, -1);
    (void)bytes_split(&rest, '\n', &line);
    language = arena_copy(&op.arena, line);
    struct httpd_request req = {.op = &op, .method = "GET", .path = "/render", .raw_query = rest};
    int64_t budget_ms = render_query_budget_ms(&conf, &req);
    ASSERT(budget_ms > 0 && budget_ms <= conf.timeout_max_ms);
    for (int is_csv = 0; is_csv < 2; is_csv++) {
        struct render_ask ask;
        const char *clamped;
        op_clear(&op);
        if (render_query_read(&op, &conf, &req, is_csv, &ask, &clamped) == 0)
            check(&conf, &ask);
        else
            ASSERT(op.err == ERR_BAD_INPUT || op.err == ERR_FORBIDDEN);
        render_login_fini(&ask.login);
    }
    op_fini(&op);
    return 0;
}
