/* Signing in and out, the own password, the own preferences. Everybody's, whatever the role: also
 * of those who must choose a password first.
 */
#include "api/handlers.h"

#include "api/events.h"
#include "api/fields.h"
#include "api/note.h"
#include "api/platform.h"
#include "api/reply.h"
#include "api/signin.h"
#include "api/users.h"
#include "auth/password.h"

#include <string.h>

static const char cookie_name[] = "rounds_session";

static int reply_session(struct call *call, const struct session *session,
                         const struct store_user *user)
{
    struct reply r;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_key(&r.w, "user");
    if (user_print(call, &r, user) < 0) {
        str_fini(&r.text);
        return -1;
    }
    jw_text_at(&r.w, "csrf_token", session ? session->csrf : NULL);
    reply_time_at(&r, "expires_at", session ? session->expires_ms : 0);
    jw_bool_at(&r.w, "must_change_password", user->must_change);
    jw_end(&r.w);
    return reply_json(&r, 200);
}

int handle_session_start(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct secret password = {0};
    struct session session;
    struct fields f;
    char cookie[SESSION_COOKIE_MAX];
    int64_t pause_ms = 0;
    fields_open(&f, call, "user password");
    struct signin_ask ask = {.login = fields_need_text(&f, "user", 200), .password = &password};
    fields_secret(&f, "password", PASSWORD_MAX, &password);
    ask.address = call->req->peer;
    ask.agent = httpd_header_in(call->req, "User-Agent", 0);
    int failed = fields_end(&f);
    if (!failed)
        failed = signin_try(call->op, &platform->signin, &ask, cookie, &session, &pause_ms);
    secret_fini(&password);
    call->retry_after_s = (int)((pause_ms + 999) / 1000);
    if (failed)
        return -1;
    signin_set_cookie(call, cookie);
    return reply_session(call, &session, &session.user);
}

int handle_session_show(struct call *call)
{
    struct store_user user;
    if (store_user_get(call->op, call->api->platform->store, call->who.user_row, &user) < 0)
        return -1;
    return reply_session(call, call->session, &user);
}

/* API tokens have neither a session nor a password. */
static int need_session(struct call *call, const char **cookie)
{
    *cookie = call->session ? httpd_cookie(call->req, cookie_name) : NULL;
    if (!*cookie)
        return op_fail(call->op, ERR_BAD_INPUT,
                       "an API token has no session: sign in by password for this");
    return 0;
}

int handle_session_stop(struct call *call)
{
    struct platform *platform = call->api->platform;
    const char *cookie;
    if (need_session(call, &cookie) < 0 ||
        session_stop(call->op, platform->sessions, bytes_of(cookie)) < 0 ||
        note_add(call, platform->store, "session.ended", "user", call->who.user_id, NULL) < 0)
        return -1;
    events_recheck(platform->events);
    signin_set_cookie(call, "");
    return reply_empty(call);
}

int handle_session_password(struct call *call)
{
    struct platform *platform = call->api->platform;
    struct secret present = {0}, wanted = {0};
    struct fields f;
    const char *cookie;
    fields_open(&f, call, "current new");
    fields_need_text(&f, "current", PASSWORD_MAX);
    fields_need_text(&f, "new", PASSWORD_MAX);
    if (fields_end(&f) < 0 || need_session(call, &cookie) < 0)
        return -1;
    fields_secret(&f, "current", PASSWORD_MAX, &present);
    fields_secret(&f, "new", PASSWORD_MAX, &wanted);
    int failed = signin_change_password(call->op, &platform->signin, bytes_of(cookie), &present,
                                        &wanted, call->req->peer);
    secret_fini(&present);
    secret_fini(&wanted);
    if (failed)
        reply_detail(call, call->op->err == ERR_UNPROCESSABLE ? "new" : "current",
                     call->op->err_text);
    else
        events_recheck(platform->events); /* the other sessions have ended */
    return failed ? -1 : reply_empty(call);
}

int handle_session_preferences(struct call *call)
{
    struct store *store = call->api->platform->store;
    struct store_user user;
    struct fields f;
    if (store_user_get(call->op, store, call->who.user_row, &user) < 0)
        return -1;
    struct user_prefs prefs = user_prefs_read(call->op, &user);
    fields_open(&f, call, "language theme");
    int language =
        fields_word(&f, "language", user_languages, user_word(user_languages, prefs.language));
    int theme = fields_word(&f, "theme", user_themes, user_word(user_themes, prefs.theme));
    if (fields_end(&f) < 0)
        return -1;
    user.prefs = arena_fmt(&call->op->arena, "{\"language\":\"%s\",\"theme\":\"%s\"}",
                           user_languages[language], user_themes[theme]);
    if (store_user_set_prefs(call->op, store, user.row, user.prefs) < 0)
        return -1;
    return user_reply(call, &user, 200);
}
