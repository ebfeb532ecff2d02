/* The judge of readiness. Pure: facts in, the name of what is missing out; no browser, no clock.
 *
 * Two kinds of pages. A dashboard's page is judged by its panels' own data; any other page (login,
 * an error, Explore) has no such witness and is judged by network and document being quiet.
 */
#include "render/ready.h"

#include <stdlib.h>
#include <string.h>

enum {
    CALM_FRAMES = 2,        /* React commits, then the canvas draws */
    OTHERS_GRACE_MS = 5000, /* for panels that nobody asked for */
    ERROR_FRAMES = 30,      /* half a second */
    OTHER_STALL_MS = 1500,
    OTHER_QUIET_MS = 300,      /* pages that are no dashboards */
    LEGACY_QUIET_MS = 100,     /* the old stack has no witness for its drawing */
    PICTURE_OPEN_MS = 2000,    /* after which a picture is no longer waited for */
    PICTURES_GRACE_MS = 10000, /* nor any, on a page that never has enough of them */
    PICTURE_DRAWN_MS = 34,     /* two frames */
    RANGE_SLACK_MS = 1000,     /* Grafana rounds ranges to seconds in its URL */
};

static bool is_range(int64_t have_from, int64_t have_to, const struct ready_rules *rules)
{
    if (rules->from_ms < 0 || rules->to_ms < 0)
        return true;
    return llabs(have_from - rules->from_ms) <= RANGE_SLACK_MS &&
           llabs(have_to - rules->to_ms) <= RANGE_SLACK_MS;
}

const char *ready_missing_panel(const struct ready_rules *rules, const struct probe_panel *panel)
{
    if (!panel->is_active)
        return "panels";
    if (*panel->plugin_error)
        return NULL; /* it will never draw more than its error */
    if (!panel->is_loaded)
        return "plugin";
    if (panel->state == PROBE_NO_QUERY)
        return NULL;
    if (panel->state == PROBE_NOT_STARTED || panel->state == PROBE_LOADING)
        return "queries";
    bool is_fixed = panel->state == PROBE_STREAMING || panel->has_own_range;
    if (panel->from_ms < 0 || is_fixed || is_range(panel->from_ms, panel->to_ms, rules))
        return NULL;
    return "range";
}

/* A query that fails before it is sent leaves the former range on its error: stillness must do. */
static const char *settled_missing(const struct ready_rules *rules, const struct probe *probe,
                                   const struct probe_panel *panel)
{
    const char *missing = ready_missing_panel(rules, panel);
    bool is_error =
        panel->state == PROBE_ERROR && probe->frames >= ERROR_FRAMES && probe->queries <= 0;
    return missing && is_error && strcmp(missing, "range") == 0 ? NULL : missing;
}

/* An error may stand beside the range of before, and streams move on: neither tells. */
bool ready_is_other_range(const struct probe *probe, const struct probe_panel *panel,
                          int64_t from_ms, int64_t to_ms)
{
    bool is_relative = from_ms < 0;
    struct ready_rules asked = {.from_ms = is_relative ? probe->from_ms : from_ms,
                                .to_ms = is_relative ? probe->to_ms : to_ms};
    return panel->from_ms >= 0 && panel->state == PROBE_DONE &&
           (panel->has_own_range || !is_relative) &&
           !is_range(panel->from_ms, panel->to_ms, &asked);
}

static const char *panels_missing(const struct ready_rules *rules, const struct probe *probe)
{
    if (rules->panel) {
        const struct probe_panel *panel = probe_find_panel(probe, rules->panel);
        return panel ? settled_missing(rules, probe, panel) : "panel";
    }
    size_t mounted = 0, shown = 0;
    for (size_t i = 0; i < probe->panels_n; i++) {
        const struct probe_panel *panel = &probe->panels[i];
        const char *missing = panel->is_needed ? settled_missing(rules, probe, panel) : NULL;
        if (missing)
            return missing;
        mounted += panel->is_active;
        shown += !panel->is_hidden;
    }
    return shown > 0 && mounted == 0 ? "panels" : NULL; /* the layout is not there yet */
}

/* All panels that matter are done, and the others had their time. */
static bool is_enough(const struct ready_rules *rules, const struct facts *facts,
                      const struct probe *probe, int64_t now_ms)
{
    if (rules->wanted_n == 0 || now_ms - facts->epoch_ms < OTHERS_GRACE_MS)
        return false;
    for (size_t i = 0; i < rules->wanted_n; i++) {
        const struct probe_panel *panel = probe_find_panel(probe, rules->wanted[i]);
        if (panel && settled_missing(rules, probe, panel))
            return false;
    }
    return true;
}

static const char *dashboard_missing(const struct ready_rules *rules, const struct facts *facts,
                                     const struct probe *probe, int64_t now_ms)
{
    if (!probe->is_app_up)
        return "application";
    if (probe->stack == PROBE_STACK_NONE)
        return "dashboard";
    if (*rules->uid && strcmp(rules->uid, probe->uid) != 0)
        return "dashboard";
    if (probe->variables_loading > 0)
        return "variables";
    if (rules->is_of_variables)
        return NULL;
    if (probe->repeats_pending > 0)
        return "repeats";
    const char *missing = panels_missing(rules, probe);
    if (is_enough(rules, facts, probe, now_ms))
        return NULL;
    if (missing)
        return missing;
    if (probe->stack == PROBE_STACK_SCENES) /* annotations, too, are drawn */
        return probe->queries > 0 ? "queries" : NULL;
    if (facts->queries_open_n > 0)
        return "queries";
    return probe->quiet_ms < LEGACY_QUIET_MS || now_ms - facts->activity_ms < LEGACY_QUIET_MS
               ? "quiet"
               : NULL;
}

/* A body that a script never reads keeps its request open for ever: what has been answered and moves
 * no more is no longer waited for. */
static bool is_loading(const struct facts *facts, int64_t now_ms)
{
    if (facts->open_n == 0)
        return false;
    if (now_ms - facts->activity_ms < OTHER_STALL_MS)
        return true;
    for (size_t i = 0; i < facts->requests_n; i++)
        if (facts->requests[i].epoch == facts->epoch && facts->requests[i].status == 0)
            return true;
    return false;
}

static const char *other_missing(const struct facts *facts, const struct probe *probe,
                                 int64_t now_ms)
{
    if (!facts->is_loaded)
        return "document";
    if (is_loading(facts, now_ms))
        return "network";
    return probe->quiet_ms < OTHER_QUIET_MS || now_ms - facts->activity_ms < OTHER_QUIET_MS
               ? "quiet"
               : NULL;
}

/* Pictures are drawn when they come, without a word in the page's data. What the page said before the last
 * one had come, and been drawn, does not count. */
static bool has_pictures(const struct facts *facts, int64_t now_ms)
{
    const struct facts_call *report = facts_last_call(facts, PROBE_BINDING);
    if (now_ms - facts->epoch_ms > PICTURES_GRACE_MS)
        return true;
    for (size_t i = 0; i < facts->requests_n; i++)
        if (facts_is_picture(&facts->requests[i]) &&
            now_ms - facts->requests[i].begun_ms < PICTURE_OPEN_MS)
            return false;
    return facts->pictures_ended_ms == 0 || !report ||
           report->at_ms >= facts->pictures_ended_ms + PICTURE_DRAWN_MS;
}

const char *ready_missing(const struct ready_rules *rules, const struct facts *facts,
                          const struct probe *probe, int64_t now_ms)
{
    if (!facts->is_committed)
        return "document";
    if (strcmp(probe->token, rules->token) != 0)
        return "report"; /* nothing has been said since */
    const char *missing = rules->is_dashboard ? dashboard_missing(rules, facts, probe, now_ms)
                                              : other_missing(facts, probe, now_ms);
    if (missing || rules->is_of_variables)
        return missing;
    if (!probe->has_fonts)
        return "fonts";
    if ((probe->images_loading > 0 && facts->open_n > 0) || !has_pictures(facts, now_ms))
        return "images";
    return probe->frames < CALM_FRAMES ? "frames" : NULL;
}
