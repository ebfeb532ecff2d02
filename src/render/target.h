/* A page of Grafana, read from its URL: which dashboard, which panel, which range. Pure.
 *
 * Routes as Grafana 9 to 13 know them: /d/:uid/:slug, /d-solo/:uid/:slug, /dashboard/snapshot/:key,
 * /dashboard-solo/snapshot/:key, /public-dashboards/:token; anything before them is a sub-path.
 */
#ifndef RENDER_TARGET_H
#define RENDER_TARGET_H

#include "base/url.h"

enum target_kind { TARGET_OTHER, TARGET_DASHBOARD, TARGET_SOLO };

struct target {
    struct url url;
    const char *text;   /* the URL verbatim: order, repeats and empty values matter to Grafana */
    const char *origin; /* "http://host:port" */
    enum target_kind kind;
    const char *uid;   /* "" for snapshots and public dashboards */
    const char *panel; /* panelId of a solo page, viewPanel of a dashboard; NULL: the whole page */
    int64_t from_ms, to_ms; /* absolute; -1 when relative or absent */
    struct url_pair *pairs;
    size_t pairs_n;
};

/* Fails as url_parse. */
int target_parse(struct op *op, struct bytes text, struct target *out) MUST_CHECK;
/* May the page that shows `now` be led to `next` without a new document? Only query parameters that
 * the application follows by itself may differ, the range must be absolute (Grafana does not ask
 * again for a relative range that it believes to have), and the page must stay on its route. */
bool target_can_push(const struct target *now, const struct target *next);
/* Do both name the same variables with the same values? */
bool target_same_variables(const struct target *a, const struct target *b);
/* The URL for the push. is_iso: in the form to which scenes would rewrite it, which saves a second
 * reload; the older stack only understands milliseconds. */
char *target_push_url(struct arena *arena, const struct target *next, bool is_iso);

#endif
