/* Values that only a page knows: asked once for a while, and the truth when they cannot be had. */
#include "engine.h"

#include "rounds/live.h"
#include "rounds/plan_keep.h"
#include "rounds/round.h"
#include "rounds/tree.h"

#include <string.h>

static const struct dashboard gateway = {.uid = "gw", .title = "Gateway", .version = 3};

static void a_page_is_read_once_for_a_while(void **state)
{
    struct engine *e = *state;
    struct render_variable *list;
    size_t n;
    for (int i = 0; i < 3; i++) {
        succeeds(&e->op, live_find(&e->op, e->rounds, e->source.row, &gateway, &list, &n));
        assert_int_equal(n, 3);
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
    assert_int_equal(n, 3);
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

static void pages_of_many_dashboards_are_read_together(void **state)
{
    enum { N = 7, AT_ONCE = 3 };
    struct engine *e = *state;
    struct dashboard dashboards[N];
    struct live_page pages[N];
    for (int i = 0; i < N; i++) {
        dashboards[i] = gateway;
        dashboards[i].uid = arena_fmt(&e->op.arena, "d%d", i);
        pages[i] = (struct live_page){.dashboard = &dashboards[i]};
    }
    e->variables_meet = AT_ONCE;
    live_find_all(&e->op, e->rounds, e->source.row, AT_ONCE, pages, N);
    assert_int_equal(e->variables_most, AT_ONCE);
    assert_int_equal(e->variable_reads, N);
    for (int i = 0; i < N; i++) {
        assert_true(pages[i].is_read);
        assert_string_equal(live_pick(pages[i].list, pages[i].n, "uid")->values[0],
                            dashboards[i].uid);
    }
}

static void a_page_that_fails_ends_the_reading_of_the_others(void **state)
{
    enum { N = 7 };
    struct engine *e = *state;
    struct live_page pages[N];
    for (int i = 0; i < N; i++)
        pages[i] = (struct live_page){.dashboard = &gateway};
    e->variables_err = ERR_TARGET;
    live_find_all(&e->op, e->rounds, e->source.row, 2, pages, N);
    assert_true(e->variable_reads <= 2);
    for (int i = 0; i < N; i++)
        assert_false(pages[i].is_read);
    assert_int_equal(e->op.err, ERR_NONE); /* who needs one asks again, and is told why */
}

static void a_plan_over_many_dashboards_reads_their_pages_together(void **state)
{
    struct engine *e = *state;
    const struct tree *tree;
    struct plan_spec spec;
    struct expand_result result;
    struct round_estimate estimate;
    const char *text = "name: all\nwindows: [{length: 1h}]\nselections: [{source: prod, dashboard: "
                       "v1}, {source: prod, dashboard: v2}, {source: prod, dashboard: v3}]\n";
    succeeds(&e->op, tree_from_yaml(&e->op, bytes_of(text), &tree));
    succeeds(&e->op, plan_keep_read(&e->op, e->rounds, tree, 0, &spec, NULL));
    e->variables_meet = 2;
    succeeds(&e->op, round_dry_run(&e->op, e->rounds, &spec, 0, 0, &result, &estimate));
    assert_int_equal(e->variables_most, 2); /* as many as the source lets, of three */
    assert_int_equal(e->variable_reads, 3);
    assert_int_equal(result.n, 3);
    assert_string_equal(result.shots[2].vars, "{\"uid\":\"v3\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENGINE_TEST(a_page_is_read_once_for_a_while),
        ENGINE_TEST(what_hinders_the_page_is_told_and_not_remembered),
        ENGINE_TEST(many_dashboards_find_room),
        ENGINE_TEST(pages_of_many_dashboards_are_read_together),
        ENGINE_TEST(a_plan_over_many_dashboards_reads_their_pages_together),
        ENGINE_TEST(a_page_that_fails_ends_the_reading_of_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
