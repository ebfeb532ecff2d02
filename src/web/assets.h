/* The files of the built UI, embedded. The table is made by embed.sh; sorted by path. */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct web_asset {
    const char *path; /* "/assets/index-0UlvzM2c.js" */
    const char *type;
    const char *etag; /* quoted */
    const char *plain, *plain_end;
    const char *packed, *packed_end; /* by gzip; NULL: not worth it */
    bool is_immutable;               /* its name tells its content */
};

extern const struct web_asset web_assets[]; /* one empty row at the end */
extern const size_t web_assets_n;           /* 0: built without the UI */

#endif
