/* Pages in the real browser, against a small site: what a render relies on. Skipped where there is
 * none. */
#include "../test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "chrome/page_priv.h"
#include "site.h"
#include "sys/file.h"

#include <png.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct {
    char dir[64];
    struct site site, other;
    struct browser *browser;
} all; /* shared by the tests: a start costs more than they do */

static struct op op;
static struct page *page;

static const char RED[] =
    "<!doctype html><title>red</title><body style='margin:0;background:#f00'><div style='"
    "position:absolute;left:100px;top:50px;width:20px;height:20px;background:#00f'></div>";

static char theft[4096], framed[1024], evil[2048];

static void fill_sites(void)
{
    struct site *s = &all.site, *o = &all.other;
    snprintf(
        theft, sizeof theft,
        "<!doctype html><title>theft</title><img src='%s/pixel.png'><img src='%s/hop'><script "
        "src='%s/other.js'>"
        "</script><script src='/own.js'></script><script>fetch('%s/cors').catch(()=>0);"
        "fetch('/api/own').then(r=>r.text()).then(()=>fetch('/hop2').catch(()=>0)).finally(()=>{"
        "document.title='done'})</script>",
        o->origin, s->origin, o->origin, o->origin);
    snprintf(framed, sizeof framed,
             "<!doctype html><iframe src='%s/evil'></iframe><iframe src='/child'></iframe>",
             o->origin);
    snprintf(evil, sizeof evil,
             "<script>addEventListener('load',()=>{"
             "const f=document.createElement('iframe');document.body.append(f);"
             "fetch('%s/api/steal',{mode:'no-cors',credentials:'include'})"
             ".then(()=>f.contentWindow.fetch('%s/api/nested',{mode:'no-cors'}))"
             ".then(()=>new Promise(done=>{const g=document.createElement('iframe');"
             "g.onload=()=>done(g.contentWindow.fetch('%s/api/deep',{mode:'no-cors'}));"
             "g.srcdoc='x';document.body.append(g)}))"
             ".finally(()=>fetch('/stolen'))})</script><body>",
             s->origin, s->origin, s->origin);
    char *to_other = mem_fmt("Location: %s/landed\r\n", o->origin);
    static char location[2][128];
    snprintf(location[0], sizeof location[0], "%s", to_other);
    mem_free(to_other);
    site_add(s, "/red", "200 OK", "", RED);
    site_add(s, "/blank", "200 OK", "", "<!doctype html><title>blank</title>");
    site_add(s, "/hang", NULL, "", "");
    site_add(s, "/missing", "404 Not Found", "", "gone");
    site_add(s, "/empty", "401 Unauthorized", "", "");
    site_add(s, "/moved", "302 Found", "Location: /red\r\n", "");
    site_add(s, "/theft", "200 OK", "", theft);
    site_add(s, "/own.js", "200 OK", "Content-Type: text/javascript\r\n", "0");
    site_add(s, "/api/own", "200 OK", "", "mine");
    site_add(s, "/api/steal", "200 OK", "", "mine");
    site_add(s, "/api/nested", "200 OK", "", "mine");
    site_add(s, "/api/deep", "200 OK", "", "mine");
    site_add(s, "/hop", "302 Found", location[0], "");
    site_add(s, "/hop2", "302 Found", location[0], "");
    site_add(s, "/framed", "200 OK", "", framed);
    site_add(s, "/child", "200 OK", "", "<script>fetch('/api/child')</script>");
    site_add(s, "/api/child", "200 OK", "", "1");
    site_add(s, "/file.csv", "200 OK",
             "Content-Type: text/csv\r\nContent-Disposition: attachment; "
             "filename=\"../../etc/data.csv\"\r\n",
             "a,b\n1,2\n");
    site_add(s, "/api/ds/query", "200 OK", "Content-Type: application/json\r\n",
             "{\"results\":{\"A\":{\"text\":\"caf\xc3\xa9 \\\"x\\\" \\u20ac\"}}}");
    site_add(s, "/unload", "200 OK", "",
             "<!doctype html><script>addEventListener('beforeunload',e=>{"
             "e.preventDefault();e.returnValue='x'})</script>");
    site_add(s, "/store", "200 OK", "",
             "<!doctype html><script>document.cookie='c=1;max-age=9999';localStorage.l=1;"
             "sessionStorage.s=1;window.name='me';caches.open('k').then(c=>c.put('/x',new "
             "Response('y'))).then(()=>{"
             "const r=indexedDB.open('db');r.onupgradeneeded=()=>r.result.createObjectStore('o');"
             "r.onsuccess=()=>{window.open('/popup');document.title='stored'}})</script>");
    site_add(s, "/popup", "200 OK", "", "<script>setInterval(()=>{localStorage.l=2},5)</script>");
    site_add(o, "/pixel.png", "200 OK", "Content-Type: image/png\r\n", "");
    site_add(o, "/other.js", "200 OK", "Content-Type: text/javascript\r\n", "0");
    site_add(o, "/cors", "200 OK", "Access-Control-Allow-Origin: *\r\n", "");
    site_add(o, "/landed", "200 OK", "Access-Control-Allow-Origin: *\r\n", "");
    site_add(o, "/evil", "200 OK", "", evil);
    site_add(o, "/stolen", "200 OK", "", "");
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
    struct op start;
    op_init(&start, 30000);
    struct browser_conf conf = {
        .process = {.browser_path = getenv("ROUNDS_BROWSER_PATH"), .temp_dir = all.dir},
        .message_max = 64 << 20};
    int rc = browser_open(&start, &conf, &all.browser);
    if (rc < 0)
        print_error("%s\n", start.err_text);
    op_fini(&start);
    return rc;
}

static int stop_all(void **state)
{
    (void)state;
    browser_close(all.browser);
    site_stop(&all.site);
    site_stop(&all.other);
    int rc = rmdir(all.dir); /* only if nothing is left in it */
    file_drop_tree(all.dir);
    return rc;
}

static int open_tab(void)
{
    char context[BROWSER_ID_MAX];
    if (browser_open_context(&op, all.browser, 0, context) < 0 ||
        page_open(&op, all.browser, context, &page) < 0)
        return -1;
    return page_set_view(&op, page, (struct page_view){400, 300, 1});
}

static int setup(void **state)
{
    (void)state;
    page = NULL;
    op_init(&op, 30000);
    site_forget(&all.site);
    site_forget(&all.other);
    int rc = open_tab();
    if (rc < 0)
        print_error("%s\n", op.err_text);
    return rc;
}

static int teardown(void **state)
{
    (void)state;
    struct op last;
    op_init(&last, 5000);
    if (page) {
        char context[BROWSER_ID_MAX];
        memcpy(context, page->context, sizeof context);
        page_free(page);
        browser_close_context(&last, all.browser, context);
    }
    op_fini(&last);
    op_fini(&op);
    return 0;
}

static const char *url(const char *path)
{
    return arena_fmt(&op.arena, "%s%s", all.site.origin, path);
}

static void check(int rc)
{
    if (rc < 0)
        fail_msg("%s: %s", err_word(op.err), op.err_text);
}

static void go(const char *path)
{
    check(page_go(&op, page, url(path)));
}

static void fails(int rc, enum err err, const char *part)
{
    assert_int_equal(rc, -1);
    if (op.err != err || !strstr(op.err_text, part))
        fail_msg("%s: %s", err_word(op.err), op.err_text);
    op_clear(&op);
}

static bool is_loaded(const struct facts *facts, void *ctx)
{
    (void)ctx;
    return facts->is_loaded;
}

static const char *eval_text(const char *expression)
{
    const struct jv *v;
    check(page_eval(&op, page, expression, &v));
    return jv_text(v, "(not a text)");
}

/* Waits until document.title is this, told by events of the page rather than by looking again and
 * again. */
static void await_title(const char *title)
{
    const char *script = arena_fmt(
        &op.arena,
        "new Promise(d=>{const t=()=>document.title==='%s'?d('ok'):setTimeout(t,5);t()})", title);
    assert_string_equal(eval_text(script), "ok");
}

struct picture {
    png_image image;
    unsigned char *pixels;
};

static struct picture decode(struct bytes png)
{
    struct picture p = {.image = {.version = PNG_IMAGE_VERSION}};
    assert_true(png_image_begin_read_from_memory(&p.image, png.p, png.n));
    p.image.format = PNG_FORMAT_RGB;
    p.pixels = arena_alloc(&op.arena, PNG_IMAGE_SIZE(p.image));
    assert_true(png_image_finish_read(&p.image, NULL, p.pixels, 0, NULL));
    return p;
}

static unsigned pixel(const struct picture *p, unsigned x, unsigned y)
{
    const unsigned char *c = p->pixels + (y * p->image.width + x) * 3;
    return (unsigned)c[0] << 16 | (unsigned)c[1] << 8 | c[2];
}

static void test_screenshot(void **state)
{
    (void)state;
    struct bytes png;
    go("/red"); /* at once after the commit: the frame with the body must be waited for */
    check(page_wait(&op, page, is_loaded, NULL));
    for (int fast = 0; fast < 2; fast++) {
        check(page_screenshot(&op, page, &(struct page_shot){.is_fast = fast}, &png));
        struct picture p = decode(png);
        assert_int_equal(p.image.width, 400);
        assert_int_equal(p.image.height, 300);
        assert_int_equal(pixel(&p, 10, 10), 0xff0000);
        assert_int_equal(pixel(&p, 110, 60), 0x0000ff);
    }
}

static void test_scale_and_clip(void **state)
{
    (void)state;
    struct bytes png;
    check(page_set_view(&op, page, (struct page_view){300, 200, 2}));
    go("/red");
    check(page_wait(&op, page, is_loaded, NULL));
    check(page_screenshot(&op, page, &(struct page_shot){0}, &png));
    struct picture p = decode(png);
    assert_int_equal(p.image.width, 600);
    assert_int_equal(p.image.height, 400);
    assert_int_equal(pixel(&p, 220, 120), 0x0000ff);
    check(page_screenshot(&op, page, &(struct page_shot){.clip = {100, 50, 20, 20}}, &png));
    p = decode(png);
    assert_int_equal(p.image.width, 40);
    assert_int_equal(pixel(&p, 0, 0), 0x0000ff);
    assert_int_equal(pixel(&p, 39, 39), 0x0000ff);
}

static void test_other_formats(void **state)
{
    (void)state;
    struct bytes out;
    go("/red");
    check(
        page_screenshot(&op, page, &(struct page_shot){.format = PAGE_JPEG, .quality = 70}, &out));
    assert_memory_equal(out.p, "\xff\xd8\xff", 3);
    check(
        page_screenshot(&op, page, &(struct page_shot){.format = PAGE_WEBP, .quality = 70}, &out));
    assert_memory_equal(out.p, "RIFF", 4);
    check(page_print(&op, page,
                     &(struct page_paper){.width_in = 8.27,
                                          .height_in = 11.7,
                                          .has_background = true,
                                          .footer = "<b>f</b>",
                                          .ranges = "1"},
                     &out));
    assert_memory_equal(out.p, "%PDF-", 5);
    fails(page_print(&op, page, &(struct page_paper){.ranges = "x-y"}, &out), ERR_BROWSER,
          "Page.printToPDF");
}

static void test_looks(void **state)
{
    (void)state;
    check(page_set_locale(&op, page, "Asia/Tokyo", "de-DE,de"));
    check(page_set_dark(&op, page, true));
    go("/blank");
    assert_string_equal(
        eval_text("new Date(0).getHours()+' '+navigator.language+' '+(1.5).toLocaleString()"),
        "9 de-DE 1,5");
    assert_string_equal(
        eval_text("['(prefers-color-scheme: dark)','(prefers-reduced-motion: reduce)']"
                  ".map(q=>matchMedia(q).matches).join()+' '+document.hidden"),
        "true,true false");
    const char *request = site_request(&all.site, &op.arena, "GET /blank");
    assert_non_null(strstr(request, "Accept-Language: de-DE,de"));
    check(page_set_locale(&op, page, "", ""));
    go("/blank");
    assert_string_equal(eval_text("String(new Date(0).getTimezoneOffset())"), "0");
    fails(page_set_locale(&op, page, "Mars/Olympus", ""), ERR_BAD_INPUT, "Mars/Olympus");
}

static void test_what_became_of_the_document(void **state)
{
    (void)state;
    go("/red");
    assert_int_equal(page_facts(page)->status, 200);
    assert_true(page_facts(page)->is_committed);
    go("/missing");
    assert_int_equal(page_facts(page)->status, 404);
    go("/moved");
    assert_string_equal(page_facts(page)->url, url("/red"));
    assert_int_equal(page_facts(page)->redirects_n, 1);
    assert_string_equal(page_facts(page)->redirects[0], url("/moved"));
    go("/empty");
    assert_int_equal(page_facts(page)->status, 401);
    fails(page_go(&op, page, "http://127.0.0.1:1/x?token=secret"), ERR_TARGET,
          "http://127.0.0.1:1/x did not load");
    fails(page_go(&op, page, "file:///etc/passwd"), ERR_FORBIDDEN, "");
    fails(page_go(&op, page, "chrome://version"), ERR_FORBIDDEN, "");
    fails(page_go(&op, page, "javascript:alert(1)"), ERR_FORBIDDEN, "");
    go("/red"); /* and it still works */
}

static void test_fragments_are_no_documents(void **state)
{
    (void)state;
    go("/red");
    go("/red#here");
    assert_string_equal(page_facts(page)->url, url("/red#here"));
    assert_true(page_facts(page)->is_committed);
}

static void test_header_goes_to_one_origin_only(void **state)
{
    (void)state;
    struct secret token = {0};
    secret_set(&token, BYTES("Bearer hunter2"));
    struct page_header header = {"Authorization", &token};
    check(page_set_credential(&op, page, all.site.origin, &header, 1));
    go("/theft");
    await_title("done");
    static const char *const OWN[] = {"GET /theft", "GET /own.js", "GET /api/own", "GET /hop",
                                      "GET /hop2"};
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++) {
        const char *request = site_await(&all.site, &op.arena, OWN[i]);
        assert_non_null(request);
        if (!strstr(request, "Authorization: Bearer hunter2"))
            fail_msg("%s went without", OWN[i]);
        assert_non_null(strstr(request, "User-Agent:")); /* its own headers are still there */
    }
    static const char *const FOREIGN[] = {"GET /pixel.png", "GET /other.js", "GET /cors",
                                          "GET /landed"};
    for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++) {
        const char *request = site_await(&all.other, &op.arena, FOREIGN[i]);
        assert_non_null(request);
        assert_null(strstr(request, "hunter2"));
    }
    assert_false(page_facts(page)->is_off_origin);
    secret_set(&token, BYTES("Bearer other"));
    check(page_set_credential(&op, page, all.site.origin, &header, 1));
    site_forget(&all.site);
    go("/red");
    assert_non_null(strstr(site_request(&all.site, &op.arena, "GET /red"), "Bearer other"));
    check(page_set_credential(&op, page, NULL, NULL, 0));
    site_forget(&all.site);
    go("/blank");
    assert_null(strstr(site_request(&all.site, &op.arena, "GET /blank"), "Bearer"));
    secret_fini(&token);
}

static void test_foreign_frames_do_not_act_in_our_name(void **state)
{
    (void)state;
    struct secret token = {0};
    secret_set(&token, BYTES("Bearer hunter2"));
    struct page_header header = {"Authorization", &token};
    check(page_set_credential(&op, page, all.site.origin, &header, 1));
    go("/framed");
    check(page_wait(&op, page, is_loaded, NULL));
    eval_text(
        "fetch('/api/own').then(r=>r.text())"); /* keeps the pump going while the frames work */
    while (!site_request(&all.other, &op.arena, "GET /stolen") ||
           !site_request(&all.site, &op.arena, "GET /api/child"))
        check(page_pump(&op, page, 50));
    static const char *const thefts[] = {"GET /api/steal", "GET /api/nested", "GET /api/deep"};
    for (size_t i = 0; i < sizeof thefts / sizeof *thefts; i++) {
        const char *theft_ = site_await(&all.site, &op.arena, thefts[i]);
        assert_non_null(theft_);
        assert_null(strstr(theft_, "hunter2"));
    }
    assert_non_null(strstr(site_request(&all.site, &op.arena, "GET /api/child"), "hunter2"));
    secret_fini(&token);
}

static void test_leaving_the_origin_is_told(void **state)
{
    (void)state;
    struct secret token = {0};
    secret_set(&token, BYTES("x"));
    struct page_header header = {"X-Token", &token};
    check(page_set_credential(&op, page, all.site.origin, &header, 1));
    go("/hop2");
    assert_true(page_facts(page)->is_off_origin);
    assert_null(strstr(site_request(&all.other, &op.arena, "GET /landed"), "X-Token"));
    secret_fini(&token);
}

static void test_cookies(void **state)
{
    (void)state;
    struct secret key = {0};
    secret_set(&key, BYTES("k3y"));
    struct page_cookie cookie = {.name = "renderKey", .value = &key, .domain = "127.0.0.1"};
    check(page_set_cookie(&op, page, &cookie));
    go("/blank");
    assert_non_null(
        strstr(site_request(&all.site, &op.arena, "GET /blank"), "Cookie: renderKey=k3y"));
    cookie.name = "bad;name";
    assert_int_equal(page_set_cookie(&op, page, &cookie), -1);
    assert_null(strstr(op.err_text, "k3y"));
    secret_fini(&key);
}

static void test_scripts_and_bindings(void **state)
{
    (void)state;
    check(page_add_script(
        &op, page, "window.early=document.readyState+document.scripts.length;tell('start')"));
    check(page_add_script(
        &op, page, "window.early=document.readyState+document.scripts.length;tell('start')"));
    check(page_add_binding(&op, page, "tell"));
    go("/theft");
    assert_string_equal(eval_text("early"), "loading0");
    assert_int_equal(page_facts(page)->calls_n, 1);
    const struct facts_call *call = facts_last_call(page_facts(page), "tell");
    assert_string_equal(call->payload, "start");
    check(page_eval(&op, page, "tell('again')", NULL));
    check(page_pump(&op, page, 0));
    assert_string_equal(facts_last_call(page_facts(page), "tell")->payload, "again");
}

static void test_eval(void **state)
{
    (void)state;
    const struct jv *v;
    go("/blank");
    check(page_eval(&op, page, "({a:[1,2,{b:'\xe2\x82\xac'}],n:null})", &v));
    assert_string_equal(jv_text_at(jv_item(jv_get(v, "a"), 2), "b", ""), "\xe2\x82\xac");
    check(page_eval(&op, page, "new Promise(r=>setTimeout(()=>r(7),5))", &v));
    assert_int_equal(jv_int(v, 0), 7);
    check(page_eval(&op, page, "undefined", &v));
    assert_null(v);
    fails(page_eval(&op, page, "null.x", &v), ERR_INTERNAL, "TypeError");
    fails(page_eval(&op, page, "Promise.reject(new Error('no'))", &v), ERR_INTERNAL, "no");
    fails(page_eval(&op, page, "{{", &v), ERR_INTERNAL, "SyntaxError");
}

static void test_push_url(void **state)
{
    (void)state;
    go("/blank");
    check(page_eval(&op, page,
                    "addEventListener('popstate',e=>{window.seen=location.search+String(e.state)})",
                    NULL));
    uint32_t epoch = page_facts(page)->epoch;
    check(page_push_url(&op, page, url("/d/x?from=1&v=%27%22"), "window.armed=location.pathname"));
    assert_int_equal(page_facts(page)->epoch, epoch + 1);
    assert_string_equal(eval_text("armed+seen"), "/blank?from=1&v=%27%22null");
    assert_string_equal(page_facts(page)->url, url("/d/x?from=1&v=%27%22"));
    assert_int_equal(page_facts(page)->commits_epoch, 0);
    check(page_push_url(&op, page, "/d/y", NULL));
    assert_string_equal(page_facts(page)->url, url("/d/y"));
    fails(page_push_url(&op, page, "http://other.example/x?secret", NULL), ERR_BAD_INPUT,
          "other.example");
}

static bool has_answer(const struct facts *facts, void *ctx)
{
    (void)ctx;
    return facts->queries_n == 1 && facts->queries[0].body_state == FACTS_BODY_KEPT;
}

static void test_bodies_of_queries(void **state)
{
    (void)state;
    page_keep_bodies(page, 1 << 20);
    go("/blank");
    check(page_eval(
        &op, page,
        "fetch('/api/ds/query?x=1',{method:'POST',headers:{'X-Panel-Id':'3','X-Dashboard-Uid':'u'},"
        "body:JSON.stringify({from:'1000',to:'2000',queries:[]})}).then(r=>r.text())",
        NULL));
    check(page_wait(&op, page, has_answer, NULL));
    const struct facts_query *q = facts_last_query(page_facts(page), "3");
    assert_non_null(q);
    assert_string_equal(q->body,
                        "{\"results\":{\"A\":{\"text\":\"caf\xc3\xa9 \\\"x\\\" \\u20ac\"}}}");
    assert_int_equal(q->body_n, strlen(q->body));
    assert_int_equal(q->from_ms, 1000);
    assert_int_equal(q->status, 200);
}

static void test_download(void **state)
{
    (void)state;
    struct bytes file;
    check(page_accept_downloads(&op, page));
    for (int i = 0; i < 2; i++) {
        go("/file.csv");
        check(page_take_download(&op, page, 1000, &file));
        assert_int_equal(file.n, 8);
        assert_memory_equal(file.p, "a,b\n1,2\n", 8);
    }
    go("/file.csv");
    fails(page_take_download(&op, page, 4, &file), ERR_TOO_LARGE, "");
    go("/red");
}

static void test_dialogs(void **state)
{
    (void)state;
    go("/unload");
    assert_string_equal(eval_text("alert('a');String(confirm('b'))"), "true");
    assert_int_equal(page_facts(page)->notes_n, 2);
    assert_string_equal(page_facts(page)->notes[1].text, "b");
    go("/red");
}

static void test_going_at_once_again(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) { /* the way in which navigations get lost */
        go("/unload");
        check(page_go(&op, page, "about:blank"));
        go("/blank");
        go("/red");
        assert_string_equal(page_facts(page)->url, url("/red"));
    }
}

static void test_deadline(void **state)
{
    (void)state;
    struct op part;
    int64_t before = clock_mono_ms();
    op_init_part(&part, &op, 300);
    assert_int_equal(page_go(&part, page, url("/hang")), -1);
    assert_int_equal(part.err, ERR_TIMEOUT);
    assert_true(clock_mono_ms() - before >= 300);
    op_fini(&part);
    go("/red"); /* the tab is not lost with it */
}

struct delayed {
    int fd, pid;
    const char *line;
};

/* Acts when the site has been asked for a page that never answers. */
static void act(void *ctx)
{
    struct delayed *d = ctx;
    struct arena arena;
    uint64_t one = 1;
    arena_init(&arena);
    if (site_await(&all.site, &arena, d->line)) {
        if (d->pid > 0)
            kill(d->pid, SIGKILL);
        else if (write(d->fd, &one, sizeof one) < 0)
            print_error("eventfd\n");
    }
    arena_fini(&arena);
}

static void test_cancel(void **state)
{
    (void)state;
    struct op part;
    struct thread thread;
    struct delayed d = {.fd = eventfd(0, EFD_CLOEXEC), .line = "GET /hang"};
    op_init_part(&part, &op, -1);
    part.cancel_fd = d.fd;
    thread_start(&thread, "act", act, &d);
    assert_int_equal(page_go(&part, page, url("/hang")), -1);
    assert_int_equal(part.err, ERR_CANCELLED);
    thread_join(&thread);
    op_fini(&part);
    close(d.fd);
    go("/red");
}

static void test_crashed_tab(void **state)
{
    (void)state;
    go("/red");
    struct op part;
    op_init_part(&part, &op, 10000);
    assert_int_equal(page_call(&part, page, "Page.crash", NULL, NULL), -1);
    assert_int_equal(part.err, ERR_BROWSER);
    assert_true(page_facts(page)->is_crashed);
    op_fini(&part);
    fails(page_go(&op, page, url("/red")), ERR_BROWSER, "crashed");
    assert_false(cdp_is_broken(all.browser->cdp));
    assert_int_equal(page_close(&op, page), 0);
    page = NULL;
    check(open_tab()); /* the browser has room for the next */
    go("/red");
}

static void test_killed_browser(void **state)
{
    (void)state;
    struct browser *doomed;
    struct page *lost;
    struct browser_conf conf = {
        .process = {.browser_path = getenv("ROUNDS_BROWSER_PATH"), .temp_dir = all.dir},
        .message_max = 64 << 20};
    check(browser_open(&op, &conf, &doomed));
    char context[BROWSER_ID_MAX];
    check(browser_open_context(&op, doomed, 0, context));
    check(page_open(&op, doomed, context, &lost));
    struct delayed d = {.pid = process_pid(doomed->process), .line = "GET /hang"};
    struct thread thread;
    thread_start(&thread, "act", act, &d);
    fails(page_go(&op, lost, url("/hang")), ERR_BROWSER, "");
    thread_join(&thread);
    browser_close(doomed);
    go("/red"); /* ours is another */
}

static const char LEFT[] =
    "(async()=>[document.cookie,localStorage.length,sessionStorage.length,window.name,"
    "(await caches.keys()).length,(await indexedDB.databases()).length,history.length,"
    "typeof tell,typeof planted].join('|'))()";

static void test_wash(void **state)
{
    (void)state;
    struct secret token = {0};
    secret_set(&token, BYTES("Bearer hunter2"));
    struct page_header header = {"Authorization", &token};
    check(page_set_credential(&op, page, all.site.origin, &header, 1));
    check(page_add_binding(&op, page, "tell"));
    check(page_add_script(&op, page, "window.planted=1"));
    go("/blank");
    go("/store");
    await_title("stored");
    site_await(&all.site, &op.arena, "GET /popup");
    check(page_eval(&op, page, LEFT, NULL));
    check(page_wash(&op, page, all.site.origin));
    assert_string_equal(page_facts(page)->url, "about:blank");
    site_forget(&all.site);
    go("/red");
    assert_string_equal(eval_text(LEFT), "|0|0||0|0|2|undefined|undefined");
    const char *request = site_request(&all.site, &op.arena, "GET /red");
    assert_null(strstr(request, "Cookie"));
    assert_null(strstr(request, "hunter2"));
    struct cdp_ask ask = {.method = "Target.getTargets"};
    const struct jv *targets;
    int pages = 0;
    check(cdp_call(&op, all.browser->cdp, &ask, &targets));
    const struct jv *infos = jv_get(targets, "targetInfos");
    for (size_t i = 0; i < jv_len(infos); i++)
        pages +=
            strcmp(jv_text_at(jv_item(infos, i), "browserContextId", ""), page->context) == 0 &&
            strcmp(jv_text_at(jv_item(infos, i), "type", ""), "page") == 0;
    assert_int_equal(pages, 1); /* the popup is gone */
    secret_fini(&token);
}

static void test_two_tabs_are_both_alive(void **state)
{
    (void)state;
    struct page *second;
    check(page_open(&op, all.browser, page->context, &second));
    go("/red");
    check(page_go(&op, second, url("/blank")));
    struct page *both[] = {page, second};
    for (int i = 0; i < 2; i++) {
        const struct jv *v; /* a hidden tab would never get its frames */
        check(page_eval(
            &op, both[i],
            "new "
            "Promise(r=>requestAnimationFrame(()=>requestAnimationFrame(()=>r(document.hidden))))",
            &v));
        assert_false(jv_bool(v, true));
    }
    assert_int_equal(page_close(&op, second), 0);
}

int main(void)
{
    struct op find;
    const char *path;
    op_init(&find, -1);
    int rc = process_find(&find, getenv("ROUNDS_BROWSER_PATH"), &path);
    op_fini(&find);
    if (rc < 0)
        return 77; /* skipped, says meson */
#define PAGE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        PAGE(test_screenshot),
        PAGE(test_scale_and_clip),
        PAGE(test_other_formats),
        PAGE(test_looks),
        PAGE(test_what_became_of_the_document),
        PAGE(test_fragments_are_no_documents),
        PAGE(test_header_goes_to_one_origin_only),
        PAGE(test_foreign_frames_do_not_act_in_our_name),
        PAGE(test_leaving_the_origin_is_told),
        PAGE(test_cookies),
        PAGE(test_scripts_and_bindings),
        PAGE(test_eval),
        PAGE(test_push_url),
        PAGE(test_bodies_of_queries),
        PAGE(test_download),
        PAGE(test_dialogs),
        PAGE(test_going_at_once_again),
        PAGE(test_deadline),
        PAGE(test_cancel),
        PAGE(test_crashed_tab),
        PAGE(test_killed_browser),
        PAGE(test_wash),
        PAGE(test_two_tabs_are_both_alive),
    };
    return cmocka_run_group_tests(tests, start_all, stop_all);
}
