#include "../test.h"

#include "base/url.h"

static void check(const char *text, const char *origin, const char *path, const char *query)
{
    struct op op;
    struct url url;
    op_init(&op, -1);
    assert_int_equal(url_parse(&op, bytes_of(text), &url), 0);
    assert_string_equal(url_origin(&op.arena, &url), origin);
    assert_string_equal(url.path, path);
    assert_string_equal(url.query, query);
    op_fini(&op);
}

static void good_urls(void **state)
{
    (void)state;
    check("http://Grafana:3000/d/x?a=1&a=2#f", "http://grafana:3000", "/d/x", "a=1&a=2");
    check("HTTPS://g.example:443", "https://g.example", "/", "");
    check("http://[::1]:3000/d", "http://[::1]:3000", "/d", "");
    check("http://g?x=%2F", "http://g", "/", "x=%2F");
}

static void bad_urls(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
    } rows[] = {
        {"", ERR_BAD_INPUT},
        {"grafana/d/x", ERR_BAD_INPUT},
        {"file:///etc/passwd", ERR_FORBIDDEN},
        {"javascript:alert(1)", ERR_FORBIDDEN},
        {"http://user:pw@g/", ERR_FORBIDDEN},
        {"http://", ERR_BAD_INPUT},
        {"http:/g", ERR_BAD_INPUT},
        {"http://g:0/", ERR_BAD_INPUT},
        {"http://g:99999/", ERR_BAD_INPUT},
        {"http://[::1/", ERR_BAD_INPUT},
        {"http://g/a b", ERR_BAD_INPUT},
        {"http://g\\@evil/", ERR_BAD_INPUT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct op op;
        struct url url;
        op_init(&op, -1);
        assert_int_equal(url_parse(&op, bytes_of(rows[i].text), &url), -1);
        assert_int_equal(op.err, rows[i].err);
        op_fini(&op);
    }
}

static void queries(void **state)
{
    (void)state;
    struct op op;
    struct url_pair *pairs;
    size_t n;
    op_init(&op, -1);
    assert_int_equal(url_query(&op, BYTES("a=1+2&b=%E5%B7%A1&&c&a=3"), &pairs, &n), 0);
    assert_int_equal(n, 4);
    assert_string_equal(url_pair_find(pairs, n, "a"), "1 2");
    assert_string_equal(url_pair_find(pairs, n, "b"), "巡");
    assert_string_equal(url_pair_find(pairs, n, "c"), "");
    assert_null(url_pair_find(pairs, n, "zz"));
    assert_int_equal(url_query(&op, BYTES("a=%zz"), &pairs, &n), -1);
    op_clear(&op);
    assert_int_equal(url_query(&op, BYTES("a=%00"), &pairs, &n), -1);
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_urls),
        cmocka_unit_test(bad_urls),
        cmocka_unit_test(queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
