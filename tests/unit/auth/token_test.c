#include "../test.h"

#include "auth/token.h"

#include <string.h>

static struct secret items[3];

static struct token_list list_of(const char *a, const char *b, const char *c)
{
    const char *texts[] = {a, b, c};
    struct token_list list = {items, 0};
    for (size_t i = 0; i < 3 && texts[i]; i++)
        secret_set(&items[list.n++], bytes_of(texts[i]));
    return list;
}

static void any_token_of_the_list_opens_and_nothing_else(void **state)
{
    struct token_list list = list_of("first-token-of-grafana", "second-token-of-grafana", "");
    assert_true(token_list_has(&list, BYTES("first-token-of-grafana")));
    assert_true(token_list_has(&list, BYTES("second-token-of-grafana")));
    assert_false(token_list_has(&list, BYTES("first-token-of-grafan")));
    assert_false(token_list_has(&list, BYTES("first-token-of-grafana ")));
    assert_false(token_list_has(&list, BYTES("")));
    struct token_list none = {NULL, 0};
    assert_false(token_list_has(&none, BYTES("")));
    assert_false(token_list_has(&none, BYTES("-")));
}

static void the_well_known_token_is_for_loopback_only(void **state)
{
    struct token_list well_known = list_of("-", NULL, NULL);
    assert_null(token_list_refusal(&well_known, true));
    assert_non_null(strstr(token_list_refusal(&well_known, false), "renderer_token"));
    struct token_list second = list_of("a-good-long-token-here", "-", NULL);
    assert_non_null(token_list_refusal(&second, false));
    struct token_list weak = list_of("secret", NULL, NULL);
    assert_non_null(strstr(token_list_refusal(&weak, false), "16 characters"));
    struct token_list none = {NULL, 0};
    assert_null(token_list_refusal(&none, true));
    assert_non_null(token_list_refusal(&none, false));
    struct token_list good = list_of("a-good-long-token-here", NULL, NULL);
    assert_null(token_list_refusal(&good, false));
}

static void a_book_is_what_was_last_put_into_it(void **state)
{
    struct token_book *book = token_book_new();
    (void)state;
    assert_false(token_book_has(book, BYTES("first-token-of-grafana")));
    struct token_list first = list_of("first-token-of-grafana", NULL, NULL);
    token_book_set(book, &first);
    assert_true(token_book_has(book, BYTES("first-token-of-grafana")));
    struct token_list second = list_of("second-token-of-grafana", "third-token-of-grafana", NULL);
    token_book_set(book, &second);
    assert_false(token_book_has(book, BYTES("first-token-of-grafana")));
    assert_true(token_book_has(book, BYTES("third-token-of-grafana")));
    assert_false(token_book_has(book, BYTES("")));
    token_book_free(book);
}

static int teardown(void **state)
{
    for (size_t i = 0; i < 3; i++)
        secret_fini(&items[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_token_of_the_list_opens_and_nothing_else),
        cmocka_unit_test(the_well_known_token_is_for_loopback_only),
        cmocka_unit_test(a_book_is_what_was_last_put_into_it),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
