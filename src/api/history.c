/* A panel through time, its pinned reference, its masks. */
#include "api/fields.h"
#include "api/handlers.h"
#include "api/note.h"
#include "api/shots.h"
#include "rounds/round.h"

#include <string.h>

enum { NAME_MAX_CHARS = 300, ID_MAX = 64 };

/* Does the plan that took this panel last call the window so? Plans name windows as they like, and
 * the store keeps one name a window, that of whoever used it last. */
static int is_named(struct call *call, int64_t panel_row, const struct store_window *window,
                    const char *name, bool *out)
{
    struct platform *platform = call->api->platform;
    struct store_history_ask ask = {.panel_row = panel_row, .window_row = window->row};
    struct store_shot_list list;
    struct store_round round;
    struct plan_spec spec;
    *out = false;
    if (store_shot_history(call->op, platform->store, &ask, (struct store_page){.limit = 1},
                           &list) < 0)
        return -1;
    if (list.n == 0)
        return 0;
    if (store_round_get(call->op, platform->store, list.items[0].round_row, &round) < 0 ||
        round_plan(call->op, platform->rounds, &round, &spec) < 0)
        return -1;
    int i = round_window(&spec, window->key);
    *out = i >= 0 && strcmp(spec.windows[i].name, name) == 0;
    return 0;
}

/* A window of this panel by its key or its name; name NULL: the first there is. */
static int find_window(struct call *call, int64_t panel_row, const char *name, int64_t *out_row)
{
    struct store_window *list;
    size_t n;
    if (store_panel_windows(call->op, call->api->platform->store, panel_row, &list, &n) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        bool is_it = !name || strcmp(list[i].key, name) == 0;
        if (!is_it && is_named(call, panel_row, &list[i], name, &is_it) < 0)
            return -1;
        if (is_it) {
            *out_row = list[i].row;
            return 0;
        }
    }
    return op_fail(call->op, ERR_NOT_FOUND, "this panel was never taken in the window \"%s\"",
                   name ? name : "");
}

int handle_panels_history(struct call *call)
{
    struct store_history_ask ask = {.with_series = true};
    struct store_shot_list list;
    struct store_panel panel;
    struct store_page page;
    if (query_page(call, &page) < 0 || query_time(call, "from", &ask.from_ms) < 0 ||
        query_time(call, "to", &ask.to_ms) < 0 || panel_of_call(call, &panel) < 0 ||
        find_window(call, panel.row, query_text(call, "window"), &ask.window_row) < 0)
        return -1;
    ask.panel_row = panel.row;
    if (store_shot_history(call->op, call->api->platform->store, &ask, page, &list) < 0)
        return -1;
    return reply_shots(call, &list);
}

/* ---- The pin ---- */

static int read_pin(struct call *call, struct store_panel *panel, struct store_shot *shot)
{
    struct store *store = call->api->platform->store;
    struct fields f;
    fields_open(&f, call, "shot_id window");
    const char *id = fields_need_text(&f, "shot_id", ID_MAX);
    fields_text(&f, "window", NAME_MAX_CHARS, NULL);
    if (fields_end(&f) < 0 || panel_of_call(call, panel) < 0 ||
        store_shot_find(call->op, store, id, shot) < 0 ||
        caller_need_plan(call->op, store, &call->who, shot->plan_row) < 0)
        return -1;
    if (shot->panel_row != panel->row)
        return op_fail(call->op, ERR_UNPROCESSABLE, "%s is a shot of another panel", id);
    return 0;
}

static int set_pin(struct call *call, bool is_pinned)
{
    struct store *store = call->api->platform->store;
    struct store_panel panel;
    struct store_shot shot;
    if (read_pin(call, &panel, &shot) < 0)
        return -1;
    if (is_pinned && (shot.state != SHOT_DONE || shot.picture.size == 0 || shot.is_expired))
        return op_fail(call->op, ERR_UNPROCESSABLE, "%s has no picture to compare with", shot.id);
    if (store_pin_set(call->op, store, shot.plan_row, panel.row, shot.window_row,
                      is_pinned ? shot.row : 0, call->who.user_row) < 0 ||
        note_add(call, store, is_pinned ? "panel.pinned" : "panel.unpinned", "panel", panel.id,
                 arena_fmt(&call->op->arena, "{\"shot\":\"%s\"}", shot.id)) < 0)
        return -1;
    return reply_empty(call);
}

int handle_panels_pin(struct call *call)
{
    return set_pin(call, true);
}

int handle_panels_unpin(struct call *call)
{
    return set_pin(call, false);
}

/* ---- Masks ---- */

static int reply_masks(struct call *call, const struct store_panel *panel)
{
    const char *masks;
    struct reply r;
    if (store_mask_find(call->op, call->api->platform->store, panel->row, &masks) < 0)
        return -1;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_raw_at(&r.w, "masks", bytes_of(masks));
    jw_end(&r.w);
    return reply_json(&r, 200);
}

int handle_panels_masks(struct call *call)
{
    struct store_panel panel;
    if (panel_of_call(call, &panel) < 0)
        return -1;
    return reply_masks(call, &panel);
}

int handle_panels_set_masks(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct store_panel panel;
    struct fields f;
    fields_open(&f, call, "masks");
    if (fields_end(&f) < 0 || panel_of_call(call, &panel) < 0 ||
        round_set_masks(call->op, platform->rounds, panel.row, jv_get(call->body, "masks"),
                        call->who.user_row) < 0 ||
        note_add(call, platform->store, "panel.masked", "panel", panel.id, NULL) < 0)
        return -1;
    return reply_masks(call, &panel);
}
