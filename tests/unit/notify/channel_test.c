/* The contract of channels, run on every kind against a small server; then what is each one's own.
 */
#include "world.h"

#include "../mail/sink.h"

#include "base/hash.h"
#include "base/url.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
#define OK_DING OK_HEAD "Content-Length: 27\r\n\r\n{\"errcode\":0,\"errmsg\":\"ok\"}"
#define OK_FEISHU OK_HEAD "Content-Length: 26\r\n\r\n{\"code\":0,\"msg\":\"success\"}"
#define OK_PLAIN OK_HEAD "Content-Length: 2\r\n\r\nok"
#define STATUS(line) "HTTP/1.1 " line "\r\nContent-Length: 4\r\nConnection: close\r\n\r\nwhy?"

/* Kinds that go over HTTP. URL is put where settings or secret say %s. */
static const struct row {
    const char *kind, *settings, *secret, *good;
    const char *busy; /* an answer of 200 that means "too fast"; NULL: there is none */
    const char *bad;  /* an answer of 200 that means "never" */
} rows[] = {
    {"webhook", "{\"url\":\"%s/s3cr3t\"}", "key", OK_PLAIN, NULL, NULL},
    {"slack", "{}", "%s/s3cr3t", OK_PLAIN, NULL, NULL},
    {"dingtalk", "{\"at_mobiles\":[\"13800000000\"]}", "%s/robot?access_token=s3cr3t\nSECabc",
     OK_DING, OK_HEAD "Content-Length: 39\r\n\r\n{\"errcode\":130101,\"errmsg\":\"send fast\"}",
     OK_HEAD "Content-Length: 37\r\n\r\n{\"errcode\":310000,\"errmsg\":\"keyword\"}"},
    {"wecom", "{}", "%s/send?key=s3cr3t", OK_DING,
     OK_HEAD "Content-Length: 33\r\n\r\n{\"errcode\":45009,\"errmsg\":\"freq\"}",
     OK_HEAD "Content-Length: 32\r\n\r\n{\"errcode\":93000,\"errmsg\":\"bad\"}"},
    {"feishu", "{}", "%s/hook/s3cr3t\nsignkey", OK_FEISHU,
     OK_HEAD "Content-Length: 27\r\n\r\n{\"code\":11232,\"msg\":\"freq\"}",
     OK_HEAD "Content-Length: 27\r\n\r\n{\"code\":19021,\"msg\":\"sign\"}"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

struct ask {
    const struct row *row;
    const char *reply;
    struct notify_picture picture;
    unsigned refuse;
};

static struct notify_message message_of(void)
{
    struct notify_message m = {
        .event = NOTIFY_ABNORMAL,
        .lang = "zh-CN",
        .letter_id = "letter1",
        .title = "巡检发现异常: <核心> [x](http://evil) @channel",
        .lead = "3 张中有 1 张异常。",
        .summary = "",
        .more = "另有 2 项",
        .link = "https://rounds.example.org/rounds/r1",
        .link_text = "打开巡检",
        .footer = "由 Rounds 发送",
        .is_bad = true,
        .at_ms = 1800000000123,
        .json = BYTES("{\"event\":\"abnormal\"}"),
    };
    m.facts[m.fact_n++] = (struct notify_fact){"异常", "1"};
    m.items[m.item_n++] =
        (struct notify_item){"网关 / CPU *x* / 6h", "disk <b>full</b>",
                             "https://rounds.example.org/rounds/r1/shots/s1", true};
    return m;
}

/* Sends one message to a server that answers `reply`; *origin keeps what it was told. */
static int send_one(struct op *op, const struct ask *ask, const struct origin *origin)
{
    struct fetch_client *fetch;
    struct secret secret = {0};
    struct notify_message message = message_of();
    struct fetch_conf conf = {.refuse = ask->refuse};
    const char *settings = arena_strdup(&op->arena, ask->row->settings);
    struct str *text = str_new(&op->arena, 4096);
    for (const char *p = ask->row->secret; *p; p++)
        p[0] == '%' && p[1] == 's' ? (str_adds(text, origin->url), (void)p++) : str_addc(text, *p);
    secret_set(&secret, str_bytes(text));
    str_clear(text);
    for (const char *p = settings; *p; p++)
        p[0] == '%' && p[1] == 's' ? (str_adds(text, origin->url), (void)p++) : str_addc(text, *p);
    message.picture = ask->picture;
    assert_int_equal(channel_check(op, ask->row->kind, text->p, &secret), 0);
    assert_int_equal(fetch_open(op, &conf, &fetch), 0);
    struct notify_env env = {.fetch = fetch};
    struct channel_target target = {.id = "c1",
                                    .name = "ops",
                                    .ops = channel_find(ask->row->kind),
                                    .settings = jv_parse_quiet(&op->arena, str_bytes(text)),
                                    .secret = &secret};
    int failed = target.ops->send(op, &env, &target, &message);
    fetch_close(fetch);
    secret_fini(&secret);
    return failed;
}

static enum err send_to_reply(const struct row *row, const char *reply, char *request,
                              char *err_text)
{
    struct op op;
    static struct origin origin;
    struct origin_reply replies[] = {{reply, false}};
    struct ask ask = {.row = row, .reply = reply};
    op_init(&op, 20000);
    origin_start(&origin, replies, 1);
    int failed = send_one(&op, &ask, &origin);
    origin_stop(&origin);
    enum err err = op.err;
    assert_int_equal(failed, err == ERR_NONE ? 0 : -1);
    snprintf(request, ORIGIN_REQUEST_BYTES, "%s", origin.requests[0]);
    snprintf(err_text, 1024, "%s", op.err_text);
    op_fini(&op);
    return err;
}

static char request[ORIGIN_REQUEST_BYTES], err_text[1024];

static void every_kind_delivers_what_happened(void **state)
{
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(send_to_reply(&rows[i], rows[i].good, request, err_text), ERR_NONE);
        assert_memory_equal(request, "POST ", 5);
        assert_non_null(strstr(request, "application/json"));
        const char *body = strstr(request, "\r\n\r\n") + 4;
        struct arena arena;
        arena_init(&arena);
        assert_non_null(jv_parse_quiet(&arena, bytes_of(body)));
        arena_fini(&arena);
        if (strcmp(rows[i].kind, "webhook") == 0)
            continue;
        assert_non_null(strstr(body, "巡检发现异常"));
        assert_non_null(strstr(body, "https://rounds.example.org/rounds/r1"));
        assert_non_null(strstr(body, "另有 2 项"));
    }
}

static void titles_cannot_make_links_or_call_people(void **state)
{
    /* Where each kind reads markup, and what of ours must not be there as it was. */
    static const struct {
        size_t row;
        const char *path, *never[3];
    } places[] = {
        {1, "text", {"@channel", "<核心>", NULL}},
        {2, "markdown.text", {"[x](http", "CPU *x*", "<b>"}},
        {3, "markdown.content", {"[x](http", "CPU *x*", "<b>"}},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct arena arena;
        const struct row *row = &rows[places[i].row];
        assert_int_equal(send_to_reply(row, row->good, request, err_text), ERR_NONE);
        arena_init(&arena);
        const struct jv *body = jv_parse_quiet(&arena, bytes_of(strstr(request, "\r\n\r\n") + 4));
        const char *text = jv_text(jv_path(body, places[i].path), "");
        assert_true(text[0]);
        for (size_t k = 0; k < 3 && places[i].never[k]; k++)
            assert_null(strstr(text, places[i].never[k]));
        arena_fini(&arena);
    }
    assert_int_equal(send_to_reply(&rows[4], OK_FEISHU, request, err_text), ERR_NONE);
    assert_null(strstr(request, "CPU *x*"));
    assert_null(strstr(request, "<b>full"));
}

static void faults_tell_later_from_never_and_keep_the_secret(void **state)
{
    static const struct {
        const char *reply;
        enum err err;
    } faults[] = {
        {STATUS("500 Oops"), ERR_TARGET},      {STATUS("503 Busy"), ERR_TARGET},
        {STATUS("429 Slow"), ERR_BUSY},        {STATUS("404 Gone"), ERR_UNPROCESSABLE},
        {STATUS("403 No"), ERR_UNPROCESSABLE}, {STATUS("302 Found"), ERR_UNPROCESSABLE},
        {STATUS("408 Timeout"), ERR_TARGET},
    };
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < sizeof faults / sizeof faults[0]; k++) {
            assert_int_equal(send_to_reply(&rows[i], faults[k].reply, request, err_text),
                             faults[k].err);
            assert_null(strstr(err_text, "s3cr3t"));
            assert_null(strstr(err_text, "SECabc"));
        }
        if (rows[i].busy)
            assert_int_equal(send_to_reply(&rows[i], rows[i].busy, request, err_text), ERR_BUSY);
        if (rows[i].bad)
            assert_int_equal(send_to_reply(&rows[i], rows[i].bad, request, err_text),
                             ERR_UNPROCESSABLE);
        assert_null(strstr(err_text, "s3cr3t"));
    }
}

static void forbidden_addresses_are_not_reached(void **state)
{
    static struct origin origin;
    snprintf(origin.url, sizeof origin.url, "http://127.0.0.1:9");
    for (size_t i = 0; i < ROWS; i++) {
        struct op op;
        struct ask ask = {.row = &rows[i], .refuse = notify_refuse(false)};
        op_init(&op, 20000);
        assert_int_equal(send_one(&op, &ask, &origin), -1);
        assert_int_equal(op.err, ERR_FORBIDDEN);
        assert_null(strstr(op.err_text, "s3cr3t"));
        op_fini(&op);
    }
}

static enum err check(const char *kind, const char *settings, const char *secret)
{
    struct op op;
    struct secret s = {0};
    op_init(&op, -1);
    if (secret)
        secret_set(&s, bytes_of(secret));
    int failed = channel_check(&op, kind, settings, secret ? &s : NULL);
    enum err err = op.err;
    assert_int_equal(failed, err == ERR_NONE ? 0 : -1);
    assert_null(strstr(op.err_text, "s3cr3t"));
    secret_fini(&s);
    op_fini(&op);
    return err;
}

static void settings_are_checked_before_they_are_kept(void **state)
{
    static const struct {
        const char *kind, *settings, *secret;
        enum err err;
    } cases[] = {
        {"email", "{\"to\":[\"a@example.org\"]}", NULL, ERR_NONE},
        {"email", "{\"to\":[\"a@example.org\"]}", "s3cr3t", ERR_UNPROCESSABLE},
        {"email", "{\"to\":[]}", NULL, ERR_UNPROCESSABLE},
        {"email", "{\"to\":[\"a@example.org\\r\\nBcc: x@y\"]}", NULL, ERR_UNPROCESSABLE},
        {"email", "{\"to\":\"a@example.org\"}", NULL, ERR_UNPROCESSABLE},
        {"webhook", "{\"url\":\"https://x.example/a\"}", "", ERR_NONE},
        {"webhook", "{\"url\":\"ftp://x.example/a\"}", "", ERR_UNPROCESSABLE},
        {"webhook", "{\"url\":\"https://u:p@x.example/\"}", "", ERR_UNPROCESSABLE},
        {"webhook", "{\"url\":\"https://x/\",\"headers\":{\"X-Team\":\"a\"}}", "", ERR_NONE},
        {"webhook", "{\"url\":\"https://x/\",\"headers\":{\"Host\":\"a\"}}", "", ERR_UNPROCESSABLE},
        {"webhook", "{\"url\":\"https://x/\",\"headers\":{\"X-Rounds-Event\":\"a\"}}", "",
         ERR_UNPROCESSABLE},
        {"webhook", "{\"url\":\"https://x/\",\"headers\":{\"X-A\":\"a\\r\\nB: c\"}}", "",
         ERR_UNPROCESSABLE},
        {"slack", "{}", "https://hooks.example/s3cr3t", ERR_NONE},
        {"slack", "{}", NULL, ERR_NONE}, /* the one that is stored stays */
        {"slack", "{}", "", ERR_UNPROCESSABLE},
        {"slack", "{}", "s3cr3t", ERR_UNPROCESSABLE},
        {"slack", "{\"channel\":\"#x\"}", "https://hooks.example/s3cr3t", ERR_UNPROCESSABLE},
        {"dingtalk", "{\"at_all\":true}", "https://o/robot?access_token=s3cr3t\nSEC1", ERR_NONE},
        {"dingtalk", "{\"at_all\":1}", NULL, ERR_UNPROCESSABLE},
        {"dingtalk", "{\"at_mobiles\":[\"call me\"]}", NULL, ERR_UNPROCESSABLE},
        {"dingtalk", "{}", "https://o/?access_token=s3cr3t\nSEC1\nmore", ERR_UNPROCESSABLE},
        {"wecom", "{\"picture\":false}", "https://q/send?key=s3cr3t", ERR_NONE},
        {"wecom", "{\"picture\":\"no\"}", NULL, ERR_UNPROCESSABLE},
        {"feishu", "[]", NULL, ERR_UNPROCESSABLE},
        {"pigeon", "{}", NULL, ERR_UNPROCESSABLE},
        {"slack", "{", NULL, ERR_BAD_INPUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (check(cases[i].kind, cases[i].settings, cases[i].secret) != cases[i].err)
            fail_msg("case %zu: %s %s", i, cases[i].kind, cases[i].settings);
    }
}

static void a_webhook_is_signed_over_time_and_body(void **state)
{
    unsigned char mac[HASH_SIZE];
    char hex[HASH_HEX_MAX];
    assert_int_equal(send_to_reply(&rows[0], OK_PLAIN, request, err_text), ERR_NONE);
    hash_hmac_sha256(BYTES("key"), BYTES("1800000000.{\"event\":\"abnormal\"}"), mac);
    hash_hex(mac, sizeof mac, hex);
    assert_non_null(strstr(request, hex));
    assert_non_null(strstr(request, "X-Rounds-Signature: sha256="));
    assert_non_null(strstr(request, "X-Rounds-Timestamp: 1800000000\r\n"));
    assert_non_null(strstr(request, "X-Rounds-Event: abnormal\r\n"));
    assert_non_null(strstr(request, "X-Rounds-Delivery: letter1\r\n"));
}

static void dingtalk_is_signed_in_its_url(void **state)
{
    struct arena arena;
    unsigned char mac[HASH_SIZE];
    assert_int_equal(send_to_reply(&rows[2], OK_DING, request, err_text), ERR_NONE);
    arena_init(&arena);
    hash_hmac_sha256(BYTES("SECabc"), BYTES("1800000000123\nSECabc"), mac);
    struct str *line = str_new(&arena, 1024);
    str_adds(line, "POST /robot?access_token=s3cr3t&timestamp=1800000000123&sign=");
    url_encode(line, bytes_of(base64_encode(&arena, (struct bytes){(char *)mac, sizeof mac})));
    assert_memory_equal(request, line->p, line->n);
    assert_non_null(strstr(request, "@13800000000"));
    arena_fini(&arena);
}

static void feishu_is_signed_in_its_body(void **state)
{
    struct arena arena;
    unsigned char mac[HASH_SIZE];
    assert_int_equal(send_to_reply(&rows[4], OK_FEISHU, request, err_text), ERR_NONE);
    arena_init(&arena);
    hash_hmac_sha256(BYTES("1800000000\nsignkey"), BYTES(""), mac);
    const struct jv *body = jv_parse_quiet(&arena, bytes_of(strstr(request, "\r\n\r\n") + 4));
    assert_string_equal(jv_text_at(body, "sign", ""),
                        base64_encode(&arena, (struct bytes){(char *)mac, sizeof mac}));
    assert_string_equal(jv_text_at(body, "timestamp", ""), "1800000000");
    assert_string_equal(jv_text_at(body, "msg_type", ""), "interactive");
    arena_fini(&arena);
}

static void wecom_gets_the_picture_as_a_second_message(void **state)
{
    struct op op;
    static struct origin origin;
    struct origin_reply replies[] = {{OK_DING, false}, {OK_DING, false}};
    struct ask ask = {.row = &rows[3], .picture = {BYTES("\xff\xd8\xff jpeg"), "image/jpeg"}};
    op_init(&op, 20000);
    origin_start(&origin, replies, 2);
    assert_int_equal(send_one(&op, &ask, &origin), 0);
    origin_stop(&origin);
    assert_int_equal(origin.request_n, 2);
    const struct jv *body =
        jv_parse_quiet(&op.arena, bytes_of(strstr(origin.requests[1], "\r\n\r\n") + 4));
    assert_string_equal(jv_text_at(body, "msgtype", ""), "image");
    /* Computed by md5sum. */
    assert_string_equal(jv_text(jv_path(body, "image.md5"), ""),
                        "c5ae32fb74e4e990c3213f25ba9ad265");
    struct bytes raw;
    assert_true(base64_decode(&op.arena, jv_bytes(jv_path(body, "image.base64")), &raw));
    assert_true(bytes_eq(raw, ask.picture.data));
    op_fini(&op);
}

static void wecom_s_refused_picture_is_no_failure(void **state)
{
    struct op op;
    static struct origin origin;
    struct origin_reply replies[] = {{OK_DING, false}, {STATUS("500 Oops"), false}};
    struct ask ask = {.row = &rows[3], .picture = {BYTES("\xff\xd8\xff jpeg"), "image/jpeg"}};
    op_init(&op, 20000);
    origin_start(&origin, replies, 2);
    assert_int_equal(send_one(&op, &ask, &origin), 0);
    origin_stop(&origin);
    assert_int_equal(origin.request_n, 2);
    op_fini(&op);
}

static void long_messages_keep_the_services_limits(void **state)
{
    struct op op;
    static char title[600];
    memset(title, 'x', sizeof title - 1);
    op_init(&op, 20000);
    for (size_t i = 1; i < ROWS; i++) {
        static struct origin origin;
        struct origin_reply replies[] = {{rows[i].good, false}};
        struct notify_message m = message_of();
        m.item_n = 0;
        while (m.item_n < NOTIFY_ITEM_MAX)
            m.items[m.item_n++] =
                (struct notify_item){title, title, "https://rounds.example.org/", true};
        origin_start(&origin, replies, 1);
        struct secret secret = {0};
        secret_set(&secret, bytes_of(arena_fmt(&op.arena, "%s/x", origin.url)));
        struct fetch_client *fetch;
        assert_int_equal(fetch_open(&op, &(struct fetch_conf){0}, &fetch), 0);
        struct notify_env env = {.fetch = fetch};
        struct channel_target target = {.id = "c",
                                        .name = "n",
                                        .secret = &secret,
                                        .ops = channel_find(rows[i].kind),
                                        .settings = jv_parse_quiet(&op.arena, BYTES("{}"))};
        assert_int_equal(target.ops->send(&op, &env, &target, &m), 0);
        fetch_close(fetch);
        secret_fini(&secret);
        origin_stop(&origin);
        const struct jv *body =
            jv_parse_quiet(&op.arena, bytes_of(strstr(origin.requests[0], "\r\n\r\n") + 4));
        assert_non_null(body);
        if (strcmp(rows[i].kind, "wecom") == 0) {
            const char *content = jv_text(jv_path(body, "markdown.content"), "");
            assert_true(strlen(content) <= 4096);
            assert_non_null(strstr(content, "打开巡检"));
        }
    }
    op_fini(&op);
}

static enum err mail_one(const struct sink_conf *conf, struct sink *sink)
{
    struct op op;
    struct mail *mail;
    struct notify_message message = message_of();
    struct secret none = {0};
    op_init(&op, 20000);
    sink_start(sink, conf);
    struct mail_conf mail_conf = {.host = "127.0.0.1",
                                  .port = sink->port,
                                  .tls = MAIL_TLS_OFFERED,
                                  .from = "rounds@example.org"};
    assert_int_equal(mail_open(&op, &mail_conf, &mail), 0);
    message.picture = (struct notify_picture){BYTES("\xff\xd8\xff jpeg"), "image/jpeg"};
    message.emails[message.email_n++] = "boss@example.org";
    message.emails[message.email_n++] = "no address";
    struct notify_env env = {.mail = mail};
    struct channel_target target = {
        .id = "c1",
        .name = "ops",
        .ops = channel_find("email"),
        .secret = &none,
        .settings = jv_parse_quiet(&op.arena, BYTES("{\"to\":[\"ops@example.org\"]}"))};
    int failed = target.ops->send(&op, &env, &target, &message);
    enum err err = op.err;
    assert_int_equal(failed, err == ERR_NONE ? 0 : -1);
    mail_close(mail);
    op_fini(&op);
    return err;
}

static void mail_carries_text_html_and_picture(void **state)
{
    static struct sink sink;
    assert_int_equal(mail_one(&(struct sink_conf){0}, &sink), ERR_NONE);
    thread_join(&sink.thread);
    assert_non_null(strstr(sink.commands, "RCPT TO:<ops@example.org>"));
    assert_non_null(strstr(sink.commands, "RCPT TO:<boss@example.org>"));
    assert_non_null(strstr(sink.message, "Message-ID: <letter1.c1@rounds>"));
    assert_non_null(strstr(sink.message, "Auto-Submitted: auto-generated"));
    assert_non_null(strstr(sink.message, "text/html"));
    assert_non_null(strstr(sink.message, "image/jpeg"));
    /* As it is in the plain part, and only there. */
    const char *plain = strstr(sink.message, "<b>full</b>");
    assert_non_null(plain);
    assert_null(strstr(plain + 1, "<b>full</b>"));
    sink_stop(&sink);
}

static void mail_refusals_tell_later_from_never(void **state)
{
    static struct sink sink;
    struct sink_conf later = {.refuse = "RCPT TO:<ops@", .refusal = "450 try later\r\n"};
    struct sink_conf never = {.refuse = "RCPT TO:<ops@", .refusal = "550 no such user\r\n"};
    assert_int_equal(mail_one(&later, &sink), ERR_TARGET);
    sink_stop(&sink);
    assert_int_equal(mail_one(&never, &sink), ERR_UNPROCESSABLE);
    sink_stop(&sink);
}

static void the_test_button_sends_a_test(void **state)
{
    struct world w;
    static struct origin origin;
    struct origin_reply replies[] = {{OK_DING, false}};
    world_open(&w);
    origin_start(&origin, replies, 1);
    struct store_channel channel = {.id = "c1",
                                    .name = "ops",
                                    .kind = "wecom",
                                    .conf = "{}",
                                    .lang = "zh-CN",
                                    .secret = bytes_of(arena_fmt(&w.op.arena, "%s/x", origin.url))};
    assert_int_equal(channel_test(&w.op, &w.env, &channel, 1800000000000), 0);
    origin_stop(&origin);
    assert_non_null(strstr(origin.requests[0], "测试消息"));
    channel.secret = BYTES("");
    assert_int_equal(channel_test(&w.op, &w.env, &channel, 1800000000000), -1);
    assert_int_equal(w.op.err, ERR_UNPROCESSABLE);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_delivers_what_happened),
        cmocka_unit_test(titles_cannot_make_links_or_call_people),
        cmocka_unit_test(faults_tell_later_from_never_and_keep_the_secret),
        cmocka_unit_test(forbidden_addresses_are_not_reached),
        cmocka_unit_test(settings_are_checked_before_they_are_kept),
        cmocka_unit_test(a_webhook_is_signed_over_time_and_body),
        cmocka_unit_test(dingtalk_is_signed_in_its_url),
        cmocka_unit_test(feishu_is_signed_in_its_body),
        cmocka_unit_test(wecom_gets_the_picture_as_a_second_message),
        cmocka_unit_test(wecom_s_refused_picture_is_no_failure),
        cmocka_unit_test(long_messages_keep_the_services_limits),
        cmocka_unit_test(mail_carries_text_html_and_picture),
        cmocka_unit_test(mail_refusals_tell_later_from_never),
        cmocka_unit_test(the_test_button_sends_a_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
