/* Conditional and partial answers: entity tags, one byte range, files (RFC 9110, 13 and 14).
 *
 * Runs on the handler's thread. The file's bytes are read by the library on the loop thread,
 * with sendfile where it can. Of several ranges none is served: the whole file is, as allowed.
 */
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "httpd/httpd_priv.h"

struct range {
    uint64_t from, n;
};

enum range_kind { RANGE_NONE, RANGE_ONE, RANGE_BAD };

static bool tag_matches(struct bytes list, struct bytes tag)
{
    struct bytes item;
    while (bytes_split(&list, ',', &item)) {
        item = bytes_trim(item);
        if (bytes_eq_s(item, "*"))
            return true;
        if (bytes_has_prefix(item, BYTES("W/")))
            item = bytes_from(item, 2);
        if (bytes_eq(item, tag))
            return true;
    }
    return false;
}

bool httpd_reply_unchanged(struct httpd_request *req, const char *etag)
{
    const char *known = httpd_header_in(req, "If-None-Match", 0);
    struct bytes tag = bytes_of(etag);
    httpd_header(req, "ETag", etag);
    if (bytes_has_prefix(tag, BYTES("W/")))
        tag = bytes_from(tag, 2);
    if (!known || strcmp(req->method, "GET") != 0 || !tag_matches(bytes_of(known), tag))
        return false;
    httpd_reply(req, 304, NULL, BYTES(""));
    return true;
}

static bool to_offset(struct bytes text, uint64_t *out)
{
    int64_t n;
    if (text.n == 0 || text.n > 18 || text.p[0] == '-' || !bytes_to_i64(text, &n))
        return false;
    *out = (uint64_t)n;
    return true;
}

/* "bytes=10-19", "bytes=10-", "bytes=-5". Anything else than one range is ignored. */
static enum range_kind parse_range(struct bytes text, uint64_t length, struct range *out)
{
    uint64_t from, last = 0;
    if (!bytes_has_prefix(text, BYTES("bytes=")) || bytes_find_char(text, ',') >= 0)
        return RANGE_NONE;
    text = bytes_trim(bytes_from(text, 6));
    ssize_t dash = bytes_find_char(text, '-');
    if (dash < 0)
        return RANGE_NONE;
    struct bytes first = {text.p, (size_t)dash}, rest = bytes_from(text, (size_t)dash + 1);
    if (first.n == 0) {
        if (!to_offset(rest, &last))
            return RANGE_NONE;
        last = last < length ? last : length;
        *out = (struct range){length - last, last};
        return last ? RANGE_ONE : RANGE_BAD;
    }
    if (!to_offset(first, &from) || (rest.n && !to_offset(rest, &last)) || (rest.n && last < from))
        return RANGE_NONE;
    if (from >= length)
        return RANGE_BAD;
    if (!rest.n || last >= length)
        last = length - 1;
    *out = (struct range){from, last - from + 1};
    return RANGE_ONE;
}

static enum range_kind wanted_range(struct httpd_request *req, const struct httpd_file *file,
                                    struct range *out)
{
    const char *range = httpd_header_in(req, "Range", 0);
    const char *only_if = httpd_header_in(req, "If-Range", 0);
    *out = (struct range){0, file->length};
    if (!range || strcmp(req->method, "GET") != 0)
        return RANGE_NONE;
    if (only_if && (!file->etag || strcmp(only_if, file->etag) != 0))
        return RANGE_NONE;
    return parse_range(bytes_of(range), file->length, out);
}

void httpd_reply_file(struct httpd_request *req, const struct httpd_file *file)
{
    struct range range;
    if (file->etag && httpd_reply_unchanged(req, file->etag)) {
        close(file->fd);
        return;
    }
    httpd_header(req, "Accept-Ranges", "bytes");
    enum range_kind kind = wanted_range(req, file, &range);
    if (kind == RANGE_BAD) {
        close(file->fd);
        httpd_headerf(req, "Content-Range", "bytes */%llu", (unsigned long long)file->length);
        reply_plain(req->private_job, 416, "the range lies beyond the end");
        return;
    }
    if (kind == RANGE_ONE)
        httpd_headerf(req, "Content-Range", "bytes %llu-%llu/%llu", (unsigned long long)range.from,
                      (unsigned long long)(range.from + range.n - 1),
                      (unsigned long long)file->length);
    struct MHD_Response *response =
        MHD_create_response_from_fd_at_offset64(range.n, file->fd, file->offset + range.from);
    ASSERT(response);
    reply_set(req->private_job, kind == RANGE_ONE ? 206 : 200, response, file->type);
}
