/* The render service: one ask's road from the lease to the picture, and the retry on a fresh
 * browser.
 *
 * Runs on the caller's thread; holds no lock while a browser works. It decides nothing about pages
 * itself: ready.c judges readiness, truth.c the outcome, tab.c the way there, print.c the format.
 */
#include "render/service.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/mem.h"
#include "render/csv.h"
#include "render/frames.h"
#include "render/heights.h"
#include "render/learnt.h"
#include "render/print.h"
#include "render/shoot.h"
#include "render/tab.h"

#include <string.h>

enum {
    CAPTURE_RESERVE_MS = 1500, /* of a partial picture's deadline, kept for taking it */
    TRIES_MAX = 2,
};

struct render {
    struct render_conf conf;
    struct learnt *learnt;
    struct heights *heights;
};

struct render *render_new(const struct render_conf *conf)
{
    struct render *render = MEM_NEW(struct render);
    render->conf = *conf;
    render->learnt = learnt_new();
    render->heights = heights_new();
    return render;
}

void render_free(struct render *render)
{
    if (!render)
        return;
    learnt_free(render->learnt);
    heights_free(render->heights);
    mem_free(render);
}

const struct render_conf *service_conf(const struct render *render)
{
    return &render->conf;
}

struct learnt *service_learnt(struct render *render)
{
    return render->learnt;
}

struct heights *service_heights(struct render *render)
{
    return render->heights;
}

void render_login_fini(struct render_login *login)
{
    secret_fini(&login->value);
}

/* A partial picture needs time to be taken: its wait ends before the op's deadline does. */
static int64_t wait_budget_ms(const struct op *op, const struct render_ask *ask)
{
    int64_t left = op_left_ms(op);
    if (!ask->is_partial)
        return left;
    int64_t reserve = left / 5 < CAPTURE_RESERVE_MS ? left / 5 : CAPTURE_RESERVE_MS;
    return left - reserve;
}

static void set_rules(const struct tab *tab, const struct render_ask *ask, bool is_pushed,
                      struct ready_rules *rules, struct truth_rules *truth)
{
    const struct target *target = &ask->target;
    *rules = (struct ready_rules){
        .panel = target->panel,
        .wanted = tab->wanted,
        .wanted_n = tab->wanted_n,
        .uid = target->uid,
        .is_dashboard = target->kind != TARGET_OTHER,
        .from_ms = is_pushed ? target->from_ms : -1,
        .to_ms = is_pushed ? target->to_ms : -1,
    };
    *truth = (struct truth_rules){
        .origin = target->origin, .panel = target->panel, .is_dashboard = rules->is_dashboard};
}

/* A page without the panel, for a caller who wants its picture all the same: let it come to rest.
 */
static int settle_other(struct op *op, struct tab *tab, const struct truth_rules *truth,
                        const char **missing)
{
    struct ready_rules calm = {.uid = "", .from_ms = -1, .to_ms = -1};
    struct truth_rules no_truth = {.origin = truth->origin};
    enum tab_end end;
    struct op part;
    op_init_part(&part, op, 3000);
    int failed = tab_wait(&part, tab, &calm, &no_truth, false, &end, missing);
    if (failed)
        op_fail_from(op, &part);
    op_fini(&part);
    *missing = NULL;
    return failed;
}

/* Leads the tab there and waits, falling back to a new document when the application does not
 * follow. */
int service_reach(struct op *op, struct tab *tab, const struct render_ask *ask,
                  struct ready_rules *rules, struct truth_rules *truth, enum tab_end *end,
                  const char **missing)
{
    bool may_push = true, pushed;
    for (;;) {
        if (tab_show(op, tab, &ask->target, may_push, &pushed) < 0)
            return -1;
        set_rules(tab, ask, pushed, rules, truth);
        if (tab_wait(op, tab, rules, truth, pushed, end, missing) < 0)
            return -1;
        if (pushed)
            learnt_note(tab->render->learnt, ask->target.origin, ask->target.kind,
                        *end == TAB_READY);
        if (*end != TAB_STUCK)
            return 0;
        may_push = false;
    }
}

void service_note_refused(struct op *op, const struct tab *tab, struct render_result *out)
{
    struct gate *gate = tab->render->conf.gate;
    if (gate && tab->lease.net_port)
        gate_list_refused(gate, tab->lease.net_port, tab->begun_ms, op, &out->refused,
                          &out->refused_n);
}

static void note_finding(struct op *op, const struct tab *tab, const struct render_ask *ask,
                         const struct truth_rules *truth, struct render_result *out)
{
    truth_judge(&op->arena, truth, page_facts(tab->page), &tab->probe, &out->finding);
    const struct probe_panel *panel =
        truth->panel ? probe_find_panel(&tab->probe, truth->panel) : NULL;
    out->panel_title = panel ? arena_strdup(&op->arena, panel->title) : "";
    out->is_other_range =
        panel && ready_is_other_range(&tab->probe, panel, ask->target.from_ms, ask->target.to_ms);
}

int service_fail_finding(struct op *op, const struct truth_finding *finding)
{
    enum err code = finding->truth == TRUTH_LOGIN     ? ERR_TARGET_LOGIN
                    : finding->truth == TRUTH_TARGET  ? ERR_TARGET
                    : finding->truth == TRUTH_BROWSER ? ERR_BROWSER
                                                      : ERR_TARGET_MISSING;
    return op_fail(op, code, "%s", finding->text);
}

int service_fail_expired(struct op *op, const char *missing)
{
    return op_fail(op, ERR_TIMEOUT, "the page was not ready at the deadline: still missing: %s",
                   missing);
}

/* What a wait's end means for this caller; 0: take the picture. */
static int accept_end(struct op *op, struct tab *tab, const struct render_ask *ask,
                      const struct truth_rules *truth, enum tab_end end, const char *missing,
                      struct render_result *out)
{
    out->missing = end == TAB_EXPIRED ? missing : NULL;
    note_finding(op, tab, ask, truth, out);
    if (end == TAB_EXPIRED && !ask->is_partial)
        return service_fail_expired(op, missing);
    bool is_fatal = truth_is_fatal(out->finding.truth);
    if (is_fatal && (ask->is_strict || out->finding.truth == TRUTH_BROWSER))
        return service_fail_finding(op, &out->finding);
    if (*page_facts(tab->page)->error)
        return service_fail_finding(op,
                                    &out->finding); /* there is no document to take a picture of */
    if (end == TAB_FATAL && settle_other(op, tab, truth, &missing) < 0)
        return -1;
    return 0;
}

/* The gate always listens: a browser that cannot reach it has lost its network process. */
static bool is_networkless(const struct op *op)
{
    return op->err == ERR_TARGET && (strstr(op->err_text, "ERR_PROXY_CONNECTION_FAILED") ||
                                     strstr(op->err_text, "net::ERR_FAILED"));
}

/* A redirect to a site that the gate refuses ends as a connection that failed: say what it means.
 */
static int fail_unreached(struct op *op, struct tab *tab, struct render_result *out)
{
    if (is_networkless(op) || (op->err == ERR_TARGET && !page_is_whole(tab->page))) {
        tab->is_broken = true;
        op_clear(op);
        return op_fail(op, ERR_BROWSER, "the browser lost its network while the page was loading");
    }
    bool is_led_away = op->err == ERR_TARGET && page_facts(tab->page)->redirects_n > 0 &&
                       strstr(op->err_text, "ERR_SOCKS") != NULL;
    if (!is_led_away)
        return -1;
    out->finding = (struct truth_finding){
        .truth = TRUTH_LOGIN,
        .text = "Grafana sent the browser away to another site, which its pages may not reach: it "
                "did not accept the credential, or its root_url differs",
        .panels = 1,
        .affected = 1,
    };
    op_clear(op);
    return service_fail_finding(op, &out->finding);
}

int service_take(struct op *op, struct tab *tab, const struct render_ask *ask,
                 struct render_result *out)
{
    const struct printer *printer = printer_of(ask->look.format);
    struct ready_rules rules;
    struct truth_rules truth;
    enum tab_end end;
    const char *missing = NULL;
    struct op wait;
    op_init_part(&wait, op, wait_budget_ms(op, ask));
    int64_t begun = clock_mono_ms();
    int failed = service_reach(&wait, tab, ask, &rules, &truth, &end, &missing);
    if (!failed && end == TAB_READY && printer->is_picture && ask->look.height_px < 0)
        failed = shoot_grow(&wait, tab, &ask->look, &rules, &truth, &end, &missing);
    if (failed)
        op_fail_from(op, &wait);
    op_fini(&wait);
    out->stages.ready_ms = clock_mono_ms() - begun;
    out->how = tab->how;
    if (failed)
        return fail_unreached(op, tab, out);
    if (accept_end(op, tab, ask, &truth, end, missing, out) < 0)
        return -1;
    begun = clock_mono_ms();
    if (printer->print(op, tab, &ask->look, out) < 0)
        return -1;
    out->mime = printer->mime;
    out->stages.capture_ms = clock_mono_ms() - begun;
    if (tab->render->conf.frames_max > 0)
        frames_collect(op, tab, truth.panel, &out->frames, &out->frames_n, &out->has_all_frames);
    return 0;
}

void service_clear(struct render_result *out)
{
    *out = (struct render_result){.how = "",
                                  .browser = "",
                                  .browser_version = "",
                                  .panel_title = "",
                                  .mime = "",
                                  .finding = {.text = ""}};
}

static int run_once(struct op *op, struct render *render, const struct render_ask *ask,
                    struct render_result *out)
{
    struct tab tab;
    service_clear(out);
    if (tab_open(op, render, ask, &tab) < 0)
        return -1;
    out->stages.queue_ms = tab.lease.waited_ms;
    out->browser = arena_strdup(&op->arena, tab.lease.name);
    out->browser_version = arena_strdup(&op->arena, tab.lease.version);
    int64_t begun = clock_mono_ms();
    int failed = tab_set_look(op, &tab, &ask->look);
    out->stages.navigate_ms = clock_mono_ms() - begun + tab.lease.opened_ms;
    if (!failed)
        failed = ask->look.format == RENDER_CSV ? csv_take(op, &tab, ask, out)
                                                : service_take(op, &tab, ask, out);
    service_note_refused(op, &tab, out);
    tab_close(&tab, !failed);
    return failed;
}

int render_run(struct op *op, struct render *render, const struct render_ask *ask,
               struct render_result *out)
{
    ASSERT(!ask->cut); /* a cut is a visit's business */
    for (int i = 1;; i++) {
        if (run_once(op, render, ask, out) == 0)
            return 0;
        /* A browser that died is not the caller's fault: once more, on another one. */
        bool may_retry = op->err == ERR_BROWSER && i < TRIES_MAX && op_left_ms(op) > 0;
        if (!may_retry)
            return -1;
        op_clear(op);
    }
}
