/* Reports put together: what report/ needs of blobs, zones, words and browsers. For handlers, and
 * for notifications with a picture. */
#ifndef API_REPORTS_H
#define API_REPORTS_H

#include "api/platform.h"
#include "cron/zone.h"
#include "render/render.h"
#include "report/report.h"

/* Reads a round's report into op's arena and fills its calls. ask as for report_load.
 * ERR_NOT_FOUND: no such round, or not visible. */
int reports_load(struct op *op, const struct platform *platform, struct render *render,
                 const struct report_ask *ask, enum report_lang lang,
                 struct report *out) MUST_CHECK;
/* "2026-11-23 08:30:00" of a zone. */
void reports_local_time(const struct zone *zone, int64_t wall_ms, char *out, size_t out_n);
/* A finding in words, in op's arena. */
const char *reports_say_finding(struct op *op, enum report_lang lang, const struct jv *finding);

#endif
