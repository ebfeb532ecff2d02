#include "fixture.h"

#include <string.h>

static void a_plans_versions_stay_and_only_the_newest_may_be_changed(void **state)
{
    struct fixture *f = *state;
    struct store_plan outdated = f->plan, old;
    f->plan.spec = "{\"windows\":[1]}";
    f->plan.change = "一个窗口";
    succeeds(&f->op, store_plan_set(&f->op, f->store, &f->plan, &f->source.row, 1));
    assert_int_equal(f->plan.version, 2);
    fails_with(&f->op, store_plan_set(&f->op, f->store, &outdated, &f->source.row, 1),
               ERR_CONFLICT);
    succeeds(&f->op, store_plan_version_find(&f->op, f->store, f->plan.row, 1, &old));
    assert_string_equal(old.spec, "{\"windows\":[]}");
    struct store_plan_list list;
    succeeds(&f->op, store_plan_version_list(&f->op, f->store, f->plan.row,
                                             (struct store_page){.limit = 1}, &list));
    assert_int_equal(list.items[0].version, 2);
    assert_string_equal(list.items[0].change, "一个窗口");
    assert_string_equal(list.items[0].author, "李雷");
    assert_non_null(list.next);
}

static void names_are_taken_until_their_owner_is_dropped(void **state)
{
    struct fixture *f = *state;
    struct store_plan same = {.name = f->plan.name, .spec = "{}"}, got;
    fails_with(&f->op, store_plan_add(&f->op, f->store, &same, &f->source.row, 1), ERR_CONFLICT);
    int64_t round = make_round(f, 1000, 1);
    fails_with(&f->op, store_plan_drop(&f->op, f->store, f->plan.row), ERR_CONFLICT);
    take_all(f, NULL);
    fails_with(&f->op, store_source_drop(&f->op, f->store, f->source.row), ERR_CONFLICT);
    succeeds(&f->op, store_plan_drop(&f->op, f->store, f->plan.row));
    succeeds(&f->op, store_plan_add(&f->op, f->store, &same, NULL, 0));
    succeeds(&f->op, store_plan_find(&f->op, f->store, f->plan.id, &got));
    assert_true(got.is_dropped);
    assert_string_equal(round_of(f, round).plan_name, "核心交易");
    succeeds(&f->op, store_source_drop(&f->op, f->store, f->source.row));
    struct store_source source;
    fails_with(&f->op, store_source_find(&f->op, f->store, f->source.id, &source), ERR_NOT_FOUND);
    succeeds(&f->op, store_source_get(&f->op, f->store, f->source.row, &source));
    assert_int_equal(source.credential.n, 0);
}

static void plans_are_listed_by_name_label_and_page(void **state)
{
    struct fixture *f = *state;
    const char *names[] = {"a", "b", "c_d", "cxd"};
    for (size_t i = 0; i < 4; i++) {
        struct store_plan p = {.name = names[i], .labels = i < 2 ? "[\"早\",\"x\"]" : "[]"};
        succeeds(&f->op, store_plan_add(&f->op, f->store, &p, &f->source.row, 1));
    }
    struct store_plan_ask ask = {.label = "早"};
    struct store_plan_list list;
    succeeds(&f->op, store_plan_list(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 2);
    ask = (struct store_plan_ask){.search = "c_"};
    succeeds(&f->op, store_plan_list(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 1);
    ask = (struct store_plan_ask){.source_row = f->source.row};
    succeeds(&f->op, store_plan_list(&f->op, f->store, &ask, (struct store_page){.limit = 3},
                                     &list));
    assert_string_equal(list.items[2].name, "c_d");
    succeeds(&f->op, store_plan_list(&f->op, f->store, &ask,
                                     (struct store_page){.limit = 3, .cursor = list.next}, &list));
    assert_int_equal(list.n, 2);
}

static void rounds_are_listed_newest_first_by_plan_state_and_time(void **state)
{
    struct fixture *f = *state;
    for (int i = 1; i <= 5; i++)
        make_round(f, i * 1000, 1);
    take_all(f, NULL);
    make_round(f, 9000, 1);
    struct store_round_list list;
    struct store_round_ask ask = {.plan_row = f->plan.row};
    succeeds(&f->op, store_round_list(&f->op, f->store, &ask, (struct store_page){.limit = 4},
                                      &list));
    assert_int_equal(list.n, 4);
    assert_int_equal(list.items[0].moment_ms, 9000);
    succeeds(&f->op, store_round_list(&f->op, f->store, &ask,
                                      (struct store_page){.limit = 4, .cursor = list.next},
                                      &list));
    assert_int_equal(list.n, 2);
    ask = (struct store_round_ask){.states = 1u << ROUND_REVIEW, .from_ms = 2000, .to_ms = 5000};
    succeeds(&f->op, store_round_list(&f->op, f->store, &ask, (struct store_page){0}, &list));
    assert_int_equal(list.n, 3);
    struct store_round newest;
    succeeds(&f->op, store_round_newest(&f->op, f->store, f->plan.row, 9000, &newest));
    assert_int_equal(newest.moment_ms, 5000);
    int active;
    succeeds(&f->op, store_round_count_active(&f->op, f->store, f->plan.row, &active));
    assert_int_equal(active, 1);
    struct store_round_square *strip;
    size_t n;
    succeeds(&f->op, store_round_strip(&f->op, f->store, 0, 3000, 100, &strip, &n));
    assert_int_equal(n, 4);
}

static int claim_round(struct fixture *f, const char *worker, int64_t now_ms, int64_t until_ms,
                       struct store_round *out)
{
    struct store_claim_ask ask = {.worker = worker, .now_ms = now_ms, .lease_until_ms = until_ms};
    return store_round_claim(&f->op, f->store, &ask, out);
}

static void a_round_is_prepared_by_one_worker_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct store_round r = {.plan_row = f->plan.row, .plan_version = 1, .moment_ms = 5,
                            .trigger = ROUND_BY_SCHEDULE, .due_ms = 50}, got;
    succeeds(&f->op, store_round_add(&f->op, f->store, &r));
    succeeds(&f->op, claim_round(f, "a", 100, 200, &got));
    assert_int_equal(got.row, r.row);
    succeeds(&f->op, claim_round(f, "b", 199, 300, &got));
    assert_int_equal(got.row, 0);
    succeeds(&f->op, store_round_put_back(&f->op, f->store, r.row, "Grafana 没有应答", 500));
    succeeds(&f->op, claim_round(f, "b", 499, 900, &got));
    assert_int_equal(got.row, 0);
    succeeds(&f->op, claim_round(f, "b", 500, 900, &got));
    assert_int_equal(got.attempts, 2);
    assert_string_equal(got.error, "Grafana 没有应答");
    succeeds(&f->op, store_round_fail(&f->op, f->store, r.row, "no such dashboard"));
    fails_with(&f->op, store_round_fail(&f->op, f->store, r.row, "x"), ERR_CONFLICT);
    assert_int_equal(round_of(f, r.row).state, ROUND_FAILED);
}

static void an_overdue_round_is_reported_once(void **state)
{
    struct fixture *f = *state;
    struct store_round_list list;
    struct store_round r = {.plan_row = f->plan.row, .plan_version = 1, .moment_ms = 5,
                            .trigger = ROUND_BY_SCHEDULE, .due_ms = 50};
    succeeds(&f->op, store_round_add(&f->op, f->store, &r));
    succeeds(&f->op, store_round_fill(&f->op, f->store, r.row, NULL, 0));
    succeeds(&f->op, store_round_list_overdue(&f->op, f->store, 50, &list));
    assert_int_equal(list.n, 0);
    succeeds(&f->op, store_round_list_overdue(&f->op, f->store, 51, &list));
    assert_int_equal(list.n, 1);
    succeeds(&f->op, store_round_set_escalated(&f->op, f->store, r.row, 51));
    succeeds(&f->op, store_round_list_overdue(&f->op, f->store, 52, &list));
    assert_int_equal(list.n, 0);
}

static void schedules_and_calendars_are_remembered(void **state)
{
    struct fixture *f = *state;
    struct store_schedule *lines;
    size_t n;
    succeeds(&f->op, store_schedule_set(&f->op, f->store, f->plan.row, "30 8 * * *", 500));
    succeeds(&f->op, store_schedule_set(&f->op, f->store, f->plan.row, "0 18 * * *", 100));
    succeeds(&f->op, store_schedule_set(&f->op, f->store, f->plan.row, "30 8 * * *", 400));
    succeeds(&f->op, store_schedule_keep(&f->op, f->store, f->plan.row,
                                         (const char *[]){"30 8 * * *"}, 1));
    succeeds(&f->op, store_schedule_list(&f->op, f->store, &lines, &n));
    assert_int_equal(n, 1);
    assert_int_equal(lines[0].last_fired_ms, 500);
    struct store_holiday days[] = {{"2026-10-01", "国庆节", false}, {"2026-09-27", "调休", true}};
    struct store_holiday *got;
    const char **calendars;
    succeeds(&f->op, store_holiday_set(&f->op, f->store, "中国", days, 2));
    succeeds(&f->op, store_holiday_list(&f->op, f->store, "中国", &got, &n));
    assert_int_equal(n, 2);
    assert_true(got[0].is_workday);
    succeeds(&f->op, store_holiday_calendars(&f->op, f->store, &calendars, &n));
    assert_int_equal(n, 1);
}

static void settings_are_kept_and_forgotten(void **state)
{
    struct fixture *f = *state;
    const char *value;
    succeeds(&f->op, store_setting_set(&f->op, f->store, "gc.paused", "1"));
    succeeds(&f->op, store_setting_set(&f->op, f->store, "gc.paused", "2"));
    succeeds(&f->op, store_setting_set(&f->op, f->store, "gcx", "3"));
    succeeds(&f->op, store_setting_find(&f->op, f->store, "gc.paused", &value));
    assert_string_equal(value, "2");
    succeeds(&f->op, store_setting_set(&f->op, f->store, "gc.paused", NULL));
    succeeds(&f->op, store_setting_find(&f->op, f->store, "gc.paused", &value));
    assert_string_equal(value, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plans_versions_stay_and_only_the_newest_may_be_changed),
        TEST(names_are_taken_until_their_owner_is_dropped),
        TEST(plans_are_listed_by_name_label_and_page),
        TEST(rounds_are_listed_newest_first_by_plan_state_and_time),
        TEST(a_round_is_prepared_by_one_worker_at_a_time),
        TEST(an_overdue_round_is_reported_once),
        TEST(schedules_and_calendars_are_remembered),
        TEST(settings_are_kept_and_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
