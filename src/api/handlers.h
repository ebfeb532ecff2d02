/* The handlers of the route table, by the file that holds them. Each answers and returns 0, or fails
 * with the op's error. */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "api/route.h"

/* render.c */
int handle_render(struct call *call);
int handle_render_csv(struct call *call);
void render_metrics_register(void);

/* render_batch.c */
int handle_render_batch(struct call *call);

/* meta.c */
int handle_root(struct call *call);
int handle_version_render(struct call *call);
int handle_version(struct call *call);
int handle_health(struct call *call);
int handle_metrics(struct call *call);
int handle_jwks(struct call *call);
void meta_metrics_register(void);

/* session.c */
int handle_session_start(struct call *call);
int handle_session_show(struct call *call);
int handle_session_stop(struct call *call);
int handle_session_password(struct call *call);
int handle_session_preferences(struct call *call);

/* users.c */
int handle_people(struct call *call);
int handle_users_list(struct call *call);
int handle_users_add(struct call *call);
int handle_users_show(struct call *call);
int handle_users_set(struct call *call);
int handle_users_drop(struct call *call);
int handle_users_reset(struct call *call);

/* tokens.c, audit.c */
int handle_tokens_list(struct call *call);
int handle_tokens_add(struct call *call);
int handle_tokens_drop(struct call *call);
int handle_audit_list(struct call *call);

#endif
