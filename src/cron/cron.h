/* Cron expressions: five fields, in the local time of a zone. Pure.
 *
 *     minute hour day-of-month month day-of-week
 *
 * Each field: "*", a number, a range "1-5", a step of either, a list of these. Months and weekdays
 * take English three-letter names; 0 and 7 are Sunday. Day of month takes "L" (the last day); day
 * of week takes "1#2" (the second Monday) and "5L" (the last Friday); "?" is "*". When both days
 * are given, one of them is enough. "@hourly", "@daily", "@weekly", "@monthly", "@yearly" are
 * known.
 *
 * When clocks change: an expression with every hour goes by real time (both 01:30s fire, and what
 * never was does not); any other fires once a day for each of its times: at the first of two, and,
 * if the time was jumped over, at the first instant after the jump.
 */
#ifndef CRON_CRON_H
#define CRON_CRON_H

#include "base/str.h"
#include "cron/zone.h"

struct cron {
    uint64_t minutes; /* bit per value */
    uint32_t hours;
    uint32_t days;     /* bits 1…31 */
    uint16_t months;   /* bits 1…12 */
    uint8_t weekdays;  /* bits 0…6 */
    uint8_t nth[7];    /* per weekday: bits 1…5 for "#n", bit 0 for "L" */
    bool has_last_day; /* "L" in day of month */
    bool is_any_day;   /* day of month is "*" */
    bool is_any_weekday;
};

/* ERR_BAD_INPUT: the text names the field, what is wrong with it, and what would do. */
int cron_parse(struct op *op, struct bytes text, struct cron *out) MUST_CHECK;
/* The first moment after after_ms; 0 if there is none within 40 years. */
int64_t cron_next(const struct cron *cron, const struct zone *zone, int64_t after_ms);
/* Does it fire on this date at all? */
bool cron_has_day(const struct cron *cron, int64_t days);
/* In words: "every Monday to Friday at 08:30", "每周一至周五 08:30". */
enum cron_language { CRON_EN, CRON_ZH };
void cron_words(const struct cron *cron, enum cron_language language, struct str *out);

/* ---- Several lines, a zone, and days off ---- */

enum { SCHEDULE_LINES_MAX = 32, SCHEDULE_HOLIDAYS_MAX = 1000 };

struct schedule {
    struct cron lines[SCHEDULE_LINES_MAX];
    size_t line_n;
    const struct zone *zone;
    const int64_t *holidays; /* days (zone_days), rising */
    size_t holiday_n;
};

/* A holiday is "2026-10-01" or a span "2026-10-01..2026-10-07". Into the op's arena.
 * ERR_BAD_INPUT, ERR_NOT_FOUND as for zones and lines. */
int schedule_parse(struct op *op, const char *const *lines, size_t line_n, const char *zone,
                   const char *const *holidays, size_t holiday_n, struct schedule *out) MUST_CHECK;
/* The first moment after after_ms that is on no holiday; 0: none. *line, unless NULL: which line.
 */
int64_t schedule_next(const struct schedule *schedule, int64_t after_ms, size_t *line);
/* The newest moment in (after_ms, until_ms]; 0: none. For what was missed while nobody ran. */
int64_t schedule_newest(const struct schedule *schedule, int64_t after_ms, int64_t until_ms);

#endif
