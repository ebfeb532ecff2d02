/* What a shot has kept: its picture, thumbnail, data, and how it differs from another.
 *
 * A blob is named by its hash, so its ETag is for ever. Its address is for ever too when it carries
 * that hash (?v=…); without it the address may show another picture once the shot has been taken
 * again, and the client asks whether it has.
 */
#include "api/fields.h"
#include "api/handlers.h"
#include "api/shots.h"
#include "base/pack.h"
#include "rounds/round.h"
#include "rounds/series.h"

#include <string.h>
#include <unistd.h>

enum { VERSION_MIN = 8, CSV_MAX = 128 << 20, DATA_MAX = 256 << 20 };

static bool begins_with(const struct store_blob_ref *ref, const char *version)
{
    char hex[BLOB_HEX_MAX];
    blob_key_hex(ref->key, hex);
    return ref->size && strlen(version) >= VERSION_MIN &&
           strncmp(hex, version, strlen(version)) == 0;
}

/* ?v= is the beginning of the picture's hash, of the data's or of the frames'. */
static void set_caching(struct call *call, const struct store_shot *shot)
{
    const char *version = query_text(call, "v");
    bool is_named =
        version && (begins_with(&shot->picture, version) || begins_with(&shot->data, version) ||
                    begins_with(&shot->frames, version));
    httpd_header(call->req, "Cache-Control",
                 is_named ? "private, max-age=31536000, immutable" : "private, no-cache");
}

static int check_kept(struct call *call, const struct store_shot *shot, const char *what,
                      const struct store_blob_ref *ref)
{
    if (ref->size && shot->is_expired)
        return op_fail(call->op, ERR_GONE, "the %s of %s was removed by the plan's retention", what,
                       shot->id);
    if (ref->size == 0)
        return op_fail(call->op, ERR_NOT_FOUND, "%s has no %s", shot->id, what);
    return 0;
}

static const char *etag_of(struct call *call, const struct store_blob_ref *ref, const char *suffix)
{
    char hex[BLOB_HEX_MAX];
    blob_key_hex(ref->key, hex);
    return arena_fmt(&call->op->arena, "\"%s%s\"", hex, suffix);
}

static int reply_blob(struct call *call, const struct store_shot *shot,
                      const struct store_blob_ref *ref, const char *type, const char *encoding)
{
    struct httpd_file file = {.type = type, .etag = etag_of(call, ref, "")};
    int64_t size;
    if (blob_open(call->op, call->api->platform->blobs, ref->key, &file.fd, &size) < 0)
        return -1;
    file.length = (uint64_t)size;
    if (encoding)
        httpd_header(call->req, "Content-Encoding", encoding);
    set_caching(call, shot);
    httpd_reply_file(call->req, &file);
    return 0;
}

/* The shot of the path; with ?take= in the state of an earlier take of it, 1 being the first. */
static int kept_of_call(struct call *call, struct store_shot *out)
{
    struct store_take *takes;
    int64_t number = 0;
    size_t n;
    if (query_int(call, "take", 1, INT32_MAX, &number) < 0 || shot_of_call(call, 0, out) < 0)
        return -1;
    if (number == 0)
        return 0;
    if (store_shot_takes(call->op, call->api->platform->store, out->row, &takes, &n) < 0)
        return -1;
    if ((size_t)number > n)
        return op_fail(call->op, ERR_NOT_FOUND, "%s has %zu earlier takes, and no take %lld",
                       out->id, n, (long long)number);
    const struct store_take *take = &takes[n - (size_t)number];
    out->picture = take->picture;
    out->thumb = take->thumb;
    out->data = take->data;
    out->frames = take->frames;
    out->is_expired = take->is_expired;
    return 0;
}

static const char *mime_of(struct call *call, const struct store_shot *shot)
{
    const struct jv *meta = jv_parse_quiet(&call->op->arena, bytes_of(shot->meta));
    const char *mime = jv_text_at(meta, "mime", "");
    return *mime ? mime : "image/png";
}

int handle_shots_picture(struct call *call)
{
    struct store_shot shot;
    if (kept_of_call(call, &shot) < 0 || check_kept(call, &shot, "picture", &shot.picture) < 0)
        return -1;
    return reply_blob(call, &shot, &shot.picture, mime_of(call, &shot), NULL);
}

/* Made with the picture. Where it could not be, the picture itself, which no browser minds. */
int handle_shots_thumbnail(struct call *call)
{
    struct store_shot shot;
    if (kept_of_call(call, &shot) < 0 || check_kept(call, &shot, "picture", &shot.picture) < 0)
        return -1;
    if (shot.thumb.size)
        return reply_blob(call, &shot, &shot.thumb, "image/png", NULL);
    return reply_blob(call, &shot, &shot.picture, mime_of(call, &shot), NULL);
}

/* The series, as JSON: kept packed. */
static int read_data(struct call *call, const struct store_shot *shot, struct bytes *out)
{
    struct bytes packed;
    if (check_kept(call, shot, "data", &shot->data) < 0 ||
        blob_get(call->op, call->api->platform->blobs, shot->data.key, &packed) < 0)
        return -1;
    return pack_gunzip(call->op, packed, DATA_MAX, out);
}

int handle_shots_data(struct call *call)
{
    struct store_shot shot;
    if (kept_of_call(call, &shot) < 0)
        return -1;
    if (shot.data.size == 0) {
        struct series_set none = {.note = "picture_only"};
        struct reply r;
        reply_open(&r, call);
        series_set_print(&none, &r.w);
        return reply_json(&r, 200);
    }
    struct bytes json;
    if (read_data(call, &shot, &json) < 0)
        return -1;
    set_caching(call, &shot);
    if (!httpd_reply_unchanged(call->req, etag_of(call, &shot.data, "")))
        httpd_reply(call->req, 200, "application/json", json);
    return 0;
}

/* They are kept packed and go out so to whoever takes gzip, which is nearly everybody. */
int handle_shots_frames(struct call *call)
{
    struct store_shot shot;
    struct bytes packed, json;
    if (kept_of_call(call, &shot) < 0 || check_kept(call, &shot, "frames", &shot.frames) < 0)
        return -1;
    httpd_header(call->req, "Vary", "Accept-Encoding");
    if (httpd_takes_gzip(call->req))
        return reply_blob(call, &shot, &shot.frames, "application/json", "gzip");
    if (blob_get(call->op, call->api->platform->blobs, shot.frames.key, &packed) < 0 ||
        pack_gunzip(call->op, packed, DATA_MAX, &json) < 0)
        return -1;
    set_caching(call, &shot);
    if (!httpd_reply_unchanged(call->req, etag_of(call, &shot.frames, "-plain")))
        httpd_reply(call->req, 200, "application/json", json);
    return 0;
}

int handle_shots_csv(struct call *call)
{
    struct series_set set;
    struct store_shot shot;
    struct bytes json;
    struct str csv;
    if (kept_of_call(call, &shot) < 0 || read_data(call, &shot, &json) < 0 ||
        series_set_read(call->op, json, &set) < 0)
        return -1;
    str_init(&csv, CSV_MAX);
    series_set_print_csv(&set, &csv);
    if (csv.is_full) {
        str_fini(&csv);
        return op_fail(call->op, ERR_TOO_LARGE, "the data of %s is too long for a CSV", shot.id);
    }
    set_caching(call, &shot);
    httpd_headerf(call->req, "Content-Disposition", "attachment; filename=\"%s.csv\"", shot.id);
    httpd_reply_take(call->req, 200, "text/csv; charset=utf-8", &csv);
    return 0;
}

int handle_shots_difference(struct call *call)
{
    struct store_shot shot, other;
    struct bytes png;
    double share;
    if (shot_of_call(call, 0, &shot) < 0 || shot_of_call(call, 1, &other) < 0 ||
        round_difference(call->op, call->api->platform->rounds, shot.id, other.id, &png, &share) <
            0)
        return -1;
    httpd_headerf(call->req, "X-Rounds-Changed-Share", "%.6f", share);
    httpd_header(call->req, "Cache-Control", "private, no-cache"); /* masks may change */
    httpd_reply(call->req, 200, "image/png", png);
    return 0;
}
