/* What arrives at a mail server, and what is said when it does not. */
#include "sink.h"

#include "../fetch/cert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/mail.h"
#include "sys/file.h"

static char folder[] = "/tmp/rounds-mail-test-XXXXXX";

struct world {
    struct op op;
    struct sink sink;
    struct mail *mail;
};

static void world_open(struct world *w, const struct sink_conf *sink, struct mail_conf conf)
{
    op_init(&w->op, 20000);
    sink_start(&w->sink, sink);
    conf.host = conf.host ? conf.host : "127.0.0.1";
    conf.port = w->sink.port;
    conf.from = conf.from ? conf.from : "rounds@example.org";
    if (mail_open(&w->op, &conf, &w->mail) < 0)
        fail_msg("%s", w->op.err_text);
}

static void world_close(struct world *w)
{
    mail_close(w->mail);
    sink_stop(&w->sink);
    op_fini(&w->op);
}

static const char *const one[] = {"ann@example.org"};
static const struct mail_message plain = {.to = one, .to_n = 1, .subject = "Rounds", .text = "Hello"};
static const struct mail_conf open_conf = {.tls = MAIL_TLS_OFFERED};

static void a_plain_mail_arrives_whole(void **state)
{
    static const char *const to[] = {"ann@example.org", "Bob B <bob@example.org>"};
    static const struct mail_header extra[] = {{"Auto-Submitted", "auto-generated"}};
    struct mail_message message = {.to = to, .to_n = 2, .subject = "Window done: 40 shots",
                                   .text = "First line\n.dot line\nLast", .headers = extra,
                                   .header_n = 1};
    struct world w;
    (void)state;
    world_open(&w, &(struct sink_conf){0},
               (struct mail_conf){.tls = MAIL_TLS_OFFERED, .from_name = "Rounds at work",
                                  .reply_to = "team@example.org", .hello = "rounds.example.org"});
    assert_int_equal(mail_send(&w.op, w.mail, &message), 0);
    mail_close(w.mail);
    w.mail = NULL;
    thread_join(&w.sink.thread);
    const char *said = w.sink.commands, *text = w.sink.message;
    assert_non_null(strstr(said, "EHLO rounds.example.org\n"));
    assert_non_null(strstr(said, "MAIL FROM:<rounds@example.org>"));
    assert_non_null(strstr(said, "RCPT TO:<ann@example.org>\n"));
    assert_non_null(strstr(said, "RCPT TO:<bob@example.org>\n"));
    assert_non_null(strstr(text, "From: \"Rounds at work\" <rounds@example.org>\r\n"));
    assert_non_null(strstr(text, "To: ann@example.org,\r\n \"Bob B\" <bob@example.org>\r\n"));
    assert_non_null(strstr(text, "Reply-To: team@example.org\r\n"));
    assert_non_null(strstr(text, "Subject: Window done: 40 shots\r\n"));
    assert_non_null(strstr(text, "Auto-Submitted: auto-generated\r\n"));
    assert_non_null(strstr(text, "\r\nDate: "));
    assert_non_null(strstr(text, "@example.org>\r\n"));
    assert_non_null(strstr(text, "Message-ID: <"));
    assert_non_null(strstr(text, "Content-Type: text/plain; charset=utf-8\r\n"));
    assert_non_null(strstr(text, "First line\r\n.dot line\r\nLast"));
    world_close(&w);
}

/* The part of the text behind the first header line that contains `mark`. */
static const char *part_with(const char *text, const char *mark)
{
    const char *at = strstr(text, mark), *body = at ? strstr(at, "\r\n\r\n") : NULL;
    if (!body)
        fail_msg("no part with %s in:\n%s", mark, text);
    return body + 4;
}

static void alternatives_pictures_and_files_arrive_in_their_places(void **state)
{
    static char picture[559000];
    static const struct mail_file files[] = {
        {"panel.png", "image/png", {picture, sizeof picture}, "panel-1@rounds"},
        {"\xc3\x9c" "bersicht \xe6\x97\xa5.pdf", "application/pdf", {"%PDF-1.7 tiny", 13}, NULL},
    };
    struct mail_message message = plain;
    struct world w;
    (void)state;
    for (size_t i = 0; i < sizeof picture; i++)
        picture[i] = (char)(i * 31);
    message.subject = "Pr\xc3\xbc" "fung \xe7\x9b\xa3\xe8\xa6\x96 \xe2\x80\x94 a subject that is long enough "
                      "to need more than one encoded word";
    message.text = "Gr\xc3\xbc\xc3\x9f" "e = 5";
    message.html = "<p>Gr\xc3\xbc\xc3\x9f" "e <img src=\"cid:panel-1@rounds\"></p>";
    message.files = files;
    message.file_n = 2;
    world_open(&w, &(struct sink_conf){0}, open_conf);
    if (mail_send(&w.op, w.mail, &message) < 0)
        fail_msg("%s", w.op.err_text);
    mail_close(w.mail);
    w.mail = NULL;
    thread_join(&w.sink.thread);
    const char *text = w.sink.message;
    /* the order tells the nesting */
    const char *mixed = strstr(text, "Content-Type: multipart/mixed");
    const char *both = strstr(text, "Content-Type: multipart/alternative");
    const char *first = strstr(text, "Content-Type: text/plain; charset=utf-8");
    const char *related = strstr(text, "Content-Type: multipart/related");
    const char *second = strstr(text, "Content-Type: text/html; charset=utf-8");
    const char *shown = strstr(text, "Content-ID: <panel-1@rounds>");
    const char *attached = strstr(text, "Content-Disposition: attachment");
    assert_true(mixed && both && first && related && second && shown && attached);
    assert_true(mixed < both && both < first && first < related && related < second &&
                second < shown && shown < attached);
    assert_non_null(strstr(text, "Subject: =?utf-8?B?UHLDvGZ1bmcg"));
    assert_memory_equal(part_with(text, "text/plain"), "Gr=C3=BC=C3=9Fe =3D 5", 21);
    assert_non_null(strstr(text, "filename*=utf-8''%C3%9Cbersicht%20%E6%97%A5.pdf"));
    assert_memory_equal(part_with(text, "attachment;"), "JVBERi0xLjcgdGlueQ==\r\n", 22);
    assert_true(w.sink.message_n > sizeof picture * 4 / 3);
    for (const char *line = text; line; line = strstr(line, "\r\n") ? strstr(line, "\r\n") + 2 : NULL)
        assert_true(strcspn(line, "\r") <= 998);
    world_close(&w);
}

static void a_value_with_a_line_break_never_reaches_the_server(void **state)
{
    static const char *const evil_to[] = {"ann@example.org\r\nBcc: eve@example.org"};
    static const char *const evil_rcpt[] = {"ann@example.org>\r\nRCPT TO:<eve@example.org"};
    static const struct mail_header evil_value[] = {{"X-A", "b\r\nBcc: eve@example.org"}};
    static const struct mail_header evil_name[] = {{"X-A: b\r\nBcc", "eve@example.org"}};
    static const struct mail_header own[] = {{"Bcc", "eve@example.org"}};
    static const struct mail_file evil_file[] = {{"a\r\nX: y", "image/png", {"x", 1}, NULL}};
    static const struct mail_file evil_type[] = {{"a", "image/png\r\nX: y", {"x", 1}, NULL}};
    static const struct mail_file evil_cid[] = {{"a", "image/png", {"x", 1}, "a>\r\nX: y"}};
    struct mail_message bad[10];
    struct mail_conf conf = {.host = "127.0.0.1", .port = 1, .from = "rounds@example.org",
                             .tls = MAIL_TLS_OFFERED};
    struct mail *mail;
    struct op op;
    (void)state;
    for (size_t i = 0; i < 10; i++)
        bad[i] = plain;
    bad[0].to = evil_to;
    bad[1].to = evil_rcpt;
    bad[2].subject = "a\nBcc: eve@example.org";
    bad[3].headers = evil_value;
    bad[4].headers = evil_name;
    bad[5].headers = own;
    bad[3].header_n = bad[4].header_n = bad[5].header_n = 1;
    bad[6].files = evil_file;
    bad[7].files = evil_type;
    bad[8].files = evil_cid;
    bad[6].file_n = bad[7].file_n = bad[8].file_n = 1;
    bad[9].message_id = "<a@b>\r\nX: y";
    op_init(&op, 20000);
    assert_int_equal(mail_open(&op, &conf, &mail), 0);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(mail_send(&op, mail, &bad[i]), -1);
        if (op.err != ERR_BAD_INPUT)
            fail_msg("%zu: %s", i, op.err_text);
        op_clear(&op);
    }
    mail_close(mail);
    op_fini(&op);
}

static void refusals_say_whether_to_try_again(void **state)
{
    static const struct {
        const char *command, *refusal;
        enum err err;
        const char *text;
    } rows[] = {
        {"RCPT", "550 no such user\r\n", ERR_UNPROCESSABLE, "550 no such user"},
        {"RCPT", "451 come back later\r\n", ERR_TARGET, "451 come back later"},
        {"MAIL", "552 too big\r\n", ERR_UNPROCESSABLE, "552 too big"},
        {"DATA", "554 spam\r\n", ERR_UNPROCESSABLE, "554 spam"},
        {"AUTH", "535 wrong password\r\n", ERR_UNPROCESSABLE, "check user and password"},
    };
    struct mail_conf conf = {.tls = MAIL_TLS_OFFERED, .user = "ann"};
    struct world w;
    (void)state;
    secret_set(&conf.password, BYTES("hush-hush"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        world_open(&w, &(struct sink_conf){.offers_login = true, .refuse = rows[i].command,
                                           .refusal = rows[i].refusal},
                   conf);
        assert_int_equal(mail_send(&w.op, w.mail, &plain), -1);
        if (w.op.err != rows[i].err || !strstr(w.op.err_text, rows[i].text))
            fail_msg("%s: %d %s", rows[i].refusal, w.op.err, w.op.err_text);
        assert_null(strstr(w.op.err_text, "hush"));
        world_close(&w);
    }
    secret_fini(&conf.password);
}

static void tls_is_used_as_asked_for(void **state)
{
    static const enum mail_tls kinds[] = {MAIL_TLS_STARTTLS, MAIL_TLS_DIRECT, MAIL_TLS_OFFERED};
    char cert[128], key[128];
    struct mail_conf conf = {.host = "localhost", .user = "ann", .ca_file = cert};
    struct world w;
    (void)state;
    snprintf(cert, sizeof cert, "%s/cert.pem", folder);
    snprintf(key, sizeof key, "%s/key.pem", folder);
    cert_make("localhost", 30, cert, key);
    secret_set(&conf.password, BYTES("pw"));
    for (size_t i = 0; i < 3; i++) {
        conf.tls = kinds[i];
        world_open(&w, &(struct sink_conf){.cert_file = cert, .key_file = key, .offers_login = true,
                                           .is_direct = kinds[i] == MAIL_TLS_DIRECT},
                   conf);
        if (mail_send(&w.op, w.mail, &plain) < 0)
            fail_msg("%zu: %s", i, w.op.err_text);
        mail_close(w.mail);
        w.mail = NULL;
        thread_join(&w.sink.thread);
        assert_true(w.sink.was_encrypted);
        assert_non_null(strstr(w.sink.commands, "AUTH PLAIN"));
        world_close(&w);
    }
    secret_fini(&conf.password);
}

static void a_server_without_tls_gets_neither_password_nor_mail(void **state)
{
    struct mail_conf conf = {.tls = MAIL_TLS_STARTTLS, .user = "ann"};
    struct world w;
    (void)state;
    secret_set(&conf.password, BYTES("pw"));
    world_open(&w, &(struct sink_conf){.offers_login = true}, conf);
    assert_int_equal(mail_send(&w.op, w.mail, &plain), -1);
    assert_int_equal(w.op.err, ERR_TARGET);
    assert_non_null(strstr(w.op.err_text, "offers no TLS"));
    mail_close(w.mail);
    w.mail = NULL;
    thread_join(&w.sink.thread);
    assert_null(strstr(w.sink.commands, "AUTH"));
    assert_null(strstr(w.sink.commands, "MAIL"));
    world_close(&w);
    secret_fini(&conf.password);
}

static void a_server_that_never_greets_ends_at_the_deadline(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, &(struct sink_conf){.is_mute = true}, open_conf);
    w.op.deadline_ms -= 19900;
    assert_int_equal(mail_send(&w.op, w.mail, &plain), -1);
    assert_int_equal(w.op.err, ERR_TIMEOUT);
    world_close(&w);
}

static void bad_settings_are_refused_with_their_mend(void **state)
{
    static const struct {
        struct mail_conf conf;
        const char *text;
    } rows[] = {
        {{.from = "a@example.org"}, "host"},
        {{.host = "a b", .from = "a@example.org"}, "host"},
        {{.host = "m", .from = "nobody"}, "bare address"},
        {{.host = "m", .from = "A <a@example.org>"}, "bare address"},
        {{.host = "m", .from = "a@example.org", .port = 70000}, "port"},
        {{.host = "m", .from = "a@example.org", .user = "a", .tls = MAIL_TLS_OFFERED}, "starttls"},
        {{.host = "m", .from = "a@example.org", .ca_file = "/nonexistent.pem"}, "CA file"},
    };
    struct mail *mail;
    struct op op;
    (void)state;
    op_init(&op, -1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(mail_open(&op, &rows[i].conf, &mail), -1);
        assert_int_equal(op.err, ERR_BAD_INPUT);
        if (!strstr(op.err_text, rows[i].text))
            fail_msg("%zu: %s", i, op.err_text);
        op_clear(&op);
    }
    op_fini(&op);
}

static void addresses_are_told_from_other_texts(void **state)
{
    static const char *const good[] = {"a@b", "first.last+tag@mail.example.org",
                                       "Ann <ann@example.org>", "\"Ann, B.\" <ann@example.org>",
                                       " ann@example.org "};
    static const char *const bad[] = {"",      "a",          "@b",           "a@",
                                      "a@b@c", "a b@c",      "a@b, c@d",     "<a@b> x",
                                      ".a@b",  "a..b@c",     "a@b\r\nX: y",  "A\n <a@b>",
                                      "-oX@b", "a@b <c@d",   "\xc3\xa4@b"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!mail_is_address(good[i]))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (mail_is_address(bad[i]))
            fail_msg("accepted: %s", bad[i]);
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    file_drop_tree(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_mail_arrives_whole),
        cmocka_unit_test(alternatives_pictures_and_files_arrive_in_their_places),
        cmocka_unit_test(a_value_with_a_line_break_never_reaches_the_server),
        cmocka_unit_test(refusals_say_whether_to_try_again),
        cmocka_unit_test(tls_is_used_as_asked_for),
        cmocka_unit_test(a_server_without_tls_gets_neither_password_nor_mail),
        cmocka_unit_test(a_server_that_never_greets_ends_at_the_deadline),
        cmocka_unit_test(bad_settings_are_refused_with_their_mend),
        cmocka_unit_test(addresses_are_told_from_other_texts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
