/* Cron expressions: reading them and finding the next moment. Pure; any thread.
 *
 * A moment is looked for day by day and, within a day, over its times, because what a day is
 * belongs to the zone: a search minute by minute in UTC was rejected as slow and no simpler. The
 * rules for changes of clocks are stated in cron.h; cron_words.c puts an expression into words.
 */
#include "cron/cron.h"

#include <string.h>

enum { DAYS_SEARCHED = 40 * 366, TEXT_MAX = 200 };

struct field {
    const char *name;
    int low, high;
    const char *words; /* three letters each, from `low` on; NULL: none */
};

static const struct field minute_field = {"minute", 0, 59, NULL};
static const struct field hour_field = {"hour", 0, 23, NULL};
static const struct field day_field = {"day of month", 1, 31, NULL};
static const struct field month_field = {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"};
static const struct field weekday_field = {"day of week", 0, 7, "sunmontuewedthufrisat"};

static int fail_field(struct op *op, const struct field *f, struct bytes text, const char *why)
{
    return op_fail(op, ERR_BAD_INPUT, "cron: %s '%.*s' %s (%d to %d)", f->name, BYTES_ARG(text),
                   why, f->low, f->high);
}

static bool read_value(const struct field *f, struct bytes text, int *out)
{
    int64_t v;
    if (text.n > 0 && text.n <= 2 && text.p[0] >= '0' && text.p[0] <= '9' &&
        bytes_to_i64(text, &v)) {
        *out = (int)v;
        return v >= f->low && v <= f->high;
    }
    for (size_t i = 0; f->words && text.n == 3 && f->words[i]; i += 3)
        if (bytes_eq_nocase(text, (struct bytes){f->words + i, 3})) {
            *out = f->low + (int)(i / 3);
            return true;
        }
    return false;
}

/* One item of a list: a star, a value or a range, with or without a step. */
static int read_item(struct op *op, const struct field *f, struct bytes item, uint64_t *bits)
{
    struct bytes rest = item, span;
    int64_t step = 1;
    int low = f->low, high = f->high;
    bytes_split(&rest, '/', &span);
    bool has_step = span.n < item.n;
    if (has_step && (!bytes_to_i64(rest, &step) || step < 1 || step > f->high))
        return fail_field(op, f, item, "has a step that is not a number in range");
    if (f == &weekday_field)
        high = 6;
    if (!bytes_eq_s(span, "*") && !bytes_eq_s(span, "?")) {
        struct bytes end = span, start;
        bytes_split(&end, '-', &start);
        bool has_end = start.n < span.n;
        if (!read_value(f, start, &low) || (has_end && !read_value(f, end, &high)))
            return fail_field(op, f, item, "is not a value in range");
        if (!has_end)
            high = has_step ? f->high : low;
        if (high < low)
            return fail_field(op, f, item, "is a range that ends before it starts");
    }
    for (int v = low; v <= high; v += (int)step)
        *bits |= 1ULL << v;
    return 0;
}

static int read_field(struct op *op, const struct field *f, struct bytes text, uint64_t *bits)
{
    struct bytes rest = text, item;
    while (bytes_split(&rest, ',', &item))
        if (read_item(op, f, item, bits))
            return -1;
    return 0;
}

static int read_days(struct op *op, struct bytes text, struct cron *out)
{
    struct bytes rest = text, item;
    uint64_t bits = 0;
    while (bytes_split(&rest, ',', &item)) {
        if (bytes_eq_nocase(item, BYTES("L")))
            out->has_last_day = true;
        else if (read_item(op, &day_field, item, &bits))
            return -1;
    }
    out->days = (uint32_t)bits;
    out->is_any_day = bytes_eq_s(text, "*") || bytes_eq_s(text, "?");
    return 0;
}

/* "1#2" and "5L"; false if it is neither. */
static bool read_nth(struct bytes item, struct cron *out)
{
    int weekday;
    ssize_t hash = bytes_find_char(item, '#');
    bool is_last = item.n > 1 && (item.p[item.n - 1] | 32) == 'l';
    size_t n = hash >= 0 ? (size_t)hash : is_last ? item.n - 1 : 0;
    if (n == 0 || !read_value(&weekday_field, (struct bytes){item.p, n}, &weekday))
        return false;
    int64_t nth = 0;
    if (hash >= 0 && (!bytes_to_i64(bytes_from(item, n + 1), &nth) || nth < 1 || nth > 5))
        return false;
    out->nth[weekday % 7] |= (uint8_t)(1U << nth);
    return true;
}

static int read_weekdays(struct op *op, struct bytes text, struct cron *out)
{
    struct bytes rest = text, item;
    uint64_t bits = 0;
    while (bytes_split(&rest, ',', &item))
        if (!read_nth(item, out) && read_item(op, &weekday_field, item, &bits))
            return -1;
    out->weekdays = (uint8_t)((bits | bits >> 7) & 0x7f);
    out->is_any_weekday = bytes_eq_s(text, "*") || bytes_eq_s(text, "?");
    return 0;
}

static struct bytes known_name(struct bytes text)
{
    static const char *const names[][2] = {{"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},
                                           {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
                                           {"@monthly", "0 0 1 * *"},  {"@yearly", "0 0 1 1 *"},
                                           {"@annually", "0 0 1 1 *"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (bytes_eq_nocase(text, bytes_of(names[i][0])))
            return bytes_of(names[i][1]);
    return text;
}

int cron_parse(struct op *op, struct bytes text, struct cron *out)
{
    struct bytes rest = known_name(bytes_trim(text)), word, fields[6];
    size_t n = 0;
    if (text.n > TEXT_MAX)
        return op_fail(op, ERR_BAD_INPUT, "cron: longer than %d characters", TEXT_MAX);
    while (n < 6 && bytes_split(&rest, ' ', &word))
        if (bytes_trim(word).n)
            fields[n++] = bytes_trim(word);
    if (n != 5)
        return op_fail(op, ERR_BAD_INPUT,
                       "cron: '%.*s' has %s fields; it takes five: minute hour day-of-month month "
                       "day-of-week, like '30 8 * * 1-5'",
                       BYTES_ARG(text), n < 5 ? "too few" : "too many");
    *out = (struct cron){0};
    uint64_t hours = 0, months = 0;
    if (read_field(op, &minute_field, fields[0], &out->minutes) ||
        read_field(op, &hour_field, fields[1], &hours) || read_days(op, fields[2], out) ||
        read_field(op, &month_field, fields[3], &months) || read_weekdays(op, fields[4], out))
        return -1;
    out->hours = (uint32_t)hours;
    out->months = (uint16_t)months;
    return 0;
}

static bool has_nth(const struct cron *cron, int weekday, int day, int last)
{
    uint8_t bits = cron->nth[weekday];
    return (bits >> ((day - 1) / 7 + 1) & 1) || ((bits & 1) && day + 7 > last);
}

bool cron_has_day(const struct cron *cron, int64_t days)
{
    int year, month, day;
    zone_date(days, &year, &month, &day);
    if (!(cron->months >> month & 1))
        return false;
    int last = (int)(zone_days(year, month + 1, 1) - zone_days(year, month, 1));
    int weekday = (int)((days % 7 + 11) % 7);
    bool by_day = (cron->days >> day & 1) || (cron->has_last_day && day == last);
    bool by_weekday = (cron->weekdays >> weekday & 1) || has_nth(cron, weekday, day, last);
    if (cron->is_any_day || cron->is_any_weekday)
        return (cron->is_any_day || by_day) && (cron->is_any_weekday || by_weekday);
    return by_day || by_weekday;
}

static bool is_every_hour(const struct cron *cron)
{
    return cron->hours == 0xffffff;
}

/* The first moment after after_ms among the times of one day, or 0. */
static int64_t next_in_day(const struct cron *cron, const struct zone *zone, int64_t days,
                           int64_t after_ms)
{
    int64_t best = 0;
    struct zone_civil at = {0};
    zone_date(days, &at.year, &at.month, &at.day);
    for (at.hour = 0; at.hour < 24; at.hour++) {
        if (!(cron->hours >> at.hour & 1))
            continue;
        for (at.minute = 0; at.minute < 60; at.minute++) {
            if (!(cron->minutes >> at.minute & 1))
                continue;
            int64_t first, later;
            enum zone_fit fit = zone_utc(zone, &at, &first, &later);
            if (is_every_hour(cron) && fit == ZONE_NEVER)
                continue;
            if (is_every_hour(cron) && first <= after_ms)
                first = later;
            if (first > after_ms && (best == 0 || first < best))
                best = first;
        }
        /* The first instants of later hours are later; the second ones need not be. */
        if (best && !is_every_hour(cron))
            break;
    }
    return best;
}

int64_t cron_next(const struct cron *cron, const struct zone *zone, int64_t after_ms)
{
    struct zone_civil start;
    zone_local(zone, after_ms, &start);
    int64_t first = zone_days(start.year, start.month, start.day);
    /* From a day before: a time that was jumped over fires in what is locally the next day. */
    for (int64_t days = first - 1; days < first + DAYS_SEARCHED; days++) {
        if (!cron_has_day(cron, days))
            continue;
        int64_t best = next_in_day(cron, zone, days, after_ms);
        if (best)
            return best;
    }
    return 0;
}
