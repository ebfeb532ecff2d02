/* Lines of the audit trail, from a request's caller and address. The trail itself is the store's.
 */
#include "api/note.h"

#include "base/clock.h"
#include "store/audit.h"

int note_add(struct call *call, struct store *store, const char *act, const char *noun,
             const char *object, const char *detail)
{
    struct store_audit audit = {
        .at_ms = clock_wall_ms(),
        .user_row = call->who.user_row,
        .actor = call->who.actor ? call->who.actor : "",
        .act = act,
        .noun = noun,
        .object = object,
        .detail = detail && *detail ? detail : "{}",
        .address = call->req->peer ? call->req->peer : "",
    };
    return store_audit_add(call->op, store, &audit);
}
