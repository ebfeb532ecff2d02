/* The protocol's client against answers written down beforehand. */
#include "../test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "chrome/cdp.h"
#include "chrome/cdp_text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct fixture {
    struct op op;
    struct cdp *cdp;
    int peer_in, peer_out, ours[2];
    struct str events; /* "method/session;" of all that came */
    int drop_at_event; /* drops session S at the first event */
};

static int on_event(void *ctx, struct op *op, struct cdp_event *e)
{
    struct fixture *f = ctx;
    (void)op;
    str_addf(&f->events, "%.*s/%.*s/%lld;", BYTES_ARG(e->method), BYTES_ARG(e->session),
             (long long)jv_int_at(cdp_event_params(e), "n", -1));
    if (f->drop_at_event)
        cdp_drop_session(f->cdp, "S", "the tab crashed");
    return 0;
}

static const char *last_words(void *ctx)
{
    (void)ctx;
    return "FATAL: out of everything";
}

static int setup(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    int down[2], up[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(down, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(up, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    op_init(&f->op, 5000);
    str_init(&f->events, 1 << 16);
    f->peer_in = down[0];
    f->peer_out = up[1];
    f->ours[0] = up[0];
    f->ours[1] = down[1];
    f->cdp = cdp_new(&(struct cdp_conf){up[0], down[1], 1 << 20, on_event, last_words, f});
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    cdp_free(f->cdp);
    close(f->ours[0]);
    close(f->ours[1]);
    close(f->peer_in);
    if (f->peer_out >= 0)
        close(f->peer_out);
    str_fini(&f->events);
    op_fini(&f->op);
    mem_free(f);
    return 0;
}

static void feed(struct fixture *f, const char *text)
{
    assert_int_equal(write(f->peer_out, text, strlen(text) + 1), strlen(text) + 1);
}

static int call(struct fixture *f, const char *session, const struct jv **out)
{
    struct cdp_ask ask = {
        .session = session, .method = "Some.method", .params = BYTES("{\"a\":1}")};
    return cdp_call(&f->op, f->cdp, &ask, out);
}

static void test_call_and_answer(void **state)
{
    struct fixture *f = *state;
    const struct jv *result;
    char sent[256] = "";
    feed(f, "{\"id\":1,\"result\":{\"b\":\"x\"},\"sessionId\":\"S\"}");
    assert_int_equal(call(f, "S", &result), 0);
    assert_string_equal(jv_text_at(result, "b", ""), "x");
    assert_true(read(f->peer_in, sent, sizeof sent) > 0);
    assert_string_equal(
        sent, "{\"id\":1,\"method\":\"Some.method\",\"params\":{\"a\":1},\"sessionId\":\"S\"}");
}

static void test_events_on_the_way(void **state)
{
    struct fixture *f = *state;
    const struct jv *result;
    feed(f, "{\"method\":\"Page.one\",\"params\":{\"n\":1},\"sessionId\":\"S1\"}");
    feed(f, "{\"method\":\"Target.two\",\"params\":{\"n\":2}}");
    feed(f, "{\"params\":{\"n\":3},\"method\":\"Odd.order\",\"sessionId\":\"S2\"}");
    feed(f, "{\"id\":77,\"result\":{}}");
    feed(f, "{\"result\":{\"late\":true},\"id\":1}");
    assert_int_equal(call(f, NULL, &result), 0);
    assert_true(jv_bool_at(result, "late", false));
    assert_string_equal(f->events.p, "Page.one/S1/1;Target.two//2;Odd.order/S2/3;");
}

static void test_error_names_the_method(void **state)
{
    struct fixture *f = *state;
    feed(f, "{\"id\":1,\"error\":{\"code\":-32000,\"message\":\"No node\",\"data\":\"here\"}}");
    assert_int_equal(call(f, NULL, NULL), -1);
    assert_int_equal(f->op.err, ERR_BROWSER);
    assert_string_equal(f->op.err_text, "Some.method: No node: here");
    assert_false(cdp_is_broken(f->cdp));
}

static void test_deadline_and_the_late_answer(void **state)
{
    struct fixture *f = *state;
    const struct jv *result;
    f->op.deadline_ms = clock_mono_ms() + 20;
    assert_int_equal(call(f, NULL, NULL), -1);
    assert_int_equal(f->op.err, ERR_TIMEOUT);
    assert_non_null(strstr(f->op.err_text, "Some.method"));
    op_fini(&f->op);
    op_init(&f->op, 5000);
    feed(f, "{\"id\":1,\"result\":{\"of\":1}}"); /* nobody's any more */
    feed(f, "{\"id\":2,\"result\":{\"of\":2}}");
    assert_int_equal(call(f, NULL, &result), 0);
    assert_int_equal(jv_int_at(result, "of", 0), 2);
}

static void test_death_brings_the_last_words(void **state)
{
    struct fixture *f = *state;
    close(f->peer_out);
    f->peer_out = -1;
    assert_int_equal(call(f, NULL, NULL), -1);
    assert_int_equal(f->op.err, ERR_BROWSER);
    assert_non_null(strstr(f->op.err_text, "Some.method"));
    assert_non_null(strstr(f->op.err_text, "out of everything"));
    assert_true(cdp_is_broken(f->cdp));
}

static void test_garbage(void **state)
{
    static const char *const TEXTS[] = {
        "hello", "", "{}", "[]", "{\"id\":\"x\"}", "{\"method\":\"cut", "{\"id\":"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        assert_int_equal(setup(state), 0);
        struct fixture *f = *state;
        feed(f, TEXTS[i]);
        if (call(f, NULL, NULL) != -1 || f->op.err != ERR_BROWSER)
            fail_msg("%s", TEXTS[i]);
        teardown(state);
    }
}

static void test_answer_that_is_no_json(void **state)
{
    struct fixture *f = *state;
    feed(f, "{\"id\":1,\"result\":{\"a\":}}");
    assert_int_equal(call(f, NULL, NULL), -1);
    assert_int_equal(f->op.err, ERR_BROWSER);
}

static void test_big_string_is_cut_out(void **state)
{
    struct fixture *f = *state;
    const struct jv *result;
    struct bytes big;
    struct cdp_ask ask = {.method = "Network.getResponseBody", .big = "body"};
    feed(f, "{\"id\":1,\"result\":{\"body\":\"{\\\"a\\\":\\\"\\\\\\\\\\\"}\",\"base64Encoded\":"
            "false}}");
    assert_int_equal(cdp_call_big(&f->op, f->cdp, &ask, &result, &big), 0);
    struct str text;
    str_init(&text, 1024);
    cdp_unescape(big, &text);
    assert_string_equal(text.p, "{\"a\":\"\\\\\"}");
    str_fini(&text);
    assert_false(jv_bool_at(result, "base64Encoded", true));
    feed(f, "{\"id\":2,\"result\":{\"body\":\"\",\"base64Encoded\":true}}");
    assert_int_equal(cdp_call_big(&f->op, f->cdp, &ask, &result, &big), 0);
    assert_int_equal(big.n, 0);
    assert_true(jv_bool_at(result, "base64Encoded", false));
    feed(f, "{\"id\":3,\"error\":{\"message\":\"No \\\"body\\\":\\\"x\\\" here\"}}");
    assert_int_equal(cdp_call_big(&f->op, f->cdp, &ask, &result, &big), -1);
    assert_string_equal(f->op.err_text, "Network.getResponseBody: No \"body\":\"x\" here");
}

struct replies {
    struct str text;
};

static int on_reply(void *ctx, struct op *op, const struct cdp_reply *reply)
{
    struct replies *r = ctx;
    (void)op;
    str_addf(&r->text, "%d:%lld%s%.*s;", (int)reply->token,
             (long long)jv_int_at(reply->result, "n", -1), reply->error ? reply->error : "",
             BYTES_ARG(reply->big));
    return 0;
}

static void test_sends_and_late_replies(void **state)
{
    struct fixture *f = *state;
    struct replies r;
    str_init(&r.text, 1024);
    struct cdp_ask ask = {.method = "A.b", .token = 10};
    assert_int_equal(cdp_send(&f->op, f->cdp, &ask, on_reply, &r), 0);
    ask.token = 11;
    ask.big = "body";
    assert_int_equal(cdp_send(&f->op, f->cdp, &ask, on_reply, &r), 0);
    ask.token = 12;
    assert_int_equal(cdp_send(&f->op, f->cdp, &ask, on_reply, &r), 0);
    feed(f, "{\"id\":2,\"result\":{\"body\":\"big\",\"n\":2}}");
    feed(f, "{\"id\":1,\"error\":{\"message\":\"no\"}}");
    int handled;
    assert_int_equal(cdp_pump(&f->op, f->cdp, 1000, &handled), 0);
    assert_int_equal(handled, 2);
    assert_string_equal(r.text.p, "11:2big;10:-1no;");
    cdp_forget(f->cdp, &r);
    feed(f, "{\"id\":3,\"result\":{}}");
    assert_int_equal(cdp_pump(&f->op, f->cdp, 1000, &handled), 0);
    assert_string_equal(r.text.p, "11:2big;10:-1no;");
    str_fini(&r.text);
}

static void test_a_lost_session_ends_its_call(void **state)
{
    struct fixture *f = *state;
    f->drop_at_event = 1;
    feed(f, "{\"method\":\"Inspector.targetCrashed\",\"params\":{},\"sessionId\":\"S\"}");
    assert_int_equal(call(f, "S", NULL), -1);
    assert_int_equal(f->op.err, ERR_BROWSER);
    assert_string_equal(f->op.err_text, "Some.method: the tab crashed");
    assert_false(cdp_is_broken(f->cdp));
}

static void test_pump_returns_when_nothing_comes(void **state)
{
    struct fixture *f = *state;
    int handled = 7;
    assert_int_equal(cdp_pump(&f->op, f->cdp, 0, &handled), 0);
    assert_int_equal(handled, 0);
    assert_int_equal(cdp_pump(&f->op, f->cdp, 10, &handled), 0);
    assert_int_equal(handled, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_call_and_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_events_on_the_way, setup, teardown),
        cmocka_unit_test_setup_teardown(test_error_names_the_method, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deadline_and_the_late_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_death_brings_the_last_words, setup, teardown),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test_setup_teardown(test_answer_that_is_no_json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_big_string_is_cut_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sends_and_late_replies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_lost_session_ends_its_call, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pump_returns_when_nothing_comes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
