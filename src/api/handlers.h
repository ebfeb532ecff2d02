/* The handlers of the route table, by the file that holds them. Each answers and returns 0, or fails
 * with the op's error. */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "api/route.h"

/* render.c */
int handle_render(struct call *call);
int handle_render_csv(struct call *call);
void render_metrics_register(void);

/* meta.c */
int handle_root(struct call *call);
int handle_version_render(struct call *call);
int handle_version(struct call *call);
int handle_health(struct call *call);
int handle_metrics(struct call *call);
int handle_jwks(struct call *call);
void meta_metrics_register(void);

#endif
