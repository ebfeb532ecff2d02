#include "../test.h"

#include "auth/password.h"

#include <string.h>

static enum err judge(const char *password, const char *login)
{
    struct op op;
    struct secret secret = {0};
    op_init(&op, -1);
    secret_set(&secret, bytes_of(password));
    int failed = password_check_policy(&op, &secret, login);
    enum err err = op.err;
    assert_int_equal(failed, err == ERR_NONE ? 0 : -1);
    secret_fini(&secret);
    op_fini(&op);
    return err;
}

static void the_policy_asks_for_length_and_refuses_what_is_guessed(void **state)
{
    assert_int_equal(judge("correct horse", "ann"), ERR_NONE);
    assert_int_equal(judge("红豆生南国春来发几枝", "li.wei"), ERR_NONE);
    assert_int_equal(judge("short-one", "ann"), ERR_UNPROCESSABLE);
    assert_int_equal(judge("红豆生南国春来发几", "ann"), ERR_UNPROCESSABLE);
    assert_int_equal(judge("aaaaaaaaaaaaaaaa", "ann"), ERR_UNPROCESSABLE);
    assert_int_equal(judge("abababababababab", "ann"), ERR_UNPROCESSABLE);
    assert_int_equal(judge("PassWord123", "ann"), ERR_UNPROCESSABLE);
    assert_int_equal(judge("my-Li.Wei-secret", "li.wei"), ERR_UNPROCESSABLE);
    assert_int_equal(judge("correct\xff horse", "ann"), ERR_UNPROCESSABLE);
    char long_one[PASSWORD_MAX + 2];
    for (size_t i = 0; i < sizeof long_one - 1; i++)
        long_one[i] = (char)('a' + i % 26);
    long_one[sizeof long_one - 1] = 0;
    assert_int_equal(judge(long_one, "ann"), ERR_UNPROCESSABLE);
}

static void only_the_right_password_fits_its_text(void **state)
{
    struct op op;
    struct secret right = {0}, wrong = {0};
    char text[PASSWORD_TEXT_MAX], again[PASSWORD_TEXT_MAX];
    op_init(&op, -1);
    secret_set(&right, BYTES("correct horse"));
    secret_set(&wrong, BYTES("correct hors"));
    assert_int_equal(password_hash(&op, &right, text), 0);
    assert_int_equal(password_hash(&op, &right, again), 0);
    assert_memory_equal(text, "$argon2id$", 10);
    assert_string_not_equal(text, again);
    assert_true(password_fits(text, &right));
    assert_false(password_fits(text, &wrong));
    assert_false(password_fits(NULL, &right));
    assert_false(password_fits("", &right));
    assert_false(password_fits("not a hash", &right));
    assert_false(password_is_dated(text));
    secret_fini(&right);
    secret_fini(&wrong);
    op_fini(&op);
}

static void texts_of_other_costs_are_dated(void **state)
{
    assert_true(password_is_dated("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

static void one_time_passwords_differ_and_pass_the_policy(void **state)
{
    struct op op;
    struct secret one = {0}, two = {0};
    op_init(&op, -1);
    password_make(&one);
    password_make(&two);
    assert_int_equal(secret_reveal(&one).n, 19);
    assert_int_equal(password_check_policy(&op, &one, "admin"), 0);
    assert_false(secret_eq(&one, secret_reveal(&two)));
    secret_fini(&one);
    secret_fini(&two);
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_policy_asks_for_length_and_refuses_what_is_guessed),
        cmocka_unit_test(only_the_right_password_fits_its_text),
        cmocka_unit_test(texts_of_other_costs_are_dated),
        cmocka_unit_test(one_time_passwords_differ_and_pass_the_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
