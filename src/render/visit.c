/* Visits: the order of asks, the tab that they share, the second try on a fresh browser.
 *
 * Runs on the caller's thread. What is done for a group of cuts is cut.c's; a single picture is
 * made as /render makes it (service_take), only that the tab is kept.
 */
#include "render/visit.h"

#include "base/metric.h"

#include <string.h>

static struct metric landed_total = METRIC_COUNTER("rounds_visit_pictures_total", "how",
                                                   "Pictures of visits, by the way they took.");
static struct metric fidelity_total = METRIC_COUNTER("rounds_fidelity_checks_total", "outcome",
                                                     "Fast pictures compared with a fresh load.");

void visit_count_fidelity(bool is_different)
{
    metric_inc(&fidelity_total, is_different ? "different" : "same");
}

void render_fidelity(int64_t *checked, int64_t *different)
{
    *different = (int64_t)metric_get(&fidelity_total, "different");
    *checked = *different + (int64_t)metric_get(&fidelity_total, "same");
}

int visit_need_tab(struct op *op, struct visit *visit, const struct render_ask *ask)
{
    if (visit->has_tab)
        return 0;
    if (tab_open(op, visit->render, ask, &visit->tab) < 0)
        return -1;
    visit->has_tab = true;
    return 0;
}

void visit_drop_tab(struct visit *visit, bool is_clean)
{
    if (visit->has_tab)
        tab_close(&visit->tab, is_clean);
    visit->has_tab = false;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_look(const struct render_look *a, const struct render_look *b)
{
    return a->width_px == b->width_px && a->scale == b->scale && a->format == b->format &&
           same_text(a->theme, b->theme) && same_text(a->timezone, b->timezone) &&
           same_text(a->language, b->language);
}

/* How many asks from `first` on are cuts of the same page. */
static size_t group_size(const struct visit *visit, size_t first)
{
    const struct render_ask *ask = &visit->asks[first];
    size_t n = 1;
    while (ask->cut && first + n < visit->n) {
        const struct render_ask *next = &visit->asks[first + n];
        if (!next->cut || strcmp(next->target.text, ask->target.text) != 0 ||
            !same_look(&next->look, &ask->look))
            break;
        n++;
    }
    return n;
}

static int take_single(struct op *op, struct visit *visit, size_t i, struct render_result *out)
{
    const struct render_ask *ask = &visit->asks[i];
    service_clear(out);
    if (visit_need_tab(op, visit, ask) < 0)
        return -1;
    out->browser = arena_strdup(&op->arena, visit->tab.lease.name);
    out->browser_version = arena_strdup(&op->arena, visit->tab.lease.version);
    if (tab_set_look(op, &visit->tab, &ask->look) < 0)
        return -1;
    visit->tab.wanted_n = 0;
    int failed = service_take(op, &visit->tab, ask, out);
    service_note_refused(op, &visit->tab, out);
    return failed;
}

void visit_hand_over(struct visit *visit, size_t i, struct op *part,
                     const struct render_result *result)
{
    struct render_result told = *result;
    told.url = visit->asks[i].target.text;
    metric_inc(&landed_total, part->err ? "failed" : result->how);
    visit->landed(visit->ctx, i, part, &told);
}

/* The browser or the tab is gone, or nobody waits any more. */
static bool is_tab_lost(const struct op *part)
{
    return part->err == ERR_BROWSER || part->err == ERR_CANCELLED;
}

static void run_single(struct visit *visit, size_t i)
{
    struct op part;
    struct render_result result;
    op_init_part(&part, visit->op, visit->ask_ms);
    int failed = take_single(&part, visit, i, &result);
    if (failed && part.err == ERR_BROWSER) {
        visit_drop_tab(visit, false);
        op_clear(&part);
        failed = take_single(&part, visit, i, &result);
    }
    if (failed && is_tab_lost(&part))
        visit_drop_tab(visit, false);
    visit_hand_over(visit, i, &part, &result);
    op_fini(&part);
}

/* None of them could be taken: each gets the reason. */
static void fail_group(struct visit *visit, size_t first, size_t n, const struct op *why)
{
    for (size_t i = first; i < first + n; i++) {
        struct op part;
        struct render_result result;
        op_init_part(&part, visit->op, visit->ask_ms);
        service_clear(&result);
        result.finding.truth = why->err == ERR_TARGET_LOGIN     ? TRUTH_LOGIN
                               : why->err == ERR_TARGET_MISSING ? TRUTH_DASHBOARD_MISSING
                               : why->err == ERR_TIMEOUT        ? TRUTH_TIMEOUT
                               : why->err == ERR_TARGET         ? TRUTH_TARGET
                                                                : TRUTH_BROWSER;
        op_fail_from(&part, why);
        visit_hand_over(visit, i, &part, &result);
        op_fini(&part);
    }
}

static void run_group(struct visit *visit, size_t first, size_t n);

/* A page of its own for a repeat that was not found on the page of all. It has no further way. */
static void run_instead(struct visit *visit, size_t i)
{
    visit->asks[i] = *visit->asks[i].instead;
    visit->asks[i].instead = NULL;
    visit->is_deferred[i] = false;
    if (visit->asks[i].cut)
        run_group(visit, i, 1);
    else
        run_single(visit, i);
}

static void run_group(struct visit *visit, size_t first, size_t n)
{
    struct op part;
    op_init_part(&part, visit->op, visit->ask_ms);
    int failed = visit_cut(&part, visit, first, n);
    if (failed && part.err == ERR_BROWSER) {
        visit_drop_tab(visit, false);
        op_clear(&part);
        failed = visit_cut(&part, visit, first, n);
    }
    if (failed) {
        if (is_tab_lost(&part))
            visit_drop_tab(visit, false);
        fail_group(visit, first, n, &part);
    }
    op_fini(&part);
    for (size_t i = first; !failed && i < first + n; i++)
        if (visit->is_deferred[i])
            run_instead(visit, i);
}

int render_visit(struct op *op, struct render *render, const struct render_ask *asks, size_t n,
                 int64_t ask_ms, render_landed_fn *landed, void *ctx)
{
    struct visit visit = {.op = op,
                          .render = render,
                          .asks = ARENA_ARRAY(&op->arena, struct render_ask, n + 1),
                          .is_deferred = ARENA_ARRAY(&op->arena, bool, n + 1),
                          .n = n,
                          .ask_ms = ask_ms,
                          .landed = landed,
                          .ctx = ctx};
    metric_register(&landed_total);
    metric_register(&fidelity_total);
    int failed = 0;
    for (size_t i = 0; i < n; i++)
        visit.asks[i] = asks[i];
    for (size_t i = 0; i < n && !failed;) {
        size_t size = group_size(&visit, i);
        failed = op_check(op);
        if (!failed && asks[i].instead && visit.has_no_repeats) {
            size = 1;
            run_instead(&visit, i);
        } else if (!failed && asks[i].cut)
            run_group(&visit, i, size);
        else if (!failed)
            run_single(&visit, i);
        i += size;
    }
    visit_drop_tab(&visit, !failed);
    return failed;
}
