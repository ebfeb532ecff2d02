/* The inside of the render service, shared by the files of render/. */
#ifndef RENDER_SERVICE_H
#define RENDER_SERVICE_H

#include "render/tab.h"

struct heights;
struct learnt;

const struct render_conf *service_conf(const struct render *render);
struct learnt *service_learnt(struct render *render);
struct heights *service_heights(struct render *render);

void service_clear(struct render_result *out);
/* Leads the tab to the ask's page and waits by its rules, which are filled; falls back to a new
 * document when the application does not follow. */
int service_reach(struct op *op, struct tab *tab, const struct render_ask *ask,
                  struct ready_rules *rules, struct truth_rules *truth, enum tab_end *end,
                  const char **missing) MUST_CHECK;
/* The whole picture of one ask in a tab that has its looks. */
int service_take(struct op *op, struct tab *tab, const struct render_ask *ask,
                 struct render_result *out) MUST_CHECK;
/* Always -1. */
int service_fail_finding(struct op *op, const struct truth_finding *finding);
int service_fail_expired(struct op *op, const char *missing);
/* What the gate refused since the tab was leased, into the result. */
void service_note_refused(struct op *op, const struct tab *tab, struct render_result *out);

#endif
