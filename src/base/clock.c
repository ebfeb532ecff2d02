/* Time. The wall clock can be shifted for tests (schedules over a change of summer time, token
 * expiry) by ROUNDS_TEST_CLOCK_OFFSET_MS, read once; deadlines always use the monotonic clock, so
 * no shift or jump can end or prolong a wait.
 */
#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

static int64_t offset_ms;

static void read_offset(void)
{
    const char *text = getenv("ROUNDS_TEST_CLOCK_OFFSET_MS");
    offset_ms = text ? strtoll(text, NULL, 10) : 0;
}

int64_t clock_wall_ms(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_offset);
    return read_us(CLOCK_REALTIME) / 1000 + offset_ms;
}

void clock_iso(int64_t wall_ms, char *out)
{
    int64_t seconds = wall_ms / 1000;
    int64_t ms = wall_ms % 1000;
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    time_t t = (time_t)seconds;
    struct tm tm;
    gmtime_r(&t, &tm);
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)ms);
    memcpy(out, text, CLOCK_ISO_MAX - 1);
    out[CLOCK_ISO_MAX - 1] = 0;
}

/* Digits [at, at+n) as a number, or -1. */
static int digits(const char *text, size_t at, size_t n)
{
    int value = 0;
    for (size_t i = at; i < at + n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* "Z", "+08:00" or "" (UTC) at the end of the text: minutes east of UTC. *ok: it was one of these. */
static int zone_minutes(const char *text, bool *ok)
{
    *ok = true;
    if (!*text || strcmp(text, "Z") == 0)
        return 0;
    int hours = strlen(text) == 6 ? digits(text, 1, 2) : -1;
    int minutes = hours >= 0 ? digits(text, 4, 2) : -1;
    *ok = (*text == '+' || *text == '-') && minutes >= 0 && hours < 24 && minutes < 60 &&
          text[3] == ':';
    return (*text == '-' ? -1 : 1) * (hours * 60 + minutes);
}

static const char *skip_fraction(const char *text, int *ms)
{
    *ms = 0;
    if (*text != '.')
        return text;
    int scale = 100;
    for (text++; *text >= '0' && *text <= '9'; text++, scale /= 10)
        *ms += (*text - '0') * scale;
    return text;
}

int clock_parse_iso(const char *text, int64_t *out_ms)
{
    size_t n = strlen(text);
    struct tm tm = {0};
    if (n < 10 || text[4] != '-' || text[7] != '-')
        return -1;
    int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31)
        return -1;
    int ms = 0, minutes = 0;
    if (n > 10) {
        if (n < 19 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
            return -1;
        tm.tm_hour = digits(text, 11, 2);
        tm.tm_min = digits(text, 14, 2);
        tm.tm_sec = digits(text, 17, 2);
        bool ok;
        minutes = zone_minutes(skip_fraction(text + 19, &ms), &ok);
        if (!ok || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 ||
            tm.tm_sec < 0 || tm.tm_sec > 60)
            return -1;
    }
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    tm.tm_mday = day;
    *out_ms = ((int64_t)timegm(&tm) - minutes * 60) * 1000 + ms;
    return tm.tm_mday == day ? 0 : -1; /* timegm turns 31 February into March */
}
