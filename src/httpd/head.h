/* The strict reading of a request's head: what is refused and why. Pure. */
#ifndef HTTPD_HEAD_H
#define HTTPD_HEAD_H

#include "base/arena.h"

enum { HEAD_HEADERS_MAX = 100 };

struct head_header {
    struct bytes name, value; /* NUL-terminated too */
};

struct head {
    struct bytes method;  /* as sent */
    struct bytes target;  /* as sent */
    struct bytes version; /* "HTTP/1.1" */
    struct head_header headers[HEAD_HEADERS_MAX];
    size_t header_n;
    bool is_overfull; /* more headers than fit */
};

struct head_limits {
    size_t url_max, header_max;
};

/* What came out of it. On refusal `status` and `fault` say why, and the rest is undefined. */
struct head_found {
    int status; /* 0: fine */
    const char *fault;
    const char *path; /* decoded, in the arena */
    struct bytes raw_path, raw_query;
    bool has_body;
    uint64_t body_length;
};

void head_check(struct arena *arena, const struct head *head, const struct head_limits *limits,
                struct head_found *out);
/* The nth header of that name in any case; NULL: none. */
const struct head_header *head_find(const struct head *head, struct bytes name, size_t nth);

#endif
