/* Values of variables that only a dashboard's own page knows, because their queries run in the
 * browser. Read through the camera, remembered for a short while, so that a dry run that follows
 * another, and the round after it, open no page. Any thread; blocks on a browser, or not at all.
 */
#ifndef ROUNDS_LIVE_H
#define ROUNDS_LIVE_H

#include "grafana/dashboard.h"
#include "rounds/rounds.h"

struct live_cache;
struct live_cache *live_cache_new(void);
void live_cache_free(struct live_cache *cache);

/* All variables of the dashboard, as they stand there, in the op's arena: chained ones follow the
 * values that the dashboard was saved with. ERR_UNAVAILABLE: this process has no browsers; others
 * name the dashboard and what hindered its page. */
int live_find(struct op *op, struct rounds *rounds, int64_t source_row,
              const struct dashboard *dashboard, struct render_variable **out,
              size_t *out_n) MUST_CHECK;
struct live_page { /* a dashboard whose variables are wanted */
    const struct dashboard *dashboard;
    bool is_read; /* else it was not come to, or failed: live_find says why */
    struct render_variable *list;
    size_t n;
};
/* Reads those of one source as live_find does, at most `parallel` pages at once, and stops at the
 * first that fails. Results in the op's arena. */
void live_find_all(struct op *op, struct rounds *rounds, int64_t source_row, int parallel,
                   struct live_page *pages, size_t n);
/* Of those the one with this name, or NULL. */
const struct render_variable *live_pick(const struct render_variable *list, size_t n,
                                        const char *name);
/* Why it has no values, or not all of them (NULL: the page does not know it); "" if all is well. */
const char *live_why(struct arena *arena, const struct render_variable *variable);

#endif
