/* Cron expressions in words, English and Chinese. Pure; any thread.
 *
 * Says the usual expressions the way a person would and the odd ones exactly, if less elegantly.
 * The two languages differ in order (Chinese goes from the month to the minute), so each has its
 * own last step, and both share the parts.
 */
#include "cron/cron.h"

enum { TIMES_LISTED = 6 };

static const char *const weekdays_en[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};
static const char *const weekdays_zh[] = {"周日", "周一", "周二", "周三", "周四", "周五", "周六"};
static const char *const months_en[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
static const char *const nth_en[] = {"last", "first", "second", "third", "fourth", "fifth"};
static const char *const nth_zh[] = {"最后一个", "第一个", "第二个", "第三个", "第四个", "第五个"};

struct words {
    struct str *out;
    bool is_zh;
    bool has_item; /* of the list that is being written */
};

static void say(const struct words *w, const char *en, const char *zh)
{
    str_adds(w->out, w->is_zh ? zh : en);
}

static void next_item(struct words *w)
{
    if (w->has_item)
        say(w, ", ", "、");
    w->has_item = true;
}

static int count(uint64_t bits)
{
    return __builtin_popcountll(bits);
}

static void say_value(struct words *w, int v, const char *const *names)
{
    if (names)
        str_adds(w->out, names[v]);
    else
        str_addf(w->out, "%d", v);
}

/* A set as a list of values and spans: "1-5, 7". */
static void say_set(struct words *w, uint64_t bits, const char *const *names)
{
    w->has_item = false;
    for (int v = 0; v < 64; v++) {
        if (!(bits >> v & 1))
            continue;
        int end = v;
        while (end < 63 && (bits >> (end + 1) & 1))
            end++;
        next_item(w);
        say_value(w, v, names);
        if (end > v + 1) {
            say(w, names ? " to " : "-", names ? "至" : "-");
            say_value(w, end, names);
            v = end;
        }
    }
}

/* The step of {0, n, 2n, …} that fills the hour evenly; 0 if the set is none. */
static int step_of(uint64_t minutes)
{
    for (int step = 2; step <= 30; step++) {
        uint64_t even = 0;
        for (int v = 0; v < 60; v += step)
            even |= 1ULL << v;
        if (60 % step == 0 && even == minutes)
            return step;
    }
    return 0;
}

static void say_times(struct words *w, const struct cron *cron)
{
    say(w, "at ", "");
    w->has_item = false;
    for (int h = 0; h < 24; h++)
        for (int m = 0; m < 60; m++)
            if ((cron->hours >> h & 1) && (cron->minutes >> m & 1)) {
                next_item(w);
                str_addf(w->out, "%02d:%02d", h, m);
            }
}

static void say_minutes(struct words *w, const struct cron *cron)
{
    int step = step_of(cron->minutes);
    if (count(cron->minutes) == 60) {
        say(w, "every minute", "每分钟");
    } else if (step) {
        str_addf(w->out, w->is_zh ? "每 %d 分钟" : "every %d minutes", step);
    } else if (cron->minutes == 1) {
        say(w, "every hour", "每小时整点");
    } else {
        say(w, "every hour at minute ", "每小时第 ");
        say_set(w, cron->minutes, NULL);
        say(w, "", " 分");
    }
}

static void say_hours(struct words *w, const struct cron *cron)
{
    if (cron->hours == 0xffffff)
        return;
    if (w->is_zh)
        str_adds(w->out, "（");
    else
        str_adds(w->out, " in hours ");
    say_set(w, cron->hours, NULL);
    say(w, "", " 时）");
}

static void say_time(struct words *w, const struct cron *cron)
{
    if (count(cron->minutes) * count(cron->hours) <= TIMES_LISTED) {
        say_times(w, cron);
        return;
    }
    say_minutes(w, cron);
    say_hours(w, cron);
}

static void say_nth(struct words *w, const struct cron *cron)
{
    for (int d = 0; d < 7; d++)
        for (int n = 0; n <= 5; n++)
            if (cron->nth[d] >> n & 1) {
                next_item(w);
                if (w->is_zh)
                    str_addf(w->out, "每月%s%s", nth_zh[n], weekdays_zh[d]);
                else
                    str_addf(w->out, "the %s %s of the month", nth_en[n], weekdays_en[d]);
            }
}

static void say_weekdays(struct words *w, const struct cron *cron)
{
    w->has_item = false;
    if (cron->weekdays) {
        /* Sunday comes last: "Saturday, Sunday". */
        uint64_t bits = (cron->weekdays & 0x7eU) | ((cron->weekdays & 1U) << 7);
        const char *const *names = w->is_zh ? weekdays_zh : weekdays_en;
        const char *const from_monday[] = {"",       names[1], names[2], names[3],
                                           names[4], names[5], names[6], names[0]};
        say(w, "", "每");
        say_set(w, bits, from_monday);
    }
    say_nth(w, cron);
}

static void say_days(struct words *w, const struct cron *cron)
{
    if (cron->days) {
        say(w, "on day ", "每月 ");
        say_set(w, cron->days, NULL);
        say(w, " of the month", " 日");
    }
    if (cron->has_last_day) {
        if (cron->days)
            say(w, " and ", "及");
        say(w, "on the last day of the month", "每月最后一天");
    }
}

static void say_day(struct words *w, const struct cron *cron)
{
    if (cron->is_any_day && cron->is_any_weekday)
        say(w, "every day", "每天");
    if (!cron->is_any_day)
        say_days(w, cron);
    if (!cron->is_any_day && !cron->is_any_weekday)
        say(w, " or ", "或");
    if (!cron->is_any_weekday)
        say_weekdays(w, cron);
}

static void say_months(struct words *w, const struct cron *cron)
{
    if (w->is_zh) {
        say_set(w, cron->months, NULL);
        str_adds(w->out, " 月，");
    } else {
        str_adds(w->out, ", in ");
        say_set(w, cron->months >> 1, months_en);
    }
}

void cron_words(const struct cron *cron, enum cron_language language, struct str *out)
{
    struct words w = {.out = out, .is_zh = language == CRON_ZH};
    bool has_months = cron->months != 0x1ffe;
    bool is_often = count(cron->hours) == 24;
    if (w.is_zh) {
        if (has_months)
            say_months(&w, cron);
        if (!(is_often && cron->is_any_day && cron->is_any_weekday)) {
            say_day(&w, cron);
            str_addc(out, ' ');
        }
        say_time(&w, cron);
        return;
    }
    say_time(&w, cron);
    if (!(is_often && cron->is_any_day && cron->is_any_weekday)) {
        str_adds(out, cron->is_any_day && cron->is_any_weekday ? " " : ", ");
        say_day(&w, cron);
    }
    if (has_months)
        say_months(&w, cron);
}
