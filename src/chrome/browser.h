/* One running browser: its process, its protocol and its tabs. Private to chrome/.
 *
 * Owned by one thread at a time: the keeper while it starts, idles or dies, else the lessee.
 */
#ifndef CHROME_BROWSER_H
#define CHROME_BROWSER_H

#include "chrome/cdp.h"
#include "chrome/process.h"

struct page;

struct browser {
    struct process *process;
    struct cdp *cdp;
    struct page *pages; /* list; page.c's */
    char version[64];   /* "HeadlessChrome/156.0…" */
    char user_agent[256];
};

struct browser_conf {
    struct process_conf process;
    size_t message_max;
};

/* Starts one and waits until it answers. ERR_UNAVAILABLE with its last words when it does not. */
int browser_open(struct op *op, const struct browser_conf *conf, struct browser **out) MUST_CHECK;
/* Kills, reaps, removes, frees; pages included. NULL is fine. */
void browser_close(struct browser *browser);

/* A browser context: a separate set of cookies, storage and cache. proxy_port 0: directly to
 * this machine, and no names (for tests). */
enum { BROWSER_ID_MAX = 64 };
int browser_open_context(struct op *op, struct browser *browser, int proxy_port,
                         char out_id[BROWSER_ID_MAX]) MUST_CHECK;
/* Closes it with all its tabs; pages of it must be closed before. Does not wait. */
void browser_close_context(struct op *op, struct browser *browser, const char *id);
/* Handles what an idle browser said; ERR_BROWSER when it is dead, or not whole. Does not wait. */
int browser_tend(struct op *op, struct browser *browser) MUST_CHECK;

int page_open(struct op *op, struct browser *browser, const char *context_id,
              struct page **out) MUST_CHECK;
/* Closes the tab and frees. Waits for the browser at most until the op's deadline; -1 when it did not
 * answer (the page is freed all the same): the browser is then suspect. */
int page_close(struct op *op, struct page *page);

#endif
