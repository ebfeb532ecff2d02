/* `rounds user …`: people, from the machine itself; for the first steps and for who locked
 * themselves out. Works beside a running daemon. Whoever may read the data directory is an admin
 * anyway, so the caller needs no password; the audit trail says "command line".
 */
#include "cli/command.h"

#include "app/data.h"
#include "auth/password.h"
#include "auth/role.h"
#include "auth/signin.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "store/audit.h"

#include <stdio.h>
#include <string.h>

static const char actor[] = "command line";

static int note(struct op *op, struct store *store, const struct store_user *user, const char *act)
{
    struct store_audit audit = {.at_ms = clock_wall_ms(),
                                .actor = actor,
                                .act = act,
                                .noun = "user",
                                .object = user->id,
                                .detail = "{}",
                                .address = ""};
    return store_audit_add(op, store, &audit);
}

/* By login, or by id. */
static int find(struct op *op, struct store *store, const char *name, struct store_user *out)
{
    if (store_user_find_login(op, store, name, out) == 0)
        return 0;
    if (op->err != ERR_NOT_FOUND)
        return -1;
    op_clear(op);
    return store_user_find(op, store, name, out);
}

static int need_name(struct invocation *in, const char **out)
{
    if (in->argc != 3)
        return op_fail(in->op, ERR_BAD_INPUT, "usage: rounds user %s NAME", in->argv[1]);
    *out = in->argv[2];
    return 0;
}

static int add(struct invocation *in, struct store *store)
{
    struct op *op = in->op;
    const char *role = invocation_take(in, "--role", true);
    const char *shown = invocation_take(in, "--display-name", true);
    struct store_user user = {.email = "", .prefs = "{}", .must_change = true, .sees_all = true};
    struct secret once = {0};
    char text[PASSWORD_TEXT_MAX];
    if (need_name(in, &user.login) < 0)
        return -1;
    if (!role_parse(role ? role : "viewer", &user.role))
        return op_fail(op, ERR_BAD_INPUT,
                       "--role must be viewer, reviewer, editor or admin, not \"%s\"", role);
    if (!*user.login || strpbrk(user.login, " \t\r\n"))
        return op_fail(op, ERR_BAD_INPUT, "a name must not be empty or contain spaces");
    user.name = shown ? shown : user.login;
    password_make(&once);
    user.password = text;
    int failed = password_hash(op, &once, text) < 0 || store_user_add(op, store, &user) < 0 ||
                 note(op, store, &user, "user.added") < 0;
    if (!failed)
        printf("%s\n", secret_reveal(&once).p);
    secret_fini(&once);
    return failed ? -1 : 0;
}

static int list(struct invocation *in, struct store *store)
{
    struct store_page page = {.limit = STORE_PAGE_MAX};
    struct store_user_list people;
    char seen[CLOCK_ISO_MAX];
    printf("%-24s %-9s %-9s %-24s %s\n", "name", "role", "state", "seen", "shown as");
    do {
        if (store_user_list(in->op, store, NULL, page, &people) < 0)
            return -1;
        for (size_t i = 0; i < people.n; i++) {
            const struct store_user *user = &people.items[i];
            if (user->seen_ms)
                clock_iso(user->seen_ms, seen);
            printf("%-24s %-9s %-9s %-24s %s\n", user->login, role_word(user->role),
                   user->is_disabled ? "disabled" : "active", user->seen_ms ? seen : "never",
                   user->name);
        }
        page.cursor = people.next;
    } while (people.next);
    return 0;
}

static int reset_password(struct invocation *in, struct store *store)
{
    struct caller by = caller_of_system();
    struct store_user user;
    struct secret once = {0};
    const char *name = "";
    by.actor = actor;
    if (need_name(in, &name) < 0 || find(in->op, store, name, &user) < 0 ||
        signin_reset_password(in->op, store, &by, user.id, "", &once) < 0)
        return -1;
    printf("%s\n", secret_reveal(&once).p);
    secret_fini(&once);
    return 0;
}

static int set_disabled(struct invocation *in, struct store *store, bool is_disabled)
{
    struct store_user user;
    const char *name = "";
    if (need_name(in, &name) < 0 || find(in->op, store, name, &user) < 0)
        return -1;
    user.is_disabled = is_disabled;
    if (store_user_set(in->op, store, &user) < 0)
        return -1;
    return note(in->op, store, &user, is_disabled ? "user.disabled" : "user.enabled");
}

static int sessions(struct invocation *in, struct store *store)
{
    struct store_user user;
    struct store_session *items;
    char begun[CLOCK_ISO_MAX], seen[CLOCK_ISO_MAX];
    const char *name = "";
    int64_t now = clock_wall_ms();
    size_t n;
    if (need_name(in, &name) < 0 || find(in->op, store, name, &user) < 0 ||
        store_session_list(in->op, store, user.row, now, now - SESSION_IDLE_MS, &items, &n) < 0)
        return -1;
    printf("%-12s %-24s %-24s %-24s %s\n", "session", "since", "seen", "from", "with");
    for (size_t i = 0; i < n; i++) {
        clock_iso(items[i].created_ms, begun);
        clock_iso(items[i].seen_ms, seen);
        printf("%-12s %-24s %-24s %-24s %s\n", items[i].id, begun, seen, items[i].address,
               items[i].agent);
    }
    return 0;
}

/* One session, or all of a person. */
static int sign_out(struct invocation *in, struct store *store)
{
    struct store_user user;
    int64_t n = 1;
    if (in->argc != 3 && in->argc != 4)
        return op_fail(in->op, ERR_BAD_INPUT, "usage: rounds user sign-out NAME [SESSION]");
    if (find(in->op, store, in->argv[2], &user) < 0)
        return -1;
    int failed = in->argc == 4 ? store_session_end(in->op, store, user.row, in->argv[3])
                               : store_session_end_all(in->op, store, user.row, 0, &n);
    if (failed || note(in->op, store, &user, "session.revoked") < 0)
        return -1;
    printf("%d\n", (int)n);
    return 0;
}

static int run(struct invocation *in, struct store *store)
{
    const char *verb = in->argv[1];
    if (strcmp(verb, "add") == 0)
        return add(in, store);
    if (strcmp(verb, "list") == 0)
        return list(in, store);
    if (strcmp(verb, "reset-password") == 0)
        return reset_password(in, store);
    if (strcmp(verb, "disable") == 0 || strcmp(verb, "enable") == 0)
        return set_disabled(in, store, strcmp(verb, "disable") == 0);
    if (strcmp(verb, "sessions") == 0)
        return sessions(in, store);
    if (strcmp(verb, "sign-out") == 0)
        return sign_out(in, store);
    return op_fail(in->op, ERR_BAD_INPUT,
                   "user knows add, list, reset-password, disable, enable, sessions and sign-out, "
                   "not \"%s\"",
                   verb);
}

int command_user(struct invocation *in)
{
    struct settings *settings;
    CLEANUP(data_close) struct data data = {0};
    if (in->argc < 2)
        return op_fail(in->op, ERR_BAD_INPUT,
                       "usage: rounds user add|list|reset-password|disable|enable|sessions|"
                       "sign-out …");
    if (invocation_settings(in, &settings) < 0 ||
        data_open(in->op, settings, STORE_GUEST, &data) < 0)
        return -1;
    return run(in, data.store);
}
