/* People: who may sign in, as what, and which sources they see. Durable. */
#ifndef STORE_USER_H
#define STORE_USER_H

#include "store/store.h"

enum user_role {
    ROLE_NONE = 0,
    ROLE_VIEWER = 1,
    ROLE_REVIEWER = 2,
    ROLE_EDITOR = 3,
    ROLE_ADMIN = 4,
};

struct store_user {
    int64_t row;
    const char *id;
    const char *login; /* unique, whatever the case of ASCII letters */
    const char *name;  /* shown */
    const char *email; /* "" none */
    enum user_role role;
    const char *password; /* argon2id text; "" cannot sign in by password. Only finds fill it */
    const char *prefs;    /* JSON: language, theme, … */
    bool must_change;     /* password was made by somebody else */
    bool is_disabled;
    bool sees_all; /* every source; else those granted */
    int64_t version;
    int64_t created_ms;
    int64_t updated_ms;
    int64_t seen_ms; /* newest sign-in */
};

struct store_user_list {
    struct store_user *items;
    size_t n;
    const char *next;
};

/* Fills row, id, version, times. ERR_CONFLICT: the login is taken. */
int store_user_add(struct op *op, struct store *store, struct store_user *user) MUST_CHECK;
int store_user_find(struct op *op, struct store *store, const char *id,
                    struct store_user *out) MUST_CHECK;
int store_user_find_login(struct op *op, struct store *store, const char *login,
                          struct store_user *out) MUST_CHECK;
int store_user_get(struct op *op, struct store *store, int64_t row,
                   struct store_user *out) MUST_CHECK;
/* In the order of logins. search: part of login or name; NULL: all. */
int store_user_list(struct op *op, struct store *store, const char *search, struct store_page page,
                    struct store_user_list *out) MUST_CHECK;
/* Writes login, name, email, role, is_disabled, sees_all; the version must be the one read. A user
 * who loses something (disabled, a lower role) loses all sessions in the same transaction.
 * ERR_CONFLICT: version, login taken, or no enabled admin would be left (the text tells). */
int store_user_set(struct op *op, struct store *store, struct store_user *user) MUST_CHECK;
/* Ends all sessions but keep_hash (may be empty). */
int store_user_set_password(struct op *op, struct store *store, int64_t row, const char *password,
                            bool must_change, struct bytes keep_hash) MUST_CHECK;
int store_user_set_prefs(struct op *op, struct store *store, int64_t row,
                         const char *prefs) MUST_CHECK;
int store_user_set_seen(struct op *op, struct store *store, int64_t row, int64_t now_ms) MUST_CHECK;
int store_user_count(struct op *op, struct store *store, int64_t *out) MUST_CHECK;

/* Sources granted to a person who does not see all. */
int store_user_set_sources(struct op *op, struct store *store, int64_t row, const int64_t *sources,
                           size_t n) MUST_CHECK;
int store_user_sources(struct op *op, struct store *store, int64_t row, int64_t **out,
                       size_t *out_n) MUST_CHECK;
/* May this person see everything that the plan, the source touches? */
int store_user_sees_plan(struct op *op, struct store *store, int64_t user_row, int64_t plan_row,
                         bool *out) MUST_CHECK;
int store_user_sees_source(struct op *op, struct store *store, int64_t user_row, int64_t source_row,
                           bool *out) MUST_CHECK;

#endif
