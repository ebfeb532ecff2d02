/* References, differences and masks: what people compare. Blocks on store and blobs; any thread. */
#include "base/clock.h"
#include "rounds/round.h"
#include "rounds/rounds_priv.h"
#include "rounds/shot.h"

#include <math.h>

enum { MASKS_MAX = 50 };

int round_references(struct op *op, struct rounds *rounds, const struct store_shot *shot,
                     struct round_references *out)
{
    static const enum store_reference how[] = {[PLAN_PREVIOUS] = REFERENCE_PREVIOUS,
                                               [PLAN_SAME_WEEKDAY] = REFERENCE_WEEK,
                                               [PLAN_LAST_NORMAL] = REFERENCE_NORMAL,
                                               [PLAN_PINNED] = REFERENCE_PINNED};
    struct store *store = rounds->conf.store;
    struct store_round round;
    struct plan_spec spec;
    if (store_round_get(op, store, shot->round_row, &round) ||
        round_plan(op, rounds, &round, &spec))
        return -1;
    out->chosen = how[spec.reference];
    return store_shot_reference(op, store, shot->row, REFERENCE_PREVIOUS, &out->previous) ||
                   store_shot_reference(op, store, shot->row, REFERENCE_WEEK, &out->same_weekday) ||
                   store_shot_reference(op, store, shot->row, REFERENCE_NORMAL,
                                        &out->last_normal) ||
                   store_shot_reference(op, store, shot->row, REFERENCE_PINNED, &out->pinned)
               ? -1
               : 0;
}

static int read_picture(struct op *op, struct rounds *rounds, const struct store_shot *shot,
                        struct bytes *out)
{
    if (shot->is_expired)
        return op_fail(op, ERR_GONE, "the picture of %s was removed by the plan's retention",
                       shot->id);
    if (shot->picture.size == 0)
        return op_fail(op, ERR_UNPROCESSABLE, "%s has no picture to compare", shot->id);
    return blob_get(op, rounds->conf.blobs, shot->picture.key, out);
}

int round_difference(struct op *op, struct rounds *rounds, const char *shot_id,
                     const char *other_id, struct bytes *out_png, double *out_share)
{
    struct store_shot shot, other;
    struct picture_mask *masks;
    struct picture_diff diff;
    struct bytes after, before;
    size_t n;
    if (store_shot_find(op, rounds->conf.store, shot_id, &shot) ||
        store_shot_find(op, rounds->conf.store, other_id, &other) ||
        read_picture(op, rounds, &shot, &after) || read_picture(op, rounds, &other, &before) ||
        shot_find_masks(op, rounds, shot.panel_row, &masks, &n) ||
        picture_draw_diff(op, before, after, masks, n, &diff, out_png))
        return -1;
    *out_share = diff.share;
    return 0;
}

static bool is_share(double v)
{
    return !isnan(v) && v >= 0 && v <= 1;
}

int round_set_masks(struct op *op, struct rounds *rounds, int64_t panel_row, const struct jv *masks,
                    int64_t user_row)
{
    struct str *text = str_new(&op->arena, 100000);
    struct jw w;
    if (!jv_is_array(masks) || jv_len(masks) > MASKS_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "masks must be a list of at most %d boxes",
                       MASKS_MAX);
    jw_init(&w, text);
    jw_array(&w);
    for (size_t i = 0; i < jv_len(masks); i++) {
        const struct jv *mask = jv_item(masks, i);
        double x = jv_num_at(mask, "x", NAN), y = jv_num_at(mask, "y", NAN);
        double width = jv_num_at(mask, "w", NAN), height = jv_num_at(mask, "h", NAN);
        if (!is_share(x) || !is_share(y) || !is_share(width) || !is_share(height) ||
            jv_len(mask) != 4)
            return op_fail(op, ERR_UNPROCESSABLE,
                           "masks[%zu] must have x, y, w and h, each from 0 to 1", i);
        jw_object(&w);
        jw_num_at(&w, "x", x);
        jw_num_at(&w, "y", y);
        jw_num_at(&w, "w", width);
        jw_num_at(&w, "h", height);
        jw_end(&w);
    }
    jw_end(&w);
    return store_mask_set(op, rounds->conf.store, panel_row, text->p, user_row);
}
