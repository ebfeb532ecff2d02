/* Live events: server-sent streams that tell clients what changes, while it changes.
 *
 * One hub a daemon. events_tell may be called from any thread and never blocks; the hub's own
 * thread reads the store and writes to the streams. A client that reads too slowly, or events that
 * come faster than the hub can read, end the stream: the client connects again, with the stamp of
 * what it has seen.
 */
#ifndef API_EVENTS_H
#define API_EVENTS_H

#include "api/platform.h"

struct events;

/* platform is borrowed, and may be filled until events_start. */
struct events *events_new(const struct platform *platform);
void events_start(struct events *events);
/* Ends all streams and joins. Harmless if not started. */
void events_stop(struct events *events);
/* NULL is fine. */
void events_free(struct events *events);
/* Somebody's session, token or rights have changed: streams of those who may no longer listen end
 * before anything else is sent. Any thread, never blocks. */
void events_recheck(struct events *events);
/* Fits rounds_conf.on_event. */
void events_tell(struct events *events, const struct rounds_event *event);

#endif
