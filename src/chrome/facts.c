/* What a page's facts consist of: their texts and lists, the beginning of an epoch, look-ups. Folding events
 * into them is facts_fold.c's. Pure: no I/O, no clock, no browser. One thread. Owns every text in the struct.
 */
#include "chrome/facts_priv.h"

#include "base/mem.h"

#include <string.h>

/* --- texts --- */

char *facts_keep_n(const char *s, size_t max)
{
    size_t n = strlen(s);
    if (n > max) {
        n = max;
        while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
            n--; /* never half a character */
    }
    char *p = mem_alloc(n + 1);
    memcpy(p, s, n);
    return p;
}

char *facts_keep(const char *s)
{
    return facts_keep_n(s, FACTS_TEXT_MAX);
}

void facts_put(char **slot, const char *s)
{
    char *fresh = facts_keep(s); /* s may be the old one */
    mem_free(*slot);
    *slot = fresh;
}

/* --- lists --- */

static void free_request(struct facts_request *r)
{
    mem_free(r->id);
    mem_free(r->url);
    mem_free(r->method);
    mem_free(r->type);
    mem_free(r->loader);
}

static void free_answer(struct facts_answer *a)
{
    mem_free(a->request_id);
    mem_free(a->method);
    mem_free(a->path);
    mem_free(a->error);
}

static void free_query(struct facts_query *q)
{
    mem_free(q->request_id);
    mem_free(q->dashboard_uid);
    mem_free(q->panel_id);
    mem_free(q->datasource_uid);
    mem_free(q->plugin_id);
    mem_free(q->path);
    mem_free(q->error);
    mem_free(q->body);
}

void facts_drop_request(struct facts *f, size_t i)
{
    free_request(&f->requests[i]);
    memmove(f->requests + i, f->requests + i + 1, (--f->requests_n - i) * sizeof *f->requests);
}

void facts_drop_answer(struct facts *f, size_t i)
{
    free_answer(&f->answers[i]);
    memmove(f->answers + i, f->answers + i + 1, (--f->answers_n - i) * sizeof *f->answers);
}

void facts_drop_query(struct facts *f, size_t i)
{
    free_query(&f->queries[i]);
    memmove(f->queries + i, f->queries + i + 1, (--f->queries_n - i) * sizeof *f->queries);
}

void facts_drop_note(struct facts *f, size_t i)
{
    mem_free(f->notes[i].text);
    memmove(f->notes + i, f->notes + i + 1, (--f->notes_n - i) * sizeof *f->notes);
}

void facts_drop_call(struct facts *f, size_t i)
{
    mem_free(f->calls[i].name);
    mem_free(f->calls[i].payload);
    memmove(f->calls + i, f->calls + i + 1, (--f->calls_n - i) * sizeof *f->calls);
}

static void clear_redirects(struct facts *f)
{
    while (f->redirects_n > 0)
        mem_free(f->redirects[--f->redirects_n]);
}

void facts_clear_download(struct facts *f)
{
    mem_free(f->download.guid);
    mem_free(f->download.name);
    mem_free(f->download.url);
    f->download = (struct facts_download){0};
}

void facts_init(struct facts *f)
{
    *f = (struct facts){0};
    f->requests = mem_calloc(FACTS_REQUESTS_MAX, sizeof *f->requests);
    f->answers = mem_calloc(FACTS_ANSWERS_MAX, sizeof *f->answers);
    f->queries = mem_calloc(FACTS_QUERIES_MAX, sizeof *f->queries);
    f->notes = mem_calloc(FACTS_NOTES_MAX, sizeof *f->notes);
    f->calls = mem_calloc(FACTS_CALLS_MAX, sizeof *f->calls);
    char **texts[] = {&f->main_frame, &f->loader, &f->wanted_loader, &f->mime, &f->error};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = facts_keep("");
    f->url = facts_keep("about:blank");
}

void facts_fini(struct facts *f)
{
    while (f->requests_n)
        facts_drop_request(f, f->requests_n - 1);
    while (f->answers_n)
        facts_drop_answer(f, f->answers_n - 1);
    while (f->queries_n)
        facts_drop_query(f, f->queries_n - 1);
    while (f->notes_n)
        facts_drop_note(f, f->notes_n - 1);
    while (f->calls_n)
        facts_drop_call(f, f->calls_n - 1);
    clear_redirects(f);
    facts_clear_download(f);
    void *all[] = {f->requests, f->answers,       f->queries, f->notes, f->calls, f->main_frame,
                   f->loader,   f->wanted_loader, f->mime,    f->error, f->url};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mem_free(all[i]);
    *f = (struct facts){0};
}

/* The sums that judges read. */
void facts_recount(struct facts *f)
{
    f->open_n = f->streams_n = f->queries_open_n = 0;
    for (size_t i = 0; i < f->requests_n; i++) {
        const char *type = f->requests[i].type;
        bool is_stream = strcmp(type, "WebSocket") == 0 || strcmp(type, "EventSource") == 0;
        *(is_stream ? &f->streams_n : &f->open_n) += 1;
    }
    for (size_t i = 0; i < f->queries_n; i++)
        f->queries_open_n += f->queries[i].state == FACTS_OPEN;
}

void facts_begin(struct facts *f, bool is_document, int64_t now_ms)
{
    f->epoch++;
    f->epoch_ms = now_ms;
    f->commits_epoch = 0;
    f->blocked_n = 0;
    f->is_committed = !is_document;
    f->is_requested = !is_document;
    for (size_t i = f->answers_n; i-- > 0;)
        if (f->answers[i].state != FACTS_OPEN)
            facts_drop_answer(f, i);
    for (size_t i = f->queries_n; i-- > 0;)
        if (f->queries[i].state != FACTS_OPEN)
            facts_drop_query(f, i);
    while (f->notes_n)
        facts_drop_note(f, f->notes_n - 1);
    while (f->calls_n)
        facts_drop_call(f, f->calls_n - 1);
    if (is_document) {
        clear_redirects(f);
        facts_clear_download(f);
        facts_put(&f->wanted_loader, "");
        facts_put(&f->error, "");
        facts_put(&f->mime, "");
        f->status = 0;
        f->is_dom_ready = f->is_loaded = f->is_off_origin = false;
    }
    facts_recount(f);
}

/* --- finding --- */

struct facts_request *facts_request_by(struct facts *f, const char *id)
{
    for (size_t i = f->requests_n; i-- > 0;)
        if (strcmp(f->requests[i].id, id) == 0)
            return &f->requests[i];
    return NULL;
}

struct facts_answer *facts_answer_by(struct facts *f, const char *id)
{
    for (size_t i = f->answers_n; i-- > 0;)
        if (strcmp(f->answers[i].request_id, id) == 0)
            return &f->answers[i];
    return NULL;
}

struct facts_query *facts_query_by(struct facts *f, const char *id)
{
    for (size_t i = f->queries_n; i-- > 0;)
        if (strcmp(f->queries[i].request_id, id) == 0)
            return &f->queries[i];
    return NULL;
}

bool facts_is_picture(const struct facts_request *request)
{
    struct bytes path = bytes_of(request->url);
    path.n = strcspn(path.p, "?#");
    return strcmp(request->type, "Image") == 0 ||
           ((strcmp(request->type, "Fetch") == 0 || strcmp(request->type, "XHR") == 0) &&
            bytes_has_suffix(path, BYTES(".svg")));
}

const struct facts_query *facts_last_query(const struct facts *f, const char *panel_id)
{
    for (size_t i = f->queries_n; i-- > 0;)
        if (f->queries[i].epoch == f->epoch && strcmp(f->queries[i].panel_id, panel_id) == 0)
            return &f->queries[i];
    return NULL;
}

const struct facts_call *facts_last_call(const struct facts *f, const char *name)
{
    for (size_t i = f->calls_n; i-- > 0;)
        if (f->calls[i].epoch == f->epoch && strcmp(f->calls[i].name, name) == 0)
            return &f->calls[i];
    return NULL;
}

void facts_touch(struct facts *f, int64_t now_ms)
{
    f->activity_ms = now_ms;
}
