/* Testing a source: hop by hop, each with what was found and how to mend it, in two languages.
 *
 * Blocks for some requests. A failing hop is a result, not an error: -1 only when our own side
 * failed or the op ended. Later hops that cannot work any more are "skip".
 */
#ifndef GRAFANA_CHECK_H
#define GRAFANA_CHECK_H

#include "grafana/client.h"

enum grafana_hop_state { HOP_OK, HOP_WARN, HOP_FAIL, HOP_SKIP };

struct grafana_text {
    const char *zh, *en;
};

struct grafana_hop {
    /* "reach", "certificate", "health", "login", "organisation", "rights", "clock", "sub_path",
     * "dashboards", "data_sources", "renderer". */
    const char *id;
    enum grafana_hop_state state;
    struct grafana_text title, detail, mend; /* mend: "" when there is nothing to mend */
};

enum { GRAFANA_HOPS_MAX = 12 };

struct grafana_check {
    bool is_ok; /* no hop failed */
    const char *version;
    const char *organisation;
    int64_t org_id;
    const char *rights; /* "viewer", "editor", "admin", "" unknown */
    int64_t clock_skew_ms;
    int64_t certificate_days; /* -1: no TLS */
    struct grafana_hop hops[GRAFANA_HOPS_MAX];
    size_t hop_n;
};

int grafana_check(struct op *op, struct grafana *grafana, struct grafana_check *out) MUST_CHECK;
/* The API's answer of /sources/test. */
void grafana_check_print(const struct grafana_check *check, struct jw *w);

#endif
