/* Numbers with the units of panels, as a person reads them: "52.18 Mil", "49.76 MiB", "1.5 s",
 * "52,181,000". Pure. */
#ifndef GRAFANA_UNITS_H
#define GRAFANA_UNITS_H

#include "base/str.h"

/* `unit` is Grafana's id ("bytes", "percentunit", "reqps", "suffix:req"); one that is not known
 * leaves the number bare. Four significant digits at least, and every digit before the point. */
void unit_print(struct str *out, double v, const char *unit);

#endif
