/* Private to render/: the two ways of a visit, and what they share. */
#ifndef RENDER_VISIT_H
#define RENDER_VISIT_H

#include "render/service.h"

struct visit {
    struct op *op;
    struct render *render;
    struct render_ask *asks; /* a copy: an ask gives way to its `instead` */
    bool *is_deferred;       /* by ask: its page has no such panel, `instead` is to be taken */
    bool has_no_repeats;     /* this Grafana was seen not to tell repeats apart */
    size_t n;
    int64_t ask_ms;
    render_landed_fn *landed;
    void *ctx;
    struct tab tab;
    bool has_tab;
};

/* The tab of the visit, leased when there is none. ERR_BUSY, ERR_UNAVAILABLE, ERR_BROWSER. */
int visit_need_tab(struct op *op, struct visit *visit, const struct render_ask *ask) MUST_CHECK;
/* Gives it back; the next visit_need_tab leases another. */
void visit_drop_tab(struct visit *visit, bool is_clean);

/* cut.c: asks [first, first + n) of one dashboard page, out of one tall picture. Hands over each of
 * them, failed or not; -1 when the tab is no longer good and nothing has been handed over. */
int visit_cut(struct op *op, struct visit *visit, size_t first, size_t n) MUST_CHECK;

/* One outcome, failed or not, to the visitor. */
void visit_hand_over(struct visit *visit, size_t i, struct op *part,
                     const struct render_result *result);
void visit_count_fidelity(bool is_different);

#endif
