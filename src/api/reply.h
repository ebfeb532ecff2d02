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

#endif
