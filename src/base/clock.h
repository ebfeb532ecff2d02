/* Time: the monotonic clock for deadlines, the wall clock for what people read. Milliseconds
 * (clock_mono_us: microseconds). Any thread.
 * Tests may shift the wall clock by the environment (ROUNDS_TEST_CLOCK_OFFSET_MS), read once.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
int64_t clock_wall_ms(void);
/* "2026-11-23T08:30:00.123Z"; out needs CLOCK_ISO_MAX bytes. */
enum { CLOCK_ISO_MAX = 32 };
void clock_iso(int64_t wall_ms, char *out);
/* RFC 3339 with 'Z' or an offset (UTC without either), or a bare date; -1 if it is none of these. */
int clock_parse_iso(const char *text, int64_t *out_ms);

#endif
