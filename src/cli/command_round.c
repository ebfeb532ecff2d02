/* `rounds round start PLAN`: puts a round into the queue; the daemon takes its pictures. For cron
 * jobs and deployments that want a round at their own moment.
 */
#include "base/cleanup.h"
#include "cli/guest.h"
#include "rounds/round.h"
#include "store/audit.h"
#include "store/plan.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static int find_plan(struct op *op, struct store *store, const char *name, struct store_plan *out)
{
    if (store_plan_find(op, store, name, out) == 0)
        return 0;
    if (op->err != ERR_NOT_FOUND)
        return -1;
    op_clear(op);
    return store_plan_find_name(op, store, name, out);
}

int command_round(struct invocation *in)
{
    CLEANUP(guest_close) struct guest guest = {0};
    struct store_plan plan;
    struct store_round round;
    if (in->argc != 3 || strcmp(in->argv[1], "start") != 0)
        return op_fail(in->op, ERR_BAD_INPUT, "usage: rounds round start PLAN (its name or id)");
    if (guest_open(in, &guest) < 0 || find_plan(in->op, guest.data.store, in->argv[2], &plan) < 0)
        return -1;
    struct round_start start = {.plan_id = plan.id, .trigger = ROUND_BY_HAND};
    if (round_start(in->op, guest.rounds, &start, &round) < 0)
        return -1;
    struct store_audit audit = {.at_ms = clock_wall_ms(),
                                .actor = "command line",
                                .act = "round.started",
                                .noun = "round",
                                .object = round.id,
                                .detail = "{}",
                                .address = ""};
    if (store_audit_add(in->op, guest.data.store, &audit) < 0)
        return -1;
    printf("%s\n", round.id);
    return 0;
}
