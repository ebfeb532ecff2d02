/* Regular expressions as people write them for browsers, as far as POSIX can follow. Pure. */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>

enum { PATTERN_MAX = 500 };

enum pattern_answer { PATTERN_NO, PATTERN_YES, PATTERN_UNKNOWN };

/* `expression` is "/…/flags", which looks anywhere in the text, or bare, which is the whole text.
 * Flag i is minded. PATTERN_UNKNOWN: too long, or it has what POSIX lacks (look-around, back
 * references, more than two counts in braces or one above 100). */
enum pattern_answer pattern_find(const char *expression, const char *text);

#endif
