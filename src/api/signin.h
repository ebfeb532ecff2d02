/* Who asks on the platform's routes: a session's cookie with its CSRF token, or an API token. */
#ifndef API_SIGNIN_H
#define API_SIGNIN_H

#include "api/route.h"

/* Fills call->who. ERR_UNAUTHENTICATED without a living credential, ERR_FORBIDDEN for a missing or
 * foreign CSRF token, or a role that is too low. */
int signin_check(struct call *call) MUST_CHECK;
/* value "": takes the cookie away. */
void signin_set_cookie(struct call *call, const char *value);

#endif
