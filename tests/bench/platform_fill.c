/* Fills a store for the benchmark. Rows only, no pictures; straight SQL where the store's own
 * functions would take an hour, the store's functions for what is few (people, sources, plans).
 *
 * What matters for the figures is the same as in life: sizes of rows, spread of keys, indexes,
 * triggers, words in every twentieth verdict. Hashes are random bytes instead of real chains.
 */
#include "platform_fill.h"

#include "base/hash.h"
#include "base/rand.h"
#include "store/inner.h"
#include "store/plan.h"
#include "store/signoff.h"
#include "store/source.h"
#include "store/user.h"
#include "store/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const int64_t DAY_MS = 86400000, START_MS = 1700000000000;

static const char *const words[] = {"网关", "延迟", "过高", "正常", "内存", "重启", "数据库",
                                    "连接数", "已知问题", "gateway", "timeout", "latency", "P99",
                                    "磁盘", "扩容", "观察", "回滚", "发布", "流量", "峰值"};
enum { WORDS = sizeof words / sizeof *words };

struct filling {
    struct fill_conf conf;
    int64_t people[FILL_PEOPLE], sources[FILL_SOURCES];
    int64_t windows[FILL_WINDOWS];
    int64_t *plans;
    int64_t *panels; /* of plan p: p * FILL_PANELS … */
    uint64_t seed;
    int64_t verdicts, rounds, signoffs, shots;
};

int64_t fill_day_ms(int day)
{
    return START_MS + day * DAY_MS;
}

/* xorshift: quick, and the same archive every time. */
static uint64_t next(struct filling *f)
{
    f->seed ^= f->seed << 13;
    f->seed ^= f->seed >> 7;
    f->seed ^= f->seed << 17;
    return f->seed;
}

static struct db_arg random_sha(struct filling *f, uint64_t buffer[4])
{
    for (int i = 0; i < 4; i++)
        buffer[i] = next(f);
    return db_blob((struct bytes){(const char *)buffer, HASH_SIZE});
}

/* ---- People, sources, plans ---- */

static int add_people(struct op *op, struct store *store, struct filling *f)
{
    for (int i = 0; i < FILL_PEOPLE; i++) {
        struct store_user u = {.login = arena_fmt(&op->arena, "person%d", i),
                               .name = arena_fmt(&op->arena, "值班员 %d", i),
                               .role = ROLE_ADMIN, .sees_all = true};
        if (store_user_add(op, store, &u))
            return -1;
        f->people[i] = u.row;
    }
    for (int i = 0; i < FILL_SOURCES; i++) {
        struct store_source s = {.name = arena_fmt(&op->arena, "grafana-%d", i),
                                 .base_url = "http://grafana:3000", .auth = "none"};
        if (store_source_add(op, store, &s))
            return -1;
        f->sources[i] = s.row;
    }
    return 0;
}

static int add_panel(struct op *op, struct db_tx *tx, struct filling *f, int plan, int panel)
{
    int64_t *row = &f->panels[plan * FILL_PANELS + panel];
    const char *title = arena_fmt(&op->arena, "%s %s %d", words[next(f) % WORDS],
                                  panel % 3 ? "使用率" : "错误数", panel);
    const char *dashboard = arena_fmt(&op->arena, "系统 %d 面板 %d", plan, panel / 10);
    if (db_get_int(op, tx,
                   "INSERT INTO panels (id, source_row, dashboard_uid, panel_key, vars, "
                   "dashboard_title, panel_title, detail, seen_ms) "
                   "VALUES ($1, $2, $3, $4, '{}', $5, $6, '{\"type\":\"timeseries\"}', $7) "
                   "RETURNING row_id",
                   DB_ARGS(db_text(store_new_id(op)), db_int(f->sources[plan % FILL_SOURCES]),
                           db_text(arena_fmt(&op->arena, "dash-%d-%d", plan, panel / 10)),
                           db_text(arena_fmt(&op->arena, "%d", panel)), db_text(dashboard),
                           db_text(title), db_int(fill_day_ms(f->conf.days))),
                   row))
        return -1;
    return search_put(op, tx, SEARCH_PANEL, *row,
                      arena_fmt(&op->arena, "%s %s", title, dashboard), "");
}

static int add_plans(struct op *op, struct store *store, struct filling *f)
{
    f->plans = ARENA_ARRAY(&op->arena, int64_t, (size_t)f->conf.plans);
    f->panels = ARENA_ARRAY(&op->arena, int64_t, (size_t)f->conf.plans * FILL_PANELS);
    for (int i = 0; i < f->conf.plans; i++) {
        struct store_plan p = {.name = arena_fmt(&op->arena, "%s 早巡检 %03d",
                                                 words[(size_t)i % WORDS], i),
                               .spec = "{}"};
        if (store_plan_add(op, store, &p, &f->sources[i % FILL_SOURCES], 1))
            return -1;
        f->plans[i] = p.row;
    }
    CLEANUP(db_end) struct db_tx tx = {0};
    if (db_begin(op, store_db(store), DB_WRITE, &tx))
        return -1;
    for (int i = 0; i < f->conf.plans * FILL_PANELS; i++)
        if (add_panel(op, &tx, f, i / FILL_PANELS, i % FILL_PANELS))
            return -1;
    for (int i = 0; i < FILL_WINDOWS; i++)
        if (db_get_int(op, &tx, "INSERT INTO windows (key, spec) VALUES ($1, '{}') "
                                "RETURNING row_id",
                       DB_ARGS(db_text(i ? "7d" : "6h")), &f->windows[i]))
            return -1;
    return db_commit(op, &tx);
}

/* ---- Shots ---- */

static int add_blob(struct op *op, struct db_tx *tx, struct filling *f, int64_t size, int64_t *row)
{
    uint64_t sha[4];
    ++*row;
    return db_run(op, tx, "INSERT INTO blobs (row_id, sha, size, refs) VALUES ($1, $2, $3, 1)",
                  DB_ARGS(db_int(*row), random_sha(f, sha), db_int(size)), NULL);
}

static int add_verdict(struct op *op, struct db_tx *tx, struct filling *f, int64_t plan_row,
                       int64_t shot, int seq, int64_t given_ms)
{
    uint64_t hash[4];
    bool is_abnormal = next(f) % 33 == 0, has_words = is_abnormal || next(f) % 50 == 0;
    int64_t person = f->people[next(f) % FILL_PEOPLE], row = ++f->verdicts;
    const char *comment = NULL;
    if (has_words)
        comment = arena_fmt(&op->arena, "%s%s，%s %" PRIu64, words[next(f) % WORDS],
                            words[next(f) % WORDS], words[next(f) % WORDS], next(f) % 100000);
    if (db_run(op, tx,
               "INSERT INTO verdicts (row_id, round_row, seq, shot_row, plan_row, kind, how, "
               "user_row, comment, dwell_ms, given_ms, picture, hash) "
               "VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, 1800, $9, $10, $10)",
               DB_ARGS(db_int(row), db_int(shot >> SHOT_POS_BITS), db_int(seq), db_int(shot),
                       db_int(plan_row), db_int(is_abnormal ? 2 : 1), db_int(person),
                       db_text(comment), db_int(given_ms), random_sha(f, hash)),
               NULL) ||
        db_run(op, tx, "UPDATE shots SET verdict = $1, verdict_row = $2, verdict_version = 1, "
                       "comments = $3 WHERE row_id = $4",
               DB_ARGS(db_int(is_abnormal ? 2 : 1), db_int(row), db_int(has_words), db_int(shot)),
               NULL))
        return -1;
    return comment ? search_put(op, tx, SEARCH_VERDICT, row, comment,
                                arena_fmt(&op->arena, "p%" PRId64 " u%" PRId64 " v%d", plan_row,
                                          person, is_abnormal ? 2 : 1))
                   : 0;
}

static int add_shot(struct op *op, struct db_tx *tx, struct filling *f, int64_t row,
                    int64_t panel, int64_t window, int64_t moment, int visit)
{
    int64_t blob = 3 * f->shots++;
    int64_t picture = blob;
    if (add_blob(op, tx, f, 40000 + (int64_t)(next(f) % 60000), &blob) ||
        add_blob(op, tx, f, 6000 + (int64_t)(next(f) % 4000), &blob) ||
        add_blob(op, tx, f, 2000 + (int64_t)(next(f) % 9000), &blob))
        return -1;
    bool has_finding = next(f) % 20 == 0;
    double score = next(f) % 10 ? 0.001 : (double)(next(f) % 1000) / 1000;
    if (db_run(op, tx,
               "INSERT INTO shots (row_id, round_row, panel_row, window_row, source_row, visit, "
               "rank, from_ms, to_ms, state, claim, attempts, taken_ms, picture_row, thumb_row, "
               "data_row, reference_row, change_score, is_changed, weight, findings, stamp) "
               "VALUES ($1, $2, $3, $4, 1, $5, 2, $6, $7, 2, 1, 1, $8, $9, $9 + 1, $9 + 2, $10, "
               "$11, $12, $13, $14, 1)",
               DB_ARGS(db_int(row), db_int(row >> SHOT_POS_BITS), db_int(panel), db_int(window),
                       db_int(visit), db_int(moment - 21600000), db_int(moment),
                       db_int(moment + 4000), db_int(picture + 1),
                       db_int(row - (INT64_C(1) << SHOT_POS_BITS)), db_real(score),
                       db_int(score > 0.3), db_int(has_finding ? 2 : 0),
                       db_text(has_finding ? "[{\"kind\":\"threshold\",\"weight\":2,\"evidence\":"
                                             "{\"series\":\"cpu0\",\"value\":93.1,\"limit\":90}}]"
                                           : NULL)),
               NULL))
        return -1;
    return db_run(op, tx, "INSERT INTO shot_details VALUES ($1, $2, $3)",
                  DB_ARGS(db_int(row),
                          db_text("{\"url\":\"/d/dash/x?kiosk\",\"grafana\":\"12.1.0\","
                                  "\"dashboard\":7,\"stages\":{\"load\":120,\"data\":51,"
                                  "\"paint\":20}}"),
                          db_text("[[\"cpu0\",\"percent\",71.2,12.0,93.1,55.3,0,360],[\"cpu1\","
                                  "\"percent\",70.2,11.0,92.1,54.3,0,360]]")),
                  NULL);
}

/* ---- Rounds ---- */

static int open_round(struct op *op, struct db_tx *tx, struct filling *f, int plan, int64_t moment,
                      int shots)
{
    return db_run(op, tx,
                  "INSERT INTO rounds (row_id, id, plan_row, plan_version, state, made_by, "
                  "moment_ms, created_ms, started_ms, finished_ms, stamp, total, done, undecided) "
                  "VALUES ($1, $2, $3, 1, 2, 1, $4, $4, $4, $4 + 60000, 1, $5, $5, $5)",
                  DB_ARGS(db_int(++f->rounds), db_text(store_new_id(op)), db_int(f->plans[plan]),
                          db_int(moment), db_int(shots)),
                  NULL);
}

static int sign_round(struct op *op, struct db_tx *tx, struct filling *f, int64_t moment)
{
    uint64_t hash[4];
    struct db_arg sha = random_sha(f, hash);
    if (db_run(op, tx,
               "INSERT INTO signoffs VALUES ($1, $2, 1, $3, '值班员', '一切正常', '', 0, $4, 'k1', "
               "$5, $5, $5, $5)",
               DB_ARGS(db_int(++f->signoffs), db_int(f->rounds),
                       db_int(f->people[next(f) % FILL_PEOPLE]), db_int(moment + 3600000), sha),
               NULL))
        return -1;
    return db_run(op, tx,
                  "UPDATE rounds SET state = 3, signed_ms = $1, signer = '值班员', normal = 97, "
                  "abnormal = 3, undecided = 0 WHERE row_id = $2",
                  DB_ARGS(db_int(moment + 3600000), db_int(f->rounds)), NULL);
}

static int add_round(struct op *op, struct db_tx *tx, struct filling *f, int day, int plan)
{
    int64_t moment = fill_day_ms(day) + plan * 60000;
    bool is_signed = day < f->conf.days - 2;
    if (open_round(op, tx, f, plan, moment, FILL_SHOTS))
        return -1;
    for (int i = 0; i < FILL_SHOTS; i++) {
        int64_t row = f->rounds << SHOT_POS_BITS | (i + 1);
        int panel = i / FILL_WINDOWS;
        if (add_shot(op, tx, f, row, f->panels[plan * FILL_PANELS + panel],
                     f->windows[i % FILL_WINDOWS], moment, panel / 10) ||
            (is_signed &&
             add_verdict(op, tx, f, f->plans[plan], row, i + 1, moment + 600000 + i * 3000)))
            return -1;
    }
    return is_signed ? sign_round(op, tx, f, moment) : 0;
}

/* Rounds of 300 shots: the panels of three plans. */
static int add_large(struct op *op, struct store *store, struct filling *f, int day)
{
    CLEANUP(db_end) struct db_tx tx = {0};
    int64_t moment = fill_day_ms(day) + DAY_MS / 2;
    if (db_begin(op, store_db(store), DB_WRITE, &tx) ||
        open_round(op, &tx, f, 0, moment, FILL_LARGE_SHOTS))
        return -1;
    for (int i = 0; i < FILL_LARGE_SHOTS; i++)
        if (add_shot(op, &tx, f, f->rounds << SHOT_POS_BITS | (i + 1), f->panels[i / FILL_WINDOWS],
                     f->windows[i % FILL_WINDOWS], moment, i / 20))
            return -1;
    return db_commit(op, &tx);
}

static int add_day(struct op *op, struct store *store, struct filling *f, int day)
{
    CLEANUP(db_end) struct db_tx tx = {0};
    if (db_begin(op, store_db(store), DB_WRITE, &tx))
        return -1;
    for (int plan = 0; plan < f->conf.plans; plan++)
        if (add_round(op, &tx, f, day, plan))
            return -1;
    if (db_run(op, &tx,
               "UPDATE totals SET rounds = $1, shots = $2, blobs = $2 * 3, blob_bytes = $2 * 85000",
               DB_ARGS(db_int(f->rounds), db_int(f->shots)), NULL))
        return -1;
    return db_commit(op, &tx);
}

static int run_script(struct op *op, struct store *store, const char *sql)
{
    CLEANUP(db_end) struct db_tx tx = {0};
    if (db_begin(op, store_db(store), DB_WRITE, &tx) || db_script(op, &tx, sql))
        return -1;
    return db_commit(op, &tx);
}

int fill(struct op *op, struct store *store, const struct fill_conf *conf)
{
    struct filling f = {.conf = *conf, .seed = 88172645463325252u};
    if (add_people(op, store, &f) || add_plans(op, store, &f))
        return -1;
    int64_t start = clock_mono_ms();
    /* Twenty million random keys one by one would write the index anew each day. */
    if (run_script(op, store, "DROP INDEX blobs_sha"))
        return -1;
    for (int day = 0; day < conf->days; day++) {
        struct op part;
        op_init_part(&part, op, -1);
        int result = add_day(&part, store, &f, day);
        if (result)
            op_fail_from(op, &part);
        op_fini(&part);
        if (result)
            return -1;
        if (day % 30 == 29 || day == conf->days - 1)
            fprintf(stderr, "filled %d of %d days, %" PRId64 " shots, %.0f s\n", day + 1,
                    conf->days, f.shots, (double)(clock_mono_ms() - start) / 1000);
    }
    for (int i = 0; i < FILL_LARGE; i++)
        if (add_large(op, store, &f, conf->days - 1 - i))
            return -1;
    if (run_script(op, store, "CREATE UNIQUE INDEX blobs_sha ON blobs (sha)"))
        return -1;
    return store_tidy(op, store);
}
