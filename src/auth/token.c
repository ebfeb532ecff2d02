/* API tokens, and the render service's list of X-Auth-Token values. Any thread.
 *
 * An API token is 200 random bits behind a prefix that scanners of leaked secrets can look for;
 * with so much chance in it a plain SHA-256 is enough to keep, and a look-up by hash gives no
 * timing away. It acts for its maker and never has more rights than he has now.
 */
#include "auth/token.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rand.h"
#include "sys/lock.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { WORD = 40, TOKEN_LENGTH = sizeof TOKEN_PREFIX - 1 + WORD, HINT = 8, GOOD_LENGTH_MIN = 16 };

static struct bytes hash_of(struct bytes text, unsigned char hash[HASH_SIZE])
{
    hash_sha256(text, hash);
    return (struct bytes){(const char *)hash, HASH_SIZE};
}

int token_add(struct op *op, struct store *store, struct store_token *token, struct secret *out)
{
    unsigned char hash[HASH_SIZE];
    char word[WORD + 1];
    char text[TOKEN_LENGTH + 1];
    if (token->expires_ms != 0 && token->expires_ms <= clock_wall_ms())
        return op_fail(op, ERR_UNPROCESSABLE, "expires_at is in the past");
    if (token->role < ROLE_VIEWER || token->role > ROLE_ADMIN)
        return op_fail(op, ERR_UNPROCESSABLE, "role: viewer, reviewer, editor or admin");
    rand_word(word, WORD);
    snprintf(text, sizeof text, TOKEN_PREFIX "%s", word);
    token->hint = arena_copy(&op->arena, (struct bytes){text, HINT});
    if (!token->scopes)
        token->scopes = "[]";
    int failed =
        store_token_add(op, store, hash_of((struct bytes){text, TOKEN_LENGTH}, hash), token);
    if (!failed)
        secret_set(out, (struct bytes){text, TOKEN_LENGTH});
    sodium_memzero(word, sizeof word);
    sodium_memzero(text, sizeof text);
    return failed;
}

static unsigned read_scopes(struct op *op, const char *json)
{
    const struct jv *list = jv_parse_quiet(&op->arena, bytes_of(json));
    unsigned scopes = jv_is_array(list) ? 0 : SCOPE_NONE;
    for (size_t i = 0; i < jv_len(list); i++) {
        unsigned one = scope_parse(jv_text(jv_item(list, i), ""));
        scopes |= one ? one : SCOPE_NONE;
    }
    return scopes;
}

static struct caller caller_of(struct op *op, const struct store_token *token,
                               const struct store_user *user)
{
    struct caller caller = caller_of_user(user);
    caller.kind = CALLER_TOKEN;
    caller.credential_row = token->row;
    caller.must_change = false;
    if (token->role < caller.role)
        caller.role = token->role;
    caller.scopes = read_scopes(op, token->scopes);
    caller.actor = arena_fmt(&op->arena, "token:%s", token->name);
    return caller;
}

int token_check_row(struct op *op, struct store *store, int64_t row, int64_t now_ms,
                    struct caller *out)
{
    struct store_token token;
    struct store_user user;
    if (store_token_get(op, store, row, now_ms, &token, &user))
        return -1;
    *out = caller_of(op, &token, &user);
    return 0;
}

int token_check(struct op *op, struct store *store, struct bytes text, int64_t now_ms,
                struct caller *out)
{
    unsigned char hash[HASH_SIZE];
    struct store_token token;
    struct store_user user;
    if (text.n != TOKEN_LENGTH || !bytes_has_prefix(text, BYTES(TOKEN_PREFIX)))
        return op_fail(op, ERR_UNAUTHENTICATED, "this is not an API token of Rounds (%s…)",
                       TOKEN_PREFIX);
    if (store_token_check(op, store, hash_of(text, hash), now_ms, &token, &user))
        return -1;
    *out = caller_of(op, &token, &user);
    return 0;
}

bool token_list_has(const struct token_list *list, struct bytes candidate)
{
    /* Hashes are of one length, so nothing depends on lengths or on which one fits. */
    unsigned char shown[HASH_SIZE];
    unsigned char kept[HASH_SIZE];
    int has = 0;
    hash_sha256(candidate, shown);
    for (size_t i = 0; i < list->n; i++) {
        hash_sha256(secret_reveal(&list->items[i]), kept);
        has |= sodium_memcmp(shown, kept, HASH_SIZE) == 0;
    }
    /* What is empty was hashed like the rest, but opens nothing. */
    return has && candidate.n > 0;
}

struct token_book {
    struct lock lock;
    struct secret *items;
    size_t n;
};

struct token_book *token_book_new(void)
{
    struct token_book *book = MEM_NEW(struct token_book);
    lock_init(&book->lock);
    return book;
}

static void wipe_items(struct secret *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        secret_fini(&items[i]);
    mem_free(items);
}

void token_book_free(struct token_book *book)
{
    if (!book)
        return;
    wipe_items(book->items, book->n);
    lock_fini(&book->lock);
    mem_free(book);
}

void token_book_set(struct token_book *book, const struct token_list *list)
{
    struct secret *items = mem_calloc(list->n + 1, sizeof *items);
    for (size_t i = 0; i < list->n; i++)
        secret_copy(&items[i], &list->items[i]);
    lock_take(&book->lock);
    struct secret *former = book->items;
    size_t former_n = book->n;
    book->items = items;
    book->n = list->n;
    lock_give(&book->lock);
    wipe_items(former, former_n);
}

bool token_book_has(struct token_book *book, struct bytes candidate)
{
    lock_take(&book->lock);
    struct token_list list = {book->items, book->n};
    bool has = token_list_has(&list, candidate);
    lock_give(&book->lock);
    return has;
}

const char *token_list_refusal(const struct token_list *list, bool is_loopback)
{
    if (is_loopback)
        return NULL;
    if (list->n == 0)
        return "no token is set, and the service listens beyond loopback: anybody could have any "
               "page rendered. Set auth_token (\"openssl rand -hex 32\" makes one) here and the "
               "same as renderer_token in Grafana, or listen on 127.0.0.1";
    for (size_t i = 0; i < list->n; i++) {
        if (secret_eq(&list->items[i], BYTES("-")))
            return "the token is the well-known \"-\", and the service listens beyond loopback: "
                   "set ROUNDS_AUTH_TOKENS (\"openssl rand -hex 32\" makes one) here and the same "
                   "as renderer_token in Grafana, or listen on 127.0.0.1";
        if (secret_reveal(&list->items[i]).n < GOOD_LENGTH_MIN)
            return "a token has fewer than 16 characters, and the service listens beyond "
                   "loopback: set a longer ROUNDS_AUTH_TOKENS (\"openssl rand -hex 32\" makes one) "
                   "here and the same as renderer_token in Grafana, or listen on 127.0.0.1";
    }
    return NULL;
}
