/* Folding the browser's events into facts. Pure: no I/O, no clock, no browser; the tests feed it recorded
 * events. One thread.
 *
 * Requests are kept by id, never as a bare counter: after a navigation the events of the document that was
 * left still arrive, and a counter would take them for the new one's. What was left at a commit is removed,
 * so that its late events find nothing.
 */
#include "chrome/facts_priv.h"

#include "base/mem.h"
#include "chrome/cdp_text.h"

#include <string.h>

struct fold {
    struct facts *f;
    const struct jv *params;
    struct bytes big; /* see struct facts_reading */
    int64_t now_ms;
};

static void add_note(struct fold *x, enum facts_note_kind kind, const char *text)
{
    struct facts *f = x->f;
    if (f->notes_n == FACTS_NOTES_MAX) {
        f->dropped++;
        facts_drop_note(f, 0);
    }
    f->notes[f->notes_n++] = (struct facts_note){kind, f->epoch, x->now_ms, facts_keep(text)};
}

static void add_url_note(struct fold *x, enum facts_note_kind kind, const char *url,
                         const char *error)
{
    char text[512];
    struct bytes shown = bytes_of(url);
    ssize_t query = bytes_find_char(shown, '?'); /* may hold tokens */
    if (query >= 0)
        shown.n = (size_t)query;
    if (shown.n > 380)
        shown.n = 380;
    size_t n = shown.n;
    memcpy(text, shown.p, n);
    text[n] = 0;
    if (*error) {
        size_t left = sizeof text - n - 2, error_n = strnlen(error, left);
        text[n++] = ' ';
        memcpy(text + n, error, error_n);
        text[n + error_n] = 0;
    }
    add_note(x, kind, text);
}

/* --- requests --- */

/* "/path?query" of an absolute URL. */
static const char *path_of(const char *url)
{
    const char *authority = strstr(url, "://");
    const char *path = authority ? strchr(authority + 3, '/') : NULL;
    return path ? path : "";
}

static bool is_api(const char *path)
{
    struct bytes p = {path, strcspn(path, "?#")};
    return bytes_find(p, BYTES("/api/")) >= 0 || bytes_find(p, BYTES("/apis/")) >= 0;
}

static bool is_query(const char *method, const char *path)
{
    struct bytes p = {path, strcspn(path, "?#")};
    return strcmp(method, "POST") == 0 && is_api(path) && bytes_has_suffix(p, BYTES("/query"));
}

/* A header's value whatever its case; "" if absent. */
static const char *header(const struct jv *headers, const char *name)
{
    void *it = NULL;
    const char *key;
    const struct jv *value;
    while (jv_next(headers, &it, &key, &value))
        if (bytes_eq_nocase(bytes_of(key), bytes_of(name)))
            return jv_text(value, "");
    return "";
}

static int64_t moment(const struct jv *body, const char *name)
{
    const struct jv *v = jv_get(body, name);
    int64_t ms;
    if (!v)
        v = jv_get(jv_get(body, "timeRange"), name); /* public dashboards */
    if (jv_is_integer(v))
        return jv_int(v, -1);
    return bytes_to_i64(jv_bytes(v), &ms) ? ms : -1;
}

static void add_query(struct fold *x, const struct facts_answer *a, const struct jv *request)
{
    struct facts *f = x->f;
    if (f->queries_n == FACTS_QUERIES_MAX) {
        f->dropped++;
        facts_drop_query(f, 0);
    }
    const struct jv *headers = jv_get(request, "headers");
    struct facts_query *q = &f->queries[f->queries_n++];
    *q = (struct facts_query){
        .request_id = facts_keep(a->request_id),
        .dashboard_uid = facts_keep(header(headers, "X-Dashboard-Uid")),
        .panel_id = facts_keep(header(headers, "X-Panel-Id")),
        .datasource_uid = facts_keep(header(headers, "X-Datasource-Uid")),
        .plugin_id = facts_keep(header(headers, "X-Plugin-Id")),
        .path = facts_keep(a->path),
        .error = facts_keep(""),
        .epoch = f->epoch,
        .from_ms = -1,
        .to_ms = -1,
        .begun_ms = x->now_ms,
    };
    struct arena scratch;
    arena_init(&scratch);
    const struct jv *body = jv_parse_quiet(&scratch, jv_bytes(jv_get(request, "postData")));
    if (body) {
        q->from_ms = moment(body, "from");
        q->to_ms = moment(body, "to");
    }
    arena_fini(&scratch);
}

static void add_answer(struct fold *x, const char *id, const struct jv *request)
{
    struct facts *f = x->f;
    const char *path = path_of(jv_text_at(request, "url", ""));
    const char *method = jv_text_at(request, "method", "GET");
    if (!is_api(path))
        return;
    if (f->answers_n == FACTS_ANSWERS_MAX) {
        f->dropped++;
        facts_drop_answer(f, 0);
    }
    struct facts_answer *a = &f->answers[f->answers_n++];
    *a = (struct facts_answer){.request_id = facts_keep(id),
                               .method = facts_keep(method),
                               .path = facts_keep(path),
                               .error = facts_keep(""),
                               .epoch = f->epoch,
                               .begun_ms = x->now_ms};
    if (is_query(method, path))
        add_query(x, a, request);
}

static void fold_redirect(struct fold *x, struct facts_request *r, const struct jv *request)
{
    struct facts *f = x->f;
    if (r->is_main && f->redirects_n < FACTS_REDIRECTS_MAX)
        f->redirects[f->redirects_n++] = facts_keep(r->url);
    facts_put(&r->url, jv_text_at(request, "url", ""));
}

static void fold_request(struct fold *x)
{
    struct facts *f = x->f;
    const char *id = jv_text_at(x->params, "requestId", "");
    const struct jv *request = jv_get(x->params, "request");
    const char *url = jv_text_at(request, "url", ""),
               *type = jv_text_at(x->params, "type", "Other");
    if (strncmp(url, "data:", 5) == 0)
        return;
    f->activity_ms = x->now_ms;
    struct facts_request *known = facts_request_by(f, id);
    if (known) {
        fold_redirect(x, known, request);
        return;
    }
    if (f->requests_n == FACTS_REQUESTS_MAX) {
        f->dropped++;
        facts_drop_request(f, 0);
    }
    bool is_main = strcmp(type, "Document") == 0 &&
                   strcmp(jv_text_at(x->params, "frameId", ""), f->main_frame) == 0;
    f->requests[f->requests_n++] =
        (struct facts_request){.id = facts_keep(id),
                               .url = facts_keep(url),
                               .method = facts_keep(jv_text_at(request, "method", "GET")),
                               .type = facts_keep(type),
                               .loader = facts_keep(jv_text_at(x->params, "loaderId", "")),
                               .epoch = f->epoch,
                               .begun_ms = x->now_ms,
                               .is_main = is_main};
    if (is_main) {
        f->is_requested = true;
        f->status = 0;
    }
    add_answer(x, id, request);
    facts_recount(f);
}

static void fold_cached(struct fold *x)
{
    struct facts_answer *a = facts_answer_by(x->f, jv_text_at(x->params, "requestId", ""));
    if (a)
        a->is_cached = true;
}

static void fold_response(struct fold *x)
{
    struct facts *f = x->f;
    const char *id = jv_text_at(x->params, "requestId", "");
    const struct jv *response = jv_get(x->params, "response");
    int status = (int)jv_int_at(response, "status", 0);
    struct facts_request *r = facts_request_by(f, id);
    struct facts_answer *a = facts_answer_by(f, id);
    struct facts_query *q = facts_query_by(f, id);
    f->activity_ms = x->now_ms;
    if (r)
        r->status = status;
    if (r && r->is_main) {
        f->status = status;
        facts_put(&f->mime, jv_text_at(response, "mimeType", ""));
    }
    if (a) {
        a->status = status;
        a->is_cached |= jv_bool_at(response, "fromDiskCache", false);
    }
    if (q)
        q->status = status;
}

static void end_request(struct fold *x, const char *id, enum facts_state state, const char *error)
{
    struct facts *f = x->f;
    struct facts_answer *a = facts_answer_by(f, id);
    struct facts_query *q = facts_query_by(f, id);
    struct facts_request *r = facts_request_by(f, id);
    if (a && a->state == FACTS_OPEN) {
        a->state = state;
        a->ended_ms = x->now_ms;
        facts_put(&a->error, error);
    }
    if (q && q->state == FACTS_OPEN) {
        q->state = state;
        q->ended_ms = x->now_ms;
        facts_put(&q->error, error);
    }
    if (r && facts_is_picture(r))
        f->pictures_ended_ms = x->now_ms;
    if (r)
        facts_drop_request(f, (size_t)(r - f->requests));
}

static void fold_finished(struct fold *x)
{
    x->f->activity_ms = x->now_ms;
    end_request(x, jv_text_at(x->params, "requestId", ""), FACTS_DONE, "");
    facts_recount(x->f);
}

/* The gate answers what it refuses so that Chromium says this; what cannot be reached differs. */
static bool is_refusal(const char *error, const char *blocked)
{
    return *blocked || strcmp(error, "net::ERR_SOCKS_CONNECTION_FAILED") == 0 ||
           strcmp(error, "net::ERR_BLOCKED_BY_CLIENT") == 0;
}

static bool is_vital(const char *type)
{
    return strcmp(type, "Script") == 0 || strcmp(type, "Stylesheet") == 0;
}

static void fold_failed(struct fold *x)
{
    struct facts *f = x->f;
    const char *id = jv_text_at(x->params, "requestId", "");
    const char *error = jv_text_at(x->params, "errorText", "");
    const char *blocked = jv_text_at(x->params, "blockedReason", "");
    bool is_cancelled = jv_bool_at(x->params, "canceled", false);
    struct facts_request *r = facts_request_by(f, id);
    f->activity_ms = x->now_ms;
    if (r && r->is_main && !is_cancelled)
        facts_put(&f->error, error);
    if (r && !is_cancelled && is_refusal(error, blocked)) {
        f->blocked_n++;
        add_url_note(x, FACTS_NOTE_BLOCKED, r->url, "");
    } else if (r && !is_cancelled && is_vital(r->type)) {
        add_url_note(x, FACTS_NOTE_RESOURCE, r->url, error);
    }
    end_request(x, id, is_cancelled ? FACTS_CANCELLED : FACTS_FAILED, error);
    facts_recount(f);
}

static void fold_socket(struct fold *x)
{
    struct facts *f = x->f;
    if (f->requests_n == FACTS_REQUESTS_MAX) {
        f->dropped++;
        return;
    }
    f->requests[f->requests_n++] =
        (struct facts_request){.id = facts_keep(jv_text_at(x->params, "requestId", "")),
                               .url = facts_keep(jv_text_at(x->params, "url", "")),
                               .method = facts_keep("GET"),
                               .type = facts_keep("WebSocket"),
                               .loader = facts_keep(f->loader),
                               .epoch = f->epoch,
                               .begun_ms = x->now_ms};
    facts_recount(f);
}

static void fold_socket_closed(struct fold *x)
{
    struct facts_request *r = facts_request_by(x->f, jv_text_at(x->params, "requestId", ""));
    if (r)
        facts_drop_request(x->f, (size_t)(r - x->f->requests));
    facts_recount(x->f);
}

static void fold_socket_error(struct fold *x)
{
    struct facts_request *r = facts_request_by(x->f, jv_text_at(x->params, "requestId", ""));
    const char *error = jv_text_at(x->params, "errorMessage", "");
    if (r && strstr(error, "ERR_SOCKS_CONNECTION_FAILED")) {
        x->f->blocked_n++;
        add_url_note(x, FACTS_NOTE_BLOCKED, r->url, "");
    }
}

/* --- the document --- */

/* A new main document is shown: what the old one had in flight concerns nobody any more. The newest
 * request for a main document stays: it may be of a navigation that has begun since. */
static void leave_document(struct fold *x, const char *loader)
{
    struct facts *f = x->f;
    bool has_seen_main = false;
    for (size_t i = f->requests_n; i-- > 0;) {
        bool is_newest_main = f->requests[i].is_main && !has_seen_main;
        has_seen_main |= f->requests[i].is_main;
        if (is_newest_main || strcmp(f->requests[i].loader, loader) == 0)
            continue;
        char *id = facts_keep(f->requests[i].id);
        end_request(x, id, FACTS_CANCELLED, "");
        mem_free(id);
    }
    facts_recount(f);
}

static void fold_navigated(struct fold *x)
{
    struct facts *f = x->f;
    const struct jv *frame = jv_get(x->params, "frame");
    const char *loader = jv_text_at(frame, "loaderId", "");
    if (strcmp(jv_text_at(frame, "id", ""), f->main_frame) != 0)
        return;
    const char *unreachable = jv_text_at(frame, "unreachableUrl", "");
    char *url = mem_fmt("%s%s", *unreachable ? unreachable : jv_text_at(frame, "url", ""),
                        *unreachable ? "" : jv_text_at(frame, "urlFragment", ""));
    facts_put(&f->url, url);
    mem_free(url);
    facts_put(&f->loader, loader);
    facts_put(&f->mime, jv_text_at(frame, "mimeType", ""));
    f->is_dom_ready = f->is_loaded = false;
    f->is_committed |= *f->wanted_loader && strcmp(f->wanted_loader, loader) == 0;
    f->commits++;
    f->commits_epoch++;
    leave_document(x, loader);
}

static void fold_moved(struct fold *x)
{
    if (strcmp(jv_text_at(x->params, "frameId", ""), x->f->main_frame) == 0)
        facts_put(&x->f->url, jv_text_at(x->params, "url", ""));
}

static void fold_dom_ready(struct fold *x)
{
    x->f->is_dom_ready = true;
}

static void fold_loaded(struct fold *x)
{
    x->f->is_dom_ready = x->f->is_loaded = true;
}

static void fold_crashed(struct fold *x)
{
    x->f->is_crashed = true;
}

static void fold_dialog(struct fold *x)
{
    add_note(x, FACTS_NOTE_DIALOG, jv_text_at(x->params, "message", ""));
}

/* --- scripts --- */

/* What the page said through a binding. */
static char *keep_payload(const struct fold *x)
{
    if (x->big.n == 0)
        return facts_keep_n(jv_text_at(x->params, "payload", ""), FACTS_PAYLOAD_MAX);
    struct str text;
    str_init(&text, FACTS_PAYLOAD_MAX);
    cdp_unescape(x->big, &text);
    char *payload = facts_keep_n(text.p, FACTS_PAYLOAD_MAX);
    str_fini(&text);
    return payload;
}

static void fold_call(struct fold *x)
{
    struct facts *f = x->f;
    if (f->calls_n == FACTS_CALLS_MAX) {
        f->dropped++;
        facts_drop_call(f, 0);
    }
    f->calls[f->calls_n++] = (struct facts_call){facts_keep(jv_text_at(x->params, "name", "")),
                                                 keep_payload(x), f->epoch, x->now_ms};
}

static void fold_console(struct fold *x)
{
    const char *type = jv_text_at(x->params, "type", "");
    if (strcmp(type, "error") != 0 && strcmp(type, "assert") != 0)
        return;
    char text[FACTS_TEXT_MAX];
    size_t n = 0;
    const struct jv *args = jv_get(x->params, "args");
    for (size_t i = 0; i < jv_len(args) && n < sizeof text - 2; i++) {
        const struct jv *arg = jv_item(args, i);
        const char *part = jv_text_at(arg, "value", jv_text_at(arg, "description", ""));
        size_t part_n = strnlen(part, sizeof text - n - 2);
        if (n)
            text[n++] = ' ';
        memcpy(text + n, part, part_n);
        n += part_n;
    }
    text[n] = 0;
    add_note(x, FACTS_NOTE_CONSOLE, text);
}

static void fold_exception(struct fold *x)
{
    const struct jv *details = jv_get(x->params, "exceptionDetails");
    const char *text = jv_text_at(details, "text", "");
    add_note(x, FACTS_NOTE_EXCEPTION,
             jv_text_at(jv_get(details, "exception"), "description", text));
}

/* --- downloads --- */

static void fold_download(struct fold *x)
{
    struct facts *f = x->f;
    facts_clear_download(f);
    f->download = (struct facts_download){
        .state = FACTS_DOWNLOAD_RUNNING,
        .guid = facts_keep(jv_text_at(x->params, "guid", "")),
        .name = facts_keep(jv_text_at(x->params, "suggestedFilename", "")),
        .url = facts_keep(jv_text_at(x->params, "url", "")),
    };
}

static void fold_download_progress(struct fold *x)
{
    struct facts_download *d = &x->f->download;
    const char *state = jv_text_at(x->params, "state", "");
    if (!d->guid || strcmp(d->guid, jv_text_at(x->params, "guid", "")) != 0)
        return;
    d->received = (int64_t)jv_num_at(x->params, "receivedBytes", 0);
    if (strcmp(state, "completed") == 0)
        d->state = FACTS_DOWNLOAD_DONE;
    else if (strcmp(state, "canceled") == 0)
        d->state = FACTS_DOWNLOAD_FAILED;
}

/* --- the table --- */

/* Members of these that are larger than the rest and read by no function above. */
static const char *const UNREAD_OF_REQUEST[] = {"headers", "initiator", NULL},
                         *const UNREAD_OF_RESPONSE[] = {"headers", "timing", "securityDetails",
                                                        NULL};

static const struct row {
    const char *method;
    void (*fold)(struct fold *x);
    struct facts_reading how;
} ROWS[] = {
    {"Network.requestWillBeSent", fold_request, {.unread = UNREAD_OF_REQUEST}},
    {"Network.responseReceived", fold_response, {.unread = UNREAD_OF_RESPONSE}},
    {"Network.loadingFinished", fold_finished},
    {"Network.loadingFailed", fold_failed},
    {"Network.requestServedFromCache", fold_cached},
    {"Network.webSocketCreated", fold_socket},
    {"Network.webSocketFrameError", fold_socket_error},
    {"Network.webSocketClosed", fold_socket_closed},
    {"Page.frameNavigated", fold_navigated},
    {"Page.navigatedWithinDocument", fold_moved},
    {"Page.domContentEventFired", fold_dom_ready},
    {"Page.loadEventFired", fold_loaded},
    {"Page.javascriptDialogOpening", fold_dialog},
    {"Runtime.bindingCalled", fold_call, {.big = "payload"}},
    {"Runtime.consoleAPICalled", fold_console},
    {"Runtime.exceptionThrown", fold_exception},
    {"Inspector.targetCrashed", fold_crashed},
    {"Browser.downloadWillBegin", fold_download},
    {"Browser.downloadProgress", fold_download_progress},
};

static const struct row *find_row(struct bytes method)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (bytes_eq_s(method, ROWS[i].method))
            return &ROWS[i];
    return NULL;
}

bool facts_wants(struct bytes method, struct bytes message, struct facts_reading *how)
{
    const struct row *row = find_row(method);
    if (!row)
        return false;
    *how = row->how;
    /* A query's headers name its panel, see add_query. */
    if (how->unread == UNREAD_OF_REQUEST && bytes_find(message, BYTES("\"method\":\"POST\"")) >= 0)
        how->unread = NULL;
    return true;
}

void facts_fold(struct facts *f, struct bytes method, const struct jv *params, struct bytes big,
                int64_t now_ms)
{
    const struct row *row = find_row(method);
    if (!row || !params)
        return;
    row->fold(&(struct fold){f, params, big, now_ms});
    f->events++;
}
