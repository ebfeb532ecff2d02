/* Passwords: Argon2id texts, the policy, one-time passwords. Blocks the CPU for some 15 ms. */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include "base/op.h"
#include "base/secret.h"

enum {
    PASSWORD_MIN = 10,  /* characters */
    PASSWORD_MAX = 256, /* bytes */
    PASSWORD_TEXT_MAX = 128,
};

/* ERR_UNPROCESSABLE when it is too short, too long, not UTF-8, contains the login, or is one that
 * everybody tries first; the text says which. No rule about kinds of characters: length counts. */
int password_check_policy(struct op *op, const struct secret *password,
                          const char *login) MUST_CHECK;
/* The Argon2id text to be stored. ERR_UNAVAILABLE: no memory for it now. */
int password_hash(struct op *op, const struct secret *password,
                  char out[PASSWORD_TEXT_MAX]) MUST_CHECK;
/* text NULL or "": nobody; takes as long as a real one, and is false. */
bool password_fits(const char *text, const struct secret *password);
/* Made with other costs than today's: hash anew now that the password is known. */
bool password_is_dated(const char *text);
/* A random one that a person can type: "xxxx-xxxx-xxxx-xxxx", 80 bits, no characters that look
 * alike. */
void password_make(struct secret *out);

#endif
