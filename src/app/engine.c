/* The engine of rounds put together with what it needs and who wants to hear of it: browsers that
 * take the pictures, the issuer that logs in, live events, notifications with a picture of the
 * round.
 *
 * Opened by the main thread; the hooks run on whichever thread needs them.
 */
#include "app/app_priv.h"

#include "api/events.h"
#include "api/reports.h"
#include "notify/outbox.h"
#include "rounds/round.h"
#include "store/plan.h"

static void hear(void *ctx, const struct rounds_event *event)
{
    struct app *app = ctx;
    events_tell(app->platform.events, event);
}

static void wake_outbox(void *ctx)
{
    struct app *app = ctx;
    if (app->outbox)
        outbox_wake(app->outbox);
}

int engine_open(struct op *op, struct app *app)
{
    int64_t workers = settings_int(app->settings, SET_ROUND_WORKERS);
    struct rounds_conf conf = {
        .store = app->data.store,
        .blobs = &app->data.blobs,
        .keys = app->data.keys,
        .data_dir = app->data.dir,
        .more_ca_file = settings_text(app->settings, SET_CA_FILE),
        .answers_max = (size_t)settings_int(app->settings, SET_ANSWERS_MAX),
        .archive_max = settings_int(app->settings, SET_ARCHIVE_MAX),
        .camera = app->render ? rounds_camera_render(app->render) : (struct rounds_camera){0},
        .mint = login_mint,
        .mint_ctx = app,
        .on_event = hear,
        .on_letters = wake_outbox,
        .ctx = app,
        .workers = workers ? (int)workers : app_browsers_max(app->settings),
    };
    app->platform.events = events_new(&app->platform);
    app->platform.temp_dir = settings_text(app->settings, SET_TEMP);
    if (!*app->platform.temp_dir)
        app->platform.temp_dir = NULL;
    return rounds_open(op, &conf, &app->rounds);
}

void engine_start(struct app *app)
{
    events_start(app->platform.events);
    rounds_start(app->rounds);
}

void engine_stop(struct app *app)
{
    if (app->rounds)
        rounds_stop(app->rounds);
    if (app->platform.events)
        events_stop(app->platform.events);
}

void engine_close(struct app *app)
{
    rounds_close(app->rounds);
    events_free(app->platform.events);
}

/* ---- What notifications show of a round ---- */

int engine_draw_sheet(void *ctx, struct op *op, const char *round_id, const char *lang,
                      size_t size_max, struct notify_picture *out)
{
    struct app *app = ctx;
    struct report *report = ARENA_NEW(&op->arena, struct report);
    struct report_ask ask = {.round_id = round_id};
    if (reports_load(op, &app->platform, app->render, &ask, report_lang_of(lang), report) < 0)
        return -1;
    out->mime = "image/jpeg";
    return report_contact_sheet(op, report, size_max, &out->data);
}

void engine_local_time(void *ctx, int64_t plan_row, int64_t wall_ms, char *out, size_t out_n)
{
    struct app *app = ctx;
    struct store_plan plan;
    struct plan_spec spec;
    const struct zone *zone;
    struct op op;
    *out = 0;
    op_init(&op, 5000);
    bool is_known = store_plan_get(&op, app->data.store, plan_row, &plan) == 0 &&
                    plan_read_text(&op, plan.spec, &spec) == 0;
    op_clear(&op);
    if (zone_open(&op, is_known ? spec.timezone : "UTC", &zone) == 0)
        reports_local_time(zone, wall_ms, out, out_n);
    op_fini(&op);
}

const char *engine_say_finding(void *ctx, struct op *op, const char *lang, const struct jv *finding)
{
    (void)ctx;
    return reports_say_finding(op, report_lang_of(lang), finding);
}
