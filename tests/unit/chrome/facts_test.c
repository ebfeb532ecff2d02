/* Events in, facts out. */
#include "../test.h"

#include "chrome/cdp_text.h"
#include "chrome/facts_priv.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct facts facts;
    int64_t now_ms;
};

static struct fixture f;

static int setup(void **state)
{
    (void)state;
    f = (struct fixture){.now_ms = 1000};
    facts_init(&f.facts);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    facts_fini(&f.facts);
    return 0;
}

static void fold(const char *method, const char *params)
{
    struct arena arena;
    arena_init(&arena);
    /* As page.c does: what the facts do not read is gone before they see it, what is huge comes apart. */
    struct bytes m = bytes_of(method), text = bytes_of(params), big = {0};
    struct facts_reading how = {0};
    facts_wants(m, text, &how);
    text = cdp_text_thin(&arena, text, how.unread);
    if (how.big)
        big = cdp_text_big(text, how.big);
    if (big.n)
        text = cdp_text_without(&arena, text, big);
    const struct jv *v = jv_parse_quiet(&arena, text);
    if (!v)
        fail_msg("bad JSON in the test: %s", params);
    facts_fold(&f.facts, m, v, big, ++f.now_ms);
    arena_fini(&arena);
}

static void fold_request(const char *id, const char *type, const char *url)
{
    char text[1024];
    snprintf(
        text, sizeof text,
        "{\"requestId\":\"%s\",\"loaderId\":\"L1\",\"type\":\"%s\",\"frameId\":\"\",\"request\":"
        "{\"url\":\"%s\",\"method\":\"GET\",\"headers\":{}}}",
        id, type, url);
    fold("Network.requestWillBeSent", text);
}

static void fold_status(const char *id, int status)
{
    char text[512];
    snprintf(text, sizeof text,
             "{\"requestId\":\"%s\",\"response\":{\"status\":%d,\"mimeType\":\"text/html\"}}", id,
             status);
    fold("Network.responseReceived", text);
}

static void fold_end(const char *method, const char *id, const char *more)
{
    char text[512];
    snprintf(text, sizeof text, "{\"requestId\":\"%s\"%s}", id, more);
    fold(method, text);
}

static void fold_commit(const char *loader, const char *url)
{
    char text[512];
    snprintf(
        text, sizeof text,
        "{\"frame\":{\"id\":\"\",\"loaderId\":\"%s\",\"url\":\"%s\",\"mimeType\":\"text/html\"}}",
        loader, url);
    fold("Page.frameNavigated", text);
}

static void fold_query(const char *id, const char *panel, const char *body)
{
    char text[2048];
    snprintf(text, sizeof text,
             "{\"requestId\":\"%s\",\"loaderId\":\"L1\",\"type\":\"Fetch\",\"frameId\":\"\","
             "\"request\":{\"url\":"
             "\"http://g:3000/api/ds/"
             "query?ds_type=x\",\"method\":\"POST\",\"headers\":{\"x-panel-id\":\"%s\","
             "\"X-Dashboard-Uid\":\"dash\",\"X-Datasource-Uid\":\"ds\",\"X-Plugin-Id\":\"prom\"},"
             "\"postData\":\"%s\"}}",
             id, panel, body);
    fold("Network.requestWillBeSent", text);
}

static void test_a_document(void **state)
{
    (void)state;
    facts_begin(&f.facts, true, f.now_ms);
    assert_int_equal(f.facts.epoch, 1);
    assert_false(f.facts.is_committed);
    assert_false(f.facts.is_requested);
    fold_request("L1", "Document", "http://g:3000/d/x");
    assert_true(f.facts.is_requested);
    fold("Network.requestWillBeSent",
         "{\"requestId\":\"L1\",\"loaderId\":\"L1\",\"type\":\"Document\",\"frameId\":\"\","
         "\"redirectResponse\":{},"
         "\"request\":{\"url\":\"http://g:3000/login\",\"method\":\"GET\",\"headers\":{}}}");
    assert_int_equal(f.facts.redirects_n, 1);
    assert_string_equal(f.facts.redirects[0], "http://g:3000/d/x");
    assert_int_equal(f.facts.open_n, 1);
    fold_status("L1", 200);
    assert_int_equal(f.facts.status, 200);
    facts_fold(&f.facts, BYTES("Page.loadEventFired"), NULL, (struct bytes){0},
               1); /* malformed: ignored */
    f.facts.wanted_loader[0] = 0;
    fold_commit("L1", "http://g:3000/login");
    assert_string_equal(f.facts.url, "http://g:3000/login");
    assert_string_equal(f.facts.mime, "text/html");
    assert_int_equal(f.facts.commits_epoch, 1);
    fold("Page.domContentEventFired", "{}");
    assert_true(f.facts.is_dom_ready && !f.facts.is_loaded);
    fold("Page.loadEventFired", "{}");
    assert_true(f.facts.is_loaded);
    fold("Page.navigatedWithinDocument", "{\"frameId\":\"\",\"url\":\"http://g:3000/login#a\"}");
    assert_string_equal(f.facts.url, "http://g:3000/login#a");
    fold("Page.navigatedWithinDocument", "{\"frameId\":\"other\",\"url\":\"http://evil/\"}");
    assert_string_equal(f.facts.url, "http://g:3000/login#a");
}

static void test_late_events_of_the_left_document(void **state)
{
    (void)state;
    facts_begin(&f.facts, true, f.now_ms);
    fold_request("1", "Fetch", "http://g:3000/api/search");
    fold_request("2", "Image", "http://g:3000/a.png");
    assert_int_equal(f.facts.open_n, 2);
    facts_begin(&f.facts, true, f.now_ms);
    fold_commit("L2", "http://g:3000/d/y");
    assert_int_equal(f.facts.open_n, 0);
    assert_int_equal(f.facts.answers_n, 1);
    assert_int_equal(f.facts.answers[0].state, FACTS_CANCELLED);
    assert_int_equal(f.facts.answers[0].epoch, 1);
    fold_end("Network.loadingFinished", "1", "");
    fold_end("Network.loadingFailed", "2", ",\"errorText\":\"net::ERR_ABORTED\",\"canceled\":true");
    assert_int_equal(f.facts.open_n, 0);
    assert_int_equal(f.facts.answers[0].state, FACTS_CANCELLED);
}

/* The browser's own page for a failed navigation may come when the next has begun. */
static void test_a_late_error_page(void **state)
{
    (void)state;
    facts_begin(&f.facts, true, f.now_ms);
    fold_request("L1", "Document", "http://g:3000/slow");
    fold_commit("L0", "chrome-error://chromewebdata/");
    fold_status("L1", 200);
    assert_int_equal(f.facts.status, 200);
}

static void test_requests_and_answers(void **state)
{
    (void)state;
    facts_begin(&f.facts, true, f.now_ms);
    fold_request("1", "Script", "http://g:3000/public/app.js");
    fold_request("2", "Fetch", "http://g:3000/api/dashboards/uid/abc?x=1");
    fold_request("3", "Image", "data:image/png;base64,AAAA");
    fold_request("4", "EventSource", "http://g:3000/api/live/sse");
    fold("Network.webSocketCreated", "{\"requestId\":\"5\",\"url\":\"ws://g:3000/api/live/ws\"}");
    assert_int_equal(f.facts.open_n, 2);
    assert_int_equal(f.facts.streams_n, 2);
    fold_status("2", 404);
    int64_t before = f.facts.activity_ms;
    fold_end("Network.loadingFinished", "2", "");
    assert_true(f.facts.activity_ms > before);
    const struct facts_answer *a = facts_answer_by(&f.facts, "2");
    assert_non_null(a);
    assert_string_equal(a->path, "/api/dashboards/uid/abc?x=1");
    assert_int_equal(a->status, 404);
    assert_int_equal(a->state, FACTS_DONE);
    assert_true(a->ended_ms > a->begun_ms);
    assert_null(facts_answer_by(&f.facts, "1"));
    fold_end("Network.loadingFailed", "1", ",\"errorText\":\"net::ERR_FAILED\"");
    assert_int_equal(f.facts.notes_n, 1);
    assert_int_equal(f.facts.notes[0].kind, FACTS_NOTE_RESOURCE);
    assert_string_equal(f.facts.notes[0].text, "http://g:3000/public/app.js net::ERR_FAILED");
    fold_end("Network.webSocketClosed", "5", "");
    assert_int_equal(f.facts.streams_n, 1);
    assert_int_equal(f.facts.open_n, 0);
}

static void test_queries(void **state)
{
    (void)state;
    facts_begin(&f.facts, true, f.now_ms);
    fold_query(
        "1", "7",
        "{\\\"queries\\\":[],\\\"from\\\":\\\"1700000000000\\\",\\\"to\\\":\\\"1700000060000\\\"}");
    fold_query("2", "8", "not json");
    assert_int_equal(f.facts.queries_open_n, 2);
    const struct facts_query *q = facts_last_query(&f.facts, "7");
    assert_non_null(q);
    assert_string_equal(q->dashboard_uid, "dash");
    assert_string_equal(q->datasource_uid, "ds");
    assert_string_equal(q->plugin_id, "prom");
    assert_int_equal(q->from_ms, 1700000000000);
    assert_int_equal(q->to_ms, 1700000060000);
    assert_int_equal(facts_query_by(&f.facts, "2")->from_ms, -1);
    fold_end("Network.loadingFailed", "1", ",\"errorText\":\"net::ERR_ABORTED\",\"canceled\":true");
    assert_int_equal(facts_query_by(&f.facts, "1")->state, FACTS_CANCELLED);
    fold_query("3", "7", "{\\\"from\\\":\\\"1\\\",\\\"to\\\":\\\"2\\\"}");
    fold_status("3", 200);
    fold_end("Network.loadingFinished", "3", "");
    q = facts_last_query(&f.facts, "7");
    assert_int_equal(q->state, FACTS_DONE);
    assert_int_equal(q->status, 200);
    assert_int_equal(q->from_ms, 1);
    assert_int_equal(f.facts.queries_open_n, 1);
}

static void test_epochs(void **state)
{
    (void)state;
    facts_begin(&f.facts, true, f.now_ms);
    fold_query("1", "7", "{}");
    fold_query("2", "8", "{}");
    fold_end("Network.loadingFinished", "1", "");
    fold("Runtime.bindingCalled",
         "{\"name\":\"tell\",\"payload\":\"{\\\"a\\\":\\\"巡\\\\n\\\"}\"}");
    fold("Runtime.consoleAPICalled",
         "{\"type\":\"error\",\"args\":[{\"value\":\"a\"},{\"description\":\"b\"}]}");
    assert_string_equal(f.facts.notes[0].text, "a b");
    assert_string_equal(facts_last_call(&f.facts, "tell")->payload, "{\"a\":\"巡\\n\"}");
    facts_begin(&f.facts, false, f.now_ms);
    assert_true(f.facts.is_committed);
    assert_int_equal(f.facts.notes_n, 0);
    assert_null(facts_last_call(&f.facts, "tell"));
    assert_int_equal(f.facts.queries_n, 1); /* the open one stays, with its epoch */
    assert_int_equal(f.facts.queries[0].epoch, 1);
    assert_null(facts_last_query(&f.facts, "8"));
    assert_int_equal(f.facts.queries_open_n, 1);
}

static void test_refusals_by_the_gate(void **state)
{
    (void)state;
    facts_begin(&f.facts, true, f.now_ms);
    fold_request("1", "Image", "http://tiles.example/1.png?token=secret");
    fold_end("Network.loadingFailed", "1", ",\"errorText\":\"net::ERR_SOCKS_CONNECTION_FAILED\"");
    assert_int_equal(f.facts.blocked_n, 1);
    assert_int_equal(f.facts.notes[0].kind, FACTS_NOTE_BLOCKED);
    assert_string_equal(f.facts.notes[0].text, "http://tiles.example/1.png");
    fold_request("2", "Image", "http://g:3000/x.png");
    fold_end("Network.loadingFailed", "2",
             ",\"errorText\":\"net::ERR_SOCKS_CONNECTION_HOST_UNREACHABLE\"");
    assert_int_equal(f.facts.blocked_n, 1);
}

static void test_bounds(void **state)
{
    (void)state;
    facts_begin(&f.facts, true, f.now_ms);
    for (int i = 0; i < 2000; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        fold_query(id, "1", "{}");
        fold("Runtime.bindingCalled", "{\"name\":\"n\",\"payload\":\"p\"}");
        fold("Page.javascriptDialogOpening", "{\"message\":\"m\"}");
    }
    assert_int_equal(f.facts.requests_n, FACTS_REQUESTS_MAX);
    assert_int_equal(f.facts.queries_n, FACTS_QUERIES_MAX);
    assert_int_equal(f.facts.answers_n, FACTS_ANSWERS_MAX);
    assert_int_equal(f.facts.calls_n, FACTS_CALLS_MAX);
    assert_int_equal(f.facts.notes_n, FACTS_NOTES_MAX);
    assert_true(f.facts.dropped > 0);
    assert_string_equal(f.facts.queries[FACTS_QUERIES_MAX - 1].request_id, "1999");
    char text[8192];
    int n = snprintf(text, sizeof text, "{\"message\":\"");
    while (n < 5000)
        n += snprintf(text + n, sizeof text - (size_t)n, "\xe2\x82\xac");
    snprintf(text + n, sizeof text - (size_t)n, "\"}");
    fold("Page.javascriptDialogOpening", text);
    const char *note = f.facts.notes[FACTS_NOTES_MAX - 1].text;
    assert_true(strlen(note) <= FACTS_TEXT_MAX);
    assert_true(bytes_is_utf8(bytes_of(note)));
}

static void test_crash_and_download(void **state)
{
    (void)state;
    facts_begin(&f.facts, true, f.now_ms);
    fold("Browser.downloadWillBegin",
         "{\"guid\":\"g1\",\"url\":\"http://g/x\",\"suggestedFilename\":\"a.csv\"}");
    assert_int_equal(f.facts.download.state, FACTS_DOWNLOAD_RUNNING);
    fold("Browser.downloadProgress", "{\"guid\":\"other\",\"state\":\"completed\"}");
    assert_int_equal(f.facts.download.state, FACTS_DOWNLOAD_RUNNING);
    fold("Browser.downloadProgress",
         "{\"guid\":\"g1\",\"receivedBytes\":12,\"state\":\"completed\"}");
    assert_int_equal(f.facts.download.state, FACTS_DOWNLOAD_DONE);
    assert_int_equal(f.facts.download.received, 12);
    fold("Inspector.targetCrashed", "{}");
    assert_true(f.facts.is_crashed);
}

static void test_nonsense_is_survived(void **state)
{
    (void)state;
    static const char *const METHODS[] = {
        "Network.requestWillBeSent",    "Network.responseReceived",
        "Network.loadingFinished",      "Network.loadingFailed",
        "Network.webSocketCreated",     "Network.webSocketClosed",
        "Page.frameNavigated",          "Runtime.consoleAPICalled",
        "Runtime.exceptionThrown",      "Runtime.bindingCalled",
        "Browser.downloadWillBegin",    "Browser.downloadProgress",
        "Page.javascriptDialogOpening", "Network.requestServedFromCache",
        "Network.webSocketFrameError"};
    static const char NONSENSE[] =
        "{\"request\":7,\"response\":[],\"frame\":\"x\",\"args\":{},\"requestId\":{},"
        "\"exceptionDetails\":1,\"guid\":null}";
    static const char *const PARAMS[] = {"{}", "[]", "null", NONSENSE};
    for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++)
        for (size_t k = 0; k < sizeof PARAMS / sizeof *PARAMS; k++)
            fold(METHODS[i], PARAMS[k]);
    struct facts_reading how;
    assert_false(facts_wants(BYTES("Network.dataReceived"), BYTES(""), &how));
    assert_true(facts_wants(BYTES("Page.frameNavigated"), BYTES(""), &how));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_document, setup, teardown),
        cmocka_unit_test_setup_teardown(test_late_events_of_the_left_document, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_late_error_page, setup, teardown),
        cmocka_unit_test_setup_teardown(test_requests_and_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_queries, setup, teardown),
        cmocka_unit_test_setup_teardown(test_epochs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals_by_the_gate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_crash_and_download, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nonsense_is_survived, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
