/* The query of /render: grafana-image-renderer's parameters, read into an ask. Pure.
 *
 * Sources: grafana-image-renderer 3.12, 4.1, 5.12 (`pkg/api/render.go`); where they differ, the README's
 * table says which way we go.
 */
#ifndef API_RENDER_QUERY_H
#define API_RENDER_QUERY_H

#include "api/api.h"

/* The value of `timeout`, within the limits; the default when it is missing or malformed (the handler then
 * complains). Does not block or fail: for httpd's plan. */
int64_t render_query_budget_ms(const struct api_render_conf *conf, const struct httpd_request *req);
/* ERR_BAD_INPUT and ERR_FORBIDDEN with the texts of grafana-image-renderer. is_csv: /render/csv.
 * *clamped: what was cut to a limit, for people; "" if nothing. */
int render_query_read(struct op *op, const struct api_render_conf *conf,
                      const struct httpd_request *req, bool is_csv, struct render_ask *out,
                      const char **clamped) MUST_CHECK;

#endif
