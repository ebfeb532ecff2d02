/* Values that only a page knows: asked once for a while, and the truth when they cannot be had. */
#include "engine.h"

#include "rounds/live.h"

#include <string.h>

static const struct dashboard gateway = {.uid = "gw", .title = "Gateway", .version = 3};

static void a_page_is_read_once_for_a_while(void **state)
{
    struct engine *e = *state;
    struct render_variable *list;
    size_t n;
    for (int i = 0; i < 3; i++) {
        succeeds(&e->op, live_find(&e->op, e->rounds, e->source.row, &gateway, &list, &n));
        assert_int_equal(n, 2);
        const struct render_variable *host = live_pick(list, n, "host");
        assert_int_equal(host->n, 2);
        assert_string_equal(host->values[1], "h2");
        assert_string_equal(host->texts[1], "主机 2");
        assert_string_equal(live_why(&e->op.arena, host), "");
        assert_string_equal(live_why(&e->op.arena, live_pick(list, n, "site")), "no rights");
        assert_null(live_pick(list, n, "other"));
        assert_true(*live_why(&e->op.arena, NULL) != 0);
    }
    assert_int_equal(e->variable_reads, 1);
    struct dashboard changed = gateway; /* whoever saved it anew may have changed its variables */
    changed.version = 4;
    succeeds(&e->op, live_find(&e->op, e->rounds, e->source.row, &changed, &list, &n));
    assert_int_equal(e->variable_reads, 2);
}

static void what_hinders_the_page_is_told_and_not_remembered(void **state)
{
    struct engine *e = *state;
    struct render_variable *list;
    size_t n;
    e->variables_err = ERR_TIMEOUT;
    assert_int_equal(live_find(&e->op, e->rounds, e->source.row, &gateway, &list, &n), -1);
    assert_non_null(strstr(e->op.err_text, "'Gateway'"));
    assert_non_null(strstr(e->op.err_text, "as the script says"));
    assert_non_null(strstr(e->op.err_text, "into the plan"));
    fails_with(&e->op, -1, ERR_TIMEOUT);
    e->variables_err = ERR_NONE;
    succeeds(&e->op, live_find(&e->op, e->rounds, e->source.row, &gateway, &list, &n));
    assert_int_equal(n, 2);
}

static void many_dashboards_find_room(void **state)
{
    struct engine *e = *state;
    struct render_variable *list;
    size_t n;
    for (int i = 0; i < 300; i++) {
        struct dashboard one = gateway;
        one.uid = arena_fmt(&e->op.arena, "d%d", i);
        succeeds(&e->op, live_find(&e->op, e->rounds, e->source.row, &one, &list, &n));
    }
    struct dashboard newest = gateway;
    newest.uid = "d299";
    succeeds(&e->op, live_find(&e->op, e->rounds, e->source.row, &newest, &list, &n));
    assert_int_equal(e->variable_reads, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(a_page_is_read_once_for_a_while),
        ENGINE_TEST(what_hinders_the_page_is_told_and_not_remembered),
        ENGINE_TEST(many_dashboards_find_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
