/* The Chrome DevTools Protocol over the pipe: ids, flat sessions, calls, events.
 *
 * No reader thread: a call writes its command, then pumps messages until its id is answered; every
 * event met on the way goes to the event function. One thread at a time. Errors name the method and
 * carry the browser's last words: ERR_BROWSER (gone, garbage, or an error answer), ERR_TIMEOUT and
 * ERR_CANCELLED from the op.
 */
#ifndef CHROME_CDP_H
#define CHROME_CDP_H

#include "base/json.h"
#include "base/op.h"

struct cdp;

/* One event as it came. Parsed only if somebody asks: most are of no interest. */
struct cdp_event {
    struct bytes method;
    struct bytes session; /* empty: of the browser itself */
    struct bytes message; /* the whole text */
    struct arena *arena;  /* lives until the event function returns */
    /* Names of object members that nobody will read, NULL at the end: set before the params are asked for,
     * they are cut out before parsing. NULL: all is wanted. */
    const char *const *unread;
    /* Name of a huge string member of the params, set before they are asked for: it is cut out before parsing
     * and stands in `big`, still escaped (empty: there was none). NULL: none. */
    const char *big_name;
    struct bytes big;
    const struct jv *parsed;
};
/* The event's params; NULL when malformed. */
const struct jv *cdp_event_params(struct cdp_event *event);

/* Called while somebody pumps, with the pumping op. May use cdp_send, must not use cdp_call or
 * cdp_pump. -1: the op has failed, the pump ends. */
typedef int cdp_event_fn(void *ctx, struct op *op, struct cdp_event *event);
/* A late answer to cdp_send, under the same rules. result is NULL when the browser answered with an
 * error, whose text is `error`; all views live until the function returns. `big` is the string that was
 * cut out, still escaped. */
struct cdp_reply {
    const struct jv *result;
    const char *error;
    struct bytes big;
    uint64_t token;
};
typedef int cdp_reply_fn(void *ctx, struct op *op, const struct cdp_reply *reply);

struct cdp_conf {
    int read_fd, write_fd; /* borrowed, non-blocking */
    size_t message_max;    /* bytes of one message */
    cdp_event_fn *on_event;
    const char *(*last_words)(void *ctx); /* may be NULL */
    void *ctx;                            /* for both */
};

struct cdp *cdp_new(const struct cdp_conf *conf);
void cdp_free(struct cdp *cdp);

/* A command and where it goes. */
struct cdp_ask {
    const char *session; /* NULL: the browser itself */
    const char *method;
    struct bytes params; /* a JSON object; empty: none */
    /* Name of a huge string member of the result ("data", "body"), which is cut out of the text
     * before it is parsed; else NULL. */
    const char *big;
    uint64_t token; /* cdp_send: comes back with the reply, to tell replies of one ctx apart */
};

/* Waits for the answer. The result lives in the op's arena; out may be NULL. */
int cdp_call(struct op *op, struct cdp *cdp, const struct cdp_ask *ask,
             const struct jv **out) MUST_CHECK;
/* The same for a result with a huge string: *big is it, still as in the JSON text (base64 needs no
 * unescaping; for others see cdp_unescape in cdp_text.h), borrowed until the next call on this cdp. */
int cdp_call_big(struct op *op, struct cdp *cdp, const struct cdp_ask *ask, const struct jv **out,
                 struct bytes *big) MUST_CHECK;
/* Does not wait for the answer; fn may be NULL. */
int cdp_send(struct op *op, struct cdp *cdp, const struct cdp_ask *ask, cdp_reply_fn *fn,
             void *ctx) MUST_CHECK;
/* Forgets the answers that ctx waits for: before ctx is freed. */
void cdp_forget(struct cdp *cdp, void *ctx);
/* Handles what has come; waits at most wait_ms for the first message (0: does not wait). *handled
 * (may be NULL) tells how many. */
int cdp_pump(struct op *op, struct cdp *cdp, int wait_ms, int *handled) MUST_CHECK;
/* A session ended (crash, detach): the call waiting for it fails at once with `why`. */
void cdp_drop_session(struct cdp *cdp, const char *session, const char *why);
bool cdp_is_broken(const struct cdp *cdp);

#endif
