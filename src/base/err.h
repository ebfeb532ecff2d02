/* The errors: code, HTTP status, meaning, and the stable word that clients may rely on.
 * The only place that knows status numbers; see op.h for how a function fails.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
    ERR_NONE = 0,
    ERR_BAD_INPUT,       /* 400 the request is malformed or out of range */
    ERR_UNAUTHENTICATED, /* 401 no or wrong credential */
    ERR_FORBIDDEN,       /* 403 known, but not allowed */
    ERR_NOT_FOUND,       /* 404 */
    ERR_METHOD,          /* 405 */
    ERR_TIMEOUT,         /* 408 the caller's deadline passed */
    ERR_CONFLICT,        /* 409 somebody was first; read again */
    ERR_GONE,            /* 410 existed, is gone by a rule (retention) */
    ERR_TOO_LARGE,       /* 413 */
    ERR_UNSUPPORTED,     /* 415 media type */
    ERR_UNPROCESSABLE,   /* 422 well-formed, but means something impossible */
    ERR_READ_ONLY,       /* 423 signed off */
    ERR_BUSY,            /* 429 the deadline provably cannot be met */
    ERR_CANCELLED,       /* 499 the caller went away, or shutdown */
    ERR_INTERNAL,        /* 500 our fault */
    ERR_BROWSER,         /* 500 a browser failed twice */
    ERR_TARGET,          /* 502 Grafana answered with an error, or not at all */
    ERR_TARGET_LOGIN,    /* 502 the login page, 401 or an expired key */
    ERR_TARGET_MISSING,  /* 502 dashboard, panel or plugin not found in Grafana */
    ERR_UNAVAILABLE,     /* 503 starting, stopping or out of a resource */
    ERR_STORAGE,         /* 507 disk full, database damaged or locked */
    ERR_COUNT
};

/* 200 for ERR_NONE. */
int err_status(enum err code);
/* snake_case, stable: "bad_input". */
const char *err_word(enum err code);

#endif
