/* Attributing query answers to panels: by the header X-Panel-Id that Grafana's front end sends with
 * each query (9.4 to 13). Of two answers to one panel the last is what was drawn; a panel with a
 * mixed data source has several requests at a time, told apart by their data source. Repeats of one
 * panel share its number, or send one of their own making (12.3): of them the id of the request
 * tells whose answer it is. A dashboard that is being left asks for the new range once more before it
 * goes; its panels have the same numbers, so that only the header X-Dashboard-Uid tells them apart.
 */
#include "render/frames.h"

#include <stdlib.h>
#include <string.h>

/* Of a dashboard that was left; what has no uid (snapshots, public dashboards) belongs to the page. */
static bool is_left(const struct tab *tab, const struct facts_query *query)
{
    const char *uid = tab->probe.uid;
    return uid && *uid && *query->dashboard_uid && strcmp(query->dashboard_uid, uid) != 0;
}

static bool is_drawn(const struct tab *tab, const struct facts_query *query, const char *panel)
{
    if (query->epoch != page_facts(tab->page)->epoch || query->state != FACTS_DONE ||
        query->status == 0 || is_left(tab, query))
        return false;
    return !panel || strcmp(query->panel_id, panel) == 0;
}

/* A later answer to the same panel and data source took its place. */
static bool is_replaced(const struct tab *tab, size_t i)
{
    const struct facts *facts = page_facts(tab->page);
    const struct facts_query *query = &facts->queries[i];
    for (size_t j = i + 1; j < facts->queries_n; j++) {
        const struct facts_query *later = &facts->queries[j];
        if (is_drawn(tab, later, query->panel_id) &&
            strcmp(later->datasource_uid, query->datasource_uid) == 0)
            return true;
    }
    return false;
}

/* The panel, if only the id of its request tells its answers from those of its twins; else NULL. */
static const struct probe_panel *twin_of(const struct tab *tab, const char *panel)
{
    const struct probe_panel *found = panel ? probe_find_panel(&tab->probe, panel) : NULL;
    return found && probe_has_twin(&tab->probe, found) ? found : NULL;
}

/* X-Panel-Id is a number; a panel may be named "panel-3" or "value$panel-3". */
static const char *number_of(const struct tab *tab, struct op *op, const char *panel)
{
    const struct probe_panel *found = panel ? probe_find_panel(&tab->probe, panel) : NULL;
    return found && found->id >= 0 ? arena_fmt(&op->arena, "%lld", (long long)found->id) : panel;
}

void frames_collect(struct op *op, const struct tab *tab, const char *panel,
                    const struct render_frames **out, size_t *out_n, bool *is_whole)
{
    const struct facts *facts = page_facts(tab->page);
    const char *number = number_of(tab, op, panel);
    const struct probe_panel *twin = twin_of(tab, panel);
    struct render_frames *frames = ARENA_ARRAY(&op->arena, struct render_frames, facts->queries_n);
    size_t n = 0;
    *is_whole = true;
    for (size_t i = 0; i < facts->queries_n; i++) {
        const struct facts_query *query = &facts->queries[i];
        if (!is_drawn(tab, query, twin ? NULL : number) ||
            (twin ? !probe_is_request(twin, query->path) : is_replaced(tab, i)))
            continue;
        if (query->body_state != FACTS_BODY_KEPT) {
            *is_whole = false;
            continue;
        }
        struct bytes body = {query->body, query->body_n};
        frames[n++] = (struct render_frames){
            .panel = twin ? number : arena_strdup(&op->arena, query->panel_id),
            .datasource = arena_strdup(&op->arena, query->datasource_uid),
            .request = arena_strdup(&op->arena, query->request_id),
            .body = {arena_copy(&op->arena, body), body.n},
            .status = query->status,
        };
    }
    if (n == 0)
        *is_whole = false;
    *out = frames;
    *out_n = n;
}
