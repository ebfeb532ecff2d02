/* Variables by the dashboard's page, with a memory.
 *
 * Any thread. The lock guards the rows of the memory and is not held while a page is read: of two
 * who ask for the same dashboard at once both read it, which costs a page and hurts nobody. Of many
 * dashboards several are read at once, by threads that live as long as that takes. A row belongs to
 * one version of the dashboard and is good for FRESH_MS; it is kept as JSON, one block
 * of memory with a known size.
 */
#include "rounds/live.h"

#include "base/clock.h"
#include "base/mem.h"
#include "grafana/links.h"
#include "rounds/rounds_priv.h"
#include "rounds/source.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 128, UID_MAX = 200, TEXT_MAX = 256 * 1024 };
enum { READERS_MAX = 8 };
enum { FRESH_MS = 120000, READ_MS = 30000, RANGE_MS = 6 * 3600 * 1000 };

struct row {
    char uid[UID_MAX];
    int64_t source_row, version;
    int64_t read_ms; /* monotonic */
    char *text;      /* heap; NULL: the row is empty */
};

struct live_cache {
    struct lock lock;
    struct row rows[ROWS_MAX];
};

struct live_cache *live_cache_new(void)
{
    struct live_cache *cache = MEM_NEW(struct live_cache);
    lock_init(&cache->lock);
    return cache;
}

void live_cache_free(struct live_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < ROWS_MAX; i++)
        mem_free(cache->rows[i].text);
    lock_fini(&cache->lock);
    mem_free(cache);
}

/* ---- The memory ---- */

static bool is_of(const struct row *row, int64_t source_row, const struct dashboard *dashboard)
{
    return row->text && row->source_row == source_row && row->version == dashboard->version &&
           strcmp(row->uid, dashboard->uid) == 0;
}

/* A copy of what is remembered, or NULL. */
static const char *recall(struct op *op, struct live_cache *cache, int64_t source_row,
                          const struct dashboard *dashboard)
{
    const char *found = NULL;
    int64_t now = clock_mono_ms();
    lock_take(&cache->lock);
    for (size_t i = 0; i < ROWS_MAX && !found; i++)
        if (is_of(&cache->rows[i], source_row, dashboard) &&
            now - cache->rows[i].read_ms < FRESH_MS)
            found = arena_strdup(&op->arena, cache->rows[i].text);
    lock_give(&cache->lock);
    return found;
}

/* In the place of what was known of this dashboard, else of the oldest. */
static void remember(struct live_cache *cache, int64_t source_row,
                     const struct dashboard *dashboard, const char *text)
{
    if (strlen(dashboard->uid) >= UID_MAX)
        return;
    char *kept = mem_strdup(text);
    lock_take(&cache->lock);
    struct row *place = &cache->rows[0];
    for (size_t i = 0; i < ROWS_MAX && !is_of(place, source_row, dashboard); i++) {
        struct row *row = &cache->rows[i];
        bool is_better = is_of(row, source_row, dashboard) || (place->text && !row->text) ||
                         (place->text && row->read_ms < place->read_ms);
        place = is_better ? row : place;
    }
    char *old = place->text;
    *place = (struct row){.source_row = source_row,
                          .version = dashboard->version,
                          .read_ms = clock_mono_ms(),
                          .text = kept};
    snprintf(place->uid, sizeof place->uid, "%s", dashboard->uid);
    lock_give(&cache->lock);
    mem_free(old);
}

/* ---- As JSON: [[name, error, more, [value, text, …]], …] ---- */

static const char *print(struct op *op, const struct render_variable *list, size_t n)
{
    struct str *text = str_new(&op->arena, TEXT_MAX);
    struct jw w;
    jw_init(&w, text);
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        jw_array(&w);
        jw_text(&w, list[i].name);
        jw_text(&w, list[i].error);
        jw_int(&w, list[i].has_more);
        jw_array(&w);
        for (size_t k = 0; k < list[i].n; k++) {
            jw_text(&w, list[i].values[k]);
            jw_text(&w, list[i].texts[k]);
        }
        jw_end(&w);
        jw_end(&w);
    }
    jw_end(&w);
    return text->is_full ? NULL : text->p;
}

static void parse(struct op *op, const char *text, struct render_variable **out, size_t *out_n)
{
    const struct jv *list = jv_parse_quiet(&op->arena, bytes_of(text));
    *out_n = jv_len(list);
    *out = ARENA_ARRAY(&op->arena, struct render_variable, *out_n + 1);
    for (size_t i = 0; i < *out_n; i++) {
        const struct jv *from = jv_item(list, i), *values = jv_item(from, 3);
        struct render_variable *to = &(*out)[i];
        *to = (struct render_variable){.name = jv_text(jv_item(from, 0), ""),
                                       .error = jv_text(jv_item(from, 1), ""),
                                       .has_more = jv_int(jv_item(from, 2), 0) != 0,
                                       .n = jv_len(values) / 2};
        to->values = ARENA_ARRAY(&op->arena, const char *, to->n + 1);
        to->texts = ARENA_ARRAY(&op->arena, const char *, to->n + 1);
        for (size_t k = 0; k < to->n; k++) {
            to->values[k] = jv_text(jv_item(values, 2 * k), "");
            to->texts[k] = jv_text(jv_item(values, 2 * k + 1), "");
        }
    }
}

/* ---- The page ---- */

static int make_ask(struct op *op, struct rounds *rounds, const struct store_source *source,
                    const struct dashboard *dashboard, struct render_ask *out)
{
    int64_t now = clock_wall_ms();
    struct link_ask link = {.base_url = source->base_url,
                            .org_id = source->org_id,
                            .uid = dashboard->uid,
                            .from_ms = now - RANGE_MS,
                            .to_ms = now};
    *out = (struct render_ask){
        .look = {.scale = 1, .format = RENDER_PNG, .timezone = "", .language = "", .theme = ""},
        .class_ = POOL_INTERACTIVE,
    };
    return target_parse(op, bytes_of(link_dashboard(&op->arena, &link)), &out->target) ||
                   source_login(op, rounds, source->row, &out->login)
               ? -1
               : 0;
}

static int read_page(struct op *op, struct rounds *rounds, int64_t source_row,
                     const struct dashboard *dashboard, struct render_variable **out, size_t *out_n)
{
    const struct rounds_camera *camera = &rounds->conf.camera;
    struct store_source source;
    struct render_ask ask;
    if (store_source_get(op, rounds->conf.store, source_row, &source) ||
        make_ask(op, rounds, &source, dashboard, &ask))
        return -1;
    int failed = camera->variables(camera->ctx, op, &ask, out, out_n);
    render_login_fini(&ask.login);
    return failed;
}

int live_find(struct op *op, struct rounds *rounds, int64_t source_row,
              const struct dashboard *dashboard, struct render_variable **out, size_t *out_n)
{
    struct live_cache *cache = rounds->live;
    struct op part;
    *out_n = 0;
    if (!rounds->conf.camera.variables)
        return op_fail(op, ERR_UNAVAILABLE,
                       "only the daemon has browsers that can read the "
                       "values of variables");
    const char *known = recall(op, cache, source_row, dashboard);
    if (known) {
        parse(op, known, out, out_n);
        return 0;
    }
    op_init_part(&part, op, READ_MS);
    int failed = read_page(&part, rounds, source_row, dashboard, out, out_n);
    const char *text = failed ? NULL : print(op, *out, *out_n);
    if (text) {
        remember(cache, source_row, dashboard, text);
        parse(op, text, out, out_n);
    } else if (failed) {
        op_fail(op, part.err,
                "the values of the variables of dashboard '%s' could not be read in a "
                "browser: %s; mend that, or write the values into the plan",
                dashboard->title, part.err_text);
    } else {
        failed = op_fail(op, ERR_TOO_LARGE,
                         "the variables of dashboard '%s' have more than %d bytes "
                         "of values; write those wanted into the plan",
                         dashboard->title, (int)TEXT_MAX);
    }
    op_fini(&part);
    return failed ? -1 : 0;
}

/* ---- Many pages at once ---- */

struct reading {
    struct rounds *rounds;
    int64_t source_row;
    const struct op *parent;
    struct live_page *pages;
    struct op *parts; /* one a page: results live there until all are read */
    size_t n;
    struct lock lock;
    size_t next; /* this and the next under the lock */
    bool is_ended;
};

static bool take_next(struct reading *r, size_t *i)
{
    lock_take(&r->lock);
    bool has_next = !r->is_ended && r->next < r->n;
    if (has_next)
        *i = r->next++;
    lock_give(&r->lock);
    return has_next;
}

static void read_pages(void *ctx)
{
    struct reading *r = ctx;
    for (size_t i; take_next(r, &i);) {
        struct live_page *page = &r->pages[i];
        op_init_part(&r->parts[i], r->parent, -1);
        page->is_read = live_find(&r->parts[i], r->rounds, r->source_row, page->dashboard,
                                  &page->list, &page->n) == 0;
        lock_take(&r->lock);
        r->is_ended = r->is_ended || !page->is_read;
        lock_give(&r->lock);
    }
}

void live_find_all(struct op *op, struct rounds *rounds, int64_t source_row, int parallel,
                   struct live_page *pages, size_t n)
{
    struct thread threads[READERS_MAX] = {0};
    struct reading r = {
        .rounds = rounds, .source_row = source_row, .parent = op, .pages = pages, .n = n};
    size_t readers = parallel < 1 ? 1 : parallel > READERS_MAX ? READERS_MAX : (size_t)parallel;
    r.parts = ARENA_ARRAY(&op->arena, struct op, n + 1);
    lock_init(&r.lock);
    for (size_t i = 1; i < readers && i < n; i++)
        thread_start(&threads[i], "variables", read_pages, &r);
    read_pages(&r);
    for (size_t i = 1; i < READERS_MAX; i++)
        thread_join(&threads[i]);
    lock_fini(&r.lock);
    for (size_t i = 0; i < r.next; i++) {
        const char *text = pages[i].is_read ? print(op, pages[i].list, pages[i].n) : NULL;
        pages[i].is_read = text != NULL;
        if (text)
            parse(op, text, &pages[i].list, &pages[i].n);
        op_fini(&r.parts[i]);
    }
}

const struct render_variable *live_pick(const struct render_variable *list, size_t n,
                                        const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

const char *live_why(struct arena *arena, const struct render_variable *variable)
{
    if (!variable)
        return "the dashboard's page does not know it";
    if (*variable->error)
        return variable->error;
    if (variable->n == 0)
        return "its query gives none";
    return variable->has_more ? arena_fmt(arena, "it has more than the first %zu", variable->n)
                              : "";
}
