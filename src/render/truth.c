/* The judge of truth. Pure: facts in, finding out. Locale-proof signs come first (statuses, final
 * URL, data states); texts of the page are only quoted, hardly ever matched.
 */
#include "render/truth.h"

#include <string.h>

enum { ABSENT_FRAMES = 60 }; /* a second of stillness */

static const struct row {
    const char *word;
    bool is_fatal;
} rows[TRUTH_COUNT] = {
    [TRUTH_OK] = {"ok", false},
    [TRUTH_NO_DATA] = {"no_data", false},
    [TRUTH_QUERY_ERROR] = {"query_error", false},
    [TRUTH_PLUGIN_MISSING] = {"plugin_missing", true},
    [TRUTH_HIDDEN] = {"hidden", false},
    [TRUTH_LOADING] = {"loading", false},
    [TRUTH_PANEL_MISSING] = {"panel_missing", true},
    [TRUTH_DASHBOARD_MISSING] = {"dashboard_missing", true},
    [TRUTH_LOGIN] = {"login", true},
    [TRUTH_TARGET] = {"target", true},
    [TRUTH_TIMEOUT] = {"timeout", true},
    [TRUTH_BROWSER] = {"browser", true},
};

const char *truth_word(enum truth truth)
{
    return rows[truth].word;
}

bool truth_is_fatal(enum truth truth)
{
    return rows[truth].is_fatal;
}

static void find(struct truth_finding *out, enum truth truth, const char *text)
{
    *out = (struct truth_finding){.truth = truth, .text = text, .panels = 1, .affected = 1};
}

static bool has_origin(const char *url, const char *origin)
{
    size_t n = strlen(origin);
    return strncmp(url, origin, n) == 0 && (url[n] == '/' || url[n] == '?' || url[n] == 0);
}

/* The path of a URL ends with /login. */
static bool is_login_url(const char *url)
{
    struct bytes b = {url, strcspn(url, "?#")};
    if (bytes_has_suffix(b, BYTES("/")))
        b.n--;
    return bytes_has_suffix(b, BYTES("/login"));
}

static bool judge_document(struct arena *arena, const struct truth_rules *rules,
                           const struct facts *facts, struct truth_finding *out)
{
    if (facts->is_crashed)
        find(out, TRUTH_BROWSER, "the browser's tab crashed while the page was loading");
    else if (*facts->error)
        find(out, TRUTH_TARGET, arena_fmt(arena, "the page did not load: %s", facts->error));
    else if (!facts->is_committed)
        return false;
    else if (!has_origin(facts->url, rules->origin))
        find(out, TRUTH_LOGIN,
             arena_fmt(arena,
                       "Grafana sent the browser away to another site (%.*s): it did not accept "
                       "the credential, or its root_url differs",
                       (int)strcspn(facts->url, "?#"), facts->url));
    else if (facts->status == 401)
        find(out, TRUTH_LOGIN, "Grafana answered 401: the credential is wrong or has expired");
    else if (facts->status == 403)
        find(out, TRUTH_LOGIN, "Grafana answered 403: the credential may not see this page");
    else if (facts->status == 404)
        find(out, TRUTH_DASHBOARD_MISSING, "Grafana answered 404: there is no such page");
    else if (facts->status >= 400)
        find(out, TRUTH_TARGET,
             arena_fmt(arena, "Grafana answered %d for the page", facts->status));
    else if (is_login_url(facts->url))
        find(out, TRUTH_LOGIN, "Grafana shows its login page: the credential was not accepted");
    else
        return false;
    return true;
}

static bool is_dashboard_api(const char *path)
{
    return strstr(path, "/api/dashboards/uid/") || strstr(path, "/apis/dashboard.grafana.app/") ||
           strstr(path, "/api/public/dashboards/") || strstr(path, "/api/snapshots/");
}

/* The newest finished answer of the dashboard's own API, or NULL. */
static const struct facts_answer *dashboard_answer(const struct facts *facts)
{
    const struct facts_answer *found = NULL;
    for (size_t i = 0; i < facts->answers_n; i++) {
        const struct facts_answer *a = &facts->answers[i];
        if (a->epoch == facts->epoch && a->state == FACTS_DONE && is_dashboard_api(a->path) &&
            !strstr(a->path, "/query") && !strstr(a->path, "/annotations"))
            found = a;
    }
    return found;
}

static bool judge_api(struct arena *arena, const struct facts *facts, struct truth_finding *out)
{
    const struct facts_answer *a = dashboard_answer(facts);
    if (!a || a->status < 400)
        return false;
    if (a->status == 401)
        find(out, TRUTH_LOGIN,
             "Grafana's API answered 401: the credential is wrong or has expired");
    else if (a->status == 403)
        find(out, TRUTH_DASHBOARD_MISSING,
             "the credential may not see this dashboard (403): give its account the right to view "
             "it");
    else if (a->status == 404)
        find(out, TRUTH_DASHBOARD_MISSING,
             "there is no such dashboard (404), or it is not visible");
    else
        find(out, TRUTH_TARGET,
             arena_fmt(arena, "Grafana answered %d when asked for the dashboard", a->status));
    return true;
}

/* Grafana's words for it are translated in newer versions; that the scene has settled and holds no
 * such panel is not. Repeats and rows may still bring one in the first moments. */
static bool is_panel_absent(const struct truth_rules *rules, const struct facts *facts,
                            const struct probe *probe)
{
    if (!rules->panel || probe_find_panel(probe, rules->panel))
        return false;
    if (probe->is_panel_not_found)
        return true;
    return probe->stack == PROBE_STACK_SCENES && probe->panels_n > 0 && facts->open_n == 0 &&
           probe->variables_loading == 0 && probe->repeats_pending == 0 &&
           probe->frames >= ABSENT_FRAMES;
}

static bool judge_page(struct arena *arena, const struct truth_rules *rules,
                       const struct facts *facts, const struct probe *probe,
                       struct truth_finding *out)
{
    if (*probe->load_failed)
        find(out, TRUTH_TARGET,
             arena_fmt(arena, "Grafana's front end did not start: %s", probe->load_failed));
    else if (probe->is_login)
        find(out, TRUTH_LOGIN, "Grafana shows its login form: the credential was not accepted");
    else if (is_panel_absent(rules, facts, probe))
        find(out, TRUTH_PANEL_MISSING,
             arena_fmt(arena, "the dashboard has no panel %s", rules->panel));
    else
        return false;
    return true;
}

void truth_early(struct arena *arena, const struct truth_rules *rules, const struct facts *facts,
                 const struct probe *probe, struct truth_finding *out)
{
    *out = (struct truth_finding){.text = ""};
    if (judge_document(arena, rules, facts, out) || !rules->is_dashboard)
        return;
    if (judge_api(arena, facts, out))
        return;
    judge_page(arena, rules, facts, probe, out);
}

enum truth truth_of_panel(const struct probe_panel *panel)
{
    if (*panel->plugin_error)
        return TRUTH_PLUGIN_MISSING;
    if (!panel->is_active)
        return panel->is_hidden ? TRUTH_HIDDEN : TRUTH_LOADING;
    if (!panel->is_loaded || panel->state == PROBE_LOADING || panel->state == PROBE_NOT_STARTED)
        return TRUTH_LOADING;
    if (panel->state == PROBE_ERROR || *panel->error)
        return TRUTH_QUERY_ERROR;
    if (panel->state == PROBE_DONE && panel->rows == 0)
        return TRUTH_NO_DATA;
    return TRUTH_OK;
}

static const struct facts_query *last_request(const struct facts *facts,
                                              const struct probe_panel *panel)
{
    for (size_t i = facts->queries_n; i-- > 0;)
        if (facts->queries[i].epoch == facts->epoch &&
            probe_is_request(panel, facts->queries[i].path))
            return &facts->queries[i];
    return NULL;
}

/* Grafana takes an answer that was cut off for an empty one. The network knows better; NULL: it came. */
static const char *lost_answer(struct arena *arena, const struct facts *facts,
                               const struct probe *probe, const struct probe_panel *panel)
{
    const struct facts_query *query =
        facts_last_query(facts, arena_fmt(arena, "%lld", (long long)panel->id));
    if (probe_has_twin(probe, panel)) /* the newest query may be another repeat's */
        query = last_request(facts, panel);
    /* Cancelled counts, too: a page that gives a query up asks another, and that would be the newest. */
    bool is_lost = query && query->state != FACTS_DONE && query->state != FACTS_OPEN;
    return is_lost ? arena_fmt(arena, "the answer to its query was cut off (%s)", query->error)
                   : NULL;
}

static const char *panel_text(struct arena *arena, const struct probe_panel *panel,
                              enum truth truth)
{
    switch (truth) {
    case TRUTH_NO_DATA:
        return arena_fmt(arena, "no data: %s", panel->title);
    case TRUTH_QUERY_ERROR:
        return arena_fmt(arena, "%s: %s", panel->title, panel->error);
    case TRUTH_PLUGIN_MISSING:
        return arena_fmt(arena, "%s: the panel plugin %s is not installed or did not load (%s)",
                         panel->title, panel->plugin, panel->plugin_error);
    case TRUTH_LOADING:
        return arena_fmt(arena, "%s was still loading", panel->title);
    case TRUTH_HIDDEN:
        return arena_fmt(arena, "%s is not shown", panel->title);
    default:
        return "";
    }
}

/* On a whole page one broken plugin is a flaw of the picture, not the end of it. */
static int severity(enum truth truth, bool is_solo)
{
    return !is_solo && truth == TRUTH_PLUGIN_MISSING ? TRUTH_QUERY_ERROR : (int)truth;
}

static void judge_panels(struct arena *arena, const struct truth_rules *rules,
                         const struct facts *facts, const struct probe *probe,
                         struct truth_finding *out)
{
    const struct probe_panel *only = rules->panel ? probe_find_panel(probe, rules->panel) : NULL;
    for (size_t i = 0; i < probe->panels_n; i++) {
        const struct probe_panel *panel = &probe->panels[i];
        if (rules->panel ? panel != only : !panel->is_needed)
            continue;
        out->panels++;
        enum truth truth = truth_of_panel(panel);
        const char *lost = truth == TRUTH_NO_DATA ? lost_answer(arena, facts, probe, panel) : NULL;
        if (lost)
            truth = TRUTH_QUERY_ERROR;
        if (severity(truth, only) > severity(out->truth, only)) {
            out->truth = truth;
            out->text = lost ? arena_fmt(arena, "%s: %s", panel->title, lost)
                             : panel_text(arena, panel, truth);
            out->affected = 0;
        }
        out->affected += truth == out->truth && truth != TRUTH_OK;
    }
    if (!only && out->truth == TRUTH_PLUGIN_MISSING)
        out->truth = TRUTH_QUERY_ERROR;
}

void truth_judge(struct arena *arena, const struct truth_rules *rules, const struct facts *facts,
                 const struct probe *probe, struct truth_finding *out)
{
    truth_early(arena, rules, facts, probe, out);
    if (out->truth != TRUTH_OK || !rules->is_dashboard)
        return;
    if (rules->panel && !probe_find_panel(probe, rules->panel) &&
        probe->stack != PROBE_STACK_NONE) {
        find(out, TRUTH_PANEL_MISSING,
             arena_fmt(arena, "the dashboard has no panel %s", rules->panel));
        return;
    }
    judge_panels(arena, rules, facts, probe, out);
    if (out->truth == TRUTH_OK && probe->stack == PROBE_STACK_NONE && *probe->error)
        find(out, TRUTH_TARGET, arena_fmt(arena, "Grafana shows an error: %s", probe->error));
}
