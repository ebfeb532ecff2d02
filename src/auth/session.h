/* Sessions of people who signed in by password: cookie, CSRF token, limits, rotation.
 *
 * A cookie's value is its time of issue and 256 random bits; the store keeps only its SHA-256.
 * Thread-safe. All times are wall-clock milliseconds.
 */
#ifndef AUTH_SESSION_H
#define AUTH_SESSION_H

#include "auth/role.h"
#include "base/hash.h"
#include "base/secret.h"
#include "store/session.h"

enum { SESSION_COOKIE_MAX = 64, SESSION_CSRF_MAX = 48 };

enum { SESSION_IDLE_MS = 12 * 60 * 60 * 1000 };

struct session_conf {              /* 0: the default in brackets */
    int64_t idle_ms;               /* over when unused for so long [SESSION_IDLE_MS] */
    int64_t absolute_ms;           /* over in any case [7 days] */
    int64_t rotate_ms;             /* the cookie is replaced when older [1 h] */
    const struct secret *csrf_key; /* 32 bytes: keys_derive(keys, "csrf", …). Copied */
};

struct sessions;

struct sessions *sessions_new(struct store *store, const struct session_conf *conf);
void sessions_free(struct sessions *sessions);

struct session {
    struct caller caller;
    struct store_user user;
    int64_t row;
    int64_t expires_ms;            /* the nearer of the two limits */
    bool needs_rotation;           /* answer with a new cookie: session_rotate */
    unsigned char hash[HASH_SIZE]; /* of its cookie: what the store knows it by */
    char csrf[SESSION_CSRF_MAX];   /* stays the same through rotation */
};

/* Begins a session of this person; `cookie` is the value to set. Always a new one: what the browser
 * showed before is never taken over. Forgets everybody's sessions that are over. */
int session_start(struct op *op, struct sessions *sessions, const struct store_user *user,
                  const char *address, const char *agent, char cookie[SESSION_COOKIE_MAX],
                  struct session *out) MUST_CHECK;
/* ERR_UNAUTHENTICATED: unknown, over, or the person is disabled. */
int session_check(struct op *op, struct sessions *sessions, struct bytes cookie,
                  struct session *out) MUST_CHECK;
/* The same by its number: whether one that was checked before still counts, and what its person may
 * by now. Fills caller, user, row, expires_ms, csrf. */
int session_check_row(struct op *op, struct sessions *sessions, int64_t row,
                      struct session *out) MUST_CHECK;
/* A person's living ones, newest first. */
int session_list(struct op *op, struct sessions *sessions, int64_t user_row,
                 struct store_session **out, size_t *out_n) MUST_CHECK;
/* The same session under a new cookie. The old one stays good for a minute, for requests that are
 * under way. ERR_CONFLICT: another request has just done it; keep the cookie. */
int session_rotate(struct op *op, struct sessions *sessions, struct bytes cookie,
                   char out[SESSION_COOKIE_MAX]) MUST_CHECK;
/* Signs out. No harm if it is over already. */
int session_stop(struct op *op, struct sessions *sessions, struct bytes cookie) MUST_CHECK;
/* Constant time. `shown`: the X-CSRF-Token header, may be NULL. */
bool session_csrf_fits(const struct session *session, const char *shown);

#endif
