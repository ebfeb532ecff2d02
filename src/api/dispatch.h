/* Dispatch is reached through api_face (api.h); this header only exists for tests. */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include "api/route.h"

#endif
