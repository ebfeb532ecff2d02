/* `make bench-platform`: how the store answers with a year of data in it.
 *
 *     bench_platform DIR [PLANS [DAYS]]
 *
 * Fills DIR if it is empty (200 plans × 100 shots × 365 days: some minutes, some gigabytes), then
 * measures through the store's own functions what people and workers ask for, with keys spread
 * over the whole archive, and prints one table: median and 95th percentile against the target.
 * Writes go to the rounds of the last days, which are open. It leaves DIR for the next time.
 */
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "platform_fill.h"
#include "store/archive.h"
#include "store/inner.h"
#include "store/plan.h"
#include "store/round.h"
#include "store/search.h"
#include "store/session.h"
#include "store/shot_list.h"
#include "sys/file.h"
#include "sys/thread.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 300, WRITERS = 4, PEOPLE = 16, VERDICTS_EACH = 100, CLAIM_SHOTS = 20000 };

struct bench {
    struct store *store;
    struct fill_conf conf;
    int64_t rounds; /* how many there are */
    uint64_t seed;
};

static uint64_t pick(struct bench *b, uint64_t below)
{
    b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
    return (b->seed >> 33) % below;
}

/* ---- Reading ---- */

static int read_rounds(struct op *op, struct bench *b)
{
    struct store_round_ask ask = {.to_ms = fill_day_ms((int)pick(b, (uint64_t)b->conf.days) + 1)};
    struct store_round_list list;
    return store_round_list(op, b->store, &ask, (struct store_page){.limit = 50}, &list);
}

static int read_rounds_of_plan(struct op *op, struct bench *b)
{
    struct store_round_ask ask = {.plan_row = 1 + (int64_t)pick(b, (uint64_t)b->conf.plans)};
    struct store_round_list list;
    return store_round_list(op, b->store, &ask, (struct store_page){.limit = 50}, &list);
}

static int read_open_rounds(struct op *op, struct bench *b)
{
    struct store_round_ask ask = {.states = 1u << ROUND_REVIEW | 1u << ROUND_RUNNING};
    struct store_round_list list;
    return store_round_list(op, b->store, &ask, (struct store_page){.limit = 100}, &list);
}

static int read_strip(struct op *op, struct bench *b)
{
    struct store_round_square *squares;
    size_t n;
    return store_round_strip(op, b->store, 0, fill_day_ms(b->conf.days - 30), 20000, &squares, &n);
}

static int read_plans(struct op *op, struct bench *b)
{
    struct store_plan_ask ask = {0};
    struct store_plan_list list;
    return store_plan_list(op, b->store, &ask, (struct store_page){.limit = 200}, &list);
}

static int read_large_round(struct op *op, struct bench *b)
{
    struct store_shot_ask ask = {
        .round_row = b->rounds - (int64_t)pick(b, FILL_LARGE),
        .order = pick(b, 2) ? SHOTS_BY_CHANGE : SHOTS_BY_POSITION};
    struct store_shot_list list;
    if (store_shot_list(op, b->store, &ask, (struct store_page){.limit = 300}, &list))
        return -1;
    return list.n == FILL_LARGE_SHOTS ? 0 : op_fail(op, ERR_INTERNAL, "%zu shots", list.n);
}

static int read_round(struct op *op, struct bench *b)
{
    struct store_shot_ask ask = {
        .round_row = 1 + (int64_t)pick(b, (uint64_t)(b->rounds - FILL_LARGE))};
    struct store_shot_list list;
    if (store_shot_list(op, b->store, &ask, (struct store_page){.limit = 300}, &list))
        return -1;
    return list.n == FILL_SHOTS ? 0 : op_fail(op, ERR_INTERNAL, "%zu shots", list.n);
}

static int read_shot(struct op *op, struct bench *b)
{
    struct store_shot s;
    int64_t round = 1 + (int64_t)pick(b, (uint64_t)(b->rounds - FILL_LARGE));
    return store_shot_get(op, b->store,
                          round << SHOT_POS_BITS | (1 + (int64_t)pick(b, FILL_SHOTS)), &s);
}

static int read_history(struct op *op, struct bench *b)
{
    struct store_history_ask ask = {
        .panel_row = 1 + (int64_t)pick(b, (uint64_t)b->conf.plans * FILL_PANELS),
        .window_row = 1 + (int64_t)pick(b, FILL_WINDOWS),
        .to_ms = fill_day_ms(1 + (int)pick(b, (uint64_t)b->conf.days)),
        .with_series = true};
    struct store_shot_list list;
    return store_shot_history(op, b->store, &ask, (struct store_page){.limit = 30}, &list);
}

static int read_references(struct op *op, struct bench *b)
{
    struct store_shot s;
    int64_t round = b->rounds - FILL_LARGE - (int64_t)pick(b, (uint64_t)b->conf.plans);
    int64_t shot = round << SHOT_POS_BITS | (1 + (int64_t)pick(b, FILL_SHOTS));
    for (int how = REFERENCE_PREVIOUS; how <= REFERENCE_PINNED; how++)
        if (store_shot_reference(op, b->store, shot, (enum store_reference)how, &s))
            return -1;
    return 0;
}

static int search_for(struct op *op, struct bench *b, struct store_search_ask ask)
{
    struct store_hit_list list;
    return store_search(op, b->store, &ask, (struct store_page){.limit = 50}, &list);
}

static int search_common(struct op *op, struct bench *b)
{
    static const char *const texts[] = {"延迟", "网关", "gateway", "正常", "数据库"};
    return search_for(op, b, (struct store_search_ask){.kind = SEARCH_VERDICT,
                                                       .text = texts[pick(b, 5)]});
}

static int search_rare(struct op *op, struct bench *b)
{
    const char *text = arena_fmt(&op->arena, "延迟 %05d", (int)pick(b, 100000));
    return search_for(op, b, (struct store_search_ask){.kind = SEARCH_VERDICT, .text = text});
}

static int search_filtered(struct op *op, struct bench *b)
{
    int day = (int)pick(b, (uint64_t)b->conf.days);
    return search_for(op, b,
                      (struct store_search_ask){
                          .kind = SEARCH_VERDICT,
                          .text = "延迟 过高",
                          .plan_row = 1 + (int64_t)pick(b, (uint64_t)b->conf.plans),
                          .by_row = 1 + (int64_t)pick(b, FILL_PEOPLE),
                          .verdict = VERDICT_ABNORMAL,
                          .to_ms = fill_day_ms(day + 1),
                      });
}

static int search_panels(struct op *op, struct bench *b)
{
    return search_for(op, b, (struct store_search_ask){.kind = SEARCH_PANEL,
                                                       .text = pick(b, 2) ? "使用率" : "延迟"});
}

static int read_verdicts_of_person(struct op *op, struct bench *b)
{
    struct store_verdict_ask ask = {
        .user_row = 1 + (int64_t)pick(b, FILL_PEOPLE),
        .to_ms = fill_day_ms((int)pick(b, (uint64_t)b->conf.days) + 1)};
    struct store_verdict_list list;
    return store_verdict_list(op, b->store, &ask, (struct store_page){.limit = 50}, &list);
}

static int read_abnormal(struct op *op, struct bench *b)
{
    struct store_verdict_ask ask = {
        .kinds = 1u << VERDICT_ABNORMAL,
        .to_ms = fill_day_ms((int)pick(b, (uint64_t)b->conf.days) + 1)};
    struct store_verdict_list list;
    return store_verdict_list(op, b->store, &ask, (struct store_page){.limit = 50}, &list);
}

static int read_weight(struct op *op, struct bench *b)
{
    struct store_weight weight;
    return store_archive_weight(op, b->store, &weight);
}

static const struct {
    const char *what;
    int (*run)(struct op *op, struct bench *b);
} reads[] = {
    {"round list, 50, anywhere", read_rounds},
    {"round list of a plan, 50", read_rounds_of_plan},
    {"open rounds, 100", read_open_rounds},
    {"30-day strip of all plans", read_strip},
    {"plan list, 200", read_plans},
    {"a round's 300 shots", read_large_round},
    {"a round's 100 shots, anywhere", read_round},
    {"one shot in full, anywhere", read_shot},
    {"panel history, 30, with numbers", read_history},
    {"all four references of a shot", read_references},
    {"search: common word", search_common},
    {"search: rare words", search_rare},
    {"search: words, plan, person, kind, date", search_filtered},
    {"search: panels", search_panels},
    {"verdicts of a person, 50, anywhere", read_verdicts_of_person},
    {"abnormal verdicts, 50, anywhere", read_abnormal},
    {"weight of the archive", read_weight},
};

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int fail(const char *what, const struct op *op)
{
    fprintf(stderr, "%s: %s: %s\n", what, err_word(op->err), op->err_text);
    return 1;
}

/* Of this thread: what a call costs, whatever else the machine does meanwhile. */
static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int measure_reads(struct bench *b)
{
    printf("%-42s %9s %9s %9s %9s %9s   (target: p95 50 ms)\n", "reads, one at a time", "p50 ms",
           "p95 ms", "max ms", "CPU p50", "CPU p95");
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        int64_t us[RUNS], cpu[RUNS];
        for (int run = 0; run < RUNS; run++) {
            struct op op;
            op_init(&op, 60000);
            int64_t start = clock_mono_us(), cpu_start = cpu_us();
            if (reads[i].run(&op, b))
                return fail(reads[i].what, &op);
            us[run] = clock_mono_us() - start;
            cpu[run] = cpu_us() - cpu_start;
            op_fini(&op);
        }
        qsort(us, RUNS, sizeof *us, compare);
        qsort(cpu, RUNS, sizeof *cpu, compare);
        printf("%-42s %9.2f %9.2f %9.2f %9.2f %9.2f%s\n", reads[i].what,
               (double)us[RUNS / 2] / 1000, (double)us[RUNS * 95 / 100] / 1000,
               (double)us[RUNS - 1] / 1000, (double)cpu[RUNS / 2] / 1000,
               (double)cpu[RUNS * 95 / 100] / 1000,
               us[RUNS * 95 / 100] > 50000 ? "   TOO SLOW" : "");
        fflush(stdout);
    }
    return 0;
}

/* ---- Writing ---- */

struct crowd {
    struct bench *b;
    atomic_long next, done;
    atomic_int failures;
    int64_t first_shot, shots;
};

static void give_verdicts(void *ctx)
{
    struct crowd *c = ctx;
    for (int i = 0; i < VERDICTS_EACH; i++) {
        struct op op;
        size_t given;
        op_init(&op, 60000);
        int64_t n = atomic_fetch_add(&c->next, 1);
        struct store_verdict v = {.kind = VERDICT_NORMAL, .how = VERDICT_SINGLE,
                                  .user_row = 1 + n % FILL_PEOPLE, .dwell_ms = 900,
                                  .given_ms = clock_wall_ms(),
                                  .comment = n % 20 ? "" : "延迟 过高"};
        struct store_verdict_item item = {.shot_row = c->first_shot + n % c->shots, .version = -1};
        if (store_verdict_add(&op, c->b->store, &v, &item, 1, &given)) {
            fail("verdict", &op);
            atomic_fetch_add(&c->failures, 1);
        }
        op_fini(&op);
    }
}

static int measure_verdicts(struct bench *b, int people)
{
    struct crowd c = {.b = b, .first_shot = (b->rounds << SHOT_POS_BITS) + 1,
                      .shots = FILL_LARGE_SHOTS};
    struct thread threads[PEOPLE] = {0};
    int64_t start = clock_mono_us();
    for (int i = 0; i < people; i++)
        thread_start(&threads[i], "person", give_verdicts, &c);
    for (int i = 0; i < people; i++)
        thread_join(&threads[i]);
    double s = (double)(clock_mono_us() - start) / 1e6;
    printf("verdicts, durable, %2d people at once: %25.0f /s   (target: 500 /s)\n", people,
           people * VERDICTS_EACH / s);
    return c.failures > 0;
}

static int add_round(struct op *op, struct bench *b, int64_t plan, int shots)
{
    struct store_round r = {.plan_row = plan, .plan_version = 1, .trigger = ROUND_BY_API,
                            .moment_ms = clock_wall_ms()};
    struct store_shot_new *all = ARENA_ARRAY(&op->arena, struct store_shot_new, (size_t)shots);
    for (int i = 0; i < shots; i++)
        all[i] = (struct store_shot_new){
            .source_row = 1 + i % FILL_SOURCES,
            .dashboard_uid = arena_fmt(&op->arena, "bench-%d", i / 10),
            .dashboard_title = "性能",
            .panel_key = arena_fmt(&op->arena, "%d", i),
            .panel_title = "延迟",
            .window_key = "6h",
            .visit = i / 10,
        };
    if (store_round_add(op, b->store, &r))
        return -1;
    return store_round_fill(op, b->store, r.row, all, (size_t)shots);
}

static int complete(struct op *op, struct store *store, const struct store_claimed *claimed)
{
    bool is_last;
    struct store_series series = {.name = "cpu0", .last = 1, .min = 1, .max = 1, .mean = 1};
    struct store_outcome o = {
        .row = claimed->row, .claim = claimed->claim, .state = SHOT_DONE,
        .taken_ms = clock_wall_ms(), .change_score = 0.5, .meta = "{}", .series = &series,
        .series_n = 1,
        .picture = {.key = blob_key_of(bytes_of(arena_fmt(&op->arena, "%s %" PRId64, claimed->id,
                                                          claimed->claim))),
                    .size = 50000}};
    return store_shot_complete(op, store, &o, &is_last);
}

static void work(void *ctx, bool with_outcome)
{
    struct crowd *c = ctx;
    char name[16];
    snprintf(name, sizeof name, "w%ld", atomic_fetch_add(&c->next, 1));
    for (bool is_over = false; !is_over;) {
        struct op op;
        struct store_claimed *claimed;
        size_t n = 0;
        op_init(&op, 60000);
        struct store_claim_ask ask = {.worker = name, .now_ms = clock_wall_ms(),
                                      .lease_until_ms = clock_wall_ms() + 600000, .max = 10};
        int result = store_shot_claim(&op, c->b->store, &ask, &claimed, &n);
        for (size_t i = 0; i < n && with_outcome && result == 0; i++)
            result = complete(&op, c->b->store, &claimed[i]);
        if (result) {
            fail("work", &op);
            atomic_fetch_add(&c->failures, 1);
        }
        atomic_fetch_add(&c->done, (long)n);
        is_over = n == 0 || result;
        op_fini(&op);
    }
}

static void only_claim(void *ctx)
{
    work(ctx, false);
}

static void claim_and_complete(void *ctx)
{
    work(ctx, true);
}

static int measure_work(struct bench *b, const char *what, void (*worker)(void *),
                        const char *target)
{
    struct crowd c = {.b = b};
    struct thread threads[WRITERS] = {0};
    int64_t start = clock_mono_us();
    for (int i = 0; i < WRITERS; i++)
        thread_start(&threads[i], "worker", worker, &c);
    for (int i = 0; i < WRITERS; i++)
        thread_join(&threads[i]);
    double s = (double)(clock_mono_us() - start) / 1e6;
    printf("%-42s %20.0f /s   %s\n", what, (double)c.done / s, target);
    return c.failures > 0;
}

/* How long one person waits for a verdict while the workers store a round. */
static void give_verdicts_slowly(void *ctx)
{
    struct crowd *c = ctx;
    struct op op;
    op_init(&op, -1);
    int64_t us[RUNS];
    for (int i = 0; i < RUNS; i++) {
        size_t given;
        struct op part;
        op_init_part(&part, &op, -1);
        struct store_verdict v = {.kind = VERDICT_NORMAL, .how = VERDICT_SINGLE, .user_row = 1,
                                  .given_ms = clock_wall_ms()};
        struct store_verdict_item item = {.shot_row = c->first_shot + i, .version = -1};
        int64_t start = clock_mono_us();
        if (store_verdict_add(&part, c->b->store, &v, &item, 1, &given))
            atomic_fetch_add(&c->failures, 1);
        us[i] = clock_mono_us() - start;
        op_fini(&part);
        if (op_pause(&op, 10))
            atomic_fetch_add(&c->failures, 1);
    }
    qsort(us, RUNS, sizeof *us, compare);
    printf("a verdict while four workers store shots: p50 %.1f ms, p95 %.1f ms, max %.1f ms\n",
           (double)us[RUNS / 2] / 1000, (double)us[RUNS * 95 / 100] / 1000,
           (double)us[RUNS - 1] / 1000);
    op_fini(&op);
}

static int measure_writes(struct bench *b)
{
    struct op op;
    int reclaimed;
    op_init(&op, -1);
    if (measure_verdicts(b, 1) || measure_verdicts(b, 4) || measure_verdicts(b, PEOPLE))
        return 1;
    int64_t start = clock_mono_us();
    if (add_round(&op, b, 1, CLAIM_SHOTS))
        return fail("fill", &op);
    double s = (double)(clock_mono_us() - start) / 1e6;
    printf("%-42s %20.0f /s\n", "shots of a new round of 20000", CLAIM_SHOTS / s);
    struct crowd person = {.b = b, .first_shot = ((b->rounds - 1) << SHOT_POS_BITS) + 1};
    struct thread thread = {0};
    if (measure_work(b, "shots claimed, 4 workers", only_claim, "(target: 1000 /s)") ||
        store_shot_reclaim(&op, b->store, INT64_MAX, &reclaimed))
        return 1;
    thread_start(&thread, "person", give_verdicts_slowly, &person);
    int result = measure_work(b, "shots claimed and completed, 4 workers", claim_and_complete, "");
    thread_join(&thread);
    if (result || person.failures)
        return 1;
    op_fini(&op);
    return 0;
}

/* ---- The whole ---- */

static int number(const char *text, int fallback)
{
    int64_t n;
    return text && bytes_to_i64(bytes_of(text), &n) && n > 3 && n < 100000 ? (int)n : fallback;
}

static int prepare(struct op *op, struct bench *b)
{
    struct store_weight weight;
    if (store_archive_weight(op, b->store, &weight))
        return -1;
    if (weight.rounds == 0 && fill(op, b->store, &b->conf))
        return -1;
    b->rounds = (int64_t)b->conf.plans * b->conf.days + FILL_LARGE;
    if (store_archive_weight(op, b->store, &weight))
        return -1;
    printf("%" PRId64 " rounds, %" PRId64 " shots; database %.2f GB, log %.1f MB\n\n",
           weight.rounds, weight.shots, (double)weight.file_bytes / 1e9,
           (double)weight.log_bytes / 1e6);
    return 0;
}

int main(int argc, char **argv)
{
    struct op op;
    struct bench b = {.conf = {.plans = number(argc > 2 ? argv[2] : NULL, 200),
                               .days = number(argc > 3 ? argv[3] : NULL, 365)},
                      .seed = 42};
    struct store_conf conf = {.dir = argc > 1 ? argv[1] : "bench-data"};
    op_init(&op, -1);
    /* Filling wants a large cache; measuring uses what the product uses. */
    bool is_empty = !file_exists(arena_fmt(&op.arena, "%s/rounds.db", conf.dir));
    conf.cache_kib = is_empty ? 1536 * 1024 : 0;
    if (store_open(&op, &conf, &b.store) || prepare(&op, &b))
        return fail("prepare", &op);
    store_close(b.store);
    conf.cache_kib = 0;
    int64_t start = clock_mono_us();
    if (store_open(&op, &conf, &b.store))
        return fail("open", &op);
    printf("open: %.1f ms\n", (double)(clock_mono_us() - start) / 1000);
    int result = measure_reads(&b) || measure_writes(&b);
    store_close(b.store);
    op_fini(&op);
    return result;
}
