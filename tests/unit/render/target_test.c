#include "../test.h"

#include "render/target.h"

#include <string.h>

static struct op op;

static int begin(void **state)
{
    (void)state;
    op_init(&op, -1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    op_fini(&op);
    return 0;
}

static struct target parse(const char *text)
{
    struct target t;
    assert_int_equal(target_parse(&op, bytes_of(text), &t), 0);
    return t;
}

static void routes_of_all_versions(void **state)
{
    (void)state;
    static const struct {
        const char *path, *uid, *panel;
        enum target_kind kind;
    } rows[] = {
        {"/d/abc/slug?viewPanel=3", "abc", "3", TARGET_DASHBOARD},
        {"/d/abc", "abc", NULL, TARGET_DASHBOARD},
        {"/d-solo/abc/slug?panelId=panel-3", "abc", "panel-3", TARGET_SOLO},
        {"/d-solo/abc?panelId=", "abc", NULL, TARGET_SOLO},
        {"/grafana/d-solo/abc/x?panelId=7", "abc", "7", TARGET_SOLO},
        {"/dashboard/snapshot/key", "", NULL, TARGET_DASHBOARD},
        {"/dashboard-solo/snapshot/key?panelId=2", "", "2", TARGET_SOLO},
        {"/public-dashboards/token", "", NULL, TARGET_DASHBOARD},
        {"/explore?panelId=2", "", NULL, TARGET_OTHER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct target t = parse(arena_fmt(&op.arena, "https://g.example:3000%s", rows[i].path));
        assert_string_equal(t.origin, "https://g.example:3000");
        assert_int_equal(t.kind, rows[i].kind);
        assert_string_equal(t.uid, rows[i].uid);
        if (rows[i].panel)
            assert_string_equal(t.panel, rows[i].panel);
        else
            assert_null(t.panel);
    }
}

static void ranges_are_absolute_or_none(void **state)
{
    (void)state;
    struct target t = parse("http://g/d/a/x?from=1763000000000&to=1763021600000");
    assert_int_equal(t.from_ms, 1763000000000);
    assert_int_equal(t.to_ms, 1763021600000);
    t = parse("http://g/d/a/x?from=2025-11-13T02:13:20.000Z&to=2025-11-13T08:13:20Z");
    assert_int_equal(t.from_ms, 1763000000000);
    assert_int_equal(t.to_ms, 1763021600000);
    static const char *const relative[] = {"from=now-6h&to=now", "from=20251113&to=20251114",
                                           "from=1763000000000", "", "from=-5&to=7"};
    for (size_t i = 0; i < sizeof relative / sizeof *relative; i++) {
        t = parse(arena_fmt(&op.arena, "http://g/d/a/x?%s", relative[i]));
        assert_int_equal(t.from_ms, -1);
        assert_int_equal(t.to_ms, -1);
    }
}

static void the_text_stays_as_it_is(void **state)
{
    (void)state;
    static const char text[] = "http://g/d/a/x?b=2&a=1&var-x=p&var-x=q&empty=&z";
    assert_string_equal(parse(text).text, text);
}

static void variables_that_are_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool is_same;
    } rows[] = {
        {"from=1&to=2", "to=4&from=3&kiosk", true},
        {"var-h=a&from=1&var-i=b", "var-i=b&var-h=a", true},
        {"var-h=a&var-h=b", "var-h=b&var-h=a", true},
        {"var-h=a", "var-h=b", false},
        {"var-h=a", "var-h=a&var-h=b", false},
        {"var-h=a&var-h=b", "var-h=a", false},
        {"var-h=a", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct target a = parse(arena_fmt(&op.arena, "http://g/d/a/x?%s", rows[i].a));
        struct target b = parse(arena_fmt(&op.arena, "http://g/d/a/x?%s", rows[i].b));
        if (target_same_variables(&a, &b) != rows[i].is_same)
            fail_msg("%s, %s", rows[i].a, rows[i].b);
    }
}

static void what_may_change_inside_the_application(void **state)
{
    (void)state;
#define RANGE "from=1763000000000&to=1763021600000"
    static const struct {
        const char *now, *next;
        bool may;
    } rows[] = {
        {"/d/a/x?from=1&to=2", "/d/a/x?" RANGE, true},
        {"/d/a/x?from=1&to=2&var-h=a", "/d/a/x?var-h=b&" RANGE, true},
        {"/d-solo/a/x?panelId=1&from=1&to=2", "/d-solo/a/x?panelId=2&" RANGE, true},
        {"/d/a/x?from=1&to=2", "/d/a/x?from=now-6h&to=now", false}, /* believed to be had */
        {"/d/a/x?from=1&to=2", "/d/a/x?var-h=b&" RANGE, false},     /* a name that was not there */
        {"/d/a/x?from=1&to=2", "/d-solo/a/x?panelId=1&" RANGE, false}, /* another route */
        {"/d/a/x?from=1&to=2", "/d/a/x?theme=dark&" RANGE, false},
        {"/d/a/x?from=1&to=2", "/d/a/x?timezone=utc&" RANGE, false},
        {"/explore", "/explore?" RANGE, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct target now = parse(arena_fmt(&op.arena, "http://g%s", rows[i].now));
        struct target next = parse(arena_fmt(&op.arena, "http://g%s", rows[i].next));
        if (target_can_push(&now, &next) != rows[i].may)
            fail_msg("%s -> %s", rows[i].now, rows[i].next);
    }
    struct target other = parse("http://h/d/a/x?from=1&to=2"),
                  next = parse("http://g/d/a/x?" RANGE);
    assert_false(target_can_push(&other, &next));
    assert_non_null(
        strstr(target_push_url(&op.arena, &next, true), "from=2025-11-13T02%3A13%3A20.000Z"));
    assert_string_equal(target_push_url(&op.arena, &next, false), next.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(routes_of_all_versions, begin, end),
        cmocka_unit_test_setup_teardown(ranges_are_absolute_or_none, begin, end),
        cmocka_unit_test_setup_teardown(the_text_stays_as_it_is, begin, end),
        cmocka_unit_test_setup_teardown(variables_that_are_the_same, begin, end),
        cmocka_unit_test_setup_teardown(what_may_change_inside_the_application, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
