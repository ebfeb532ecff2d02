/* Notifications in Simplified Chinese. Words follow the fixed vocabulary. */
#include "notify/text.h"

static const struct text_value findings[] = {
    {"not_rendered", "未能渲染"},
    {"no_data", "无数据"},
    {"query_error", "查询出错"},
    {"threshold", "超过阈值"},
    {"rule", "触发规则"},
    {"series_changed", "序列有增减"},
    {"data_changed", "数据有变化"},
    {"pixels_changed", "画面有变化"},
    {"range_ignored", "面板不随时间窗变化"},
    {NULL, NULL},
};

const struct text_table text_zh = {
    .title =
        {
            [NOTIFY_TEST] = "Rounds 测试消息",
            [NOTIFY_ROUND_FINISHED] = "巡检截图完成: {plan}",
            [NOTIFY_SIGNED] = "巡检已签核: {plan}",
            [NOTIFY_FAILURES] = "巡检有截图失败: {plan}",
            [NOTIFY_ABNORMAL] = "巡检发现异常: {plan}",
            [NOTIFY_OVERDUE] = "巡检逾期未签核: {plan}",
        },
    .lead =
        {
            [NOTIFY_TEST] = "如果您看到这条消息, 说明该通道可以使用。",
            [NOTIFY_ROUND_FINISHED] = "{total} 张截图已完成, 待判定 {undecided} 张。",
            [NOTIFY_SIGNED] = "{signer} 已签核: {summary}",
            [NOTIFY_FAILURES] = "{total} 张截图中有 {failed} 张失败。",
            [NOTIFY_ABNORMAL] = "{total} 张截图中有 {abnormal} 张被判定为异常。",
            [NOTIFY_OVERDUE] = "应于 {due} 前签核, 仍有 {undecided} 张待判定。",
        },
    .lead_unprepared = "本次巡检未能执行: {error}",
    .plan = "巡检计划",
    .moment = "巡检时刻",
    .normal = "正常",
    .abnormal = "异常",
    .not_applicable = "不适用",
    .undecided = "待判定",
    .failed = "截图失败",
    .changed = "有变化",
    .due = "应签核于",
    .signer = "签核人",
    .called = "请处理",
    .late = "补跑",
    .yes = "是",
    .more = "另有 {count} 项",
    .link = "打开巡检",
    .link_home = "打开 Rounds",
    .footer = "由 Rounds 发送",
    .failed_shot = "截图失败",
    .findings = findings,
};
