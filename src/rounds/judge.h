/* Judging a shot before a person looks: from its outcome, numbers and reference to findings. Pure.
 *
 * Each finding carries its evidence; finding_words puts it into a language, so that the record
 * holds facts and not sentences.
 */
#ifndef ROUNDS_JUDGE_H
#define ROUNDS_JUDGE_H

#include "rounds/picture_diff.h"
#include "rounds/plan.h"
#include "rounds/series.h"

enum { JUDGE_FINDINGS_MAX = 40 };

enum judge_weight { JUDGE_INFO = 1, JUDGE_WARN = 2, JUDGE_ALERT = 3 };

struct judge_finding {
    const char *kind; /* "not_rendered", "no_data", "query_error", "threshold", "rule",
                         "series_changed", "data_changed", "pixels_changed", "range_ignored" */
    enum judge_weight weight;
    const char *evidence; /* JSON object */
};

struct judge_input {
    const char *outcome; /* stable word: "ok", "no_data", "query_error", "timeout", … */
    const char *message; /* what went wrong, in words; "" */
    bool is_other_range; /* what the picture shows is not of the window */
    const char *dashboard_uid, *panel_key;
    int64_t from_ms, to_ms;             /* the window */
    const struct jv *detail;            /* dashboard_print_detail; NULL: unknown */
    const struct series_set *series;    /* NULL: none */
    const struct series_set *reference; /* NULL: none; statistics are enough, no points needed */
    const struct series_set *history;   /* statistics of earlier rounds, newest first, for sigma */
    size_t history_n;
    const struct picture_diff *pixels; /* NULL: not compared */
    const struct plan_rule *rules;
    size_t rule_n;
};

struct judge_result {
    struct judge_finding findings[JUDGE_FINDINGS_MAX];
    size_t n;
    double change_score; /* 0…1; NaN: nothing to compare with */
    bool is_changed;     /* the score is at or above JUDGE_CHANGED */
};
#define JUDGE_CHANGED 0.1

void judge_shot(struct arena *arena, const struct judge_input *input, struct judge_result *out);

enum judge_language { JUDGE_EN, JUDGE_ZH };
/* One sentence for people. Unknown kinds give their own name. */
void finding_words(const char *kind, const struct jv *evidence, enum judge_language language,
                   struct str *out);
/* The API's Finding from what store keeps ({"kind","weight","evidence"}). */
void finding_print(struct arena *arena, const struct jv *stored, struct jw *w);

#endif
