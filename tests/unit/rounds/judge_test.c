#include "../test.h"

#include "rounds/judge.h"

#include <math.h>
#include <string.h>

static struct series one(const char *name, double last, double min, double max, double mean)
{
    return (struct series){.ref = "A",
                           .name = name,
                           .labels = "{}",
                           .unit = "",
                           .last = last,
                           .min = min,
                           .max = max,
                           .mean = mean,
                           .last_at_ms = 5000,
                           .max_at_ms = 3000,
                           .min_at_ms = 2000,
                           .point_n = 10};
}

static struct judge_input input_of(struct series_set *set)
{
    return (struct judge_input){
        .outcome = "ok", .message = "", .dashboard_uid = "gw", .panel_key = "3", .series = set};
}

static const struct jv *parse(struct op *op, const char *text)
{
    const struct jv *json;
    assert_int_equal(jv_parse(op, bytes_of(text), &json), 0);
    return json;
}

/* The only finding: its kind, weight and English words. */
static void expect_one(struct op *op, const struct judge_input *in, const char *kind,
                       enum judge_weight weight, const char *words)
{
    struct judge_result result;
    judge_shot(&op->arena, in, &result);
    assert_int_equal(result.n, 1);
    assert_string_equal(result.findings[0].kind, kind);
    assert_int_equal(result.findings[0].weight, weight);
    struct str *text = str_new(&op->arena, 2000);
    finding_words(kind, parse(op, result.findings[0].evidence), JUDGE_EN, text);
    assert_string_equal(text->p, words);
}

static void expect_none(struct op *op, const struct judge_input *in)
{
    struct judge_result result;
    judge_shot(&op->arena, in, &result);
    assert_int_equal(result.n, 0);
}

static void outcomes_become_findings(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct judge_input in = input_of(NULL);
    expect_none(&op, &in);
    in.outcome = "no_data";
    expect_one(&op, &in, "no_data", JUDGE_WARN, "no data");
    in.outcome = "panel_missing";
    in.message = "panel 9";
    expect_one(&op, &in, "not_rendered", JUDGE_ALERT,
               "not rendered: there is no such panel (panel 9)");
    const char *errors[] = {"bad query"};
    struct series_set set = {.note = "complete", .errors = errors, .error_n = 1};
    in = input_of(&set);
    expect_one(&op, &in, "query_error", JUDGE_ALERT, "query error: bad query");
    in = input_of(NULL);
    in.detail = parse(&op, "{\"time_from\":\"1h\"}");
    expect_none(&op, &in); /* beside an absolute range Grafana does not mind it */
    in.is_other_range = true;
    expect_one(&op, &in, "range_ignored", JUDGE_INFO,
               "the panel has its own range (1h) and ignores the window");
    in.detail = NULL;
    expect_one(&op, &in, "range_ignored", JUDGE_INFO,
               "the panel shows a range of its own, not the window's");
    op_fini(&op);
}

static void thresholds_now_and_in_the_past(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct series items[] = {one("cpu", 95, 10, 97, 50)};
    struct series_set set = {items, 1, "complete", NULL, 0};
    struct judge_input in = input_of(&set);
    in.detail = parse(&op, "{\"unit\":\"percent\",\"shows\":\"\",\"zones\":[{\"at_least\":80,"
                           "\"below\":90,\"weight\":\"warn\"},"
                           "{\"at_least\":90,\"below\":null,\"weight\":\"alert\"}]}");
    expect_one(&op, &in, "threshold", JUDGE_ALERT,
               "cpu: last value 95 % is at or above the panel's threshold 90 %");
    items[0].last = 20;
    expect_one(&op, &in, "threshold", JUDGE_WARN,
               "cpu: maximum 97 % is at or above the panel's threshold 90 %");
    items[0].max = 79.9;
    expect_none(&op, &in);
    op_fini(&op);
}

static void a_panel_of_one_value_is_judged_by_that_value(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct series items[] = {one("free", 50, 1, 99, 40)};
    struct series_set set = {items, 1, "complete", NULL, 0};
    struct judge_input in = input_of(&set);
    in.detail = parse(
        &op,
        "{\"shows\":\"min\",\"zones\":[{\"at_least\":null,\"below\":5,\"weight\":\"alert\"}]}");
    expect_one(&op, &in, "threshold", JUDGE_ALERT,
               "free: minimum 1 is below the panel's threshold 5");
    in.detail = parse(
        &op,
        "{\"shows\":\"last\",\"zones\":[{\"at_least\":null,\"below\":5,\"weight\":\"alert\"}]}");
    expect_none(&op, &in);
    in.detail = parse(
        &op,
        "{\"shows\":\"last\",\"paint\":\"value\",\"field\":{\"zones\":[{\"at_least\":null,"
        "\"below\":60,\"weight\":\"alert\"}]},"
        "\"overrides\":[{\"by\":\"byName\",\"of\":\"free\",\"zones\":[]}]}");
    expect_none(&op, &in);
    op_fini(&op);
}

static void a_rule_about_gaps_holds_when_nothing_came(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct series_set set = {.note = "complete"};
    struct judge_input in = input_of(&set);
    struct plan_rule rule = {.series = "*",
                             .stat = PLAN_STAT_MISSING_LONGEST,
                             .op = PLAN_GT,
                             .value = 300,
                             .text = ""};
    in.rules = &rule;
    in.rule_n = 1;
    in.to_ms = 6 * 3600 * 1000;
    expect_one(&op, &in, "rule", JUDGE_WARN, "longest gap 6 hours > 5 min");
    in.to_ms = 200 * 1000;
    expect_none(&op, &in); /* the window is shorter than what would be a gap */
    set.note = "picture_only";
    in.to_ms = 6 * 3600 * 1000;
    expect_none(&op, &in); /* nothing is known of its data */
    op_fini(&op);
}

static void rules_compare_statistics(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct series items[] = {one("cpu{core=\"0\"}", 5, 1, 92, 40), one("mem", 1, 1, 99, 1)};
    items[0].missing_longest_ms = 400000;
    struct series_set set = {items, 2, "complete", NULL, 0};
    struct judge_input in = input_of(&set);
    const char *panels[] = {"gw/3"};
    struct plan_rule rule = {.panels = {panels, 1},
                             .series = "cpu*",
                             .stat = PLAN_STAT_MAX,
                             .op = PLAN_GT,
                             .value = 90,
                             .is_alert = true,
                             .text = "too hot"};
    in.rules = &rule;
    in.rule_n = 1;
    expect_one(&op, &in, "rule", JUDGE_ALERT, "too hot (cpu{core=\"0\"}: maximum 92 > 90)");
    rule.value = 92;
    expect_none(&op, &in);
    rule.op = PLAN_GE;
    panels[0] = "other/3";
    expect_none(&op, &in);
    rule = (struct plan_rule){.series = "cpu*",
                              .stat = PLAN_STAT_MISSING_LONGEST,
                              .op = PLAN_GT,
                              .value = 300,
                              .text = ""};
    expect_one(&op, &in, "rule", JUDGE_WARN, "cpu{core=\"0\"}: longest gap 6.667 min > 5 min");
    op_fini(&op);
}

static void a_rule_of_what_is_missing_holds_when_nothing_came(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct series_set set = {NULL, 0, "complete", NULL, 0};
    struct judge_input in = input_of(&set);
    struct plan_rule rule = {
        .series = "*", .stat = PLAN_STAT_MISSING, .op = PLAN_GT, .value = 0.1, .text = ""};
    in.rules = &rule;
    in.rule_n = 1;
    expect_one(&op, &in, "rule", JUDGE_WARN, "missing share 100 % > 10 %");
    set.note = "picture_only";
    expect_none(&op, &in);
    op_fini(&op);
}

static void sigma_needs_a_history_and_a_deviation(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct series items[] = {one("q", 20, 0, 0, 0)};
    struct series past[5];
    struct series_set set = {items, 1, "complete", NULL, 0}, history[5];
    for (int i = 0; i < 5; i++) {
        past[i] = one("q", 10 + i % 2, 0, 0, 0);
        history[i] = (struct series_set){&past[i], 1, "complete", NULL, 0};
    }
    struct plan_rule rule = {
        .series = "*", .stat = PLAN_STAT_LAST, .op = PLAN_SIGMA, .value = 3, .text = ""};
    struct judge_input in = input_of(&set);
    in.rules = &rule;
    in.rule_n = 1;
    in.history = history;
    in.history_n = 5;
    expect_one(&op, &in, "rule", JUDGE_WARN, "q: last value 20, usually 10.4 ± 0.5477 (> 3σ)");
    items[0].last = 11.5;
    expect_none(&op, &in);
    items[0].last = 20;
    in.history_n = 3;
    expect_none(&op, &in);
    op_fini(&op);
}

static void change_is_seen_in_the_numbers_first(void **state)
{
    (void)state;
    struct op op;
    struct judge_result result;
    op_init(&op, -1);
    struct series now[] = {one("a", 5, 1, 10, 5)}, was[] = {one("a", 6, 1, 10, 5.2)};
    struct series_set set = {now, 1, "complete", NULL, 0},
                      reference = {was, 1, "complete", NULL, 0};
    struct picture_diff pixels = {.share = 0.5};
    struct judge_input in = input_of(&set);
    in.reference = &reference;
    in.pixels = &pixels;
    judge_shot(&op.arena, &in, &result);
    assert_int_equal(result.n, 0);
    assert_false(result.is_changed);
    assert_true(result.change_score < JUDGE_CHANGED);
    now[0] = one("a", 50, 1, 90, 40);
    judge_shot(&op.arena, &in, &result);
    assert_true(result.is_changed);
    assert_true(result.change_score == 1);
    expect_one(&op, &in, "data_changed", JUDGE_WARN, "a: maximum 10 → 90 against the reference");
    now[0] = one("b", 5, 1, 10, 5);
    expect_one(&op, &in, "series_changed", JUDGE_WARN, "1 series gone: a; 1 new series: b");
    op_fini(&op);
}

static void pixels_decide_where_there_are_no_numbers(void **state)
{
    (void)state;
    struct op op;
    struct judge_result result;
    op_init(&op, -1);
    struct picture_diff pixels = {.share = 0.25};
    struct judge_input in = input_of(NULL);
    judge_shot(&op.arena, &in, &result);
    assert_true(isnan(result.change_score));
    in.pixels = &pixels;
    expect_one(&op, &in, "pixels_changed", JUDGE_INFO, "25.0 % of the picture differs");
    pixels.share = 0.01;
    expect_none(&op, &in);
    op_fini(&op);
}

static void findings_speak_both_languages(void **state)
{
    (void)state;
    struct op op;
    struct jw w;
    op_init(&op, -1);
    struct str *out = str_new(&op.arena, 10000);
    jw_init(&w, out);
    finding_print(&op.arena,
                  parse(&op, "{\"kind\":\"threshold\",\"weight\":3,\"evidence\":{\"series\":"
                             "\"cpu\",\"stat\":\"last\",\"value\":"
                             "0.93,\"limit\":0.9,\"side\":\"above\",\"unit\":\"percentunit\"}}"),
                  &w);
    const struct jv *said = parse(&op, out->p);
    assert_string_equal(jv_text_at(said, "severity", ""), "alert");
    assert_string_equal(jv_text(jv_path(said, "text.zh-CN"), ""),
                        "cpu: 最新值 93 % 达到或超过面板阈值 90 %");
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_become_findings),
        cmocka_unit_test(thresholds_now_and_in_the_past),
        cmocka_unit_test(a_panel_of_one_value_is_judged_by_that_value),
        cmocka_unit_test(a_rule_about_gaps_holds_when_nothing_came),
        cmocka_unit_test(rules_compare_statistics),
        cmocka_unit_test(a_rule_of_what_is_missing_holds_when_nothing_came),
        cmocka_unit_test(sigma_needs_a_history_and_a_deviation),
        cmocka_unit_test(change_is_seen_in_the_numbers_first),
        cmocka_unit_test(pixels_decide_where_there_are_no_numbers),
        cmocka_unit_test(findings_speak_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
