/* Addresses of Grafana's pages. Pure.
 *
 * Facts: grafana's routes /d/:uid/:slug and /d-solo/:uid/:slug, query parameters `from`, `to`
 * (epoch ms), `var-NAME` (repeated for several values), `theme`, `timezone`, `orgId`, `panelId`,
 * `viewPanel`, `kiosk`; all of them known from version 9 to 13 (`timezone` from 10 on).
 */
#ifndef GRAFANA_LINKS_H
#define GRAFANA_LINKS_H

#include "base/json.h"

struct link_ask {
    const char *base_url; /* sub-path included, no slash at the end */
    int64_t org_id;       /* 0: left out */
    const char *uid;
    const char *slug;  /* NULL: "_" */
    const char *panel; /* NULL: the whole dashboard */
    int64_t from_ms, to_ms;
    const struct jv *vars; /* {"name":"value"} or {"name":["a","b"]}; NULL: none */
    const char *theme;     /* "light", "dark"; "" or NULL: left out */
    const char *timezone;  /* IANA; "" or NULL: left out */
};

/* The panel alone, for the browser: /d-solo/… */
char *link_solo(struct arena *arena, const struct link_ask *ask);
/* The whole dashboard without controls, for the browser: /d/…?kiosk */
char *link_dashboard(struct arena *arena, const struct link_ask *ask);
/* For people: /d/…?viewPanel=…, with controls. */
char *link_live(struct arena *arena, const struct link_ask *ask);

/* A base URL as people write it, made canonical: http or https, no user info, query or fragment,
 * no slash at the end. ERR_BAD_INPUT, ERR_FORBIDDEN with what is wrong. */
int link_base(struct op *op, struct bytes text, const char **out) MUST_CHECK;

#endif
