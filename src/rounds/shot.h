/* Inside rounds/: one shot, from what was claimed to its outcome. */
#ifndef ROUNDS_SHOT_H
#define ROUNDS_SHOT_H

#include "rounds/judge.h"
#include "rounds/rounds.h"
#include "store/shot_list.h"
#include "store/source.h"

/* What the shots of one claim share. */
struct shot_job {
    struct rounds *rounds;
    const struct plan_spec *spec;
    const struct store_source *source;
    struct render_login login; /* borrowed by the asks */
};

/* The picture to ask for. ERR_UNPROCESSABLE: it has no address. */
int shot_ask(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
             struct render_ask *out) MUST_CHECK;
/* What happened to it: stores picture, data and judgement, or puts it back, or fails it. op must
 * not be cancellable; `part` is the picture's own, with its error. -1: the store refused. */
int shot_settle(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
                const struct render_ask *ask, const struct op *part,
                const struct render_result *result) MUST_CHECK;
/* After shot_settle failed with `why`, a full disk for one: the shot rests for another attempt, or
 * after the last one has failed with that reason. -1: the store refuses even that. */
int shot_refused(struct op *op, const struct shot_job *job, const struct store_claimed *shot,
                 const struct render_ask *ask, const char *why) MUST_CHECK;
/* Whether another attempt may bring what this one did not. Pure. */
bool shot_may_heal(const char *outcome, int attempts, int attempts_max);
/* How long to rest before the next attempt; `jitter` in 0…1. Pure. */
int64_t shot_pause_ms(int64_t first_ms, int attempts, double jitter);

/* The shot that this one is compared with: as the plan says, else the previous; row = 0: none. */
int shot_find_reference(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
                        int64_t shot_row, struct store_shot *out) MUST_CHECK;
/* The panel's masks as shares of the picture. */
int shot_find_masks(struct op *op, struct rounds *rounds, int64_t panel_row,
                    struct picture_mask **out, size_t *out_n) MUST_CHECK;

#endif
