/* Inside rounds/: working out a round's shots. */
#ifndef ROUNDS_PREPARE_H
#define ROUNDS_PREPARE_H

#include "rounds/expand.h"
#include "rounds/rounds.h"
#include "store/round.h"

enum { PREPARE_MS = 5 * 60 * 1000 };

/* Expands against the plan's real sources. */
int prepare_expand(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
                   int64_t moment_ms, struct expand_result *out) MUST_CHECK;
/* Gives a claimed, PREPARING round its shots, puts it back for later, or fails it. -1 only when the
 * store refuses. op itself cannot be cancelled, since putting back must succeed in a stop;
 * cancel_fd ends the asking of Grafana. */
int prepare_round(struct op *op, struct rounds *rounds, const struct store_round *round,
                  int cancel_fd) MUST_CHECK;
/* What the newest preparing found missing: the API's `drift`, a JSON array. */
int prepare_find_drift(struct op *op, struct rounds *rounds, const char *plan_id,
                       const char **out) MUST_CHECK;

#endif
