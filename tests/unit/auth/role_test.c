#include "../test.h"

#include "auth/role.h"

#include <string.h>

static void words_and_roles_go_both_ways(void **state)
{
    enum user_role role = ROLE_NONE;
    for (int i = ROLE_VIEWER; i <= ROLE_ADMIN; i++) {
        assert_true(role_parse(role_word((enum user_role)i), &role));
        assert_int_equal(role, i);
    }
    assert_false(role_parse("none", &role));
    assert_false(role_parse("Admin", &role));
    assert_false(role_parse(NULL, &role));
    assert_string_equal(role_word((enum user_role)99), "none");
}

static void each_role_may_what_lesser_ones_may(void **state)
{
    assert_true(role_allows(ROLE_ADMIN, ROLE_VIEWER));
    assert_true(role_allows(ROLE_REVIEWER, ROLE_REVIEWER));
    assert_false(role_allows(ROLE_VIEWER, ROLE_REVIEWER));
    assert_false(role_allows(ROLE_NONE, ROLE_VIEWER));
}

static void refusals_tell_nobody_from_too_little(void **state)
{
    struct op op;
    struct caller nobody = {.kind = CALLER_NOBODY};
    struct caller viewer = {.kind = CALLER_PERSON, .role = ROLE_VIEWER};
    struct caller system = caller_of_system();
    op_init(&op, -1);
    assert_int_equal(caller_need_role(&op, &nobody, ROLE_VIEWER), -1);
    assert_int_equal(op.err, ERR_UNAUTHENTICATED);
    op_clear(&op);
    assert_int_equal(caller_need_role(&op, &nobody, ROLE_NONE), 0);
    assert_int_equal(caller_need_role(&op, &viewer, ROLE_EDITOR), -1);
    assert_int_equal(op.err, ERR_FORBIDDEN);
    assert_non_null(strstr(op.err_text, "editor"));
    op_clear(&op);
    assert_int_equal(caller_need_role(&op, &viewer, ROLE_VIEWER), 0);
    assert_int_equal(caller_need_role(&op, &system, ROLE_ADMIN), 0);
    assert_int_equal(caller_need_source(&op, NULL, &nobody, 1), -1);
    assert_int_equal(op.err, ERR_UNAUTHENTICATED);
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_roles_go_both_ways),
        cmocka_unit_test(each_role_may_what_lesser_ones_may),
        cmocka_unit_test(refusals_tell_nobody_from_too_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
