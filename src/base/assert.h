/* Impossible states stop the program, in production too. Never for a user's input. */
#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

#define ASSERT(condition) ((condition) ? (void)0 : assert_failed(#condition, __FILE__, __LINE__))

_Noreturn void assert_failed(const char *condition, const char *file, int line);

#endif
