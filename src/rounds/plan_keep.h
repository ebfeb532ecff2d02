/* Keeping plans: specifications checked against the store, versions, schedules, imports.
 *
 * A kept specification names sources and channels by id; a document that travels names them by
 * name.
 */
#ifndef ROUNDS_PLAN_KEEP_H
#define ROUNDS_PLAN_KEEP_H

#include "rounds/plan.h"
#include "rounds/rounds.h"
#include "store/plan.h"

/* Reads and checks a body {…PlanSpec}; sources, channels and people must exist and, where
 * visible_row is not 0, be visible. ERR_UNPROCESSABLE with all faults. Ids replace names. */
int plan_keep_read(struct op *op, struct rounds *rounds, const struct tree *tree,
                   int64_t visible_row, struct plan_spec *out,
                   struct plan_faults *faults) MUST_CHECK;

struct plan_author {
    int64_t user_row;   /* 0: the system */
    const char *change; /* why, in words; "" */
};
/* ERR_CONFLICT: the name is taken. */
int plan_keep_add(struct op *op, struct rounds *rounds, const struct plan_spec *spec,
                  struct plan_author author, struct store_plan *out) MUST_CHECK;
/* A new version. ERR_CONFLICT: `version` is not the newest. */
int plan_keep_set(struct op *op, struct rounds *rounds, const char *id, int64_t version,
                  const struct plan_spec *spec, struct plan_author author,
                  struct store_plan *out) MUST_CHECK;
int plan_keep_pause(struct op *op, struct rounds *rounds, const char *id,
                    bool is_paused) MUST_CHECK;
/* A copy under a free name ("… (2)"), paused. */
int plan_keep_duplicate(struct op *op, struct rounds *rounds, const char *id,
                        struct plan_author author, struct store_plan *out) MUST_CHECK;

struct plan_import {
    struct plan_names created, changed, unchanged; /* names of plans */
    struct plan_names *diffs;                      /* of each changed one, its differences */
};
/* A document of plans, matched by name. All or nothing, in one transaction. */
int plan_keep_import(struct op *op, struct rounds *rounds, struct bytes text, bool is_dry,
                     int64_t visible_row, struct plan_author author, struct plan_import *out,
                     struct plan_faults *faults) MUST_CHECK;
/* ids NULL: all that visible_row sees. */
int plan_keep_export(struct op *op, struct rounds *rounds, const char *const *ids, size_t n,
                     int64_t visible_row, bool is_yaml, struct str *out) MUST_CHECK;

/* The next moment of a specification after after_ms; 0: none (paused, no schedule). */
int plan_next_due(struct op *op, const struct plan_spec *spec, int64_t after_ms,
                  int64_t *out) MUST_CHECK;

#endif
