/* What the service says of itself to its people: browsers, queue, storage, health, the newest
 * warnings; and a picture that proves that browsers and fonts work.
 */
#include "api/handlers.h"

#include "api/fields.h"
#include "api/note.h"
#include "api/platform.h"
#include "api/reply.h"
#include "base/clock.h"
#include "base/log.h"
#include "rounds/verify.h"
#include "store/archive.h"
#include "store/outbox.h"

#include <string.h>

enum { SELF_TEST_WIDTH_PX = 800, SELF_TEST_HEIGHT_PX = 360 };
static const int64_t DISK_LOW = 1LL << 30;

/* One look at everything, so that the parts of the answer agree. */
struct view {
    struct pool_stats pool;
    struct rounds_busy busy;
    struct store_weight weight;
    struct retention_preview due;
    struct retention_forecast forecast;
    struct store_queue shots;
    int64_t disk_free, disk_total;
    int64_t letters_waiting, letters_dead;
};

static int look(struct call *call, struct view *v)
{
    struct platform *platform = call->api->platform;
    struct op *op = call->op;
    pool_stats(call->api->pool, &v->pool);
    rounds_busy(platform->rounds, &v->busy);
    return store_archive_weight(op, platform->store, &v->weight) < 0 ||
                   store_shot_queue(op, platform->store, clock_wall_ms(), &v->shots) < 0 ||
                   retention_preview(op, platform->rounds, clock_wall_ms(), &v->due) < 0 ||
                   blob_space(op, platform->blobs, &v->disk_free, &v->disk_total) < 0 ||
                   retention_forecast(op, platform->rounds, clock_wall_ms(), v->disk_free,
                                      &v->forecast) < 0 ||
                   store_outbox_counts(op, platform->store, &v->letters_waiting, &v->letters_dead) <
                       0
               ? -1
               : 0;
}

static void print_browsers(struct jw *w, const struct view *v)
{
    const char *slash = strchr(v->pool.version, '/');
    jw_object_at(w, "browser");
    jw_text_at(w, "kind", "chromium");
    jw_text_at(w, "version", slash ? slash + 1 : v->pool.version);
    jw_object_at(w, "sandbox");
    jw_bool_at(w, "on", !v->pool.sandbox_obstacle);
    jw_text_at(w, "reason", v->pool.sandbox_obstacle);
    jw_end(w);
    jw_end(w);
    jw_array_at(w, "browsers");
    for (size_t i = 0; i < v->pool.browsers_n; i++) {
        const struct pool_stats_browser *b = &v->pool.browsers[i];
        jw_object(w);
        jw_text_at(w, "id", b->name);
        jw_text_at(w, "state", b->state);
        jw_int_at(w, "identities", b->contexts);
        jw_int_at(w, "renders", b->renders);
        jw_int_at(w, "age_ms", b->age_ms);
        jw_int_at(w, "memory_bytes", b->memory);
        jw_end(w);
    }
    jw_end(w);
}

static void print_queue(struct reply *r, const struct view *v)
{
    struct jw *w = &r->w;
    int waiting = 0;
    for (int i = 0; i < POOL_CLASSES; i++)
        waiting += v->pool.waiting[i];
    jw_object_at(w, "queue");
    jw_int_at(w, "waiting", waiting);
    jw_int_at(w, "running", v->pool.leased);
    jw_end(w);
    jw_object_at(w, "shots");
    jw_int_at(w, "waiting", v->shots.waiting);
    jw_int_at(w, "resting", v->shots.resting);
    jw_int_at(w, "taking", v->shots.claimed);
    reply_time_at(r, "oldest_at", v->shots.oldest_ms);
    jw_end(w);
    jw_object_at(w, "workers");
    jw_int_at(w, "total", v->busy.workers);
    jw_int_at(w, "working", v->busy.working);
    jw_int_at(w, "shots_done", v->busy.shots_done);
    jw_int_at(w, "shots_failed", v->busy.shots_failed);
    jw_end(w);
}

/* "Thai (install fonts-noto-core), Emoji (install fonts-noto-color-emoji)", as the self-test says
 * it. */
static void print_fonts(struct jw *w, const char *missing)
{
    struct bytes rest = bytes_of(missing), item;
    jw_object_at(w, "fonts");
    jw_array_at(w, "missing");
    while (bytes_split(&rest, ',', &item)) {
        item = bytes_trim(item);
        ssize_t open = bytes_find(item, BYTES(" (install "));
        if (open < 0)
            continue;
        struct bytes package = bytes_from(item, (size_t)open + strlen(" (install "));
        package.n -= package.n > 0;
        jw_object(w);
        jw_key(w, "script");
        jw_bytes(w, (struct bytes){item.p, (size_t)open});
        jw_key(w, "package");
        jw_bytes(w, package);
        jw_end(w);
    }
    jw_end(w);
    jw_end(w);
}

static void print_storage(struct jw *w, const struct view *v)
{
    jw_object_at(w, "storage");
    jw_int_at(w, "database_bytes", v->weight.file_bytes + v->weight.log_bytes);
    jw_int_at(w, "blobs", v->weight.blobs);
    jw_int_at(w, "blob_bytes", v->weight.blob_bytes);
    jw_int_at(w, "free_bytes", v->disk_free);
    jw_int_at(w, "rounds", v->weight.rounds);
    jw_int_at(w, "shots", v->weight.shots);
    jw_object_at(w, "retention");
    jw_int_at(w, "due_count", v->due.rounds);
    jw_int_at(w, "due_bytes", v->due.bytes);
    jw_int_at(w, "ahead_days", RETENTION_AHEAD_DAYS);
    jw_int_at(w, "ahead_count", v->forecast.due_rounds);
    jw_int_at(w, "ahead_bytes", v->forecast.due_bytes);
    jw_int_at(w, "added_bytes_per_day", v->forecast.added_bytes);
    jw_key(w, "full_in_days");
    if (v->forecast.full_days < 0)
        jw_null(w);
    else
        jw_int(w, v->forecast.full_days);
    jw_end(w);
    jw_end(w);
    int64_t checked, different;
    render_fidelity(&checked, &different);
    jw_object_at(w, "fidelity");
    jw_int_at(w, "checked", checked);
    jw_int_at(w, "different", different);
    jw_end(w);
}

static void print_line(void *ctx, int64_t wall_ms, const char *line)
{
    struct reply *r = ctx;
    jw_object(&r->w);
    reply_time_at(r, "at", wall_ms);
    jw_text_at(&r->w, "line", line);
    jw_end(&r->w);
}

static void print_check(struct jw *w, const char *name, bool is_ok, const char *detail)
{
    jw_object(w);
    jw_text_at(w, "name", name);
    jw_bool_at(w, "ok", is_ok);
    jw_text_at(w, "detail", detail);
    jw_end(w);
}

static void print_health(struct call *call, struct jw *w, const struct view *v)
{
    struct arena *arena = &call->op->arena;
    bool has_browser = v->pool.idle + v->pool.leased > 0 || !*v->pool.start_error;
    jw_array_at(w, "health");
    print_check(w, "database", true,
                arena_fmt(arena, "%lld MiB", (long long)(v->weight.file_bytes >> 20)));
    print_check(w, "browsers", has_browser,
                has_browser ? arena_fmt(arena, "%d idle, %d at work", v->pool.idle, v->pool.leased)
                            : arena_strdup(arena, v->pool.start_error));
    print_check(w, "disk", v->disk_free < 0 || v->disk_free > DISK_LOW,
                v->disk_free < 0
                    ? "without limit"
                    : arena_fmt(arena, "%lld MiB free", (long long)(v->disk_free >> 20)));
    print_check(w, "notifications", v->letters_dead == 0,
                arena_fmt(arena, "%lld waiting, %lld given up", (long long)v->letters_waiting,
                          (long long)v->letters_dead));
    jw_end(w);
}

int handle_system(struct call *call)
{
    struct view *v = ARENA_NEW(&call->op->arena, struct view);
    const char *fonts = __atomic_load_n(&call->api->fonts_missing, __ATOMIC_ACQUIRE);
    struct reply r;
    if (look(call, v) < 0)
        return -1;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_text_at(&r.w, "version", ROUNDS_VERSION);
    reply_time_at(&r, "started_at", call->api->started_ms);
    print_browsers(&r.w, v);
    print_queue(&r, v);
    print_fonts(&r.w, fonts ? fonts : "");
    print_storage(&r.w, v);
    jw_array_at(&r.w, "errors");
    log_recent(print_line, &r);
    jw_end(&r.w);
    print_health(call, &r.w, v);
    jw_end(&r.w);
    return reply_json(&r, 200);
}

int handle_retention_preview(struct call *call)
{
    struct retention_preview due;
    struct reply r;
    if (retention_preview(call->op, call->api->platform->rounds, clock_wall_ms(), &due) < 0)
        return -1;
    reply_open(&r, call);
    jw_object(&r.w);
    jw_int_at(&r.w, "rounds", due.rounds);
    jw_int_at(&r.w, "bytes", due.bytes);
    jw_end(&r.w);
    return reply_json(&r, 200);
}

/* ---- Self-test ---- */

static const char self_test_page[] =
    "<!doctype html><meta charset=utf-8><style>body{margin:0;padding:24px;font:20px/1.6 sans-serif;"
    "background:#fff;color:#111}h1{font-size:28px;margin:0 0 8px}i{display:inline-block;width:80px;"
    "height:40px}</style><h1>Rounds " ROUNDS_VERSION
    "</h1><p>The quick brown fox &middot; 0123456789</p>"
    "<p>核心交易 巡检 &middot; あア &middot; 한글 &middot; Жя &middot; Ωλ &middot; عر &middot; ไท "
    "&middot; 😀</p>"
    "<i style='background:#e02f44'></i><i style='background:#ff9830'></i>"
    "<i style='background:#fade2a'></i><i style='background:#73bf69'></i>"
    "<i style='background:#5794f2'></i><i style='background:#b877d9'></i>";

int handle_self_test(struct call *call)
{
    struct bytes picture;
    if (render_draw_html(call->op, call->api->render, BYTES(self_test_page), SELF_TEST_WIDTH_PX,
                         SELF_TEST_HEIGHT_PX, &picture) < 0)
        return -1;
    httpd_header(call->req, "Cache-Control", "no-store");
    httpd_reply(call->req, 200, "image/png", picture);
    return 0;
}
