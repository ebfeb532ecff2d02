/* Judging shots: thresholds, rules, and change against a reference. Pure; any thread.
 *
 * Numbers come first: when both shots have data, they alone decide whether something changed, since
 * a line that moves on by an hour changes every pixel and means nothing. Pixels decide for panels
 * without data. Findings are evidence; their words are in finding_words.c.
 */
#include "rounds/judge.h"

#include "grafana/field_look.h"

#include <math.h>
#include <string.h>

enum { PER_KIND_MAX = 10, HISTORY_MIN = 4, EVIDENCE_MAX = 4000 };

struct judging {
    struct arena *arena;
    const struct judge_input *in;
    struct judge_result *out;
    struct jw w; /* of the evidence that is being written */
    struct str *text;
};

static struct jw *open_evidence(struct judging *j)
{
    j->text = str_new(j->arena, EVIDENCE_MAX);
    jw_init(&j->w, j->text);
    jw_object(&j->w);
    return &j->w;
}

/* Ends the evidence and adds the finding, unless there are enough of its kind. */
static void add(struct judging *j, const char *kind, enum judge_weight weight)
{
    size_t same = 0;
    jw_end(&j->w);
    for (size_t i = 0; i < j->out->n; i++)
        same += strcmp(j->out->findings[i].kind, kind) == 0;
    if (same >= PER_KIND_MAX || j->out->n == JUDGE_FINDINGS_MAX || j->text->is_full)
        return;
    j->out->findings[j->out->n++] = (struct judge_finding){kind, weight, j->text->p};
}

/* ---- Outcome ---- */

static bool is_outcome(const struct judge_input *in, const char *word)
{
    return strcmp(in->outcome, word) == 0;
}

static void judge_outcome(struct judging *j)
{
    const struct judge_input *in = j->in;
    bool has_errors = in->series && in->series->error_n > 0;
    if (is_outcome(in, "query_error") || (is_outcome(in, "ok") && has_errors)) {
        struct jw *w = open_evidence(j);
        jw_text_at(w, "message", has_errors ? in->series->errors[0] : in->message);
        add(j, "query_error", JUDGE_ALERT);
    } else if (is_outcome(in, "no_data")) {
        open_evidence(j);
        add(j, "no_data", JUDGE_WARN);
    } else if (!is_outcome(in, "ok")) {
        bool is_mild = is_outcome(in, "hidden") || is_outcome(in, "loading");
        struct jw *w = open_evidence(j);
        jw_text_at(w, "outcome", in->outcome);
        jw_text_at(w, "message", in->message);
        add(j, "not_rendered", is_mild ? JUDGE_WARN : JUDGE_ALERT);
    }
    /* As it was seen, not as the panel's JSON has it: Grafana minds `timeFrom` only beside
     * relative ranges. */
    if (in->is_other_range) {
        struct jw *w = open_evidence(j);
        jw_text_at(w, "time_from", jv_text_at(in->detail, "time_from", ""));
        add(j, "range_ignored", JUDGE_INFO);
    }
}

/* ---- The panel's own thresholds ---- */

struct crossing {
    const struct jv *zone;
    const char *stat;
    double value;
    int64_t at_ms;
    enum judge_weight weight; /* 0: none */
};

static struct field_look look_of(const struct judging *j, const struct series *series)
{
    struct field_look look;
    const struct jv *labels = jv_parse_quiet(j->arena, bytes_of(series->labels)), *label = NULL;
    const char *key;
    void *it = NULL;
    if (jv_len(labels) == 1)
        jv_next(labels, &it, &key, &label);
    struct field field = {.name = series->name,
                          .own = series->field ? series->field : series->name,
                          .label = jv_text(label, ""),
                          .ref = series->ref,
                          .type = series->is_boolean ? "boolean" : "number",
                          .last = series->last,
                          .min = series->min,
                          .max = series->max,
                          .mean = series->mean};
    field_look_find(j->in->detail, &field, &look);
    if (*series->unit)
        look.unit = series->unit;
    return look;
}

static bool is_in_zone(const struct jv *zone, double v)
{
    const struct jv *low = jv_get(zone, "at_least"), *high = jv_get(zone, "below");
    return (!jv_is_number(low) || v >= jv_num(low, 0)) &&
           (!jv_is_number(high) || v < jv_num(high, 0));
}

/* Keeps the heavier of what is known and this statistic's crossing. */
static void try_value(const struct jv *zones, const char *stat, double v, int64_t at_ms,
                      bool is_past, struct crossing *best)
{
    for (size_t i = 0; !isnan(v) && i < jv_len(zones); i++) {
        const struct jv *zone = jv_item(zones, i);
        bool is_alert = strcmp(jv_text_at(zone, "weight", ""), "alert") == 0;
        enum judge_weight weight = is_alert ? JUDGE_ALERT : JUDGE_WARN;
        if (is_past)
            weight--; /* it has been, it is no more */
        if (is_in_zone(zone, v) && weight > best->weight)
            *best = (struct crossing){zone, stat, v, at_ms, weight};
    }
}

static void add_crossing(struct judging *j, const struct series *series, const char *unit,
                         const struct crossing *crossing)
{
    const struct jv *low = jv_get(crossing->zone, "at_least"),
                    *high = jv_get(crossing->zone, "below");
    bool is_above = jv_is_number(low);
    struct jw *w = open_evidence(j);
    jw_text_at(w, "series", series->name);
    jw_text_at(w, "stat", crossing->stat);
    jw_num_at(w, "value", crossing->value);
    jw_num_at(w, "limit", jv_num(is_above ? low : high, 0));
    jw_text_at(w, "side", is_above ? "above" : "below");
    if (crossing->at_ms > 0)
        jw_int_at(w, "at", crossing->at_ms);
    jw_text_at(w, "unit", unit);
    add(j, "threshold", crossing->weight);
}

static void judge_thresholds(struct judging *j)
{
    const char *shows = jv_text_at(j->in->detail, "shows", "");
    for (size_t i = 0; j->in->series && i < j->in->series->n; i++) {
        const struct series *series = &j->in->series->items[i];
        struct field_look look = look_of(j, series);
        const struct jv *zones = look.zones;
        struct crossing best = {0};
        bool is_whole = !*shows;
        if (is_whole || strcmp(shows, "last") == 0)
            try_value(zones, "last", series->last, series->last_at_ms, false, &best);
        if (is_whole || strcmp(shows, "max") == 0)
            try_value(zones, "max", series->max, series->max_at_ms, is_whole, &best);
        if (is_whole || strcmp(shows, "min") == 0)
            try_value(zones, "min", series->min, series->min_at_ms, is_whole, &best);
        if (strcmp(shows, "mean") == 0)
            try_value(zones, "mean", series->mean, 0, false, &best);
        if (best.weight > 0)
            add_crossing(j, series, look.unit, &best);
    }
}

/* ---- The plan's rules ---- */

/* "*" any run, "?" any character; nothing else is special, since names are full of brackets. */
static bool matches(const char *glob, const char *text)
{
    const char *star = NULL, *mark = NULL;
    while (*text) {
        if (*glob == '*') {
            star = glob++;
            mark = text;
        } else if (*glob == '?' || *glob == *text) {
            glob++;
            text++;
        } else if (star) {
            glob = star + 1;
            text = ++mark;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}

static bool concerns(const struct plan_rule *rule, const struct judge_input *in,
                     struct arena *arena)
{
    const char *own = arena_fmt(arena, "%s/%s", in->dashboard_uid, in->panel_key);
    for (size_t i = 0; i < rule->panels.n; i++)
        if (matches(rule->panels.items[i], own))
            return true;
    return rule->panels.n == 0;
}

static const char *const stat_words[] = {"last", "min",     "max",
                                         "mean", "missing", "missing_longest"};

static double stat_of(const struct series *series, enum plan_stat stat)
{
    switch (stat) {
    case PLAN_STAT_MIN:
        return series->min;
    case PLAN_STAT_MAX:
        return series->max;
    case PLAN_STAT_MEAN:
        return series->mean;
    case PLAN_STAT_MISSING:
        return series->missing_share;
    case PLAN_STAT_MISSING_LONGEST:
        return (double)series->missing_longest_ms / 1000;
    default:
        return series->last;
    }
}

static const struct series *find_same(const struct series_set *set, const struct series *series)
{
    for (size_t i = 0; set && i < set->n; i++) {
        const struct series *other = &set->items[i];
        if (strcmp(other->name, series->name) == 0 &&
            (!*other->ref || !*series->ref || strcmp(other->ref, series->ref) == 0))
            return other;
    }
    return NULL;
}

struct expectation {
    double mean, deviation;
    size_t n;
};

static struct expectation expect(const struct judge_input *in, const struct series *series,
                                 enum plan_stat stat)
{
    struct expectation e = {0};
    double squares = 0;
    for (size_t i = 0; i < in->history_n; i++) {
        const struct series *other = find_same(&in->history[i], series);
        double v = other ? stat_of(other, stat) : NAN;
        if (isnan(v))
            continue;
        e.n++;
        double step = v - e.mean; /* Welford: stable for large, close values */
        e.mean += step / (double)e.n;
        squares += step * (v - e.mean);
    }
    if (e.n > 1)
        e.deviation = sqrt(squares / (double)(e.n - 1));
    return e;
}

static bool is_crossed(enum plan_op op, double v, double limit)
{
    switch (op) {
    case PLAN_GT:
        return v > limit;
    case PLAN_GE:
        return v >= limit;
    case PLAN_LT:
        return v < limit;
    default:
        return v <= limit;
    }
}

static void start_rule(struct judging *j, const struct plan_rule *rule, const char *name, double v)
{
    static const char *const ops[] = {">", ">=", "<", "<=", "sigma", "change"};
    struct jw *w = open_evidence(j);
    jw_text_at(w, "series", name);
    jw_text_at(w, "stat", stat_words[rule->stat]);
    jw_text_at(w, "op", ops[rule->op]);
    jw_num_at(w, "value", v);
    jw_num_at(w, "limit", rule->value);
    if (*rule->text)
        jw_text_at(w, "text", rule->text);
}

static void end_rule(struct judging *j, const struct plan_rule *rule, const char *unit)
{
    jw_text_at(&j->w, "unit", rule->stat >= PLAN_STAT_MISSING ? "" : unit);
    add(j, "rule", rule->is_alert ? JUDGE_ALERT : JUDGE_WARN);
}

static void judge_rule(struct judging *j, const struct plan_rule *rule, const struct series *series)
{
    double v = stat_of(series, rule->stat);
    if (isnan(v))
        return;
    if (rule->op == PLAN_SIGMA) {
        struct expectation e = expect(j->in, series, rule->stat);
        double least =
            fabs(e.mean) * 1e-6; /* a history without any spread is no licence to alarm */
        double spread = e.deviation > least ? e.deviation : least;
        if (e.n < HISTORY_MIN || fabs(v - e.mean) <= rule->value * spread)
            return;
        start_rule(j, rule, series->name, v);
        jw_num_at(&j->w, "mean", e.mean);
        jw_num_at(&j->w, "deviation", e.deviation);
        jw_int_at(&j->w, "rounds", (int64_t)e.n);
    } else if (rule->op == PLAN_CHANGE) {
        const struct series *other = find_same(j->in->reference, series);
        double was = other ? stat_of(other, rule->stat) : NAN;
        if (isnan(was) || fabs(v - was) <= rule->value * fabs(was))
            return;
        start_rule(j, rule, series->name, v);
        jw_num_at(&j->w, "was", was);
    } else if (is_crossed(rule->op, v, rule->value)) {
        start_rule(j, rule, series->name, v);
    } else {
        return;
    }
    end_rule(j, rule, look_of(j, series).unit);
}

/* A rule about what is missing holds most of all when nothing came. */
static void judge_nothing(struct judging *j, const struct plan_rule *rule)
{
    bool is_gap = rule->stat == PLAN_STAT_MISSING_LONGEST;
    double v = is_gap ? (double)(j->in->to_ms - j->in->from_ms) / 1000 : 1;
    bool is_ordered = rule->op != PLAN_SIGMA && rule->op != PLAN_CHANGE;
    if ((!is_gap && rule->stat != PLAN_STAT_MISSING) || !is_ordered ||
        !is_crossed(rule->op, v, rule->value))
        return;
    start_rule(j, rule, rule->series, v);
    end_rule(j, rule, "");
}

static void judge_rules(struct judging *j)
{
    const struct series_set *set = j->in->series;
    bool is_known = set && strcmp(set->note, "picture_only") != 0;
    for (size_t i = 0; i < j->in->rule_n && is_known; i++) {
        const struct plan_rule *rule = &j->in->rules[i];
        size_t matched = 0;
        if (!concerns(rule, j->in, j->arena))
            continue;
        for (size_t k = 0; k < set->n; k++)
            if (matches(rule->series, set->items[k].name)) {
                judge_rule(j, rule, &set->items[k]);
                matched++;
            }
        if (matched == 0)
            judge_nothing(j, rule);
    }
}

/* ---- Change against the reference ---- */

static double least_of(double a, double b)
{
    return a < b ? a : b;
}

/* How far a series has moved, in units of the reference's own range: 0 still, 1 far. */
static double moved(const struct series *now, const struct series *was)
{
    if (isnan(now->mean) != isnan(was->mean))
        return 1;
    if (isnan(now->mean))
        return 0;
    double span = fmax(was->max - was->min, fmax(fabs(was->mean) * 0.1, 1e-9));
    double by_mean = fabs(now->mean - was->mean) / span;
    double by_edge = fmax(fabs(now->max - was->max), fabs(now->min - was->min)) / span / 2;
    return least_of(1, fmax(by_mean, by_edge) / 2);
}

static void add_names(struct jw *w, const char *key, const struct series_set *in,
                      const struct series_set *not_in, size_t *out_n)
{
    *out_n = 0;
    jw_array_at(w, key);
    for (size_t i = 0; i < in->n; i++)
        if (!find_same(not_in, &in->items[i]) && ++*out_n <= 5)
            jw_text(w, in->items[i].name);
    jw_end(w);
}

static double judge_set(struct judging *j)
{
    const struct series_set *now = j->in->series, *was = j->in->reference;
    size_t added, gone;
    struct jw *w = open_evidence(j);
    add_names(w, "added", now, was, &added);
    add_names(w, "gone", was, now, &gone);
    jw_int_at(w, "added_n", (int64_t)added);
    jw_int_at(w, "gone_n", (int64_t)gone);
    if (added + gone == 0)
        return 0;
    add(j, "series_changed", gone ? JUDGE_WARN : JUDGE_INFO);
    return (double)(added + gone) / (double)(was->n + added);
}

static double judge_numbers(struct judging *j)
{
    const struct series *top = NULL, *top_was = NULL;
    double most = 0;
    for (size_t i = 0; i < j->in->series->n; i++) {
        const struct series *now = &j->in->series->items[i];
        const struct series *was = find_same(j->in->reference, now);
        double by = was ? moved(now, was) : 0;
        if (by > most) {
            most = by;
            top = now;
            top_was = was;
        }
    }
    if (most < JUDGE_CHANGED)
        return most;
    bool by_max = fabs(top->max - top_was->max) > fabs(top->mean - top_was->mean);
    struct jw *w = open_evidence(j);
    jw_text_at(w, "series", top->name);
    jw_text_at(w, "stat", by_max ? "max" : "mean");
    jw_num_at(w, "was", by_max ? top_was->max : top_was->mean);
    jw_num_at(w, "value", by_max ? top->max : top->mean);
    jw_num_at(w, "score", most);
    jw_text_at(w, "unit", look_of(j, top).unit);
    add(j, "data_changed", most >= 0.5 ? JUDGE_WARN : JUDGE_INFO);
    return most;
}

static double judge_pixels(struct judging *j)
{
    const struct picture_diff *pixels = j->in->pixels;
    double score = least_of(1, pixels->share * 4);
    if (score >= JUDGE_CHANGED) {
        struct jw *w = open_evidence(j);
        jw_num_at(w, "share", pixels->share);
        add(j, "pixels_changed", JUDGE_INFO);
    }
    return score;
}

static bool has_numbers(const struct series_set *set)
{
    return set && set->n > 0;
}

static void judge_change(struct judging *j)
{
    double score = NAN;
    bool is_known = j->in->series && strcmp(j->in->series->note, "picture_only") != 0;
    if (is_known && has_numbers(j->in->reference)) {
        double set = judge_set(j), numbers = judge_numbers(j);
        score = fmax(set, numbers);
    } else if (j->in->pixels && !has_numbers(j->in->series)) {
        score = judge_pixels(j);
    }
    j->out->change_score = score;
    j->out->is_changed = !isnan(score) && score >= JUDGE_CHANGED;
}

void judge_shot(struct arena *arena, const struct judge_input *input, struct judge_result *out)
{
    struct judging j = {.arena = arena, .in = input, .out = out};
    *out = (struct judge_result){.change_score = NAN};
    judge_outcome(&j);
    judge_thresholds(&j);
    judge_rules(&j);
    judge_change(&j);
}
