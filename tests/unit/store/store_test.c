#include "fixture.h"

#include "sys/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_again(struct fixture *f, enum store_mode mode, struct store **out)
{
    struct store_conf conf = {.dir = f->dir, .mode = mode};
    return store_open(&f->op, &conf, out);
}

static void a_second_owner_is_refused_and_told_who_the_first_is(void **state)
{
    struct fixture *f = *state;
    struct store *second;
    assert_int_equal(open_again(f, STORE_OWNER, &second), -1);
    assert_non_null(strstr(f->op.err_text, arena_fmt(&f->op.arena, "process %d", (int)getpid())));
    fails_with(&f->op, -1, ERR_UNAVAILABLE);
    succeeds(&f->op, open_again(f, STORE_GUEST, &second));
    struct store_user u = {.login = "guest", .role = ROLE_VIEWER};
    succeeds(&f->op, store_user_add(&f->op, second, &u));
    store_close(second);
    succeeds(&f->op, store_user_find_login(&f->op, f->store, "guest", &u));
}

static void an_orderly_stop_leaves_no_mark_and_a_kill_does(void **state)
{
    struct fixture *f = *state;
    assert_false(store_was_killed(f->store));
    store_close(f->store);
    succeeds(&f->op, open_again(f, STORE_OWNER, &f->store));
    assert_false(store_was_killed(f->store));
    store_close(f->store);
    f->store = NULL;
    pid_t child = fork();
    if (child == 0) {
        struct store *store;
        if (open_again(f, STORE_OWNER, &store) == 0 &&
            store_setting_set(&f->op, store, "was", "here") == 0)
            raise(SIGKILL);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    succeeds(&f->op, open_again(f, STORE_OWNER, &f->store));
    assert_true(store_was_killed(f->store));
    const char *value;
    succeeds(&f->op, store_setting_find(&f->op, f->store, "was", &value));
    assert_string_equal(value, "here");
}

static void a_bound_store_is_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    struct store *bound = NULL;
    struct store_user u = {.login = "x", .role = ROLE_VIEWER}, got;
    struct store_audit a = {.act = "user.add", .actor = "Li"};
    succeeds(&f->op, store_begin(&f->op, f->store, STORE_PLAIN, &bound));
    succeeds(&f->op, store_user_add(&f->op, bound, &u));
    succeeds(&f->op, store_audit_add(&f->op, bound, &a));
    succeeds(&f->op, store_user_find_login(&f->op, bound, "x", &got));
    fails_with(&f->op, store_user_find_login(&f->op, f->store, "x", &got), ERR_NOT_FOUND);
    store_end(&bound);
    fails_with(&f->op, store_user_find_login(&f->op, f->store, "x", &got), ERR_NOT_FOUND);
    struct store_audit_ask ask = {0};
    struct store_audit_list list;
    succeeds(&f->op, store_audit_list(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 0);
}

static void a_live_backup_opens_and_holds_everything(void **state)
{
    struct fixture *f = *state;
    int64_t row = make_round(f, 1000000, 5);
    take_all(f, NULL);
    give(f, shot_at(f, row, 1).row, VERDICT_NORMAL, "好");
    const char *dir = arena_fmt(&f->op.arena, "%s/copy", f->dir);
    const char *path = arena_fmt(&f->op.arena, "%s/rounds.db", dir);
    succeeds(&f->op, file_make_dir(&f->op, dir, 0700));
    succeeds(&f->op, store_backup(&f->op, f->store, path));
    fails_with(&f->op, store_backup(&f->op, f->store, path), ERR_CONFLICT);
    struct store *copy;
    struct store_conf conf = {.dir = dir, .check = STORE_CHECK_ALWAYS};
    succeeds(&f->op, store_open(&f->op, &conf, &copy));
    struct store_round r;
    succeeds(&f->op, store_round_get(&f->op, copy, row, &r));
    assert_int_equal(r.normal, 1);
    int64_t bad, n;
    succeeds(&f->op, store_verdict_verify(&f->op, copy, row, &bad, &n));
    assert_int_equal(n, 1);
    store_close(copy);
}

static void overwrite(const char *path, off_t at, const char *text)
{
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, text, strlen(text), at), strlen(text));
    close(fd);
}

static void a_damaged_file_is_refused_with_the_way_out(void **state)
{
    struct fixture *f = *state;
    const char *path = arena_fmt(&f->op.arena, "%s/rounds.db", f->dir);
    make_round(f, 1000000, 200);
    succeeds(&f->op, store_tidy(&f->op, f->store));
    store_close(f->store);
    f->store = NULL;
    for (int page = 10; page < 20; page++)
        overwrite(path, page * 4096, "this is no page of a database at all, it is damage");
    struct store_conf conf = {.dir = f->dir, .check = STORE_CHECK_ALWAYS};
    struct store *store;
    assert_int_equal(store_open(&f->op, &conf, &store), -1);
    assert_non_null(strstr(f->op.err_text, "restore the newest backup"));
    fails_with(&f->op, -1, ERR_STORAGE);
    overwrite(path, 0, "not SQLite any more");
    assert_int_equal(open_again(f, STORE_OWNER, &store), -1);
    assert_non_null(strstr(f->op.err_text, "backup"));
    fails_with(&f->op, -1, ERR_STORAGE);
}

static void a_newer_schema_and_a_foreign_file_are_refused(void **state)
{
    struct fixture *f = *state;
    struct store *store;
    run_sql(f, "INSERT INTO schema_versions VALUES (999, 'x', 0, '99')");
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(open_again(f, STORE_OWNER, &store), -1);
    assert_non_null(strstr(f->op.err_text, "newer Rounds"));
    fails_with(&f->op, -1, ERR_STORAGE);
    run_sql(f, "PRAGMA application_id = 7");
    fails_with(&f->op, open_again(f, STORE_OWNER, &store), ERR_STORAGE);
    struct store_conf nowhere = {.dir = arena_fmt(&f->op.arena, "%s/none", f->dir),
                                 .mode = STORE_GUEST};
    fails_with(&f->op, store_open(&f->op, &nowhere, &store), ERR_STORAGE);
    assert_false(file_exists(nowhere.dir));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_second_owner_is_refused_and_told_who_the_first_is),
        TEST(an_orderly_stop_leaves_no_mark_and_a_kill_does),
        TEST(a_bound_store_is_all_or_nothing),
        TEST(a_live_backup_opens_and_holds_everything),
        TEST(a_damaged_file_is_refused_with_the_way_out),
        TEST(a_newer_schema_and_a_foreign_file_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
