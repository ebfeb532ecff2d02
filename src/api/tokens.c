/* API tokens: for programs that act for a person. The secret is shown once, when the token is made.
 */
#include "api/handlers.h"

#include "api/events.h"
#include "api/fields.h"
#include "api/note.h"
#include "api/platform.h"
#include "api/reply.h"
#include "auth/token.h"
#include "base/clock.h"

enum { SCOPES_MAX = 10 };

static const char *const role_words[] = {"viewer", "reviewer", "editor", "admin", NULL};

static void print_token(struct reply *r, const struct store_token *token)
{
    jw_object(&r->w);
    jw_text_at(&r->w, "id", token->id);
    jw_text_at(&r->w, "name", token->name);
    jw_text_at(&r->w, "role", role_word(token->role));
    jw_raw_at(&r->w, "scopes", bytes_of(token->scopes));
    jw_text_at(&r->w, "user", token->user);
    jw_text_at(&r->w, "hint", token->hint);
    reply_time_at(r, "created_at", token->created_ms);
    reply_time_at(r, "expires_at", token->expires_ms);
    reply_time_at(r, "last_used_at", token->used_ms);
    jw_end(&r->w);
}

/* There are some dozens at most, so they come in one page. Revoked ones are gone for the reader;
 * the audit trail remembers them. */
int handle_tokens_list(struct call *call)
{
    struct store_token *items;
    struct reply r;
    size_t n;
    if (store_token_list(call->op, call->api->platform->store, 0, &items, &n) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < n; i++)
        if (!items[i].revoked_ms)
            print_token(&r, &items[i]);
    reply_list_end(&r, NULL);
    return reply_json(&r, 200);
}

static int reply_new_token(struct call *call, const struct store_token *token,
                           const struct secret *secret)
{
    struct reply r;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_key(&r.w, "token");
    print_token(&r, token);
    jw_key(&r.w, "secret");
    jw_bytes(&r.w, secret_reveal(secret));
    jw_end(&r.w);
    return reply_json(&r, 201);
}

static void read_scopes(struct fields *f, struct store_token *token)
{
    size_t n = 0;
    const char **words = fields_texts(f, "scopes", SCOPES_MAX, 20, &n);
    struct str *text = str_new(&f->call->op->arena, 1000);
    struct jw w;
    jw_init(&w, text);
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        if (!scope_parse(words[i]))
            fields_fault(f, "scopes", "must be read, rounds or render, not \"%s\"", words[i]);
        jw_text(&w, words[i]);
    }
    jw_end(&w);
    token->scopes = text->p;
}

int handle_tokens_add(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct secret secret = {0};
    struct fields f;
    fields_open(&f, call, "name role scopes expires_at");
    struct store_token token = {.name = fields_need_text(&f, "name", 100),
                                .user_row = call->who.user_row,
                                .user = call->who.login};
    token.role = (enum user_role)(fields_word(&f, "role", role_words, -1) + 1);
    token.expires_ms = fields_time(&f, "expires_at", 0);
    read_scopes(&f, &token);
    if (fields_end(&f) < 0)
        return -1;
    if (caller_need_role(call->op, &call->who, token.role) <
        0) /* no token does more than its maker */
        return -1;
    int failed = token_add(call->op, store, &token, &secret) < 0 ||
                 note_add(call, store, "token.added", "token", token.id,
                          arena_fmt(&call->op->arena, "{\"role\":\"%s\",\"scopes\":%s}",
                                    role_word(token.role), token.scopes)) < 0 ||
                 reply_new_token(call, &token, &secret) < 0;
    secret_fini(&secret);
    return failed ? -1 : 0;
}

int handle_tokens_drop(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct store_token token;
    if (store_token_find(call->op, store, call->params[0], &token) < 0 ||
        store_token_revoke(call->op, store, token.row, clock_wall_ms()) < 0 ||
        note_add(call, store, "token.revoked", "token", token.id, NULL) < 0)
        return -1;
    events_recheck(call->api->platform->events);
    return reply_empty(call);
}
