#include "../test.h"

#include "base/metric.h"

#include <stdio.h>
#include <string.h>

static struct metric renders = METRIC_COUNTER("t_renders_total", "outcome", "Renders.");
static struct metric times = METRIC_HISTOGRAM("t_seconds", NULL, "Time.");

static void printed_in_prometheus_form(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 100000);
    metric_register(&renders);
    metric_register(&renders);
    metric_register(&times);
    metric_inc(&renders, "ok");
    metric_add(&renders, "a\"b", 2);
    metric_observe(&times, NULL, 0.03);
    metric_print(&s);
    assert_non_null(strstr(s.p, "# TYPE t_renders_total counter\n"));
    assert_non_null(strstr(s.p, "t_renders_total{outcome=\"ok\"} 1\n"));
    assert_non_null(strstr(s.p, "t_renders_total{outcome=\"a\\\"b\"} 2\n"));
    assert_non_null(strstr(s.p, "t_seconds_bucket{le=\"0.025\"} 0\n"));
    assert_non_null(strstr(s.p, "t_seconds_bucket{le=\"0.05\"} 1\n"));
    assert_non_null(strstr(s.p, "t_seconds_count 1\n"));
    str_fini(&s);
}

static void too_many_values_count_as_other(void **state)
{
    (void)state;
    static struct metric many = METRIC_COUNTER("t_many_total", "x", "Many.");
    for (int i = 0; i < 100; i++) {
        char label[16];
        snprintf(label, sizeof label, "v%d", i);
        metric_inc(&many, label);
    }
    assert_true(metric_get(&many, "other") > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printed_in_prometheus_form),
        cmocka_unit_test(too_many_values_count_as_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
