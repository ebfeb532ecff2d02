/* The canonical text that hashes are taken over. For store/ only; the form is a promise to those
 * who verify bundles with programs of their own.
 *
 *     text  = "rounds " kind " 1\n" field*
 *     field = name " " length " " value "\n"      length: of the value in bytes, in decimal
 *
 * A hash is the SHA-256 of such a text, written as 64 lower-case hex digits. The first field of a
 * chained row is "before": the hash of the row before it, 64 zeros for the first.
 */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "base/hash.h"
#include "base/op.h"
#include "base/str.h"

#define CHAIN_START "0000000000000000000000000000000000000000000000000000000000000000"

void chain_begin(struct str *s, const char *kind);
void chain_text(struct str *s, const char *name, const char *value); /* NULL as "" */
void chain_int(struct str *s, const char *name, int64_t value);
void chain_end(const struct str *s, char out[HASH_HEX_MAX]);

/* 64 hex digits to 32 bytes for a BLOB column, in the arena. */
struct bytes chain_pack(struct arena *arena, const char *hex);

#endif
