/* Durations and sizes as people and Go programs write them. Pure. */
#include "base/duration.h"

#define TOTAL_MAX 9e15 /* below 2^53: a double counts exactly up to there */

/* Takes a number and the unit behind it off the front: of "1m30s" first 1 and "m". False if there is
 * no number. */
static bool take_part(struct bytes *rest, double *number, struct bytes *unit)
{
    size_t n = 0;
    while (n < rest->n && ((rest->p[n] >= '0' && rest->p[n] <= '9') || rest->p[n] == '.'))
        n++;
    if (!bytes_to_double((struct bytes){rest->p, n}, number))
        return false;
    *rest = bytes_from(*rest, n);
    n = 0;
    while (n < rest->n && !(rest->p[n] >= '0' && rest->p[n] <= '9') && rest->p[n] != '.')
        n++;
    *unit = (struct bytes){rest->p, n};
    *rest = bytes_from(*rest, n);
    return true;
}

bool duration_parse(struct bytes text, int64_t *out_ms)
{
    static const struct {
        const char *name;
        double ms;
    } units[] = {{"ns", 1e-6}, {"us", 1e-3}, {"µs", 1e-3}, {"ms", 1},
                 {"s", 1e3},   {"m", 6e4},   {"h", 3.6e6}, {"d", 8.64e7}};
    double total = 0, number;
    struct bytes unit, rest = text;
    int64_t seconds;
    if (bytes_to_i64(text, &seconds) && seconds >= 0 && seconds < INT64_MAX / 1000) {
        *out_ms = seconds * 1000;
        return true;
    }
    if (text.n == 0)
        return false;
    while (rest.n > 0) {
        if (!take_part(&rest, &number, &unit))
            return false;
        double factor = 0;
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (bytes_eq_s(unit, units[i].name))
                factor = units[i].ms;
        if (factor == 0)
            return false;
        total += number * factor;
    }
    if (total >= TOTAL_MAX)
        return false;
    *out_ms = (int64_t)(total + 0.5);
    return true;
}

bool size_parse(struct bytes text, int64_t *out)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {{"", 1},          {"B", 1},    {"KiB", 1024},  {"MiB", 1 << 20},
                 {"GiB", 1 << 30}, {"K", 1024}, {"M", 1 << 20}, {"G", 1 << 30},
                 {"KB", 1e3},      {"MB", 1e6}, {"GB", 1e9}};
    double number, factor = 0;
    struct bytes unit, rest = text;
    if (!take_part(&rest, &number, &unit) || rest.n > 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (bytes_eq_s(bytes_trim(unit), units[i].name))
            factor = units[i].factor;
    if (factor == 0 || number * factor >= TOTAL_MAX)
        return false;
    *out = (int64_t)(number * factor);
    return true;
}
