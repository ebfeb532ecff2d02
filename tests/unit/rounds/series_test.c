#include "../test.h"

#include "rounds/series.h"

#include <math.h>
#include <string.h>

static void gather(struct op *op, const char *answer, int64_t from, int64_t to,
                   struct series_set *out)
{
    const struct jv *json;
    *out = (struct series_set){0};
    assert_int_equal(jv_parse(op, bytes_of(answer), &json), 0);
    series_set_add(&op->arena, json, out);
    series_set_finish(&op->arena, from, to, out);
}

static void a_wide_frame_becomes_a_series_a_column(void **state)
{
    (void)state;
    struct op op;
    struct series_set set;
    op_init(&op, -1);
    gather(
        &op,
        "{\"results\":{\"A\":{\"status\":200,\"frames\":[{\"schema\":{\"refId\":\"A\",\"fields\":["
        "{\"name\":\"time\",\"type\":\"time\"},"
        "{\"name\":\"Value\",\"type\":\"number\",\"labels\":{\"host\":\"a\"}},"
        "{\"name\":\"Value\",\"type\":\"number\",\"labels\":{\"host\":\"b\"},\"config\":{"
        "\"displayNameFromDS\":"
        "\"bee\",\"unit\":\"percent\"}}]},"
        "\"data\":{\"values\":[[0,60000,120000,180000],[1,null,3,8],[5,5,5,5]]}}]}}}",
        0, 240000, &set);
    assert_int_equal(set.n, 2);
    assert_string_equal(set.note, "complete");
    const struct series *a = &set.items[0];
    assert_string_equal(a->name, "{host=\"a\"}");
    assert_string_equal(a->labels, "{\"host\":\"a\"}");
    assert_true(a->last == 8 && a->min == 1 && a->max == 8 && a->mean == 4);
    assert_int_equal(a->max_at_ms, 180000);
    assert_true(a->missing_share == 0.25);
    assert_int_equal(a->missing_longest_ms, 60000);
    assert_string_equal(set.items[1].name, "bee");
    assert_string_equal(set.items[1].unit, "percent");
    assert_true(set.items[1].missing_share == 0);
    op_fini(&op);
}

static void rows_with_texts_become_a_series_a_group(void **state)
{
    (void)state;
    struct op op;
    struct series_set set;
    op_init(&op, -1);
    gather(&op,
           "[{\"fields\":[{\"name\":\"t\",\"type\":\"time\",\"values\":[0,0,1000,1000]},"
           "{\"name\":\"dc\",\"type\":\"string\",\"values\":[\"x\",\"y\",\"x\",\"y\"]},"
           "{\"name\":\"v\",\"type\":\"number\",\"values\":[1,2,3,4]}],\"length\":4}]",
           0, 2000, &set);
    assert_int_equal(set.n, 2);
    assert_string_equal(set.items[0].name, "v{dc=\"x\"}");
    assert_int_equal(set.items[0].point_n, 2);
    assert_true(set.items[0].last == 3);
    assert_true(set.items[1].last == 4);
    op_fini(&op);
}

static void a_table_becomes_a_series_a_cell(void **state)
{
    (void)state;
    struct op op;
    struct series_set set;
    op_init(&op, -1);
    gather(&op,
           "{\"results\":{\"A\":{\"frames\":[{\"schema\":{\"fields\":[{\"name\":\"disk\",\"type\":"
           "\"string\"},"
           "{\"name\":\"used\",\"type\":\"number\"}]},\"data\":{\"values\":[[\"/"
           "\",\"=1+1\"],[0.5,0.9]]}}]}}}",
           0, 1000, &set);
    assert_int_equal(set.n, 2);
    assert_true(set.items[1].last == 0.9);
    assert_int_equal(set.items[1].points[0].at_ms, SERIES_NO_TIME);
    assert_true(set.items[1].missing_share == 0);
    struct str *csv = str_new(&op.arena, 10000);
    series_set_print_csv(&set, csv);
    assert_string_equal(csv->p, "\"series\",\"value\"\r\n\"used{disk=\"\"/\"\"}\",0.5\r\n"
                                "\"used{disk=\"\"=1+1\"\"}\",0.9\r\n");
    op_fini(&op);
}

static void infinities_and_errors_are_kept(void **state)
{
    (void)state;
    struct op op;
    struct series_set set;
    op_init(&op, -1);
    gather(&op,
           "{\"results\":{\"A\":{\"frames\":[{\"schema\":{\"fields\":[{\"name\":\"t\",\"type\":"
           "\"time\"},{\"name\":\"v\","
           "\"type\":\"number\"}]},\"data\":{\"values\":[[0,1],[null,2]],\"entities\":[null,{"
           "\"Inf\":[0]}]}}]},"
           "\"B\":{\"error\":\"bad query\",\"status\":400}}}",
           0, 10, &set);
    assert_true(isinf(set.items[0].max));
    assert_int_equal(set.error_n, 1);
    assert_string_equal(set.errors[0], "bad query");
    op_fini(&op);
}

static void broken_frames_are_left_out(void **state)
{
    (void)state;
    const char *odd[] = {"{}",
                         "[]",
                         "null",
                         "7",
                         "{\"results\":{\"A\":null}}",
                         "{\"results\":{\"A\":{\"frames\":[1,{}]}}}",
                         ("{\"results\":{\"A\":{\"frames\":[{\"schema\":{\"fields\":[{\"type\":"
                          "\"time\"}]},\"data\":{}}]}}}")};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct op op;
        struct series_set set;
        op_init(&op, -1);
        gather(&op, odd[i], 0, 10, &set);
        assert_int_equal(set.n, 0);
        op_fini(&op);
    }
}

static void the_longest_gap_counts_the_edges(void **state)
{
    (void)state;
    struct op op;
    struct series_set set;
    op_init(&op, -1);
    gather(
        &op,
        "[{\"fields\":[{\"name\":\"t\",\"type\":\"time\",\"values\":[300000,360000,420000,480000]},"
        "{\"name\":\"v\",\"type\":\"number\",\"values\":[1,1,1,1]}]}]",
        0, 600000, &set);
    assert_int_equal(set.items[0].missing_longest_ms, 240000);
    assert_true(set.items[0].missing_share > 0.59 && set.items[0].missing_share < 0.61);
    op_fini(&op);
}

static void what_is_stored_reads_back(void **state)
{
    (void)state;
    struct op op;
    struct series_set set, again;
    struct jw w;
    op_init(&op, -1);
    gather(&op,
           "[{\"refId\":\"A\",\"fields\":[{\"name\":\"t\",\"type\":\"time\",\"values\":[1000,0]},{"
           "\"name\":\"=cmd\",\"type\":"
           "\"number\",\"values\":[2,null],\"labels\":{\"b\":\"1\",\"a\":\"2\"}}]}]",
           0, 2000, &set);
    struct str *text = str_new(&op.arena, 100000), *twice = str_new(&op.arena, 100000);
    jw_init(&w, text);
    series_set_print(&set, &w);
    assert_int_equal(series_set_read(&op, str_bytes(text), &again), 0);
    jw_init(&w, twice);
    series_set_print(&again, &w);
    assert_string_equal(twice->p, text->p);
    assert_int_equal(again.items[0].points[0].at_ms, 0); /* sorted */
    struct str *csv = str_new(&op.arena, 10000);
    series_set_print_csv(&again, csv);
    assert_string_equal(csv->p, "\"time\",\"'=cmd{b=\"\"1\"\", a=\"\"2\"\"}\"\r\n"
                                "1970-01-01T00:00:00.000Z,\r\n1970-01-01T00:00:01.000Z,2\r\n");
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_frame_becomes_a_series_a_column),
        cmocka_unit_test(rows_with_texts_become_a_series_a_group),
        cmocka_unit_test(a_table_becomes_a_series_a_cell),
        cmocka_unit_test(infinities_and_errors_are_kept),
        cmocka_unit_test(broken_frames_are_left_out),
        cmocka_unit_test(the_longest_gap_counts_the_edges),
        cmocka_unit_test(what_is_stored_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
