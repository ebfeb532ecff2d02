#include "../test.h"

#include "base/name.h"
#include "base/yaml.h"

#include <string.h>

static void check(const char *yaml, const char *json)
{
    struct op op;
    struct yaml_doc doc;
    op_init(&op, -1);
    assert_int_equal(yaml_parse(&op, bytes_of(yaml), &doc), 0);
    struct str *out = str_new(&op.arena, 10000);
    jv_print(doc.root, out);
    assert_string_equal(out->p, json);
    op_fini(&op);
}

static void values_become_json(void **state)
{
    (void)state;
    check("", "null");
    check("a: 1\nb: [x, 'y', 2.5, true, ~]\nc:\n  d: \"1\"\n",
          "{\"a\":1,\"b\":[\"x\",\"y\",2.5,true,null],\"c\":{\"d\":\"1\"}}");
    check("mode: 010\nother: 0o17\nyes: yes\n",
          "{\"mode\":\"010\",\"other\":\"0o17\",\"yes\":\"yes\"}");
    check("{\"json\": [1, {\"too\": null}]}", "{\"json\":[1,{\"too\":null}]}");
    check("list:\n  - {a: 1}\n  - {a: 2}\n", "{\"list\":[{\"a\":1},{\"a\":2}]}");
}

static void refused(const char *yaml, const char *message)
{
    struct op op;
    struct yaml_doc doc;
    op_init(&op, -1);
    assert_int_equal(yaml_parse(&op, bytes_of(yaml), &doc), -1);
    assert_int_equal(op.err, ERR_BAD_INPUT);
    assert_non_null(strstr(op.err_text, message));
    op_fini(&op);
}

static void what_is_ambiguous_is_refused(void **state)
{
    (void)state;
    refused("a: &x 1\nb: *x\n", "line 2, column 4: aliases");
    refused("a: 1\na: 2\n", "line 2, column 1: a is given twice");
    refused("a: !!str 1\n", "tags");
    refused("--- 1\n--- 2\n", "one document");
    refused("a: [1\n", "line");
    refused("a: \xff\n", "UTF-8");
}

static void places_are_found_again(void **state)
{
    (void)state;
    struct op op;
    struct yaml_doc doc;
    int column;
    op_init(&op, -1);
    assert_int_equal(yaml_parse(&op, BYTES("plans:\n  - name: a\n    windows:\n      - from: 1\n"), &doc), 0);
    assert_int_equal(yaml_line(&doc, "plans[0].windows[0].from", &column), 4);
    assert_int_equal(column, 15);
    assert_int_equal(yaml_line(&doc, "plans[0].windows[0].missing", NULL), 4);
    assert_int_equal(yaml_line(&doc, "plans[0].name", NULL), 2);
    op_fini(&op);
}

static void the_nearest_name_is_suggested(void **state)
{
    (void)state;
    const char *const names[] = {"listen", "browser.path", "log.level"};
    assert_string_equal(name_nearest("lisen", names, 3), "listen");
    assert_string_equal(name_nearest("log.levle", names, 3), "log.level");
    assert_null(name_nearest("completely-different", names, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_json),
        cmocka_unit_test(what_is_ambiguous_is_refused),
        cmocka_unit_test(places_are_found_again),
        cmocka_unit_test(the_nearest_name_is_suggested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
