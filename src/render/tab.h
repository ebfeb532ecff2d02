/* A leased tab on its way to a picture: set up, led to a page, waited for. Private to render/.
 *
 * One thread, between tab_open and tab_close. The reports of the page are read into an arena of the
 * tab's own, which is emptied with each new report, so that a long visit does not grow.
 */
#ifndef RENDER_TAB_H
#define RENDER_TAB_H

#include "render/ready.h"
#include "render/render.h"

struct tab {
    struct render *render;
    struct pool_lease lease;
    struct page *page;
    const struct render_login *login;
    const char *origin; /* of the page; borrowed from the ask */
    char token[12];     /* of the present arming */
    char *armed_loader; /* heap: the document in which it was armed */
    struct arena report_arena;
    struct probe probe;
    size_t calls_seen;
    uint32_t calls_epoch;
    const char *how;
    int64_t begun_ms;           /* of the lease, monotonic */
    const struct target *asked; /* by the newest tab_show; borrowed from the ask */
    int pages_n;                /* new documents asked for in this lease */
    const char *const *wanted;  /* the panels that matter of a whole page; NULL: all */
    size_t wanted_n;
    bool is_broken; /* its browser is of no use any more, though it still lives */
};

/* Leases and sets up a tab for this identity and look. On -1 nothing is held. */
int tab_open(struct op *op, struct render *render, const struct render_ask *ask,
             struct tab *tab) MUST_CHECK;
/* Gives the tab back: parked as it stands when `is_clean`, else thrown away. */
void tab_close(struct tab *tab, bool is_clean);
/* Size, scale, zone, language, theme. */
int tab_set_look(struct op *op, struct tab *tab, const struct render_look *look) MUST_CHECK;
/* Leads the tab to the target with a new document, or inside the loaded application where that is
 * safe and known to work (may_push); *pushed tells which. */
int tab_show(struct op *op, struct tab *tab, const struct target *target, bool may_push,
             bool *pushed) MUST_CHECK;
/* Arms the page's probe anew: reports from before do not count any more. */
int tab_arm(struct op *op, struct tab *tab) MUST_CHECK;

enum tab_end {
    TAB_READY,
    TAB_FATAL,   /* nothing better will come: see truth_early */
    TAB_STUCK,   /* an in-application change was not followed */
    TAB_EXPIRED, /* the wait's deadline; *missing tells what was not there */
};
/* Waits for the page by the rules. Fails only for ERR_BROWSER and ERR_CANCELLED. */
int tab_wait(struct op *op, struct tab *tab, struct ready_rules *rules,
             const struct truth_rules *truth, bool is_pushed, enum tab_end *end,
             const char **missing) MUST_CHECK;

#endif
