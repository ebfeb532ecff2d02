/* A tab: opening and closing it, its looks, its scripts, and the pump that folds its events.
 *
 * Only the browser's holder may call. A page owns its facts and what it has set; the protocol's connection
 * is the browser's. Going is in page_go.c, the login in page_login.c, pictures and files in page_take.c.
 *
 * A tab opens in a window of its own: a second tab of a context in one window counts as hidden in some
 * headless modes, and hidden tabs have no animation frames.
 */
#include "chrome/page_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { POST_DATA_MAX = 256 * 1024, BUFFER_TOTAL = 64 << 20, BUFFER_EACH = 16 << 20 };

const struct facts *page_facts(const struct page *page)
{
    return &page->facts;
}

bool page_is_whole(const struct page *page)
{
    return process_is_whole(page->browser->process);
}

int page_check(struct op *op, const struct page *page)
{
    if (page->facts.is_crashed)
        return op_fail(op, ERR_BROWSER, "the tab crashed");
    if (page->facts.is_detached)
        return op_fail(op, ERR_BROWSER, "the tab was closed");
    return 0;
}

/* --- commands --- */

struct str *page_params(struct op *op, struct jw *w)
{
    struct str *s = str_new(&op->arena, PAGE_PARAMS_MAX);
    jw_init(w, s);
    jw_object(w);
    return s;
}

static struct cdp_ask ask_of(const struct page *page, const char *method, const struct str *params)
{
    return (struct cdp_ask){.session = page->session,
                            .method = method,
                            .params = params ? str_bytes(params) : (struct bytes){0}};
}

/* While a new document takes the old one's place the browser refuses some commands for a moment. */
static bool is_passing(const struct op *op)
{
    return op->err == ERR_BROWSER && strstr(op->err_text, "Not attached to an active page");
}

int page_ask(struct op *op, struct page *page, const struct cdp_ask *ask, const struct jv **out,
             struct bytes *big)
{
    enum { TRIES = 50, STEP_MS = 20 };
    for (int i = 0; page_check(op, page) == 0; i++) {
        if (cdp_call_big(op, page->browser->cdp, ask, out, big) == 0)
            return 0;
        if (!is_passing(op) || i == TRIES)
            return -1;
        op_clear(op);
        if (cdp_pump(op, page->browser->cdp, STEP_MS, NULL) < 0)
            return -1;
    }
    return -1;
}

int page_call(struct op *op, struct page *page, const char *method, const struct str *params,
              const struct jv **out)
{
    struct cdp_ask ask = ask_of(page, method, params);
    if (params && params->is_full)
        return op_fail(op, ERR_TOO_LARGE, "%s: the command is too large", method);
    return page_ask(op, page, &ask, out, NULL);
}

int page_send(struct op *op, struct page *page, const char *method, const struct str *params)
{
    struct cdp_ask ask = ask_of(page, method, params);
    return page_check(op, page) < 0 ? -1 : cdp_send(op, page->browser->cdp, &ask, NULL, NULL);
}

/* --- events --- */

void page_lose(struct page *page, const char *why)
{
    page->facts.is_detached = true;
    page->facts.events++;
    cdp_drop_session(page->browser->cdp, page->session, why);
}

static int accept_dialog(struct op *op, struct page *page)
{
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_bool_at(&w, "accept", true);
    jw_end(&w);
    return page_send(op, page, "Page.handleJavaScriptDialog", params);
}

/* Chatter of console.log costs nothing but this look at its first bytes. */
static bool is_quiet_console(const struct cdp_event *e)
{
    return bytes_eq_s(e->method, "Runtime.consoleAPICalled") &&
           bytes_find((struct bytes){e->message.p, e->message.n < 120 ? e->message.n : 120},
                      BYTES("\"type\":\"error\"")) < 0;
}

static int note_commit(struct op *op, struct page *page, const struct jv *params)
{
    const struct jv *frame = jv_get(params, "frame");
    page_note_frame(page, frame);
    if (strcmp(jv_text_at(frame, "id", ""), page->target) != 0)
        return 0;
    char **slot = &page->nav.commits[page->nav.commits_n++ % PAGE_COMMITS_KEPT];
    mem_free(*slot);
    *slot = mem_strdup(jv_text_at(frame, "loaderId", ""));
    return page_answer_early(op, page);
}

/* What an event asks of us beyond being remembered. */
static int react(struct op *op, struct page *page, struct cdp_event *e)
{
    if (bytes_eq_s(e->method, "Page.frameNavigated"))
        return note_commit(op, page, cdp_event_params(e));
    else if (bytes_eq_s(e->method, "Page.navigatedWithinDocument"))
        page->nav.is_moved = true;
    else if (bytes_eq_s(e->method, "Page.javascriptDialogOpening"))
        return accept_dialog(op, page);
    else if (bytes_eq_s(e->method, "Network.loadingFinished") && page->body_max)
        return page_ask_body(op, page, jv_text_at(cdp_event_params(e), "requestId", ""));
    else if (bytes_eq_s(e->method, "Inspector.targetCrashed"))
        cdp_drop_session(page->browser->cdp, page->session, "the tab crashed");
    return 0;
}

int page_take_event(struct op *op, struct page *page, struct cdp_event *e)
{
    int64_t now_ms = clock_mono_ms();
    if (bytes_eq_s(e->method, "Fetch.requestPaused"))
        return page_answer_paused(op, page, cdp_event_params(e));
    if (bytes_eq_s(e->method, "Network.dataReceived"))
        facts_touch(&page->facts, now_ms);
    if (bytes_eq_s(e->method, "Page.frameAttached"))
        page_note_child(page, cdp_event_params(e));
    if (bytes_eq_s(e->method, "Page.frameDetached"))
        page_drop_frame(page, jv_text_at(cdp_event_params(e), "frameId", ""));
    struct facts_reading how;
    if (!facts_wants(e->method, e->message, &how) || is_quiet_console(e))
        return 0;
    e->unread = how.unread;
    e->big_name = how.big;
    const struct jv *params = cdp_event_params(e);
    facts_fold(&page->facts, e->method, params, e->big, now_ms);
    return react(op, page, e);
}

int page_pump(struct op *op, struct page *page, int wait_ms)
{
    uint64_t before = page->facts.events;
    int64_t end = clock_mono_ms() + wait_ms;
    if (op_check(op) < 0 || page_check(op, page) < 0)
        return -1;
    for (;;) {
        int64_t left = end - clock_mono_ms();
        if (cdp_pump(op, page->browser->cdp, left > 0 ? (int)left : 0, NULL) < 0 ||
            page_check(op, page) < 0)
            return -1;
        if (page->facts.events != before || clock_mono_ms() >= end)
            return 0;
    }
}

int page_wait(struct op *op, struct page *page, page_done_fn *done, void *ctx)
{
    enum { STEP_MS = 1000 }; /* events wake it; this only bounds a wait without any */
    while (!done(&page->facts, ctx))
        if (page_pump(op, page, STEP_MS) < 0)
            return -1;
    return 0;
}

/* --- opening --- */

static int create_target(struct op *op, struct browser *b, struct page *page)
{
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "url", "about:blank");
    if (*page->context)
        jw_text_at(&w, "browserContextId", page->context);
    jw_bool_at(&w, "newWindow", true);
    jw_end(&w);
    const struct jv *result;
    struct cdp_ask ask = {.method = "Target.createTarget", .params = str_bytes(params)};
    if (cdp_call(op, b->cdp, &ask, &result) < 0)
        return -1;
    snprintf(page->target, sizeof page->target, "%s", jv_text_at(result, "targetId", ""));

    params = page_params(op, &w);
    jw_text_at(&w, "targetId", page->target);
    jw_bool_at(&w, "flatten", true);
    jw_end(&w);
    ask = (struct cdp_ask){.method = "Target.attachToTarget", .params = str_bytes(params)};
    if (cdp_call(op, b->cdp, &ask, &result) < 0)
        return -1;
    snprintf(page->session, sizeof page->session, "%s", jv_text_at(result, "sessionId", ""));
    if (!*page->target || !*page->session)
        return op_fail(op, ERR_BROWSER, "the browser gave no tab");
    return 0;
}

/* All at once; only the last is waited for. Without the limit every request comes with the names of the
 * scripts' functions that led to it: ten times its own size. */
static int enable_domains(struct op *op, struct page *page)
{
    struct jw w;
    struct str *stacks = page_params(op, &w);
    jw_int_at(&w, "size", 0);
    jw_end(&w);
    struct str *network = page_params(op, &w);
    jw_int_at(&w, "maxPostDataSize", POST_DATA_MAX);
    jw_int_at(&w, "maxTotalBufferSize", BUFFER_TOTAL);
    jw_int_at(&w, "maxResourceBufferSize", BUFFER_EACH);
    jw_end(&w);
    if (page_send(op, page, "Network.enable", network) < 0 ||
        page_send(op, page, "Inspector.enable", NULL) < 0 ||
        page_send(op, page, "Runtime.enable", NULL) < 0 ||
        page_send(op, page, "Runtime.setMaxCallStackSizeToCapture", stacks) < 0)
        return -1;
    return page_call(op, page, "Page.enable", NULL, NULL);
}

int page_open(struct op *op, struct browser *b, const char *context_id, struct page **out)
{
    struct page *page = MEM_NEW(struct page);
    page->browser = b;
    page->dark = -1;
    facts_init(&page->facts);
    snprintf(page->context, sizeof page->context, "%s", context_id ? context_id : "");
    page->next = b->pages;
    b->pages = page;
    if (create_target(op, b, page) < 0) {
        page_free(page);
        return -1;
    }
    mem_free(page->facts.main_frame);
    page->facts.main_frame = mem_strdup(page->target); /* Chromium names both alike */
    if (enable_domains(op, page) < 0 || page_set_dark(op, page, false) < 0) {
        page_free(page);
        return -1;
    }
    *out = page;
    return 0;
}

static void forget_script(struct page *page)
{
    struct page_script *s = &page->scripts[--page->scripts_n];
    mem_free(s->id);
    mem_free(s->source);
    *s = (struct page_script){0};
}

static void free_texts(char **texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mem_free(texts[i]);
        texts[i] = NULL;
    }
}

void page_free(struct page *page)
{
    struct page **at = &page->browser->pages;
    while (*at && *at != page)
        at = &(*at)->next;
    if (*at)
        *at = page->next;
    if (page->browser->cdp)
        cdp_forget(page->browser->cdp, page);
    page_forget_login(page);
    while (page->scripts_n > 0)
        forget_script(page);
    free_texts(page->bindings, PAGE_BINDINGS_MAX);
    free_texts(page->nav.commits, PAGE_COMMITS_KEPT);
    mem_free(page->nav.loader);
    mem_free(page->nav.error);
    mem_free(page->timezone);
    mem_free(page->language);
    mem_free(page->download_dir);
    mem_free(page->fresh_origin);
    facts_fini(&page->facts);
    mem_free(page);
}

/* A close that meets a tab just changing documents gets lost in the browser although it is answered, so it
 * is said again until the tab is gone. */
int page_close(struct op *op, struct page *page)
{
    enum { AGAIN_MS = 60 };
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "targetId", page->target);
    jw_end(&w);
    struct cdp_ask ask = {.method = "Target.closeTarget", .params = str_bytes(params)};
    int rc = 0;
    while (rc == 0 && !page->facts.is_detached) {
        int64_t again_ms = clock_mono_ms() + AGAIN_MS;
        rc = op_check(op) < 0 ? -1 : cdp_send(op, page->browser->cdp, &ask, NULL, NULL);
        while (rc == 0 && !page->facts.is_detached && clock_mono_ms() < again_ms)
            rc = cdp_pump(op, page->browser->cdp, (int)(again_ms - clock_mono_ms()), NULL);
    }
    page_free(page);
    return rc;
}

/* --- looks --- */

int page_set_view(struct op *op, struct page *page, struct page_view view)
{
    if (view.scale <= 0)
        view.scale = 1;
    if (page->view.width_px == view.width_px && page->view.height_px == view.height_px &&
        page->view.scale == view.scale)
        return 0;
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_int_at(&w, "width", view.width_px);
    jw_int_at(&w, "height", view.height_px);
    jw_num_at(&w, "deviceScaleFactor", view.scale);
    jw_bool_at(&w, "mobile", false);
    jw_end(&w);
    if (page_call(op, page, "Emulation.setDeviceMetricsOverride", params, NULL) < 0)
        return -1;
    page->view = view;
    return 0;
}

static bool is_same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static void set_text(char **slot, const char *value)
{
    mem_free(*slot);
    *slot = value && *value ? mem_strdup(value) : NULL;
}

static int set_timezone(struct op *op, struct page *page, const char *timezone)
{
    if (is_same(page->timezone, timezone))
        return 0;
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "timezoneId", timezone ? timezone : "");
    jw_end(&w);
    struct op part;
    op_init_part(&part, op, -1);
    int rc = page_call(&part, page, "Emulation.setTimezoneOverride", params, NULL);
    if (rc < 0 && strstr(part.err_text, "nvalid timezone"))
        op_fail(op, ERR_BAD_INPUT, "the browser knows no time zone \"%s\"", timezone);
    else if (rc < 0)
        op_fail_from(op, &part);
    op_fini(&part);
    if (rc == 0)
        set_text(&page->timezone, timezone);
    return rc;
}

/* The first entry of an Accept-Language list, as ICU writes it. */
static const char *first_language(struct op *op, const char *list)
{
    char *first = arena_strdup(&op->arena, list ? list : "");
    first[strcspn(first, ",; ")] = 0;
    return first;
}

static int set_language(struct op *op, struct page *page, const char *language)
{
    if (is_same(page->language, language))
        return 0;
    struct jw w;
    struct str *locale = page_params(op, &w);
    jw_text_at(&w, "locale", first_language(op, language));
    jw_end(&w);
    struct str *agent = page_params(op, &w);
    jw_text_at(&w, "userAgent", page->browser->user_agent);
    jw_text_at(&w, "acceptLanguage", language ? language : "");
    jw_end(&w);
    struct op part;
    op_init_part(&part, op, -1);
    /* Another tab of the process may hold an override of the same: harmless, the header still differs. */
    int rc = page_call(&part, page, "Emulation.setLocaleOverride", locale, NULL);
    if (rc < 0 && part.err == ERR_BROWSER && !cdp_is_broken(page->browser->cdp)) {
        op_clear(&part);
        rc = 0;
    }
    if (rc == 0)
        rc = page_call(&part, page, "Emulation.setUserAgentOverride", agent, NULL);
    if (rc < 0)
        op_fail_from(op, &part);
    else
        set_text(&page->language, language);
    op_fini(&part);
    return rc;
}

int page_set_locale(struct op *op, struct page *page, const char *timezone, const char *language)
{
    return set_timezone(op, page, timezone) < 0 ? -1 : set_language(op, page, language);
}

int page_set_dark(struct op *op, struct page *page, bool is_dark)
{
    if (page->dark == is_dark)
        return 0;
    const char *params =
        arena_fmt(&op->arena,
                  "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"},"
                  "{\"name\":\"prefers-reduced-motion\",\"value\":\"reduce\"}]}",
                  is_dark ? "dark" : "light");
    struct cdp_ask ask = {.session = page->session,
                          .method = "Emulation.setEmulatedMedia",
                          .params = bytes_of(params)};
    if (page_check(op, page) < 0 || cdp_call(op, page->browser->cdp, &ask, NULL) < 0)
        return -1;
    page->dark = is_dark;
    return 0;
}

/* --- scripts --- */

int page_add_script(struct op *op, struct page *page, const char *source)
{
    for (size_t i = 0; i < page->scripts_n; i++)
        if (strcmp(page->scripts[i].source, source) == 0)
            return 0;
    if (page->scripts_n == PAGE_SCRIPTS_MAX)
        return op_fail(op, ERR_INTERNAL, "too many scripts for a page");
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "source", source);
    jw_end(&w);
    const struct jv *result;
    if (page_call(op, page, "Page.addScriptToEvaluateOnNewDocument", params, &result) < 0)
        return -1;
    page->scripts[page->scripts_n++] =
        (struct page_script){mem_strdup(jv_text_at(result, "identifier", "")), mem_strdup(source)};
    return 0;
}

int page_add_binding(struct op *op, struct page *page, const char *name)
{
    for (size_t i = 0; i < page->bindings_n; i++)
        if (strcmp(page->bindings[i], name) == 0)
            return 0;
    if (page->bindings_n == PAGE_BINDINGS_MAX)
        return op_fail(op, ERR_INTERNAL, "too many bindings for a page");
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "name", name);
    jw_end(&w);
    if (page_call(op, page, "Runtime.addBinding", params, NULL) < 0)
        return -1;
    page->bindings[page->bindings_n++] = mem_strdup(name);
    return 0;
}

int page_drop_scripts(struct op *op, struct page *page)
{
    struct jw w;
    while (page->scripts_n > 0) {
        struct str *params = page_params(op, &w);
        jw_text_at(&w, "identifier", page->scripts[page->scripts_n - 1].id);
        jw_end(&w);
        if (page_send(op, page, "Page.removeScriptToEvaluateOnNewDocument", params) < 0)
            return -1;
        forget_script(page);
    }
    while (page->bindings_n > 0) {
        struct str *params = page_params(op, &w);
        jw_text_at(&w, "name", page->bindings[page->bindings_n - 1]);
        jw_end(&w);
        if (page_send(op, page, "Runtime.removeBinding", params) < 0)
            return -1;
        mem_free(page->bindings[--page->bindings_n]);
        page->bindings[page->bindings_n] = NULL;
    }
    return 0;
}

/* What an exception in the page says, or NULL. */
static const char *exception_of(struct op *op, const struct jv *result)
{
    const struct jv *details = jv_get(result, "exceptionDetails");
    if (!details)
        return NULL;
    const char *text = jv_text_at(details, "text", "exception");
    return arena_fmt(&op->arena, "%.400s",
                     jv_text_at(jv_get(details, "exception"), "description", text));
}

int page_eval(struct op *op, struct page *page, const char *expression, const struct jv **out)
{
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "expression", expression);
    jw_bool_at(&w, "returnByValue", true);
    jw_bool_at(&w, "awaitPromise", true);
    jw_end(&w);
    const struct jv *result;
    if (page_call(op, page, "Runtime.evaluate", params, &result) < 0)
        return -1;
    const char *exception = exception_of(op, result);
    if (exception)
        return op_fail(op, ERR_INTERNAL, "a script in the page failed: %s", exception);
    if (out)
        *out = jv_get(jv_get(result, "result"), "value");
    return 0;
}

int page_heap(struct op *op, struct page *page, int64_t *used)
{
    const struct jv *result;
    if (page_call(op, page, "Runtime.getHeapUsage", NULL, &result) < 0)
        return -1;
    *used = jv_int_at(result, "usedSize", 0);
    return 0;
}
