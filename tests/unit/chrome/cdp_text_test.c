/* Reading and cutting messages as text. */
#include "../test.h"

#include "chrome/cdp_text.h"

static void test_ids(void **state)
{
    (void)state;
    uint64_t id = 0;
    assert_true(cdp_text_id(BYTES("{\"id\":72,\"result\":{}}"), &id));
    assert_int_equal(id, 72);
    assert_true(cdp_text_id(BYTES("{\"id\":3}"), &id));
    assert_int_equal(id, 3);
    assert_false(cdp_text_id(BYTES("{\"id\":\"3\"}"), &id));
    assert_false(cdp_text_id(BYTES("{\"id\":3"), &id));
    assert_false(cdp_text_id(BYTES("{\"method\":\"x\",\"id\":3}"), &id));
}

static void assert_event(const char *text, const char *method, const char *session)
{
    struct bytes m, s;
    assert_true(cdp_text_event(bytes_of(text), &m, &s));
    assert_true(bytes_eq_s(m, method));
    assert_true(bytes_eq_s(s, session));
}

static void test_events(void **state)
{
    (void)state;
    struct bytes m, s;
    assert_event("{\"method\":\"A.b\",\"params\":{\"n\":1},\"sessionId\":\"S1\"}", "A.b", "S1");
    assert_event("{\"method\":\"A.b\",\"params\":{\"sessionId\":\"S1\"}}", "A.b", "");
    assert_false(cdp_text_event(BYTES("{\"params\":{},\"method\":\"A.b\"}"), &m, &s));
    assert_false(cdp_text_event(BYTES("{\"method\":\"A.b"), &m, &s));
    assert_false(cdp_text_event(BYTES("{\"method\":\"A.b}"), &m, &s));
}

static void assert_thin(const char *in, const char *want)
{
    static const char *const NAMES[] = {"headers", "timing", NULL};
    struct arena arena;
    arena_init(&arena);
    struct bytes thin = cdp_text_thin(&arena, bytes_of(in), NAMES);
    if (!bytes_eq_s(thin, want))
        fail_msg("%.*s", BYTES_ARG(thin));
    arena_fini(&arena);
}

static void test_members_nobody_reads_are_emptied(void **state)
{
    (void)state;
    assert_thin("{\"a\":1,\"headers\":{\"x\":\"y\"},\"timing\":{\"t\":{\"u\":2}},\"z\":3}",
                "{\"a\":1,\"headers\":{},\"timing\":{},\"z\":3}");
    /* braces and quotes inside strings end nothing */
    assert_thin("{\"headers\":{\"x\":\"}\\\"}\\\\\"},\"b\":2}", "{\"headers\":{},\"b\":2}");
    /* a name inside a string is a text, and stays */
    assert_thin("{\"url\":\"?q=\\\"headers\\\":{1}\"}", "{\"url\":\"?q=\\\"headers\\\":{1}\"}");
    /* other kinds, empty ones and unfinished ones are left to the parser */
    assert_thin("{\"headers\":[1],\"timing\":{}}", "{\"headers\":[1],\"timing\":{}}");
    assert_thin("{\"headers\":{\"x\":\"y\"", "{\"headers\":{\"x\":\"y\"");
    assert_thin("", "");
}

static void test_without_names_the_text_is_whole(void **state)
{
    (void)state;
    struct bytes text = BYTES("{\"headers\":{\"x\":1}}");
    assert_ptr_equal(cdp_text_thin(NULL, text, NULL).p, text.p);
}

static void assert_unescaped(const char *in, const char *want)
{
    struct str text;
    str_init(&text, 1024);
    cdp_unescape(bytes_of(in), &text);
    assert_string_equal(text.p, want);
    str_fini(&text);
}

static void test_unescape(void **state)
{
    (void)state;
    assert_unescaped("", "");
    assert_unescaped("plain", "plain");
    assert_unescaped("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
    assert_unescaped("\\u0041\\u00e9\\u20ac", "A\xc3\xa9\xe2\x82\xac");
    assert_unescaped("\\ud83d\\ude00!", "\xf0\x9f\x98\x80!");
    assert_unescaped("\\ud83d", "\xef\xbf\xbd");
    assert_unescaped("\\ud83dx", "\xef\xbf\xbdx");
    assert_unescaped("\\ud83d\\u0041", "\xef\xbf\xbd"
                                       "A");
    assert_unescaped("\\u12", "\xef\xbf\xbd"
                              "12");
    assert_unescaped("\\q", "\xef\xbf\xbd");
    assert_unescaped("end\\", "end");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_members_nobody_reads_are_emptied),
        cmocka_unit_test(test_without_names_the_text_is_whole),
        cmocka_unit_test(test_unescape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
