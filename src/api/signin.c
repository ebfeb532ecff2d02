/* The doorkeeper of the platform's routes. A session's cookie counts only with its CSRF token,
 * unless the request changes nothing; an API token needs none, since no browser sends it by itself.
 */
#include "api/signin.h"

#include "api/platform.h"
#include "auth/token.h"
#include "base/clock.h"

#include <string.h>

static bool is_reading(const struct call *call)
{
    return strcmp(call->req->method, "GET") == 0;
}

static int check_cookie(struct call *call, const char *cookie)
{
    struct session *session = ARENA_NEW(&call->op->arena, struct session);
    struct platform *platform = call->api->platform;
    char fresh[SESSION_COOKIE_MAX];
    if (session_check(call->op, platform->sessions, bytes_of(cookie), session) < 0)
        return -1;
    if (!is_reading(call) &&
        !session_csrf_fits(session, httpd_header_in(call->req, "X-CSRF-Token", 0)))
        return op_fail(call->op, ERR_FORBIDDEN,
                       "the header X-CSRF-Token is missing or is not this session's; GET "
                       "/api/v1/session tells it");
    call->who = session->caller;
    call->session = session;
    if (session->needs_rotation) {
        if (session_rotate(call->op, platform->sessions, bytes_of(cookie), fresh) == 0)
            signin_set_cookie(call, fresh);
        else if (call->op->err == ERR_CONFLICT)
            op_clear(call->op); /* another request of this browser has just done it */
        else
            return -1;
    }
    return 0;
}

void signin_set_cookie(struct call *call, const char *value)
{
    httpd_headerf(call->req, "Set-Cookie", "rounds_session=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
                  value,
                  call->api->platform->is_secure_cookie || call->req->is_tls ? "; Secure" : "",
                  *value ? "" : "; Max-Age=0");
}

static int identify(struct call *call)
{
    const char *bearer = httpd_header_in(call->req, "Authorization", 0);
    const char *cookie = httpd_cookie(call->req, "rounds_session");
    if (bearer && strncmp(bearer, "Bearer ", 7) == 0)
        return token_check(call->op, call->api->platform->store, bytes_of(bearer + 7),
                           clock_wall_ms(), &call->who);
    if (cookie)
        return check_cookie(call, cookie);
    return op_fail(
        call->op, ERR_UNAUTHENTICATED,
        "sign in first: POST /api/v1/session, or send an API token as Authorization: Bearer");
}

int signin_check(struct call *call)
{
    static const enum user_role needed[] = {[WHO_VIEWER] = ROLE_VIEWER,
                                            [WHO_REVIEWER] = ROLE_REVIEWER,
                                            [WHO_EDITOR] = ROLE_EDITOR,
                                            [WHO_ADMIN] = ROLE_ADMIN};
    unsigned covers = call->route->scope | (is_reading(call) ? SCOPE_READ | SCOPE_ROUNDS : 0);
    if (identify(call) < 0 || caller_need_scope(call->op, &call->who, covers) < 0)
        return -1;
    if (call->route->who == WHO_SELF)
        return 0;
    if (call->who.must_change)
        return op_fail(call->op, ERR_FORBIDDEN,
                       "choose a password of your own first: PUT /api/v1/session/password");
    return caller_need_role(call->op, &call->who, needed[call->route->who]);
}
