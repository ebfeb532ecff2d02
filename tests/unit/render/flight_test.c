/* The flight with a render of the test's own behind it: who shares with whom, and who is left alone. The program
 * is built with op_wait_fd replaced, so that it knows when followers really wait. */
#include "../test.h"

#include "render/flight.h"
#include "render/service.h"
#include "sys/lock.h"
#include "sys/thread.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#undef op_wait_fd
int op_wait_fd(struct op *op, int fd, short events);
int watched_wait_fd(struct op *op, int fd, short events);

enum { CALLERS_MAX = 16 };

/* What the service's render does in a test. */
static struct {
    struct lock lock;
    int renders, waiting; /* begun so far; followers that wait or have waited */
    bool is_held;         /* renders stay inside until released, or their op ends */
    enum err err;
    int64_t wait_ms; /* the queue's outlook */
} play;

int watched_wait_fd(struct op *op, int fd, short events)
{
    lock_take(&play.lock);
    play.waiting++;
    lock_wake(&play.lock);
    lock_give(&play.lock);
    return op_wait_fd(op, fd, events);
}

const struct render_conf *service_conf(const struct render *render)
{
    static const struct render_conf conf;
    (void)render;
    return &conf;
}

void pool_estimate(struct pool *pool, enum pool_class class_, struct pool_outlook *out)
{
    (void)pool, (void)class_;
    *out = (struct pool_outlook){.ahead = 7, .browsers = 2, .wait_ms = play.wait_ms};
}

int render_run(struct op *op, struct render *render, const struct render_ask *ask,
               struct render_result *out)
{
    (void)render;
    lock_take(&play.lock);
    int number = ++play.renders;
    lock_wake(&play.lock);
    while (play.is_held && op_left_ms(op) > 0) {
        struct pollfd cancel = {.fd = op->cancel_fd, .events = POLLIN};
        if (op->cancel_fd >= 0 && poll(&cancel, 1, 0) > 0)
            break;
        lock_give(&play.lock);
        poll(&cancel, 1, 1);
        lock_take(&play.lock);
    }
    enum err err = play.err;
    lock_give(&play.lock);
    const char *text = arena_fmt(&op->arena, "%s by %s, number %d", ask->target.text,
                                 ask->login.fingerprint, number);
    *out = (struct render_result){.body = bytes_of(text), .how = "", .finding = {.text = ""}};
    if (op_check(op) < 0)
        return -1;
    return err ? op_fail(op, err, "as the test wants it") : 0;
}

struct caller {
    struct thread thread;
    struct flight *flight;
    struct render_ask ask;
    struct op op;
    struct render_result result;
    bool shared;
    int failed, cancel_fd;
};

static struct caller callers[CALLERS_MAX];

static void call(void *ctx)
{
    struct caller *c = ctx;
    c->failed = flight_run(&c->op, c->flight, &c->ask, &c->result, &c->shared);
}

static struct caller *start(struct flight *flight, int i, const char *url, const char *who,
                            int64_t budget_ms)
{
    struct caller *c = &callers[i];
    *c = (struct caller){.flight = flight, .ask = {.target = {.text = url}}};
    snprintf(c->ask.login.fingerprint, sizeof c->ask.login.fingerprint, "%s", who);
    c->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    op_init(&c->op, budget_ms);
    c->op.cancel_fd = c->cancel_fd;
    thread_start(&c->thread, "caller", call, c);
    return c;
}

/* Joins; the result stays until drop. */
static void join(struct caller *c)
{
    thread_join(&c->thread);
}

static void drop(struct caller *c)
{
    op_fini(&c->op);
    close(c->cancel_fd);
}

static void await(const int *count, int n)
{
    lock_take(&play.lock);
    while (*count < n)
        lock_wait(&play.lock, INT64_MAX);
    lock_give(&play.lock);
}

static void release(void)
{
    lock_take(&play.lock);
    play.is_held = false;
    lock_give(&play.lock);
}

static void begin(bool is_held)
{
    play.renders = play.waiting = 0;
    play.is_held = is_held;
    play.err = ERR_NONE;
    play.wait_ms = 0;
}

static void equal_asks_share_one_render_and_each_has_its_own_copy(void **state)
{
    struct flight *flight = flight_new(NULL);
    (void)state;
    begin(true);
    struct caller *first = start(flight, 0, "http://g/1", "a", 20000);
    await(&play.renders, 1);
    for (int i = 1; i < 5; i++)
        start(flight, i, "http://g/1", "a", 20000);
    await(&play.waiting, 4);
    release();
    for (int i = 0; i < 5; i++)
        join(&callers[i]);
    assert_int_equal(play.renders, 1);
    assert_false(first->shared);
    for (int i = 1; i < 5; i++) {
        assert_int_equal(callers[i].failed, 0);
        assert_true(callers[i].shared);
        assert_ptr_not_equal(callers[i].result.body.p, first->result.body.p);
        assert_true(bytes_eq(callers[i].result.body, first->result.body));
    }
    for (int i = 0; i < 5; i++)
        drop(&callers[i]);
    flight_free(flight);
}

static void nothing_is_shared_between_identities_or_pages(void **state)
{
    struct flight *flight = flight_new(NULL);
    (void)state;
    begin(true);
    start(flight, 0, "http://g/1", "a", 20000);
    start(flight, 1, "http://g/1", "b", 20000);
    start(flight, 2, "http://g/2", "a", 20000);
    await(&play.renders, 3);
    release();
    for (int i = 0; i < 3; i++) {
        join(&callers[i]);
        assert_false(callers[i].shared);
        assert_int_equal(callers[i].failed, 0);
        drop(&callers[i]);
    }
    flight_free(flight);
}

static void a_follower_that_goes_away_ends_nobody_elses_wait(void **state)
{
    struct flight *flight = flight_new(NULL);
    (void)state;
    begin(true);
    struct caller *leader = start(flight, 0, "http://g/1", "a", 20000);
    await(&play.renders, 1);
    struct caller *gone = start(flight, 1, "http://g/1", "a", 20000);
    struct caller *stays = start(flight, 2, "http://g/1", "a", 20000);
    await(&play.waiting, 2);
    eventfd_write(gone->cancel_fd, 1);
    join(gone);
    assert_int_equal(gone->op.err, ERR_CANCELLED);
    release();
    join(leader);
    join(stays);
    assert_int_equal(leader->failed, 0);
    assert_int_equal(stays->failed, 0);
    assert_int_equal(play.renders, 1);
    for (int i = 0; i < 3; i++)
        drop(&callers[i]);
    flight_free(flight);
}

static void when_the_leader_goes_away_the_next_one_leads(void **state)
{
    struct flight *flight = flight_new(NULL);
    (void)state;
    begin(true);
    struct caller *gone = start(flight, 0, "http://g/1", "a", 20000);
    await(&play.renders, 1);
    struct caller *next = start(flight, 1, "http://g/1", "a", 20000);
    await(&play.waiting, 1);
    eventfd_write(gone->cancel_fd, 1);
    join(gone);
    assert_int_equal(gone->op.err, ERR_CANCELLED);
    await(&play.renders, 2);
    release();
    join(next);
    assert_int_equal(next->failed, 0);
    assert_false(next->shared);
    drop(gone);
    drop(next);
    flight_free(flight);
}

static void an_error_of_the_page_is_everybodys(void **state)
{
    struct flight *flight = flight_new(NULL);
    (void)state;
    begin(true);
    play.err = ERR_TARGET;
    start(flight, 0, "http://g/1", "a", 20000);
    await(&play.renders, 1);
    struct caller *follower = start(flight, 1, "http://g/1", "a", 20000);
    await(&play.waiting, 1);
    release();
    for (int i = 0; i < 2; i++) {
        join(&callers[i]);
        assert_int_equal(callers[i].op.err, ERR_TARGET);
        assert_string_equal(callers[i].op.err_text, "as the test wants it");
    }
    assert_true(follower->shared);
    assert_int_equal(play.renders, 1);
    drop(&callers[0]);
    drop(&callers[1]);
    flight_free(flight);
}

static void a_shorter_deadline_of_the_leader_is_his_own(void **state)
{
    struct flight *flight = flight_new(NULL);
    (void)state;
    begin(true);
    struct caller *hasty = start(flight, 0, "http://g/1", "a", 200);
    await(&play.renders, 1);
    struct caller *patient = start(flight, 1, "http://g/1", "a", 20000);
    await(&play.renders, 2); /* leads, once the hasty one has left */
    join(hasty);
    assert_int_equal(hasty->op.err, ERR_TIMEOUT);
    release();
    join(patient);
    assert_int_equal(patient->failed, 0);
    drop(hasty);
    drop(patient);
    flight_free(flight);
}

static void who_cannot_be_in_time_is_told_at_once(void **state)
{
    struct flight *flight = flight_new(NULL);
    (void)state;
    begin(false);
    play.wait_ms = 60000;
    struct caller *late = start(flight, 0, "http://g/1", "a", 5000);
    join(late);
    assert_int_equal(late->op.err, ERR_BUSY);
    assert_int_equal(play.renders, 0);
    drop(late);
    flight_free(flight);
}

/* --- many at once: for the thread sanitizer, and whoever mixes answers up --- */

enum { STORM_THREADS = 8, STORM_ROUNDS = 150 };

struct storm {
    struct thread thread;
    struct flight *flight;
    unsigned seed;
    int wrong;
};

static void weather(void *ctx)
{
    struct storm *s = ctx;
    for (int i = 0; i < STORM_ROUNDS; i++) {
        struct render_ask ask = {.target = {.text = (s->seed + (unsigned)i) % 3 ? "http://g/1" : "http://g/2"}};
        struct render_result result = {.how = "", .finding = {.text = ""}};
        struct op op;
        bool shared;
        int cancel = eventfd((s->seed * 7 + (unsigned)i) % 5 == 0, EFD_CLOEXEC | EFD_NONBLOCK);
        snprintf(ask.login.fingerprint, sizeof ask.login.fingerprint, "%u", (unsigned)i % 2);
        op_init(&op, 20000);
        op.cancel_fd = cancel;
        int failed = flight_run(&op, s->flight, &ask, &result, &shared);
        struct bytes mine = bytes_of(arena_fmt(&op.arena, "%s by %s,", ask.target.text, ask.login.fingerprint));
        bool is_mine = failed ? op.err == ERR_CANCELLED : bytes_has_prefix(result.body, mine);
        s->wrong += !is_mine;
        op_fini(&op);
        close(cancel);
    }
}

static void in_a_storm_everybody_gets_his_own(void **state)
{
    static struct storm storms[STORM_THREADS];
    struct flight *flight = flight_new(NULL);
    (void)state;
    begin(false);
    for (unsigned i = 0; i < STORM_THREADS; i++) {
        storms[i] = (struct storm){.flight = flight, .seed = i};
        thread_start(&storms[i].thread, "storm", weather, &storms[i]);
    }
    for (int i = 0; i < STORM_THREADS; i++) {
        thread_join(&storms[i].thread);
        assert_int_equal(storms[i].wrong, 0);
    }
    flight_free(flight);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_asks_share_one_render_and_each_has_its_own_copy),
        cmocka_unit_test(nothing_is_shared_between_identities_or_pages),
        cmocka_unit_test(a_follower_that_goes_away_ends_nobody_elses_wait),
        cmocka_unit_test(when_the_leader_goes_away_the_next_one_leads),
        cmocka_unit_test(an_error_of_the_page_is_everybodys),
        cmocka_unit_test(a_shorter_deadline_of_the_leader_is_his_own),
        cmocka_unit_test(who_cannot_be_in_time_is_told_at_once),
        cmocka_unit_test(in_a_storm_everybody_gets_his_own),
    };
    lock_init(&play.lock);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
