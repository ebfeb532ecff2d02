/* Time zones: between UTC and the local time of an IANA zone, correct over every change of clocks.
 *
 * Reads the system's zone files (RFC 8536) itself: glibc has no zone object that threads can share,
 * and GLib's gives wrong answers for Europe/Dublin from 2038 on. A zone is immutable and may be
 * used by any thread as long as its arena lives. "UTC" needs no file.
 */
#ifndef CRON_ZONE_H
#define CRON_ZONE_H

#include "base/op.h"

struct zone;

/* Into the op's arena; blocks on the disk for some microseconds. ERR_BAD_INPUT: not a zone's name;
 * ERR_NOT_FOUND: the system does not know it (the text says which package would). */
int zone_open(struct op *op, const char *name, const struct zone **out) MUST_CHECK;

/* A date and a time of day, as a clock on the wall shows them. */
struct zone_civil {
    int year;
    int month; /* 1…12 */
    int day;   /* 1…31 */
    int hour;  /* 0…23 */
    int minute;
    int second;
    int weekday;  /* 0 = Sunday; written by zone_local, ignored by zone_utc */
    int offset_s; /* local minus UTC; the same */
};

void zone_local(const struct zone *zone, int64_t utc_ms, struct zone_civil *out);

/* How often a local time exists. */
enum zone_fit {
    ZONE_ONCE,
    ZONE_NEVER, /* clocks jumped over it: the answer is the first instant after the jump */
    ZONE_TWICE, /* clocks were set back over it: see zone_utc */
};
/* Fields may be out of range (day 0, month 13, hour 24): they carry over. *utc_ms gets the first
 * instant that has this local time; *later_ms, unless NULL, the last one (the same, if once). */
enum zone_fit zone_utc(const struct zone *zone, const struct zone_civil *local, int64_t *utc_ms,
                       int64_t *later_ms);

/* Days since 1970-01-01 of a date of the (proleptic) Gregorian calendar, and back. */
int64_t zone_days(int year, int month, int day);
void zone_date(int64_t days, int *year, int *month, int *day);
/* "2026-10-01" → days; false if it is no date. */
bool zone_parse_date(struct bytes text, int64_t *out_days);

#endif
