/* Mail: a message of text, HTML, inline pictures and attachments, handed to an SMTP server.
 *
 * Addresses and header values with line breaks or other control bytes are refused (ERR_BAD_INPUT),
 * so no value can add a header or a recipient. Names, subjects and file names may be any UTF-8.
 */
#ifndef MAIL_MAIL_H
#define MAIL_MAIL_H

#include "base/op.h"
#include "base/secret.h"

enum mail_tls {
    MAIL_TLS_STARTTLS, /* smtp://, must be upgraded before login */
    MAIL_TLS_DIRECT,   /* smtps:// */
    MAIL_TLS_OFFERED,  /* upgraded where the server offers it */
};

struct mail_conf { /* borrowed until mail_close */
    const char *host;
    int port; /* 0: 587, or 465 with MAIL_TLS_DIRECT */
    enum mail_tls tls;
    const char *user; /* NULL: no login */
    struct secret password;
    const char *ca_file;   /* PEM, instead of the system's store */
    bool is_insecure;      /* accept any certificate */
    const char *from;      /* "rounds@example.org" */
    const char *from_name; /* NULL: none */
    const char *reply_to;  /* NULL: none */
    const char *hello;     /* our name in EHLO; NULL: the host's own */
};

struct mail_file {
    const char *name; /* "report.pdf" */
    const char *type; /* "application/pdf" */
    struct bytes data;
    const char *content_id; /* of a picture that the HTML shows as src="cid:…"; NULL: attachment */
};

struct mail_header {
    const char *name;
    const char *value;
};

struct mail_message {
    const char *const *to; /* addresses: "a@example.org", or "Ann <a@example.org>" */
    size_t to_n;
    const char *subject;
    const char *text; /* plain form; always given */
    const char *html; /* NULL: text only */
    const struct mail_file *files;
    size_t file_n;
    const struct mail_header *headers; /* further ones: "Auto-Submitted", "List-Unsubscribe" */
    size_t header_n;
    const char *message_id; /* "<…>": set it to make a retry recognisable; NULL: a new one */
};

struct mail;

/* Checks the conf; connects to nobody. */
int mail_open(struct op *op, const struct mail_conf *conf, struct mail **out) MUST_CHECK;
void mail_close(struct mail *mail);
/* Blocks until the server has taken the message. Any thread. Fails with ERR_BAD_INPUT (message),
 * ERR_UNPROCESSABLE (the server refuses for good), ERR_TARGET (not reachable, TLS, temporary
 * refusal: try again later), ERR_TIMEOUT, ERR_CANCELLED. */
int mail_send(struct op *op, struct mail *mail, const struct mail_message *message) MUST_CHECK;
/* True if the text is an address as in mail_message.to. */
bool mail_is_address(const char *text);

#endif
