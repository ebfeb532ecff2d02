/* Answers. The one place where an error becomes a status and a body. */
#ifndef API_REPLY_H
#define API_REPLY_H

#include "api/route.h"

/* JSON from a writer: `struct reply r; reply_open(&r, call); jw_…(&r.w); reply_json(&r, 200);` */
struct reply {
    struct call *call;
    struct str text;
    struct jw w;
};
void reply_open(struct reply *r, struct call *call);
/* Sends and ends; always 0, so that a handler can return it. */
int reply_json(struct reply *r, int status);
int reply_text(struct call *call, int status, const char *text);
int reply_empty(struct call *call); /* 204 */
/* The op's error, in the route's manner. */
void reply_error(struct call *call);

/* The op's error as JSON, with a status that the server below has chosen. */
void reply_fault(struct call *call, int status);

/* An entry {path, message} of the error's `details`. Texts are copied. */
void reply_detail(struct call *call, const char *path, const char *message);
/* The same with the place in the text that was sent (0: unknown). */
void reply_detail_at(struct call *call, const char *path, const char *message, int line,
                     int column);
/* An entry of another shape: a JSON object, such as the verdict that was given meanwhile. */
void reply_detail_json(struct call *call, struct bytes object);

/* key: an RFC 3339 time; 0 writes null. */
void reply_time_at(struct reply *r, const char *key, int64_t wall_ms);
/* {"items":[ … ],"next":cursor|null}: begin, the items, end, reply_json. */
void reply_list_begin(struct reply *r, struct call *call);
void reply_list_end(struct reply *r, const char *next);

#endif
