#include "fixture.h"

static const char *word_of(struct op *op, const char *text, size_t max)
{
    struct str *out = str_new(&op->arena, 1000);
    str_adds(out, "x/");
    shape_file_word(text, max, out);
    return out->p + 2;
}

static void names_of_files_cannot_leave_their_folder(void **state)
{
    static const struct {
        const char *text, *word;
    } rows[] = {
        {"CPU usage (5 min)", "CPU-usage-5-min"},
        {"../../etc/passwd", "etc-passwd"},
        {"..", "_"},
        {"", "_"},
        {".hidden", "hidden"},
        {"a/b\\c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j"},
        {"网关 / CPU 使用率", "网关-CPU-使用率"},
        {"C:\\Windows\\..\\x", "C-Windows-..-x"},
        {"a\nb\tc\x7f", "a-b-c"},
        {"bad\xff\xfe", "bad"},
        {"right\xe2\x80\xaeleft", "right-left"},
        {"／etc／passwd", "etc-passwd"},
        {"trailing...", "trailing"},
        {"name.", "name"},
    };
    struct op op;
    op_init(&op, -1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(word_of(&op, rows[i].text, 60), rows[i].word);
    op_fini(&op);
}

static void long_names_are_cut_between_characters(void **state)
{
    struct op op;
    op_init(&op, -1);
    const char *word = word_of(&op, "使用率使用率使用率", 10);
    assert_string_equal(word, "使用率");
    op_fini(&op);
}

static void attention_puts_the_worst_first(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_EN);
    const struct store_shot **list = shape_by_attention(&f.op, &f.report);
    assert_int_equal(shape_mark_of(list[0]), MARK_ABNORMAL);
    assert_int_equal(shape_mark_of(list[1]), MARK_FAILED);
    assert_int_equal(shape_mark_of(list[2]), MARK_UNDECIDED);
    assert_int_equal(list[2]->pos, 3);
    assert_int_equal(shape_mark_of(list[FIXTURE_SHOTS - 1]), MARK_NORMAL);
    fixture_fini(&f);
}

static void variables_read_like_words(void **state)
{
    struct op op;
    op_init(&op, -1);
    assert_string_equal(shape_vars(&op, "{\"host\":[\"a\",\"b\"],\"zone\":\"cn\"}"),
                        "host=a, b; zone=cn");
    assert_string_equal(shape_vars(&op, "{}"), "");
    assert_string_equal(shape_vars(&op, ""), "");
    op_fini(&op);
}

static void every_word_has_both_languages(void **state)
{
    for (int i = 0; i < WORD_COUNT; i++) {
        assert_true(words_say(REPORT_EN, (enum word)i)[0]);
        assert_true(words_say(REPORT_ZH_CN, (enum word)i)[0]);
    }
    assert_int_equal(report_lang_of("zh-TW"), REPORT_ZH_CN);
    assert_int_equal(report_lang_of("fr"), REPORT_EN);
    assert_int_equal(report_lang_of(NULL), REPORT_EN);
}

static void the_file_s_name_tells_plan_and_moment(void **state)
{
    struct fixture f;
    fixture_init(&f, REPORT_EN);
    assert_string_equal(report_file_name(&f.op, &f.report, "zip"),
                        "核心交易-早巡检-2026-11-23-08-30.zip");
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_files_cannot_leave_their_folder),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(attention_puts_the_worst_first),
        cmocka_unit_test(variables_read_like_words),
        cmocka_unit_test(every_word_has_both_languages),
        cmocka_unit_test(the_file_s_name_tells_plan_and_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
