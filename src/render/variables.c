/* The variables of a dashboard as its own page has them now: their queries run in the browser, so
 * that nobody else knows their values.
 *
 * Runs on the caller's thread. The page is opened in a low viewport, which keeps most panels from
 * asking their data sources, and left as soon as its variables have come to rest; its tab is parked
 * and warm for the pictures that follow. What the variables say of themselves is probe.js's; here
 * is only the way there and the reading.
 */
#include "render/service.h"

#include <string.h>

enum { WIDTH_PX = 1600, HEIGHT_PX = 200, POLL_MS = 100, TRIES_MAX = 2 };

static int show(struct op *op, struct tab *tab, const struct render_ask *ask)
{
    struct ready_rules rules = {.uid = ask->target.uid,
                                .is_dashboard = true,
                                .is_of_variables = true,
                                .from_ms = -1,
                                .to_ms = -1};
    struct truth_rules truth = {.origin = ask->target.origin, .is_dashboard = true};
    struct truth_finding early;
    enum tab_end end = TAB_STUCK;
    const char *missing = NULL;
    for (bool may_push = true; end == TAB_STUCK; may_push = false) {
        bool pushed;
        if (tab_show(op, tab, &ask->target, may_push, &pushed) < 0 ||
            tab_wait(op, tab, &rules, &truth, pushed, &end, &missing) < 0)
            return -1;
    }
    truth_early(&op->arena, &truth, page_facts(tab->page), &tab->probe, &early);
    if (truth_is_fatal(early.truth))
        return service_fail_finding(op, &early);
    return end == TAB_READY ? 0 : service_fail_expired(op, missing);
}

/* The names of those that have not come to rest. */
static const char *waiting_names(struct op *op, const struct jv *list)
{
    struct str *names = str_new(&op->arena, 1000);
    for (size_t i = 0; i < jv_len(list); i++)
        if (jv_bool_at(jv_item(list, i), "waits", false))
            str_addf(names, "%s%s", names->n ? ", " : "", jv_text_at(jv_item(list, i), "name", ""));
    return names->p ? names->p : "";
}

static int poll(struct op *op, struct tab *tab, const struct jv **out)
{
    for (;;) {
        const struct jv *said;
        if (page_eval(op, tab->page, "window.__rounds.variables()", &said) < 0)
            return -1;
        *out = jv_get(said, "variables");
        if (jv_bool_at(said, "settled", false))
            return 0;
        int left = op_left_ms(op);
        if (left >= 0 && left <= POLL_MS)
            return op_fail(op, ERR_TIMEOUT,
                           "the variables of the dashboard did not come to rest: %s",
                           waiting_names(op, *out));
        if (page_pump(op, tab->page, POLL_MS) < 0) {
            if (op->err != ERR_TIMEOUT)
                return -1;
            op_clear(op);
        }
    }
}

static void read_variable(struct arena *arena, const struct jv *from, struct render_variable *out)
{
    const struct jv *values = jv_get(from, "values");
    size_t n = jv_len(values);
    *out = (struct render_variable){
        .name = arena_strdup(arena, jv_text_at(from, "name", "")),
        .error = arena_strdup(arena, jv_text_at(from, "error", "")),
        .has_more = jv_bool_at(from, "more", false),
        .values = ARENA_ARRAY(arena, const char *, n + 1),
        .texts = ARENA_ARRAY(arena, const char *, n + 1),
    };
    for (size_t i = 0; i < n; i++) {
        const struct jv *value = jv_item(values, i);
        out->values[out->n] = arena_strdup(arena, jv_text_at(value, "value", ""));
        out->texts[out->n++] = arena_strdup(arena, jv_text_at(value, "text", ""));
    }
}

static int read_once(struct op *op, struct render *render, const struct render_ask *ask,
                     struct render_variable **out, size_t *out_n)
{
    struct tab tab;
    const struct jv *list = NULL;
    struct render_look look = ask->look;
    look.width_px = WIDTH_PX;
    look.height_px = HEIGHT_PX;
    if (tab_open(op, render, ask, &tab) < 0)
        return -1;
    int failed =
        tab_set_look(op, &tab, &look) < 0 || show(op, &tab, ask) < 0 || poll(op, &tab, &list) < 0;
    *out = ARENA_ARRAY(&op->arena, struct render_variable, jv_len(list) + 1);
    *out_n = failed ? 0 : jv_len(list);
    for (size_t i = 0; i < *out_n; i++)
        read_variable(&op->arena, jv_item(list, i), &(*out)[i]);
    tab_close(&tab, !failed);
    return failed ? -1 : 0;
}

int render_variables(struct op *op, struct render *render, const struct render_ask *ask,
                     struct render_variable **out, size_t *out_n)
{
    for (int i = 1;; i++) {
        if (read_once(op, render, ask, out, out_n) == 0)
            return 0;
        /* A browser that died is not the caller's fault: once more, on another one. */
        if (op->err != ERR_BROWSER || i == TRIES_MAX || op_left_ms(op) == 0)
            return -1;
        op_clear(op);
    }
}
