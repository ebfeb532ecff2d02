/* What was learnt about each Grafana by trying: whether it follows changes inside the application.
 * A version table would be wrong for the mixed years (10.2–11.2), so one try decides, and is
 * remembered by origin and route. Any thread; does not block. Private to render/.
 */
#ifndef RENDER_LEARNT_H
#define RENDER_LEARNT_H

#include "render/target.h"

struct learnt;

struct learnt *learnt_new(void);
void learnt_free(struct learnt *learnt);
/* True until it was seen to fail. */
bool learnt_can_push(struct learnt *learnt, const char *origin, enum target_kind kind);
/* The outcome of a try. A failure counts against it for an hour: Grafanas get upgraded. */
void learnt_note(struct learnt *learnt, const char *origin, enum target_kind kind, bool worked);

#endif
