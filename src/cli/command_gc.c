/* `rounds gc`: one pass of what the janitor does by itself: retention, and blobs that no row points
 * at. Beside a running daemon too.
 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "cli/guest.h"
#include "rounds/verify.h"

#include <stdio.h>

int command_gc(struct invocation *in)
{
    CLEANUP(guest_close) struct guest guest = {0};
    bool is_dry = invocation_take(in, "--dry-run", false) != NULL;
    struct retention_preview preview;
    struct retention_result result;
    if (in->argc > 1)
        return op_fail(in->op, ERR_BAD_INPUT, "usage: rounds gc [--dry-run]");
    if (guest_open(in, &guest) < 0)
        return -1;
    if (is_dry) {
        if (retention_preview(in->op, guest.rounds, clock_wall_ms(), &preview) < 0)
            return -1;
        printf("would remove the pictures of %lld rounds, about %lld bytes\n",
               (long long)preview.rounds, (long long)preview.bytes);
        return 0;
    }
    if (retention_run(in->op, guest.rounds, clock_wall_ms(), &result) < 0)
        return -1;
    printf("rounds: %lld\nshots: %lld\nfiles: %lld, %lld bytes\norphans: %lld\n",
           (long long)result.rounds, (long long)result.shots, (long long)result.blobs,
           (long long)result.bytes, (long long)result.orphans);
    return 0;
}
