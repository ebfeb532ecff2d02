/* Signing in by password, changing it, and the first admin: limit, password, session and audit
 * trail put together. Blocks on the store, and for some 15 ms on Argon2id.
 */
#ifndef AUTH_SIGNIN_H
#define AUTH_SIGNIN_H

#include "auth/limit.h"
#include "auth/refusals.h"
#include "auth/session.h"

struct signin {
    struct store *store;
    struct sessions *sessions;
    struct limit *limit;
    struct refusals *refusals;
};

struct signin_ask {
    const char *login;
    const struct secret *password;
    const char *address; /* of the client */
    const char *agent;
};

/* Both outcomes are written into the audit trail, refusals as refusals.h says. ERR_UNAUTHENTICATED:
 * wrong name or password, or disabled (never told apart, in text or time). ERR_BUSY: too many wrong
 * tries; *out_pause_ms says how long to wait (may be NULL). */
int signin_try(struct op *op, const struct signin *signin, const struct signin_ask *ask,
               char cookie[SESSION_COOKIE_MAX], struct session *out,
               int64_t *out_pause_ms) MUST_CHECK;
/* A person's own change. Ends all other sessions; `cookie` is the present one. ERR_FORBIDDEN: the
 * present password is wrong (counts as a wrong try: ERR_BUSY). ERR_UNPROCESSABLE: policy. */
int signin_change_password(struct op *op, const struct signin *signin, struct bytes cookie,
                           const struct secret *present, const struct secret *wanted,
                           const char *address) MUST_CHECK;
/* An admin's act, or the command line's: a one-time password, which must be changed. */
int signin_reset_password(struct op *op, struct store *store, const struct caller *by,
                          const char *user_id, const char *address, struct secret *out) MUST_CHECK;
/* When there is nobody yet: makes "admin". given (may be empty): ROUNDS_ADMIN_PASSWORD, kept as it
 * is; else *out is a one-time password to be printed. *out_made false: there are people already. */
int signin_make_first(struct op *op, struct store *store, const struct secret *given,
                      struct secret *out, bool *out_made) MUST_CHECK;

#endif
