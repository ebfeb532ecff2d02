#include "../test.h"

#include "grafana/units.h"

#include <math.h>
#include <string.h>

static void numbers_read_like_the_panel(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *unit, *text;
    } cases[] = {
        {52181000, "", "52,181,000"},
        {52181000, "none", "52,181,000"},
        {52181000, "short", "52.18 Mil"},
        {52181000, "bytes", "49.76 MiB"},
        {52181000, "decbytes", "52.18 MB"},
        {52181000, "no such unit", "52,181,000"},
        {1234567.8, "", "1,234,568"},
        {999, "", "999"},
        {1000, "short", "1 K"},
        {999.99, "short", "1 K"},
        {12.5, "short", "12.5"},
        {-12.5, "short", "-12.5"},
        {-0.0, "", "0"},
        {0, "bytes", "0 B"},
        {0.00032, "", "0.00032"},
        {0.1234567, "", "0.1235"},
        {93.14, "percent", "93.14 %"},
        {0.9314, "percentunit", "93.14 %"},
        {1048576, "bytes", "1 MiB"},
        {2048, "kbytes", "2 MiB"},
        {1500, "ms", "1.5 s"},
        {0.25, "s", "250 ms"},
        {90, "s", "1.5 min"},
        {300, "s", "5 min"},
        {36, "h", "1.5 days"},
        {52181, "reqps", "52.18K req/s"},
        {12.3, "ops", "12.3 ops/s"},
        {52181000, "Bps", "52.18 MB/s"},
        {52181000, "bps", "52.18 Mb/s"},
        {52181000, "binBps", "49.76 MiB/s"},
        {21.5, "celsius", "21.5 °C"},
        {52181000, "currencyCNY", "¥52.18M"},
        {52181, "suffix: 笔", "52,181 笔"},
        {2500, "si:W", "2.5 kW"},
        {NAN, "", "nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text;
        str_init(&text, 200);
        unit_print(&text, cases[i].v, cases[i].unit);
        assert_string_equal(text.p, cases[i].text);
        str_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_read_like_the_panel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
