/* Sessions: where somebody is signed in, and ending that. Everybody their own, admins everybody's.
 *
 * API tokens see none: they have a list of their own (tokens.c), and what a program needs of its
 * person's browsers is nothing.
 */
#include "api/handlers.h"

#include "api/events.h"
#include "api/note.h"
#include "api/platform.h"
#include "api/reply.h"

#include <inttypes.h>

static int reply_sessions(struct call *call, int64_t user_row)
{
    struct store_session *items;
    struct reply r;
    size_t n;
    if (session_list(call->op, call->api->platform->sessions, user_row, &items, &n) < 0)
        return -1;
    reply_list_begin(&r, call);
    for (size_t i = 0; i < n; i++) {
        jw_object(&r.w);
        jw_text_at(&r.w, "id", items[i].id);
        jw_text_at(&r.w, "address", items[i].address);
        jw_text_at(&r.w, "agent", items[i].agent);
        reply_time_at(&r, "created_at", items[i].created_ms);
        reply_time_at(&r, "last_seen_at", items[i].seen_ms);
        reply_time_at(&r, "expires_at", items[i].expires_ms);
        jw_bool_at(&r.w, "current", call->session && call->session->row == items[i].row);
        jw_end(&r.w);
    }
    reply_list_end(&r, NULL);
    return reply_json(&r, 200);
}

static int end_one(struct call *call, const struct store_user *user, const char *id)
{
    struct platform *platform = call->api->platform;
    if (store_session_end(call->op, platform->store, user->row, id) < 0 ||
        note_add(call, platform->store, "session.revoked", "user", user->id, "{\"sessions\":1}") <
            0)
        return -1;
    events_recheck(platform->events);
    return reply_empty(call);
}

static int end_all(struct call *call, const struct store_user *user, int64_t keep_row)
{
    struct platform *platform = call->api->platform;
    int64_t n = 0;
    if (store_session_end_all(call->op, platform->store, user->row, keep_row, &n) < 0 ||
        note_add(call, platform->store, "session.revoked", "user", user->id,
                 arena_fmt(&call->op->arena, "{\"sessions\":%" PRId64 "}", n)) < 0)
        return -1;
    events_recheck(platform->events);
    return reply_empty(call);
}

/* ---- One's own ---- */

static int need_session(struct call *call)
{
    return call->session ? 0
                         : op_fail(call->op, ERR_BAD_INPUT,
                                   "an API token has no sessions: sign in by password for this");
}

int handle_sessions_list(struct call *call)
{
    return need_session(call) < 0 ? -1 : reply_sessions(call, call->who.user_row);
}

int handle_sessions_drop(struct call *call)
{
    return need_session(call) < 0 ? -1 : end_one(call, &call->session->user, call->params[0]);
}

int handle_sessions_drop_others(struct call *call)
{
    return need_session(call) < 0 ? -1 : end_all(call, &call->session->user, call->session->row);
}

/* ---- Of a person, by an admin ---- */

static int find_user(struct call *call, struct store_user *out)
{
    return store_user_find(call->op, call->api->platform->store, call->params[0], out);
}

int handle_user_sessions_list(struct call *call)
{
    struct store_user user;
    return find_user(call, &user) < 0 ? -1 : reply_sessions(call, user.row);
}

int handle_user_sessions_drop(struct call *call)
{
    struct store_user user;
    return find_user(call, &user) < 0 ? -1 : end_one(call, &user, call->params[1]);
}

int handle_user_sessions_drop_all(struct call *call)
{
    struct store_user user;
    return find_user(call, &user) < 0 ? -1 : end_all(call, &user, 0);
}
