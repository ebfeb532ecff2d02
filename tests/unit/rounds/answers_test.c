#include "../test.h"

#include "base/json.h"
#include "base/pack.h"
#include "rounds/answers.h"

#include <string.h>

static struct render_frames answer_of(const char *panel, const char *body)
{
    return (struct render_frames){.panel = panel, .datasource = "prom", .request = "SQR101",
                                  .body = bytes_of(body), .status = 200};
}

static const struct jv *unpacked(struct op *op, struct bytes packed)
{
    struct bytes plain;
    assert_int_equal(pack_gunzip(op, packed, 1 << 20, &plain), 0);
    const struct jv *json = jv_parse_quiet(&op->arena, plain);
    assert_non_null(json);
    return json;
}

static void answers_are_kept_word_for_word(void **state)
{
    (void)state;
    struct op op;
    struct bytes plain;
    const char *first = "{\"results\":{\"A\":{\"frames\":[{\"data\":{\"values\":[[1.10]]}}]}}}";
    struct render_frames frames[] = {answer_of("3", first), answer_of("3", "{\"results\":{\"B\":{}}}")};
    struct render_result result = {.frames = frames, .frames_n = 2, .has_all_frames = true};
    op_init(&op, -1);
    struct bytes packed = answers_pack(&op.arena, &result, (bool[]){true, true}, 4096);
    const struct jv *json = unpacked(&op, packed);
    assert_string_equal(jv_text_at(json, "format", ""), "grafana-frames-1");
    assert_string_equal(jv_text_at(json, "note", ""), "complete");
    const struct jv *answers = jv_get(json, "answers");
    assert_int_equal(jv_len(answers), 2);
    assert_string_equal(jv_text_at(jv_item(answers, 0), "panel", ""), "3");
    assert_string_equal(jv_text_at(jv_item(answers, 0), "datasource", ""), "prom");
    assert_non_null(jv_path(jv_item(answers, 1), "answer.results.B"));
    assert_int_equal(pack_gunzip(&op, packed, 1 << 20, &plain), 0);
    assert_true(bytes_find(plain, bytes_of(first)) > 0); /* "1.10", not "1.1" */
    /* Another visit has other request ids; the same data are stored once all the same. */
    frames[0].request = frames[1].request = "SQR999";
    assert_true(bytes_eq(packed, answers_pack(&op.arena, &result, (bool[]){true, true}, 4096)));
    op_fini(&op);
}

static void what_is_too_long_is_left_out_and_said(void **state)
{
    (void)state;
    struct op op;
    struct render_frames frames[] = {answer_of("1", "{\"results\":{\"A\":{\"frames\":[]}}}"),
                                     answer_of("1", "{\"results\":{}}")};
    struct render_result result = {.frames = frames, .frames_n = 2, .has_all_frames = true};
    op_init(&op, -1);
    const struct jv *json =
        unpacked(&op, answers_pack(&op.arena, &result, (bool[]){true, true}, 20));
    assert_string_equal(jv_text_at(json, "note", ""), "bounded");
    assert_int_equal(jv_len(jv_get(json, "answers")), 1);
    assert_int_equal(answers_pack(&op.arena, &result, (bool[]){true, true}, 5).n, 0);
    assert_int_equal(answers_pack(&op.arena, &result, (bool[]){true, true}, 0).n, 0);
    result.has_all_frames = false; /* the page had more than it could keep */
    json = unpacked(&op, answers_pack(&op.arena, &result, (bool[]){true, true}, 4096));
    assert_string_equal(jv_text_at(json, "note", ""), "bounded");
    op_fini(&op);
}

static void what_is_no_json_becomes_a_text(void **state)
{
    (void)state;
    struct op op;
    struct render_frames frames[] = {answer_of("1\"2", "<html>502 \"Bad\" Gateway\n</html>")};
    struct render_result result = {.frames = frames, .frames_n = 1};
    op_init(&op, -1);
    const struct jv *json = unpacked(&op, answers_pack(&op.arena, &result, (bool[]){false}, 4096));
    const struct jv *only = jv_item(jv_get(json, "answers"), 0);
    assert_string_equal(jv_text_at(only, "panel", ""), "1\"2");
    assert_string_equal(jv_text_at(only, "answer", ""), "<html>502 \"Bad\" Gateway\n</html>");
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_kept_word_for_word),
        cmocka_unit_test(what_is_too_long_is_left_out_and_said),
        cmocka_unit_test(what_is_no_json_becomes_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
