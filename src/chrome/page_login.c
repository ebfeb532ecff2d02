/* How a page proves to its Grafana who is looking: cookies, and headers on requests to one origin.
 *
 * Only the browser's holder may call. Owns copies of the secrets until they are replaced or the page goes.
 *
 * Headers are put on paused requests (Fetch) rather than set for all (Network.setExtraHTTPHeaders), which
 * gives them to every host a page loads from. A request is paused only if its URL begins with the origin;
 * each hop of a redirect is a request of its own, so nothing is carried elsewhere. Frames that show another
 * origin get nothing for their requests *to* ours either, nor do the frames that they make: a hostile frame
 * must not act in our name.
 *
 * Requests and documents are told of by different processes of the browser: a new document's first scripts
 * may be paused before the word that it is shown. Such requests wait for that word; deciding at once would
 * send them without a credential.
 */
#include "chrome/page_priv.h"

#include "base/mem.h"
#include "base/url.h"

#include <string.h>

void page_forget_login(struct page *page)
{
    for (size_t i = 0; i < page->headers_n; i++) {
        mem_free(page->headers[i].name);
        secret_fini(&page->headers[i].value);
    }
    page->headers_n = 0;
    while (page->foreign_n > 0)
        mem_free(page->foreign[--page->foreign_n]);
    page->has_more_foreign = false;
    while (page->early_n > 0)
        mem_free(page->early[--page->early_n]);
    mem_free(page->origin);
    page->origin = NULL;
}

static bool is_of_origin(const char *url, const char *origin)
{
    size_t n = strlen(origin);
    return strncmp(url, origin, n) == 0 && (url[n] == '/' || url[n] == 0 || url[n] == '?');
}

int page_set_cookie(struct op *op, struct page *page, const struct page_cookie *c)
{
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_text_at(&w, "name", c->name);
    jw_key(&w, "value");
    jw_bytes(&w, secret_reveal(c->value));
    jw_text_at(&w, "domain", c->domain);
    jw_text_at(&w, "path", c->path ? c->path : "/");
    jw_bool_at(&w, "secure", c->is_secure);
    jw_bool_at(&w, "httpOnly", c->is_http_only);
    jw_end(&w);
    const struct jv *result;
    int rc = page_call(op, page, "Network.setCookie", params, &result);
    explicit_bzero(params->p, params->n);
    if (rc == 0 && !jv_bool_at(result, "success", true))
        return op_fail(op, ERR_BAD_INPUT, "the browser refuses the cookie %s for %s", c->name,
                       c->domain);
    return rc;
}

static bool is_same_login(const struct page *page, const char *origin,
                          const struct page_header *headers, size_t n)
{
    if (!page->origin || strcmp(page->origin, origin) != 0 || page->headers_n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(page->headers[i].name, headers[i].name) != 0 ||
            !secret_eq(&page->headers[i].value, secret_reveal(headers[i].value)))
            return false;
    return true;
}

static void add_pattern(struct jw *w, const char *url, const char *type)
{
    jw_object(w);
    jw_text_at(w, "urlPattern", url);
    if (type)
        jw_text_at(w, "resourceType", type);
    jw_end(w);
}

/* Says which requests are to be paused. */
static int apply_patterns(struct op *op, struct page *page)
{
    static const char *const FRESH[] = {"Document", "XHR", "Fetch"};
    if (!page->origin && !page->fresh_origin)
        return page_call(op, page, "Fetch.disable", NULL, NULL);
    struct jw w;
    struct str *params = page_params(op, &w);
    jw_array_at(&w, "patterns");
    if (page->origin)
        add_pattern(&w, arena_fmt(&op->arena, "%s/*", page->origin), NULL);
    for (size_t i = 0; page->fresh_origin && i < sizeof FRESH / sizeof *FRESH; i++)
        add_pattern(&w, arena_fmt(&op->arena, "%s/*", page->fresh_origin), FRESH[i]);
    if (page->fresh_origin)
        add_pattern(&w, arena_fmt(&op->arena, "%s/*api*", page->fresh_origin), NULL);
    jw_end(&w);
    jw_end(&w);
    return page_call(op, page, "Fetch.enable", params, NULL);
}

int page_keep_fresh(struct op *op, struct page *page, const char *origin)
{
    struct url url;
    if (page->fresh_origin || url_parse(op, bytes_of(origin), &url) < 0)
        return page->fresh_origin ? 0 : -1;
    page->fresh_origin = mem_strdup(url_origin(&op->arena, &url));
    return apply_patterns(op, page);
}

int page_set_credential(struct op *op, struct page *page, const char *origin,
                        const struct page_header *headers, size_t n)
{
    if (n > PAGE_HEADERS_MAX)
        return op_fail(op, ERR_BAD_INPUT, "too many credential headers");
    if (n == 0) {
        bool was_on = page->origin != NULL;
        page_forget_login(page);
        return was_on ? apply_patterns(op, page) : 0;
    }
    if (is_same_login(page, origin, headers, n))
        return 0;
    struct url url;
    if (url_parse(op, bytes_of(origin), &url) < 0)
        return -1;
    page_forget_login(page);
    page->origin = mem_strdup(url_origin(&op->arena, &url));
    for (size_t i = 0; i < n; i++) {
        page->headers[i].name = mem_strdup(headers[i].name);
        secret_copy(&page->headers[i].value, headers[i].value);
        page->headers_n++;
    }
    return apply_patterns(op, page);
}

/* --- frames --- */

static ssize_t find_foreign(const struct page *page, const char *frame)
{
    for (size_t i = 0; i < page->foreign_n; i++)
        if (strcmp(page->foreign[i], frame) == 0)
            return (ssize_t)i;
    return -1;
}

void page_drop_frame(struct page *page, const char *frame)
{
    ssize_t i = find_foreign(page, frame);
    if (i < 0)
        return;
    mem_free(page->foreign[i]);
    page->foreign[i] = page->foreign[--page->foreign_n];
    page->foreign[page->foreign_n] = NULL;
}

static void add_foreign(struct page *page, const char *id)
{
    if (find_foreign(page, id) >= 0)
        return;
    if (page->foreign_n == PAGE_FOREIGN_MAX)
        page->has_more_foreign = true;
    else
        page->foreign[page->foreign_n++] = mem_strdup(id);
}

void page_note_child(struct page *page, const struct jv *params)
{
    if (page->origin && find_foreign(page, jv_text_at(params, "parentFrameId", "")) >= 0)
        add_foreign(page, jv_text_at(params, "frameId", ""));
}

/* A blank document is of whoever made it: the frame around it. */
void page_note_frame(struct page *page, const struct jv *frame)
{
    const char *id = jv_text_at(frame, "id", ""), *url = jv_text_at(frame, "url", "");
    if (strcmp(id, page->target) == 0)
        page->has_more_foreign = false; /* the frames of the former document are gone */
    if (!page->origin || strcmp(id, page->target) == 0)
        return;
    bool is_foreign = strncmp(url, "about:", 6) == 0
                          ? find_foreign(page, jv_text_at(frame, "parentId", "")) >= 0
                          : !is_of_origin(url, page->origin);
    if (is_foreign)
        add_foreign(page, id);
    else
        page_drop_frame(page, id);
}

void page_judge_origin(struct page *page)
{
    page->facts.is_off_origin = page->origin && !is_of_origin(page->facts.url, page->origin);
}

/* May this request speak in our name? A new main document of ours always; everything else only from a
 * document of ours. With too many foreign frames to remember, none but the main one's requests. */
static bool may_carry(const struct page *page, const struct jv *params)
{
    const char *frame = jv_text_at(params, "frameId", ""),
               *type = jv_text_at(params, "resourceType", "");
    if (!is_of_origin(jv_text_at(jv_get(params, "request"), "url", ""), page->origin))
        return false;
    bool is_main = strcmp(frame, page->target) == 0;
    if (is_main && strcmp(type, "Document") == 0)
        return true;
    if (!is_of_origin(page->facts.url, page->origin))
        return false;
    return is_main || (!page->has_more_foreign && find_foreign(page, frame) < 0);
}

static bool is_ours(const struct page *page, const char *name)
{
    for (size_t i = 0; i < page->headers_n; i++)
        if (bytes_eq_nocase(bytes_of(page->headers[i].name), bytes_of(name)))
            return true;
    return false;
}

static void add_header(struct jw *w, const char *name, struct bytes value)
{
    jw_object(w);
    jw_text_at(w, "name", name);
    jw_key(w, "value");
    jw_bytes(w, value);
    jw_end(w);
}

/* Is this one of the requests whose answer may not come out of the cache unasked? */
static bool must_be_fresh(const struct page *page, const struct jv *params)
{
    const char *url = jv_text_at(jv_get(params, "request"), "url", "");
    const char *type = jv_text_at(params, "resourceType", "");
    if (!page->fresh_origin || !is_of_origin(url, page->fresh_origin))
        return false;
    return strcmp(type, "Document") == 0 || strcmp(type, "XHR") == 0 ||
           strcmp(type, "Fetch") == 0 || strstr(url, "/api");
}

/* continueRequest replaces the headers as a whole, so the request's own come along. */
static void add_headers(struct jw *w, const struct page *page, const struct jv *headers,
                        bool has_login, bool is_fresh)
{
    void *it = NULL;
    const char *name;
    const struct jv *value;
    jw_array_at(w, "headers");
    while (jv_next(headers, &it, &name, &value)) {
        bool is_replaced = (has_login && is_ours(page, name)) ||
                           (is_fresh && bytes_eq_nocase(bytes_of(name), BYTES("Cache-Control")));
        if (!is_replaced)
            add_header(w, name, jv_bytes(value));
    }
    for (size_t i = 0; has_login && i < page->headers_n; i++)
        add_header(w, page->headers[i].name, secret_reveal(&page->headers[i].value));
    if (is_fresh)
        add_header(w, "Cache-Control", BYTES("no-cache"));
    jw_end(w);
}

static int answer_paused(struct op *op, struct page *page, const struct jv *params)
{
    struct arena scratch;
    arena_init(&scratch);
    struct str *s = str_new(&scratch, PAGE_PARAMS_MAX);
    struct jw w;
    jw_init(&w, s);
    jw_object(&w);
    jw_text_at(&w, "requestId", jv_text_at(params, "requestId", ""));
    bool has_login = page->origin && may_carry(page, params),
         is_fresh = must_be_fresh(page, params);
    if (has_login || is_fresh)
        add_headers(&w, page, jv_get(jv_get(params, "request"), "headers"), has_login, is_fresh);
    jw_end(&w);
    int rc = page->facts.is_crashed ? 0 : page_send(op, page, "Fetch.continueRequest", s);
    explicit_bzero(s->p, s->n);
    arena_fini(&scratch);
    return rc;
}

/* Is this of a main document that is about to be told of, so that nobody can say yet whose it is? */
static bool is_early(const struct page *page, const struct jv *params)
{
    const struct facts *f = &page->facts;
    return page->origin && !f->is_committed && f->commits_epoch == 0 &&
           !is_of_origin(f->url, page->origin) && page->early_n < PAGE_EARLY_MAX &&
           strcmp(jv_text_at(params, "frameId", ""), page->target) == 0 &&
           strcmp(jv_text_at(params, "resourceType", ""), "Document") != 0;
}

static void keep_early(struct page *page, const struct jv *params)
{
    struct str text;
    str_init(&text, PAGE_PARAMS_MAX);
    jv_print(params, &text);
    page->early[page->early_n++] = mem_strdup(text.p);
    str_fini(&text);
}

int page_answer_paused(struct op *op, struct page *page, const struct jv *params)
{
    if (!is_early(page, params))
        return answer_paused(op, page, params);
    keep_early(page, params);
    return 0;
}

int page_answer_early(struct op *op, struct page *page)
{
    int rc = 0;
    for (size_t i = 0; i < page->early_n; i++) {
        struct arena scratch;
        arena_init(&scratch);
        if (rc == 0)
            rc = answer_paused(op, page, jv_parse_quiet(&scratch, bytes_of(page->early[i])));
        arena_fini(&scratch);
        mem_free(page->early[i]);
        page->early[i] = NULL;
    }
    page->early_n = 0;
    return rc;
}
