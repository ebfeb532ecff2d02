#include "../test.h"

#include "grafana/dashboard.h"

#include <string.h>

static void read(struct op *op, const char *text, struct dashboard *out)
{
    const struct jv *json;
    assert_int_equal(jv_parse(op, bytes_of(text), &json), 0);
    assert_int_equal(dashboard_read(op, json, out), 0);
}

static const struct dashboard_panel *panel_of(const struct dashboard *dashboard, const char *key)
{
    const struct dashboard_panel *panel = dashboard_find_panel(dashboard, key);
    assert_non_null(panel);
    return panel;
}

static const char *const classic =
    "{\"meta\":{\"folderUid\":\"f1\",\"folderTitle\":\"网关\",\"slug\":\"gw\"},\"dashboard\":{"
    "\"uid\":\"gw\",\"title\":\"Gateway\",\"version\":7,\"timezone\":\"utc\",\"tags\":[\"prod\"],"
    "\"templating\":{\"list\":["
    "{\"name\":\"host\",\"type\":\"query\",\"multi\":true,\"includeAll\":true,"
    " \"current\":{\"value\":[\"$__all\"]},\"options\":[{\"text\":\"All\",\"value\":\"$__all\"},"
    " {\"text\":\"a\",\"value\":\"a\"}]},"
    "{\"name\":\"mode\",\"type\":\"custom\",\"query\":\"one,two\\\\,three, Four : 4\","
    " \"current\":{\"value\":\"one\"}}]},"
    "\"panels\":["
    "{\"id\":1,\"type\":\"timeseries\",\"title\":\"Above\",\"gridPos\":{\"h\":8,\"w\":12,\"x\":0,"
    "\"y\":0}},"
    "{\"id\":2,\"type\":\"row\",\"title\":\"Open\",\"collapsed\":false,\"repeat\":\"host\","
    "\"panels\":[]},"
    "{\"id\":3,\"type\":\"stat\",\"title\":\"In the open row\",\"timeFrom\":\"1h\"},"
    "{\"id\":4,\"type\":\"row\",\"title\":\"Shut\",\"collapsed\":true,\"panels\":["
    " {\"id\":5,\"type\":\"text\",\"title\":\"Words\"},"
    " {\"id\":6,\"title\":\"\",\"libraryPanel\":{\"uid\":\"lib1\",\"name\":\"Shared\"}}]},"
    "{\"id\":7,\"type\":\"gauge\",\"title\":\"Repeated\",\"repeat\":\"host\"},"
    "{\"type\":\"gauge\",\"title\":\"No id\"},"
    "{\"id\":7,\"type\":\"gauge\",\"title\":\"Same id\"}"
    "]}}";

static void rows_open_and_collapsed(void **state)
{
    (void)state;
    struct op op;
    struct dashboard d;
    op_init(&op, -1);
    read(&op, classic, &d);
    assert_string_equal(d.uid, "gw");
    assert_string_equal(d.folder_title, "网关");
    assert_int_equal(d.version, 7);
    assert_int_equal(d.panel_n, 7);
    assert_int_equal(panel_of(&d, "1")->path_n, 0);
    assert_int_equal(panel_of(&d, "1")->grid.w, 12);
    const struct dashboard_panel *open = panel_of(&d, "3"), *shut = panel_of(&d, "5");
    assert_string_equal(open->path[0], "Open");
    assert_string_equal(open->repeat_above, "host");
    assert_false(open->is_collapsed);
    assert_string_equal(open->time_from, "1h");
    assert_string_equal(shut->path[0], "Shut");
    assert_true(shut->is_collapsed);
    assert_true(shut->is_timeless);
    assert_int_equal(panel_of(&d, "7")->path_n, 0);
    assert_string_equal(panel_of(&d, "7")->repeat, "host");
    op_fini(&op);
}

static void panels_without_an_id_or_with_the_same_are_warned_of(void **state)
{
    (void)state;
    struct op op;
    struct dashboard d;
    op_init(&op, -1);
    read(&op, classic, &d);
    assert_int_equal(d.warning_n, 2);
    assert_non_null(strstr(d.warnings[0], "No id"));
    assert_non_null(strstr(d.warnings[1], "same id 7"));
    op_fini(&op);
}

static void library_panels_take_their_model(void **state)
{
    (void)state;
    struct op op;
    struct dashboard d;
    const struct jv *model;
    op_init(&op, -1);
    read(&op, classic, &d);
    struct dashboard_panel *panel = (struct dashboard_panel *)panel_of(&d, "6");
    assert_string_equal(panel->title, "Shared");
    assert_true(panel->is_unresolved);
    assert_int_equal(jv_parse(&op, BYTES("{\"type\":\"stat\",\"timeFrom\":\"2h\"}"), &model), 0);
    dashboard_resolve_library(panel, model);
    assert_string_equal(panel->type, "stat");
    assert_string_equal(panel->time_from, "2h");
    assert_false(panel->is_unresolved);
    op_fini(&op);
}

static void variables_and_their_values(void **state)
{
    (void)state;
    struct op op;
    struct dashboard d;
    op_init(&op, -1);
    read(&op, classic, &d);
    const struct dashboard_variable *host = dashboard_find_variable(&d, "host");
    assert_true(host->is_multi && host->has_all && host->is_live);
    assert_string_equal(host->current[0], "$__all");
    assert_int_equal(host->value_n, 1);
    assert_string_equal(host->values[0].value, "a");
    const struct dashboard_variable *mode = dashboard_find_variable(&d, "mode");
    assert_false(mode->is_live);
    assert_int_equal(mode->value_n, 3);
    assert_string_equal(mode->values[1].value, "two,three");
    assert_string_equal(mode->values[2].text, "Four");
    assert_string_equal(mode->values[2].value, "4");
    op_fini(&op);
}

static void rows_of_very_old_files(void **state)
{
    (void)state;
    struct op op;
    struct dashboard d;
    op_init(&op, -1);
    read(&op,
         "{\"uid\":\"old\",\"title\":\"Old\",\"schemaVersion\":14,\"rows\":["
         "{\"title\":\"First\",\"height\":\"250px\",\"panels\":["
         "{\"id\":1,\"type\":\"graph\",\"span\":6},{\"id\":2,\"type\":\"graph\",\"span\":6},"
         "{\"id\":3,\"type\":\"graph\",\"span\":12}]},"
         "{\"title\":\"Second\",\"collapse\":true,\"repeat\":\"dc\",\"panels\":[{\"id\":4,\"span\":"
         "4}]}]}",
         &d);
    assert_int_equal(d.panel_n, 4);
    assert_int_equal(panel_of(&d, "2")->grid.x, 12);
    assert_int_equal(panel_of(&d, "3")->grid.w, 24);
    assert_int_equal(panel_of(&d, "4")->grid.y, 8);
    assert_true(panel_of(&d, "4")->is_collapsed);
    assert_string_equal(panel_of(&d, "4")->repeat_above, "dc");
    op_fini(&op);
}

static const char *const second =
    "{\"apiVersion\":\"dashboard.grafana.app/"
    "v2beta1\",\"metadata\":{\"name\":\"new\",\"generation\":3,"
    "\"annotations\":{\"grafana.app/folder\":\"f2\"}},\"spec\":{\"title\":\"New\",\"tags\":[],"
    "\"timeSettings\":{\"timezone\":\"browser\"},"
    "\"variables\":[{\"kind\":\"CustomVariable\",\"spec\":{\"name\":\"v\",\"query\":\"a,b\","
    "\"current\":{\"value\":\"a\"},\"multi\":false,\"hide\":\"hideVariable\"}}],"
    "\"elements\":{"
    "\"panel-1\":{\"kind\":\"Panel\",\"spec\":{\"id\":1,\"title\":\"One\",\"vizConfig\":{\"kind\":"
    "\"VizConfig\","
    "\"group\":\"timeseries\",\"spec\":{\"options\":{},\"fieldConfig\":{\"defaults\":{\"unit\":"
    "\"s\"}}}},"
    "\"data\":{\"kind\":\"QueryGroup\",\"spec\":{\"queryOptions\":{\"timeFrom\":\"30m\"}}}}},"
    "\"two\":{\"kind\":\"Panel\",\"spec\":{\"title\":\"Two\",\"vizConfig\":{\"kind\":\"stat\","
    "\"spec\":{}}}},"
    "\"panel-3\":{\"kind\":\"LibraryPanel\",\"spec\":{\"title\":\"Three\",\"libraryPanel\":{"
    "\"uid\":\"l\"}}},"
    "\"unseen\":{\"kind\":\"Panel\",\"spec\":{\"id\":9,\"title\":\"Nowhere\"}}},"
    "\"layout\":{\"kind\":\"TabsLayout\",\"spec\":{\"tabs\":["
    "{\"kind\":\"TabsLayoutTab\",\"spec\":{\"title\":\"T1\",\"layout\":{\"kind\":\"RowsLayout\","
    "\"spec\":{\"rows\":["
    " {\"kind\":\"RowsLayoutRow\",\"spec\":{\"title\":\"R1\",\"collapse\":true,\"repeat\":{"
    "\"mode\":\"variable\","
    "  "
    "\"value\":\"v\"},\"layout\":{\"kind\":\"GridLayout\",\"spec\":{\"items\":[{\"kind\":"
    "\"GridLayoutItem\","
    "  "
    "\"spec\":{\"x\":0,\"y\":0,\"width\":12,\"height\":9,\"element\":{\"kind\":"
    "\"ElementReference\","
    "  \"name\":\"panel-1\"}}}]}}}}]}}}},"
    "{\"kind\":\"TabsLayoutTab\",\"spec\":{\"title\":\"T2\",\"layout\":{\"kind\":"
    "\"AutoGridLayout\",\"spec\":{"
    " \"items\":[{\"kind\":\"AutoGridLayoutItem\",\"spec\":{\"element\":{\"name\":\"two\"},"
    "\"conditionalRendering\":{}}},"
    " {\"kind\":\"MasonryItem\",\"spec\":{\"element\":{\"name\":\"panel-3\"}}},"
    " {\"kind\":\"AutoGridLayoutItem\",\"spec\":{\"element\":{\"name\":\"gone\"}}}]}}}}"
    "]}}}}";

static void tabs_rows_and_grids_of_the_second_schema(void **state)
{
    (void)state;
    struct op op;
    struct dashboard d;
    op_init(&op, -1);
    read(&op, second, &d);
    assert_string_equal(d.uid, "new");
    assert_string_equal(d.schema, "v2");
    assert_int_equal(d.version, 3);
    assert_string_equal(d.folder_uid, "f2");
    assert_int_equal(d.panel_n, 3);
    const struct dashboard_panel *one = panel_of(&d, "1");
    assert_int_equal(one->path_n, 2);
    assert_string_equal(one->path[1], "R1");
    assert_true(one->is_collapsed);
    assert_string_equal(one->repeat_above, "v");
    assert_string_equal(one->type, "timeseries");
    assert_string_equal(one->time_from, "30m");
    assert_int_equal(one->grid.h, 9);
    const struct dashboard_panel *two = panel_of(&d, "two");
    assert_string_equal(two->type, "stat");
    assert_true(two->is_collapsed); /* on a tab that is not shown at first */
    assert_true(two->is_conditional);
    assert_true(panel_of(&d, "3")->is_unresolved);
    assert_true(dashboard_find_variable(&d, "v")->is_hidden);
    assert_int_equal(dashboard_find_variable(&d, "v")->value_n, 2);
    op_fini(&op);
}

static void unknown_parts_of_a_layout_lose_no_panel(void **state)
{
    (void)state;
    struct op op;
    struct dashboard d;
    op_init(&op, -1);
    read(&op, second, &d);
    assert_int_equal(d.warning_n, 2);
    assert_non_null(strstr(d.warnings[0], "MasonryItem"));
    assert_non_null(strstr(d.warnings[1], "gone"));
    op_fini(&op);
}

static void what_is_no_dashboard_is_refused(void **state)
{
    (void)state;
    const char *bad[] = {"{}", "[]", "{\"dashboard\":[]}", "{\"message\":\"no\"}", "{\"title\":3}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct op op;
        struct dashboard d;
        const struct jv *json;
        op_init(&op, -1);
        assert_int_equal(jv_parse(&op, bytes_of(bad[i]), &json), 0);
        assert_int_equal(dashboard_read(&op, json, &d), -1);
        assert_int_equal(op.err, ERR_TARGET);
        op_fini(&op);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_open_and_collapsed),
        cmocka_unit_test(panels_without_an_id_or_with_the_same_are_warned_of),
        cmocka_unit_test(library_panels_take_their_model),
        cmocka_unit_test(variables_and_their_values),
        cmocka_unit_test(rows_of_very_old_files),
        cmocka_unit_test(tabs_rows_and_grids_of_the_second_schema),
        cmocka_unit_test(unknown_parts_of_a_layout_lose_no_panel),
        cmocka_unit_test(what_is_no_dashboard_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
