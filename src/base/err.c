/* The one table from error codes to HTTP statuses, machine words and meanings. */
#include "base/err.h"

#include "base/assert.h"

static const struct row {
    int status;
    const char *word;
    const char *meaning;
} rows[ERR_COUNT] = {
    [ERR_NONE] = {200, "ok", "no error"},
    [ERR_BAD_INPUT] = {400, "bad_input", "the request is malformed or out of range"},
    [ERR_UNAUTHENTICATED] = {401, "unauthenticated", "no credential, or a wrong one"},
    [ERR_FORBIDDEN] = {403, "forbidden", "known, but not allowed"},
    [ERR_NOT_FOUND] = {404, "not_found", "there is no such thing"},
    [ERR_METHOD] = {405, "method_not_allowed", "the path exists, but not for this method"},
    [ERR_TIMEOUT] = {408, "timeout", "the deadline passed"},
    [ERR_CONFLICT] = {409, "conflict", "somebody changed it first; read it again"},
    [ERR_GONE] = {410, "gone", "existed, and was removed by a rule"},
    [ERR_TOO_LARGE] = {413, "too_large", "larger than the limit"},
    [ERR_UNSUPPORTED] = {415, "unsupported_media_type", "not a media type this path takes"},
    [ERR_UNPROCESSABLE] = {422, "unprocessable", "well-formed, but it cannot be done"},
    [ERR_READ_ONLY] = {423, "read_only", "signed off: it cannot change any more"},
    [ERR_BUSY] = {429, "busy", "the deadline cannot be met at the present load"},
    [ERR_CANCELLED] = {499, "cancelled", "the caller went away, or the service stops"},
    [ERR_INTERNAL] = {500, "internal", "a fault of this service"},
    [ERR_BROWSER] = {500, "browser", "the browser failed"},
    [ERR_TARGET] = {502, "target", "Grafana answered with an error, or not at all"},
    [ERR_TARGET_LOGIN] = {502, "target_login", "Grafana did not accept the credential"},
    [ERR_TARGET_MISSING] = {502, "target_missing", "Grafana has no such dashboard or panel"},
    [ERR_UNAVAILABLE] = {503, "unavailable", "starting, stopping or out of a resource"},
    [ERR_STORAGE] = {507, "storage", "the disk or the database refused"},
};

static const struct row *row_of(enum err code)
{
    ASSERT((unsigned)code < ERR_COUNT && rows[code].word);
    return &rows[code];
}

int err_status(enum err code)
{
    return row_of(code)->status;
}

const char *err_word(enum err code)
{
    return row_of(code)->word;
}

const char *err_meaning(enum err code)
{
    return row_of(code)->meaning;
}
