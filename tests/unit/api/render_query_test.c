#include "../test.h"

#include "api/render_query.h"

#include <string.h>

static struct op op;
static const char *language;
static struct render_ask ask;
static const char *clamped;

static const struct api_render_conf conf = {
    .default_format = RENDER_PNG,
    .timeout_ms = 60000,
    .timeout_max_ms = 3600000,
    .width_min_px = 16,
    .height_min_px = 16,
    .width_max_px = 3000,
    .height_max_px = 3000,
    .scale_max = 4,
    .is_landscape = true,
    .timezone = "Asia/Tokyo",
};

/* Stands in for the server's: a request here has one header. */
const char *httpd_header_in(const struct httpd_request *req, const char *name, size_t nth)
{
    (void)req;
    return strcmp(name, "Accept-Language") == 0 && nth == 0 ? language : NULL;
}

static int begin(void **state)
{
    (void)state;
    op_init(&op, -1);
    language = NULL;
    return 0;
}

static int end(void **state)
{
    (void)state;
    op_fini(&op);
    return 0;
}

static const char url[] = "url=http%3A%2F%2Fg%3A3000%2Fd-solo%2Fa%2Fx%3FpanelId%3D1";

static int read_query(const char *query)
{
    struct httpd_request req = {
        .op = &op, .method = "GET", .path = "/render", .raw_query = bytes_of(query)};
    op_clear(&op);
    int failed = render_query_read(&op, &conf, &req, false, &ask, &clamped);
    render_login_fini(&ask.login);
    return failed;
}

static void expect_good(const char *more)
{
    if (read_query(arena_fmt(&op.arena, "%s&%s", url, more)) < 0)
        fail_msg("%s: %s", more, op.err_text);
}

static void expect_refused(const char *more, const char *name)
{
    if (read_query(arena_fmt(&op.arena, "%s&%s", url, more)) == 0)
        fail_msg("%s was taken", more);
    assert_int_equal(op.err, ERR_BAD_INPUT);
    if (!strstr(op.err_text, name))
        fail_msg("%s: \"%s\" does not name %s", more, op.err_text, name);
}

static void nothing_but_a_url_is_enough(void **state)
{
    (void)state;
    expect_good("");
    assert_int_equal(ask.look.width_px, 1000);
    assert_int_equal(ask.look.height_px, 500);
    assert_int_equal(ask.look.format, RENDER_PNG);
    assert_string_equal(ask.look.timezone, "Asia/Tokyo");
    assert_string_equal(ask.look.language, "");
    assert_string_equal(ask.target.panel, "1");
    assert_int_equal(ask.login.kind, RENDER_LOGIN_NONE);
    assert_true(ask.look.paper.is_landscape && ask.look.paper.has_background);
    assert_string_equal(clamped, "");
}

static void a_half_encoded_url_ends_at_the_bare_ampersand(void **state)
{
    (void)state;
    assert_int_equal(
        read_query("url=http://g:3000/d-solo/a/x?panelId=4%26orgId=1%26render=1&width=300"), 0);
    assert_string_equal(ask.target.text, "http://g:3000/d-solo/a/x?panelId=4&orgId=1&render=1");
    assert_int_equal(ask.look.width_px, 300);
    assert_int_equal(read_query("url=http://g/d/a/%E6%9C%8D?q=a%20b+c"),
                     0); /* a plus stays a plus */
    assert_string_equal(ask.target.text, "http://g/d/a/%E6%9C%8D?q=a%20b+c");
}

static void urls_that_are_refused(void **state)
{
    (void)state;
    assert_int_equal(read_query(""), -1);
    assert_string_equal(op.err_text, "missing 'url' query parameter");
    assert_int_equal(read_query("url=http%3A%2F%2F"), -1);
    assert_int_equal(op.err, ERR_BAD_INPUT);
    static const char *const schemes[] = {"file:///etc/passwd", "FILE:///x", "javascript:alert(1)",
                                          "ftp://g/"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        assert_int_equal(read_query(arena_fmt(&op.arena, "url=%s", schemes[i])), -1);
        assert_int_equal(op.err, ERR_FORBIDDEN);
        assert_non_null(strstr(op.err_text, "Forbidden query url protocol"));
    }
}

static void sizes(void **state)
{
    (void)state;
    expect_good("width=1&height=99999");
    assert_int_equal(ask.look.width_px, 16);
    assert_int_equal(ask.look.height_px, 3000);
    assert_string_equal(clamped, "width=16 height=3000");
    expect_good("height=-1&width=-1");
    assert_int_equal(ask.look.height_px, -1);
    assert_int_equal(ask.look.width_px, 1000);
    expect_good("deviceScaleFactor=1.500000");
    assert_true(ask.look.scale > 1.49 && ask.look.scale < 1.51);
    expect_refused("width=0", "'width'");
    expect_refused("height=-2", "'height'");
    expect_refused("width=1e3", "'width'");
    expect_refused("deviceScaleFactor=NaN", "'deviceScaleFactor'");
    expect_refused("deviceScaleFactor=0", "invalid request");
}

static void time_zones_of_grafana_are_inverted(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"UTC-02:00", "Etc/GMT-2"},   {"UTC%2B03:00", "Etc/GMT+3"},
        {"UTC-05:30", "GMT+05:30"},   {"UTC%2B03:30", "GMT-03:30"},
        {"UTC-00:00", "Etc/UTC"},     {"utc", "Etc/UTC"},
        {"browser", "Asia/Tokyo"},    {"Europe/Paris", "Europe/Paris"},
        {"UTC%2B99:00", "UTC+99:00"}, {"UTC-02:00x", "UTC-02:00x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect_good(arena_fmt(&op.arena, "timezone=%s", rows[i][0]));
        assert_string_equal(ask.look.timezone, rows[i][1]);
    }
}

static void timeouts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {{"5", 5000}, {"1m30s", 90000}, {"", 60000}, {"0", 60000}, {"9h", 3600000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *query = arena_fmt(&op.arena, "%s&timeout=%s", url, rows[i].text);
        struct httpd_request req = {.op = &op, .raw_query = bytes_of(query)};
        assert_int_equal(render_query_budget_ms(&conf, &req), rows[i].ms);
    }
    expect_refused("timeout=soon", "'timeout'");
}

static void papers(void **state)
{
    (void)state;
    expect_good("encoding=pdf&pdf.format=LETTER&pdf.landscape=false&pdf.pageRanges=1-3,%205,7-");
    assert_true(ask.look.paper.width_in > 8.4 && ask.look.paper.height_in < 11.1);
    assert_false(ask.look.paper.is_landscape);
    expect_good("pdf.printBackground=no&landscape=yes");
    assert_false(ask.look.paper.is_landscape || ask.look.paper.has_background);
    expect_refused("pdf.format=a9", "pdf.format");
    static const char *const ranges[] = {"0", "5-2", "-", "1,,2", "a", "1-2-3", ","};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        expect_refused(arena_fmt(&op.arena, "pdf.pageRanges=%s", ranges[i]), "pdf.pageRanges");
}

static void languages_are_those_that_a_page_understands(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"zh-CN,zh;q=0.9, en ;q=0.5", "zh-CN,zh,en"}, {"*", ""}, {"*;q=0.5,de", "de"},
        {"xx_YY,!!,zh-Hans-CN", "zh-Hans-CN"},        {"", ""},  {"toolongatag", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        language = rows[i][0];
        expect_good("");
        assert_string_equal(ask.look.language, rows[i][1]);
    }
}

static void a_render_key_needs_its_domain(void **state)
{
    (void)state;
    expect_good("renderKey=k&domain=::1");
    assert_int_equal(ask.login.kind, RENDER_LOGIN_COOKIE);
    assert_string_equal(ask.login.domain, "[::1]");
    assert_true(ask.login.is_drop_in);
    expect_good("renderKey=k");
    assert_int_equal(ask.login.kind, RENDER_LOGIN_NONE);
    expect_refused("renderKey=k&domain=a/b", "'domain'");
}

static void a_repeated_parameter_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"url",      "width",     "timeout",
                                        "encoding", "renderKey", "theme"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        expect_refused(arena_fmt(&op.arena, "%s=1&%s=1", names[i], names[i]), names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_but_a_url_is_enough, begin, end),
        cmocka_unit_test_setup_teardown(a_half_encoded_url_ends_at_the_bare_ampersand, begin, end),
        cmocka_unit_test_setup_teardown(urls_that_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(sizes, begin, end),
        cmocka_unit_test_setup_teardown(time_zones_of_grafana_are_inverted, begin, end),
        cmocka_unit_test_setup_teardown(timeouts, begin, end),
        cmocka_unit_test_setup_teardown(papers, begin, end),
        cmocka_unit_test_setup_teardown(languages_are_those_that_a_page_understands, begin, end),
        cmocka_unit_test_setup_teardown(a_render_key_needs_its_domain, begin, end),
        cmocka_unit_test_setup_teardown(a_repeated_parameter_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
