/* What the chats' robots and the webhook share: secrets of an address and a signing key, posting
 * JSON, reading answers, checking settings. For notify/ only.
 */
#ifndef NOTIFY_ROBOT_H
#define NOTIFY_ROBOT_H

#include "notify/channel.h"

/* The two lines of a robot's secret. Borrowed from it; sign.n 0: none. */
struct robot {
    struct bytes url;
    struct bytes sign;
};
/* ERR_UNPROCESSABLE: no http(s) URL in the first line, or more than two lines. Never shows it. */
int robot_parse(struct op *op, const struct secret *secret, struct robot *out) MUST_CHECK;

/* settings has only these members. ERR_UNPROCESSABLE names another one. */
int robot_check_members(struct op *op, const struct jv *settings, const char *const *names,
                        size_t n) MUST_CHECK;

struct robot_post {
    const char *service; /* for error texts: "DingTalk" */
    const char *url;     /* whole, signature included; never shown */
    struct bytes body;
    const struct fetch_header *headers; /* besides Content-Type */
    size_t header_n;
};
/* Posts JSON. 0 for an answer of 2xx; else by what the status means: ERR_TARGET (later perhaps),
 * ERR_BUSY (429), ERR_UNPROCESSABLE (never). */
int robot_post(struct op *op, struct fetch_client *fetch, const struct robot_post *post,
               struct bytes *out_answer) MUST_CHECK;

struct robot_answer {
    const char *service;
    const char *code_name, *text_name; /* members of the answer: "errcode", "errmsg" */
    const int64_t *busy;               /* codes for "too fast", "try again"; ends with 0 */
};
/* The code inside an answer of 200: 0 is success. */
int robot_check_answer(struct op *op, const struct robot_answer *kind,
                       struct bytes answer) MUST_CHECK;

/* base64(HMAC-SHA256(key, data)), in op's arena. */
const char *robot_sign(struct op *op, struct bytes key, struct bytes data);
/* Adds text with each character of `marks` replaced by replacements[its index]; control bytes
 * become spaces. */
void robot_add_escaped(struct str *out, const char *text, const char *marks,
                       const char *const *replacements);

#endif
