/* What handlers about plans share. */
#ifndef API_PLANS_H
#define API_PLANS_H

#include "api/reply.h"
#include "rounds/plan.h"
#include "store/plan.h"

/* The plan that the path names first. ERR_NOT_FOUND also when the caller does not see it. */
int plan_of_call(struct call *call, struct store_plan *out) MUST_CHECK;
/* The API's Plan; plan with its spec. */
int plan_print_whole(struct call *call, struct reply *r, const struct store_plan *plan) MUST_CHECK;
/* The body's member `spec`; its faults go into `details`. */
int plan_read_spec(struct call *call, struct plan_spec *out) MUST_CHECK;

#endif
