/* What handlers about sources share. */
#ifndef API_SOURCES_H
#define API_SOURCES_H

#include "api/route.h"
#include "store/source.h"

/* The source that the path names first. ERR_NOT_FOUND also when the caller does not see it. */
int source_of_call(struct call *call, struct store_source *out) MUST_CHECK;

#endif
