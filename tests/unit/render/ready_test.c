#include "../test.h"

#include "render/ready.h"

#include <string.h>

enum { FROM = 1000000, TO = 2000000, NOW = 90000 };

/* A page with one panel on which everything is done; each test spoils one thing. */
struct scene {
    struct ready_rules rules;
    struct facts facts;
    struct probe probe;
    struct probe_panel panel;
};

static struct scene *good(void)
{
    static struct scene s;
    s = (struct scene){
        .rules = {.token = "t",
                  .panel = "3",
                  .uid = "abc",
                  .is_dashboard = true,
                  .from_ms = FROM,
                  .to_ms = TO},
        .facts = {.is_committed = true, .is_loaded = true},
        .probe = {.token = "t",
                  .url = "",
                  .stack = PROBE_STACK_SCENES,
                  .uid = "abc",
                  .is_app_up = true,
                  .has_fonts = true,
                  .load_failed = "",
                  .error = "",
                  .queries = 0,
                  .frames = 5,
                  .quiet_ms = 5000,
                  .panels_n = 1},
        .panel = {.key = "panel-3",
                  .path = "panel-3",
                  .id = 3,
                  .title = "",
                  .plugin = "",
                  .is_active = true,
                  .is_needed = true,
                  .is_loaded = true,
                  .plugin_error = "",
                  .state = PROBE_DONE,
                  .from_ms = FROM,
                  .to_ms = TO,
                  .rows = 5,
                  .error = ""},
    };
    s.probe.panels = &s.panel;
    return &s;
}

static const char *missing(const struct scene *s)
{
    return ready_missing(&s->rules, &s->facts, &s->probe, NOW);
}

#define EXPECT(spoil, name)                                                                        \
    do {                                                                                           \
        struct scene *s = good();                                                                  \
        spoil;                                                                                     \
        const char *got = missing(s);                                                              \
        assert_string_equal(got ? got : "nothing", name);                                          \
    } while (0)

static void a_finished_panel_is_ready(void **state)
{
    (void)state;
    EXPECT((void)s, "nothing");
    EXPECT(s->rules.panel = NULL, "nothing");
}

static void each_thing_is_missed_by_its_name(void **state)
{
    (void)state;
    EXPECT(s->facts.is_committed = false, "document");
    EXPECT(s->probe.token = "older", "report");
    EXPECT(s->probe.is_app_up = false, "application");
    EXPECT(s->probe.stack = PROBE_STACK_NONE, "dashboard");
    EXPECT(s->probe.uid = "other", "dashboard");
    EXPECT(s->probe.variables_loading = 1, "variables");
    EXPECT(s->probe.repeats_pending = 1, "repeats");
    EXPECT(s->rules.panel = "4", "panel");
    EXPECT(s->panel.is_active = false, "panels");
    EXPECT(s->panel.is_loaded = false, "plugin");
    EXPECT(s->panel.state = PROBE_LOADING, "queries");
    EXPECT(s->panel.state = PROBE_NOT_STARTED, "queries");
    EXPECT(s->probe.queries = 1, "queries"); /* annotations */
    EXPECT(s->panel.from_ms = FROM + 60000, "range");
    EXPECT(s->probe.has_fonts = false, "fonts");
    EXPECT(s->probe.frames = 0, "frames");
}

static void what_needs_no_waiting(void **state)
{
    (void)state;
    EXPECT((s->panel.state = PROBE_NO_QUERY, s->panel.from_ms = -1), "nothing");
    EXPECT(s->panel.state = PROBE_ERROR, "nothing");
    EXPECT((s->panel.state = PROBE_STREAMING, s->panel.from_ms = 5), "nothing");
    EXPECT((s->panel.has_own_range = true, s->panel.from_ms = 5), "nothing");
    EXPECT((s->panel.plugin_error = "gone", s->panel.is_loaded = false), "nothing");
    EXPECT(s->rules.uid = "", "nothing");
    EXPECT(s->panel.from_ms = FROM + 400, "nothing"); /* Grafana rounds to seconds */
    EXPECT((s->rules.panel = NULL, s->panel.is_needed = false), "nothing");
}

static void the_older_front_end_needs_quiet(void **state)
{
    (void)state;
    EXPECT(s->probe.stack = PROBE_STACK_LEGACY, "nothing");
    EXPECT((s->probe.stack = PROBE_STACK_LEGACY, s->probe.quiet_ms = 10), "quiet");
    EXPECT((s->probe.stack = PROBE_STACK_LEGACY, s->facts.activity_ms = NOW - 10), "quiet");
    EXPECT((s->probe.stack = PROBE_STACK_LEGACY, s->facts.queries_open_n = 1), "queries");
}

static void other_pages_need_a_quiet_network(void **state)
{
    (void)state;
    struct facts_request asked = {.status = 0}, answered = {.status = 200};
    EXPECT(s->rules.is_dashboard = false, "nothing");
    EXPECT((s->rules.is_dashboard = false, s->facts.is_loaded = false), "document");
    EXPECT((s->rules.is_dashboard = false, s->probe.quiet_ms = 100), "quiet");
    EXPECT((s->rules.is_dashboard = false, s->facts.open_n = s->facts.requests_n = 1,
            s->facts.requests = &asked),
           "network");
    /* answered, and its body is never read by the page: not waited for for ever */
    EXPECT((s->rules.is_dashboard = false, s->facts.open_n = s->facts.requests_n = 1,
            s->facts.requests = &answered),
           "nothing");
    EXPECT((s->rules.is_dashboard = false, s->facts.open_n = s->facts.requests_n = 1,
            s->facts.requests = &answered, s->facts.activity_ms = NOW - 1000),
           "network");
}

static void of_variables_nothing_but_variables_is_awaited(void **state)
{
    (void)state;
    EXPECT((s->rules.is_of_variables = true, s->probe.variables_loading = 1), "variables");
    EXPECT((s->rules.is_of_variables = true, s->probe.stack = PROBE_STACK_NONE), "dashboard");
    EXPECT((s->rules.is_of_variables = true, s->probe.uid = "other"), "dashboard");
    EXPECT((s->rules.is_of_variables = true, s->rules.panel = NULL, s->panel.state = PROBE_LOADING,
            s->probe.frames = 0, s->probe.repeats_pending = 1),
           "nothing");
}

/* A request in flight, and the page's last word. */
static struct scene *with_request(const char *type, const char *url, int64_t begun_ms)
{
    static struct facts_request request;
    static struct facts_call call;
    struct scene *s = good();
    request = (struct facts_request){
        .type = (char *)(uintptr_t)type, .url = (char *)(uintptr_t)url, .begun_ms = begun_ms};
    call = (struct facts_call){.name = (char *)(uintptr_t)PROBE_BINDING, .at_ms = NOW - 100};
    s->facts.epoch_ms = NOW - 3000;
    s->facts.requests = &request;
    s->facts.requests_n = 1;
    s->facts.calls = &call;
    s->facts.calls_n = 1;
    return s;
}

static void expect_of(const struct scene *s, const char *name)
{
    const char *got = missing(s);
    assert_string_equal(got ? got : "nothing", name);
}

static void pictures_in_flight_are_waited_for_but_not_for_ever(void **state)
{
    (void)state;
    expect_of(with_request("Fetch", "http://g/public/build/img/icons/unicons/x.svg", NOW - 50), "images");
    expect_of(with_request("XHR", "http://g/x.svg?v=1", NOW - 50), "images");
    expect_of(with_request("Image", "http://g/tile/1/2/3", NOW - 50), "images");
    expect_of(with_request("Fetch", "http://g/api/frontend/other", NOW - 50), "nothing");
    expect_of(with_request("Image", "http://g/hangs", NOW - 2500), "nothing");
    struct scene *s = with_request("Image", "http://g/one-after-another", NOW - 50);
    s->facts.epoch_ms = NOW - 20000;
    expect_of(s, "nothing");
}

static void a_picture_that_has_come_is_drawn_first(void **state)
{
    (void)state;
    struct scene *s = with_request("Fetch", "http://g/live", NOW - 50);
    s->facts.pictures_ended_ms = NOW - 90; /* the page's word is of before */
    expect_of(s, "images");
    s->facts.calls[0].at_ms = NOW - 80; /* the frame that draws it is not over */
    expect_of(s, "images");
    s->facts.calls[0].at_ms = NOW - 50;
    expect_of(s, "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_variables_nothing_but_variables_is_awaited),
        cmocka_unit_test(a_finished_panel_is_ready),
        cmocka_unit_test(each_thing_is_missed_by_its_name),
        cmocka_unit_test(what_needs_no_waiting),
        cmocka_unit_test(the_older_front_end_needs_quiet),
        cmocka_unit_test(other_pages_need_a_quiet_network),
        cmocka_unit_test(pictures_in_flight_are_waited_for_but_not_for_ever),
        cmocka_unit_test(a_picture_that_has_come_is_drawn_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
