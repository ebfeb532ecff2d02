/* A process that works on rounds is killed again and again. What it reported as done is done, what
 * it did not finish is finished by the next one, and nothing is done twice.
 */
#include "fixture.h"

#include "base/rand.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHOTS = 60, KILLS_MAX = 200 };

/* Runs in the child: takes shots and gives verdicts, and tells each on the pipe. */
static void work(struct fixture *f, int64_t round, int fd)
{
    struct store_claim_ask ask = {.worker = "child", .now_ms = 1000, .lease_until_ms = 2000,
                                  .max = 7};
    for (;;) {
        struct store_claimed *c;
        size_t n, given;
        bool is_last;
        if (store_shot_claim(&f->op, f->store, &ask, &c, &n) || n == 0)
            _exit(0);
        for (size_t i = 0; i < n; i++) {
            struct store_outcome o = {.row = c[i].row, .claim = c[i].claim, .state = SHOT_DONE,
                                      .taken_ms = 1, .change_score = NAN,
                                      .picture = blob_of(c[i].id)};
            struct store_verdict v = {.kind = VERDICT_NORMAL, .how = VERDICT_SINGLE,
                                      .user_row = f->user.row, .comment = "好"};
            struct store_verdict_item item = {c[i].row, -1};
            if (store_shot_complete(&f->op, f->store, &o, &is_last) ||
                store_verdict_add(&f->op, f->store, &v, &item, 1, &given) ||
                write(fd, &c[i].row, sizeof c[i].row) != sizeof c[i].row)
                _exit(1);
        }
    }
}

/* Starts a worker and kills it after some reports. False when it had nothing left to do. */
static bool run_and_kill(struct fixture *f, int64_t round, int64_t *reported, size_t *reported_n)
{
    int fds[2], status;
    struct store_conf conf = {.dir = f->dir};
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0) {
        int n;
        if (store_open(&f->op, &conf, &f->store) ||
            store_shot_reclaim(&f->op, f->store, INT64_MAX, &n))
            _exit(1);
        work(f, round, fds[1]);
    }
    close(fds[1]);
    int64_t row;
    for (size_t left = rand_u64() % 9;
         read(fds[0], &row, sizeof row) == sizeof row; reported[(*reported_n)++] = row)
        if (left-- == 0)
            kill(child, SIGKILL);
    close(fds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    succeeds(&f->op, store_open(&f->op, &conf, &f->store));
    assert_true(store_was_killed(f->store));
    return WIFSIGNALED(status);
}

static void killed_workers_lose_nothing_and_double_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t round = make_round(f, 1000000, SHOTS), bad, chained;
    static int64_t reported[SHOTS + 1];
    size_t reported_n = 0;
    int kills = 0;
    while (run_and_kill(f, round, reported, &reported_n))
        assert_true(++kills < KILLS_MAX);
    assert_true(kills > 0);

    struct store_round r = round_of(f, round);
    assert_int_equal(r.state, ROUND_REVIEW);
    assert_int_equal(r.done, SHOTS);
    assert_int_equal(r.failed + r.cancelled, 0);
    /* A death between outcome and verdict leaves the shot undecided: counted as what it is. */
    assert_int_equal(r.normal + r.undecided, SHOTS);
    assert_true((size_t)r.normal >= reported_n);
    for (size_t i = 0; i < reported_n; i++) {
        struct store_shot s;
        succeeds(&f->op, store_shot_get(&f->op, f->store, reported[i], &s));
        assert_int_equal(s.verdict, VERDICT_NORMAL);
        assert_int_equal(s.comments, 1);
    }
    succeeds(&f->op, store_verdict_verify(&f->op, f->store, round, &bad, &chained));
    assert_int_equal(bad, 0);
    assert_int_equal(chained, r.normal);
    struct store_weight weight;
    succeeds(&f->op, store_archive_weight(&f->op, f->store, &weight));
    assert_int_equal(weight.blobs, SHOTS);
    succeeds(&f->op, store_verify_file(&f->op, f->store));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(killed_workers_lose_nothing_and_double_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
