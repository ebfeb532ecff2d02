/* Reading the page's report. Pure, any thread. The script itself is embedded by the assembler, so
 * that it can be read and linted as the JavaScript it is.
 */
#include "render/probe.h"

#include "probe_js_sum.h"

#include <string.h>

__asm__(".section .rodata\n"
        ".globl render_probe_js\n"
        "render_probe_js:\n"
        ".incbin \"" PROBE_JS_PATH "\"\n"
        ".byte 0\n"
        ".previous\n");
extern const char render_probe_js[];

const char *probe_script(void)
{
    return render_probe_js;
}

static enum probe_state state_of(const struct jv *panel)
{
    static const struct {
        const char *word;
        enum probe_state state;
    } rows[] = {
        {"NotStarted", PROBE_NOT_STARTED},
        {"Loading", PROBE_LOADING},
        {"Streaming", PROBE_STREAMING},
        {"Done", PROBE_DONE},
        {"Error", PROBE_ERROR},
    };
    const char *word = jv_text_at(panel, "state", "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(word, rows[i].word) == 0)
            return rows[i].state;
    return PROBE_NO_QUERY;
}

static void read_panel(const struct jv *v, struct probe_panel *out)
{
    const char *key = jv_text_at(v, "key", ""); /* stands for what the script leaves out */
    *out = (struct probe_panel){
        .key = key,
        .path = jv_text_at(v, "path", key),
        .id = jv_int_at(v, "id", -1),
        .title = jv_text_at(v, "title", key),
        .plugin = jv_text_at(v, "plugin", ""),
        .is_active = jv_bool_at(v, "active", false),
        .is_hidden = jv_bool_at(v, "hidden", false),
        .is_needed = jv_bool_at(v, "needed", false),
        .is_loaded = jv_bool_at(v, "loaded", false),
        .has_own_range = jv_bool_at(v, "time_override", false),
        .plugin_error = jv_text_at(v, "plugin_error", ""),
        .state = state_of(v),
        .from_ms = jv_int_at(v, "from", -1),
        .to_ms = jv_int_at(v, "to", -1),
        .rows = jv_int_at(v, "rows", -1),
        .error = jv_text_at(v, "error", ""),
        .request = jv_text_at(v, "request", ""),
    };
}

static enum probe_stack stack_of(const char *word)
{
    if (strcmp(word, "scenes") == 0)
        return PROBE_STACK_SCENES;
    return strcmp(word, "legacy") == 0 ? PROBE_STACK_LEGACY : PROBE_STACK_NONE;
}

void probe_read(struct arena *arena, struct bytes report, struct probe *out)
{
    const struct jv *v = jv_parse_quiet(arena, report);
    const struct jv *panels = jv_get(v, "panels"), *done = jv_get(v, "says_done");
    *out = (struct probe){
        .token = jv_text_at(v, "token", ""),
        .url = jv_text_at(v, "url", ""),
        .stack = stack_of(jv_text_at(v, "stack", "")),
        .uid = jv_text_at(v, "uid", ""),
        .is_app_up = jv_bool_at(v, "app", false),
        .is_login = jv_bool_at(v, "login", false),
        .has_fonts = jv_bool_at(v, "fonts", false),
        .is_panel_not_found = jv_bool_at(v, "panel_not_found", false),
        .says_done = jv_is_bool(done) ? jv_bool(done, false) : -1,
        .load_failed = jv_text_at(v, "load_failed", ""),
        .error = jv_text_at(v, "error", ""),
        .queries = jv_int_at(v, "queries", -1),
        .variables_loading = jv_int_at(v, "variables_loading", 0),
        .repeats_pending = jv_int_at(v, "repeats_pending", 0),
        .images_loading = jv_int_at(v, "images", 0),
        .panels_rendered = jv_int_at(v, "rendered", 0),
        .from_ms = jv_int_at(v, "from", -1),
        .to_ms = jv_int_at(v, "to", -1),
        .frames = jv_int_at(v, "frames", 0),
        .quiet_ms = jv_int_at(v, "quiet_ms", 0),
        .panels_n = jv_is_array(panels) ? jv_len(panels) : 0,
    };
    out->panels = ARENA_ARRAY(arena, struct probe_panel, out->panels_n);
    for (size_t i = 0; i < out->panels_n; i++)
        read_panel(jv_item(panels, i), &out->panels[i]);
}

const struct probe_panel *probe_find_panel(const struct probe *probe, const char *panel)
{
    int64_t id;
    bool is_number = bytes_to_i64(bytes_of(panel), &id);
    const struct probe_panel *found = NULL;
    for (size_t i = 0; i < probe->panels_n; i++) {
        const struct probe_panel *p = &probe->panels[i];
        bool is_it =
            is_number ? p->id == id : strcmp(p->path, panel) == 0 || strcmp(p->key, panel) == 0;
        /* Repeats of one panel share its id: the mounted one is meant. */
        if (is_it && (!found || (p->is_active && !found->is_active)))
            found = p;
    }
    return found;
}

bool probe_has_twin(const struct probe *probe, const struct probe_panel *panel)
{
    for (size_t i = 0; i < probe->panels_n; i++)
        if (&probe->panels[i] != panel && probe->panels[i].id == panel->id)
            return true;
    return false;
}

bool probe_is_request(const struct probe_panel *panel, const char *path)
{
    const char *at = strstr(path, "requestId=");
    if (!at || !*panel->request)
        return false;
    struct bytes id = {at + 10, strcspn(at + 10, "&")}, wanted = bytes_of(panel->request);
    if (id.n > wanted.n && id.p[id.n - wanted.n - 1] != '-')
        return false;
    return bytes_has_suffix(id, wanted);
}
