/* `rounds verify [ROUND]`: is everything that was kept still what it was? Reads only; beside a
 * running daemon too.
 */
#include "base/cleanup.h"
#include "cli/guest.h"
#include "rounds/verify.h"
#include "store/audit.h"

#include <stdio.h>
#include <unistd.h>

static void tell_progress(void *ctx, int64_t checked)
{
    (void)ctx;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%lld pictures", (long long)checked);
}

static int verify_everything(struct op *op, struct guest *guest, struct verify_result *result)
{
    int64_t bad = 0, n = 0;
    if (store_verify_file(op, guest->data.store) < 0 ||
        verify_all(op, guest->rounds, tell_progress, NULL, result) < 0 ||
        store_audit_verify(op, guest->data.store, &bad, &n) < 0)
        return -1;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\n");
    printf("database: sound\naudit trail: %lld lines%s\n", (long long)n,
           bad ? "" : ", chain intact");
    if (bad)
        return op_fail(op, ERR_STORAGE, "the audit trail was changed at line %lld", (long long)bad);
    return 0;
}

int command_verify(struct invocation *in)
{
    CLEANUP(guest_close) struct guest guest = {0};
    struct verify_result *result = ARENA_NEW(&in->op->arena, struct verify_result);
    if (in->argc > 2)
        return op_fail(in->op, ERR_BAD_INPUT, "usage: rounds verify [ROUND]");
    if (guest_open(in, &guest) < 0)
        return -1;
    int failed = in->argc == 2 ? verify_round(in->op, guest.rounds, in->argv[1], result)
                               : verify_everything(in->op, &guest, result);
    if (failed)
        return -1;
    printf("pictures and data: %lld\nverdicts: %lld\nsign-offs: %lld\n",
           (long long)result->pictures, (long long)result->verdicts, (long long)result->signoffs);
    for (size_t i = 0; i < result->fault_n; i++)
        printf("FAULT %s %s: %s\n", result->faults[i].kind, result->faults[i].object,
               result->faults[i].text);
    if (result->fault_n)
        return op_fail(in->op, ERR_STORAGE, "%zu%s faults", result->fault_n,
                       result->is_more ? " and more" : "");
    printf("everything is as it was\n");
    return 0;
}
