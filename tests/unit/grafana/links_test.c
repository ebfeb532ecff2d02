#include "../test.h"

#include "grafana/links.h"

#include <string.h>

static void a_panel_alone(void **state)
{
    (void)state;
    struct op op;
    const struct jv *vars;
    op_init(&op, -1);
    assert_int_equal(jv_parse(&op, BYTES("{\"host\":[\"a b\",\"c&d\"],\"dc\":\"北京\"}"), &vars),
                     0);
    struct link_ask ask = {.base_url = "https://g.example/sub",
                           .org_id = 2,
                           .uid = "u/1",
                           .panel = "7",
                           .from_ms = 1000,
                           .to_ms = 2000,
                           .vars = vars,
                           .theme = "dark",
                           .timezone = "Asia/Shanghai"};
    assert_string_equal(
        link_solo(&op.arena, &ask),
        "https://g.example/sub/d-solo/u%2F1/_?orgId=2&panelId=7&from=1000&to=2000"
        "&timezone=Asia%2FShanghai&var-host=a%20b&var-host=c%26d&var-dc=%E5%8C%97%E4%BA%AC"
        "&theme=dark&refresh=");
    op_fini(&op);
}

static void a_whole_dashboard_and_the_live_page(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct link_ask ask = {
        .base_url = "http://g", .uid = "u", .slug = "name", .from_ms = 1, .to_ms = 2};
    const char *page = link_dashboard(&op.arena, &ask);
    assert_int_equal(strncmp(page, "http://g/d/u/name?from=1&to=2&", 30), 0);
    assert_true(bytes_has_suffix(bytes_of(page), BYTES("&kiosk")));
    ask.panel = "3";
    assert_string_equal(link_live(&op.arena, &ask), "http://g/d/u/name?viewPanel=3&from=1&to=2");
    op_fini(&op);
}

static void base_addresses_become_canonical(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {" https://G.Example:443/sub// ", "https://g.example/sub"},
        {"http://g:3000", "http://g:3000"},
        {"http://[::1]:3000/", "http://[::1]:3000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct op op;
        const char *base;
        op_init(&op, -1);
        assert_int_equal(link_base(&op, bytes_of(rows[i][0]), &base), 0);
        assert_string_equal(base, rows[i][1]);
        op_fini(&op);
    }
    const char *bad[] = {"",
                         "ftp://x",
                         "https://u:p@g/",
                         "http://g/?a=1",
                         "http://g/#x",
                         "http://g/a/../b",
                         "file:///etc/passwd",
                         "g.example"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct op op;
        const char *base;
        op_init(&op, -1);
        assert_int_equal(link_base(&op, bytes_of(bad[i]), &base), -1);
        op_fini(&op);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_panel_alone),
        cmocka_unit_test(a_whole_dashboard_and_the_live_page),
        cmocka_unit_test(base_addresses_become_canonical),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
