/* People, as the API shows them. */
#ifndef API_USERS_H
#define API_USERS_H

#include "api/reply.h"

struct user_prefs {
    const char *language; /* "zh-CN", "en", "auto" */
    const char *theme;    /* "light", "dark", "auto" */
};
extern const char *const user_languages[], *const user_themes[]; /* NULL-terminated */
struct user_prefs user_prefs_read(struct op *op, const struct store_user *user);
/* Index of a word that is known to be there. */
int user_word(const char *const *words, const char *word);

/* The API's User. */
int user_print(struct call *call, struct reply *r, const struct store_user *user) MUST_CHECK;
int user_reply(struct call *call, const struct store_user *user, int status) MUST_CHECK;

#endif
