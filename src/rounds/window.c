/* Windows to absolute ranges. Pure; any thread. The rules for changes of clocks are in window.h. */
#include "rounds/window.h"

#include "base/clock.h"
#include "rounds/plan.h"

#include <stdio.h>

enum { DAY_MINUTES = 1440 };

/* The local date on which the calendar unit of the moment begins, `offset` units on. */
static struct zone_civil unit_start(const struct window *window, const struct zone *zone,
                                    int64_t moment_ms, int offset)
{
    struct zone_civil local;
    zone_local(zone, moment_ms, &local);
    struct zone_civil start = {.year = local.year, .month = local.month, .day = local.day};
    if (window->unit == WINDOW_DAY) {
        start.day += offset;
    } else if (window->unit == WINDOW_WEEK) {
        start.day += 7 * offset - (local.weekday + 6) % 7;
    } else {
        start.month += offset;
        start.day = 1;
    }
    return start;
}

static void resolve_calendar(const struct window *window, const struct zone *zone,
                             int64_t moment_ms, int64_t *from_ms, int64_t *to_ms)
{
    bool is_part = window->unit == WINDOW_DAY && (window->from_min || window->to_min);
    struct zone_civil from = unit_start(window, zone, moment_ms, window->offset), to;
    if (is_part) {
        to = from;
        from.minute = window->from_min;
        to.minute = window->to_min;
    } else {
        to = unit_start(window, zone, moment_ms, window->offset + 1);
    }
    int64_t ignored;
    zone_utc(zone, &from, from_ms, NULL);
    zone_utc(zone, &to, &ignored, to_ms);
}

void window_resolve(const struct window *window, const struct zone *zone, int64_t moment_ms,
                    int64_t *from_ms, int64_t *to_ms)
{
    switch (window->kind) {
    case WINDOW_ROLLING:
        *to_ms = moment_ms - window->offset_ms;
        *from_ms = *to_ms - window->length_ms;
        break;
    case WINDOW_FIXED:
        *from_ms = window->from_ms;
        *to_ms = window->to_ms;
        break;
    case WINDOW_CALENDAR:
        resolve_calendar(window, zone, moment_ms, from_ms, to_ms);
        break;
    }
    /* Both ends in one hour that was jumped over: never an empty or a negative range. */
    if (*to_ms <= *from_ms)
        *to_ms = *from_ms + 60000;
}

static const char *const units[] = {"day", "week", "month"};

static void print_minutes(char *out, int minutes)
{
    snprintf(out, 8, "%02d:%02d", minutes / 60 % 100, minutes % 60);
}

char *window_key(struct arena *arena, const struct window *window)
{
    char from[CLOCK_ISO_MAX], to[CLOCK_ISO_MAX];
    if (window->kind == WINDOW_ROLLING) {
        char *length = plan_print_duration(arena, window->length_ms);
        return window->offset_ms ? arena_fmt(arena, "%s-%s", length,
                                             plan_print_duration(arena, window->offset_ms))
                                 : length;
    }
    if (window->kind == WINDOW_FIXED) {
        clock_iso(window->from_ms, from);
        clock_iso(window->to_ms, to);
        return arena_fmt(arena, "%s/%s", from, to);
    }
    char *unit = arena_fmt(arena, "%s%+d", units[window->unit], window->offset);
    if (!window->from_min && !window->to_min)
        return unit;
    print_minutes(from, window->from_min);
    print_minutes(to, window->to_min);
    return arena_fmt(arena, "%s %s-%s", unit, from, to);
}

static void print_calendar(const struct window *window, struct jw *w)
{
    char from[8], to[8];
    jw_text_at(w, "kind", "calendar");
    jw_text_at(w, "unit", units[window->unit]);
    jw_int_at(w, "offset", window->offset);
    if (window->from_min || window->to_min) {
        print_minutes(from, window->from_min);
        print_minutes(to, window->to_min ? window->to_min : DAY_MINUTES);
        jw_text_at(w, "from", from);
        jw_text_at(w, "to", to);
    }
}

void window_print(const struct window *window, struct jw *w)
{
    struct arena arena;
    char from[CLOCK_ISO_MAX], to[CLOCK_ISO_MAX];
    arena_init(&arena);
    jw_object(w);
    jw_text_at(w, "name", window->name);
    switch (window->kind) {
    case WINDOW_ROLLING:
        jw_text_at(w, "kind", "rolling");
        jw_text_at(w, "length", plan_print_duration(&arena, window->length_ms));
        jw_text_at(w, "offset", plan_print_duration(&arena, window->offset_ms));
        break;
    case WINDOW_FIXED:
        clock_iso(window->from_ms, from);
        clock_iso(window->to_ms, to);
        jw_text_at(w, "kind", "fixed");
        jw_text_at(w, "from", from);
        jw_text_at(w, "to", to);
        break;
    case WINDOW_CALENDAR:
        print_calendar(window, w);
        break;
    }
    jw_end(w);
    arena_fini(&arena);
}
