/* Rounds: starting, dry runs, cancelling, taking again, and how far they are. */
#ifndef ROUNDS_ROUND_H
#define ROUNDS_ROUND_H

#include "rounds/expand.h"
#include "rounds/rounds.h"
#include "store/round.h"
#include "store/shot_list.h"

struct round_start {
    const char *plan_id;
    int64_t moment_ms; /* 0: now */
    enum round_trigger trigger;
    int64_t starter_row; /* 0: the system */
};
/* Adds the round; a worker works out its shots. Paused plans may be started by hand. ERR_CONFLICT:
 * one is running and the plan's overlap policy is "skip". */
int round_start(struct op *op, struct rounds *rounds, const struct round_start *start,
                struct store_round *out) MUST_CHECK;
/* ERR_CONFLICT: it is over. */
int round_cancel(struct op *op, struct rounds *rounds, const char *id) MUST_CHECK;
/* *out_n: how many shots wait again. */
int round_retry_failed(struct op *op, struct rounds *rounds, const char *id, int *out_n) MUST_CHECK;
int round_reshoot(struct op *op, struct rounds *rounds, const char *shot_id) MUST_CHECK;

struct round_estimate {
    int64_t seconds, bytes, bytes_per_month; /* bytes_per_month 0: no schedule */
    bool is_measured; /* from earlier rounds of the plan; else from usual values */
};
/* Asks Grafana what the plan would take now. plan_row 0: not kept yet. */
int round_dry_run(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
                  int64_t plan_row, int64_t moment_ms, struct expand_result *out,
                  struct round_estimate *estimate) MUST_CHECK;

struct round_progress {
    double rate_per_s; /* 0: nothing landed yet */
    int64_t left_ms;   /* -1: unknown; 0: over */
};
void round_progress(const struct store_round *round, int64_t now_ms, struct round_progress *out);

/* The plan's specification that a round ran. */
int round_plan(struct op *op, struct rounds *rounds, const struct store_round *round,
               struct plan_spec *out) MUST_CHECK;
/* Index of the window with this key in a specification, or -1. */
int round_window(const struct plan_spec *spec, const char *key);

/* ---- References and differences ---- */

struct round_references {        /* row = 0: there is none */
    enum store_reference chosen; /* what the plan says */
    struct store_shot previous, same_weekday, last_normal, pinned;
};
int round_references(struct op *op, struct rounds *rounds, const struct store_shot *shot,
                     struct round_references *out) MUST_CHECK;
/* The difference picture of two shots, the panel's masks left out; PNG. ERR_GONE: a picture is
 * gone; ERR_UNPROCESSABLE: one has none. */
int round_difference(struct op *op, struct rounds *rounds, const char *shot_id,
                     const char *other_id, struct bytes *out_png, double *out_share) MUST_CHECK;
/* The API's masks [{x,y,w,h}] (0…1): read, checked, kept. ERR_UNPROCESSABLE. */
int round_set_masks(struct op *op, struct rounds *rounds, int64_t panel_row, const struct jv *masks,
                    int64_t user_row) MUST_CHECK;

#endif
