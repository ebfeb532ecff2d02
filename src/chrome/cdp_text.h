/* What is read off, or cut out of, the protocol's messages before they are parsed. Pure; views point into the
 * text they were given.
 *
 * Chromium writes {"id":…} first in answers, {"method":…} first in events, and "sessionId" last. What these
 * functions do not find, the caller finds by parsing the whole.
 */
#ifndef CHROME_CDP_TEXT_H
#define CHROME_CDP_TEXT_H

#include "base/arena.h"
#include "base/str.h"

/* The id of an answer. */
bool cdp_text_id(struct bytes text, uint64_t *id);
/* What an event is called and of which session it is (empty: of the browser itself). */
bool cdp_text_event(struct bytes text, struct bytes *method, struct bytes *session);

/* The inside of the string member "name":"…", still escaped; empty if none begins within 512 bytes. */
struct bytes cdp_text_big(struct bytes text, const char *name);
/* The text without a part of it: head and tail joined in the arena. Pictures are megabytes of base64 in one
 * string; parsing them costs more than everything else together. */
struct bytes cdp_text_without(struct arena *arena, struct bytes text, struct bytes part);
/* The text with the first object member of each of these names emptied: "name":{}. names ends with NULL and
 * may itself be NULL. */
struct bytes cdp_text_thin(struct arena *arena, struct bytes text, const char *const *names);

/* A JSON string's inside without its escapes; invalid escapes become U+FFFD. */
void cdp_unescape(struct bytes escaped, struct str *out);

#endif
