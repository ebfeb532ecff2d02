/* Certificates, from both ends: our client against our server. */
#include "../test.h"

#include "cert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fetch/fetch.h"
#include "httpd/httpd.h"
#include "sys/file.h"

static char folder[] = "/tmp/rounds-tls-test-XXXXXX";

static void handle(void *ctx, struct httpd_request *req)
{
    (void)ctx;
    httpd_reply(req, 200, "text/plain", req->is_tls ? BYTES("safe") : BYTES("open"));
}

struct world {
    struct op op;
    struct httpd *server;
    char cert[128], key[128], url[64];
    struct fetch_response response;
};

static void world_open(struct world *w, const char *host, int days)
{
    snprintf(w->cert, sizeof w->cert, "%s/%s.pem", folder, host);
    snprintf(w->key, sizeof w->key, "%s/%s.key", folder, host);
    cert_make(host, days, w->cert, w->key);
    struct httpd_conf conf = {.listen = {{"127.0.0.1:0", true}},
                              .listen_n = 1,
                              .tls_cert_file = w->cert,
                              .tls_key_file = w->key};
    op_init(&w->op, 20000);
    if (httpd_start(&w->op, &conf, &(struct httpd_face){.handle = handle}, &w->server) < 0)
        fail_msg("%s", w->op.err_text);
    snprintf(w->url, sizeof w->url, "https://localhost:%d/", httpd_port(w->server, 0));
}

static void world_close(struct world *w)
{
    httpd_stop(w->server, 0);
    op_fini(&w->op);
}

static int get(struct world *w, struct fetch_conf conf)
{
    struct fetch_client *client;
    struct fetch_request request = {.url = w->url, .pin = "127.0.0.1"};
    assert_int_equal(fetch_open(&w->op, &conf, &client), 0);
    int result = fetch_run(&w->op, client, &request, &w->response);
    fetch_close(client);
    return result;
}

static void a_trusted_server_is_read_and_its_end_known(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, "localhost", 30);
    assert_int_equal(get(&w, (struct fetch_conf){.ca_file = w.cert}), 0);
    assert_string_equal(w.response.body.p, "safe");
    int64_t left_ms = w.response.cert_until_ms - clock_wall_ms();
    assert_in_range(left_ms / 3600000, 29 * 24, 30 * 24);
    world_close(&w);
}

static void an_unknown_issuer_is_named_with_its_mend(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, "localhost", 30);
    assert_int_equal(get(&w, (struct fetch_conf){0}), -1);
    assert_int_equal(w.op.err, ERR_TARGET);
    assert_non_null(strstr(w.op.err_text, "set the CA file"));
    op_clear(&w.op);
    assert_int_equal(get(&w, (struct fetch_conf){.is_insecure = true}), 0);
    world_close(&w);
}

static void a_wrong_name_and_an_old_certificate_are_told_apart(void **state)
{
    struct world w;
    (void)state;
    world_open(&w, "other.example", 30);
    assert_int_equal(get(&w, (struct fetch_conf){.ca_file = w.cert}), -1);
    assert_non_null(strstr(w.op.err_text, "another host name"));
    world_close(&w);
    world_open(&w, "localhost", -1);
    assert_int_equal(get(&w, (struct fetch_conf){.ca_file = w.cert}), -1);
    assert_non_null(strstr(w.op.err_text, "expired"));
    world_close(&w);
}

static void bad_certificate_files_stop_the_start(void **state)
{
    struct httpd_face face = {.handle = handle};
    struct httpd_conf conf = {.listen = {{"127.0.0.1:0", true}}, .listen_n = 1};
    struct httpd *server;
    struct op op;
    char path[128];
    (void)state;
    op_init(&op, -1);
    assert_int_equal(httpd_start(&op, &conf, &face, &server), -1);
    assert_non_null(strstr(op.err_text, "certificate file"));
    op_clear(&op);
    snprintf(path, sizeof path, "%s/garbage.pem", folder);
    assert_int_equal(file_write_atomic(&op, path, BYTES("garbage"), 0600), 0);
    conf.tls_cert_file = conf.tls_key_file = path;
    assert_int_equal(httpd_start(&op, &conf, &face, &server), -1);
    assert_int_equal(op.err, ERR_BAD_INPUT);
    op_fini(&op);
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
        cmocka_unit_test(a_trusted_server_is_read_and_its_end_known),
        cmocka_unit_test(an_unknown_issuer_is_named_with_its_mend),
        cmocka_unit_test(a_wrong_name_and_an_old_certificate_are_told_apart),
        cmocka_unit_test(bad_certificate_files_stop_the_start),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
