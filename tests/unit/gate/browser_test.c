/* The gate as a browser's only way out: what a hostile page tries, in the real browser. */
#include "../test.h"

#include "../chrome/site.h"
#include "base/clock.h"
#include "chrome/page_priv.h"
#include "gate/gate.h"
#include "sys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    char dir[64];
    struct site site, other;
    struct browser *browser;
    struct gate *gate;
} all;

static struct op op;
static struct page *page;
static int port;
static char hostile[4096], hop[128], metadata_hop[128];

static void fill_sites(void)
{
    struct site *s = &all.site;
    int o = all.other.port;
    snprintf(hop, sizeof hop, "Location: http://127.0.0.1:%d/hop\r\n", o);
    snprintf(metadata_hop, sizeof metadata_hop, "Location: http://169.254.169.254/latest/\r\n");
    snprintf(
        hostile, sizeof hostile,
        "<!doctype html><title>hostile</title><img src='http://127.0.0.1:%d/img'><img "
        "src='http://localhost:%d/name'>"
        "<img src='http://[::ffff:127.0.0.1]:%d/mapped'><img src='http://2130706433:%d/odd'>"
        "<img src='http://169.254.169.254/latest/meta-data/'><img "
        "src='http://[fd00:ec2::254]/latest'>"
        "<img src='http://metadata.google.internal/x'><img src='/hop'><img src='/metadata-hop'>"
        "<iframe src='http://127.0.0.1:%d/frame'></iframe><iframe "
        "src='file:///etc/passwd'></iframe>"
        "<link rel=preconnect href='http://127.0.0.1:%d'><link rel=dns-prefetch "
        "href='//leak.example'>"
        "<script>const all=[];const t=(u)=>all.push(fetch(u,{mode:'no-cors'}).then(()=>u,()=>0));"
        "t('http://127.0.0.1:%d/fetch');t('http://0x7f.1:%d/hex');t('http://169.254.169.254/');t('/"
        "own');"
        "all.push(new Promise(r=>{const w=new "
        "WebSocket('ws://127.0.0.1:%d/ws');w.onopen=()=>r('ws');"
        "w.onerror=()=>r(0)}));navigator.sendBeacon('http://127.0.0.1:%d/beacon','x');"
        "addEventListener('load',()=>Promise.all(all).then(a=>{window.got=a.filter(x=>x).join();"
        "document.title='done'}))</script>",
        o, o, o, o, o, o, o, o, o, o);
    site_add(s, "/hostile", "200 OK", "", hostile);
    site_add(s, "/own", "200 OK", "", "mine");
    site_add(s, "/hop", "302 Found", hop, "");
    site_add(s, "/metadata-hop", "302 Found", metadata_hop, "");
    site_add(&all.other, "*", "200 OK", "Access-Control-Allow-Origin: *\r\n", "prey");
}

static int start_all(void **state)
{
    (void)state;
    snprintf(all.dir, sizeof all.dir, "/tmp/rounds-test-XXXXXX");
    if (!mkdtemp(all.dir))
        return -1;
    site_start(&all.site);
    site_start(&all.other);
    fill_sites();
    op_init(&op, 30000);
    struct browser_conf conf = {
        .process = {.browser_path = getenv("ROUNDS_BROWSER_PATH"), .temp_dir = all.dir},
        .message_max = 64 << 20};
    char context[BROWSER_ID_MAX];
    struct gate_allow allow = {"127.0.0.1", all.site.port, true};
    int rc = gate_start(&op, &(struct gate_conf){0}, &all.gate) < 0 ||
             gate_open(&op, all.gate, &allow, 1, &port) < 0 ||
             browser_open(&op, &conf, &all.browser) < 0 ||
             browser_open_context(&op, all.browser, port, context) < 0 ||
             page_open(&op, all.browser, context, &page) < 0;
    if (rc)
        print_error("%s\n", op.err_text);
    return rc ? -1 : 0;
}

static int stop_all(void **state)
{
    (void)state;
    browser_close(all.browser);
    gate_stop(all.gate);
    site_stop(&all.site);
    site_stop(&all.other);
    op_fini(&op);
    int rc = rmdir(all.dir);
    file_drop_tree(all.dir);
    return rc;
}

static void check(int rc)
{
    if (rc < 0)
        fail_msg("%s: %s", err_word(op.err), op.err_text);
}

static bool is_refused(const char *host, int target)
{
    const struct gate_refusal *list;
    size_t n;
    gate_list_refused(all.gate, port, 0, &op, &list, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].host, host) == 0 && list[i].port == target)
            return true;
    return false;
}

static void test_a_hostile_page(void **state)
{
    (void)state;
    const struct jv *v;
    check(page_go(&op, page, arena_fmt(&op.arena, "%s/hostile", all.site.origin)));
    check(page_eval(
        &op, page,
        "new Promise(d=>{const t=()=>document.title==='done'?d(got):setTimeout(t,5);t()})", &v));
    assert_string_equal(jv_text(v, ""), "/own");
    assert_null(site_request(&all.other, &op.arena, "GET /"));
    lock_take(&all.other.lock);
    assert_int_equal(all.other.log.n, 0);
    lock_give(&all.other.lock);
    assert_true(is_refused("127.0.0.1", all.other.port));
    assert_true(is_refused("localhost", all.other.port));
    assert_true(is_refused("::ffff:127.0.0.1", all.other.port));
    assert_true(is_refused("169.254.169.254", 80));
    assert_true(is_refused("fd00:ec2::254", 80));
    assert_true(is_refused("metadata.google.internal", 80));
    assert_true(page_facts(page)->blocked_n >= 8);
}

static void test_going_elsewhere(void **state)
{
    (void)state;
    static const char *const URLS[] = {"http://127.0.0.1:%d/x", "http://localhost:%d/x",
                                       "http://2130706433:%d/x"};
    for (size_t i = 0; i < sizeof URLS / sizeof *URLS; i++) {
        char url[128];
        const char *at = strstr(URLS[i], "%d");
        snprintf(url, sizeof url, "%.*s%d%s", (int)(at - URLS[i]), URLS[i], all.other.port, at + 2);
        assert_int_equal(page_go(&op, page, url), -1);
        assert_int_equal(op.err, ERR_TARGET);
        op_clear(&op);
    }
    assert_int_equal(page_go(&op, page, arena_fmt(&op.arena, "%s/metadata-hop", all.site.origin)),
                     -1);
    assert_int_equal(op.err, ERR_TARGET);
    op_clear(&op);
    check(page_go(&op, page, arena_fmt(&op.arena, "%s/own", all.site.origin)));
    assert_int_equal(page_facts(page)->status, 200);
}

/* Whatever is not in a context with a way out has none at all. */
static void test_without_a_context_nothing_is_reached(void **state)
{
    (void)state;
    struct page *lost;
    site_forget(&all.site);
    check(page_open(&op, all.browser, NULL, &lost));
    assert_int_equal(page_go(&op, lost, arena_fmt(&op.arena, "%s/own", all.site.origin)), -1);
    assert_int_equal(op.err, ERR_TARGET);
    op_clear(&op);
    assert_null(site_request(&all.site, &op.arena, "GET /own"));
    assert_int_equal(page_close(&op, lost), 0);
}

static void test_the_cost_of_the_way(void **state)
{
    (void)state;
    struct gate_stats stats;
    check(page_go(&op, page, arena_fmt(&op.arena, "%s/own", all.site.origin)));
    gate_stats(all.gate, &stats);
    assert_true(stats.relayed_n > 0);
    assert_true(stats.bytes_in > 0 && stats.bytes_out > 0);
    gate_close(all.gate, port);
    assert_int_equal(page_go(&op, page, arena_fmt(&op.arena, "%s/own", all.site.origin)), -1);
    op_clear(&op);
}

int main(void)
{
    const char *path;
    op_init(&op, -1);
    int rc = process_find(&op, getenv("ROUNDS_BROWSER_PATH"), &path);
    op_fini(&op);
    if (rc < 0)
        return 77; /* skipped, says meson */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hostile_page),
        cmocka_unit_test(test_going_elsewhere),
        cmocka_unit_test(test_without_a_context_nothing_is_reached),
        cmocka_unit_test(test_the_cost_of_the_way),
    };
    return cmocka_run_group_tests(tests, start_all, stop_all);
}
