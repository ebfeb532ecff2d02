#include "../test.h"

#include "rounds/plan.h"

#include <string.h>

static const char *const full =
    "name: 早巡检\n"
    "description: |\n"
    "  every morning\n"
    "timezone: Asia/Shanghai\n"
    "selections:\n"
    "  - source: prod\n"
    "    dashboard: gw\n"
    "    panels: [3, \"4\", panel-9]\n"
    "    variables:\n"
    "      host: {mode: each, values: []}\n"
    "      dc: {mode: value, values: [\"010\"]}\n"
    "  - {source: prod, folder: f1, panels: all}\n"
    "  - {source: prod, tag: core}\n"
    "windows:\n"
    "  - {kind: rolling, length: 6h}\n"
    "  - {name: 昨天上午, kind: calendar, unit: day, offset: -1, from: \"09:00\", to: \"12:00\"}\n"
    "  - {kind: fixed, from: \"2026-10-01T00:00:00Z\", to: \"2026-10-02T00:00:00+08:00\"}\n"
    "picture: {layout: solo, width: 800, height: 400, scale: 2, theme: dark}\n"
    "schedule:\n"
    "  cron: [\"30 8 * * 1-5\", \"0 20 * * *\"]\n"
    "  holidays: [\"2026-10-01..2026-10-07\"]\n"
    "review: {reviewers: [u1], due: 2h, escalate_to: [u2], second_person: true}\n"
    "retention: {days: 100, abnormal_days: 0}\n"
    "reference: same_weekday\n"
    "rules:\n"
    "  - {panels: [\"gw/*\"], series: \"cpu*\", stat: max, op: \">\", value: 90.5, severity: "
    "alert}\n"
    "  - {stat: missing_longest, op: \">\", value: 5m, severity: warn, text: 缺数据}\n"
    "overlap: queue\n"
    "load: {parallel: 4, quiet: [{from: \"23:00\", to: \"01:00\"}]}\n"
    "notify: [{channel: ops, events: [abnormal, signed]}]\n";

static void read_yaml(struct op *op, const char *text, struct plan_spec *out)
{
    const struct tree *tree;
    assert_int_equal(tree_from_yaml(op, bytes_of(text), &tree), 0);
    int failed = plan_read(op, tree, out, NULL);
    if (failed)
        print_error("%s\n", op->err_text);
    assert_int_equal(failed, 0);
}

static void every_member_is_read(void **state)
{
    (void)state;
    struct op op;
    struct plan_spec plan;
    op_init(&op, -1);
    read_yaml(&op, full, &plan);
    assert_string_equal(plan.name, "早巡检");
    assert_int_equal(plan.selection_n, 3);
    assert_int_equal(plan.selections[0].pick, PLAN_PICK_PANELS);
    assert_string_equal(plan.selections[0].panels.items[0], "3");
    assert_string_equal(plan.selections[0].panels.items[2], "panel-9");
    assert_int_equal(plan.selections[0].variables[0].mode, PLAN_EACH);
    assert_string_equal(plan.selections[0].variables[1].values.items[0], "010");
    assert_int_equal(plan.selections[1].pick, PLAN_PICK_FOLDER);
    assert_int_equal(plan.selections[2].pick, PLAN_PICK_TAG);
    assert_string_equal(plan.windows[0].name, "6h");
    assert_int_equal(plan.windows[1].from_min, 540);
    assert_int_equal(plan.windows[2].to_ms - plan.windows[2].from_ms, 16 * 3600000);
    assert_true(plan.picture.is_solo && plan.picture.is_dark);
    assert_int_equal(plan.due_ms, 7200000);
    assert_int_equal(plan.abnormal_days, 0);
    assert_int_equal(plan.reference, PLAN_SAME_WEEKDAY);
    assert_true(plan.rules[0].value == 90.5);
    assert_true(plan.rules[1].value == 300);
    assert_int_equal(plan.rules[1].panels.n, 0);
    assert_int_equal(plan.overlap, PLAN_QUEUE);
    assert_int_equal(plan.quiet[0].to_min, 60);
    op_fini(&op);
}

static char *print(struct op *op, const struct plan_spec *plan)
{
    struct str *text = str_new(&op->arena, 1000000);
    struct jw w;
    jw_init(&w, text);
    plan_print(plan, &w);
    return text->p;
}

static void printing_and_reading_again_changes_nothing(void **state)
{
    (void)state;
    struct op op;
    struct plan_spec plan, again;
    struct plan_document document;
    op_init(&op, -1);
    read_yaml(&op, full, &plan);
    const char *json = print(&op, &plan);
    assert_int_equal(plan_read_text(&op, json, &again), 0);
    assert_string_equal(print(&op, &again), json);
    for (int is_yaml = 0; is_yaml < 2; is_yaml++) {
        struct str *text = str_new(&op.arena, 1000000);
        assert_int_equal(plan_print_document(&op, &plan, 1, is_yaml, text), 0);
        assert_int_equal(plan_read_document(&op, str_bytes(text), &document, NULL), 0);
        assert_int_equal(document.n, 1);
        assert_string_equal(print(&op, &document.plans[0]), json);
    }
    op_fini(&op);
}

#define LEAST "name: x\nselections: [{source: s, dashboard: d}]\nwindows: [{length: 6h}]\n"

static void what_is_left_out_has_a_default(void **state)
{
    (void)state;
    struct op op;
    struct plan_spec plan;
    op_init(&op, -1);
    read_yaml(&op, LEAST, &plan);
    assert_string_equal(plan.timezone, "UTC");
    assert_int_equal(plan.selections[0].pick, PLAN_PICK_DASHBOARD);
    assert_false(plan.picture.is_solo);
    assert_int_equal(plan.picture.width, 1600);
    assert_int_equal(plan.retention_days, 400);
    assert_int_equal(plan.parallel, 2);
    assert_int_equal(plan.cron.n, 0);
    op_fini(&op);
}

static void faults_tell_place_and_mend(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        /* what is added to the least plan, the path, part of the message */
        {"retension: {days: 1}\n", "retension", "did you mean 'retention'"},
        {"frobnicate: 1\n", "frobnicate", "known are name"},
        {"schedule: {cron: [\"61 * * * *\"]}\n", "schedule.cron[0]", "minute"},
        {"schedule: {cron: [\"0 0 31 2 *\"]}\n", "schedule.cron[0]", "never comes"},
        {"schedule: {holidays: [\"soon\"]}\n", "schedule.holidays[0]", "neither a date"},
        {"picture: {width: 99999}\n", "picture.width", "from 100 to 5000"},
        {"picture: {width: \"800\"}\n", "picture.width", "whole number"},
        {"picture: {theme: drak}\n", "picture.theme", "did you mean 'dark'"},
        {"review: {due: 7}\n", "review.due", "duration"},
        {"review: {second_person: yes}\n", "review.second_person", "true or false"},
        {"retention: {days: 10, abnormal_days: 5}\n", "retention.abnormal_days", "less than days"},
        {"rules: [{op: sigma, value: 0}]\n", "rules[0]", "above 0"},
        {"rules: [{op: \">\"}]\n", "rules[0].value", "missing"},
        {"notify: [{channel: a, events: [abnorml]}]\n", "notify[0].events[0]",
         "did you mean 'abnormal'"},
        {"load: {quiet: [{from: \"25:00\", to: \"01:00\"}]}\n", "load.quiet[0].from",
         "time of day"},
        {"timezone: Mars/Olympus\n", "timezone", "not known"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct op op;
        struct plan_spec plan;
        struct plan_faults faults = {.n = 0};
        const struct tree *tree;
        op_init(&op, -1);
        const char *text = arena_fmt(&op.arena, LEAST "%s", rows[i][0]);
        assert_int_equal(tree_from_yaml(&op, bytes_of(text), &tree), 0);
        assert_int_equal(plan_read(&op, tree, &plan, &faults), -1);
        assert_int_equal(op.err, ERR_UNPROCESSABLE);
        assert_int_equal(faults.n, 1);
        assert_string_equal(faults.items[0].path, rows[i][1]);
        assert_non_null(strstr(faults.items[0].message, rows[i][2]));
        assert_int_equal(faults.items[0].line, 4);
        assert_true(faults.items[0].column >= 1);
        op_fini(&op);
    }
}

static void all_faults_are_told_at_once(void **state)
{
    (void)state;
    struct op op;
    struct plan_spec plan;
    struct plan_faults faults = {.n = 0};
    const struct tree *tree;
    op_init(&op, -1);
    assert_int_equal(
        tree_from_yaml(
            &op,
            BYTES("name: ''\nselections:\n"
                  "  - {dashboard: d, folder: f}\n"
                  "windows:\n  - {kind: calendar, unit: week, from: \"09:00\", to: \"10:00\"}\n"
                  "  - {kind: fixed, from: x}\n"),
            &tree),
        0);
    assert_int_equal(plan_read(&op, tree, &plan, &faults), -1);
    const char *paths[] = {"name",
                           "selections[0]",
                           "selections[0].source",
                           "windows[0].from",
                           "windows[1].from",
                           "windows[1].to"};
    assert_int_equal(faults.n, sizeof paths / sizeof *paths);
    for (size_t i = 0; i < faults.n; i++)
        assert_string_equal(faults.items[i].path, paths[i]);
    assert_int_equal(faults.items[3].line, 5);
    assert_non_null(strstr(op.err_text, "and 5 more"));
    op_fini(&op);
}

static void the_same_window_twice_is_a_fault(void **state)
{
    (void)state;
    struct op op;
    struct plan_spec plan;
    const struct tree *tree;
    op_init(&op, -1);
    assert_int_equal(tree_from_yaml(&op,
                                    BYTES("{name: x, selections: [{source: s, tag: t}],"
                                          " windows: [{length: 60m}, {name: b, length: 1h}]}"),
                                    &tree),
                     0);
    assert_int_equal(plan_read(&op, tree, &plan, NULL), -1);
    assert_non_null(strstr(op.err_text, "windows[1]"));
    op_fini(&op);
}

static void strange_yaml_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a: 1\na: 2\n", "line 2"},
        {"a: &x 1\nb: *x\n", "line 2"},
        {"a: !!str 1\n", "line 1"},
        {"a: [1\n", "line 2"},
        {"---\na: 1\n---\nb: 2\n", "line 3"},
        {"a: \"\xff\"\n", "UTF-8"},
        {"", "empty"},
        {"a: \"\\0\"\n", "NUL"},
        {"\ta: 1\n", "line 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct op op;
        const struct tree *tree;
        op_init(&op, -1);
        assert_int_equal(tree_from_yaml(&op, bytes_of(rows[i][0]), &tree), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        if (!strstr(op.err_text, rows[i][1]))
            print_error("%s: %s\n", rows[i][0], op.err_text);
        assert_non_null(strstr(op.err_text, rows[i][1]));
        op_fini(&op);
    }
}

static void plain_scalars_have_four_meanings(void **state)
{
    (void)state;
    struct op op;
    const struct tree *tree;
    op_init(&op, -1);
    assert_int_equal(
        tree_from_yaml(&op, BYTES("[010, 0x1f, yes, 12, -3, 1.5, true, ~, 1e3x, '7', 09:30]"),
                       &tree),
        0);
    enum tree_kind kinds[] = {TREE_TEXT, TREE_TEXT, TREE_TEXT, TREE_INT,  TREE_INT, TREE_NUM,
                              TREE_BOOL, TREE_NULL, TREE_TEXT, TREE_TEXT, TREE_TEXT};
    size_t i = 0;
    for (const struct tree *item = tree->first; item; item = item->next)
        assert_int_equal(item->kind, kinds[i++]);
    assert_int_equal(i, 11);
    op_fini(&op);
}

static void a_document_with_one_fault_gives_nothing(void **state)
{
    (void)state;
    struct op op;
    struct plan_document document;
    struct plan_faults faults = {.n = 0};
    op_init(&op, -1);
    assert_int_equal(
        plan_read_document(
            &op,
            BYTES("plans:\n"
                  "- {name: a, selections: [{source: s, tag: t}], windows: [{length: 1h}]}\n"
                  "- {name: b, selections: [{source: s, tag: t}], windows: [{lenght: 1h}]}\n"
                  "- {name: a, selections: [{source: s, tag: t}], windows: [{length: 1h}]}\n"),
            &document, &faults),
        -1);
    assert_int_equal(faults.n, 3);
    assert_string_equal(faults.items[0].path, "plans[1].windows[0].lenght");
    assert_int_equal(faults.items[0].line, 3);
    assert_string_equal(faults.items[2].path, "plans[2]");
    op_fini(&op);
}

static void differences_name_paths(void **state)
{
    (void)state;
    struct op op;
    const struct jv *a, *b;
    op_init(&op, -1);
    assert_int_equal(jv_parse(&op, BYTES("{\"n\":1,\"w\":[{\"l\":\"6h\"}],\"x\":true}"), &a), 0);
    assert_int_equal(
        jv_parse(&op, BYTES("{\"w\":[{\"l\":\"12h\"},{\"l\":\"1d\"}],\"x\":true,\"y\":null}"), &b),
        0);
    struct plan_names diff = plan_diff(&op.arena, a, b);
    assert_int_equal(diff.n, 4);
    assert_string_equal(diff.items[0], "n: 1 → –");
    assert_string_equal(diff.items[1], "w[0].l: \"6h\" → \"12h\"");
    assert_string_equal(diff.items[2], "w[1]: – → {\"l\":\"1d\"}");
    assert_int_equal(plan_diff(&op.arena, a, a).n, 0);
    op_fini(&op);
}

static void durations_need_their_unit(void **state)
{
    (void)state;
    struct op op;
    int64_t ms;
    op_init(&op, -1);
    assert_true(plan_parse_duration("1h30m", false, &ms));
    assert_int_equal(ms, 5400000);
    assert_string_equal(plan_print_duration(&op.arena, ms), "1h30m");
    assert_string_equal(plan_print_duration(&op.arena, 7 * 86400000LL), "7d");
    assert_true(plan_parse_duration("-2h", true, &ms));
    assert_int_equal(ms, -7200000);
    const char *bad[] = {"", "6", "h", "6x", "-6h", "1h-", " 6h", "six h"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(plan_parse_duration(bad[i], false, &ms));
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(printing_and_reading_again_changes_nothing),
        cmocka_unit_test(what_is_left_out_has_a_default),
        cmocka_unit_test(faults_tell_place_and_mend),
        cmocka_unit_test(all_faults_are_told_at_once),
        cmocka_unit_test(the_same_window_twice_is_a_fault),
        cmocka_unit_test(strange_yaml_is_refused_with_its_line),
        cmocka_unit_test(plain_scalars_have_four_meanings),
        cmocka_unit_test(a_document_with_one_fault_gives_nothing),
        cmocka_unit_test(differences_name_paths),
        cmocka_unit_test(durations_need_their_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
