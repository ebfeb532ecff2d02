/* One tab: its looks, its login, where it goes, what it says, and its pictures.
 *
 * Only the thread that leases the browser may call. Every function pumps the browser's pipe while it
 * waits and folds what it meets into the page's facts. Errors: ERR_BROWSER (browser or tab died,
 * refused, or answered garbage), ERR_TARGET (the document did not load), ERR_BAD_INPUT (a value of
 * the caller that the browser refuses; names it), ERR_TIMEOUT, ERR_CANCELLED.
 *
 * Pictures and bodies are in the op's arena: give each picture an op of its own (op_init_part), or a
 * long visit keeps them all.
 */
#ifndef CHROME_PAGE_H
#define CHROME_PAGE_H

#include "base/secret.h"
#include "chrome/facts.h"

struct page; /* opened and closed by the pool */

const struct facts *page_facts(const struct page *page);
/* False: its browser has lost a process that pages cannot do without; what has failed in this one may not be
 * the page's fault. */
bool page_is_whole(const struct page *page);

/* --- looks; a value that stands already costs nothing --- */
struct page_view {
    int width_px, height_px; /* CSS pixels */
    double scale;            /* device scale factor; 0 means 1 */
};
int page_set_view(struct op *op, struct page *page, struct page_view view) MUST_CHECK;
/* timezone: IANA name, NULL or "" = the machine's. language: an Accept-Language list ("de-DE,de"),
 * NULL or "" = the browser's. Both reach scripts, language also requests; set them before page_go.
 * ERR_BAD_INPUT for an unknown zone. */
int page_set_locale(struct op *op, struct page *page, const char *timezone,
                    const char *language) MUST_CHECK;
/* prefers-color-scheme; prefers-reduced-motion is always "reduce". */
int page_set_dark(struct op *op, struct page *page, bool is_dark) MUST_CHECK;

/* --- login --- */
struct page_cookie {
    const char *name;
    const struct secret *value;
    const char *domain; /* host; IPv6 in brackets */
    const char *path;   /* NULL: "/" */
    bool is_secure, is_http_only;
};
int page_set_cookie(struct op *op, struct page *page, const struct page_cookie *cookie) MUST_CHECK;
struct page_header {
    const char *name;
    const struct secret *value;
};
enum { PAGE_HEADERS_MAX = 8 };
/* From now on every request of the page's own documents to exactly this origin ("https://host:port",
 * as url_origin prints) carries these headers, replacing those of the same name; no other origin ever
 * sees them, nor does a redirect carry them there, nor does a foreign frame in the page get them.
 * Copies. n = 0 ends it. WebSockets do not carry them. */
int page_set_credential(struct op *op, struct page *page, const char *origin,
                        const struct page_header *headers, size_t n) MUST_CHECK;

/* --- what runs in the page --- */
/* Runs at the start of each new document, before its own scripts; stays until the page is washed. Adding the
 * same text again is free. At most 8. */
int page_add_script(struct op *op, struct page *page, const char *source) MUST_CHECK;
/* window[name](text) becomes a fact (facts.calls). Survives navigation. */
int page_add_binding(struct op *op, struct page *page, const char *name) MUST_CHECK;
/* Evaluates an expression (promises are awaited); *out is its value by JSON, NULL for undefined.
 * An exception in it is ERR_INTERNAL with its text. out may be NULL. */
int page_eval(struct op *op, struct page *page, const char *expression,
              const struct jv **out) MUST_CHECK;
/* Bytes that the document's JavaScript heap holds. */
int page_heap(struct op *op, struct page *page, int64_t *used) MUST_CHECK;
/* Keep the bodies of finished data queries in the facts, each at most max bytes; 0: do not. */
void page_keep_bodies(struct page *page, size_t max);

/* --- going --- */
/* Navigates and returns when the new document is committed (its status and URL are facts then), not
 * when it is loaded. http and https only, and about:blank. Begins an epoch. ERR_TARGET with the
 * network error when there is no document; ERR_FORBIDDEN for another scheme. */
int page_go(struct op *op, struct page *page, const char *url) MUST_CHECK;
/* Changes the URL inside the loaded application: pushState + popstate, no new document. The URL must be
 * of the document's own origin. Begins an epoch. `before` (may be NULL) is a script evaluated just before
 * in the same task: the place to arm a detector. */
int page_push_url(struct op *op, struct page *page, const char *url, const char *before) MUST_CHECK;
/* Begins an epoch without going anywhere: before a script of ours changes the page. */
void page_mark(struct page *page);
/* Handles what has come; waits at most wait_ms for something that changes this page's facts. Fails
 * with ERR_BROWSER when the tab crashed. The judge's loop: judge, page_pump, judge, … */
int page_pump(struct op *op, struct page *page, int wait_ms) MUST_CHECK;
/* Pumps until done() says so; fails with the op's deadline. */
typedef bool page_done_fn(const struct facts *facts, void *ctx);
int page_wait(struct op *op, struct page *page, page_done_fn *done, void *ctx) MUST_CHECK;

/* --- taking --- */
enum page_format { PAGE_PNG, PAGE_JPEG, PAGE_WEBP };
struct page_box {
    double x, y, width, height; /* CSS pixels from the document's corner */
};
struct page_shot {
    enum page_format format;
    int quality;          /* 1–100 for JPEG and WebP; 0: the browser's own */
    bool is_fast;         /* PNG: lightest compression */
    struct page_box clip; /* width 0: the viewport */
    double clip_scale;    /* of the clip; 0 means 1 */
};
/* One at a time in a tab. *out is the encoded picture. Tiles of huge pages are the caller's. */
int page_screenshot(struct op *op, struct page *page, const struct page_shot *shot,
                    struct bytes *out) MUST_CHECK;

struct page_paper {
    double width_in, height_in;                  /* 0: the browser's own (letter) */
    double top_in, bottom_in, left_in, right_in; /* margins; negative: the browser's own */
    double scale;                                /* 0 means 1 */
    bool is_landscape, has_background, has_css_size, is_tagged, has_outline;
    const char *ranges;          /* "1-3,5"; NULL: all */
    const char *header, *footer; /* HTML templates; NULL: none */
};
int page_print(struct op *op, struct page *page, const struct page_paper *paper,
               struct bytes *out) MUST_CHECK;

/* Downloads go into a directory inside the browser's profile, named by the browser. Call before the page
 * starts one (for Grafana's CSV: before page_go; the state is facts.download). */
int page_accept_downloads(struct op *op, struct page *page) MUST_CHECK;
/* Waits for the download to end and reads it; the file is removed. ERR_TOO_LARGE beyond max. */
int page_take_download(struct op *op, struct page *page, size_t max, struct bytes *out) MUST_CHECK;

/* Takes away what the last caller left, so that the next may be somebody else: leaves the document
 * (about:blank), drops cookies, storage, service workers, window.name, history, other tabs of the context,
 * credential, scripts and bindings; keeps the HTTP cache. Looks stay (they are ours). */
int page_wash(struct op *op, struct page *page, const char *origin) MUST_CHECK;

#endif
