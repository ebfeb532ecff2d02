/* What a page turned out to be: the picture's outcome, judged from gathered facts. Pure.
 *
 * Grafana answers 200 for nearly everything that goes wrong, so the truth is read from the final
 * URL, the statuses of its own API calls and the panels' data. Sources: Grafana's middleware (login
 * redirects, 401 JSON for a bad render key in 9.x), its dashboard API (403, 404), scene data
 * states.
 */
#ifndef RENDER_TRUTH_H
#define RENDER_TRUTH_H

#include "chrome/facts.h"
#include "render/probe.h"

enum truth { /* the order is severity: a page of several panels has the worst one's */
             TRUTH_OK,
             TRUTH_NO_DATA,
             TRUTH_QUERY_ERROR,
             TRUTH_PLUGIN_MISSING,
             TRUTH_HIDDEN,  /* in a collapsed row or hidden by a condition */
             TRUTH_LOADING, /* the deadline came first */
             TRUTH_PANEL_MISSING,
             TRUTH_DASHBOARD_MISSING, /* or forbidden */
             TRUTH_LOGIN,
             TRUTH_TARGET, /* Grafana did not answer, or its page did not start */
             TRUTH_TIMEOUT,
             TRUTH_BROWSER,
             TRUTH_COUNT
};

/* Stable words: "ok", "no_data", … as in the API. */
const char *truth_word(enum truth truth);
/* True when no panel can be seen: strict callers get an error instead of a picture. */
bool truth_is_fatal(enum truth truth);

struct truth_rules {
    const char *origin; /* of the Grafana: leaving it is a failure */
    const char *panel;  /* NULL: the whole page */
    bool is_dashboard;
};

struct truth_finding {
    enum truth truth;
    const char *text;        /* one sentence for people, in the arena; "" for OK */
    size_t panels, affected; /* looked at; with this truth */
};

/* What can be said while the page is still loading: only fatal findings, else TRUTH_OK. Ending the
 * wait early on a login page saves the caller its whole deadline. */
void truth_early(struct arena *arena, const struct truth_rules *rules, const struct facts *facts,
                 const struct probe *probe, struct truth_finding *out);
/* The final word over a page that is ready (or whose deadline passed). */
void truth_judge(struct arena *arena, const struct truth_rules *rules, const struct facts *facts,
                 const struct probe *probe, struct truth_finding *out);
/* Of one panel alone. */
enum truth truth_of_panel(const struct probe_panel *panel);

#endif
