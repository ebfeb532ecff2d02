/* Is the page ready to be photographed? A pure judgement over gathered facts.
 *
 * The rules come from Grafana's own front ends, 9 to 13: a picture is complete when each mounted
 * panel's data are finished and of the asked range, its plugin is loaded, variables and repeats
 * have settled, and two frames have passed since. Counters of running queries and the quietness of
 * the document were measured to be wrong and are used only where nothing better exists.
 */
#ifndef RENDER_READY_H
#define RENDER_READY_H

#include "chrome/facts.h"
#include "render/probe.h"

struct ready_rules {
    const char *token; /* reports of another arming do not count */
    const char *panel; /* the one panel of a solo page; NULL: every panel in view */
    /* Of a whole page: the panels that matter; NULL: all. The others keep a picture waiting for
     * some seconds at most. */
    const char *const *wanted;
    size_t wanted_n;
    const char *uid;        /* the dashboard that must be shown; "" any */
    bool is_of_variables;   /* the dashboard's variables are all that is waited for */
    bool is_dashboard;      /* the URL is a dashboard's (/d/, /d-solo/, …): wait for its panels */
    int64_t from_ms, to_ms; /* the data's range must be this; -1: any */
};

/* The name of what is missing ("queries", "fonts", …), or NULL when ready. The name is a constant,
 * fit for a metric's label, a log line and a timeout's message. */
const char *ready_missing(const struct ready_rules *rules, const struct facts *facts,
                          const struct probe *probe, int64_t now_ms);

/* The same for one panel of the page alone. */
const char *ready_missing_panel(const struct ready_rules *rules, const struct probe_panel *panel);
/* Are the panel's data of another range than the asked one (a shift or range of its own)?
 * from_ms -1: a relative range was asked for, the dashboard's own counts. */
bool ready_is_other_range(const struct probe *probe, const struct probe_panel *panel,
                          int64_t from_ms, int64_t to_ms);

#endif
