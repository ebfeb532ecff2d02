/* Notifications in English. */
#include "notify/text.h"

static const struct text_value findings[] = {
    {"not_rendered", "not rendered"},
    {"no_data", "no data"},
    {"query_error", "query error"},
    {"threshold", "threshold crossed"},
    {"rule", "rule met"},
    {"series_changed", "series changed"},
    {"data_changed", "data changed"},
    {"pixels_changed", "picture changed"},
    {"range_ignored", "the panel ignores the window"},
    {NULL, NULL},
};

const struct text_table text_en = {
    .title =
        {
            [NOTIFY_TEST] = "Rounds test message",
            [NOTIFY_ROUND_FINISHED] = "Round finished: {plan}",
            [NOTIFY_SIGNED] = "Round signed off: {plan}",
            [NOTIFY_FAILURES] = "Shots failed: {plan}",
            [NOTIFY_ABNORMAL] = "Abnormal: {plan}",
            [NOTIFY_OVERDUE] = "Sign-off overdue: {plan}",
        },
    .lead =
        {
            [NOTIFY_TEST] = "If you can read this, the channel works.",
            [NOTIFY_ROUND_FINISHED] = "{total} shots are done; {undecided} wait for a verdict.",
            [NOTIFY_SIGNED] = "{signer} signed off: {summary}",
            [NOTIFY_FAILURES] = "{failed} of {total} shots failed.",
            [NOTIFY_ABNORMAL] = "{abnormal} of {total} shots were judged abnormal.",
            [NOTIFY_OVERDUE] = "Sign-off was due at {due}; {undecided} shots still wait for a "
                               "verdict.",
        },
    .lead_unprepared = "The round could not be run: {error}",
    .plan = "Plan",
    .moment = "Moment",
    .normal = "Normal",
    .abnormal = "Abnormal",
    .not_applicable = "Not applicable",
    .undecided = "Undecided",
    .failed = "Failed",
    .changed = "Changed",
    .due = "Due",
    .signer = "Signed by",
    .called = "For",
    .late = "Late",
    .yes = "yes",
    .more = "and {count} more",
    .link = "Open the round",
    .link_home = "Open Rounds",
    .footer = "Sent by Rounds",
    .failed_shot = "failed",
    .findings = findings,
};
