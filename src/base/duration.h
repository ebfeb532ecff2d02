/* Durations and sizes as people write them. Pure.
 *
 * Durations follow Go's: "90s", "1m30s", "500ms", "1.5h", besides "7d"; a bare number is seconds.
 * Sizes: "64MiB", "1GiB", "10MB"; a bare number is bytes.
 */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/bytes.h"

/* Milliseconds, rounded. False when malformed, negative or too large. */
bool duration_parse(struct bytes text, int64_t *out_ms);
/* Bytes; fractions of one are cut off. False likewise. */
bool size_parse(struct bytes text, int64_t *out_bytes);

#endif
