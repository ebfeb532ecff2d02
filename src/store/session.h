/* Sessions (cookies) and API tokens. Only hashes are kept: what is stored opens nothing. */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include "store/user.h"

struct store_session {
    int64_t row;
    const char *id; /* to end it by; opens nothing */
    int64_t user_row;
    int64_t created_ms;
    int64_t seen_ms;
    int64_t expires_ms;  /* absolute end */
    const char *address; /* of the client at sign-in */
    const char *agent;
};

/* hash: 32 bytes, the SHA-256 of the cookie's value. Fills row and id. */
int store_session_add(struct op *op, struct store *store, struct bytes hash,
                      struct store_session *session) MUST_CHECK;
/* The session and its person in one query. ERR_UNAUTHENTICATED: unknown, over (expires_ms, or not
 * seen since idle_since_ms), or the person is disabled. Notes it as seen, at most once a minute. */
int store_session_check(struct op *op, struct store *store, struct bytes hash, int64_t now_ms,
                        int64_t idle_since_ms, struct store_session *out,
                        struct store_user *out_user) MUST_CHECK;
/* The same by its number, whatever its cookie is by now; not noted as seen. */
int store_session_get(struct op *op, struct store *store, int64_t row, int64_t now_ms,
                      int64_t idle_since_ms, struct store_session *out,
                      struct store_user *out_user) MUST_CHECK;
/* Rotation: the same session under a new hash. ERR_UNAUTHENTICATED: gone. */
int store_session_rotate(struct op *op, struct store *store, struct bytes old_hash,
                         struct bytes new_hash) MUST_CHECK;
int store_session_drop(struct op *op, struct store *store, struct bytes hash) MUST_CHECK;
/* A person's that are not over, newest first; at most STORE_PAGE_MAX. */
int store_session_list(struct op *op, struct store *store, int64_t user_row, int64_t now_ms,
                       int64_t idle_since_ms, struct store_session **out, size_t *out_n) MUST_CHECK;
/* Ends one of a person's. ERR_NOT_FOUND: it is over, or somebody else's. */
int store_session_end(struct op *op, struct store *store, int64_t user_row,
                      const char *id) MUST_CHECK;
/* Ends all of a person's but keep_row (0: all). */
int store_session_end_all(struct op *op, struct store *store, int64_t user_row, int64_t keep_row,
                          int64_t *out_n) MUST_CHECK;
/* Forgets sessions that are over. */
int store_session_sweep(struct op *op, struct store *store, int64_t now_ms,
                        int64_t idle_since_ms) MUST_CHECK;

struct store_token {
    int64_t row;
    const char *id;
    const char *name;
    int64_t user_row;    /* acts for this person */
    const char *user;    /* login */
    enum user_role role; /* at most the person's own counts */
    const char *scopes;  /* JSON array of words; "[]": all of the role */
    const char *hint;    /* first characters, to tell tokens apart */
    int64_t created_ms;
    int64_t expires_ms; /* 0: never */
    int64_t used_ms;
    int64_t revoked_ms; /* 0: alive */
};

/* hash: SHA-256 of the token. Fills row, id, created_ms. */
int store_token_add(struct op *op, struct store *store, struct bytes hash,
                    struct store_token *token) MUST_CHECK;
/* ERR_UNAUTHENTICATED: unknown, expired, revoked, or the person is disabled. Notes the use, at
 * most once a minute. */
int store_token_check(struct op *op, struct store *store, struct bytes hash, int64_t now_ms,
                      struct store_token *out, struct store_user *out_user) MUST_CHECK;
/* The same by its number; not noted as used. */
int store_token_get(struct op *op, struct store *store, int64_t row, int64_t now_ms,
                    struct store_token *out, struct store_user *out_user) MUST_CHECK;
int store_token_find(struct op *op, struct store *store, const char *id,
                     struct store_token *out) MUST_CHECK;
/* user_row 0: everybody's. Newest first, revoked ones included. */
int store_token_list(struct op *op, struct store *store, int64_t user_row, struct store_token **out,
                     size_t *out_n) MUST_CHECK;
int store_token_revoke(struct op *op, struct store *store, int64_t row, int64_t now_ms) MUST_CHECK;

#endif
