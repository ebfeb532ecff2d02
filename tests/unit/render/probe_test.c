#include "../test.h"

#include "render/probe.h"

#include <string.h>

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void a_report_becomes_a_probe(void **state)
{
    (void)state;
    struct probe p;
    probe_read(
        &arena,
        BYTES("{\"token\":\"t1\",\"stack\":\"scenes\",\"uid\":\"abc\",\"app\":true,\"fonts\":true,"
              "\"queries\":2,\"frames\":7,\"panels\":[{\"key\":\"panel-3\",\"id\":3,\"title\":"
              "\"CPU\","
              "\"active\":true,\"needed\":true,\"loaded\":true,\"state\":\"Streaming\",\"rows\":12}"
              "]}"),
        &p);
    assert_string_equal(p.token, "t1");
    assert_int_equal(p.stack, PROBE_STACK_SCENES);
    assert_string_equal(p.uid, "abc");
    assert_true(p.is_app_up && p.has_fonts);
    assert_int_equal(p.queries, 2);
    assert_int_equal(p.frames, 7);
    assert_int_equal(p.says_done, -1);
    assert_int_equal(p.panels_n, 1);
    assert_int_equal(p.panels[0].state, PROBE_STREAMING);
    assert_int_equal(p.panels[0].rows, 12);
    assert_int_equal(p.panels[0].from_ms, -1);
}

/* A page can lie; it only hurts itself. */
static void nonsense_is_an_empty_probe(void **state)
{
    (void)state;
    static const char *const reports[] = {"",
                                          "null",
                                          "[]",
                                          "{",
                                          "{\"panels\":7,\"frames\":\"x\"}",
                                          "{\"panels\":[1,null,{}],\"token\":{}}"};
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        struct probe p;
        probe_read(&arena, bytes_of(reports[i]), &p);
        assert_string_equal(p.token, "");
        assert_int_equal(p.stack, PROBE_STACK_NONE);
        assert_int_equal(p.frames, 0);
        for (size_t j = 0; j < p.panels_n; j++)
            assert_string_equal(p.panels[j].title, "");
    }
}

static void panels_have_three_kinds_of_names(void **state)
{
    (void)state;
    struct probe p;
    probe_read(&arena,
               BYTES("{\"panels\":[{\"key\":\"panel-3\",\"path\":\"a$panel-3\",\"id\":3,\"title\":"
                     "\"sleeping\"},"
                     "{\"key\":\"panel-3-clone-1\",\"path\":\"b$panel-3\",\"id\":3,\"title\":"
                     "\"awake\",\"active\":true},"
                     "{\"key\":\"panel-4\",\"path\":\"panel-4\",\"id\":4,\"title\":\"four\"}]}"),
               &p);
    assert_string_equal(probe_find_panel(&p, "3")->title, "awake"); /* the mounted one is meant */
    assert_string_equal(probe_find_panel(&p, "panel-3")->title, "sleeping");
    assert_string_equal(probe_find_panel(&p, "b$panel-3")->title, "awake");
    assert_string_equal(probe_find_panel(&p, "4")->title, "four");
    assert_null(probe_find_panel(&p, "5"));
    assert_null(probe_find_panel(&p, ""));
}

static void the_request_of_a_repeat_is_told_from_its_twins(void **state)
{
    (void)state;
    struct probe_panel panels[] = {{.key = "panel-2", .path = "a$panel-2", .id = 2, .request = "SQR10"},
                                   {.key = "panel-2", .path = "b$panel-2", .id = 2, .request = ""},
                                   {.key = "panel-3", .path = "panel-3", .id = 3, .request = "SQR110"}};
    struct probe probe = {.panels = panels, .panels_n = 3};
    assert_true(probe_has_twin(&probe, &panels[0]));
    assert_false(probe_has_twin(&probe, &panels[2]));
    assert_true(probe_is_request(&panels[0], "/api/ds/query?ds_type=x&requestId=SQR10"));
    assert_true(probe_is_request(&panels[0], "/api/ds/query?requestId=mixed-1-SQR10&x=1"));
    assert_false(probe_is_request(&panels[0], "/api/ds/query?requestId=SQR101"));
    assert_false(probe_is_request(&panels[0], "/api/ds/query?requestId=XSQR10"));
    assert_false(probe_is_request(&panels[0], "/api/ds/query"));
    assert_false(probe_is_request(&panels[1], "/api/ds/query?requestId=SQR10"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_of_a_repeat_is_told_from_its_twins),
        cmocka_unit_test_setup_teardown(a_report_becomes_a_probe, begin, end),
        cmocka_unit_test_setup_teardown(nonsense_is_an_empty_probe, begin, end),
        cmocka_unit_test_setup_teardown(panels_have_three_kinds_of_names, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
