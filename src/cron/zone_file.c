/* Zone files (TZif, RFC 8536, version 2 and later) and the POSIX rule at their end.
 *
 * Pure but for memory; any thread. Everything read is checked against the length of the file, since
 * an administrator may put any file there. Version 1 files are refused: they end in 2038, and no
 * supported system ships them. Leap seconds are ignored, as the clock of the system ignores them.
 */
#include "cron/zone_file.h"

#include "cron/zone.h"

#include <string.h>

enum { HEAD_SIZE = 44, CHANGES_MAX = 4000 };

struct counts {
    size_t ut, standard, leap, time, type, letters;
};

static int64_t read_be(const unsigned char *p, int n)
{
    uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

static bool read_head(struct bytes file, size_t at, struct counts *out)
{
    if (file.n < at + HEAD_SIZE || memcmp(file.p + at, "TZif", 4) != 0 || file.p[at + 4] < '2')
        return false;
    const unsigned char *p = (const unsigned char *)file.p + at + 20;
    size_t *fields[] = {&out->ut,   &out->standard, &out->leap,
                        &out->time, &out->type,     &out->letters};
    for (size_t i = 0; i < 6; i++) {
        int64_t n = read_be(p + 4 * i, 4);
        if (n < 0 || n > 1000000)
            return false;
        *fields[i] = (size_t)n;
    }
    return true;
}

static size_t body_size(const struct counts *c, size_t time_size)
{
    return c->time * time_size + c->time + c->type * 6 + c->letters + c->leap * (time_size + 4) +
           c->standard + c->ut;
}

static bool read_changes(struct arena *arena, const unsigned char *p, const struct counts *c,
                         struct zone *out)
{
    const unsigned char *kinds = p + c->time * 8, *types = kinds + c->time;
    if (c->type == 0 || c->time > CHANGES_MAX)
        return false;
    out->n = c->time;
    out->changes = ARENA_ARRAY(arena, int64_t, c->time + 1);
    out->offsets = ARENA_ARRAY(arena, int, c->time + 1);
    out->first_s = (int)read_be(types, 4);
    for (size_t i = 0; i < c->time; i++) {
        if (kinds[i] >= c->type)
            return false;
        out->changes[i] = read_be(p + i * 8, 8);
        out->offsets[i] = (int)read_be(types + kinds[i] * 6, 4);
        if (i && out->changes[i] <= out->changes[i - 1])
            return false;
    }
    return true;
}

bool zone_file_read(struct arena *arena, struct bytes file, struct zone *out)
{
    struct counts c;
    if (!read_head(file, 0, &c))
        return false;
    size_t at = HEAD_SIZE + body_size(&c, 4);
    if (!read_head(file, at, &c) || file.n < at + HEAD_SIZE + body_size(&c, 8))
        return false;
    at += HEAD_SIZE;
    if (!read_changes(arena, (const unsigned char *)file.p + at, &c, out))
        return false;
    struct bytes tail = bytes_trim(bytes_from(file, at + body_size(&c, 8)));
    out->tail = (struct zone_tail){0};
    return tail.n == 0 || zone_tail_read(tail, &out->tail);
}

/* ---- The rule at the end ---- */

static bool take_number(struct bytes *s, int *out)
{
    size_t i = 0;
    int v = 0;
    while (i < s->n && i < 4 && s->p[i] >= '0' && s->p[i] <= '9')
        v = v * 10 + (s->p[i++] - '0');
    *s = bytes_from(*s, i);
    *out = v;
    return i > 0;
}

static bool take_char(struct bytes *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = bytes_from(*s, 1);
    return true;
}

static bool take_name(struct bytes *s)
{
    bool is_quoted = take_char(s, '<');
    size_t i = 0;
    while (i < s->n &&
           (is_quoted ? s->p[i] != '>' : (s->p[i] | 32) >= 'a' && (s->p[i] | 32) <= 'z'))
        i++;
    *s = bytes_from(*s, i);
    return i > 0 && (!is_quoted || take_char(s, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(struct bytes *s, int *out)
{
    int part, total = 0, unit = 3600;
    bool is_minus = take_char(s, '-');
    if (!is_minus)
        (void)take_char(s, '+');
    do {
        if (!take_number(s, &part))
            return false;
        total += part * unit;
        unit /= 60;
    } while (unit > 0 && take_char(s, ':'));
    *out = is_minus ? -total : total;
    return true;
}

static bool take_rule(struct bytes *s, struct zone_date_rule *out)
{
    *out = (struct zone_date_rule){.kind = 'D', .time_s = 7200};
    if (take_char(s, 'M')) {
        out->kind = 'M';
        if (!take_number(s, &out->month) || !take_char(s, '.') || !take_number(s, &out->week) ||
            !take_char(s, '.') || !take_number(s, &out->weekday))
            return false;
        if (out->month < 1 || out->month > 12 || out->week < 1 || out->week > 5 || out->weekday > 6)
            return false;
    } else {
        if (take_char(s, 'J'))
            out->kind = 'J';
        if (!take_number(s, &out->day) || out->day > 366)
            return false;
    }
    return !take_char(s, '/') || take_time(s, &out->time_s);
}

bool zone_tail_read(struct bytes text, struct zone_tail *out)
{
    int west;
    *out = (struct zone_tail){.is_known = true};
    if (!take_name(&text) || !take_time(&text, &west))
        return false;
    out->standard_s = -west;
    if (text.n == 0)
        return true;
    out->has_dst = true;
    out->dst_s = out->standard_s + 3600;
    if (!take_name(&text))
        return false;
    if (text.n && text.p[0] != ',') {
        if (!take_time(&text, &west))
            return false;
        out->dst_s = -west;
    }
    return take_char(&text, ',') && take_rule(&text, &out->start) && take_char(&text, ',') &&
           take_rule(&text, &out->end) && text.n == 0;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970 on which the rule falls in a year. */
static int64_t rule_days(const struct zone_date_rule *rule, int year)
{
    if (rule->kind == 'D')
        return zone_days(year, 1, 1) + rule->day;
    if (rule->kind == 'J')
        return zone_days(year, 1, 1) + rule->day - 1 + (is_leap(year) && rule->day >= 60);
    int64_t first = zone_days(year, rule->month, 1);
    int64_t next = zone_days(rule->month == 12 ? year + 1 : year, rule->month % 12 + 1, 1);
    int weekday = (int)(((first + 4) % 7 + 7) % 7);
    int64_t day = first + (rule->weekday - weekday + 7) % 7 + 7 * (rule->week - 1);
    while (day >= next)
        day -= 7;
    return day;
}

int zone_tail_offset(const struct zone_tail *tail, int64_t utc_s)
{
    if (!tail->has_dst)
        return tail->standard_s;
    int year, month, day;
    int64_t local = utc_s + tail->standard_s;
    zone_date(local >= 0 ? local / 86400 : -((-local + 86399) / 86400), &year, &month, &day);
    int64_t start = rule_days(&tail->start, year) * 86400 + tail->start.time_s - tail->standard_s;
    int64_t end = rule_days(&tail->end, year) * 86400 + tail->end.time_s - tail->dst_s;
    bool is_dst = start < end ? utc_s >= start && utc_s < end : utc_s >= start || utc_s < end;
    return is_dst ? tail->dst_s : tail->standard_s;
}
