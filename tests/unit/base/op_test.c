#include "../test.h"

#include "base/clock.h"
#include "base/op.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void the_first_cause_wins(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    assert_int_equal(op_fail(&op, ERR_NOT_FOUND, "no plan %d", 7), -1);
    op_fail(&op, ERR_INTERNAL, "later");
    assert_int_equal(op.err, ERR_NOT_FOUND);
    assert_string_equal(op.err_text, "no plan 7");
    op_clear(&op);
    assert_int_equal(op_check(&op), 0);
    op_fini(&op);
}

static void a_wait_ends_at_the_deadline(void **state)
{
    (void)state;
    struct op op;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    op_init(&op, 30);
    assert_int_equal(op_wait_fd(&op, pipes[0], POLLIN), -1);
    assert_int_equal(op.err, ERR_TIMEOUT);
    assert_int_equal(op_left_ms(&op), 0);
    op_fini(&op);
    close(pipes[0]);
    close(pipes[1]);
}

static void cancel_ends_a_wait(void **state)
{
    (void)state;
    struct op op;
    op_init(&op, -1);
    op.cancel_fd = eventfd(1, EFD_CLOEXEC);
    assert_int_equal(op_pause(&op, 60000), -1);
    assert_int_equal(op.err, ERR_CANCELLED);
    close(op.cancel_fd);
    op_fini(&op);
}

static void a_part_keeps_the_nearer_deadline_and_hands_up_its_error(void **state)
{
    (void)state;
    struct op op, part;
    op_init(&op, 50);
    op_init_part(&part, &op, 100000);
    assert_true(part.deadline_ms == op.deadline_ms);
    assert_string_equal(part.id, op.id);
    op_fail(&part, ERR_BROWSER, "gone");
    op_fail_from(&op, &part);
    op_fini(&part);
    assert_string_equal(op.err_text, "gone");
    op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_cause_wins),
        cmocka_unit_test(a_wait_ends_at_the_deadline),
        cmocka_unit_test(cancel_ends_a_wait),
        cmocka_unit_test(a_part_keeps_the_nearer_deadline_and_hands_up_its_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
