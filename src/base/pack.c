/* gzip by zlib, in memory. Any thread.
 *
 * Level 6: data of a panel shrink to a fifth in some milliseconds; higher levels gain nothing here.
 * Level 1 for answers: lists of shots shrink to a tenth in a millisecond or two.
 */
#include "base/pack.h"

#include "base/assert.h"
#include "base/str.h"

#include <zlib.h>

enum { LEVEL = 6, LEVEL_FAST = 1, WINDOW_GZIP = 15 + 16, MEMORY = 8, CHUNK = 64 * 1024 };

static struct bytes deflate_all(struct arena *arena, struct bytes plain, int level)
{
    z_stream z = {0};
    ASSERT(deflateInit2(&z, level, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY) == Z_OK);
    uLong room = deflateBound(&z, plain.n);
    char *out = arena_alloc(arena, room);
    z.next_in = (Bytef *)(uintptr_t)plain.p;
    z.avail_in = (uInt)plain.n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    ASSERT(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return (struct bytes){out, z.total_out};
}

struct bytes pack_gzip(struct arena *arena, struct bytes plain)
{
    return deflate_all(arena, plain, LEVEL);
}

struct bytes pack_gzip_fast(struct arena *arena, struct bytes plain)
{
    return deflate_all(arena, plain, LEVEL_FAST);
}

struct packer {
    z_stream z;
    struct str *out;
};

struct packer *packer_new(struct arena *arena)
{
    struct packer *packer = ARENA_NEW(arena, struct packer);
    packer->out = str_new(arena, SIZE_MAX / 4);
    ASSERT(deflateInit2(&packer->z, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY) ==
           Z_OK);
    return packer;
}

static void deflate_piece(struct packer *packer, struct bytes piece, int flush)
{
    z_stream *z = &packer->z;
    z->next_in = (Bytef *)(uintptr_t)piece.p;
    z->avail_in = (uInt)piece.n;
    do {
        char chunk[CHUNK];
        z->next_out = (Bytef *)chunk;
        z->avail_out = sizeof chunk;
        ASSERT(deflate(z, flush) != Z_STREAM_ERROR);
        str_add(packer->out, (struct bytes){chunk, sizeof chunk - z->avail_out});
    } while (z->avail_out == 0);
}

void packer_add(struct packer *packer, struct bytes piece)
{
    deflate_piece(packer, piece, Z_NO_FLUSH);
}

struct bytes packer_end(struct packer *packer)
{
    deflate_piece(packer, (struct bytes){"", 0}, Z_FINISH);
    deflateEnd(&packer->z);
    return str_bytes(packer->out);
}

static bool is_gzip(struct bytes b)
{
    return b.n >= 2 && (unsigned char)b.p[0] == 0x1f && (unsigned char)b.p[1] == 0x8b;
}

/* Z_STREAM_END when all of it has come; Z_OK when the ceiling was met; else zlib's error. */
static int inflate_all(z_stream *z, struct str *out)
{
    int result = Z_OK;
    while (result == Z_OK) {
        char chunk[CHUNK];
        z->next_out = (Bytef *)chunk;
        z->avail_out = sizeof chunk;
        result = inflate(z, Z_NO_FLUSH);
        str_add(out, (struct bytes){chunk, sizeof chunk - z->avail_out});
        if (out->is_full)
            return Z_OK;
    }
    return result;
}

int pack_gunzip(struct op *op, struct bytes packed, size_t max, struct bytes *out)
{
    if (!is_gzip(packed)) {
        *out = packed;
        return 0;
    }
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed.p, .avail_in = (uInt)packed.n};
    struct str *plain = str_new(&op->arena, max);
    ASSERT(inflateInit2(&z, WINDOW_GZIP) == Z_OK);
    int result = inflate_all(&z, plain);
    inflateEnd(&z);
    if (plain->is_full)
        return op_fail(op, ERR_TOO_LARGE, "the kept data are larger than %zu bytes", max);
    if (result != Z_STREAM_END)
        return op_fail(op, ERR_STORAGE, "the kept data are damaged: they cannot be unpacked");
    *out = str_bytes(plain);
    return 0;
}
