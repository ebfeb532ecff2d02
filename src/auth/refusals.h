/* Refused sign-ins on their way into the audit trail, so that guessing cannot fill the disk.
 *
 * The first refusal of a person (or of unknown names) from an address is a line at once. Further
 * ones within REFUSALS_STEP_MS are counted, and become one line with their number when that time is
 * over. More than REFUSALS_ENTRIES such pairs at a time are counted together, without address: the
 * trail grows by at most two lines a pair and step, whoever tries from wherever.
 *
 * Thread-safe. now_ms: monotonic. What is only counted yet is lost when the process is killed.
 */
#ifndef AUTH_REFUSALS_H
#define AUTH_REFUSALS_H

#include "store/user.h"

enum { REFUSALS_ENTRIES = 32, REFUSALS_STEP_MS = 10 * 60 * 1000 };

struct refusals;

struct refusals *refusals_new(void);
void refusals_free(struct refusals *refusals);
/* user NULL: a name that is nobody's. */
int refusals_add(struct op *op, struct refusals *refusals, struct store *store,
                 const struct store_user *user, const char *address, int64_t now_ms) MUST_CHECK;
/* Writes the lines of counts whose time is over; is_all: of every one, for the end of the service. */
int refusals_tell(struct op *op, struct refusals *refusals, struct store *store, int64_t now_ms,
                  bool is_all) MUST_CHECK;

#endif
