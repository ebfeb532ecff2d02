#include "../test.h"

#include "grafana/dashboard.h"
#include "grafana/field_look.h"

#include <math.h>
#include <string.h>

#define RED_AT_80                                                                                  \
    "\"thresholds\":{\"mode\":\"absolute\",\"steps\":[{\"color\":\"green\",\"value\":null},"       \
    "{\"color\":\"red\",\"value\":80}]}"
#define SCHEME "\"color\":{\"mode\":\"thresholds\"},"
#define RED_ZONE "[{\"at_least\":80,\"below\":null,\"weight\":\"alert\",\"color\":\"red\"}]"

static const struct field cpu = {.name = "CPU {host=\"a\"}",
                                 .own = "CPU",
                                 .label = "a",
                                 .ref = "A",
                                 .type = "number",
                                 .last = 5,
                                 .min = 1,
                                 .max = 9,
                                 .mean = 4};

static struct field_look look_at(struct op *op, const char *panel, const struct field *field)
{
    struct dashboard d;
    struct field_look look;
    const struct jv *json, *detail;
    const char *text = arena_fmt(&op->arena, "{\"title\":\"x\",\"panels\":[%s]}", panel);
    assert_int_equal(jv_parse(op, bytes_of(text), &json), 0);
    assert_int_equal(dashboard_read(op, json, &d), 0);
    struct str *out = str_new(&op->arena, 100000);
    dashboard_print_detail(&d, &d.panels[0], out);
    assert_int_equal(jv_parse(op, str_bytes(out), &detail), 0);
    field_look_find(detail, field, &look);
    return look;
}

/* The zones that the field of the panel shows, as text; "": none. */
static const char *zones(struct op *op, const char *panel, const struct field *field)
{
    struct field_look look = look_at(op, panel, field);
    struct str *out = str_new(&op->arena, 100000);
    if (jv_len(look.zones))
        jv_print(look.zones, out);
    return out->p ? out->p : "";
}

static const char *panel_of(struct op *op, const char *type, const char *defaults,
                            const char *overrides, const char *rest)
{
    return arena_fmt(&op->arena,
                     "{\"id\":1,\"type\":\"%s\",\"fieldConfig\":{\"defaults\":{%s},"
                     "\"overrides\":[%s]}%s}",
                     type, defaults, overrides, rest);
}

static void thresholds_count_only_where_the_panel_shows_them(void **state)
{
    (void)state;
    static const struct {
        const char *type, *defaults, *rest;
        bool is_shown;
    } cases[] = {
        {"timeseries", "\"color\":{\"mode\":\"palette-classic\"}," RED_AT_80, "", false},
        {"timeseries", RED_AT_80, "", false},
        {"timeseries", SCHEME RED_AT_80, "", true},
        {"timeseries", "\"custom\":{\"thresholdsStyle\":{\"mode\":\"off\"}}," RED_AT_80, "", false},
        {"timeseries", "\"custom\":{\"thresholdsStyle\":{\"mode\":\"line\"}}," RED_AT_80, "", true},
        {"barchart", "\"custom\":{\"thresholdsStyle\":{\"mode\":\"area\"}}," RED_AT_80, "", true},
        {"stat", RED_AT_80, "", true},
        {"stat", SCHEME RED_AT_80, ",\"options\":{\"colorMode\":\"background\"}", true},
        {"stat", SCHEME RED_AT_80, ",\"options\":{\"colorMode\":\"none\"}", false},
        {"stat", "\"color\":{\"mode\":\"fixed\"}," RED_AT_80, "", false},
        {"bargauge", SCHEME RED_AT_80, "", true},
        {"gauge", "\"color\":{\"mode\":\"fixed\"}," RED_AT_80, "", true}, /* its markers */
        {"gauge", "\"color\":{\"mode\":\"fixed\"}," RED_AT_80,
         ",\"options\":{\"showThresholdMarkers\":false}", false},
        {"table", SCHEME RED_AT_80, "", false},
        {"table", SCHEME "\"custom\":{\"cellOptions\":{\"type\":\"auto\"}}," RED_AT_80, "", false},
        {"table", SCHEME "\"custom\":{\"cellOptions\":{\"type\":\"color-text\"}}," RED_AT_80, "",
         true},
        {"table", SCHEME "\"custom\":{\"displayMode\":\"color-background\"}," RED_AT_80, "", true},
        {"table", "\"custom\":{\"cellOptions\":{\"type\":\"gauge\"}}," RED_AT_80, "", true},
        {"table",
         "\"color\":{\"mode\":\"fixed\"},\"custom\":{\"cellOptions\":{\"type\":\"color-text\"}}"
         "," RED_AT_80,
         "", false},
        {"state-timeline", RED_AT_80, "", false}, /* coloured by a gradient */
        {"state-timeline", SCHEME RED_AT_80, "", true},
        {"status-history", RED_AT_80, "", true},
        {"logs", SCHEME RED_AT_80, "", false},
    };
    struct op op;
    op_init(&op, -1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *panel = panel_of(&op, cases[i].type, cases[i].defaults, "", cases[i].rest);
        const char *wanted = cases[i].is_shown ? RED_ZONE : "";
        if (strcmp(zones(&op, panel, &cpu), wanted) != 0)
            fail_msg("%s", panel);
    }
    op_fini(&op);
}

static void overrides_choose_the_fields_that_show_them(void **state)
{
    (void)state;
    static const struct {
        const char *matcher;
        bool fits;
    } cases[] = {
        {"\"byName\",\"options\":\"CPU\"", true},
        {"\"byName\",\"options\":\"CPU {host=\\\"a\\\"}\"", true},
        {"\"byName\",\"options\":\"a\"", true},
        {"\"byName\",\"options\":\"b\"", false},
        {"\"byRegexp\",\"options\":\"/^CPU/\"", true},
        {"\"byRegexp\",\"options\":\"CPU\"", false},
        {"\"byRegexp\",\"options\":\"/^(?!mem)/\"", true},
        {"\"byRegexp\",\"options\":\"/(CPU/\"", false}, /* no expression */
        {"\"byType\",\"options\":\"number\"", true},
        {"\"byType\",\"options\":\"string\"", false},
        {"\"numeric\"", true},
        {"\"byFrameRefID\",\"options\":\"A\"", true},
        {"\"byFrameRefID\",\"options\":\"B\"", false},
        {"\"byNames\",\"options\":{\"mode\":\"include\",\"names\":[\"CPU\"]}", true},
        {"\"byNames\",\"options\":{\"mode\":\"exclude\",\"names\":[\"CPU\"]}", false},
        {"\"byRegexpOrNames\",\"options\":{\"pattern\":\"/C.U/\"}", true},
        {"\"byValue\",\"options\":{\"reducer\":\"max\",\"op\":\"gte\",\"value\":9}", true},
        {"\"byValue\",\"options\":{\"reducer\":\"max\",\"op\":\"gt\",\"value\":9}", false},
        {"\"unheard of\",\"options\":\"CPU\"", false},
    };
    struct op op;
    op_init(&op, -1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *override =
            arena_fmt(&op.arena,
                      "{\"matcher\":{\"id\":%s},\"properties\":[{\"id\":\"custom.cellOptions\","
                      "\"value\":{\"type\":\"color-background\"}}]}",
                      cases[i].matcher);
        const char *panel = panel_of(&op, "table", SCHEME RED_AT_80, override, "");
        if (strcmp(zones(&op, panel, &cpu), cases[i].fits ? RED_ZONE : "") != 0)
            fail_msg("%s", cases[i].matcher);
    }
    op_fini(&op);
}

static void the_last_override_wins_property_by_property(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    const char *all = "{\"matcher\":{\"id\":\"byName\",\"options\":\"CPU\"},\"properties\":["
                      "{\"id\":\"unit\",\"value\":\"ms\"},"
                      "{\"id\":\"thresholds\",\"value\":{\"mode\":\"absolute\",\"steps\":["
                      "{\"color\":\"green\",\"value\":null},{\"color\":\"orange\",\"value\":7}]}}]}";
    const char *off = arena_fmt(&op.arena,
                                "%s,{\"matcher\":{\"id\":\"byName\",\"options\":\"CPU\"},"
                                "\"properties\":[{\"id\":\"custom.thresholdsStyle\",\"value\":"
                                "{\"mode\":\"off\"}}]}",
                                all);
    const char *hidden =
        arena_fmt(&op.arena,
                  "%s,{\"matcher\":{\"id\":\"byName\",\"options\":\"CPU\"},\"properties\":["
                  "{\"id\":\"custom.hideFrom\",\"value\":{\"viz\":true}}]}",
                  all);
    const char *line = "\"unit\":\"s\",\"custom\":{\"thresholdsStyle\":{\"mode\":\"line\"}},"
        RED_AT_80;
    const char *panel = panel_of(&op, "timeseries", line, all, "");
    assert_string_equal(
        zones(&op, panel, &cpu),
        "[{\"at_least\":7,\"below\":null,\"weight\":\"warn\",\"color\":\"orange\"}]");
    assert_string_equal(look_at(&op, panel, &cpu).unit, "ms");
    assert_string_equal(zones(&op, panel_of(&op, "timeseries", line, off, ""), &cpu), "");
    assert_string_equal(zones(&op, panel_of(&op, "timeseries", line, hidden, ""), &cpu), "");
    struct field other = cpu;
    other.name = other.own = "memory";
    other.label = "";
    assert_string_equal(zones(&op, panel, &other), RED_ZONE);
    assert_string_equal(look_at(&op, panel, &other).unit, "s");
    op_fini(&op);
}

static void columns_go_by_the_names_that_the_table_gives_them(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    const char *override = "{\"matcher\":{\"id\":\"byName\",\"options\":\"Load\"},\"properties\":["
                           "{\"id\":\"custom.cellOptions\",\"value\":{\"type\":\"color-text\"}}]}";
    const char *renamed = ",\"transformations\":[{\"id\":\"organize\",\"options\":{"
                          "\"renameByName\":{\"CPU\":\"Load\"}}}]";
    const char *left_out = ",\"transformations\":[{\"id\":\"organize\",\"options\":{"
                           "\"excludeByName\":{\"CPU\":true}}}]";
    const char *coloured = SCHEME "\"custom\":{\"cellOptions\":{\"type\":\"color-text\"}}," RED_AT_80;
    assert_string_equal(zones(&op, panel_of(&op, "table", SCHEME RED_AT_80, override, ""), &cpu),
                        "");
    assert_string_equal(
        zones(&op, panel_of(&op, "table", SCHEME RED_AT_80, override, renamed), &cpu), RED_ZONE);
    assert_string_equal(zones(&op, panel_of(&op, "table", coloured, "", ""), &cpu), RED_ZONE);
    assert_string_equal(zones(&op, panel_of(&op, "table", coloured, "", left_out), &cpu), "");
    op_fini(&op);
}

static void colours_decide_what_a_zone_weighs(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    const char *text =
        zones(&op,
              "{\"id\":1,\"type\":\"gauge\",\"fieldConfig\":{\"defaults\":{\"min\":0,\"max\":"
              "200,\"thresholds\":"
              "{\"mode\":\"percentage\",\"steps\":[{\"color\":\"#E02F44\",\"value\":null},"
              "{\"color\":\"rgba(237, 129, 40, "
              "0.89)\",\"value\":50},{\"color\":\"#73BF69\",\"value\":90}]}}}}",
              &cpu);
    assert_string_equal(
        text, "[{\"at_least\":null,\"below\":100,\"weight\":\"alert\",\"color\":\"#E02F44\"},"
              "{\"at_least\":100,\"below\":180,\"weight\":\"warn\",\"color\":"
              "\"rgba(237, 129, 40, 0.89)\"}]");
    text = zones(
        &op,
        "{\"id\":1,\"type\":\"graph\",\"thresholds\":[{\"colorMode\":\"critical\",\"op\":\"lt\","
        "\"value\":5},{\"colorMode\":\"custom\",\"op\":\"gt\",\"value\":9}]}",
        &cpu);
    assert_string_equal(
        text, "[{\"at_least\":null,\"below\":5,\"weight\":\"alert\",\"color\":\"critical\"}]");
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thresholds_count_only_where_the_panel_shows_them),
        cmocka_unit_test(overrides_choose_the_fields_that_show_them),
        cmocka_unit_test(the_last_override_wins_property_by_property),
        cmocka_unit_test(columns_go_by_the_names_that_the_table_gives_them),
        cmocka_unit_test(colours_decide_what_a_zone_weighs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
