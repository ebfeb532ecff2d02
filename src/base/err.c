/* The one table from error codes to HTTP statuses and machine words; err.h says what they mean. */
#include "base/err.h"

#include "base/assert.h"

static const struct row {
    int status;
    const char *word;
} rows[ERR_COUNT] = {
    [ERR_NONE] = {200, "ok"},
    [ERR_BAD_INPUT] = {400, "bad_input"},
    [ERR_UNAUTHENTICATED] = {401, "unauthenticated"},
    [ERR_FORBIDDEN] = {403, "forbidden"},
    [ERR_NOT_FOUND] = {404, "not_found"},
    [ERR_METHOD] = {405, "method_not_allowed"},
    [ERR_TIMEOUT] = {408, "timeout"},
    [ERR_CONFLICT] = {409, "conflict"},
    [ERR_GONE] = {410, "gone"},
    [ERR_TOO_LARGE] = {413, "too_large"},
    [ERR_UNSUPPORTED] = {415, "unsupported_media_type"},
    [ERR_UNPROCESSABLE] = {422, "unprocessable"},
    [ERR_READ_ONLY] = {423, "read_only"},
    [ERR_BUSY] = {429, "busy"},
    [ERR_CANCELLED] = {499, "cancelled"},
    [ERR_INTERNAL] = {500, "internal"},
    [ERR_BROWSER] = {500, "browser"},
    [ERR_TARGET] = {502, "target"},
    [ERR_TARGET_LOGIN] = {502, "target_login"},
    [ERR_TARGET_MISSING] = {502, "target_missing"},
    [ERR_UNAVAILABLE] = {503, "unavailable"},
    [ERR_STORAGE] = {507, "storage"},
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
