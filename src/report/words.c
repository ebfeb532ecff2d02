/* The words of reports: a table of rows {中文, English}. To add a word: a name in words.h, a row
 * here; a missing row fails the unit test. Product words follow the fixed vocabulary (docs/map.md).
 * Pure.
 */
#include "report/words.h"

#include "base/assert.h"

#include <string.h>

static const char *const words[WORD_COUNT][2] = {
    [WORD_REPORT] = {"巡检报告", "Round report"},
    [WORD_PLAN] = {"巡检计划", "Plan"},
    [WORD_MOMENT] = {"巡检时刻", "Moment"},
    [WORD_STARTED] = {"开始", "Started"},
    [WORD_FINISHED] = {"截图完成", "Pictures finished"},
    [WORD_TRIGGER] = {"触发方式", "Started by"},
    [WORD_STATE] = {"状态", "State"},
    [WORD_ZONE] = {"时区", "Time zone"},
    [WORD_DUE] = {"应签核于", "Sign-off due"},
    [WORD_LATE] = {"补跑(错过原定时刻)", "late (its moment was missed)"},
    [WORD_VERSION] = {"计划版本", "Plan version"},
    [WORD_MADE] = {"报告生成于", "Report made"},
    [WORD_MADE_BY] = {"生成人", "Made by"},
    [WORD_ROUND] = {"巡检编号", "Round"},
    [WORD_BY_SCHEDULE] = {"按计划", "schedule"},
    [WORD_BY_HAND] = {"人工", "hand"},
    [WORD_BY_API] = {"API", "API"},
    [WORD_STATE_PREPARING] = {"准备中", "preparing"},
    [WORD_STATE_RUNNING] = {"截图中", "running"},
    [WORD_STATE_REVIEW] = {"待签核", "awaiting sign-off"},
    [WORD_STATE_SIGNED] = {"已签核", "signed off"},
    [WORD_STATE_CANCELLED] = {"已取消", "cancelled"},
    [WORD_STATE_FAILED] = {"未能执行", "could not be run"},
    [WORD_SUMMARY] = {"概要", "Summary"},
    [WORD_SHOTS] = {"截图", "Shots"},
    [WORD_TOTAL] = {"总数", "Total"},
    [WORD_NORMAL] = {"正常", "Normal"},
    [WORD_ABNORMAL] = {"异常", "Abnormal"},
    [WORD_NOT_APPLICABLE] = {"不适用", "Not applicable"},
    [WORD_UNDECIDED] = {"待判定", "Undecided"},
    [WORD_FAILED] = {"截图失败", "Failed"},
    [WORD_CHANGED] = {"有变化", "Changed"},
    [WORD_WAITING] = {"未截图", "Not taken yet"},
    [WORD_CANCELLED] = {"已取消", "Cancelled"},
    [WORD_WITHDRAWN] = {"撤回结论", "Withdrawn"},
    [WORD_COMMENT_ONLY] = {"意见", "Comment"},
    [WORD_ATTENTION] = {"需要关注", "What needs attention"},
    [WORD_NO_ATTENTION] = {"没有异常、失败或待判定的截图。",
                           "Nothing abnormal, failed or undecided."},
    [WORD_SIGNOFFS] = {"签核", "Sign-off"},
    [WORD_NO_SIGNOFF] = {"尚未签核: 本报告为当前状态。",
                         "Not signed off: this is how things stand now."},
    [WORD_SIGNED_BY] = {"签核人", "Signed by"},
    [WORD_SIGNED_AT] = {"签核时间", "Signed at"},
    [WORD_FIRST_SIGNATURE] = {"第一签核人", "first of two"},
    [WORD_REASONS] = {"遗留说明", "Left open because"},
    [WORD_SIGNATURE] = {"签名", "Signature"},
    [WORD_KEY] = {"密钥", "Key"},
    [WORD_HASH] = {"哈希", "Hash"},
    [WORD_BEFORE] = {"前一签核", "Sign-off before"},
    [WORD_SHOTS_HASH] = {"截图哈希", "Hash of the shots"},
    [WORD_VERDICTS_HASH] = {"结论链哈希", "Head of the verdict chain"},
    [WORD_SOURCE] = {"数据源站点", "Source"},
    [WORD_DASHBOARD] = {"仪表板", "Dashboard"},
    [WORD_PANEL] = {"面板", "Panel"},
    [WORD_WINDOW] = {"时间窗", "Window"},
    [WORD_VARIABLES] = {"变量", "Variables"},
    [WORD_FROM] = {"从", "From"},
    [WORD_TO] = {"到", "To"},
    [WORD_TAKEN] = {"截图时间", "Taken"},
    [WORD_VERDICT] = {"结论", "Verdict"},
    [WORD_VERDICTS] = {"结论记录", "Verdicts"},
    [WORD_BY] = {"判定人", "By"},
    [WORD_AT] = {"时间", "At"},
    [WORD_HOW] = {"方式", "How"},
    [WORD_COMMENT] = {"意见", "Comment"},
    [WORD_CATEGORY] = {"分类", "Category"},
    [WORD_LINKS] = {"链接", "Links"},
    [WORD_DWELL] = {"查看时长 (秒)", "Looked at (s)"},
    [WORD_FINDINGS] = {"自动判断", "Findings"},
    [WORD_CHANGE] = {"变化程度", "Change"},
    [WORD_REASON] = {"原因", "Reason"},
    [WORD_PICTURE] = {"图片 SHA-256", "Picture SHA-256"},
    [WORD_DATA] = {"数据 SHA-256", "Data SHA-256"},
    [WORD_BYTES] = {"字节", "Bytes"},
    [WORD_NUMBER] = {"序号", "No."},
    [WORD_SINGLE] = {"逐张", "single"},
    [WORD_BULK] = {"批量", "bulk"},
    [WORD_PHONE] = {"手机", "phone"},
    [WORD_KNOWN] = {"已知问题", "Known issues"},
    [WORD_SERIES] = {"数据", "Series"},
    [WORD_NAME] = {"名称", "Name"},
    [WORD_UNIT] = {"单位", "Unit"},
    [WORD_LAST] = {"最新", "Last"},
    [WORD_MIN] = {"最小", "Min"},
    [WORD_MAX] = {"最大", "Max"},
    [WORD_MEAN] = {"平均", "Mean"},
    [WORD_MISSING] = {"缺失比例", "Missing"},
    [WORD_POINTS] = {"点数", "Points"},
    [WORD_PICTURE_GONE] = {"图片已按保留策略清除", "The picture was removed by retention"},
    [WORD_PICTURE_DAMAGED] = {"图片已损坏, 与记录的哈希不符",
                              "The picture is damaged: it is not what was recorded"},
    [WORD_NO_PICTURE] = {"没有图片", "No picture"},
    [WORD_MORE_BEFORE] = {"另有 ", "and "},
    [WORD_MORE_AFTER] = {" 张未列出", " more"},
    [WORD_VERIFY] = {"图片与结论的哈希由签核固定; ZIP 包内附公钥, 可离线验证。",
                     "Sign-off fixes the hashes of pictures and verdicts; the ZIP carries the "
                     "public key and can be verified offline."},
    [WORD_FIND_NOT_RENDERED] = {"未能渲染", "Not rendered"},
    [WORD_FIND_NO_DATA] = {"无数据", "No data"},
    [WORD_FIND_QUERY_ERROR] = {"查询出错", "Query error"},
    [WORD_FIND_THRESHOLD] = {"超过阈值", "Threshold crossed"},
    [WORD_FIND_RULE] = {"触发规则", "Rule met"},
    [WORD_FIND_SERIES_CHANGED] = {"序列有增减", "Series changed"},
    [WORD_FIND_DATA_CHANGED] = {"数据有变化", "Data changed"},
    [WORD_FIND_PIXELS_CHANGED] = {"画面有变化", "Picture changed"},
    [WORD_FIND_RANGE_IGNORED] = {"面板不随时间窗变化", "The panel ignores the window"},
};

const char *words_say(enum report_lang lang, enum word word)
{
    ASSERT((unsigned)word < WORD_COUNT && words[word][0] && words[word][1]);
    return words[word][lang == REPORT_ZH_CN ? 0 : 1];
}

enum report_lang report_lang_of(const char *tag)
{
    return tag && strncmp(tag, "zh", 2) == 0 ? REPORT_ZH_CN : REPORT_EN;
}

const char *words_tag(enum report_lang lang)
{
    return lang == REPORT_ZH_CN ? "zh-CN" : "en";
}

const char *words_verdict(enum report_lang lang, enum verdict_kind kind)
{
    static const enum word of[] = {
        [VERDICT_NONE] = WORD_UNDECIDED,      [VERDICT_NORMAL] = WORD_NORMAL,
        [VERDICT_ABNORMAL] = WORD_ABNORMAL,   [VERDICT_NOT_APPLICABLE] = WORD_NOT_APPLICABLE,
        [VERDICT_WITHDRAWN] = WORD_WITHDRAWN, [VERDICT_COMMENT] = WORD_COMMENT_ONLY,
    };
    return words_say(lang, (unsigned)kind <= VERDICT_COMMENT ? of[kind] : WORD_UNDECIDED);
}

const char *words_how(enum report_lang lang, enum verdict_how how)
{
    return words_say(lang, how == VERDICT_BULK    ? WORD_BULK
                           : how == VERDICT_PHONE ? WORD_PHONE
                                                  : WORD_SINGLE);
}

const char *words_state(enum report_lang lang, enum round_state state)
{
    static const enum word of[] = {
        [ROUND_PREPARING] = WORD_STATE_PREPARING, [ROUND_RUNNING] = WORD_STATE_RUNNING,
        [ROUND_REVIEW] = WORD_STATE_REVIEW,       [ROUND_SIGNED] = WORD_STATE_SIGNED,
        [ROUND_CANCELLED] = WORD_STATE_CANCELLED, [ROUND_FAILED] = WORD_STATE_FAILED,
    };
    return words_say(lang, (unsigned)state <= ROUND_FAILED ? of[state] : WORD_STATE_FAILED);
}

const char *words_trigger(enum report_lang lang, enum round_trigger trigger)
{
    return words_say(lang, trigger == ROUND_BY_HAND  ? WORD_BY_HAND
                           : trigger == ROUND_BY_API ? WORD_BY_API
                                                     : WORD_BY_SCHEDULE);
}

const char *words_shot(enum report_lang lang, const struct store_shot *shot)
{
    bool is_decided = shot->verdict != VERDICT_NONE && shot->verdict != VERDICT_WITHDRAWN;
    if (is_decided)
        return words_verdict(lang, shot->verdict);
    if (shot->state == SHOT_FAILED)
        return words_say(lang, WORD_FAILED);
    if (shot->state == SHOT_CANCELLED)
        return words_say(lang, WORD_CANCELLED);
    return words_say(lang, shot->state == SHOT_DONE ? WORD_UNDECIDED : WORD_WAITING);
}

const char *words_finding(enum report_lang lang, const char *kind)
{
    static const struct {
        const char *kind;
        enum word word;
    } rows[] = {
        {"not_rendered", WORD_FIND_NOT_RENDERED},
        {"no_data", WORD_FIND_NO_DATA},
        {"query_error", WORD_FIND_QUERY_ERROR},
        {"threshold", WORD_FIND_THRESHOLD},
        {"rule", WORD_FIND_RULE},
        {"series_changed", WORD_FIND_SERIES_CHANGED},
        {"data_changed", WORD_FIND_DATA_CHANGED},
        {"pixels_changed", WORD_FIND_PIXELS_CHANGED},
        {"range_ignored", WORD_FIND_RANGE_IGNORED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(kind, rows[i].kind) == 0)
            return words_say(lang, rows[i].word);
    }
    return kind;
}
