#include "../fetch/origin.h"

#include "grafana/check.h"

#include <string.h>

#define JSON(status, body)                                                                         \
    "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" body

struct fixture {
    struct op op;
    struct origin origin;
    struct grafana_credential credential;
    struct grafana *grafana;
};

static void open_with(struct fixture *f, const struct origin_reply *replies, size_t n)
{
    *f = (struct fixture){.credential = {.kind = GRAFANA_TOKEN}};
    op_init(&f->op, 60000);
    secret_set(&f->credential.secret, BYTES("glsa_1"));
    origin_start(&f->origin, replies, n);
    struct grafana_site site = {
        .base_url = f->origin.url, .org_id = 7, .credential = &f->credential};
    assert_int_equal(grafana_open(&f->op, &site, &f->grafana), 0);
}

static void close_all(struct fixture *f)
{
    grafana_close(f->grafana);
    origin_stop(&f->origin);
    secret_fini(&f->credential.secret);
    op_fini(&f->op);
}
#define OPEN(f, replies) open_with(f, replies, sizeof replies / sizeof *replies)

static void requests_carry_token_and_organisation(void **state)
{
    (void)state;
    struct fixture f;
    struct grafana_answer answer;
    const struct origin_reply replies[] = {{JSON("200 OK", "{\"id\":7,\"name\":\"Main\"}"), false}};
    OPEN(&f, replies);
    assert_int_equal(grafana_get(&f.op, f.grafana, "/api/org", GRAFANA_JSON, &answer), 0);
    assert_string_equal(jv_text_at(answer.json, "name", ""), "Main");
    assert_non_null(strstr(f.origin.requests[0], "GET /api/org HTTP/1.1"));
    assert_non_null(strstr(f.origin.requests[0], "Authorization: Bearer glsa_1\r\n"));
    assert_non_null(strstr(f.origin.requests[0], "X-Grafana-Org-Id: 7\r\n"));
    close_all(&f);
}

static void too_many_requests_are_asked_again_as_told(void **state)
{
    (void)state;
    struct fixture f;
    struct grafana_answer answer;
    const struct origin_reply replies[] = {
        {"HTTP/1.1 429 X\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
         false},
        {JSON("200 OK", "{\"id\":1,\"name\":\"x\"}"), false}};
    OPEN(&f, replies);
    assert_int_equal(grafana_get(&f.op, f.grafana, "/api/org", GRAFANA_JSON, &answer), 0);
    assert_int_equal(f.origin.request_n, 2);
    close_all(&f);
}

static void refusals_say_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        enum err err;
        const char *text;
    } rows[] = {
        {JSON("401 X", "{\"message\":\"Invalid API key\"}"), ERR_TARGET_LOGIN,
         "service account token"},
        {JSON("403 X", "{\"message\":\"denied\"}"), ERR_TARGET_MISSING, "the right to read"},
        {JSON("404 X", "{\"message\":\"Not found\"}"), ERR_TARGET_MISSING, "404"},
        {JSON("500 X", "{\"message\":\"boom\"}"), ERR_TARGET, "boom"},
        {"HTTP/1.1 302 X\r\nLocation: /login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
         ERR_TARGET, "/login"},
        {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>",
         ERR_TARGET, "text/html"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture f;
        struct grafana_answer answer;
        const struct origin_reply replies[] = {{rows[i].reply, false}};
        OPEN(&f, replies);
        assert_int_equal(grafana_get(&f.op, f.grafana, "/api/org", GRAFANA_JSON, &answer), -1);
        assert_int_equal(f.op.err, rows[i].err);
        assert_non_null(strstr(f.op.err_text, rows[i].text));
        assert_null(strstr(f.op.err_text, "glsa_1"));
        close_all(&f);
    }
}

static void pages_are_asked_for_until_one_is_short(void **state)
{
    (void)state;
    struct fixture f;
    struct grafana_hit *hits;
    size_t n;
    bool has_more;
    const struct origin_reply replies[] = {
        {JSON("200 OK",
              "[{\"uid\":\"a\",\"title\":\"A\"},{\"uid\":\"b\",\"title\":\"B\",\"tags\":[\"x\"]}]"),
         false},
        {JSON("200 OK", "[{\"uid\":\"c\",\"title\":\"C\",\"folderUid\":\"f\"}]"), false}};
    struct grafana_search ask = {.limit = 2, .tag = "a&b"};
    OPEN(&f, replies);
    assert_int_equal(grafana_find_dashboards(&f.op, f.grafana, &ask, &hits, &n, &has_more), 0);
    assert_int_equal(n, 3);
    assert_false(has_more);
    assert_string_equal(hits[1].tags[0], "x");
    assert_string_equal(hits[2].folder_uid, "f");
    assert_non_null(strstr(f.origin.requests[0], "tag=a%26b"));
    assert_non_null(strstr(f.origin.requests[1], "page=2"));
    close_all(&f);
}

static void an_old_grafana_answers_the_classic_way(void **state)
{
    (void)state;
    struct fixture f;
    struct dashboard dashboard;
    const struct origin_reply replies[] = {
        {JSON("404 X", "{}"), false},
        {JSON("200 OK", "{\"meta\":{},\"dashboard\":{\"uid\":\"u\",\"title\":\"T\",\"panels\":[{"
                        "\"id\":1,\"libraryPanel\":"
                        "{\"uid\":\"lib\",\"name\":\"Shared\"}}]}}"),
         false},
        {JSON("200 OK", "{\"result\":{\"model\":{\"type\":\"stat\",\"title\":\"S\"}}}"), false}};
    OPEN(&f, replies);
    assert_int_equal(grafana_find_dashboard(&f.op, f.grafana, "u", &dashboard), 0);
    assert_string_equal(dashboard.panels[0].type, "stat");
    assert_non_null(strstr(f.origin.requests[1], "GET /api/dashboards/uid/u "));
    assert_non_null(strstr(f.origin.requests[2], "GET /api/library-elements/lib "));
    close_all(&f);
}

static void a_new_grafana_answers_in_the_second_schema(void **state)
{
    (void)state;
    struct fixture f;
    struct dashboard dashboard;
    const struct origin_reply replies[] = {
        {JSON("200 OK", "{\"versions\":[{\"version\":\"v1\"},{\"version\":\"v2\"}]}"), false},
        {JSON("200 OK", "{\"namespace\":\"org-7\",\"buildInfo\":{\"version\":\"13\"}}"), false},
        {JSON("200 OK", "{\"metadata\":{\"name\":\"u\",\"generation\":4,\"annotations\":{\"grafana."
                        "app/folder\":\"f\"}},"
                        "\"spec\":{\"title\":\"T\",\"elements\":{\"panel-1\":{\"kind\":\"Panel\","
                        "\"spec\":{\"id\":1,\"title\":\"P\"}}},"
                        "\"layout\":{\"kind\":\"GridLayout\",\"spec\":{\"items\":[{\"kind\":"
                        "\"GridLayoutItem\",\"spec\":{\"element\":"
                        "{\"name\":\"panel-1\"}}}]}}}}"),
         false},
        {JSON("200 OK", "{\"title\":\"Folder\"}"), false}};
    OPEN(&f, replies);
    assert_int_equal(grafana_find_dashboard(&f.op, f.grafana, "u", &dashboard), 0);
    assert_string_equal(dashboard.schema, "v2");
    assert_string_equal(dashboard.folder_title, "Folder");
    assert_int_equal(dashboard.panel_n, 1);
    assert_non_null(strstr(f.origin.requests[2],
                           "/apis/dashboard.grafana.app/v2/namespaces/org-7/dashboards/u "));
    close_all(&f);
}

static void a_server_that_is_not_there_fails_the_first_hop(void **state)
{
    (void)state;
    struct op op;
    struct grafana *grafana;
    struct grafana_check check;
    struct grafana_credential none = {.kind = GRAFANA_ANONYMOUS};
    struct grafana_site site = {.base_url = "http://127.0.0.1:1", .credential = &none};
    op_init(&op, 60000);
    assert_int_equal(grafana_open(&op, &site, &grafana), 0);
    assert_int_equal(grafana_check(&op, grafana, &check), 0);
    assert_false(check.is_ok);
    assert_string_equal(check.hops[0].id, "reach");
    assert_int_equal(check.hops[0].state, HOP_FAIL);
    assert_true(*check.hops[0].mend.zh != 0);
    for (size_t i = 1; i < check.hop_n; i++)
        assert_int_equal(check.hops[i].state, HOP_SKIP);
    grafana_close(grafana);
    op_fini(&op);
}

static void metadata_services_are_no_grafana(void **state)
{
    static const char *const urls[] = {"http://169.254.169.254", "http://100.100.100.200",
                                       "http://[::ffff:169.254.169.254]", "http://2852039166"};
    struct grafana_credential token = {.kind = GRAFANA_TOKEN};
    (void)state;
    secret_set(&token.secret, BYTES("glsa_1"));
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct op op;
        struct grafana *grafana;
        struct grafana_answer answer;
        struct grafana_site site = {.base_url = urls[i], .credential = &token};
        op_init(&op, 500);
        assert_int_equal(grafana_open(&op, &site, &grafana), 0);
        assert_int_equal(grafana_get(&op, grafana, "/api/org", GRAFANA_JSON, &answer), -1);
        assert_int_equal(op.err, ERR_FORBIDDEN);
        grafana_close(grafana);
        op_fini(&op);
    }
    secret_fini(&token.secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_carry_token_and_organisation),
        cmocka_unit_test(too_many_requests_are_asked_again_as_told),
        cmocka_unit_test(refusals_say_what_to_do),
        cmocka_unit_test(pages_are_asked_for_until_one_is_short),
        cmocka_unit_test(an_old_grafana_answers_the_classic_way),
        cmocka_unit_test(a_new_grafana_answers_in_the_second_schema),
        cmocka_unit_test(a_server_that_is_not_there_fails_the_first_hop),
        cmocka_unit_test(metadata_services_are_no_grafana),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
