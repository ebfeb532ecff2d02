/* The page of a report, also as a part of the ZIP, where pictures are files beside it. For report/
 * only. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report/shape.h"

struct html_links {
    void *ctx;
    /* The path of a shot's picture, relative to the page; NULL: there is none, because: */
    const char *(*of)(void *ctx, const struct store_shot *shot);
    enum word (*why_not)(void *ctx, const struct store_shot *shot);
};

/* links NULL: pictures are in the page. */
int html_write(struct op *op, const struct report *report, enum report_pictures pictures,
               const struct html_links *links, const struct report_sink *sink) MUST_CHECK;

#endif
