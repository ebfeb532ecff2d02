/* From a claimed shot to the picture that is asked of the render service. Pure.
 *
 * "As on the dashboard" is cut out of the dashboard's page, many panels out of one picture. A panel
 * that does not stand there at first (a collapsed row, another tab), and the last attempt, take the
 * panel's own page (/d-solo) at the size that the dashboard would give it: Grafana lays panels out
 * on 24 columns and rows of 30 pixels with gaps of 8.
 */
#include "rounds/shot.h"

#include "grafana/links.h"
#include "rounds/rounds_priv.h"

enum { COLUMNS = 24, ROW_PX = 30, GAP_PX = 8, EDGE_PX = 32 };

static void lay_out(const struct plan_picture *picture, const struct jv *detail,
                    struct render_look *look)
{
    int w = (int)jv_int_at(detail, "w", 0), h = (int)jv_int_at(detail, "h", 0);
    look->width_px = picture->width;
    look->height_px = picture->height;
    if (picture->is_solo)
        return;
    if (w < 1 || w > COLUMNS || h < 1 || h > 100) { /* the layout decides: a third of a row */
        w = COLUMNS / 3;
        h = 9;
    }
    double column = (picture->width - EDGE_PX + GAP_PX) / (double)COLUMNS;
    look->width_px = (int)(column * w) - GAP_PX;
    look->height_px = h * (ROW_PX + GAP_PX) - GAP_PX;
    if (look->width_px < 100)
        look->width_px = 100;
}

/* A repeat is cut out of the page that shows all of them; where that does not tell them apart, out
 * of a page with the one value, which is what *out asks for so far. */
static int among_twins(struct op *op, const struct store_claimed *shot, struct link_ask *link,
                       struct render_ask *out)
{
    const struct jv *page = jv_parse_quiet(&op->arena, bytes_of(shot->page));
    struct render_ask *alone = ARENA_NEW(&op->arena, struct render_ask);
    const char *path = jv_text_at(page, "panel", "");
    if (!*path)
        return 0;
    *alone = *out;
    link->vars = jv_get(page, "vars");
    out->cut = path;
    out->instead = alone;
    return target_parse(op, bytes_of(link_dashboard(&op->arena, link)), &out->target);
}

int shot_ask(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
             struct render_ask *out)
{
    const struct plan_picture *picture = &job->spec->picture;
    const char *theme = picture->is_dark ? "dark" : "light";
    struct link_ask link = {
        .base_url = job->source->base_url,
        .org_id = job->source->org_id,
        .uid = shot->dashboard_uid,
        .panel = shot->panel_key,
        .from_ms = shot->from_ms,
        .to_ms = shot->to_ms,
        .vars = jv_parse_quiet(&op->arena, bytes_of(shot->vars)),
        .theme = theme,
        .timezone = job->spec->timezone,
    };
    *out = (struct render_ask){
        .look = {.scale = picture->scale,
                 .format = RENDER_PNG,
                 .timezone = job->spec->timezone,
                 .language = "",
                 .theme = theme},
        .login = job->login,
        .class_ = POOL_SCHEDULED,
        .is_strict = true,
        .is_partial = true,
    };
    const struct jv *detail = jv_parse_quiet(&op->arena, bytes_of(shot->panel_detail));
    bool is_last = shot->attempts > 1 && shot->attempts >= job->rounds->conf.attempts_max;
    bool is_alone = picture->is_solo || is_last || jv_bool_at(detail, "collapsed", false);
    if (is_alone) {
        lay_out(picture, detail, &out->look);
        return target_parse(op, bytes_of(link_solo(&op->arena, &link)), &out->target);
    }
    link.panel = NULL;
    out->cut = shot->panel_key;
    out->look.width_px = picture->width;
    out->look.height_px = -1;
    if (target_parse(op, bytes_of(link_dashboard(&op->arena, &link)), &out->target))
        return -1;
    return *shot->page ? among_twins(op, shot, &link, out) : 0;
}
