/* What a page says of itself: the report of probe.js as a struct. Pure reading, no browser.
 *
 * Sources of the facts behind the fields: Grafana's globals and scene objects, 9 to 13
 * (`__grafanaSceneContext`, VizPanel.state, `grafanaRuntime.getPanelData()`, `[data-panelid]`).
 */
#ifndef RENDER_PROBE_H
#define RENDER_PROBE_H

#include "base/json.h"

#define PROBE_BINDING "__roundsReport"

/* The script for page_add_script. */
const char *probe_script(void);

enum probe_stack { PROBE_STACK_NONE, PROBE_STACK_LEGACY, PROBE_STACK_SCENES };

enum probe_state {                 /* of a panel's data */
                   PROBE_NO_QUERY, /* a text panel and the like */
                   PROBE_NOT_STARTED,
                   PROBE_LOADING,
                   PROBE_STREAMING,
                   PROBE_DONE,
                   PROBE_ERROR,
};

struct probe_panel {
    const char *key;   /* "panel-3", "panel-3-clone-1" */
    const char *path;  /* path id of repeats: "value$panel-3"; else the key */
    int64_t id;        /* of the dashboard's JSON; -1 unknown */
    const char *title; /* the key where a solo page does not mount it */
    const char *plugin;
    bool is_active;           /* mounted, and not there unseen */
    bool is_hidden;           /* in a collapsed row, or by a rule of the dashboard */
    bool is_needed;           /* mounted, or should be because its place is in view */
    bool is_loaded;           /* its plugin's code is there */
    bool has_own_range;       /* a time override of its own */
    const char *plugin_error; /* "" if none */
    enum probe_state state;
    int64_t from_ms, to_ms; /* of the data drawn; -1 unknown */
    int64_t rows;           /* over all series; -1 unknown */
    const char *error;      /* of its queries; "" if none */
    const char *request;    /* id of the request whose answer is drawn; "" unknown */
};

struct probe {
    const char *token; /* of the arming that this report answers; "" none */
    const char *url;
    enum probe_stack stack;
    const char *uid; /* of the dashboard */
    bool is_app_up, is_login, has_fonts, is_panel_not_found;
    int says_done;           /* Grafana 13's own word: 1 yes, 0 failed, -1 nothing said */
    const char *load_failed; /* the application did not start; "" */
    const char *error;       /* an alert over the page; "" */
    int64_t queries;         /* running; -1: none was ever seen */
    int64_t variables_loading, repeats_pending, images_loading;
    int64_t panels_rendered; /* legacy counter */
    int64_t from_ms, to_ms;  /* of the dashboard; -1 unknown */
    int64_t frames;          /* for which nothing above changed */
    int64_t quiet_ms;        /* since the last change of the document */
    struct probe_panel *panels;
    size_t panels_n;
};

/* Into the arena. A malformed report gives an empty probe (a page can lie; it only hurts itself).
 */
void probe_read(struct arena *arena, struct bytes report, struct probe *out);
/* The panel that "3", "panel-3", "value$panel-3" names, or NULL. */
const struct probe_panel *probe_find_panel(const struct probe *probe, const char *panel);

/* Is there another panel with this one's number (a repeat)? */
bool probe_has_twin(const struct probe *probe, const struct probe_panel *panel);
/* Was this query (its path, with parameters) sent for the data that the panel shows? By the id that
 * Grafana gives each request and writes into its address; parts of a mixed one end with it. */
bool probe_is_request(const struct probe_panel *panel, const char *path);

#endif
