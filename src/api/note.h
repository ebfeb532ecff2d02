/* The audit trail of what is done through the API: one line in a handler, beside the act. */
#ifndef API_NOTE_H
#define API_NOTE_H

#include "api/route.h"

/* Who (the caller), from where (its address), did `act` ("plan.set") to the `noun` ("plan") with
 * this id. detail: JSON object, NULL or "" none; never a secret. store: of the platform, or the
 * bound one of the act's transaction. */
int note_add(struct call *call, struct store *store, const char *act, const char *noun,
             const char *object, const char *detail) MUST_CHECK;

#endif
