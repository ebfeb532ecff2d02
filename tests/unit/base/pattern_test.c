#include "../test.h"

#include "base/pattern.h"

#include <string.h>

static void expressions_of_browsers_find_what_they_mean(void **state)
{
    (void)state;
    static const struct {
        const char *expression, *text;
        enum pattern_answer answer;
    } cases[] = {
        {"/^CPU/", "CPU 0", PATTERN_YES},
        {"/cpu/", "CPU 0", PATTERN_NO},
        {"/cpu/i", "CPU 0", PATTERN_YES},
        {"CPU", "CPU 0", PATTERN_NO}, /* bare: the whole text */
        {"CPU.*", "CPU 0", PATTERN_YES},
        {"a|b", "b", PATTERN_YES},
        {"a|b", "xbx", PATTERN_NO},
        {"a|b", "ax", PATTERN_YES}, /* as in Grafana: ^a|b$ */
        {"/p\\d{2}$/", "latency p99", PATTERN_YES},
        {"/p\\d{2}$/", "latency p9", PATTERN_NO},
        {"/^(?:in|out)\\s\\w+/", "out eth0", PATTERN_YES},
        {"/^.*?avg/", "load avg", PATTERN_YES},
        {"/\\.total$/", "requests.total", PATTERN_YES},
        {"/\\.total$/", "requests-total", PATTERN_NO},
        {"/[\\d.]+ms/", "1.5ms", PATTERN_YES},
        {"/^[^\\s]+$/", "a b", PATTERN_NO},
        {"/成功率/", "支付成功率", PATTERN_YES},
        {"/a\\/b/", "a/b", PATTERN_YES},
        {"/x\\D+/", "xyz", PATTERN_YES},
        {"/^(ab){1,3}$/", "abab", PATTERN_YES},
        {"/^(?!up)/", "down", PATTERN_YES},
        {"/(a|b)\\1/", "xbb", PATTERN_YES},
        {"/^支.率$/", "支付率", PATTERN_YES},
        {"/\\u652f/", "支付", PATTERN_YES},
        {"/^b/m", "a\nb", PATTERN_YES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (pattern_find(cases[i].expression, cases[i].text) != cases[i].answer)
            fail_msg("%s on '%s'", cases[i].expression, cases[i].text);
}

static void what_is_no_expression_is_said_to_be_unknown(void **state)
{
    (void)state;
    static const char *const broken[] = {"/[unended", "/[/",  "/(/",
                                         "/a\\/",     "/a/x", "/a/ii",
                                         "/",         "(",    "/(((((a{99}){99}){99}){99}){99})/"};
    char longer[PATTERN_MAX + 3];
    memset(longer, 'a', sizeof longer);
    longer[PATTERN_MAX + 2] = 0;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        if (pattern_find(broken[i], "xyaa") != PATTERN_UNKNOWN)
            fail_msg("%s is understood", broken[i]);
    assert_int_equal(pattern_find(longer, "a"), PATTERN_UNKNOWN);
    assert_int_equal(pattern_find("/a/", "a\xff"), PATTERN_UNKNOWN);
}

/* Such an expression would keep a browser busy for years. */
static void a_search_without_end_is_given_up(void **state)
{
    (void)state;
    assert_int_equal(pattern_find("/^(a+)+$/", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"),
                     PATTERN_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_of_browsers_find_what_they_mean),
        cmocka_unit_test(what_is_no_expression_is_said_to_be_unknown),
        cmocka_unit_test(a_search_without_end_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
