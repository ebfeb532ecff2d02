/* From an event to a message at its receiver, on a real store. */
#include "world.h"

#define OK_REPLY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
#define BAD_REPLY "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
#define NEVER_REPLY "HTTP/1.1 403 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"

static struct store_channel webhook(struct world *w, const char *name, const char *url)
{
    return world_channel(w, name, "webhook", arena_fmt(&w->op.arena, "{\"url\":\"%s/hook\"}", url),
                         "");
}

static size_t post(struct world *w, unsigned events)
{
    struct rule_post post = {
        .plan_row = w->plan.row, .round_id = w->round.id, .events = events, .now_ms = 1000};
    size_t n;
    assert_int_equal(rule_post(&w->op, w->store, &post, &n), 0);
    return n;
}

static struct store_letter only_letter(struct world *w)
{
    struct store_letter_list list;
    assert_int_equal(store_outbox_list(&w->op, w->store, 0, (struct store_page){0}, &list), 0);
    assert_int_equal(list.n, 1);
    return list.items[0];
}

static void a_channel_hears_the_heaviest_event_once(void **state)
{
    struct world w;
    world_open(&w);
    struct store_channel all = webhook(&w, "all", "http://127.0.0.1:9");
    struct store_channel some = webhook(&w, "some", "http://127.0.0.1:9");
    struct store_channel none = webhook(&w, "none", "http://127.0.0.1:9");
    (void)none;
    assert_int_equal(
        rule_set_channel(&w.op, w.store, all.row,
                         NOTIFY_BIT(NOTIFY_ROUND_FINISHED) | NOTIFY_BIT(NOTIFY_FAILURES)),
        0);
    struct rule_want wants[] = {{some.id, NOTIFY_BIT(NOTIFY_ROUND_FINISHED)},
                                {all.id, NOTIFY_BIT(NOTIFY_ROUND_FINISHED)}};
    assert_int_equal(rule_set_plan(&w.op, w.store, w.plan.row, wants, 2), 0);
    const unsigned finished = NOTIFY_BIT(NOTIFY_ROUND_FINISHED) | NOTIFY_BIT(NOTIFY_FAILURES);
    assert_int_equal(post(&w, finished), 2);
    assert_int_equal(post(&w, finished), 0);
    assert_int_equal(post(&w, NOTIFY_BIT(NOTIFY_SIGNED)), 0);
    struct store_letter_list list;
    assert_int_equal(store_outbox_list(&w.op, w.store, 0, (struct store_page){0}, &list), 0);
    assert_int_equal(list.n, 2);
    for (size_t i = 0; i < list.n; i++)
        assert_string_equal(list.items[i].event,
                            list.items[i].channel_row == all.row ? "failures" : "round_finished");
    world_close(&w);
}

static void rules_are_replaced_and_unknown_channels_refused(void **state)
{
    struct world w;
    unsigned events;
    world_open(&w);
    struct store_channel channel = webhook(&w, "ops", "http://127.0.0.1:9");
    assert_int_equal(rule_set_channel(&w.op, w.store, channel.row, NOTIFY_BIT(NOTIFY_SIGNED)), 0);
    assert_int_equal(rule_set_channel(&w.op, w.store, channel.row, NOTIFY_BIT(NOTIFY_OVERDUE)), 0);
    assert_int_equal(rule_channel_events(&w.op, w.store, channel.row, &events), 0);
    assert_int_equal(events, NOTIFY_BIT(NOTIFY_OVERDUE));
    struct rule_want want = {"nosuch", NOTIFY_BIT(NOTIFY_SIGNED)};
    assert_int_equal(rule_set_plan(&w.op, w.store, w.plan.row, &want, 1), -1);
    assert_int_equal(w.op.err, ERR_UNPROCESSABLE);
    world_close(&w);
}

static void a_letter_is_gone_with_its_transaction(void **state)
{
    struct world w;
    world_open(&w);
    struct store_channel channel = webhook(&w, "ops", "http://127.0.0.1:9");
    assert_int_equal(rule_set_channel(&w.op, w.store, channel.row, NOTIFY_BIT(NOTIFY_SIGNED)), 0);
    {
        CLEANUP(store_end) struct store *bound = NULL;
        struct rule_post post = {.plan_row = w.plan.row,
                                 .round_id = w.round.id,
                                 .events = NOTIFY_BIT(NOTIFY_SIGNED),
                                 .now_ms = 1000};
        size_t n;
        assert_int_equal(store_begin(&w.op, w.store, STORE_PLAIN, &bound), 0);
        assert_int_equal(rule_post(&w.op, bound, &post, &n), 0);
        assert_int_equal(n, 1);
    }
    assert_int_equal(post(&w, NOTIFY_BIT(NOTIFY_SIGNED)), 1);
    world_close(&w);
}

/* Posts one event to a channel at `url` and runs the outbox once. */
static struct outbox *run_once(struct world *w, const char *kind_url, enum notify_event event,
                               struct outbox_conf conf)
{
    size_t n;
    struct store_channel channel = webhook(w, "ops", kind_url);
    assert_int_equal(rule_set_channel(&w->op, w->store, channel.row, NOTIFY_BIT(event)), 0);
    assert_int_equal(post(w, NOTIFY_BIT(event)), 1);
    conf.store = w->store;
    conf.env = w->env;
    struct outbox *outbox = outbox_new(&conf);
    assert_int_equal(outbox_run_once(&w->op, outbox, clock_wall_ms(), &n), 0);
    assert_int_equal(n, 1);
    return outbox;
}

static void what_arrives_tells_the_round(void **state)
{
    struct world w;
    static struct origin origin;
    struct origin_reply replies[] = {{OK_REPLY, false}};
    world_open(&w);
    origin_start(&origin, replies, 1);
    outbox_free(run_once(&w, origin.url, NOTIFY_FAILURES, (struct outbox_conf){0}));
    origin_stop(&origin);
    assert_int_equal(only_letter(&w).state, OUTBOX_SENT);
    const struct jv *body =
        jv_parse_quiet(&w.op.arena, bytes_of(strstr(origin.requests[0], "\r\n\r\n") + 4));
    assert_string_equal(jv_text_at(body, "event", ""), "failures");
    assert_string_equal(jv_text_at(body, "title", ""), "巡检有截图失败: 早巡检");
    assert_string_equal(jv_text_at(body, "text", ""), "3 张截图中有 1 张失败。");
    assert_string_equal(jv_text(jv_path(body, "round.id"), ""), w.round.id);
    assert_int_equal(jv_int(jv_path(body, "round.abnormal"), 0), 1);
    assert_int_equal(jv_len(jv_get(body, "shots")), 1);
    assert_string_equal(jv_text_at(jv_item(jv_get(body, "shots"), 0), "detail", ""),
                        "Grafana <slow>");
    assert_string_equal(jv_text_at(body, "url", ""),
                        arena_fmt(&w.op.arena, "https://rounds.example.org/rounds/%s", w.round.id));
    world_close(&w);
}

static void people_who_are_called_stand_in_the_message(void **state)
{
    struct world w;
    static struct origin origin;
    struct origin_reply replies[] = {{OK_REPLY, false}};
    struct rule_person people[] = {{"王芳", "wang@example.org"}, {"李伟", ""}};
    size_t n;
    world_open(&w);
    origin_start(&origin, replies, 1);
    struct store_channel channel =
        world_channel(&w, "ops", "slack", "{}", arena_fmt(&w.op.arena, "%s/hook", origin.url));
    assert_int_equal(rule_set_channel(&w.op, w.store, channel.row, NOTIFY_BIT(NOTIFY_OVERDUE)), 0);
    struct rule_post post = {.plan_row = w.plan.row,
                             .round_id = w.round.id,
                             .now_ms = 1000,
                             .events = NOTIFY_BIT(NOTIFY_OVERDUE),
                             .people = people,
                             .people_n = 2};
    assert_int_equal(rule_post(&w.op, w.store, &post, &n), 0);
    struct outbox_conf conf = {.store = w.store, .env = w.env};
    struct outbox *outbox = outbox_new(&conf);
    assert_int_equal(outbox_run_once(&w.op, outbox, clock_wall_ms(), &n), 0);
    outbox_free(outbox);
    origin_stop(&origin);
    assert_non_null(strstr(origin.requests[0], "王芳, 李伟"));
    assert_non_null(strstr(origin.requests[0], "逾期未签核"));
    world_close(&w);
}

static void abnormal_verdicts_are_waited_for(void **state)
{
    struct world w;
    size_t n;
    world_open(&w);
    struct store_channel channel = webhook(&w, "ops", "http://127.0.0.1:9");
    assert_int_equal(rule_set_channel(&w.op, w.store, channel.row, NOTIFY_BIT(NOTIFY_ABNORMAL)), 0);
    struct rule_post post = {.plan_row = w.plan.row,
                             .round_id = w.round.id,
                             .events = NOTIFY_BIT(NOTIFY_ABNORMAL),
                             .now_ms = clock_wall_ms()};
    assert_int_equal(rule_post(&w.op, w.store, &post, &n), 0);
    struct outbox_conf conf = {.store = w.store, .env = w.env};
    struct outbox *outbox = outbox_new(&conf);
    assert_int_equal(outbox_run_once(&w.op, outbox, clock_wall_ms(), &n), 0);
    assert_int_equal(n, 0);
    assert_true(only_letter(&w).not_before_ms > clock_wall_ms() + 60000);
    outbox_free(outbox);
    world_close(&w);
}

static void failures_come_again_later_and_die_at_last(void **state)
{
    struct world w;
    static struct origin origin;
    struct origin_reply replies[] = {{BAD_REPLY, false}, {BAD_REPLY, false}};
    size_t n;
    world_open(&w);
    origin_start(&origin, replies, 2);
    struct outbox_conf conf = {.pause_ms = 100000, .attempts_max = 2};
    struct outbox *outbox = run_once(&w, origin.url, NOTIFY_SIGNED, conf);
    struct store_letter letter = only_letter(&w);
    assert_int_equal(letter.state, OUTBOX_WAITING);
    assert_true(letter.not_before_ms > clock_wall_ms() + 70000);
    assert_true(letter.not_before_ms < clock_wall_ms() + 130000);
    assert_non_null(strstr(letter.error, "failed (500)"));
    /* Not due yet; then it is. */
    assert_int_equal(outbox_run_once(&w.op, outbox, clock_wall_ms(), &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(outbox_run_once(&w.op, outbox, letter.not_before_ms, &n), 0);
    assert_int_equal(n, 1);
    origin_stop(&origin);
    letter = only_letter(&w);
    assert_int_equal(letter.state, OUTBOX_DEAD);
    assert_int_equal(letter.attempts, 2);
    outbox_free(outbox);
    world_close(&w);
}

static void what_never_works_dies_at_once(void **state)
{
    struct world w;
    static struct origin origin;
    struct origin_reply replies[] = {{NEVER_REPLY, false}};
    world_open(&w);
    origin_start(&origin, replies, 1);
    outbox_free(run_once(&w, origin.url, NOTIFY_SIGNED, (struct outbox_conf){0}));
    origin_stop(&origin);
    assert_int_equal(only_letter(&w).state, OUTBOX_DEAD);
    world_close(&w);
}

static void the_thread_sends_when_it_is_woken(void **state)
{
    struct world w;
    static struct origin origin;
    struct origin_reply replies[] = {{OK_REPLY, false}};
    world_open(&w);
    origin_start(&origin, replies, 1);
    struct store_channel channel = webhook(&w, "ops", origin.url);
    assert_int_equal(rule_set_channel(&w.op, w.store, channel.row, NOTIFY_BIT(NOTIFY_SIGNED)), 0);
    struct outbox_conf conf = {.store = w.store, .env = w.env, .poll_ms = 3600000};
    struct outbox *outbox = outbox_new(&conf);
    outbox_start(outbox);
    assert_int_equal(post(&w, NOTIFY_BIT(NOTIFY_SIGNED)), 1);
    outbox_wake(outbox);
    origin_stop(&origin);
    outbox_stop(outbox);
    outbox_free(outbox);
    /* The receiver had answered before the stop: either it was noted, or it will come once more. */
    enum outbox_state end = only_letter(&w).state;
    assert_true(end == OUTBOX_SENT || end == OUTBOX_WAITING);
    world_close(&w);
}

static void a_stop_ends_a_message_that_hangs(void **state)
{
    struct world w;
    static struct origin origin;
    struct origin_reply replies[] = {{NULL, false}};
    world_open(&w);
    origin_start(&origin, replies, 1);
    struct store_channel channel = webhook(&w, "ops", origin.url);
    assert_int_equal(rule_set_channel(&w.op, w.store, channel.row, NOTIFY_BIT(NOTIFY_SIGNED)), 0);
    assert_int_equal(post(&w, NOTIFY_BIT(NOTIFY_SIGNED)), 1);
    struct outbox_conf conf = {.store = w.store, .env = w.env};
    struct outbox *outbox = outbox_new(&conf);
    outbox_start(outbox);
    assert_int_equal(sem_wait(&origin.asked), 0);
    outbox_stop(outbox);
    outbox_free(outbox);
    origin_stop(&origin);
    struct store_letter letter = only_letter(&w);
    assert_int_equal(letter.state, OUTBOX_WAITING);
    assert_true(letter.not_before_ms <= clock_wall_ms());
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_channel_hears_the_heaviest_event_once),
        cmocka_unit_test(rules_are_replaced_and_unknown_channels_refused),
        cmocka_unit_test(a_letter_is_gone_with_its_transaction),
        cmocka_unit_test(what_arrives_tells_the_round),
        cmocka_unit_test(people_who_are_called_stand_in_the_message),
        cmocka_unit_test(abnormal_verdicts_are_waited_for),
        cmocka_unit_test(failures_come_again_later_and_die_at_last),
        cmocka_unit_test(what_never_works_dies_at_once),
        cmocka_unit_test(the_thread_sends_when_it_is_woken),
        cmocka_unit_test(a_stop_ends_a_message_that_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
