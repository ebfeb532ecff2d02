/* Leading one tab: the lease, the login, the way to the page and the wait for it.
 *
 * The choice between a new document and a change inside the loaded application is made here, by
 * what the tab shows and by what this Grafana was seen to follow (origin memory in learnt.c). The
 * judging of what comes is ready.c's and truth.c's.
 */
#include "render/service.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "render/learnt.h"

#include <stdio.h>
#include <string.h>

enum {
    PUMP_MS = 250, /* the judge looks at least this often */
    FULL_HEIGHT_FIRST = 3000,
    SLEEP_MS = 1000,  /* for a page to be put to sleep */
    VISITED_MAX = 30, /* dashboards */
    DOCUMENT_AGE_MAX_MS = 2 * 3600 * 1000,
    STUCK_AFTER_MS = 2500, /* an in-application change that shows no effect by then never will */
    STUCK_IDLE_MS = 1200,
};

static const char
    channel_script[] = /* Grafana's function for renderers must exist from the start */
    "window.__grafanaImageRendererReadinessTimeoutMs=60000;";

static int set_up_page(struct op *op, struct tab *tab)
{
    if (tab->lease.is_warm)
        return 0;
    if (page_add_binding(op, tab->page, PROBE_BINDING) < 0)
        return -1;
    if (page_add_script(op, tab->page, channel_script) < 0)
        return -1;
    return page_add_script(op, tab->page, probe_script());
}

static int set_login(struct op *op, struct tab *tab)
{
    const struct render_login *login = tab->login;
    if (login->kind == RENDER_LOGIN_COOKIE) {
        struct page_cookie cookie = {
            .name = login->name, .value = &login->value, .domain = login->domain};
        return page_set_cookie(op, tab->page, &cookie);
    }
    if (login->kind == RENDER_LOGIN_HEADER) {
        struct page_header header = {.name = login->name, .value = &login->value};
        return page_set_credential(op, tab->page, tab->origin, &header, 1);
    }
    return 0;
}

int tab_set_look(struct op *op, struct tab *tab, const struct render_look *look)
{
    /* A whole page is loaded in a tall viewport at once, so that its panels ask together. */
    int height = look->height_px > 0 ? look->height_px : FULL_HEIGHT_FIRST;
    struct page_view view = {look->width_px, height, look->scale};
    if (page_set_view(op, tab->page, view) < 0)
        return -1;
    if (page_set_locale(op, tab->page, look->timezone, look->language) < 0)
        return -1;
    return page_set_dark(op, tab->page, strcmp(look->theme, "dark") == 0);
}

int tab_open(struct op *op, struct render *render, const struct render_ask *ask, struct tab *tab)
{
    *tab = (struct tab){.render = render, .login = &ask->login, .origin = ask->target.origin};
    arena_init(&tab->report_arena);
    const struct render_conf *conf = service_conf(render);
    struct pool_ask lease = {
        .class_ = ask->class_,
        .who = {.origin = ask->target.origin,
                .org = ask->login.org ? ask->login.org : "",
                .fingerprint = ask->login.fingerprint,
                .isolation = ask->login.is_drop_in ? conf->drop_in_isolation : conf->own_isolation},
    };
    if (pool_lease(op, conf->pool, &lease, &tab->lease) < 0) {
        arena_fini(&tab->report_arena);
        return -1;
    }
    tab->page = tab->lease.page;
    tab->begun_ms = tab->lease.begun_ms;
    tab->how = tab->lease.is_warm || tab->lease.is_washed ? "warm" : "cold";
    page_keep_bodies(tab->page, conf->frames_max);
    if (set_up_page(op, tab) < 0 || set_login(op, tab) < 0) {
        tab_close(tab, false);
        return -1;
    }
    return 0;
}

/* A parked page must not look at itself sixty times a second. */
static bool is_put_to_sleep(struct tab *tab)
{
    struct op op;
    op_init(&op, SLEEP_MS);
    int failed = page_eval(&op, tab->page, "window.__rounds&&window.__rounds.disarm()", NULL);
    op_fini(&op);
    return !failed;
}

void tab_close(struct tab *tab, bool is_clean)
{
    is_clean = is_clean && is_put_to_sleep(tab);
    tab->lease.end = is_clean ? POOL_KEEP : tab->is_broken ? POOL_DROP_BROWSER : POOL_DROP_TAB;
    pool_return(&tab->lease);
    arena_fini(&tab->report_arena);
    mem_free(tab->armed_loader);
    tab->armed_loader = NULL;
    tab->page = NULL;
}

static void new_token(struct tab *tab)
{
    rand_word(tab->token, sizeof tab->token - 1);
    arena_fini(&tab->report_arena);
    tab->probe = (struct probe){.token = "", .url = "", .uid = "", .load_failed = "", .error = ""};
}

static void remember_loader(struct tab *tab)
{
    const char *loader = page_facts(tab->page)->loader;
    mem_free(tab->armed_loader);
    tab->armed_loader = mem_strdup(loader ? loader : "");
}

/* `asked` NULL: the page stays what it is. A push throws where it would not be followed, which
 * keeps the URL from being changed at all. */
static char *arm_script(struct op *op, const struct tab *tab, const struct target *asked,
                        bool is_solo_push)
{
    struct str *s = str_new(&op->arena, 512 * 1024);
    struct jw w;
    str_adds(s, is_solo_push || asked ? "window.__rounds.arm("
                                      : "window.__rounds&&window.__rounds.arm(");
    jw_init(&w, s);
    jw_text(&w, tab->token);
    str_addc(s, ',');
    jw_init(&w, s);
    jw_text(&w, asked ? asked->text : "");
    str_adds(s, is_solo_push ? ",true)" : ",false)");
    return s->p;
}

int tab_arm(struct op *op, struct tab *tab)
{
    new_token(tab);
    remember_loader(tab);
    return page_eval(op, tab->page, arm_script(op, tab, NULL, false), NULL);
}

/* A JWT in the URL belongs to the page's URL only while it is asked for; it is never logged. */
static const char *url_of(struct op *op, const struct tab *tab, const struct target *target)
{
    if (tab->login->kind != RENDER_LOGIN_URL)
        return target->text;
    struct str *encoded = str_new(&op->arena, 64 * 1024);
    url_encode(encoded, secret_reveal(&tab->login->value));
    return arena_fmt(&op->arena, "%s%c%s=%s", target->text, *target->url.query ? '&' : '?',
                     tab->login->name, encoded->p);
}

/* Grafana keeps every dashboard visited in a document, with its data, and a document of hours has
 * grown: a new one frees it all. One of another scale would keep its charts as they were drawn. */
static bool is_worn(const struct jv *state)
{
    return jv_bool_at(state, "rescaled", false) || jv_int_at(state, "visited", 0) >= VISITED_MAX ||
           jv_int_at(state, "age_ms", 0) >= DOCUMENT_AGE_MAX_MS;
}

static bool has_grown(struct op *op, const struct tab *tab)
{
    int64_t heap_max = service_conf(tab->render)->heap_max, used;
    return heap_max > 0 && (page_heap(op, tab->page, &used) < 0 || used > heap_max);
}

static const char *state_script(struct op *op, const struct target *next)
{
    struct str *s = str_new(&op->arena, 512 * 1024);
    struct jw w;
    str_adds(s, "window.__rounds?window.__rounds.state(");
    jw_init(&w, s);
    jw_text(&w, next->text);
    str_adds(s, "):{}");
    return s->p;
}

/* What the tab was last asked to show; false when it shows nothing that can be led on. Of what a document has
 * shown before, the application may show the data that it has kept, and ask for none. */
static bool find_asked(struct op *op, struct tab *tab, const struct target *next,
                       struct target *out, bool *is_scenes)
{
    const struct facts *facts = page_facts(tab->page);
    const struct jv *state;
    if (facts->status != 200 || facts->is_off_origin)
        return false;
    if (page_eval(op, tab->page, state_script(op, next), &state) < 0)
        return false;
    *is_scenes = jv_bool_at(state, "scenes", false);
    return *jv_text_at(state, "asked", "") && !jv_bool_at(state, "repeated", false) &&
           !is_worn(state) && !has_grown(op, tab) &&
           target_parse(op, jv_bytes(jv_get(state, "asked")), out) == 0;
}

/* 1: led there; 0: this tab can not, use a new document; -1: failed for good. */
static int try_push(struct op *op, struct tab *tab, const struct target *target)
{
    struct target now;
    struct op part;
    struct learnt *learnt = service_learnt(tab->render);
    bool is_used = tab->lease.is_warm || tab->pages_n > 0;
    if (!is_used || tab->login->kind == RENDER_LOGIN_URL ||
        !learnt_can_push(learnt, target->origin, target->kind))
        return 0;
    op_init_part(&part, op, -1);
    bool is_scenes = false;
    bool can = find_asked(&part, tab, target, &now, &is_scenes) && target_can_push(&now, target);
    /* Scenes take over a range and variables in one act. The older stack first shows the former values for a
     * while, and nothing in its data tells whose they are. */
    can = can && (is_scenes || target_same_variables(&now, target));
    if (can) {
        new_token(tab);
        char *arm = arm_script(&part, tab, target, target->kind == TARGET_SOLO);
        can = page_push_url(&part, tab->page, target_push_url(&part.arena, target, is_scenes),
                            arm) == 0;
        if (!can)
            learnt_note(learnt, target->origin, target->kind, false);
        remember_loader(tab);
    }
    bool is_fatal = part.err == ERR_BROWSER || part.err == ERR_CANCELLED || part.err == ERR_TIMEOUT;
    int result = can ? 1 : is_fatal ? op_fail_from(op, &part) : 0;
    op_fini(&part);
    return result;
}

int tab_show(struct op *op, struct tab *tab, const struct target *target, bool may_push,
             bool *pushed)
{
    *pushed = false;
    int led = may_push ? try_push(op, tab, target) : 0;
    if (led < 0)
        return -1;
    if (led > 0) {
        *pushed = true;
        tab->how = "in-app";
        return 0;
    }
    new_token(tab);
    tab->asked = target;
    if (tab->pages_n++ > 0 || strcmp(tab->how, "in-app") == 0)
        tab->how = "warm";
    return page_go(op, tab->page, url_of(op, tab, target));
}

/* Reads the newest report, if there is one that was not read yet. */
static void read_report(struct tab *tab)
{
    const struct facts *facts = page_facts(tab->page);
    const struct facts_call *call = facts_last_call(facts, PROBE_BINDING);
    if (!call || (facts->calls_n == tab->calls_seen && facts->epoch == tab->calls_epoch))
        return;
    tab->calls_seen = facts->calls_n;
    tab->calls_epoch = facts->epoch;
    arena_fini(&tab->report_arena);
    probe_read(&tab->report_arena, bytes_of(call->payload), &tab->probe);
}

/* A document of its own accord (a login redirect, a reload) starts with a sleeping probe. */
static int follow_document(struct op *op, struct tab *tab)
{
    const struct facts *facts = page_facts(tab->page);
    const char *loader = facts->loader ? facts->loader : "";
    if (!facts->is_committed || (tab->armed_loader && strcmp(tab->armed_loader, loader) == 0))
        return 0;
    remember_loader(tab);
    struct op part;
    op_init_part(&part, op, -1);
    int failed = page_eval(&part, tab->page, arm_script(&part, tab, tab->asked, false), NULL);
    bool is_fatal = part.err == ERR_BROWSER || part.err == ERR_CANCELLED;
    if (failed && is_fatal)
        op_fail_from(op, &part);
    op_fini(&part);
    return failed && is_fatal ? -1 : 0;
}

static bool is_stuck(const struct tab *tab, const char *missing, int64_t now_ms)
{
    static const char *const signs[] = {"range", "panel", "panels", "dashboard", "application"};
    const struct facts *facts = page_facts(tab->page);
    if (now_ms - facts->epoch_ms < STUCK_AFTER_MS || facts->queries_open_n > 0 ||
        now_ms - facts->activity_ms < STUCK_IDLE_MS)
        return false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(missing, signs[i]) == 0)
            return true;
    return false;
}

static int wait_for_end(struct op *op, struct tab *tab, struct ready_rules *rules,
                        const struct truth_rules *truth, bool is_pushed, enum tab_end *end,
                        const char **missing)
{
    const struct facts *facts = page_facts(tab->page);
    struct truth_finding early;
    const char *before = NULL;
    for (;;) {
        if (follow_document(op, tab) < 0)
            return -1;
        read_report(tab);
        rules->token = tab->token;
        int64_t now_ms = clock_mono_ms();
        truth_early(&tab->report_arena, truth, facts, &tab->probe, &early);
        *missing = ready_missing(rules, facts, &tab->probe, now_ms);
        if (*missing && *missing != before)
            log_msg(LOG_DEBUG, op, "wait", "missing: %s", *missing);
        before = *missing;
        *end = TAB_FATAL;
        if (truth_is_fatal(early.truth))
            return 0;
        *end = TAB_READY;
        if (!*missing)
            return 0;
        *end = TAB_STUCK;
        if (is_pushed && is_stuck(tab, *missing, now_ms))
            return 0;
        *end = TAB_EXPIRED;
        int left = op_left_ms(op);
        if (left == 0)
            return 0;
        if (page_pump(op, tab->page, left < PUMP_MS ? left : PUMP_MS) < 0) {
            if (op->err != ERR_TIMEOUT)
                return -1;
            op_clear(op);
        }
    }
}

int tab_wait(struct op *op, struct tab *tab, struct ready_rules *rules,
             const struct truth_rules *truth, bool is_pushed, enum tab_end *end,
             const char **missing)
{
    if (wait_for_end(op, tab, rules, truth, is_pushed, end, missing) < 0)
        return -1;
    if (*end == TAB_STUCK || page_is_whole(tab->page))
        return 0;
    tab->is_broken = true; /* scripts and answers have failed that nobody refused */
    return op_fail(op, ERR_BROWSER, "the browser lost a process while the page was loading");
}
