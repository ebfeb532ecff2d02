/* Many panels out of one page: one load or one in-application change of range, one tall picture,
 * cut by the boxes of the panels as they stood when it was taken.
 *
 * A panel's cut counts only if that panel's own data are finished and of the asked range; its
 * neighbours may fail without harm to it. The boxes are read before and after the picture: if the
 * layout moved in between, the picture is taken again.
 */
#include "render/visit.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "render/frames.h"
#include "render/heights.h"
#include "render/picture.h"
#include "render/shoot.h"

#include <math.h>
#include <string.h>

enum { TAKES_MAX = 3, LEVEL_FAST = 2, LEVEL_SMALL = 7, EDGE_TOLERANCE = 6, EDGE_PIXELS_MAX = 16 };
enum { TAKE_MS = 5000, SLACK_PX = 64 /* Grafana's own margin below the panels, and some */ };

struct scene { /* one window of the dashboard, seen */
    struct ready_rules rules;
    struct truth_rules truth;
    enum tab_end end;
    const char *missing;
    int height_px; /* of the viewport, as tall as the page */
    struct picture picture;
    const struct jv *boxes;
    struct render_stages stages;
};

static bool needs_rows_open(const struct visit *visit, size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++) {
        const struct probe_panel *panel = probe_find_panel(&visit->tab.probe, visit->asks[i].cut);
        if (!panel || (panel->is_hidden && !panel->is_active))
            return true; /* the older stack does not even know the panels of a shut row */
    }
    return false;
}

static int open_rows(struct op *op, struct visit *visit, struct scene *scene)
{
    struct tab *tab = &visit->tab;
    if (page_eval(op, tab->page, "window.__rounds.openRows()", NULL) < 0 || tab_arm(op, tab) < 0)
        return -1;
    return tab_wait(op, tab, &scene->rules, &scene->truth, false, &scene->end, &scene->missing);
}

/* A page that was loaded at its own height stays as it is. */
static int grow(struct op *op, struct visit *visit, const struct render_ask *ask,
                struct scene *scene)
{
    struct tab *tab = &visit->tab;
    bool fits;
    if (shoot_fits(op, tab, SLACK_PX, &fits) < 0)
        return -1;
    if (!fits && scene->end == TAB_READY &&
        shoot_grow(op, tab, &ask->look, &scene->rules, &scene->truth, &scene->end,
                   &scene->missing) < 0)
        return -1;
    if (shoot_view_height(op, tab, &scene->height_px) < 0)
        return -1;
    if (scene->end == TAB_READY)
        heights_note(service_heights(visit->render), ask->target.origin, ask->target.uid,
                     ask->look.width_px, scene->height_px);
    return 0;
}

/* The look of the whole page: as tall as it was when last seen. A resize costs a layout, and lazy panels that
 * leave the view would stay behind at the next change. */
static int set_look(struct op *op, struct visit *visit, const struct render_ask *ask)
{
    struct render_look look = ask->look;
    int known = heights_find(service_heights(visit->render), ask->target.origin, ask->target.uid,
                             look.width_px);
    look.height_px = known > 0 ? known : -1;
    return tab_set_look(op, &visit->tab, &look);
}

static int read_boxes(struct op *op, struct tab *tab, const struct jv **out)
{
    return page_eval(op, tab->page, "window.__rounds.boxes()", out);
}

static bool same_boxes(struct op *op, const struct jv *a, const struct jv *b)
{
    struct str *x = str_new(&op->arena, 1 << 20), *y = str_new(&op->arena, 1 << 20);
    jv_print(a, x);
    jv_print(b, y);
    return bytes_eq(str_bytes(x), str_bytes(y));
}

static int take(struct op *op, struct visit *visit, const struct render_ask *ask,
                struct scene *scene)
{
    struct tab *tab = &visit->tab;
    struct render_look look = ask->look;
    struct render_result whole;
    const struct jv *after;
    int64_t begun = clock_mono_ms();
    look.format = RENDER_PNG;
    look.height_px = scene->height_px;
    for (int i = 0; i < TAKES_MAX; i++) {
        if (read_boxes(op, tab, &scene->boxes) < 0 || shoot_viewport(op, tab, &look, &whole) < 0 ||
            read_boxes(op, tab, &after) < 0)
            return -1;
        if (same_boxes(op, scene->boxes, after))
            break;
    }
    scene->stages.capture_ms = clock_mono_ms() - begun;
    return picture_decode(op, whole.body, &scene->picture);
}

/* A panel that hangs must not take its neighbours with it: their picture needs some time, too. */
static int reach(struct op *op, struct visit *visit, const struct render_ask *ask,
                 struct scene *scene)
{
    struct op wait;
    int64_t left = op_left_ms(op);
    int64_t reserve = left / 4 < TAKE_MS ? left / 4 : TAKE_MS;
    op_init_part(&wait, op, left > 0 ? left - reserve : left);
    int failed = service_reach(&wait, &visit->tab, ask, &scene->rules, &scene->truth, &scene->end,
                               &scene->missing);
    if (failed)
        op_fail_from(op, &wait);
    op_fini(&wait);
    return failed ? -1 : 0;
}

static int see(struct op *op, struct visit *visit, size_t first, size_t n, struct scene *scene)
{
    const struct render_ask *ask = &visit->asks[first];
    struct tab *tab = &visit->tab;
    struct truth_finding early;
    int64_t begun = clock_mono_ms();
    if (visit_need_tab(op, visit, ask) < 0 || set_look(op, visit, ask) < 0)
        return -1;
    const char **wanted = ARENA_ARRAY(&op->arena, const char *, n);
    for (size_t i = 0; i < n; i++)
        wanted[i] = visit->asks[first + i].cut;
    tab->wanted = wanted;
    tab->wanted_n = n;
    scene->stages.queue_ms = tab->lease.waited_ms;
    tab->lease.waited_ms = 0; /* the first of the visit paid for it */
    if (reach(op, visit, ask, scene) < 0)
        return -1;
    truth_early(&op->arena, &scene->truth, page_facts(tab->page), &tab->probe, &early);
    if (truth_is_fatal(early.truth))
        return service_fail_finding(op, &early);
    if (tab->probe.stack == PROBE_STACK_NONE)
        return service_fail_expired(op, scene->missing ? scene->missing : "dashboard");
    if (needs_rows_open(visit, first, n) && open_rows(op, visit, scene) < 0)
        return -1;
    if (grow(op, visit, ask, scene) < 0)
        return -1;
    scene->stages.ready_ms = clock_mono_ms() - begun;
    return take(op, visit, ask, scene);
}

/* By path: keys and numbers may be those of a repeat's twin. */
static const struct jv *find_box(const struct jv *boxes, const struct probe_panel *panel)
{
    for (size_t i = 0; i < jv_len(boxes); i++)
        if (strcmp(jv_text_at(jv_item(boxes, i), "key", ""), panel->path) == 0)
            return jv_item(boxes, i);
    if (strchr(panel->path, '$'))
        return NULL;
    for (size_t i = 0; i < jv_len(boxes); i++) {
        const struct jv *box = jv_item(boxes, i);
        const char *key = jv_text_at(box, "key", "");
        int64_t number;
        if (strcmp(key, panel->path) == 0 || strcmp(key, panel->key) == 0)
            return box;
        if (bytes_to_i64(bytes_of(key), &number) && number == panel->id)
            return box; /* the older stack names its boxes by number */
    }
    return NULL;
}

static int cut_box(struct op *op, const struct scene *scene, const struct render_ask *ask,
                   const struct probe_panel *panel, struct picture *out)
{
    const struct jv *box = find_box(scene->boxes, panel);
    if (!box)
        return op_fail(op, ERR_TARGET_MISSING, "panel %s is not shown on the dashboard", ask->cut);
    double scale = ask->look.scale;
    int x = (int)lround(jv_num_at(box, "x", 0) * scale);
    int y = (int)lround(jv_num_at(box, "y", 0) * scale);
    int width = (int)lround(jv_num_at(box, "width", 0) * scale);
    int height = (int)lround(jv_num_at(box, "height", 0) * scale);
    return picture_cut(op, &scene->picture, x, y, width, height, out);
}

static void find(struct truth_finding *out, enum truth truth, const char *text)
{
    *out = (struct truth_finding){.truth = truth, .text = text, .panels = 1, .affected = 1};
}

/* May this panel's cut be handed over? Fills finding and missing. */
static int judge_panel(struct op *op, const struct visit *visit, const struct scene *scene,
                       const struct render_ask *ask, const struct probe_panel *panel,
                       struct render_result *out)
{
    if (!panel) {
        find(&out->finding, TRUTH_PANEL_MISSING,
             arena_fmt(&op->arena, "the dashboard has no panel %s", ask->cut));
        return service_fail_finding(op, &out->finding);
    }
    struct truth_rules rules = scene->truth;
    rules.panel = ask->cut;
    truth_judge(&op->arena, &rules, page_facts(visit->tab.page), &visit->tab.probe, &out->finding);
    /* The page has come to rest and is seen whole: what is not mounted now is kept out of sight
     * (another tab). */
    if (out->finding.truth == TRUTH_LOADING && !panel->is_active && scene->end == TAB_READY)
        find(&out->finding, TRUTH_HIDDEN, arena_fmt(&op->arena, "%s is not shown", panel->title));
    out->panel_title = arena_strdup(&op->arena, panel->title);
    out->is_other_range =
        ready_is_other_range(&visit->tab.probe, panel, ask->target.from_ms, ask->target.to_ms);
    out->missing = scene->end == TAB_READY && panel->state != PROBE_LOADING
                       ? NULL
                       : ready_missing_panel(&scene->rules, panel);
    if (out->finding.truth == TRUTH_HIDDEN)
        return op_fail(op, ERR_TARGET_MISSING, "%s", out->finding.text);
    if (out->missing && !ask->is_partial) {
        out->finding.truth = TRUTH_TIMEOUT;
        return service_fail_expired(op, out->missing);
    }
    if (truth_is_fatal(out->finding.truth) && ask->is_strict)
        return service_fail_finding(op, &out->finding);
    return 0;
}

static int make_cut(struct op *op, struct visit *visit, const struct scene *scene, size_t i,
                    struct render_result *out)
{
    const struct render_ask *ask = &visit->asks[i];
    const struct probe_panel *panel = probe_find_panel(&visit->tab.probe, ask->cut);
    const struct render_conf *conf = service_conf(visit->render);
    struct picture cut;
    service_clear(out);
    out->how = visit->tab.how;
    out->browser = arena_strdup(&op->arena, visit->tab.lease.name);
    out->browser_version = arena_strdup(&op->arena, visit->tab.lease.version);
    out->stages = scene->stages;
    if (judge_panel(op, visit, scene, ask, panel, out) < 0 ||
        cut_box(op, scene, ask, panel, &cut) < 0)
        return -1;
    if (picture_encode(op, &cut, conf->is_png_small ? LEVEL_SMALL : LEVEL_FAST, &out->body) < 0)
        return -1;
    out->mime = "image/png";
    out->width_px = cut.width_px;
    out->height_px = cut.height_px;
    if (conf->frames_max > 0)
        frames_collect(op, &visit->tab, ask->cut, &out->frames, &out->frames_n,
                       &out->has_all_frames);
    return 0;
}

/* Paranoia: the same page by a fresh load. The fresh pictures replace the fast ones where they
 * differ. */
static int check_fidelity(struct op *op, struct visit *visit, size_t first, size_t n,
                          struct scene *scene)
{
    struct scene fresh = {0};
    const struct render_ask *ask = &visit->asks[first];
    bool is_different = false;
    if (page_go(op, visit->tab.page, "about:blank") < 0 || see(op, visit, first, n, &fresh) < 0)
        return -1;
    for (size_t i = first; i < first + n && fresh.end == TAB_READY; i++) {
        const struct probe_panel *panel = probe_find_panel(&visit->tab.probe, visit->asks[i].cut);
        struct picture a, b;
        struct op part;
        op_init_part(&part, op, -1);
        bool both = panel && cut_box(&part, scene, ask, panel, &a) == 0 &&
                    cut_box(&part, &fresh, ask, panel, &b) == 0;
        if (both && panel->state != PROBE_STREAMING) {
            int64_t n_different = picture_count_different(&a, &b, EDGE_TOLERANCE);
            bool differs = n_different < 0 || n_different > EDGE_PIXELS_MAX;
            visit_count_fidelity(differs);
            is_different = is_different || differs;
        }
        op_fini(&part);
    }
    if (is_different)
        *scene = fresh;
    return 0;
}

/* A repeat that cannot be told from its twins here has another way. */
static bool is_deferred(struct visit *visit, const struct scene *scene, size_t i)
{
    const struct render_ask *ask = &visit->asks[i];
    const struct probe *probe = &visit->tab.probe;
    if (!ask->instead)
        return false;
    const struct probe_panel *panel = probe_find_panel(probe, ask->cut);
    bool is_seen = panel && (find_box(scene->boxes, panel) || !panel->is_active);
    visit->is_deferred[i] = !is_seen;
    visit->has_no_repeats = visit->has_no_repeats || probe->stack == PROBE_STACK_LEGACY;
    return !is_seen;
}

static bool is_checked(const struct render_conf *conf)
{
    return conf->paranoia > 0 && (double)(rand_u64() >> 11) / (double)(1ULL << 53) < conf->paranoia;
}

int visit_cut(struct op *op, struct visit *visit, size_t first, size_t n)
{
    struct scene scene = {0};
    int failed = see(op, visit, first, n, &scene);
    if (failed) {
        visit->tab.wanted_n = 0;
        return -1;
    }
    bool is_fast = strcmp(visit->tab.how, "in-app") == 0;
    if (is_fast && is_checked(service_conf(visit->render)) &&
        check_fidelity(op, visit, first, n, &scene) < 0)
        return -1;
    visit->tab.wanted_n = 0; /* the names die with this op */
    for (size_t i = first; i < first + n; i++) {
        struct op part;
        struct render_result result;
        if (is_deferred(visit, &scene, i))
            continue;
        op_init_part(&part, visit->op, -1);
        if (make_cut(&part, visit, &scene, i, &result) == 0)
            service_note_refused(&part, &visit->tab, &result);
        visit_hand_over(visit, i, &part, &result);
        op_fini(&part);
    }
    return 0;
}
