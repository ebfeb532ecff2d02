#include "../test.h"

#include "base/json.h"

static void reading_is_strict(void **state)
{
    (void)state;
    const char *bad[] = {"", "{", "{\"a\":1,\"a\":2}", "[1] x", "\"\xff\"", "nul", "{\"a\":01}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct op op;
        const struct jv *v;
        op_init(&op, -1);
        assert_int_equal(jv_parse(&op, bytes_of(bad[i]), &v), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        op_fini(&op);
    }
}

static void a_million_brackets_are_refused(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    struct str *deep = str_new(&op.arena, 2000000);
    for (int i = 0; i < 1000000; i++)
        str_addc(deep, '[');
    const struct jv *v;
    assert_int_equal(jv_parse(&op, str_bytes(deep), &v), -1);
    op_fini(&op);
}

static void missing_members_answer_the_fallback(void **state)
{
    (void)state;
    struct op op;
    const struct jv *v;
    op_init(&op, -1);
    assert_int_equal(jv_parse(&op, BYTES("{\"a\":{\"b\":[1,2.5,\"x\"]},\"n\":null}"), &v), 0);
    assert_int_equal(jv_int(jv_item(jv_path(v, "a.b"), 0), 9), 1);
    assert_true(jv_num(jv_item(jv_path(v, "a.b"), 1), 9) == 2.5);
    assert_string_equal(jv_text(jv_item(jv_path(v, "a.b"), 2), "-"), "x");
    assert_int_equal(jv_int(jv_path(v, "a.zzz.b"), 9), 9);
    assert_true(jv_is_null(jv_get(v, "n")) && jv_is_null(jv_get(v, "gone")));
    assert_string_equal(jv_kind(jv_get(v, "gone")), "missing");
    op_fini(&op);
}

static void the_writer_puts_commas_and_escapes(void **state)
{
    (void)state;
    struct str s;
    struct jw w;
    str_init(&s, 10000);
    jw_init(&w, &s);
    jw_object(&w);
    jw_text_at(&w, "t", "a\"\\\n\x01\xff巡");
    jw_array_at(&w, "l");
    jw_int(&w, -1);
    jw_num(&w, 0.1);
    jw_bool(&w, true);
    jw_text(&w, NULL);
    jw_array(&w);
    jw_end(&w);
    jw_end(&w);
    jw_num_at(&w, "nan", 0.0 / 0.0);
    jw_end(&w);
    assert_string_equal(s.p, "{\"t\":\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd巡\","
                             "\"l\":[-1,0.1,true,null,[]],\"nan\":null}");
    str_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_is_strict),
        cmocka_unit_test(a_million_brackets_are_refused),
        cmocka_unit_test(missing_members_answer_the_fallback),
        cmocka_unit_test(the_writer_puts_commas_and_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
