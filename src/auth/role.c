/* Roles and what a caller sees. Pure but for the two questions to the store about visibility; any
 * thread.
 *
 * One ladder of four roles instead of single permissions: operators' teams are small, and a ladder
 * can be understood at a glance. What somebody may not see answers "not found", so that ids of
 * other teams' sources cannot be told from ids that do not exist.
 */
#include "auth/role.h"

#include <string.h>

static const char *const words[] = {
    [ROLE_NONE] = "none",     [ROLE_VIEWER] = "viewer", [ROLE_REVIEWER] = "reviewer",
    [ROLE_EDITOR] = "editor", [ROLE_ADMIN] = "admin",
};

const char *role_word(enum user_role role)
{
    return (unsigned)role <= ROLE_ADMIN ? words[role] : words[ROLE_NONE];
}

bool role_parse(const char *word, enum user_role *out)
{
    for (int role = ROLE_VIEWER; role <= ROLE_ADMIN; role++) {
        if (word && strcmp(word, words[role]) == 0) {
            *out = (enum user_role)role;
            return true;
        }
    }
    return false;
}

bool role_allows(enum user_role have, enum user_role need)
{
    return have >= need;
}

struct caller caller_of_user(const struct store_user *user)
{
    return (struct caller){
        .kind = CALLER_PERSON,
        .role = user->role,
        .user_row = user->row,
        .visible_row = user->sees_all ? 0 : user->row,
        .user_id = user->id,
        .login = user->login,
        .name = user->name,
        .actor = user->login,
        .must_change = user->must_change,
    };
}

struct caller caller_of_system(void)
{
    return (struct caller){
        .kind = CALLER_SYSTEM,
        .role = ROLE_ADMIN,
        .user_id = "",
        .login = "",
        .name = "",
        .actor = "system",
    };
}

int caller_need_role(struct op *op, const struct caller *caller, enum user_role need)
{
    if (caller->kind == CALLER_NOBODY && need > ROLE_NONE)
        return op_fail(op, ERR_UNAUTHENTICATED, "sign in, or send an API token");
    if (!role_allows(caller->role, need))
        return op_fail(op, ERR_FORBIDDEN, "this needs the role %s, and yours is %s",
                       role_word(need), role_word(caller->role));
    return 0;
}

unsigned scope_parse(const char *word)
{
    static const struct {
        const char *word;
        unsigned scope;
    } known[] = {{"read", SCOPE_READ}, {"rounds", SCOPE_ROUNDS}, {"render", SCOPE_RENDER}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].word, word) == 0)
            return known[i].scope;
    return 0;
}

int caller_need_scope(struct op *op, const struct caller *caller, unsigned covers)
{
    if (caller->scopes == 0 || caller->scopes & covers)
        return 0;
    return op_fail(op, ERR_FORBIDDEN, "this token is not for that: its scopes do not cover it");
}

int caller_need_source(struct op *op, struct store *store, const struct caller *caller,
                       int64_t source_row)
{
    bool sees = caller->visible_row == 0;
    if (caller->kind == CALLER_NOBODY)
        return op_fail(op, ERR_UNAUTHENTICATED, "sign in, or send an API token");
    if (!sees && store_user_sees_source(op, store, caller->visible_row, source_row, &sees))
        return -1;
    return sees ? 0 : op_fail(op, ERR_NOT_FOUND, "there is no such source");
}

int caller_need_plan(struct op *op, struct store *store, const struct caller *caller,
                     int64_t plan_row)
{
    bool sees = caller->visible_row == 0;
    if (caller->kind == CALLER_NOBODY)
        return op_fail(op, ERR_UNAUTHENTICATED, "sign in, or send an API token");
    if (!sees && store_user_sees_plan(op, store, caller->visible_row, plan_row, &sees))
        return -1;
    return sees ? 0 : op_fail(op, ERR_NOT_FOUND, "there is no such plan");
}
