/* From a mail_message to headers and a MIME tree. Pure but for the date and the random id. */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "fetch/fetch.h"
#include "mail/mail.h"

/* Everything the transport needs, in the op's arena; borrows the message's data. */
struct message {
    const char *const *headers; /* whole lines, NULL-terminated */
    const char *const *to;      /* bare addresses */
    size_t to_n;
    struct fetch_part root;
};

/* Fails with ERR_BAD_INPUT, naming the field. */
int message_build(struct op *op, const struct mail_conf *conf, const struct mail_message *mail,
                  struct message *out) MUST_CHECK;
/* "Ann <a@example.org>" to its parts, in the op's arena; name "" if there is none. -1, without an
 * error recorded, if it is no address. */
int message_split_address(struct arena *arena, const char *text, const char **name,
                          const char **address);

#endif
