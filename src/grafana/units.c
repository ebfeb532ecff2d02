/* Units by Grafana's ids. Pure; any thread.
 *
 * The steps and names are those that panels show, so that a sentence about a picture reads like the
 * picture; digits are one or two more, since "90 is above 90" helps nobody. A row says how a unit
 * scales and where on its scale it stands.
 */
#include "grafana/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCALE_MAX = 9 };

struct step {
    double by; /* from the step before to this one */
    const char *name;
};

static const struct step plain[] = {{1, ""}, {0, NULL}};
static const struct step spaced[] = {{1, " "}, {0, NULL}};
static const struct step brief[] = {{1, ""},          {1000, " K"},    {1000, " Mil"},
                                    {1000, " Bil"},   {1000, " Tri"},  {1000, " Quadr"},
                                    {1000, " Quint"}, {1000, " Sext"}, {0, NULL}};
static const struct step counts[] = {{1, ""},     {1000, "K"}, {1000, "M"},
                                     {1000, "B"}, {1000, "T"}, {0, NULL}};
static const struct step si[] = {{1, " "},     {1000, " k"}, {1000, " M"}, {1000, " G"},
                                 {1000, " T"}, {1000, " P"}, {1000, " E"}, {0, NULL}};
static const struct step iec[] = {{1, " "},      {1024, " Ki"}, {1024, " Mi"}, {1024, " Gi"},
                                  {1024, " Ti"}, {1024, " Pi"}, {1024, " Ei"}, {0, NULL}};
static const struct step times[] = {
    {1, " ns"},     {1000, " µs"}, {1000, " ms"}, {1000, " s"},           {60, " min"},
    {60, " hours"}, {24, " days"}, {7, " weeks"}, {365.25 / 7, " years"}, {0, NULL}};

struct unit {
    const char *id;
    const struct step *steps;
    int at; /* where on its steps the value itself stands */
    const char *suffix, *prefix;
    double factor; /* 0: none */
};

/* clang-format off */
static const struct unit units[] = {
    {"short", brief, 0, "", "", 0},         {"sishort", si, 0, "", "", 0},
    {"percent", plain, 0, " %", "", 0},     {"percentunit", plain, 0, " %", "", 100},
    {"humidity", plain, 0, " %H", "", 0},   {"dB", plain, 0, " dB", "", 0},
    {"ppm", plain, 0, " ppm", "", 0},       {"celsius", plain, 0, " °C", "", 0},
    {"fahrenheit", plain, 0, " °F", "", 0}, {"kelvin", plain, 0, " K", "", 0},
    {"degree", plain, 0, "°", "", 0},       {"none", plain, 0, "", "", 0},
    {"bytes", iec, 0, "B", "", 0},          {"decbytes", si, 0, "B", "", 0},
    {"kbytes", iec, 1, "B", "", 0},         {"deckbytes", si, 1, "B", "", 0},
    {"mbytes", iec, 2, "B", "", 0},         {"decmbytes", si, 2, "B", "", 0},
    {"gbytes", iec, 3, "B", "", 0},         {"decgbytes", si, 3, "B", "", 0},
    {"tbytes", iec, 4, "B", "", 0},         {"dectbytes", si, 4, "B", "", 0},
    {"bits", iec, 0, "b", "", 0},           {"decbits", si, 0, "b", "", 0},
    {"binBps", iec, 0, "B/s", "", 0},       {"Bps", si, 0, "B/s", "", 0},
    {"binbps", iec, 0, "b/s", "", 0},       {"bps", si, 0, "b/s", "", 0},
    {"KiBs", iec, 1, "B/s", "", 0},         {"KBs", si, 1, "B/s", "", 0},
    {"MiBs", iec, 2, "B/s", "", 0},         {"MBs", si, 2, "B/s", "", 0},
    {"GiBs", iec, 3, "B/s", "", 0},         {"GBs", si, 3, "B/s", "", 0},
    {"Kbits", si, 1, "b/s", "", 0},         {"Mbits", si, 2, "b/s", "", 0},
    {"Gbits", si, 3, "b/s", "", 0},         {"pps", si, 0, "p/s", "", 0},
    {"hertz", si, 0, "Hz", "", 0},          {"rothz", si, 0, "Hz", "", 0},
    {"watt", si, 0, "W", "", 0},            {"kwatt", si, 1, "W", "", 0},
    {"watth", si, 0, "Wh", "", 0},          {"kwatth", si, 1, "Wh", "", 0},
    {"volt", si, 0, "V", "", 0},            {"amp", si, 0, "A", "", 0},
    {"ns", times, 0, "", "", 0},            {"µs", times, 1, "", "", 0},
    {"ms", times, 2, "", "", 0},            {"s", times, 3, "", "", 0},
    {"m", times, 4, "", "", 0},             {"h", times, 5, "", "", 0},
    {"d", times, 6, "", "", 0},             {"dtdurations", times, 3, "", "", 0},
    {"dtdurationms", times, 2, "", "", 0},
    {"cps", counts, 0, " c/s", "", 0},      {"ops", counts, 0, " ops/s", "", 0},
    {"reqps", counts, 0, " req/s", "", 0},  {"rps", counts, 0, " rd/s", "", 0},
    {"wps", counts, 0, " wr/s", "", 0},     {"iops", counts, 0, " io/s", "", 0},
    {"eps", counts, 0, " evt/s", "", 0},    {"mps", counts, 0, " msg/s", "", 0},
    {"cpm", counts, 0, " c/m", "", 0},      {"opm", counts, 0, " ops/m", "", 0},
    {"reqpm", counts, 0, " req/m", "", 0},  {"rpm", counts, 0, " rd/m", "", 0},
    {"wpm", counts, 0, " wr/m", "", 0},
    {"currencyUSD", counts, 0, "", "$", 0}, {"currencyEUR", counts, 0, "", "€", 0},
    {"currencyGBP", counts, 0, "", "£", 0}, {"currencyJPY", counts, 0, "", "¥", 0},
    {"currencyCNY", counts, 0, "", "¥", 0}, {"currencyHKD", counts, 0, "", "HK$", 0},
};
/* clang-format on */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Units that dashboards make up: "suffix:orders", "si:W", "currency:¥". */
static struct unit own_unit(const char *id)
{
    const char *rest = strchr(id, ':') ? strchr(id, ':') + 1 : "";
    struct unit unit = {id, plain, 0, "", "", 0};
    while (*rest == ' ')
        rest++;
    if (begins(id, "suffix:"))
        unit = (struct unit){id, spaced, 0, rest, "", 0};
    else if (begins(id, "prefix:"))
        unit.prefix = rest;
    else if (begins(id, "si:"))
        unit = (struct unit){id, si, 0, rest, "", 0};
    else if (begins(id, "count:"))
        unit = (struct unit){id, counts, 0, rest, "", 0};
    else if (begins(id, "currency:"))
        unit = (struct unit){id, counts, 0, "", rest, 0};
    return unit;
}

static struct unit find_unit(const char *id)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].id, id) == 0)
            return units[i];
    return own_unit(id);
}

/* Commas between thousands of the part before the point. */
static void print_grouped(struct str *out, const char *digits)
{
    size_t n = strspn(digits, "0123456789");
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            str_addc(out, ',');
        str_addc(out, digits[i]);
    }
    str_adds(out, digits + n);
}

/* Places after the point for four significant digits; "0.00032", never "3.2e-04". */
static int places_of(double v)
{
    double size = fabs(v);
    if (size >= 1000 || size == 0)
        return 0;
    int places = 3 - (int)floor(log10(size));
    return places < 0 ? 0 : places > 12 ? 12 : places;
}

static void print_digits(struct str *out, double v)
{
    char text[64];
    if (!isfinite(v) || fabs(v) >= 1e18 || (v != 0 && fabs(v) < 1e-9)) {
        str_addf(out, "%.4g", v);
        return;
    }
    int places = places_of(v);
    snprintf(text, sizeof text, "%.*f", places, fabs(v));
    if (strchr(text, '.')) {
        size_t n = strlen(text);
        while (text[n - 1] == '0')
            text[--n] = 0;
        if (text[n - 1] == '.')
            text[n - 1] = 0;
    }
    if (v < 0 && strcmp(text, "0") != 0)
        str_addc(out, '-');
    print_grouped(out, text);
}

void unit_print(struct str *out, double v, const char *id)
{
    struct unit unit = find_unit(id);
    int at = unit.at;
    if (unit.factor != 0)
        v *= unit.factor;
    if (isfinite(v) && v != 0) {
        /* What would be rounded up to the next step is of that step: "1 MiB", not "1,024 KiB". */
        while (unit.steps[at + 1].name && fabs(v) >= unit.steps[at + 1].by * 0.99995)
            v /= unit.steps[++at].by;
        while (at > 0 && fabs(v) < 0.99995)
            v *= unit.steps[at--].by;
    }
    str_adds(out, unit.prefix);
    print_digits(out, v);
    str_adds(out, unit.steps[at].name);
    /* A scale that begins with a blank has it before what it counts only. */
    if (!*unit.suffix && out->n && out->p[out->n - 1] == ' ')
        str_cut(out, out->n - 1);
    str_adds(out, unit.suffix);
}
