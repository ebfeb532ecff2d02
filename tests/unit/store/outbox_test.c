#include "fixture.h"

static struct store_channel channel;

static void post(struct fixture *f, const char *once, int64_t not_before, bool is_new)
{
    bool got;
    struct store_letter l = {.channel_row = channel.row, .event = "round_finished", .once = once,
                             .payload = "{}", .not_before_ms = not_before};
    succeeds(&f->op, store_outbox_add(&f->op, f->store, &l, &got));
    assert_int_equal(got, is_new);
}

static size_t claim(struct fixture *f, int64_t now, struct store_letter **out)
{
    size_t n;
    succeeds(&f->op, store_outbox_claim(&f->op, f->store, now, now + 60, 10, out, &n));
    return n;
}

static int setup(void **state)
{
    if (fixture_setup(state))
        return -1;
    struct fixture *f = *state;
    channel = (struct store_channel){.name = "群", .kind = "dingtalk", .conf = "{\"url\":\"u\"}",
                                     .secret = BYTES("sealed"), .lang = "zh-CN"};
    succeeds(&f->op, store_channel_add(&f->op, f->store, &channel));
    return 0;
}

static void a_letter_is_added_once_and_sent_once(void **state)
{
    struct fixture *f = *state;
    struct store_letter *l;
    post(f, "r1:finished", 0, true);
    post(f, "r1:finished", 0, false);
    assert_int_equal(claim(f, 100, &l), 1);
    struct store_letter first = l[0];
    assert_int_equal(claim(f, 159, &l), 0);
    /* The sender died; another one takes over, and the first comes too late. */
    assert_int_equal(claim(f, 160, &l), 1);
    assert_int_equal(l[0].attempts, 2);
    fails_with(&f->op, store_outbox_sent(&f->op, f->store, first.row, first.claim, 161),
               ERR_CONFLICT);
    succeeds(&f->op, store_outbox_sent(&f->op, f->store, l[0].row, l[0].claim, 162));
    assert_int_equal(claim(f, 9000, &l), 0);
    struct store_channel now;
    succeeds(&f->op, store_channel_find(&f->op, f->store, channel.id, &now));
    assert_int_equal(now.sent_ms, 162);
    assert_true(bytes_eq_s(now.secret, "sealed"));
}

static void what_fails_comes_back_until_it_is_buried_and_revived(void **state)
{
    struct fixture *f = *state;
    struct store_letter *l;
    int64_t waiting, dead, due;
    post(f, "a", 50, true);
    assert_int_equal(claim(f, 49, &l), 0);
    assert_int_equal(claim(f, 50, &l), 1);
    succeeds(&f->op, store_outbox_retry(&f->op, f->store, l[0].row, l[0].claim, 500, "502"));
    succeeds(&f->op, store_outbox_next_due(&f->op, f->store, &due));
    assert_int_equal(due, 500);
    assert_int_equal(claim(f, 500, &l), 1);
    assert_string_equal(l[0].error, "502");
    succeeds(&f->op, store_outbox_bury(&f->op, f->store, l[0].row, l[0].claim, 501, "gone"));
    succeeds(&f->op, store_outbox_counts(&f->op, f->store, &waiting, &dead));
    assert_int_equal(waiting, 0);
    assert_int_equal(dead, 1);
    struct store_letter_list list;
    succeeds(&f->op, store_outbox_list(&f->op, f->store, 1u << OUTBOX_DEAD,
                                       (struct store_page){0}, &list));
    assert_int_equal(list.n, 1);
    assert_string_equal(list.items[0].channel_name, "群");
    succeeds(&f->op, store_outbox_revive(&f->op, f->store, list.items[0].row));
    fails_with(&f->op, store_outbox_revive(&f->op, f->store, list.items[0].row), ERR_CONFLICT);
    assert_int_equal(claim(f, INT64_MAX / 2, &l), 1);
}

static void a_paused_channel_keeps_its_letters_and_a_dropped_one_takes_them_along(void **state)
{
    struct fixture *f = *state;
    struct store_letter *l;
    struct store_rule rule = {.event = "signed", .channel_row = channel.row}, *rules;
    size_t n;
    int64_t waiting, dead;
    succeeds(&f->op, store_rule_add(&f->op, f->store, &rule));
    post(f, "a", 0, true);
    channel.is_paused = true;
    channel.secret = (struct bytes){0};
    succeeds(&f->op, store_channel_set(&f->op, f->store, &channel));
    assert_int_equal(claim(f, 100, &l), 0);
    struct store_channel now;
    succeeds(&f->op, store_channel_get(&f->op, f->store, channel.row, &now));
    assert_true(bytes_eq_s(now.secret, "sealed")); /* not given: kept */
    succeeds(&f->op, store_rule_list(&f->op, f->store, f->plan.row, "signed", &rules, &n));
    assert_int_equal(n, 1);
    succeeds(&f->op, store_channel_drop(&f->op, f->store, channel.row));
    succeeds(&f->op, store_rule_list(&f->op, f->store, 0, NULL, &rules, &n));
    assert_int_equal(n, 0);
    succeeds(&f->op, store_outbox_counts(&f->op, f->store, &waiting, &dead));
    assert_int_equal(waiting, 0);
}

static void a_letter_of_an_act_that_failed_is_never_sent(void **state)
{
    struct fixture *f = *state;
    struct store_letter *l, letter = {.channel_row = channel.row, .event = "abnormal",
                                      .once = "x", .payload = "{}"};
    bool is_new;
    {
        CLEANUP(store_end) struct store *bound = NULL;
        succeeds(&f->op, store_begin(&f->op, f->store, STORE_DURABLE, &bound));
        succeeds(&f->op, store_outbox_add(&f->op, bound, &letter, &is_new));
    }
    assert_int_equal(claim(f, 100, &l), 0);
    struct store *bound = NULL;
    succeeds(&f->op, store_begin(&f->op, f->store, STORE_DURABLE, &bound));
    succeeds(&f->op, store_outbox_add(&f->op, bound, &letter, &is_new));
    succeeds(&f->op, store_commit(&f->op, &bound));
    assert_null(bound);
    assert_int_equal(claim(f, 100, &l), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH_CHANNEL(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
        WITH_CHANNEL(a_letter_is_added_once_and_sent_once),
        WITH_CHANNEL(what_fails_comes_back_until_it_is_buried_and_revived),
        WITH_CHANNEL(a_paused_channel_keeps_its_letters_and_a_dropped_one_takes_them_along),
        WITH_CHANNEL(a_letter_of_an_act_that_failed_is_never_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
