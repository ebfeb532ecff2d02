/* Signing in by password, changing and resetting it, the first admin. Any thread; blocks on the
 * store and on Argon2id.
 *
 * Whether a name exists shows neither in the text nor in the time of a refusal, and a name that was
 * typed is written into the audit trail only when it is somebody's: people type passwords into the
 * wrong field. Tries that are refused by the limit leave no trace there, and those that were wrong
 * are counted rather than listed (refusals.h), so that an attack cannot fill the disk.
 */
#include "auth/signin.h"

#include "auth/password.h"
#include "base/clock.h"
#include "store/audit.h"

#include <string.h>

static const char first_login[] = "admin";

/* user: whom the act is about; NULL: nobody known. by_row: who did it; 0: the system, or nobody. */
static int note_by(struct op *op, struct store *store, int64_t by_row,
                   const struct store_user *user, const char *actor, const char *act,
                   const char *address)
{
    struct store_audit audit = {
        .at_ms = clock_wall_ms(),
        .user_row = by_row,
        .actor = actor,
        .act = act,
        .noun = user ? "user" : "",
        .object = user ? user->id : "",
        .detail = "{}",
        .address = address ? address : "",
    };
    return store_audit_add(op, store, &audit);
}

/* What somebody does to himself. */
static int note(struct op *op, struct store *store, const struct store_user *user, const char *act,
                const char *address)
{
    return note_by(op, store, user->row, user, user->login, act, address);
}

/* *out_is_somebody false: there is nobody of that name. */
static int find_somebody(struct op *op, struct store *store, const char *login,
                         struct store_user *out, bool *out_is_somebody)
{
    *out_is_somebody = store_user_find_login(op, store, login, out) == 0;
    if (*out_is_somebody)
        return 0;
    if (op->err != ERR_NOT_FOUND)
        return -1;
    op_clear(op);
    return 0;
}

static int check_pause(struct op *op, struct limit *limit, const char *login, const char *address,
                       int64_t *out_pause_ms)
{
    int64_t pause = limit_pause(limit, login, address, clock_mono_ms());
    if (out_pause_ms)
        *out_pause_ms = pause;
    if (pause > 0)
        return op_fail(op, ERR_BUSY, "too many wrong tries: wait %lld s before the next",
                       (long long)((pause + 999) / 1000));
    return 0;
}

/* The cost of hashing has grown since the password was set. Ends his other sessions, once. */
static int renew_text(struct op *op, struct store *store, const struct store_user *user,
                      const struct secret *password)
{
    char text[PASSWORD_TEXT_MAX];
    if (!password_is_dated(user->password))
        return 0;
    if (password_hash(op, password, text))
        return -1;
    return store_user_set_password(op, store, user->row, text, user->must_change, BYTES(""));
}

int signin_try(struct op *op, const struct signin *signin, const struct signin_ask *ask,
               char cookie[SESSION_COOKIE_MAX], struct session *out, int64_t *out_pause_ms)
{
    struct store *store = signin->store;
    struct store_user user;
    bool is_somebody;
    if (check_pause(op, signin->limit, ask->login, ask->address, out_pause_ms) ||
        find_somebody(op, store, ask->login, &user, &is_somebody))
        return -1;
    bool fits = password_fits(is_somebody ? user.password : NULL, ask->password);
    if (!fits || user.is_disabled) {
        limit_add_wrong(signin->limit, ask->login, ask->address, clock_mono_ms());
        if (refusals_add(op, signin->refusals, store, is_somebody ? &user : NULL, ask->address,
                         clock_mono_ms()))
            return -1;
        return op_fail(op, ERR_UNAUTHENTICATED, "the name or the password is wrong");
    }
    limit_drop_wrong(signin->limit, ask->login, ask->address);
    if (renew_text(op, store, &user, ask->password) ||
        store_user_set_seen(op, store, user.row, clock_wall_ms()) ||
        session_start(op, signin->sessions, &user, ask->address, ask->agent, cookie, out))
        return -1;
    return note(op, store, &user, "session.started", ask->address);
}

int signin_change_password(struct op *op, const struct signin *signin, struct bytes cookie,
                           const struct secret *present, const struct secret *wanted,
                           const char *address)
{
    struct session session;
    struct store_user user;
    char text[PASSWORD_TEXT_MAX];
    if (session_check(op, signin->sessions, cookie, &session))
        return -1;
    const char *login = session.user.login;
    if (check_pause(op, signin->limit, login, address, NULL) ||
        store_user_find_login(op, signin->store, login, &user))
        return -1;
    if (!password_fits(user.password, present)) {
        limit_add_wrong(signin->limit, login, address, clock_mono_ms());
        return op_fail(op, ERR_FORBIDDEN, "the present password is wrong");
    }
    if (secret_eq(present, secret_reveal(wanted)))
        return op_fail(op, ERR_UNPROCESSABLE, "the new password is the present one");
    if (password_check_policy(op, wanted, login) || password_hash(op, wanted, text))
        return -1;
    struct bytes keep = {(const char *)session.hash, sizeof session.hash};
    if (store_user_set_password(op, signin->store, user.row, text, false, keep))
        return -1;
    limit_drop_wrong(signin->limit, login, address);
    return note(op, signin->store, &user, "password.changed", address);
}

int signin_reset_password(struct op *op, struct store *store, const struct caller *by,
                          const char *user_id, const char *address, struct secret *out)
{
    struct store_user user;
    char text[PASSWORD_TEXT_MAX];
    if (store_user_find(op, store, user_id, &user))
        return -1;
    password_make(out);
    if (password_hash(op, out, text) ||
        store_user_set_password(op, store, user.row, text, true, BYTES("")))
        return -1;
    return note_by(op, store, by->user_row, &user, by->actor, "password.reset", address);
}

int signin_make_first(struct op *op, struct store *store, const struct secret *given,
                      struct secret *out, bool *out_made)
{
    int64_t count;
    char text[PASSWORD_TEXT_MAX];
    bool is_given = given && !secret_is_empty(given);
    *out_made = false;
    if (store_user_count(op, store, &count))
        return -1;
    if (count > 0)
        return 0;
    if (is_given)
        secret_copy(out, given);
    else
        password_make(out);
    if ((is_given && password_check_policy(op, out, "")) || password_hash(op, out, text))
        return -1;
    struct store_user user = {
        .login = first_login,
        .name = "Administrator",
        .email = "",
        .role = ROLE_ADMIN,
        .password = text,
        .prefs = "{}",
        .must_change = !is_given,
        .sees_all = true,
    };
    if (store_user_add(op, store, &user))
        return -1;
    *out_made = true;
    return note_by(op, store, 0, &user, "system", "user.added", "");
}
