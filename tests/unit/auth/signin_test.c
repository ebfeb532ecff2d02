/* Sign-in, sessions and API tokens on a real store. */
#include "../test.h"

#include "auth/keys.h"
#include "auth/signin.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/json.h"
#include "store/audit.h"
#include "store/source.h"
#include "sys/file.h"

#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/rounds-signin-test-XXXXXX";

struct place {
    struct op op;
    struct store *store;
    struct secret csrf_key;
    struct signin signin;
};

static struct place *place_open(struct session_conf conf, struct limit_conf limits)
{
    static int count;
    struct place *place = test_calloc(1, sizeof *place);
    op_init(&place->op, -1);
    const char *dir = arena_fmt(&place->op.arena, "%s/%d", folder, count++);
    assert_int_equal(store_open(&place->op, &(struct store_conf){.dir = dir}, &place->store), 0);
    secret_set(&place->csrf_key, BYTES("0123456789abcdef0123456789abcdef"));
    conf.csrf_key = &place->csrf_key;
    place->signin =
        (struct signin){place->store, sessions_new(place->store, &conf), limit_new(&limits),
                        refusals_new()};
    return place;
}

static void place_close(struct place *place)
{
    sessions_free(place->signin.sessions);
    limit_free(place->signin.limit);
    refusals_free(place->signin.refusals);
    store_close(place->store);
    secret_fini(&place->csrf_key);
    op_fini(&place->op);
    test_free(place);
}

static struct place *with_admin(struct session_conf conf, struct limit_conf limits)
{
    struct place *place = place_open(conf, limits);
    struct secret given = {0}, out = {0};
    bool is_made;
    secret_set(&given, BYTES("the first password"));
    assert_int_equal(signin_make_first(&place->op, place->store, &given, &out, &is_made), 0);
    assert_true(is_made);
    secret_fini(&given);
    secret_fini(&out);
    return place;
}

static enum err try_in(struct place *place, const char *login, const char *password, char *cookie,
                       struct session *session)
{
    struct secret secret = {0};
    secret_set(&secret, bytes_of(password));
    struct signin_ask ask = {login, &secret, "192.0.2.1", "a browser"};
    int failed = signin_try(&place->op, &place->signin, &ask, cookie, session, NULL);
    enum err err = place->op.err;
    assert_int_equal(failed, err == ERR_NONE ? 0 : -1);
    op_clear(&place->op);
    secret_fini(&secret);
    return err;
}

static enum err check(struct place *place, const char *cookie, struct session *out)
{
    int failed = session_check(&place->op, place->signin.sessions, bytes_of(cookie), out);
    enum err err = place->op.err;
    assert_int_equal(failed, err == ERR_NONE ? 0 : -1);
    op_clear(&place->op);
    return err;
}

static void the_first_admin_is_made_once(void **state)
{
    struct place *place = place_open((struct session_conf){0}, (struct limit_conf){0});
    struct secret out = {0};
    struct session session;
    char cookie[SESSION_COOKIE_MAX];
    bool is_made;
    assert_int_equal(signin_make_first(&place->op, place->store, NULL, &out, &is_made), 0);
    assert_true(is_made);
    char *password = arena_copy(&place->op.arena, secret_reveal(&out));
    assert_int_equal(try_in(place, "Admin", password, cookie, &session), ERR_NONE);
    assert_true(session.caller.must_change);
    assert_int_equal(session.caller.role, ROLE_ADMIN);
    assert_int_equal(signin_make_first(&place->op, place->store, NULL, &out, &is_made), 0);
    assert_false(is_made);
    secret_fini(&out);
    place_close(place);
}

static void a_session_lives_until_it_is_stopped(void **state)
{
    struct place *place = with_admin((struct session_conf){0}, (struct limit_conf){0});
    struct session session, again;
    char cookie[SESSION_COOKIE_MAX], other[SESSION_COOKIE_MAX];
    assert_int_equal(try_in(place, "admin", "the first password", cookie, &session), ERR_NONE);
    assert_int_equal(check(place, cookie, &again), ERR_NONE);
    assert_string_equal(again.caller.login, "admin");
    assert_false(again.needs_rotation);
    assert_true(session_csrf_fits(&again, session.csrf));
    assert_false(session_csrf_fits(&again, NULL));
    assert_false(session_csrf_fits(&again, ""));
    assert_int_equal(try_in(place, "admin", "the first password", other, &again), ERR_NONE);
    assert_string_not_equal(cookie, other);
    assert_false(session_csrf_fits(&again, session.csrf));

    assert_int_equal(session_stop(&place->op, place->signin.sessions, bytes_of(cookie)), 0);
    assert_int_equal(check(place, cookie, &again), ERR_UNAUTHENTICATED);
    assert_int_equal(check(place, other, &again), ERR_NONE);
    assert_int_equal(session_stop(&place->op, place->signin.sessions, bytes_of(cookie)), 0);
    place_close(place);
}

static void cookies_that_are_none_of_ours_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "x",
        "00000000.",
        "zzzzzzzz.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "' OR 1=1 --",
        "6a000000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    struct place *place = with_admin((struct session_conf){0}, (struct limit_conf){0});
    struct session session;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(check(place, bad[i], &session), ERR_UNAUTHENTICATED);
    place_close(place);
}

static void rotation_keeps_the_session_and_forgives_requests_under_way(void **state)
{
    struct place *place = with_admin((struct session_conf){0}, (struct limit_conf){0});
    struct session before, after;
    char old[SESSION_COOKIE_MAX], fresh[SESSION_COOKIE_MAX], third[SESSION_COOKIE_MAX];
    assert_int_equal(try_in(place, "admin", "the first password", old, &before), ERR_NONE);
    assert_int_equal(session_rotate(&place->op, place->signin.sessions, bytes_of(old), fresh), 0);
    assert_string_not_equal(old, fresh);
    assert_int_equal(check(place, fresh, &after), ERR_NONE);
    assert_int_equal(after.row, before.row);
    assert_string_equal(after.csrf, before.csrf);
    assert_int_equal(check(place, old, &after), ERR_NONE);
    assert_false(after.needs_rotation);
    assert_int_equal(session_rotate(&place->op, place->signin.sessions, bytes_of(old), third), -1);
    assert_int_equal(place->op.err, ERR_CONFLICT);
    op_clear(&place->op);
    /* Signing out with the old one ends the session all the same. */
    assert_int_equal(session_stop(&place->op, place->signin.sessions, bytes_of(old)), 0);
    assert_int_equal(check(place, fresh, &after), ERR_UNAUTHENTICATED);
    assert_int_equal(check(place, old, &after), ERR_UNAUTHENTICATED);
    place_close(place);
}

static void old_cookies_ask_to_be_replaced(void **state)
{
    struct place *place = with_admin((struct session_conf){.rotate_ms = 1}, (struct limit_conf){0});
    struct session session;
    char cookie[SESSION_COOKIE_MAX];
    assert_int_equal(try_in(place, "admin", "the first password", cookie, &session), ERR_NONE);
    /* A cookie carries whole seconds, so this one is at least as old as the rest of its second. */
    while (clock_wall_ms() % 1000 < 2)
        continue;
    assert_int_equal(check(place, cookie, &session), ERR_NONE);
    assert_true(session.needs_rotation);
    place_close(place);
}

/* The limits below are one millisecond; the clock that they are measured by is the wall's. */
static void outlive_a_millisecond(void)
{
    int64_t end = clock_wall_ms() + 3;
    while (clock_wall_ms() < end)
        continue;
}

static void both_limits_end_a_session(void **state)
{
    struct place *place =
        with_admin((struct session_conf){.absolute_ms = 1}, (struct limit_conf){0});
    struct session session;
    char cookie[SESSION_COOKIE_MAX];
    assert_int_equal(try_in(place, "admin", "the first password", cookie, &session), ERR_NONE);
    outlive_a_millisecond();
    assert_int_equal(check(place, cookie, &session), ERR_UNAUTHENTICATED);
    place_close(place);

    place = with_admin((struct session_conf){.idle_ms = 1}, (struct limit_conf){0});
    assert_int_equal(try_in(place, "admin", "the first password", cookie, &session), ERR_NONE);
    outlive_a_millisecond();
    assert_int_equal(check(place, cookie, &session), ERR_UNAUTHENTICATED);
    place_close(place);
}

static size_t count_sessions(struct place *place, const struct session *of)
{
    struct store_session *list;
    size_t n;
    assert_int_equal(store_session_list(&place->op, place->store, of->user.row, 0, 0, &list, &n),
                     0);
    return n;
}

static void sessions_that_are_over_are_forgotten_at_the_next_sign_in(void **state)
{
    struct place *place =
        with_admin((struct session_conf){.absolute_ms = 1}, (struct limit_conf){0});
    struct session session;
    char cookie[SESSION_COOKIE_MAX];
    assert_int_equal(try_in(place, "admin", "the first password", cookie, &session), ERR_NONE);
    outlive_a_millisecond();
    assert_int_equal(try_in(place, "admin", "the first password", cookie, &session), ERR_NONE);
    assert_int_equal(count_sessions(place, &session), 1);
    place_close(place);
}

static int count_audit(struct place *place, const char *act)
{
    struct store_audit_list list;
    struct store_audit_ask ask = {.act = act};
    assert_int_equal(
        store_audit_list(&place->op, place->store, &ask, (struct store_page){0}, &list), 0);
    return (int)list.n;
}

static void wrong_tries_are_refused_alike_recorded_and_slowed_down(void **state)
{
    struct limit_conf limits = {.pair_free = 3, .pause_ms = 60000};
    struct place *place = with_admin((struct session_conf){0}, limits);
    struct session session;
    char cookie[SESSION_COOKIE_MAX];
    struct secret wrong = {0};
    int64_t pause = 0;
    secret_set(&wrong, BYTES("wrong password"));
    struct signin_ask known = {"admin", &wrong, "192.0.2.1", ""};
    struct signin_ask unknown = {"nobody", &wrong, "192.0.2.1", ""};
    assert_int_equal(signin_try(&place->op, &place->signin, &known, cookie, &session, &pause), -1);
    char *text = arena_strdup(&place->op.arena, place->op.err_text);
    op_clear(&place->op);
    assert_int_equal(signin_try(&place->op, &place->signin, &unknown, cookie, &session, &pause),
                     -1);
    assert_string_equal(place->op.err_text, text);
    op_clear(&place->op);
    assert_int_equal(count_audit(place, "session.refused"), 2);
    assert_int_equal(try_in(place, "admin", "wrong", cookie, &session), ERR_UNAUTHENTICATED);
    assert_int_equal(try_in(place, "admin", "wrong", cookie, &session), ERR_UNAUTHENTICATED);
    assert_int_equal(signin_try(&place->op, &place->signin, &known, cookie, &session, &pause), -1);
    assert_int_equal(place->op.err, ERR_BUSY);
    assert_true(pause > 50000 && pause <= 60000);
    op_clear(&place->op);
    /* Even the right password is not looked at now, and the audit trail does not grow. */
    assert_int_equal(try_in(place, "admin", "the first password", cookie, &session), ERR_BUSY);
    assert_int_equal(count_audit(place, "session.refused"), 2);
    secret_fini(&wrong);
    place_close(place);
}

static struct store_audit newest_refusal(struct place *place)
{
    struct store_audit_list list;
    struct store_audit_ask ask = {.act = "session.refused"};
    assert_int_equal(
        store_audit_list(&place->op, place->store, &ask, (struct store_page){0}, &list), 0);
    assert_true(list.n > 0);
    return list.items[0];
}

static void many_refusals_are_few_lines_with_their_number(void **state)
{
    struct place *place =
        with_admin((struct session_conf){0}, (struct limit_conf){.pair_free = 1000});
    struct session session;
    char cookie[SESSION_COOKIE_MAX];
    int64_t later = clock_mono_ms() + REFUSALS_STEP_MS + 60000;
    for (int i = 0; i < 8; i++)
        assert_int_equal(try_in(place, "admin", "wrong", cookie, &session), ERR_UNAUTHENTICATED);
    assert_int_equal(count_audit(place, "session.refused"), 1);
    assert_string_equal(newest_refusal(place).detail, "{}");
    assert_int_equal(refusals_tell(&place->op, place->signin.refusals, place->store,
                                   clock_mono_ms(), false),
                     0);
    assert_int_equal(count_audit(place, "session.refused"), 1);
    for (int i = 0; i < 2; i++) /* told once */
        assert_int_equal(
            refusals_tell(&place->op, place->signin.refusals, place->store, later, false), 0);
    assert_int_equal(count_audit(place, "session.refused"), 2);
    struct store_audit line = newest_refusal(place);
    const struct jv *detail = jv_parse_quiet(&place->op.arena, bytes_of(line.detail));
    assert_int_equal(jv_int_at(detail, "times", 0), 7);
    assert_string_equal(line.actor, "admin");
    assert_string_equal(line.address, "192.0.2.1");
    assert_true(strlen(jv_text_at(detail, "from", "")) > 10);
    place_close(place);
}

static void refusals_from_everywhere_are_counted_together(void **state)
{
    enum { ADDRESSES = 500 };
    struct place *place = place_open((struct session_conf){0}, (struct limit_conf){0});
    struct refusals *refusals = place->signin.refusals;
    for (int i = 0; i < ADDRESSES; i++) {
        const char *address = arena_fmt(&place->op.arena, "198.51.100.%d", i);
        assert_int_equal(refusals_add(&place->op, refusals, place->store, NULL, address, 1000), 0);
    }
    assert_int_equal(count_audit(place, "session.refused"), REFUSALS_ENTRIES);
    assert_int_equal(refusals_tell(&place->op, refusals, place->store, 1000, true), 0);
    assert_int_equal(count_audit(place, "session.refused"), REFUSALS_ENTRIES + 1);
    struct store_audit line = newest_refusal(place);
    assert_int_equal(
        jv_int_at(jv_parse_quiet(&place->op.arena, bytes_of(line.detail)), "times", 0),
        ADDRESSES - REFUSALS_ENTRIES);
    assert_string_equal(line.address, "");
    place_close(place);
}

static void sessions_are_listed_and_ended_one_by_one(void **state)
{
    struct place *place = with_admin((struct session_conf){0}, (struct limit_conf){0});
    struct session here, there, found;
    struct store_session *list;
    size_t n;
    int64_t ended;
    char cookie[SESSION_COOKIE_MAX], other[SESSION_COOKIE_MAX], third[SESSION_COOKIE_MAX];
    assert_int_equal(try_in(place, "admin", "the first password", cookie, &here), ERR_NONE);
    assert_int_equal(try_in(place, "admin", "the first password", other, &there), ERR_NONE);
    assert_int_equal(
        session_list(&place->op, place->signin.sessions, here.user.row, &list, &n), 0);
    assert_int_equal(n, 2);
    const char *id = list[0].row == there.row ? list[0].id : list[1].id;
    assert_int_equal(store_session_end(&place->op, place->store, here.user.row + 1, id), -1);
    assert_int_equal(place->op.err, ERR_NOT_FOUND);
    op_clear(&place->op);
    assert_int_equal(session_check_row(&place->op, place->signin.sessions, there.row, &found), 0);
    assert_int_equal(found.caller.credential_row, there.row);
    assert_int_equal(store_session_end(&place->op, place->store, here.user.row, id), 0);
    assert_int_equal(session_check_row(&place->op, place->signin.sessions, there.row, &found), -1);
    assert_int_equal(place->op.err, ERR_UNAUTHENTICATED);
    op_clear(&place->op);
    assert_int_equal(check(place, other, &found), ERR_UNAUTHENTICATED);
    assert_int_equal(try_in(place, "admin", "the first password", third, &there), ERR_NONE);
    assert_int_equal(
        store_session_end_all(&place->op, place->store, here.user.row, here.row, &ended), 0);
    assert_int_equal(ended, 1);
    assert_int_equal(check(place, cookie, &found), ERR_NONE);
    assert_int_equal(check(place, third, &found), ERR_UNAUTHENTICATED);
    place_close(place);
}

static void changing_the_password_ends_the_other_sessions(void **state)
{
    struct place *place = with_admin((struct session_conf){0}, (struct limit_conf){0});
    struct session session;
    struct secret present = {0}, wanted = {0};
    char here[SESSION_COOKIE_MAX], there[SESSION_COOKIE_MAX];
    assert_int_equal(try_in(place, "admin", "the first password", here, &session), ERR_NONE);
    assert_int_equal(try_in(place, "admin", "the first password", there, &session), ERR_NONE);
    secret_set(&present, BYTES("not the password"));
    secret_set(&wanted, BYTES("the second one"));
    assert_int_equal(signin_change_password(&place->op, &place->signin, bytes_of(here), &present,
                                            &wanted, "192.0.2.1"),
                     -1);
    assert_int_equal(place->op.err, ERR_FORBIDDEN);
    op_clear(&place->op);
    secret_set(&present, BYTES("the first password"));
    assert_int_equal(signin_change_password(&place->op, &place->signin, bytes_of(here), &present,
                                            &present, "192.0.2.1"),
                     -1);
    assert_int_equal(place->op.err, ERR_UNPROCESSABLE);
    op_clear(&place->op);
    assert_int_equal(signin_change_password(&place->op, &place->signin, bytes_of(here), &present,
                                            &wanted, "192.0.2.1"),
                     0);
    assert_int_equal(check(place, here, &session), ERR_NONE);
    assert_int_equal(check(place, there, &session), ERR_UNAUTHENTICATED);
    assert_int_equal(try_in(place, "admin", "the first password", there, &session),
                     ERR_UNAUTHENTICATED);
    assert_int_equal(try_in(place, "admin", "the second one", there, &session), ERR_NONE);
    secret_fini(&present);
    secret_fini(&wanted);
    place_close(place);
}

static void a_reset_password_must_be_changed(void **state)
{
    struct place *place = with_admin((struct session_conf){0}, (struct limit_conf){0});
    struct session session;
    struct secret out = {0};
    struct caller system = caller_of_system();
    char cookie[SESSION_COOKIE_MAX], again[SESSION_COOKIE_MAX];
    assert_int_equal(try_in(place, "admin", "the first password", cookie, &session), ERR_NONE);
    assert_int_equal(
        signin_reset_password(&place->op, place->store, &system, session.caller.user_id, "", &out),
        0);
    assert_int_equal(check(place, cookie, &session), ERR_UNAUTHENTICATED);
    char *password = arena_copy(&place->op.arena, secret_reveal(&out));
    assert_int_equal(try_in(place, "admin", password, again, &session), ERR_NONE);
    assert_true(session.caller.must_change);
    assert_int_equal(count_audit(place, "password.reset"), 1);
    secret_fini(&out);
    place_close(place);
}

static struct store_user add_person(struct place *place, enum user_role role, bool sees_all)
{
    struct store_user user = {.login = "li.wei",
                              .name = "李伟",
                              .email = "",
                              .role = role,
                              .password = "",
                              .prefs = "{}",
                              .sees_all = sees_all};
    assert_int_equal(store_user_add(&place->op, place->store, &user), 0);
    return user;
}

static void a_token_has_never_more_rights_than_its_person(void **state)
{
    struct place *place = with_admin((struct session_conf){0}, (struct limit_conf){0});
    struct store_user user = add_person(place, ROLE_EDITOR, true);
    struct secret admin = {0}, viewer = {0};
    struct caller caller;
    struct store_token wide = {.user_row = user.row, .name = "ci", .role = ROLE_ADMIN};
    struct store_token narrow = {.user_row = user.row, .name = "wall", .role = ROLE_VIEWER};
    assert_int_equal(token_add(&place->op, place->store, &wide, &admin), 0);
    assert_int_equal(token_add(&place->op, place->store, &narrow, &viewer), 0);
    assert_true(bytes_has_prefix(secret_reveal(&admin), BYTES(TOKEN_PREFIX)));
    assert_true(bytes_has_prefix(secret_reveal(&admin), bytes_of(wide.hint)));
    int64_t now = clock_wall_ms();
    assert_int_equal(token_check(&place->op, place->store, secret_reveal(&admin), now, &caller), 0);
    assert_int_equal(caller.role, ROLE_EDITOR);
    assert_int_equal(caller.kind, CALLER_TOKEN);
    assert_string_equal(caller.actor, "token:ci");
    assert_int_equal(token_check(&place->op, place->store, secret_reveal(&viewer), now, &caller),
                     0);
    assert_int_equal(caller.role, ROLE_VIEWER);
    assert_int_equal(store_token_revoke(&place->op, place->store, wide.row, now), 0);
    assert_int_equal(token_check(&place->op, place->store, secret_reveal(&admin), now, &caller),
                     -1);
    assert_int_equal(place->op.err, ERR_UNAUTHENTICATED);
    secret_fini(&admin);
    secret_fini(&viewer);
    place_close(place);
}

static void tokens_end_and_what_is_none_is_refused(void **state)
{
    struct place *place = with_admin((struct session_conf){0}, (struct limit_conf){0});
    struct store_user user = add_person(place, ROLE_EDITOR, true);
    struct secret secret = {0};
    struct caller caller;
    int64_t now = clock_wall_ms();
    struct store_token token = {
        .user_row = user.row, .name = "ci", .role = ROLE_EDITOR, .expires_ms = now + 60000};
    assert_int_equal(token_add(&place->op, place->store, &token, &secret), 0);
    assert_int_equal(token_check(&place->op, place->store, secret_reveal(&secret), now, &caller),
                     0);
    assert_int_equal(
        token_check(&place->op, place->store, secret_reveal(&secret), now + 60001, &caller), -1);
    assert_int_equal(place->op.err, ERR_UNAUTHENTICATED);
    op_clear(&place->op);
    assert_int_equal(token_check(&place->op, place->store, BYTES("rds_short"), now, &caller), -1);
    assert_int_equal(place->op.err, ERR_UNAUTHENTICATED);
    op_clear(&place->op);
    token.expires_ms = now - 1;
    assert_int_equal(token_add(&place->op, place->store, &token, &secret), -1);
    assert_int_equal(place->op.err, ERR_UNPROCESSABLE);
    secret_fini(&secret);
    place_close(place);
}

static void hidden_sources_do_not_exist(void **state)
{
    struct place *place = with_admin((struct session_conf){0}, (struct limit_conf){0});
    struct store_user user = add_person(place, ROLE_REVIEWER, false);
    struct store_source seen = {.name = "one",
                                .base_url = "http://a",
                                .auth = "none",
                                .ca_file = "",
                                .origins = "[]",
                                .options = "{}"};
    struct store_source hidden = seen;
    hidden.name = "two";
    assert_int_equal(store_source_add(&place->op, place->store, &seen), 0);
    assert_int_equal(store_source_add(&place->op, place->store, &hidden), 0);
    assert_int_equal(store_user_set_sources(&place->op, place->store, user.row, &seen.row, 1), 0);
    struct caller caller = caller_of_user(&user);
    assert_int_equal(caller_need_source(&place->op, place->store, &caller, seen.row), 0);
    assert_int_equal(caller_need_source(&place->op, place->store, &caller, hidden.row), -1);
    assert_int_equal(place->op.err, ERR_NOT_FOUND);
    op_clear(&place->op);
    struct caller system = caller_of_system();
    assert_int_equal(caller_need_source(&place->op, place->store, &system, hidden.row), 0);
    place_close(place);
}

static int setup(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    file_drop_tree(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_admin_is_made_once),
        cmocka_unit_test(a_session_lives_until_it_is_stopped),
        cmocka_unit_test(cookies_that_are_none_of_ours_are_refused),
        cmocka_unit_test(rotation_keeps_the_session_and_forgives_requests_under_way),
        cmocka_unit_test(old_cookies_ask_to_be_replaced),
        cmocka_unit_test(both_limits_end_a_session),
        cmocka_unit_test(sessions_that_are_over_are_forgotten_at_the_next_sign_in),
        cmocka_unit_test(wrong_tries_are_refused_alike_recorded_and_slowed_down),
        cmocka_unit_test(many_refusals_are_few_lines_with_their_number),
        cmocka_unit_test(refusals_from_everywhere_are_counted_together),
        cmocka_unit_test(sessions_are_listed_and_ended_one_by_one),
        cmocka_unit_test(changing_the_password_ends_the_other_sessions),
        cmocka_unit_test(a_reset_password_must_be_changed),
        cmocka_unit_test(a_token_has_never_more_rights_than_its_person),
        cmocka_unit_test(tokens_end_and_what_is_none_is_refused),
        cmocka_unit_test(hidden_sources_do_not_exist),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
