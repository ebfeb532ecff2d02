/* Any bytes as a URL: no crash, and what is accepted is the same URL after being printed, with the
 * same origin: the gate and the credentials go by it. */
#include "base/assert.h"
#include "render/target.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct op op;
    struct url url, again;
    struct target target;
    struct bytes text = {(const char *)data, n};
    op_init(&op, -1);
    if (url_parse(&op, text, &url) < 0) {
        ASSERT(op.err == ERR_BAD_INPUT || op.err == ERR_FORBIDDEN);
    } else {
        ASSERT(url.port > 0 && url.port <= 65535 && *url.host && url.path[0] == '/');
        ASSERT(!strpbrk(url.host, "/@\\ ?#"));
        char *printed = url_print(&op.arena, &url);
        ASSERT(url_parse(&op, bytes_of(printed), &again) == 0);
        ASSERT(url_same_origin(&url, &again));
        ASSERT(strcmp(url.path, again.path) == 0 && strcmp(url.query, again.query) == 0);
        if (target_parse(&op, text, &target) == 0)
            ASSERT(strcmp(target.origin, url_origin(&op.arena, &url)) == 0);
    }
    op_fini(&op);
    return 0;
}
