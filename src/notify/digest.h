/* From an event of a round to a message in a language. For notify/ only. */
#ifndef NOTIFY_DIGEST_H
#define NOTIFY_DIGEST_H

#include "notify/notify.h"

struct digest_ask {
    enum notify_event event;
    const char *round_id;
    const char *lang;
    const char *letter_id;
    const struct jv *people; /* [{"name","email"}]; NULL: nobody */
    int64_t now_ms;
};

/* The round as it is now, in op's arena; without a picture. ERR_NOT_FOUND: the round is gone. */
int digest_make(struct op *op, struct store *store, const struct notify_env *env,
                const struct digest_ask *ask, struct notify_message *out) MUST_CHECK;
/* The message of the test button. */
void digest_make_test(struct op *op, const struct notify_env *env, const char *lang, int64_t now_ms,
                      struct notify_message *out);

#endif
