/* The handlers of the route table, by the file that holds them. Each answers and returns 0, or fails
 * with the op's error. */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "api/route.h"

/* render.c */
int handle_render(struct call *call);
int handle_render_csv(struct call *call);
void render_metrics_register(void);
struct render_result;
/* X-Rounds-Status, Server-Timing and what else tells how a picture came about. clamped: "" nothing. */
void render_add_headers(struct call *call, const struct render_result *result, const char *clamped);

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

/* sessions.c */
int handle_sessions_list(struct call *call);
int handle_sessions_drop(struct call *call);
int handle_sessions_drop_others(struct call *call);
int handle_user_sessions_list(struct call *call);
int handle_user_sessions_drop(struct call *call);
int handle_user_sessions_drop_all(struct call *call);

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

/* sources.c */
int handle_sources_list(struct call *call);
int handle_sources_add(struct call *call);
int handle_sources_show(struct call *call);
int handle_sources_set(struct call *call);
int handle_sources_drop(struct call *call);
int handle_sources_try(struct call *call);
int handle_sources_test(struct call *call);
int handle_sources_ini(struct call *call);

/* browse.c */
int handle_browse_folders(struct call *call);
int handle_browse_dashboards(struct call *call);
int handle_browse_dashboard(struct call *call);
int handle_browse_variables(struct call *call);
int handle_browse_preview(struct call *call);

/* plans.c, plans_travel.c */
int handle_plans_list(struct call *call);
int handle_plans_add(struct call *call);
int handle_plans_show(struct call *call);
int handle_plans_set(struct call *call);
int handle_plans_drop(struct call *call);
int handle_plans_versions(struct call *call);
int handle_plans_version(struct call *call);
int handle_plans_pause(struct call *call);
int handle_plans_duplicate(struct call *call);
int handle_plans_dry_run(struct call *call);
int handle_plan_dry_run(struct call *call);
int handle_plans_export(struct call *call);
int handle_plans_import(struct call *call);

/* schedule.c, search.c */
int handle_schedule_preview(struct call *call);
int handle_search(struct call *call);

/* channels.c, outbox.c */
int handle_channels_list(struct call *call);
int handle_channels_add(struct call *call);
int handle_channels_set(struct call *call);
int handle_channels_drop(struct call *call);
int handle_channels_test(struct call *call);
int handle_outbox_list(struct call *call);
int handle_outbox_retry(struct call *call);

/* platform_metrics.c */
void platform_metrics_register(void);
void platform_metrics_gather(struct call *call);

/* system.c, openapi.c */
int handle_system(struct call *call);
int handle_self_test(struct call *call);
int handle_retention_preview(struct call *call);
int handle_openapi(struct call *call);

/* today.c, rounds.c */
int handle_today(struct call *call);
int handle_rounds_list(struct call *call);
int handle_rounds_show(struct call *call);
int handle_rounds_start(struct call *call);
int handle_rounds_cancel(struct call *call);
int handle_rounds_retry(struct call *call);
int handle_rounds_hold(struct call *call);

/* shots.c, pictures.c */
int handle_shots_list(struct call *call);
int handle_shots_show(struct call *call);
int handle_shots_reshoot(struct call *call);
int handle_shots_verdicts(struct call *call);
int handle_shots_references(struct call *call);
int handle_shots_takes(struct call *call);
int handle_shots_picture(struct call *call);
int handle_shots_thumbnail(struct call *call);
int handle_shots_data(struct call *call);
int handle_shots_frames(struct call *call);
int handle_shots_csv(struct call *call);
int handle_shots_difference(struct call *call);

/* events.c, reports.c */
int handle_events(struct call *call);
int handle_round_events(struct call *call);
int handle_rounds_report(struct call *call);
int handle_rounds_sheet(struct call *call);

/* verdicts.c, signoff.c */
int handle_verdict_give(struct call *call);
int handle_verdicts_bulk(struct call *call);
int handle_rounds_sign(struct call *call);
int handle_rounds_verify(struct call *call);
int handle_public_key(struct call *call);

/* history.c, known_issues.c */
int handle_panels_history(struct call *call);
int handle_panels_pin(struct call *call);
int handle_panels_unpin(struct call *call);
int handle_panels_masks(struct call *call);
int handle_panels_set_masks(struct call *call);
int handle_known_list(struct call *call);
int handle_known_add(struct call *call);
int handle_known_set(struct call *call);
int handle_known_drop(struct call *call);

#endif
