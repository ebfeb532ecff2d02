#include "engine.h"

#include "base/clock.h"
#include "base/mem.h"
#include "render/picture.h"
#include "sys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void succeeds(struct op *op, int result)
{
    if (result)
        print_error("%s: %s\n", err_word(op->err), op->err_text);
    assert_int_equal(result, 0);
}

void fails_with(struct op *op, int result, enum err code)
{
    assert_int_equal(result, -1);
    if (op->err != code)
        print_error("%s: %s\n", err_word(op->err), op->err_text);
    assert_int_equal(op->err, code);
    op_clear(op);
}

/* ---- The camera ---- */

static const char *panel_of(const struct render_ask *ask)
{
    return ask->cut ? ask->cut : ask->target.panel;
}

static struct fake_fault *take_fault(struct engine *e, const char *panel)
{
    for (size_t i = 0; i < 4; i++) {
        struct fake_fault *fault = &e->faults[i];
        if (fault->panel && strcmp(fault->panel, panel) == 0 && fault->times > 0) {
            fault->times--;
            return fault;
        }
    }
    return NULL;
}

static struct bytes draw(struct op *op, unsigned char shade)
{
    enum { W = 500, H = 40 };
    struct bytes png;
    unsigned char *rgb = arena_alloc(&op->arena, W * H * 3);
    memset(rgb, shade, W * H * 3);
    struct picture picture = {.width_px = W, .height_px = H, .stride = W * 3, .rgb = rgb};
    succeeds(op, picture_encode(op, &picture, 1, &png));
    return png;
}

static void shoot(struct engine *e, struct op *part, const struct render_ask *ask,
                  struct render_result *result)
{
    struct render_frames *frames = ARENA_NEW(&part->arena, struct render_frames);
    const char *panel = panel_of(ask);
    struct fake_fault *fault = take_fault(e, panel);
    *result = (struct render_result){.mime = "image/png",
                                     .how = "warm",
                                     .browser = "b1",
                                     .finding = {.text = ""},
                                     .has_all_frames = true,
                                     .width_px = 500,
                                     .height_px = 40,
                                     .stages = {1, 2, 3, 4}};
    if (fault && fault->err) {
        result->finding.truth = fault->truth;
        op_fail(part, fault->err, "as the script says");
        return;
    }
    if (fault)
        result->finding.truth = fault->truth;
    result->body = draw(part, e->shade);
    e->pictures++;
    if (strcmp(panel, "3") == 0 || e->has_no_data)
        return;
    frames->panel = panel;
    frames->status = 200;
    frames->body = bytes_of(
        arena_fmt(&part->arena,
                  "{\"results\":{\"A\":{\"frames\":[{\"schema\":{\"fields\":[{\"name\":\"t\","
                  "\"type\":\"time\"},{\"name\":"
                  "\"load\",\"type\":\"number\"}]},\"data\":{\"values\":[[%lld,%lld],[1,%g]]}}]}}}",
                  (long long)ask->target.from_ms, (long long)ask->target.to_ms, e->level));
    result->frames = frames;
    result->frames_n = 1;
}

static int visit(void *ctx, struct op *op, const struct render_ask *asks, size_t n, int64_t shot_ms,
                 rounds_landed_fn *landed, void *landed_ctx)
{
    struct engine *e = ctx;
    lock_take(&e->lock);
    e->visits++;
    bool is_stuck = e->is_stuck;
    lock_wake(&e->lock);
    lock_give(&e->lock);
    for (size_t i = 0; i < n; i++) {
        struct op part;
        struct render_result result;
        if (is_stuck && op_pause(op, 600000))
            return -1;
        op_init_part(&part, op, shot_ms);
        lock_take(&e->lock);
        shoot(e, &part, &asks[i], &result);
        lock_give(&e->lock);
        landed(landed_ctx, i, &part, &result);
        op_fini(&part);
    }
    return 0;
}

static void on_event(void *ctx, const struct rounds_event *event)
{
    struct engine *e = ctx;
    lock_take(&e->lock);
    e->events[event->kind]++;
    lock_wake(&e->lock);
    lock_give(&e->lock);
}

/* So many at once as the test says must come together, or nobody goes on for a while. */
static void meet(struct engine *e)
{
    int64_t end_ms = clock_mono_ms() + 20000;
    lock_take(&e->lock);
    e->variable_reads++;
    int at_once = ++e->variables_at_once;
    e->variables_most = at_once > e->variables_most ? at_once : e->variables_most;
    lock_wake(&e->lock);
    while (e->variables_most < e->variables_meet && lock_wait(&e->lock, end_ms))
        ;
    e->variables_at_once--;
    lock_give(&e->lock);
}

/* "host" has two values, the query of "site" failed, "uid" is the dashboard's. */
static int variables(void *ctx, struct op *op, const struct render_ask *ask,
                     struct render_variable **out, size_t *out_n)
{
    struct engine *e = ctx;
    assert_non_null(strstr(ask->target.text, "/d/"));
    meet(e);
    *out_n = 0;
    if (e->variables_err)
        return op_fail(op, e->variables_err, "as the script says");
    static const char *const names[] = {"host", "site", "uid"};
    *out = ARENA_ARRAY(&op->arena, struct render_variable, 3);
    *out_n = 3;
    for (size_t i = 0; i < 3; i++)
        (*out)[i] = (struct render_variable){.name = names[i],
                                             .error = i == 1 ? "no rights" : "",
                                             .n = i == 0   ? 2
                                                  : i == 1 ? 0
                                                           : 1,
                                             .values = ARENA_ARRAY(&op->arena, const char *, 2),
                                             .texts = ARENA_ARRAY(&op->arena, const char *, 2)};
    struct render_variable *host = *out;
    host->values[0] = "h1", host->texts[0] = "主机 1";
    host->values[1] = "h2", host->texts[1] = "主机 2";
    host[2].values[0] = host[2].texts[0] = arena_strdup(&op->arena, ask->target.uid);
    return 0;
}

/* ---- Setting up ---- */

static void open_rounds(struct engine *e)
{
    struct rounds_conf conf = {.store = e->store,
                               .blobs = &e->blobs,
                               .keys = e->keys,
                               .data_dir = e->dir,
                               .camera = {e, visit, variables},
                               .on_event = on_event,
                               .ctx = e,
                               .workers = 2,
                               .retry_ms = 1,
                               .attempts_max = 3};
    succeeds(&e->op, rounds_open(&e->op, &conf, &e->rounds));
}

void engine_reopen(struct engine *e)
{
    struct store_conf store = {.dir = e->dir};
    rounds_close(e->rounds);
    store_close(e->store);
    succeeds(&e->op, store_open(&e->op, &store, &e->store));
    open_rounds(e);
}

static void add_source(struct engine *e)
{
    struct source_form form;
    const struct jv *json;
    const struct tree *tree;
    const char *text = arena_fmt(
        &e->op.arena,
        "{\"name\":\"prod\",\"url\":\"http://127.0.0.1:%d/\",\"org_id\":1,\"credential\":{\"kind\":"
        "\"token\",\"secret\":\"good\"}}",
        e->grafana.port);
    succeeds(&e->op, jv_parse(&e->op, bytes_of(text), &json));
    succeeds(&e->op, tree_from_json(&e->op, json, &tree));
    succeeds(&e->op, source_form_read(&e->op, tree, NULL, &form, NULL));
    succeeds(&e->op, source_add(&e->op, e->rounds, &form, &e->source));
    source_form_fini(&form);
}

void engine_plan(struct engine *e, const char *more)
{
    const struct tree *tree;
    struct plan_spec spec;
    const char *text = arena_fmt(&e->op.arena,
                                 "name: morning\ntimezone: Asia/Shanghai\n"
                                 "selections: [{source: prod, dashboard: gw}]\n"
                                 "windows: [{length: 1h}, {length: 1d}]\n%s",
                                 more);
    succeeds(&e->op, tree_from_yaml(&e->op, bytes_of(text), &tree));
    succeeds(&e->op, plan_keep_read(&e->op, e->rounds, tree, 0, &spec, NULL));
    struct plan_author author = {e->user.row, ""};
    if (e->plan.row)
        succeeds(&e->op, plan_keep_set(&e->op, e->rounds, e->plan.id, e->plan.version, &spec,
                                       author, &e->plan));
    else
        succeeds(&e->op, plan_keep_add(&e->op, e->rounds, &spec, author, &e->plan));
}

int engine_setup(void **state)
{
    struct engine *e = MEM_NEW(struct engine);
    struct store_conf store = {.dir = e->dir};
    struct keys_conf keys = {.dir = NULL};
    *state = e;
    e->level = 50;
    e->shade = 200;
    lock_init(&e->lock);
    op_init(&e->op, -1);
    snprintf(e->dir, sizeof e->dir, "/tmp/rounds-engine-test-XXXXXX");
    if (!mkdtemp(e->dir))
        return -1;
    succeeds(&e->op, store_open(&e->op, &store, &e->store));
    succeeds(&e->op, blob_fs_open(&e->op, arena_fmt(&e->op.arena, "%s/blobs", e->dir), true, &e->blobs));
    succeeds(&e->op, keys_open(&e->op, &keys, &e->keys));
    e->user =
        (struct store_user){.login = "li", .name = "Li", .role = ROLE_ADMIN, .sees_all = true};
    e->second =
        (struct store_user){.login = "han", .name = "Han", .role = ROLE_REVIEWER, .sees_all = true};
    succeeds(&e->op, store_user_add(&e->op, e->store, &e->user));
    succeeds(&e->op, store_user_add(&e->op, e->store, &e->second));
    e->grafana.needs_token = true;
    fake_grafana_start(&e->grafana);
    open_rounds(e);
    add_source(e);
    return 0;
}

int engine_teardown(void **state)
{
    struct engine *e = *state;
    rounds_close(e->rounds);
    fake_grafana_stop(&e->grafana);
    keys_close(e->keys);
    blob_close(&e->blobs);
    store_close(e->store);
    op_fini(&e->op);
    lock_fini(&e->lock);
    file_drop_tree(e->dir);
    mem_free(e);
    return 0;
}

struct store_round engine_wait(struct engine *e, const char *id, enum round_state state)
{
    struct store_round round;
    int64_t end = clock_mono_ms() + 60000;
    for (;;) {
        struct op op;
        op_init(&op, -1);
        succeeds(&op, store_round_find(&op, e->store, id, &round));
        op_fini(&op);
        if (round.state == state)
            break;
        assert_true(clock_mono_ms() < end);
        /* Every change is told; the wait ends at once, or looks again after a moment. */
        lock_take(&e->lock);
        (void)lock_wait(&e->lock, clock_mono_ms() + 50);
        lock_give(&e->lock);
    }
    succeeds(&e->op, store_round_find(&e->op, e->store, id, &round));
    return round;
}

struct store_round engine_round(struct engine *e)
{
    struct store_round round;
    struct round_start start = {
        .plan_id = e->plan.id, .trigger = ROUND_BY_HAND, .starter_row = e->user.row};
    succeeds(&e->op, round_start(&e->op, e->rounds, &start, &round));
    return engine_wait(e, round.id, ROUND_REVIEW);
}

struct store_shot_list engine_shots(struct engine *e, const struct store_round *round)
{
    struct store_shot_list list;
    struct store_shot_ask ask = {.round_row = round->row};
    succeeds(&e->op,
             store_shot_list(&e->op, e->store, &ask, (struct store_page){.limit = 1000}, &list));
    return list;
}

struct store_shot engine_shot(struct engine *e, const struct store_round *round, const char *panel)
{
    struct store_shot_list list = engine_shots(e, round);
    struct store_shot full = {0};
    for (size_t i = 0; i < list.n && !full.row; i++)
        if (strcmp(list.items[i].panel_key, panel) == 0)
            succeeds(&e->op, store_shot_get(&e->op, e->store, list.items[i].row, &full));
    assert_true(full.row != 0);
    return full;
}
