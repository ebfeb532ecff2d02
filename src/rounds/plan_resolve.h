/* Inside rounds/: what keeping one plan and importing many share. */
#ifndef ROUNDS_PLAN_RESOLVE_H
#define ROUNDS_PLAN_RESOLVE_H

#include "rounds/plan_keep.h"

/* Names of sources, people and channels to ids; faults for what there is not. -1: the op failed. */
int plan_resolve(struct op *op, struct rounds *rounds, const struct tree *tree, int64_t visible_row,
                 struct plan_spec *spec, struct plan_faults *faults) MUST_CHECK;
/* Adds (plan->row = 0) or sets within a bound store. */
int plan_keep_put(struct op *op, struct rounds *rounds, struct store *bound,
                  const struct plan_spec *spec, struct plan_author author,
                  struct store_plan *plan) MUST_CHECK;

#endif
