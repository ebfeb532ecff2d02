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
        {"a|b", "xb", PATTERN_NO},
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
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (pattern_find(cases[i].expression, cases[i].text) != cases[i].answer)
            fail_msg("%s on '%s'", cases[i].expression, cases[i].text);
}

static void what_cannot_be_followed_is_said_to_be_unknown(void **state)
{
    (void)state;
    static const char *const foreign[] = {
        "/(?=x)y/",  "/(?<n>x)/", "/(a)\\1/", "/((a{9}){9}){9}/", "/a{101}/", "/a{,}/",
        "/[unended", "/[/",       "/(/",      "/a\\/",            "/{/",      "/\\p{L}/"};
    char longer[PATTERN_MAX + 3];
    memset(longer, 'a', sizeof longer);
    longer[PATTERN_MAX + 2] = 0;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (pattern_find(foreign[i], "xyaa") != PATTERN_UNKNOWN)
            fail_msg("%s is understood", foreign[i]);
    assert_int_equal(pattern_find(longer, "a"), PATTERN_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_of_browsers_find_what_they_mean),
        cmocka_unit_test(what_cannot_be_followed_is_said_to_be_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
