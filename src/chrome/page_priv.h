/* The inside of a page, shared by page*.c and browser.c. Private to chrome/. */
#ifndef CHROME_PAGE_PRIV_H
#define CHROME_PAGE_PRIV_H

#include "chrome/browser.h"
#include "chrome/page.h"

enum {
    PAGE_SCRIPTS_MAX = 8,
    PAGE_BINDINGS_MAX = 8,
    PAGE_FOREIGN_MAX = 64,
    PAGE_COMMITS_KEPT = 4,
    PAGE_EARLY_MAX = 256,
    PAGE_PARAMS_MAX = 32 << 20,
};

/* The navigation in flight: what the browser has answered and which documents it has shown since. */
struct page_nav {
    bool is_answered;
    bool is_download;
    bool is_moved; /* the URL has changed without a new document */
    char *loader;
    char *error;
    char *commits[PAGE_COMMITS_KEPT]; /* loaders of the latest main documents */
    unsigned commits_n;
};

struct page {
    struct page *next; /* in the browser's list */
    struct browser *browser;
    char target[BROWSER_ID_MAX]; /* also the main frame's id */
    char session[BROWSER_ID_MAX];
    char context[BROWSER_ID_MAX];
    struct facts facts;
    struct page_nav nav;

    struct page_view view; /* as set; width 0: not yet */
    char *timezone;        /* NULL: not set */
    char *language;
    int dark; /* -1 not set */

    char *origin; /* the credential's; NULL: none */
    struct page_held_header {
        char *name;
        struct secret value;
    } headers[PAGE_HEADERS_MAX];
    size_t headers_n;
    char *fresh_origin; /* whose data are never taken from the cache unasked; NULL: none */
    char *foreign[PAGE_FOREIGN_MAX]; /* frames that show another origin */
    size_t foreign_n;
    bool has_more_foreign; /* than could be remembered */
    char *early
        [PAGE_EARLY_MAX]; /* paused requests (JSON) of a document that has not been told of yet */
    size_t early_n;

    struct page_script {
        char *id, *source;
    } scripts[PAGE_SCRIPTS_MAX];
    size_t scripts_n;
    char *bindings[PAGE_BINDINGS_MAX];
    size_t bindings_n;
    size_t body_max; /* of kept bodies; 0: none are kept */
    uint64_t body_token;
    char *download_dir;
};

/* An event of this page's session (or a download of it). */
int page_take_event(struct op *op, struct page *page, struct cdp_event *event);
/* The tab is gone. */
void page_lose(struct page *page, const char *why);
/* Unlinks and frees, without a word to the browser. */
void page_free(struct page *page);

/* A command to the tab; asked again when the tab is just changing documents. */
int page_ask(struct op *op, struct page *page, const struct cdp_ask *ask, const struct jv **out,
             struct bytes *big) MUST_CHECK;
/* The same, made of its parts. params may be NULL. */
int page_call(struct op *op, struct page *page, const char *method, const struct str *params,
              const struct jv **out) MUST_CHECK;
int page_send(struct op *op, struct page *page, const char *method,
              const struct str *params) MUST_CHECK;
/* Fails when the tab is dead. */
int page_check(struct op *op, const struct page *page) MUST_CHECK;
/* Begins params: an open JSON object in the op's arena. End with jw_end. */
struct str *page_params(struct op *op, struct jw *w);

/* page_login.c. Documents and API answers of this origin are asked for anew (no-cache) from now on, so that
 * one caller's data do not come out of the cache for the next. Survives washing. */
int page_keep_fresh(struct op *op, struct page *page, const char *origin) MUST_CHECK;
/* What a paused request gets; foreign frames. */
int page_answer_paused(struct op *op, struct page *page, const struct jv *params);
/* A main document was told of: what it asked for before that is answered now. */
int page_answer_early(struct op *op, struct page *page);
void page_note_frame(struct page *page, const struct jv *frame);
/* Of Page.frameAttached: a new frame, which may never be navigated. */
void page_note_child(struct page *page, const struct jv *params);
void page_drop_frame(struct page *page, const char *frame);
/* Says in the facts whether the document shown is of the credential's origin. */
void page_judge_origin(struct page *page);
void page_forget_login(struct page *page);
/* page.c: scripts and bindings go. */
int page_drop_scripts(struct op *op, struct page *page) MUST_CHECK;
/* page_take.c: a request has ended; asks for its body if it was a data query. */
int page_ask_body(struct op *op, struct page *page, const char *request_id);

#endif
