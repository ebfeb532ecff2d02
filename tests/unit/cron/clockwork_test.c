#include "../test.h"

#include "base/clock.h"
#include "cron/clockwork.h"
#include "sys/lock.h"

struct counter {
    struct lock lock;
    int calls;
    int64_t gap_ms; /* asked for between calls; < 0: never */
    bool must_block;
};

static int count(void *ctx, struct op *op, int64_t now_ms, int64_t *next_ms)
{
    struct counter *c = ctx;
    lock_take(&c->lock);
    c->calls++;
    lock_wake(&c->lock);
    lock_give(&c->lock);
    if (c->must_block)
        return op_pause(op, 60000);
    *next_ms = c->gap_ms < 0 ? CLOCKWORK_NEVER : now_ms + c->gap_ms;
    return 0;
}

static bool reaches(struct counter *c, int calls)
{
    int64_t end = clock_mono_ms() + 10000;
    lock_take(&c->lock);
    while (c->calls < calls && lock_wait(&c->lock, end))
        ;
    bool has_reached = c->calls >= calls;
    lock_give(&c->lock);
    return has_reached;
}

static void a_job_is_called_at_the_start_and_when_it_asks(void **state)
{
    (void)state;
    struct counter often = {.gap_ms = 5}, once = {.gap_ms = -1};
    lock_init(&often.lock);
    lock_init(&once.lock);
    struct clockwork_job jobs[] = {{"often", count, &often, -1}, {"once", count, &once, -1}};
    struct clockwork *clockwork = clockwork_start("test-clock", jobs, 2);
    assert_true(reaches(&often, 4));
    assert_true(reaches(&once, 1));
    clockwork_wake(clockwork, "once");
    assert_true(reaches(&once, 2));
    clockwork_stop(clockwork);
    assert_int_equal(once.calls, 2);
    lock_fini(&often.lock);
    lock_fini(&once.lock);
}

static void stopping_cancels_the_running_job(void **state)
{
    (void)state;
    struct counter slow = {.must_block = true};
    lock_init(&slow.lock);
    struct clockwork_job job = {"slow", count, &slow, -1};
    struct clockwork *clockwork = clockwork_start("test-clock", &job, 1);
    assert_true(reaches(&slow, 1));
    int64_t start = clock_mono_ms();
    clockwork_stop(clockwork);
    assert_true(clock_mono_ms() - start < 50000);
    lock_fini(&slow.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_called_at_the_start_and_when_it_asks),
        cmocka_unit_test(stopping_cancels_the_running_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
