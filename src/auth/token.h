/* Tokens: API tokens ("rds_…") that programs show, and the list of X-Auth-Token values that a
 * Grafana may show to the render service.
 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include "auth/role.h"
#include "base/secret.h"
#include "store/session.h"

#define TOKEN_PREFIX "rds_"

/* A new token for a person: *out is shown once, only its hash is kept. token->name, user_row, role,
 * expires_ms are given; the rest is filled. ERR_UNPROCESSABLE: expires in the past. */
int token_add(struct op *op, struct store *store, struct store_token *token,
              struct secret *out) MUST_CHECK;
/* `text` is what follows "Bearer ". ERR_UNAUTHENTICATED for anything that is not a living token. */
int token_check(struct op *op, struct store *store, struct bytes text, int64_t now_ms,
                struct caller *out) MUST_CHECK;
/* The same by its number (caller.credential_row): whether one that was checked before still counts,
 * and what it may by now. */
int token_check_row(struct op *op, struct store *store, int64_t row, int64_t now_ms,
                    struct caller *out) MUST_CHECK;

/* ---- X-Auth-Token of the render service ---- */

struct token_list {
    const struct secret *items;
    size_t n;
};

/* The list in use, replaceable while callers are checked. Any thread. */
struct token_book;
struct token_book *token_book_new(void);
void token_book_free(struct token_book *book);
/* Copies. */
void token_book_set(struct token_book *book, const struct token_list *list);
/* As token_list_has. */
bool token_book_has(struct token_book *book, struct bytes candidate);

/* Constant time over the whole list: neither which nor how much fits shows. An empty candidate or
 * list never fits. */
bool token_list_has(const struct token_list *list, struct bytes candidate);
/* Why the service must not start with this list, or NULL. Pure. The well-known token "-" (the one
 * that Grafana sends when nobody has set one), an empty list and tokens under 16 characters are
 * good enough only while we listen on loopback. is_loopback: every address we listen on is. */
const char *token_list_refusal(const struct token_list *list, bool is_loopback);

#endif
