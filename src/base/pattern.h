/* Regular expressions as people write them for Grafana. Pure. */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>

enum { PATTERN_MAX = 500 };

enum pattern_answer { PATTERN_NO, PATTERN_YES, PATTERN_UNKNOWN };

/* `expression` is "/…/flags", or bare, which means ^…$: source @grafana/data, stringToJsRegex.
 * PATTERN_UNKNOWN: too long, no expression, text that is not UTF-8, or not decided within limits of
 * time and memory. */
enum pattern_answer pattern_find(const char *expression, const char *text);

#endif
