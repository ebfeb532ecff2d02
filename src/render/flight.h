/* Renders in flight: who asks for the very picture that is being made already gets that one, and
 * who cannot be served in time is told at once.
 *
 * "The very same" means the same identity, URL, look and wishes; nothing is ever shared between
 * identities, and nothing is kept after the last caller got it. Any thread.
 */
#ifndef RENDER_FLIGHT_H
#define RENDER_FLIGHT_H

#include "render/render.h"

struct flight;

struct flight *flight_new(struct render *render);
/* Nobody may be in flight_run any more. NULL is fine. */
void flight_free(struct flight *flight);

/* As render_run; *shared tells that another caller's render was given. Callers that share are
 * independent: one that goes away, or whose deadline passes, ends nobody else's wait. ERR_BUSY when
 * no browser can be free before the op's deadline. */
int flight_run(struct op *op, struct flight *flight, const struct render_ask *ask,
               struct render_result *out, bool *shared) MUST_CHECK;

#endif
