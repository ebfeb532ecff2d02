#include "fixture.h"

#include <string.h>

static struct bytes hash_of(const char *word)
{
    static unsigned char hashes[4][HASH_SIZE];
    static int next;
    unsigned char *hash = hashes[next++ % 4];
    hash_sha256(bytes_of(word), hash);
    return (struct bytes){(const char *)hash, HASH_SIZE};
}

static void open_session(struct fixture *f, const char *cookie, int64_t user_row)
{
    struct store_session s = {.user_row = user_row, .created_ms = 1000, .expires_ms = 900000,
                              .address = "127.0.0.1"};
    succeeds(&f->op, store_session_add(&f->op, f->store, hash_of(cookie), &s));
}

static int check(struct fixture *f, const char *cookie, int64_t now)
{
    struct store_session s;
    struct store_user u;
    return store_session_check(&f->op, f->store, hash_of(cookie), now, now - 300000, &s, &u);
}

static void a_login_is_one_whatever_its_case(void **state)
{
    struct fixture *f = *state;
    struct store_user u = {.login = "LI", .name = "x", .role = ROLE_VIEWER};
    fails_with(&f->op, store_user_add(&f->op, f->store, &u), ERR_CONFLICT);
    succeeds(&f->op, store_user_find_login(&f->op, f->store, "lI", &u));
    assert_string_equal(u.name, "李雷");
    fails_with(&f->op, store_user_find_login(&f->op, f->store, "nobody", &u), ERR_NOT_FOUND);
}

static void sessions_end_by_age_idleness_rotation_and_disabling(void **state)
{
    struct fixture *f = *state;
    open_session(f, "a", f->second.row);
    succeeds(&f->op, check(f, "a", 2000));
    fails_with(&f->op, check(f, "b", 2000), ERR_UNAUTHENTICATED);
    fails_with(&f->op, check(f, "a", 301001), ERR_UNAUTHENTICATED); /* idle */
    succeeds(&f->op, check(f, "a", 290000));
    succeeds(&f->op, check(f, "a", 580000)); /* seen at 290000, so not idle */
    succeeds(&f->op, store_session_rotate(&f->op, f->store, hash_of("a"), hash_of("b")));
    fails_with(&f->op, check(f, "a", 590000), ERR_UNAUTHENTICATED);
    succeeds(&f->op, check(f, "b", 590000));
    fails_with(&f->op, check(f, "b", 900000), ERR_UNAUTHENTICATED); /* absolute end */
    f->second.is_disabled = true;
    succeeds(&f->op, store_user_set(&f->op, f->store, &f->second));
    fails_with(&f->op, check(f, "b", 590001), ERR_UNAUTHENTICATED);
}

static void losing_rights_or_a_new_password_ends_sessions(void **state)
{
    struct fixture *f = *state;
    open_session(f, "a", f->second.row);
    f->second.name = "韩";
    succeeds(&f->op, store_user_set(&f->op, f->store, &f->second));
    succeeds(&f->op, check(f, "a", 2000));
    f->second.role = ROLE_VIEWER;
    succeeds(&f->op, store_user_set(&f->op, f->store, &f->second));
    fails_with(&f->op, check(f, "a", 2000), ERR_UNAUTHENTICATED);
    open_session(f, "b", f->second.row);
    open_session(f, "c", f->second.row);
    succeeds(&f->op, store_user_set_password(&f->op, f->store, f->second.row, "$argon2id$x", false,
                                             hash_of("c")));
    fails_with(&f->op, check(f, "b", 2000), ERR_UNAUTHENTICATED);
    succeeds(&f->op, check(f, "c", 2000));
}

static void the_last_admin_stays(void **state)
{
    struct fixture *f = *state;
    f->user.role = ROLE_EDITOR;
    fails_with(&f->op, store_user_set(&f->op, f->store, &f->user), ERR_CONFLICT);
    struct store_user now;
    succeeds(&f->op, store_user_get(&f->op, f->store, f->user.row, &now));
    assert_int_equal(now.role, ROLE_ADMIN);
    f->user.role = ROLE_ADMIN;
    struct store_user outdated = f->user;
    succeeds(&f->op, store_user_set(&f->op, f->store, &f->user));
    fails_with(&f->op, store_user_set(&f->op, f->store, &outdated), ERR_CONFLICT);
}

static void a_token_works_until_it_is_revoked_or_expires(void **state)
{
    struct fixture *f = *state;
    struct store_token t = {.name = "ci", .user_row = f->second.row, .role = ROLE_VIEWER,
                            .hint = "rnd_ab", .expires_ms = 5000}, got;
    struct store_user u;
    succeeds(&f->op, store_token_add(&f->op, f->store, hash_of("t"), &t));
    succeeds(&f->op, store_token_check(&f->op, f->store, hash_of("t"), 4999, &got, &u));
    assert_string_equal(got.name, "ci");
    assert_string_equal(u.login, "han");
    fails_with(&f->op, store_token_check(&f->op, f->store, hash_of("t"), 5000, &got, &u),
               ERR_UNAUTHENTICATED);
    fails_with(&f->op, store_token_check(&f->op, f->store, hash_of("T"), 1, &got, &u),
               ERR_UNAUTHENTICATED);
    succeeds(&f->op, store_token_revoke(&f->op, f->store, t.row, 100));
    fails_with(&f->op, store_token_check(&f->op, f->store, hash_of("t"), 101, &got, &u),
               ERR_UNAUTHENTICATED);
    struct store_token *list;
    size_t n;
    succeeds(&f->op, store_token_list(&f->op, f->store, 0, &list, &n));
    assert_int_equal(n, 1);
    assert_int_equal(list[0].revoked_ms, 100);
}

static void who_sees_one_source_sees_only_its_plans_and_rounds(void **state)
{
    struct fixture *f = *state;
    bool sees;
    make_round(f, 1000000, 1);
    struct store_round_ask ask = {.user_row = f->second.row};
    struct store_round_list rounds;
    struct store_plan_list plans;
    struct store_source_list sources;
    succeeds(&f->op, store_round_list(&f->op, f->store, &ask, (struct store_page){0}, &rounds));
    assert_int_equal(rounds.n, 1);
    f->second.sees_all = false;
    succeeds(&f->op, store_user_set(&f->op, f->store, &f->second));
    succeeds(&f->op, store_round_list(&f->op, f->store, &ask, (struct store_page){0}, &rounds));
    assert_int_equal(rounds.n, 0);
    struct store_plan_ask plan_ask = {.user_row = f->second.row};
    succeeds(&f->op, store_plan_list(&f->op, f->store, &plan_ask, (struct store_page){0}, &plans));
    assert_int_equal(plans.n, 0);
    succeeds(&f->op, store_source_list(&f->op, f->store, f->second.row, (struct store_page){0},
                                       &sources));
    assert_int_equal(sources.n, 0);
    succeeds(&f->op, store_user_set_sources(&f->op, f->store, f->second.row, &f->source.row, 1));
    succeeds(&f->op, store_plan_list(&f->op, f->store, &plan_ask, (struct store_page){0}, &plans));
    assert_int_equal(plans.n, 1);
    succeeds(&f->op, store_user_sees_plan(&f->op, f->store, f->second.row, f->plan.row, &sees));
    assert_true(sees);
    succeeds(&f->op, store_user_sees_source(&f->op, f->store, f->second.row, f->source.row + 1,
                                            &sees));
    assert_false(sees);
}

static void the_audit_trail_lists_finds_and_proves_itself(void **state)
{
    struct fixture *f = *state;
    int64_t bad, n;
    const char *acts[] = {"plan.set", "plan.drop", "session.refused"};
    for (int i = 0; i < 3; i++) {
        struct store_audit a = {.at_ms = 100 + i, .user_row = f->user.row, .actor = "Li",
                                .act = acts[i], .noun = i < 2 ? "plan" : "",
                                .object = i < 2 ? f->plan.id : ""};
        succeeds(&f->op, store_audit_add(&f->op, f->store, &a));
        assert_int_equal(a.row, i + 1);
    }
    struct store_audit_ask ask = {.act = "plan"};
    struct store_audit_list list;
    succeeds(&f->op, store_audit_list(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[0].act, "plan.drop");
    succeeds(&f->op, store_audit_verify(&f->op, f->store, &bad, &n));
    assert_int_equal(bad, 0);
    assert_int_equal(n, 3);
    assert_false(try_sql(f, "UPDATE audit SET actor = 'nobody'"));
    assert_false(try_sql(f, "DELETE FROM audit"));
    run_sql(f, "DROP TRIGGER audit_stay; DELETE FROM audit WHERE row_id = 2");
    succeeds(&f->op, store_audit_verify(&f->op, f->store, &bad, &n));
    assert_int_equal(bad, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_login_is_one_whatever_its_case),
        TEST(sessions_end_by_age_idleness_rotation_and_disabling),
        TEST(losing_rights_or_a_new_password_ends_sessions),
        TEST(the_last_admin_stays),
        TEST(a_token_works_until_it_is_revoked_or_expires),
        TEST(who_sees_one_source_sees_only_its_plans_and_rounds),
        TEST(the_audit_trail_lists_finds_and_proves_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
