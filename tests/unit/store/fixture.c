#include "fixture.h"

#include "base/cleanup.h"
#include "base/mem.h"
#include "db/db.h"
#include "sys/file.h"

#include <math.h>
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

static void add_people(struct fixture *f)
{
    f->user = (struct store_user){
        .login = "Li", .name = "李雷", .role = ROLE_ADMIN, .sees_all = true};
    f->second = (struct store_user){
        .login = "han", .name = "韩梅梅", .role = ROLE_REVIEWER, .sees_all = true};
    succeeds(&f->op, store_user_add(&f->op, f->store, &f->user));
    succeeds(&f->op, store_user_add(&f->op, f->store, &f->second));
}

int fixture_setup(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    *state = f;
    snprintf(f->dir, sizeof f->dir, "/tmp/rounds-store-test-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    op_init(&f->op, -1);
    struct store_conf conf = {.dir = f->dir};
    succeeds(&f->op, store_open(&f->op, &conf, &f->store));
    add_people(f);
    f->source = (struct store_source){
        .name = "main", .base_url = "http://grafana:3000", .auth = "token",
        .credential = BYTES("sealed")};
    succeeds(&f->op, store_source_add(&f->op, f->store, &f->source));
    f->plan = (struct store_plan){.name = "核心交易", .spec = "{\"windows\":[]}",
                                  .author_row = f->user.row};
    succeeds(&f->op, store_plan_add(&f->op, f->store, &f->plan, &f->source.row, 1));
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    op_fini(&f->op);
    file_drop_tree(f->dir);
    mem_free(f);
    return 0;
}

int64_t make_round(struct fixture *f, int64_t moment_ms, int n)
{
    struct store_round r = {.plan_row = f->plan.row, .plan_version = f->plan.version,
                            .trigger = ROUND_BY_HAND, .moment_ms = moment_ms,
                            .starter_row = f->user.row};
    succeeds(&f->op, store_round_add(&f->op, f->store, &r));
    struct store_shot_new *shots = ARENA_ARRAY(&f->op.arena, struct store_shot_new, (size_t)n + 1);
    for (int i = 0; i < n; i++)
        shots[i] = (struct store_shot_new){
            .source_row = f->source.row,
            .dashboard_uid = "gateway",
            .dashboard_title = "网关",
            .panel_key = arena_fmt(&f->op.arena, "%d", i + 1),
            .panel_title = arena_fmt(&f->op.arena, "CPU 使用率 %d", i + 1),
            .vars = "{}",
            .window_key = "6h",
            .from_ms = moment_ms - 6 * 3600000,
            .to_ms = moment_ms,
            .visit = i / 10,
        };
    succeeds(&f->op, store_round_fill(&f->op, f->store, r.row, shots, (size_t)n));
    return r.row;
}

struct store_blob_ref blob_of(const char *content)
{
    return (struct store_blob_ref){.key = blob_key_of(bytes_of(content)),
                                   .size = (int64_t)strlen(content)};
}

static void complete(struct fixture *f, const struct store_claimed *c, bool is_failing)
{
    bool is_last;
    struct store_series series = {.name = "cpu0", .last = 71, .min = 12, .max = 93, .mean = NAN};
    struct store_outcome o = {
        .row = c->row,
        .claim = c->claim,
        .state = is_failing ? SHOT_FAILED : SHOT_DONE,
        .error_word = "panel_missing",
        .error = "no such panel",
        .taken_ms = c->moment_ms + 1000,
        .change_score = NAN,
        .meta = "{\"grafana\":\"12.1\"}",
        .series = &series,
        .series_n = 1,
    };
    if (!is_failing) {
        o.picture = blob_of(arena_fmt(&f->op.arena, "picture of %s", c->id));
        o.thumb = blob_of("the same small picture");
    }
    succeeds(&f->op, store_shot_complete(&f->op, f->store, &o, &is_last));
}

void take_all(struct fixture *f, const char *failing)
{
    struct store_claimed *claimed;
    size_t n;
    for (;;) {
        struct store_claim_ask ask = {.worker = "w1", .now_ms = 1000, .lease_until_ms = 2000,
                                      .max = 100};
        succeeds(&f->op, store_shot_claim(&f->op, f->store, &ask, &claimed, &n));
        if (n == 0)
            return;
        for (size_t i = 0; i < n; i++)
            complete(f, &claimed[i], failing && strcmp(claimed[i].panel_key, failing) == 0);
    }
}

struct store_round round_of(struct fixture *f, int64_t row)
{
    struct store_round r;
    succeeds(&f->op, store_round_get(&f->op, f->store, row, &r));
    return r;
}

struct store_shot shot_at(struct fixture *f, int64_t round_row, int pos)
{
    struct store_shot s;
    struct store_round r = round_of(f, round_row);
    succeeds(&f->op, store_shot_find(&f->op, f->store,
                                     arena_fmt(&f->op.arena, "%s-%d", r.id, pos), &s));
    return s;
}

void give(struct fixture *f, int64_t shot_row, enum verdict_kind kind, const char *comment)
{
    size_t given;
    struct store_verdict v = {.kind = kind, .how = VERDICT_SINGLE, .user_row = f->user.row,
                              .comment = comment, .dwell_ms = 1500, .given_ms = 5000};
    struct store_verdict_item item = {.shot_row = shot_row, .version = -1};
    succeeds(&f->op, store_verdict_add(&f->op, f->store, &v, &item, 1, &given));
    assert_int_equal(given, 1);
}

bool try_sql(struct fixture *f, const char *sql)
{
    struct db *db;
    struct op op;
    op_init(&op, -1);
    struct db_conf conf = {.path = arena_fmt(&op.arena, "%s/rounds.db", f->dir), .is_guest = true};
    succeeds(&op, db_open(&op, &conf, &db));
    struct db_tx tx = {0};
    succeeds(&op, db_begin(&op, db, DB_WRITE, &tx));
    bool is_done = db_script(&op, &tx, sql) == 0 && db_commit(&op, &tx) == 0;
    db_end(&tx);
    db_close(db);
    op_fini(&op);
    return is_done;
}

void run_sql(struct fixture *f, const char *sql)
{
    assert_true(try_sql(f, sql));
}
