/* Who is asking, and what they may do: viewer < reviewer < editor < admin, and the sources that a
 * person sees. The roles' numbers are the store's (store/user.h).
 */
#ifndef AUTH_ROLE_H
#define AUTH_ROLE_H

#include "store/user.h"

enum caller_kind {
    CALLER_NOBODY, /* no credential was shown */
    CALLER_PERSON, /* a session's cookie */
    CALLER_TOKEN,  /* an API token; acts for a person */
    CALLER_SYSTEM, /* ourselves, the command line: may do and see everything */
};

/* What an API token is for, of what its role may; as bits. */
enum caller_scope {
    SCOPE_READ = 1,   /* whatever only reads */
    SCOPE_ROUNDS = 2, /* reading, and starting, cancelling and repeating rounds and shots */
    SCOPE_RENDER = 4, /* pictures of panels as they are now, and nothing else */
    SCOPE_NONE = 8,   /* nothing: of a word that this version does not know */
};

/* One who asks. Texts live as long as the arena that they were read into. */
struct caller {
    enum caller_kind kind;
    enum user_role role;    /* what counts: of a token never more than its person has */
    int64_t user_row;       /* 0: nobody, system */
    int64_t credential_row; /* of the session or token that was shown; 0: none */
    int64_t visible_row;    /* for the store's lists: 0 sees every source, else user_row */
    const char *user_id;
    const char *login;
    const char *name;
    const char *actor; /* for the audit trail: the login, "token:NAME", "system" */
    unsigned scopes;   /* of enum caller_scope; 0: all that the role may */
    bool must_change;  /* has to choose a password first (persons only) */
};

/* "viewer", "reviewer", "editor", "admin"; "none" for ROLE_NONE. */
const char *role_word(enum user_role role);
/* False for any other word ("none" too). */
bool role_parse(const char *word, enum user_role *out);
bool role_allows(enum user_role have, enum user_role need);

/* The one who has signed in as this person. Borrows the texts. */
struct caller caller_of_user(const struct store_user *user);
struct caller caller_of_system(void);
/* "read", "rounds", "render"; 0 for any other word. */
unsigned scope_parse(const char *word);
/* `covers`: the scopes that would do, as bits. ERR_FORBIDDEN. */
int caller_need_scope(struct op *op, const struct caller *caller, unsigned covers) MUST_CHECK;
/* 0, or ERR_UNAUTHENTICATED (nobody) or ERR_FORBIDDEN (the text names the role that is needed). */
int caller_need_role(struct op *op, const struct caller *caller, enum user_role need) MUST_CHECK;
/* ERR_NOT_FOUND when the caller does not see it: what is hidden does not exist. */
int caller_need_source(struct op *op, struct store *store, const struct caller *caller,
                       int64_t source_row) MUST_CHECK;
int caller_need_plan(struct op *op, struct store *store, const struct caller *caller,
                     int64_t plan_row) MUST_CHECK;

#endif
