/* The end of a program that found itself in an impossible state: say where, then abort. */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "rounds: impossible state: %s (%s:%d)\n", condition, file, line);
    abort();
}
