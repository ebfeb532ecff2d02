/* What a handler reads from its request. Any thread that owns the request; no locks. */
#include <string.h>

#include "httpd/httpd_priv.h"

const char *httpd_header_in(const struct httpd_request *req, const char *name, size_t nth)
{
    const struct head_header *h = head_find(&req->private_job->head, bytes_of(name), nth);
    return h ? h->value.p : NULL;
}

bool httpd_takes_gzip(const struct httpd_request *req)
{
    const char *accepted = httpd_header_in(req, "Accept-Encoding", 0);
    const char *gzip = accepted ? strstr(accepted, "gzip") : NULL;
    return gzip && strncmp(gzip, "gzip;q=0", 8) != 0;
}

const char *httpd_cookie(const struct httpd_request *req, const char *name)
{
    const char *line;
    for (size_t nth = 0; (line = httpd_header_in(req, "Cookie", nth)); nth++) {
        struct bytes rest = bytes_of(line), pair;
        while (bytes_split(&rest, ';', &pair)) {
            pair = bytes_trim(pair);
            ssize_t equals = bytes_find_char(pair, '=');
            if (equals < 0 || !bytes_eq_s((struct bytes){pair.p, (size_t)equals}, name))
                continue;
            struct bytes value = bytes_from(pair, (size_t)equals + 1);
            if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
                value = (struct bytes){value.p + 1, value.n - 2};
            return arena_copy(&req->op->arena, value);
        }
    }
    return NULL;
}
