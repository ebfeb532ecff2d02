#include "../test.h"

#include "render/truth.h"

#include <string.h>

static struct arena arena;
static struct truth_rules rules;
static struct facts facts;
static struct probe probe;
static struct probe_panel panels[2];

/* A page on which all is well; each test spoils one thing. */
static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    rules = (struct truth_rules){.origin = "http://g:3000", .panel = "3", .is_dashboard = true};
    facts = (struct facts){.is_committed = true,
                           .url = (char *)"http://g:3000/d-solo/a/x",
                           .status = 200,
                           .error = (char *)"",
                           .epoch = 1};
    panels[0] = (struct probe_panel){.key = "panel-3",
                                     .path = "panel-3",
                                     .id = 3,
                                     .title = "CPU",
                                     .plugin = "stat",
                                     .is_active = true,
                                     .is_needed = true,
                                     .is_loaded = true,
                                     .plugin_error = "",
                                     .state = PROBE_DONE,
                                     .rows = 5,
                                     .error = ""};
    panels[1] = panels[0];
    panels[1].key = panels[1].path = "panel-4";
    panels[1].id = 4;
    probe = (struct probe){.token = "t",
                           .url = "",
                           .stack = PROBE_STACK_SCENES,
                           .uid = "a",
                           .is_app_up = true,
                           .load_failed = "",
                           .error = "",
                           .panels = panels,
                           .panels_n = 2};
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct truth_finding judge(void)
{
    struct truth_finding out;
    truth_judge(&arena, &rules, &facts, &probe, &out);
    return out;
}

static void expect(enum truth truth, const char *text)
{
    struct truth_finding out = judge();
    assert_string_equal(truth_word(out.truth), truth_word(truth));
    if (!strstr(out.text, text))
        fail_msg("\"%s\" does not say \"%s\"", out.text, text);
}

static void all_is_well(void **state)
{
    (void)state;
    expect(TRUTH_OK, "");
    assert_false(truth_is_fatal(TRUTH_OK) || truth_is_fatal(TRUTH_NO_DATA) ||
                 truth_is_fatal(TRUTH_QUERY_ERROR));
    assert_true(truth_is_fatal(TRUTH_LOGIN) && truth_is_fatal(TRUTH_PANEL_MISSING));
}

static void documents_that_are_none(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *url;
        enum truth truth;
        const char *text;
    } rows[] = {
        {401, "http://g:3000/d-solo/a/x", TRUTH_LOGIN, "401"},
        {403, "http://g:3000/d-solo/a/x", TRUTH_LOGIN, "403"},
        {404, "http://g:3000/d-solo/a/x", TRUTH_DASHBOARD_MISSING, "404"},
        {503, "http://g:3000/d-solo/a/x", TRUTH_TARGET, "503"},
        {200, "http://g:3000/grafana/login?redirectTo=x", TRUTH_LOGIN, "login page"},
        {200, "http://g:3000/login/", TRUTH_LOGIN, "login page"},
        {200, "https://idp.example/authorize?secret=1", TRUTH_LOGIN, "another site"},
        {200, "http://g:3000.evil.example/d/a", TRUTH_LOGIN, "another site"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        facts.status = rows[i].status;
        facts.url = (char *)(uintptr_t)rows[i].url;
        expect(rows[i].truth, rows[i].text);
        assert_null(strstr(judge().text, "secret"));
    }
}

static void a_crash_and_a_dead_end(void **state)
{
    (void)state;
    facts.error = (char *)"net::ERR_CONNECTION_REFUSED";
    expect(TRUTH_TARGET, "ERR_CONNECTION_REFUSED");
    facts.is_crashed = true;
    expect(TRUTH_BROWSER, "crashed");
}

static void the_dashboards_own_answer(void **state)
{
    (void)state;
    struct facts_answer answer = {
        .path = (char *)"/api/dashboards/uid/a", .epoch = 1, .state = FACTS_DONE};
    facts.answers = &answer;
    facts.answers_n = 1;
    static const struct {
        int status;
        enum truth truth;
    } rows[] = {{200, TRUTH_OK},
                {401, TRUTH_LOGIN},
                {403, TRUTH_DASHBOARD_MISSING},
                {404, TRUTH_DASHBOARD_MISSING},
                {500, TRUTH_TARGET}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        answer.status = rows[i].status;
        expect(rows[i].truth, "");
    }
    answer.path = (char *)"/api/annotations?dashboardUID=a";
    expect(TRUTH_OK, "");
}

static void panels_and_their_flaws(void **state)
{
    (void)state;
    panels[0].rows = 0;
    expect(TRUTH_NO_DATA, "CPU");
    panels[0].error = "division by zero";
    expect(TRUTH_QUERY_ERROR, "division by zero");
    panels[0].plugin_error = "404";
    expect(TRUTH_PLUGIN_MISSING, "stat");
    rules.panel = "4"; /* another panel's flaw is not this one's */
    expect(TRUTH_OK, "");
    rules.panel = "77";
    expect(TRUTH_PANEL_MISSING, "77");
}

static void a_whole_page_has_the_worst_and_its_count(void **state)
{
    (void)state;
    rules.panel = NULL;
    panels[0].rows = 0;
    struct truth_finding out = judge();
    assert_int_equal(out.truth, TRUTH_NO_DATA);
    assert_int_equal(out.panels, 2);
    assert_int_equal(out.affected, 1);
    panels[1].error = "boom";
    assert_int_equal(judge().truth, TRUTH_QUERY_ERROR);
    panels[1].plugin_error = "404"; /* a flaw of the picture, not its end */
    assert_false(truth_is_fatal(judge().truth));
    panels[0].is_needed = panels[1].is_needed = false;
    assert_int_equal(judge().truth, TRUTH_OK);
}

/* Grafana draws "No data" for an answer that never came. */
static void a_lost_answer_is_no_empty_one(void **state)
{
    (void)state;
    struct facts_query query = {.panel_id = (char *)"3",
                                .epoch = 1,
                                .error = (char *)"net::ERR_FAILED",
                                .state = FACTS_DONE};
    facts.queries = &query;
    facts.queries_n = 1;
    panels[0].rows = 0;
    expect(TRUTH_NO_DATA, "");
    query.state = FACTS_FAILED;
    expect(TRUTH_QUERY_ERROR, "cut off");
    query.state = FACTS_CANCELLED;
    expect(TRUTH_QUERY_ERROR, "cut off");
}

static void pages_that_say_so_themselves(void **state)
{
    (void)state;
    probe.is_login = true;
    expect(TRUTH_LOGIN, "login form");
    probe.load_failed = "no bundle";
    expect(TRUTH_TARGET, "no bundle");
    rules.is_dashboard = false; /* of another page nothing is known */
    expect(TRUTH_OK, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_is_well, begin, end),
        cmocka_unit_test_setup_teardown(documents_that_are_none, begin, end),
        cmocka_unit_test_setup_teardown(a_crash_and_a_dead_end, begin, end),
        cmocka_unit_test_setup_teardown(the_dashboards_own_answer, begin, end),
        cmocka_unit_test_setup_teardown(panels_and_their_flaws, begin, end),
        cmocka_unit_test_setup_teardown(a_whole_page_has_the_worst_and_its_count, begin, end),
        cmocka_unit_test_setup_teardown(a_lost_answer_is_no_empty_one, begin, end),
        cmocka_unit_test_setup_teardown(pages_that_say_so_themselves, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
