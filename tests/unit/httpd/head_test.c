/* The strict reading of a head, without a connection. */
#include "../test.h"

#include "httpd/head.h"

static const struct head_limits limits = {100, 200};

static struct head_found check(struct arena *arena, const char *method, const char *target,
                               const char *const headers[][2], size_t n)
{
    static struct head head;
    struct head_found found;
    head = (struct head){.method = bytes_of(method),
                         .target = bytes_of(target),
                         .version = bytes_of("HTTP/1.1"),
                         .header_n = n};
    for (size_t i = 0; i < n; i++)
        head.headers[i] =
            (struct head_header){bytes_of(headers[i][0]), bytes_of(headers[i][1])};
    head_check(arena, &head, &limits, &found);
    return found;
}

static void the_target_is_split_and_the_path_decoded_once(void **state)
{
    static const char *const host[][2] = {{"host", "a"}};
    struct arena arena;
    (void)state;
    arena_init(&arena);
    struct head_found found = check(&arena, "GET", "/a%20b/%2541?q=%20&u=a?b=/../", host, 1);
    assert_int_equal(found.status, 0);
    assert_string_equal(found.path, "/a b/%41");
    assert_true(bytes_eq_s(found.raw_path, "/a%20b/%2541"));
    assert_true(bytes_eq_s(found.raw_query, "q=%20&u=a?b=/../"));
    assert_false(found.has_body);
    arena_fini(&arena);
}

static void each_target_gets_its_status(void **state)
{
    static const char *const host[][2] = {{"Host", "a:80"}};
    static const struct {
        const char *target;
        int status;
    } rows[] = {
        {"/", 0},
        {"/...", 0},
        {"/a..b", 0},
        {"/?", 0},
        {"/a//b", 0},
        {"/\xc3\xa4", 0},
        {"", 400},
        {"*", 400},
        {"a", 400},
        {"//a/..", 400},
        {"/.", 400},
        {"/a/./b", 400},
        {"/%2e%2e", 400},
        {"/a%5Cb", 400},
        {"/a%2Fb", 400},
        {"/%", 400},
        {"/%0a", 400},
        {"/%7f", 400},
        {"/%c3", 400},
        {"/\x7f", 400},
        {"/a#b", 400},
        {"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaa",
         414},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct head_found found = check(&arena, "GET", rows[i].target, host, 1);
        if (found.status != rows[i].status)
            fail_msg("%s: %d %s", rows[i].target, found.status, found.fault);
    }
    arena_fini(&arena);
}

static void the_body_length_is_a_plain_number_or_refused(void **state)
{
    static const struct {
        const char *value;
        int status;
        uint64_t length;
    } rows[] = {
        {"0", 0, 0},         {"12", 0, 12},      {"999999999999999", 0, 999999999999999},
        {"+1", 400, 0},      {"-1", 400, 0},     {"1 ", 400, 0},
        {"1,1", 400, 0},     {"0x1", 400, 0},    {"", 400, 0},
        {"1e3", 400, 0},     {"1.0", 400, 0},    {"9999999999999999", 400, 0},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const headers[][2] = {{"Host", "a"}, {"CONTENT-length", rows[i].value}};
        struct head_found found = check(&arena, "POST", "/", headers, 2);
        if (found.status != rows[i].status)
            fail_msg("%s: %d", rows[i].value, found.status);
        if (found.status == 0)
            assert_true(found.body_length == rows[i].length);
    }
    arena_fini(&arena);
}

static void headers_too_long_together_are_refused(void **state)
{
    static const char *const headers[][2] = {
        {"Host", "a"},
        {"X-Long", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                   "aaaaaaaaaaaaaaaaaaaaaaaa"}};
    struct arena arena;
    (void)state;
    arena_init(&arena);
    assert_int_equal(check(&arena, "GET", "/", headers, 2).status, 431);
    assert_int_equal(check(&arena, "GET", "/", headers, 1).status, 0);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_target_is_split_and_the_path_decoded_once),
        cmocka_unit_test(each_target_gets_its_status),
        cmocka_unit_test(the_body_length_is_a_plain_number_or_refused),
        cmocka_unit_test(headers_too_long_together_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
