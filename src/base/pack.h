/* Compressing what is kept for years, and long answers: gzip, so that any tool can open it. Pure but for
 * memory. */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "base/op.h"

/* A gzip member without name or time: the same content always gives the same bytes. */
struct bytes pack_gzip(struct arena *arena, struct bytes plain);
/* Less effort, for what is sent once and not kept. */
struct bytes pack_gzip_fast(struct arena *arena, struct bytes plain);
/* The same for content that comes in pieces; nothing of it is held but what is packed. Each packer
 * must be ended. */
struct packer;
struct packer *packer_new(struct arena *arena);
void packer_add(struct packer *packer, struct bytes piece);
struct bytes packer_end(struct packer *packer);
/* Content that is not gzip comes back as it is. ERR_STORAGE: damaged; ERR_TOO_LARGE beyond max. */
int pack_gunzip(struct op *op, struct bytes packed, size_t max, struct bytes *out) MUST_CHECK;

#endif
