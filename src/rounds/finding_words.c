/* Findings in words, English and Chinese. Pure; any thread.
 *
 * The record keeps evidence; words are made when somebody reads, so that a better wording, or a new
 * language, also serves what was found years ago.
 */
#include "rounds/judge.h"

#include "grafana/units.h"

#include <string.h>

struct saying {
    struct str *out;
    const struct jv *evidence;
    bool is_zh;
};

static void say(const struct saying *s, const char *en, const char *zh)
{
    str_adds(s->out, s->is_zh ? zh : en);
}

static const char *text_of(const struct saying *s, const char *key)
{
    return jv_text_at(s->evidence, key, "");
}

static void say_stat(const struct saying *s, const char *stat)
{
    static const char *const words[][3] = {{"last", "last value", "最新值"},
                                           {"min", "minimum", "最小值"},
                                           {"max", "maximum", "最大值"},
                                           {"mean", "mean", "平均值"},
                                           {"missing", "missing share", "缺失比例"},
                                           {"missing_longest", "longest gap", "最长缺口"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(stat, words[i][0]) == 0)
            say(s, words[i][1], words[i][2]);
}

static void say_value(const struct saying *s, const char *key)
{
    double v = jv_num_at(s->evidence, key, 0);
    const char *stat = text_of(s, "stat");
    if (strcmp(stat, "missing") == 0)
        unit_print(s->out, v, "percentunit");
    else if (strcmp(stat, "missing_longest") == 0)
        unit_print(s->out, v, "s");
    else
        unit_print(s->out, v, text_of(s, "unit"));
}

static void say_series(const struct saying *s)
{
    const char *series = text_of(s, "series");
    if (*series && strcmp(series, "*") != 0)
        str_addf(s->out, "%s: ", series);
    say_stat(s, text_of(s, "stat"));
    str_addc(s->out, ' ');
}

static void say_threshold(const struct saying *s)
{
    bool is_above = strcmp(text_of(s, "side"), "above") == 0;
    say_series(s);
    say_value(s, "value");
    say(s, is_above ? " is at or above the panel's threshold " : " is below the panel's threshold ",
        is_above ? " 达到或超过面板阈值 " : " 低于面板阈值 ");
    say_value(s, "limit");
}

static void say_rule(const struct saying *s)
{
    const char *op = text_of(s, "op"), *text = text_of(s, "text");
    if (*text)
        str_addf(s->out, "%s (", text);
    say_series(s);
    say_value(s, "value");
    if (strcmp(op, "sigma") == 0) {
        say(s, ", usually ", ", 通常为 ");
        say_value(s, "mean");
        str_adds(s->out, " ± ");
        say_value(s, "deviation");
        str_addf(s->out, " (> %.3gσ)", jv_num_at(s->evidence, "limit", 0));
    } else if (strcmp(op, "change") == 0) {
        say(s, ", was ", ", 参照为 ");
        say_value(s, "was");
    } else {
        str_addf(s->out, " %s ", op);
        say_value(s, "limit");
    }
    if (*text)
        str_addc(s->out, ')');
}

static void say_outcome(const struct saying *s)
{
    static const char *const words[][3] = {
        {"loading", "was still loading", "仍在加载"},
        {"plugin_missing", "the panel's plugin is not installed", "面板插件未安装"},
        {"panel_missing", "there is no such panel", "面板不存在"},
        {"dashboard_missing", "there is no such dashboard, or it is not visible to this source",
         "仪表板不存在或无权查看"},
        {"login", "Grafana did not accept the credential", "Grafana 不接受该凭据"},
        {"timeout", "the time ran out", "超时"},
        {"hidden", "the panel is hidden", "面板被隐藏"},
        {"browser", "the browser failed", "浏览器故障"},
        {"storage", "the archive could not keep the picture", "存档无法保存截图"},
        {"target", "Grafana did not answer properly", "Grafana 应答异常"}};
    const char *outcome = text_of(s, "outcome"), *message = text_of(s, "message");
    say(s, "not rendered: ", "未能截图: ");
    size_t before = s->out->n;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(outcome, words[i][0]) == 0)
            say(s, words[i][1], words[i][2]);
    if (s->out->n == before)
        str_adds(s->out, outcome);
    if (*message)
        str_addf(s->out, " (%.300s)", message);
}

static void say_list(const struct saying *s, const char *key, const char *count)
{
    const struct jv *list = jv_get(s->evidence, key);
    for (size_t i = 0; i < jv_len(list); i++)
        str_addf(s->out, "%s%s", i ? (s->is_zh ? "、" : ", ") : "", jv_text(jv_item(list, i), ""));
    if (jv_int_at(s->evidence, count, 0) > (int64_t)jv_len(list))
        str_adds(s->out, " …");
}

static void say_set(const struct saying *s)
{
    int64_t added = jv_int_at(s->evidence, "added_n", 0),
            gone = jv_int_at(s->evidence, "gone_n", 0);
    if (gone) {
        str_addf(s->out, s->is_zh ? "少了 %lld 条曲线: " : "%lld series gone: ", (long long)gone);
        say_list(s, "gone", "gone_n");
    }
    if (added) {
        str_addf(s->out,
                 s->is_zh ? "%s多了 %lld 条曲线: " : "%s%lld new series: ", gone ? "; " : "",
                 (long long)added);
        say_list(s, "added", "added_n");
    }
}

static void say_changed(const struct saying *s)
{
    say_series(s);
    say_value(s, "was");
    str_adds(s->out, " → ");
    say_value(s, "value");
    say(s, " against the reference", " (与参照相比)");
}

static void say_range(struct saying *s)
{
    const char *own = text_of(s, "time_from");
    if (*own)
        str_addf(s->out,
                 s->is_zh ? "该面板自带时间范围 %s, 不随时间窗变化"
                          : "the panel has its own range (%s) and ignores the window",
                 own);
    else
        say(s, "the panel shows a range of its own, not the window's",
            "该面板显示的是自己的时间范围, 不是时间窗的");
}

void finding_words(const char *kind, const struct jv *evidence, enum judge_language language,
                   struct str *out)
{
    struct saying s = {.out = out, .evidence = evidence, .is_zh = language == JUDGE_ZH};
    if (strcmp(kind, "not_rendered") == 0) {
        say_outcome(&s);
    } else if (strcmp(kind, "no_data") == 0) {
        say(&s, "no data", "无数据");
    } else if (strcmp(kind, "query_error") == 0) {
        say(&s, "query error", "查询出错");
        if (*text_of(&s, "message"))
            str_addf(out, ": %.300s", text_of(&s, "message"));
    } else if (strcmp(kind, "threshold") == 0) {
        say_threshold(&s);
    } else if (strcmp(kind, "rule") == 0) {
        say_rule(&s);
    } else if (strcmp(kind, "series_changed") == 0) {
        say_set(&s);
    } else if (strcmp(kind, "data_changed") == 0) {
        say_changed(&s);
    } else if (strcmp(kind, "pixels_changed") == 0) {
        str_addf(out, s.is_zh ? "画面有 %.1f %% 的像素不同" : "%.1f %% of the picture differs",
                 jv_num_at(evidence, "share", 0) * 100);
    } else if (strcmp(kind, "range_ignored") == 0) {
        say_range(&s);
    } else {
        str_adds(out, kind);
    }
}

void finding_print(struct arena *arena, const struct jv *stored, struct jw *w)
{
    static const char *const severities[] = {"info", "info", "warn", "alert"};
    const char *kind = jv_text_at(stored, "kind", "");
    const struct jv *evidence = jv_get(stored, "evidence");
    int64_t weight = jv_int_at(stored, "weight", JUDGE_INFO);
    struct str *zh = str_new(arena, 4000), *en = str_new(arena, 4000);
    finding_words(kind, evidence, JUDGE_ZH, zh);
    finding_words(kind, evidence, JUDGE_EN, en);
    jw_object(w);
    jw_text_at(w, "kind", kind);
    jw_text_at(w, "severity", severities[weight >= 1 && weight <= 3 ? weight : 0]);
    jw_object_at(w, "text");
    jw_text_at(w, "zh-CN", zh->p);
    jw_text_at(w, "en", en->p);
    jw_end(w);
    jw_key(w, "evidence");
    if (jv_is_object(evidence)) {
        jw_value(w, evidence);
    } else {
        jw_object(w);
        jw_end(w);
    }
    jw_end(w);
}
