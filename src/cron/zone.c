/* Zones: local time to UTC and back, over the changes that zone_file.c has read.
 *
 * A zone lives in the arena of the op that opened it and never changes; reading a file of 1–3 KB is
 * cheap enough that nothing is cached, so there is no lock and no global. The rejected choice,
 * GLib's GTimeZone, disagrees with the C library about Europe/Dublin from 2038 on.
 */
#include "cron/zone.h"

#include "cron/zone_file.h"
#include "sys/file.h"

#include <string.h>

enum { NAME_MAX_BYTES = 64, FILE_MAX = 64 * 1024, AROUND_S = 26 * 3600 };

static const char *const folders[] = {"/usr/share/zoneinfo", "/etc/zoneinfo"};

static bool is_name(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > NAME_MAX_BYTES || name[0] == '/' || name[0] == '.' || strstr(name, ".."))
        return false;
    static const char extra[] = "0123456789_+-/";
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !strchr(extra, c))
            return false;
    }
    return true;
}

static int read_zone_file(struct op *op, const char *name, struct zone *out)
{
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct bytes file;
        const char *path = arena_fmt(&op->arena, "%s/%s", folders[i], name);
        if (!file_exists(path))
            continue;
        if (file_read(op, path, FILE_MAX, &file))
            return -1;
        if (!zone_file_read(&op->arena, file, out))
            return op_fail(op, ERR_NOT_FOUND, "time zone '%s': %s is not a zone file", name, path);
        return 0;
    }
    return op_fail(op, ERR_NOT_FOUND,
                   "time zone '%s' is not known here; write it like 'Asia/Shanghai', and see that "
                   "the package tzdata is installed",
                   name);
}

int zone_open(struct op *op, const char *name, const struct zone **out)
{
    if (!is_name(name))
        return op_fail(op, ERR_BAD_INPUT,
                       "'%.80s' is not the name of a time zone; write it like 'Asia/Shanghai'",
                       name);
    struct zone *zone = ARENA_NEW(&op->arena, struct zone);
    if (strcmp(name, "UTC") != 0 && read_zone_file(op, name, zone))
        return -1;
    *out = zone;
    return 0;
}

static int offset_at(const struct zone *zone, int64_t utc_s)
{
    size_t low = 0, high = zone->n; /* the number of changes at or before utc_s */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (zone->changes[mid] <= utc_s)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == zone->n && zone->tail.is_known)
        return zone_tail_offset(&zone->tail, utc_s);
    return low == 0 ? zone->first_s : zone->offsets[low - 1];
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Howard Hinnant's days_from_civil: eras of 400 years, years that begin in March. */
int64_t zone_days(int year, int month, int day)
{
    int64_t months = (int64_t)year * 12 + month - 1;
    int64_t y = floor_div(months, 12);
    int64_t m = months - y * 12 + 1;
    y -= m <= 2;
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

void zone_date(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

bool zone_parse_date(struct bytes text, int64_t *out_days)
{
    int64_t year, month, day;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        !bytes_to_i64((struct bytes){text.p, 4}, &year) ||
        !bytes_to_i64((struct bytes){text.p + 5, 2}, &month) ||
        !bytes_to_i64((struct bytes){text.p + 8, 2}, &day) || year < 1970 || month < 1 ||
        month > 12)
        return false;
    int y, m, d;
    int64_t days = zone_days((int)year, (int)month, (int)day);
    zone_date(days, &y, &m, &d);
    if (y != year || m != month || d != day)
        return false;
    *out_days = days;
    return true;
}

void zone_local(const struct zone *zone, int64_t utc_ms, struct zone_civil *out)
{
    int64_t utc_s = floor_div(utc_ms, 1000);
    int offset = offset_at(zone, utc_s);
    int64_t local = utc_s + offset;
    int64_t days = floor_div(local, 86400);
    int rest = (int)(local - days * 86400);
    zone_date(days, &out->year, &out->month, &out->day);
    out->hour = rest / 3600;
    out->minute = rest / 60 % 60;
    out->second = rest % 60;
    out->weekday = (int)((days % 7 + 11) % 7);
    out->offset_s = offset;
}

/* The first instant in (low, high] with an offset other than that at low. */
static int64_t first_change(const struct zone *zone, int64_t low, int64_t high)
{
    int before = offset_at(zone, low);
    while (high - low > 1) {
        int64_t mid = low + (high - low) / 2;
        if (offset_at(zone, mid) == before)
            low = mid;
        else
            high = mid;
    }
    return high;
}

enum zone_fit zone_utc(const struct zone *zone, const struct zone_civil *local, int64_t *utc_ms,
                       int64_t *later_ms)
{
    int64_t wall = zone_days(local->year, local->month, 1) * 86400 +
                   ((int64_t)local->day - 1) * 86400 + (int64_t)local->hour * 3600 +
                   (int64_t)local->minute * 60 + local->second;
    /* No zone is further than 15 hours from UTC, so a change that matters is within these. */
    int before = offset_at(zone, wall - AROUND_S), after = offset_at(zone, wall + AROUND_S);
    int64_t first = wall - (before > after ? before : after);
    int64_t last = wall - (before > after ? after : before);
    bool is_first = first + offset_at(zone, first) == wall;
    bool is_last = last + offset_at(zone, last) == wall;
    enum zone_fit fit = is_first && is_last && first != last ? ZONE_TWICE
                        : is_first || is_last                ? ZONE_ONCE
                                                             : ZONE_NEVER;
    if (fit == ZONE_NEVER)
        first = last = first_change(zone, first, last);
    else if (!is_first)
        first = last;
    else if (!is_last)
        last = first;
    *utc_ms = first * 1000;
    if (later_ms)
        *later_ms = last * 1000;
    return fit;
}
