#include "../test.h"

#include "rounds/expand.h"

#include <string.h>

static const char *const gateway =
    "{\"dashboard\":{\"uid\":\"gw\",\"title\":\"Gateway\",\"templating\":{\"list\":["
    "{\"name\":\"host\",\"type\":\"query\",\"multi\":true,\"includeAll\":true,\"current\":{"
    "\"value\":[\"$__all\"]},"
    "\"options\":[{\"value\":\"$__all\"},{\"value\":\"h1\"},{\"value\":\"h2\"}]},"
    "{\"name\":\"mode\",\"type\":\"custom\",\"query\":\"a,b\",\"current\":{\"value\":\"a\"}},"
    "{\"name\":\"live\",\"type\":\"query\",\"current\":{\"value\":\"$__all\"}}]},"
    "\"panels\":[{\"id\":1,\"type\":\"timeseries\",\"title\":\"CPU\"},{\"id\":2,\"type\":\"text\","
    "\"title\":\"Words\"},"
    "{\"id\":3,\"type\":\"stat\",\"title\":\"Each\",\"repeat\":\"host\"},"
    "{\"id\":4,\"type\":\"stat\",\"title\":\"Own range\",\"timeFrom\":\"1h\"}]}}";

static int find_dashboard(void *ctx, struct op *op, const char *source, const char *uid,
                          const struct dashboard **out)
{
    (void)ctx;
    (void)source;
    if (strcmp(uid, "down") == 0)
        return op_fail(op, ERR_TARGET, "Grafana is down");
    if (strcmp(uid, "gw") != 0)
        return op_fail(op, ERR_TARGET_MISSING, "no such dashboard");
    const struct jv *json;
    struct dashboard *dashboard = ARENA_NEW(&op->arena, struct dashboard);
    *out = dashboard;
    return jv_parse(op, bytes_of(gateway), &json) || dashboard_read(op, json, dashboard) ? -1 : 0;
}

static int list(void *ctx, struct op *op, const char *source, const char *folder, const char *tag,
                struct plan_names *out)
{
    (void)ctx;
    (void)source;
    (void)tag;
    out->items = ARENA_ARRAY(&op->arena, const char *, 2);
    out->items[0] = "gw";
    out->n = folder && strcmp(folder, "empty") == 0 ? 0 : 1;
    return 0;
}

static const struct expand_lookup lookup = {.dashboard = find_dashboard, .list = list};

static int expand(struct op *op, const char *selections, struct expand_result *out)
{
    struct plan_spec plan;
    const struct zone *zone;
    const char *json =
        arena_fmt(&op->arena,
                  "{\"name\":\"x\",\"selections\":%s,\"windows\":[{\"length\":\"6h\"},"
                  "{\"length\":\"1d\"}]}",
                  selections);
    assert_int_equal(plan_read_text(op, json, &plan), 0);
    assert_int_equal(zone_open(op, "UTC", &zone), 0);
    return expand_plan(op, &plan, zone, 1000000000000, &lookup, out);
}

static void picked_panels_times_windows(void **state)
{
    (void)state;
    struct op op;
    struct expand_result r;
    op_init(&op, -1);
    assert_int_equal(expand(&op, "[{\"source\":\"s\",\"dashboard\":\"gw\",\"panels\":[1,2]}]", &r),
                     0);
    assert_int_equal(r.n, 3); /* words look the same in any window */
    assert_string_equal(r.shots[0].panel->title, "CPU");
    assert_string_equal(r.shots[0].vars, "{}");
    assert_int_equal(r.shots[0].to_ms, 1000000000000);
    assert_int_equal(r.shots[1].window, 1);
    assert_int_equal(r.shots[0].visit, r.shots[2].visit);
    op_fini(&op);
}

static void repeated_panels_become_one_shot_a_value(void **state)
{
    (void)state;
    struct op op;
    struct expand_result r;
    op_init(&op, -1);
    assert_int_equal(expand(&op, "[{\"source\":\"s\",\"dashboard\":\"gw\",\"panels\":[3]}]", &r),
                     0);
    assert_int_equal(r.n, 4);
    assert_string_equal(r.shots[0].vars, "{\"host\":\"h1\"}");
    assert_string_equal(r.shots[2].vars, "{\"host\":\"h2\"}");
    assert_string_equal(r.shots[2].page_vars, "{}"); /* as it stands on the dashboard */
    assert_string_equal(r.shots[2].clone, "h2$panel-3");
    assert_int_equal(expand(&op,
                            "[{\"source\":\"s\",\"dashboard\":\"gw\",\"panels\":[3],\"variables\":"
                            "{\"host\":{\"mode\":\"list\",\"values\":[\"h2\",\"h9\"]}}}]",
                            &r),
                     0);
    assert_int_equal(r.n, 4);
    assert_string_equal(r.shots[2].vars, "{\"host\":\"h9\"}");
    assert_string_equal(r.shots[2].page_vars, "{\"host\":[\"h2\",\"h9\"]}");
    assert_string_equal(r.shots[2].clone, "h9$panel-3");
    assert_int_equal(expand(&op,
                            "[{\"source\":\"s\",\"dashboard\":\"gw\",\"panels\":[1,3],\"variables\":"
                            "{\"host\":{\"mode\":\"each\"}}}]",
                            &r),
                     0);
    assert_null(r.shots[0].clone); /* every panel has a page of each value then */
    assert_null(r.shots[r.n - 1].clone);
    op_fini(&op);
}

static void each_value_multiplies(void **state)
{
    (void)state;
    struct op op;
    struct expand_result r;
    op_init(&op, -1);
    assert_int_equal(
        expand(&op,
               "[{\"source\":\"s\",\"dashboard\":\"gw\",\"panels\":[1],\"variables\":"
               "{\"mode\":{\"mode\":\"each\"},\"host\":{\"mode\":\"each\",\"values\":[\"$__all\"]},"
               "\"live\":{\"mode\":\"list\",\"values\":[\"x\",\"y\"]}}}]",
               &r),
        0);
    assert_int_equal(r.n, 8);
    assert_string_equal(r.shots[0].vars, "{\"host\":\"h1\",\"live\":[\"x\",\"y\"],\"mode\":\"a\"}");
    assert_string_equal(r.shots[7].vars, "{\"host\":\"h2\",\"live\":[\"x\",\"y\"],\"mode\":\"b\"}");
    op_fini(&op);
}

static int find_values(void *ctx, struct op *op, const char *source,
                       const struct dashboard *dashboard, const char *name, struct plan_names *out,
                       const char **why)
{
    (void)ctx;
    (void)source;
    (void)dashboard;
    if (strcmp(name, "live") == 0) {
        *why = "no rights";
        return 0;
    }
    out->items = ARENA_ARRAY(&op->arena, const char *, 3);
    out->items[out->n++] = "h1";
    out->items[out->n++] = "h7";
    out->items[out->n++] = "h8";
    return 0;
}

static void values_of_the_page_win_over_the_file_and_missing_ones_are_told(void **state)
{
    (void)state;
    struct op op;
    struct plan_spec plan;
    struct expand_result r;
    const struct zone *zone;
    struct expand_lookup with_page = lookup;
    with_page.values = find_values;
    op_init(&op, -1);
    assert_int_equal(plan_read_text(&op,
                                    "{\"name\":\"x\",\"selections\":[{\"source\":\"s\","
                                    "\"dashboard\":\"gw\",\"panels\":[1,3],\"variables\":{\"live\":"
                                    "{\"mode\":\"each\"}}}],\"windows\":[{\"length\":\"6h\"}]}",
                                    &plan),
                     0);
    assert_int_equal(zone_open(&op, "UTC", &zone), 0);
    assert_int_equal(expand_plan(&op, &plan, zone, 1000000000000, &with_page, &r), 0);
    assert_int_equal(r.n, 4); /* panel 1, and panel 3 once a host of the page */
    assert_string_equal(r.shots[1].vars, "{\"host\":\"h1\"}");
    assert_string_equal(r.shots[3].vars, "{\"host\":\"h8\"}");
    assert_int_equal(r.missing_n, 1);
    assert_string_equal(r.missing[0].what, "value");
    assert_string_equal(r.missing[0].path, "selections[0].variables.live");
    assert_non_null(strstr(r.missing[0].mend.en, "no rights"));
    op_fini(&op);
}

static void what_two_selections_choose_is_taken_once(void **state)
{
    (void)state;
    struct op op;
    struct expand_result r;
    op_init(&op, -1);
    assert_int_equal(expand(&op,
                            "[{\"source\":\"s\",\"folder\":\"f\"},{\"source\":\"s\",\"tag\":\"t\"},"
                            "{\"source\":\"s\",\"dashboard\":\"gw\",\"panels\":[1]}]",
                            &r),
                     0);
    assert_int_equal(r.n, 2 + 1 + 4 + 2);
    assert_int_equal(r.warning_n, 1); /* the panel with a range of its own */
    op_fini(&op);
}

static void what_no_longer_exists_is_told(void **state)
{
    (void)state;
    struct op op;
    struct expand_result r;
    op_init(&op, -1);
    assert_int_equal(
        expand(&op,
               "[{\"source\":\"s\",\"dashboard\":\"gone\"},{\"source\":\"s\",\"folder\":\"empty\"},"
               "{\"source\":\"s\",\"dashboard\":\"gw\",\"panels\":[1,99],\"variables\":{"
               "\"none\":{\"values\":[\"x\"]},\"mode\":{\"values\":[\"z\"]}}}]",
               &r),
        0);
    const char *want[][2] = {{"dashboard", "selections[0].dashboard"},
                             {"folder", "selections[1].folder"},
                             {"variable", "selections[2].variables.none"},
                             {"value", "selections[2].variables.mode.values[0]"},
                             {"panel", "selections[2].panels[1]"}};
    assert_int_equal(r.missing_n, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(r.missing[i].what, want[i][0]);
        assert_string_equal(r.missing[i].path, want[i][1]);
    }
    assert_int_equal(r.n, 2);
    op_fini(&op);
}

static void a_grafana_that_is_down_ends_the_expansion(void **state)
{
    (void)state;
    struct op op;
    struct expand_result r;
    op_init(&op, -1);
    assert_int_equal(expand(&op, "[{\"source\":\"s\",\"dashboard\":\"down\"}]", &r), -1);
    assert_int_equal(op.err, ERR_TARGET);
    op_fini(&op);
}

static void titles_show_values(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"$host CPU", "h1 CPU"}, {"${host:text} / [[dc]]", "h1 / a + b"},
        {"$hosts", "$hosts"},    {"cost in $", "cost in $"},
        {"${host", "${host"},    {"plain", "plain"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct op op;
        op_init(&op, -1);
        assert_string_equal(
            expand_title(&op.arena, rows[i][0], "{\"host\":\"h1\",\"dc\":[\"a\",\"b\"]}"),
            rows[i][1]);
        op_fini(&op);
    }
}

static void there_is_a_ceiling(void **state)
{
    (void)state;
    struct op op;
    struct expand_result r;
    op_init(&op, -1);
    struct str *values = str_new(&op.arena, 100000);
    for (int i = 0; i < 400; i++)
        str_addf(values, "%s\"v%d\"", i ? "," : "", i);
    const char *json =
        arena_fmt(&op.arena,
                  "[{\"source\":\"s\",\"dashboard\":\"gw\",\"panels\":[1],\"variables\":{"
                  "\"live\":{\"mode\":\"each\",\"values\":[%s]},"
                  "\"host\":{\"mode\":\"each\",\"values\":[%s]}}}]",
                  values->p, values->p);
    assert_int_equal(expand(&op, json, &r), -1);
    assert_int_equal(op.err, ERR_UNPROCESSABLE);
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picked_panels_times_windows),
        cmocka_unit_test(repeated_panels_become_one_shot_a_value),
        cmocka_unit_test(each_value_multiplies),
        cmocka_unit_test(values_of_the_page_win_over_the_file_and_missing_ones_are_told),
        cmocka_unit_test(what_two_selections_choose_is_taken_once),
        cmocka_unit_test(what_no_longer_exists_is_told),
        cmocka_unit_test(a_grafana_that_is_down_ends_the_expansion),
        cmocka_unit_test(titles_show_values),
        cmocka_unit_test(there_is_a_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
