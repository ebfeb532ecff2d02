/* From a plan to its shots: panels × windows × values, as Grafana is at this moment.
 *
 * expand_plan asks a lookup for dashboards and so can be run without a Grafana; it is otherwise
 * pure. What the plan names and Grafana no longer has is reported, not an error.
 */
#ifndef ROUNDS_EXPAND_H
#define ROUNDS_EXPAND_H

#include "grafana/dashboard.h"
#include "rounds/plan.h"

struct expand_text {
    const char *zh, *en;
};

struct expand_drift {
    const char *what; /* "dashboard", "panel", "variable", "value", "folder", "tag", "source" */
    const char *path; /* "selections[0].panels[2]" */
    const char *name; /* uid, key, … that is missing */
    struct expand_text mend;
};

struct expand_shot {
    const char *source;
    const struct dashboard *dashboard;
    const struct dashboard_panel *panel;
    size_t window;    /* index in the plan */
    const char *vars; /* JSON object, canonical: only what the plan sets */
    int64_t from_ms, to_ms;
    /* A repeat as it stands among its twins: what the plan sets for the page that shows them all
     * (canonical JSON object), and its path id there ("web-01$panel-2"). NULL: it is no repeat, or
     * not to be told from the others. */
    const char *page_vars, *clone;
    int visit; /* shots with the same number can be taken out of one page */
};

struct expand_result {
    struct expand_shot *shots;
    size_t n;
    struct expand_drift *missing;
    size_t missing_n;
    struct expand_text *warnings;
    size_t warning_n;
};

/* How expand_plan learns about Grafana. Each may block; results in op's arena. */
struct expand_lookup {
    void *ctx;
    /* ERR_TARGET_MISSING: no such dashboard (becomes a drift). Other errors end the expansion. */
    int (*dashboard)(void *ctx, struct op *op, const char *source, const char *uid,
                     const struct dashboard **out);
    /* Uids of the dashboards in a folder or with a tag, in the order of titles. */
    int (*list)(void *ctx, struct op *op, const char *source, const char *folder, const char *tag,
                struct plan_names *out);
    /* Values of a variable as they are now; n = 0: unknown, and *why says why, if anything is to be
     * said. May be NULL. */
    int (*values)(void *ctx, struct op *op, const char *source, const struct dashboard *dashboard,
                  const char *name, struct plan_names *out, const char **why);
};

/* ERR_UNPROCESSABLE: more than PLAN_SHOTS_MAX shots. */
int expand_plan(struct op *op, const struct plan_spec *spec, const struct zone *zone,
                int64_t moment_ms, const struct expand_lookup *lookup,
                struct expand_result *out) MUST_CHECK;
/* A panel's title with the shot's values ({"host":"a"}) in the place of its variables. */
const char *expand_title(struct arena *arena, const char *title, const char *vars);
/* Members of the API's answer of a dry run (into an object that the caller has open), without the
 * estimate. At most shots_max shots. */
void expand_print(const struct plan_spec *spec, const struct expand_result *result,
                  size_t shots_max, struct jw *w);

/* What is missing, as an array. */
void expand_print_missing(const struct expand_result *result, struct jw *w);

#endif
