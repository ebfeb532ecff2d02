/* A store with a plan and a round of three shots: one failed, one abnormal, one undecided. */
#ifndef TESTS_UNIT_NOTIFY_WORLD_H
#define TESTS_UNIT_NOTIFY_WORLD_H

#include "../fetch/origin.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "blob/blob.h"
#include "notify/channel.h"
#include "notify/outbox.h"
#include "notify/rule.h"
#include "store/outbox.h"
#include "store/plan.h"
#include "store/round.h"
#include "store/shot_list.h"
#include "store/source.h"
#include "store/user.h"
#include "sys/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world {
    char folder[64];
    struct op op;
    struct store *store;
    struct fetch_client *fetch;
    struct notify_env env;
    struct store_user user;
    struct store_source source;
    struct store_plan plan;
    struct store_round round;
};

/* "Ciphertext" of the tests: the secret itself. */
static inline int world_unseal(void *ctx, struct op *op, const struct store_channel *channel,
                               struct secret *out)
{
    secret_set(out, channel->secret);
    return 0;
}

static inline void world_shot(struct world *w, const struct store_claimed *claimed, bool fails)
{
    struct store_finding finding = {"threshold", FINDING_SERIOUS, "{\"max\":93}"};
    struct store_outcome outcome = {
        .row = claimed->row,
        .claim = claimed->claim,
        .taken_ms = 3000,
        .meta = "{}",
        .state = fails ? SHOT_FAILED : SHOT_DONE,
        .error_word = fails ? "timeout" : "",
        .error = fails ? "Grafana <slow>" : "",
        .change_score = NAN,
        .findings = &finding,
        .findings_n = fails ? 0 : 1,
    };
    bool is_last;
    if (!fails) {
        outcome.picture = (struct store_blob_ref){blob_key_of(BYTES("picture")), 7};
        outcome.thumb = outcome.picture;
    }
    assert_int_equal(store_shot_complete(&w->op, w->store, &outcome, &is_last), 0);
}

static inline void world_round(struct world *w)
{
    static const char *const panels[] = {"CPU *usage* [x](http://evil)", "<@all> `5xx` @channel",
                                         "订单数"};
    struct store_shot_new shots[3];
    struct store_claimed *claimed;
    size_t n;
    w->round = (struct store_round){.plan_row = w->plan.row,
                                    .plan_version = 1,
                                    .trigger = ROUND_BY_HAND,
                                    .moment_ms = 1800000000000,
                                    .due_ms = 1800000360000,
                                    .starter_row = w->user.row};
    assert_int_equal(store_round_add(&w->op, w->store, &w->round), 0);
    for (int i = 0; i < 3; i++)
        shots[i] = (struct store_shot_new){.source_row = w->source.row,
                                           .dashboard_uid = "gw",
                                           .dashboard_title = "网关",
                                           .panel_key = i == 0   ? "1"
                                                        : i == 1 ? "2"
                                                                 : "3",
                                           .panel_title = panels[i],
                                           .panel_detail = "{}",
                                           .vars = "{}",
                                           .window_key = "6h",
                                           .window_spec = "{}",
                                           .from_ms = 1000,
                                           .to_ms = 2000,
                                           .visit = 1};
    assert_int_equal(store_round_fill(&w->op, w->store, w->round.row, shots, 3), 0);
    struct store_claim_ask ask = {.worker = "w",
                                  .now_ms = clock_wall_ms(),
                                  .max = 10,
                                  .lease_until_ms = clock_wall_ms() + 60000};
    assert_int_equal(store_shot_claim(&w->op, w->store, &ask, &claimed, &n), 0);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        world_shot(w, &claimed[i], i == 0);
    struct store_verdict verdict = {.kind = VERDICT_ABNORMAL,
                                    .how = VERDICT_SINGLE,
                                    .user_row = w->user.row,
                                    .comment = "disk full",
                                    .category = "",
                                    .links = "[]",
                                    .given_ms = clock_wall_ms()};
    struct store_verdict_item item = {claimed[1].row, -1};
    assert_int_equal(store_verdict_add(&w->op, w->store, &verdict, &item, 1, &n), 0);
}

static inline void world_open(struct world *w)
{
    *w = (struct world){.folder = "/tmp/rounds-notify-test-XXXXXX"};
    assert_non_null(mkdtemp(w->folder));
    op_init(&w->op, 60000);
    const char *dir = arena_fmt(&w->op.arena, "%s/data", w->folder);
    assert_int_equal(store_open(&w->op, &(struct store_conf){.dir = dir}, &w->store), 0);
    struct fetch_conf conf = {.refuse = notify_refuse(true)};
    assert_int_equal(fetch_open(&w->op, &conf, &w->fetch), 0);
    w->env = (struct notify_env){
        .fetch = w->fetch, .unseal = world_unseal, .public_url = "https://rounds.example.org"};
    w->user = (struct store_user){.login = "wang",
                                  .name = "王芳",
                                  .email = "",
                                  .role = ROLE_ADMIN,
                                  .password = "",
                                  .prefs = "{}",
                                  .sees_all = true};
    w->source = (struct store_source){.name = "生产",
                                      .base_url = "http://grafana",
                                      .auth = "none",
                                      .ca_file = "",
                                      .origins = "[]",
                                      .options = "{}"};
    assert_int_equal(store_user_add(&w->op, w->store, &w->user), 0);
    assert_int_equal(store_source_add(&w->op, w->store, &w->source), 0);
    w->plan = (struct store_plan){.name = "早巡检",
                                  .note = "",
                                  .labels = "[]",
                                  .spec = "{}",
                                  .author_row = w->user.row,
                                  .change = ""};
    assert_int_equal(store_plan_add(&w->op, w->store, &w->plan, &w->source.row, 1), 0);
    world_round(w);
}

static inline void world_close(struct world *w)
{
    fetch_close(w->fetch);
    store_close(w->store);
    file_drop_tree(w->folder);
    op_fini(&w->op);
}

static inline struct store_channel world_channel(struct world *w, const char *name,
                                                 const char *kind, const char *conf,
                                                 const char *secret)
{
    struct store_channel channel = {
        .name = name, .kind = kind, .conf = conf, .lang = "zh-CN", .secret = bytes_of(secret)};
    assert_int_equal(store_channel_add(&w->op, w->store, &channel), 0);
    return channel;
}

#endif
