/* Search over words: panels, plans, comments of verdicts, known issues, people. Chinese too.
 *
 * All words must occur; a word matches from its beginning ("gate" finds "gateway"); a run of
 * Chinese, Japanese or Korean characters matches anywhere ("延迟" finds "网关延迟过高").
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/store.h"
#include "store/verdict.h"

enum search_kind {
    SEARCH_PLAN = 1,
    SEARCH_PANEL = 2,
    SEARCH_VERDICT = 3,
    SEARCH_KNOWN = 4,
    SEARCH_PERSON = 5,
};

struct store_search_ask {
    const char *text;
    enum search_kind kind;
    int64_t user_row; /* only what this person may see; 0: everything */
    /* For verdicts: */
    int64_t plan_row;          /* 0: any */
    int64_t by_row;            /* person; 0: any */
    int64_t from_ms, to_ms;    /* given; 0: open */
    enum verdict_kind verdict; /* VERDICT_NONE: any */
};

struct store_hit {
    enum search_kind kind;
    const char *id;    /* of the plan, panel, shot (verdicts), known issue, person */
    const char *title; /* plan's name; panel's title; who gave the verdict … */
    const char *under; /* dashboard's title; plan's name; "" */
    const char *text;  /* the words in which it was found */
    int64_t at_ms;
    enum verdict_kind verdict; /* of verdicts */
};

struct store_hit_list {
    struct store_hit *items;
    size_t n;
    const char *next;
};

/* Newest first. A text without words finds nothing, but for verdicts: with a plan, a person or a
 * range of time given all of theirs, with a verdict alone those that have words. */
int store_search(struct op *op, struct store *store, const struct store_search_ask *ask,
                 struct store_page page, struct store_hit_list *out) MUST_CHECK;

#endif
