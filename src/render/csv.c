/* CSV: Grafana's Enterprise pages (`/d-csv`) start a download by themselves; the file is the
 * answer. There is no picture to wait for, so readiness plays no part; but a page that turns out to
 * be the login form ends the wait at once instead of at the deadline.
 */
#include "render/csv.h"

#include "base/clock.h"
#include "render/service.h"

#include <string.h>

/* The base name of a wished or suggested name, with ".csv"; never a path. */
static const char *safe_name(struct op *op, const char *wished, const char *suggested)
{
    const char *name = wished && *wished         ? wished
                       : suggested && *suggested ? suggested
                                                 : "data.csv";
    const char *slash = strrchr(name, '/'), *backslash = strrchr(name, '\\');
    if (slash)
        name = slash + 1;
    if (backslash && backslash >= name)
        name = backslash + 1;
    char *out = arena_strdup(&op->arena, *name ? name : "data.csv");
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < ' ' || *c == '"' || *c == 127)
            *c = '_';
    bool has_end = bytes_has_suffix(bytes_of(out), BYTES(".csv"));
    return has_end ? out : arena_fmt(&op->arena, "%s.csv", out);
}

static int wait_for_download(struct op *op, struct tab *tab, const struct truth_rules *truth,
                             struct truth_finding *finding)
{
    const struct facts *facts = page_facts(tab->page);
    while (facts->download.state == FACTS_DOWNLOAD_NONE) {
        truth_early(&op->arena, truth, facts, &tab->probe, finding);
        if (truth_is_fatal(finding->truth))
            return op_fail(op, finding->truth == TRUTH_LOGIN ? ERR_TARGET_LOGIN : ERR_TARGET, "%s",
                           finding->text);
        if (op_check(op) < 0)
            return -1;
        if (page_pump(op, tab->page, 200) < 0)
            return -1;
    }
    return 0;
}

int csv_take(struct op *op, struct tab *tab, const struct render_ask *ask,
             struct render_result *result)
{
    struct truth_rules truth = {.origin = ask->target.origin, .is_dashboard = false};
    bool pushed;
    int64_t begun = clock_mono_ms();
    if (page_accept_downloads(op, tab->page) < 0)
        return -1;
    if (tab_show(op, tab, &ask->target, false, &pushed) < 0) {
        /* A URL that is itself the download has no document: the browser calls that aborted. */
        if (op->err != ERR_TARGET || page_facts(tab->page)->download.state == FACTS_DOWNLOAD_NONE)
            return -1;
        op_clear(op);
    }
    result->stages.navigate_ms = clock_mono_ms() - begun;
    if (wait_for_download(op, tab, &truth, &result->finding) < 0)
        return -1;
    const char *suggested = arena_strdup(&op->arena, page_facts(tab->page)->download.name);
    if (page_take_download(op, tab->page, service_conf(tab->render)->csv_max, &result->body) < 0)
        return -1;
    result->mime = "text/csv";
    result->filename = safe_name(op, ask->look.filename, suggested);
    return 0;
}
