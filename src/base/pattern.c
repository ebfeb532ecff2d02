/* Regular expressions of a browser's kind, by PCRE2. Pure; any thread.
 *
 * Expressions come from dashboards, which strangers write: matching ends at a limit of steps and of memory,
 * and an answer that was not found within them is unknown, never guessed.
 */
#include "base/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 100000, DEPTH_MAX = 1000, HEAP_MAX_KIB = 1024 };

/* What sets PCRE2's dialect nearer to JavaScript's. */
enum {
    DIALECT = PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF |
              PCRE2_DOLLAR_ENDONLY,
};

/* Takes "/…/flags" apart, as Grafana does: the flags g, i, m and y, in this order. */
static bool read_flags(const char *flags, uint32_t *options)
{
    static const struct {
        char letter;
        uint32_t option;
    } known[] = {{'g', 0}, {'i', PCRE2_CASELESS}, {'m', PCRE2_MULTILINE}, {'y', PCRE2_ANCHORED}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (*flags == known[i].letter) {
            *options |= known[i].option;
            flags++;
        }
    return !*flags;
}

static pcre2_code *compile(const char *expression)
{
    char text[PATTERN_MAX + 3];
    uint32_t options = DIALECT;
    if (strlen(expression) > PATTERN_MAX)
        return NULL;
    if (*expression == '/') {
        const char *slash = strrchr(expression, '/');
        if (slash == expression || !read_flags(slash + 1, &options))
            return NULL;
        snprintf(text, sizeof text, "%.*s", (int)(slash - expression - 1), expression + 1);
    } else {
        snprintf(text, sizeof text, "^%s$", expression);
    }
    int error;
    PCRE2_SIZE at;
    return pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options, &error, &at, NULL);
}

enum pattern_answer pattern_find(const char *expression, const char *text)
{
    pcre2_code *code = compile(expression);
    if (!code)
        return PATTERN_UNKNOWN;
    pcre2_match_data *found = pcre2_match_data_create(1, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    int answer = PCRE2_ERROR_NOMEMORY;
    if (found && limits) {
        pcre2_set_match_limit(limits, STEPS_MAX);
        pcre2_set_depth_limit(limits, DEPTH_MAX);
        pcre2_set_heap_limit(limits, HEAP_MAX_KIB);
        answer = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, found, limits);
    }
    pcre2_match_context_free(limits);
    pcre2_match_data_free(found);
    pcre2_code_free(code);
    return answer >= 0 ? PATTERN_YES : answer == PCRE2_ERROR_NOMATCH ? PATTERN_NO : PATTERN_UNKNOWN;
}
