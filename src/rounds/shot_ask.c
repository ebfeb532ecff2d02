/* From a claimed shot to the picture that is asked of the render service. Pure.
 *
 * Each panel is asked for by its own page (/d-solo). "As on the dashboard" means the size that the
 * panel has there: Grafana lays panels out on 24 columns and rows of 30 pixels with gaps of 8.
 */
#include "rounds/shot.h"

#include "grafana/links.h"

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
    lay_out(picture, jv_parse_quiet(&op->arena, bytes_of(shot->panel_detail)), &out->look);
    return target_parse(op, bytes_of(link_solo(&op->arena, &link)), &out->target);
}
