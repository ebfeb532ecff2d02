/* Any bytes as a request's head: no crash, and what is accepted keeps its promises.
 * The input is cut at line feeds: method, target, version, then header lines. */
#include "httpd/head.h"

#include <string.h>

#include "base/assert.h"

static struct bytes take_line(struct arena *arena, struct bytes *rest, char separator)
{
    struct bytes line = {0};
    (void)bytes_split(rest, separator, &line);
    return (struct bytes){arena_copy(arena, line), line.n};
}

static void check_promises(const struct head_found *found)
{
    ASSERT(found->path[0] == '/' && bytes_is_utf8(bytes_of(found->path)));
    ASSERT(!strstr(found->path, "/../") && !strstr(found->path, "/./"));
    for (const char *c = found->path; *c; c++)
        ASSERT((unsigned char)*c >= 0x20 && *c != 0x7f && *c != '\\');
    ASSERT(found->has_body == (found->body_length > 0));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    static struct head head;
    const struct head_limits limits = {1000, 4000};
    struct bytes rest = {(const char *)data, n};
    struct head_found found;
    struct arena arena;
    arena_init(&arena);
    head = (struct head){0};
    head.method = take_line(&arena, &rest, '\n');
    head.target = take_line(&arena, &rest, '\n');
    head.version = take_line(&arena, &rest, '\n');
    while (rest.n && head.header_n < HEAD_HEADERS_MAX) {
        struct bytes line = take_line(&arena, &rest, '\n');
        struct head_header *header = &head.headers[head.header_n++];
        header->name = take_line(&arena, &line, ':');
        header->value = (struct bytes){arena_copy(&arena, line), line.n};
    }
    head_check(&arena, &head, &limits, &found);
    if (found.status == 0)
        check_promises(&found);
    else
        ASSERT(found.fault && found.status >= 400 && found.status <= 505);
    arena_fini(&arena);
    return 0;
}
