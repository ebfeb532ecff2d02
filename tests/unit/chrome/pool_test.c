/* Leases: who gets which browser, and what becomes of it. The queueing is played with the fake
 * browser; what one identity might see of another, and survival among kills, with the real one. */
#include "../test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "chrome/page_priv.h"
#include "chrome/pool_priv.h"
#include "site.h"
#include "sys/file.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    struct op op;
    char dir[64];
    struct pool *pool;
    struct site site;
    _Atomic int opened, closed; /* ways to the network */
    struct pool_lease held[4];  /* what a failed test has not returned */
} f;

static int setup(void **state)
{
    (void)state;
    memset(&f, 0, sizeof f);
    op_init(&f.op, 60000);
    snprintf(f.dir, sizeof f.dir, "/tmp/rounds-test-XXXXXX");
    return mkdtemp(f.dir) ? 0 : -1;
}

static void hold(const struct pool_lease *l)
{
    for (size_t i = 0; i < sizeof f.held / sizeof *f.held; i++) {
        if (f.held[i].slot)
            continue;
        f.held[i] = *l;
        return;
    }
}

static void let_go(struct pool_lease *l)
{
    for (size_t i = 0; i < sizeof f.held / sizeof *f.held; i++)
        if (f.held[i].slot == l->slot)
            f.held[i] = (struct pool_lease){0};
    pool_return(l);
}

static void stop(void)
{
    for (size_t i = 0; i < sizeof f.held / sizeof *f.held; i++)
        pool_return(&f.held[i]);
    pool_stop(f.pool);
    f.pool = NULL;
}

/* Nothing may be left: no child, no directory, no open way. */
static int teardown(void **state)
{
    (void)state;
    stop();
    op_fini(&f.op);
    bool is_clean = rmdir(f.dir) == 0 && waitpid(-1, NULL, WNOHANG) == -1 && f.opened == f.closed;
    if (!is_clean)
        print_error("left over: %s, ways %d/%d\n", f.dir, f.opened, f.closed);
    file_drop_tree(f.dir);
    return is_clean ? 0 : -1;
}

static int open_way(void *ctx, struct op *op, const struct pool_identity *who, int *out_port)
{
    (void)ctx;
    (void)op;
    (void)who;
    f.opened++;
    *out_port = 9;
    return 0;
}

static void close_way(void *ctx, int port)
{
    (void)ctx;
    (void)port;
    f.closed++;
}

static void start_with(const char *mode, struct pool_conf conf)
{
    static const char *flags[1];
    flags[0] = mode;
    const char *path = getenv(mode ? "FAKE_BROWSER" : "ROUNDS_BROWSER_PATH");
    conf.process = (struct process_conf){
        .browser_path = path, .temp_dir = f.dir, .flags = flags, .flags_n = mode != NULL};
    if (mode)
        conf.net = (struct pool_net){open_way, close_way, NULL};
    conf.message_max = 64 << 20;
    conf.waiters_max = conf.waiters_max ? conf.waiters_max : 10;
    conf.contexts_max = conf.contexts_max ? conf.contexts_max : 2;
    conf.browsers_max = conf.browsers_max ? conf.browsers_max : 1;
    assert_int_equal(pool_start(&f.op, &conf, &f.pool), 0);
}

static struct pool_ask ask_for(const char *fingerprint, enum pool_isolation isolation)
{
    return (struct pool_ask){.who = {"http://127.0.0.1:1", "1", fingerprint, isolation}};
}

static struct pool_lease lease(const char *fingerprint, enum pool_isolation isolation)
{
    struct pool_lease l;
    struct pool_ask ask = ask_for(fingerprint, isolation);
    if (pool_lease(&f.op, f.pool, &ask, &l) < 0)
        fail_msg("%s: %s", err_word(f.op.err), f.op.err_text);
    hold(&l);
    return l;
}

static void give_back(struct pool_lease *l, enum pool_end end)
{
    l->end = end;
    let_go(l);
    assert_null(l->page);
}

static struct pool_stats stats(void)
{
    struct pool_stats s;
    pool_stats(f.pool, &s);
    return s;
}

static void test_a_tab_stays_warm(void **state)
{
    (void)state;
    start_with("--fake=normal", (struct pool_conf){0});
    struct pool_lease l = lease("a", POOL_CONTEXT);
    struct page *page = l.page;
    assert_false(l.is_warm);
    assert_int_equal(l.net_port, 9);
    give_back(&l, POOL_KEEP);
    l = lease("a", POOL_CONTEXT);
    assert_true(l.is_warm);
    assert_ptr_equal(l.page, page);
    assert_int_equal(l.renders, 1);
    assert_int_equal(l.opened_ms, 0);
    give_back(&l, POOL_DROP_TAB);
    l = lease("a", POOL_CONTEXT);
    assert_false(l.is_warm);
    assert_string_equal(l.name, "b1");
    give_back(&l, POOL_DROP_BROWSER);
    l = lease("a", POOL_CONTEXT);
    assert_string_equal(l.name, "b2");
    give_back(&l, POOL_KEEP);
    assert_int_equal(stats().warm_n, 1);
    assert_int_equal(stats().leases_n, 4);
}

static void test_returning_nothing_is_fine(void **state)
{
    (void)state;
    struct pool_lease l = {0};
    pool_return(&l);
}

static void test_identities_do_not_share_contexts(void **state)
{
    (void)state;
    start_with("--fake=normal", (struct pool_conf){0});
    struct pool_lease l = lease("a", POOL_CONTEXT);
    char first[BROWSER_ID_MAX];
    memcpy(first, l.page->context, sizeof first);
    give_back(&l, POOL_KEEP);
    l = lease("b", POOL_CONTEXT);
    assert_string_not_equal(l.page->context, first);
    give_back(&l, POOL_KEEP);
    l = lease("a", POOL_WASH); /* the same credential as a drop-in caller's is another identity */
    assert_string_not_equal(l.page->context, first);
    give_back(&l, POOL_KEEP);
    assert_int_equal(f.opened, 3);
    assert_int_equal(f.closed, 1); /* two contexts at most: the least recently used, a's, left */
    l = lease("b", POOL_CONTEXT);
    assert_true(l.is_warm);
    give_back(&l, POOL_KEEP);
    l = lease("a", POOL_CONTEXT);
    assert_false(l.is_warm);
    give_back(&l, POOL_KEEP);
}

static void test_process_isolation(void **state)
{
    (void)state;
    start_with("--fake=normal", (struct pool_conf){.browsers_max = 2});
    struct pool_lease a = lease("a", POOL_PROCESS);
    struct pool_lease b = lease("b", POOL_PROCESS);
    assert_string_not_equal(a.name, b.name);
    char name[16];
    memcpy(name, a.name, sizeof name);
    give_back(&a, POOL_KEEP);
    give_back(&b, POOL_KEEP);
    a = lease("a", POOL_PROCESS);
    assert_string_equal(a.name, name);
    assert_true(a.is_warm);
    give_back(&a, POOL_KEEP);
    a = lease("c", POOL_PROCESS); /* no room: an idle browser ends, a new one starts */
    assert_false(a.is_warm);
    assert_true(strcmp(a.name, "b3") == 0);
    give_back(&a, POOL_KEEP);
    a = lease("d", POOL_CONTEXT);
    assert_true(strcmp(a.name, "b3") > 0);
    give_back(&a, POOL_KEEP);
}

/* A thread that waits for a lease, notes its turn and returns it. */
struct queuer {
    struct thread thread;
    struct op op;
    enum pool_class class_;
    int rc, turn, cancel_fd;
};

static _Atomic int turns;

static void queue(void *ctx)
{
    struct queuer *q = ctx;
    struct pool_lease l;
    struct pool_ask ask = ask_for("a", POOL_CONTEXT);
    ask.class_ = q->class_;
    q->rc = pool_lease(&q->op, f.pool, &ask, &l);
    if (q->rc == 0) {
        q->turn = ++turns;
        l.end = POOL_KEEP;
        pool_return(&l);
    }
}

static void start_queuer(struct queuer *q, enum pool_class class_, int64_t budget_ms)
{
    int before = stats().waiting[0] + stats().waiting[1] + stats().waiting[2];
    *q = (struct queuer){.class_ = class_, .cancel_fd = eventfd(0, EFD_CLOEXEC)};
    op_init(&q->op, budget_ms);
    q->op.cancel_fd = q->cancel_fd;
    thread_start(&q->thread, "queuer", queue, q);
    while (stats().waiting[0] + stats().waiting[1] + stats().waiting[2] == before)
        sched_yield();
}

static void end_queuer(struct queuer *q)
{
    thread_join(&q->thread);
    op_fini(&q->op);
    close(q->cancel_fd);
}

static void test_turns(void **state)
{
    (void)state;
    struct queuer q[4];
    static const enum pool_class CLASSES[] = {POOL_SCHEDULED, POOL_ALERT, POOL_INTERACTIVE,
                                              POOL_INTERACTIVE};
    turns = 0;
    start_with("--fake=normal", (struct pool_conf){0});
    struct pool_lease l = lease("a", POOL_CONTEXT);
    for (int i = 0; i < 4; i++) {
        start_queuer(&q[i], CLASSES[i], 30000);
        int64_t now_ms = clock_mono_ms(); /* turns of one class are told apart by the millisecond */
        while (clock_mono_ms() == now_ms)
            sched_yield();
    }
    struct pool_outlook outlook;
    pool_estimate(f.pool, POOL_SCHEDULED, &outlook);
    assert_int_equal(outlook.ahead, 4);
    pool_estimate(f.pool, POOL_INTERACTIVE, &outlook);
    assert_int_equal(outlook.ahead, 2);
    assert_int_equal(outlook.browsers, 1);
    give_back(&l, POOL_KEEP);
    for (int i = 0; i < 4; i++)
        end_queuer(&q[i]);
    assert_int_equal(q[2].turn, 1);
    assert_int_equal(q[3].turn, 2);
    assert_int_equal(q[1].turn, 3);
    assert_int_equal(q[0].turn, 4);
}

static void test_waiting_ends(void **state)
{
    (void)state;
    struct queuer late, gone, last;
    start_with("--fake=normal", (struct pool_conf){.waiters_max = 2});
    struct pool_lease l = lease("a", POOL_CONTEXT);
    start_queuer(&late, POOL_INTERACTIVE, 50);
    end_queuer(&late);
    assert_int_equal(late.rc, -1);
    start_queuer(&gone, POOL_INTERACTIVE, 30000);
    start_queuer(&last, POOL_INTERACTIVE, 30000);
    struct op op;
    struct pool_lease none;
    struct pool_ask ask = ask_for("a", POOL_CONTEXT);
    op_init(&op, 30000);
    assert_int_equal(pool_lease(&op, f.pool, &ask, &none), -1);
    assert_int_equal(op.err, ERR_BUSY);
    op_fini(&op);
    uint64_t one = 1;
    assert_int_equal(write(gone.cancel_fd, &one, sizeof one), sizeof one);
    end_queuer(&gone);
    assert_int_equal(gone.rc, -1);
    give_back(&l, POOL_KEEP);
    end_queuer(&last);
    assert_int_equal(last.rc, 0);
}

static void test_renewal_by_use(void **state)
{
    (void)state;
    start_with("--fake=normal", (struct pool_conf){.renders_max = 3, .browsers_min = 1});
    char name[16] = "";
    for (int i = 0; i < 20 || stats().recycled_n < 3; i++) {
        struct pool_lease l = lease("a", POOL_CONTEXT);
        assert_int_equal(l.waited_ms > 5000, 0);
        memcpy(name, l.name, sizeof name);
        give_back(&l, POOL_KEEP);
        assert_true(stats().idle + stats().leased >=
                    1); /* the successor comes before the old one leaves */
    }
    assert_string_not_equal(name, "b1");
    assert_int_equal(stats().died_n, 0);
}

static void test_renewal_by_age(void **state)
{
    (void)state;
    start_with("--fake=normal", (struct pool_conf){.age_max_ms = 100, .browsers_min = 1});
    while (stats().recycled_n < 1)
        assert_int_equal(op_pause(&f.op, 20), 0);
    struct pool_lease l = lease("a", POOL_CONTEXT);
    give_back(&l, POOL_KEEP);
}

/* Returns when it is dead, and leaves the reaping to the pool. */
static void kill_for_certain(int pid)
{
    siginfo_t info;
    kill(pid, SIGKILL);
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
}

static void test_a_death_among_the_idle(void **state)
{
    (void)state;
    start_with("--fake=normal", (struct pool_conf){.browsers_min = 1});
    for (int i = 0; i < 3; i++) {
        struct pool_lease l = lease("a", POOL_CONTEXT);
        int pid = process_pid(l.browser->process);
        give_back(&l, POOL_KEEP);
        kill_for_certain(pid);
        l = lease("a", POOL_CONTEXT); /* the caller sees nothing of it */
        assert_false(l.is_warm);
        give_back(&l, POOL_KEEP);
    }
    struct pool_lease l = lease("a", POOL_CONTEXT);
    int pid = process_pid(l.browser->process);
    give_back(&l, POOL_KEEP);
    kill_for_certain(pid);
    while (stats().died_n < 4 || stats().idle < 1) /* noticed and replaced without anybody asking */
        assert_int_equal(op_pause(&f.op, 20), 0);
}

static void test_a_death_in_use(void **state)
{
    (void)state;
    start_with("--fake=normal", (struct pool_conf){0});
    struct pool_lease l = lease("a", POOL_CONTEXT);
    kill_for_certain(process_pid(l.browser->process));
    struct op op;
    op_init(&op, 5000);
    assert_int_equal(page_go(&op, l.page, "http://127.0.0.1:1/x"), -1);
    assert_int_equal(op.err, ERR_BROWSER);
    op_fini(&op);
    give_back(&l, POOL_KEEP); /* even if its lessee believes in it */
    l = lease("a", POOL_CONTEXT);
    assert_string_equal(l.name, "b2");
    give_back(&l, POOL_KEEP);
}

static void test_a_hung_browser(void **state)
{
    (void)state;
    start_with("--fake=hang:Target.createTarget", (struct pool_conf){0});
    struct op op;
    struct pool_lease l;
    struct pool_ask ask = ask_for("a", POOL_CONTEXT);
    op_init(&op, 500);
    assert_int_equal(pool_lease(&op, f.pool, &ask, &l), -1);
    assert_int_equal(op.err, ERR_TIMEOUT);
    op_fini(&op);
    while (stats().died_n < 1)
        assert_int_equal(op_pause(&f.op, 10), 0);
}

static void test_refusing_to_start(void **state)
{
    (void)state;
    start_with("--fake=refuse", (struct pool_conf){.browsers_min = 1});
    assert_int_equal(pool_wait_ready(&f.op, f.pool), -1);
    assert_int_equal(f.op.err, ERR_UNAVAILABLE);
    assert_non_null(strstr(f.op.err_text, "cannot open display"));
    op_clear(&f.op);
    int64_t before = clock_mono_ms();
    struct pool_lease l;
    struct pool_ask ask = ask_for("a", POOL_CONTEXT);
    assert_int_equal(pool_lease(&f.op, f.pool, &ask, &l), -1);
    assert_int_equal(f.op.err, ERR_UNAVAILABLE);
    assert_true(clock_mono_ms() - before <
                20000); /* at once or with the next attempt, not at the deadline */
    assert_non_null(strstr(stats().start_error, "cannot open display"));
}

static void test_stopping_waits_for_the_leased(void **state)
{
    (void)state;
    struct queuer q;
    start_with("--fake=normal", (struct pool_conf){0});
    struct pool_lease l = lease("a", POOL_CONTEXT);
    start_queuer(&q, POOL_INTERACTIVE, 30000);
    struct thread stopper = {0};
    thread_start(&stopper, "stopper", (void (*)(void *))pool_stop, f.pool);
    end_queuer(&q);
    assert_int_equal(q.rc, -1); /* told at once */
    struct bytes picture;
    assert_int_equal(page_screenshot(&f.op, l.page, &(struct page_shot){0}, &picture),
                     0); /* still works */
    give_back(&l, POOL_KEEP);
    thread_join(&stopper);
    f.pool = NULL;
}

/* Leases, renders and kills browsers at random, all at once. */
struct chaos {
    struct thread thread;
    int seed, leases;
    const char *url;
    _Atomic int done, failed;
};

static void run_chaos(void *ctx)
{
    struct chaos *c = ctx;
    for (int i = 0; i < c->leases; i++) {
        static const char *const WHO[] = {"a", "b", "c"};
        struct op op;
        struct pool_lease l;
        struct bytes picture;
        int dice = (c->seed * 7919 + i * 104729) % 11;
        struct pool_ask ask = ask_for(WHO[dice % 3], dice % 2 ? POOL_CONTEXT : POOL_WASH);
        op_init(&op, 60000);
        if (pool_lease(&op, f.pool, &ask, &l) == 0) {
            if (dice == 7)
                kill(process_pid(l.browser->process), SIGKILL);
            if (page_set_view(&op, l.page, (struct page_view){300, 200, 1}) == 0 &&
                page_go(&op, l.page, c->url) == 0 &&
                page_screenshot(&op, l.page, &(struct page_shot){0}, &picture) == 0) {
                l.end = dice == 5 ? POOL_DROP_TAB : POOL_KEEP;
                c->done++;
            } else {
                c->failed++;
            }
            pool_return(&l);
        } else {
            print_error("lease: %s\n", op.err_text);
        }
        op_fini(&op);
    }
}

static void chaos(int leases, const char *url)
{
    struct chaos c[4] = {0};
    int done = 0, failed = 0;
    for (int i = 0; i < 4; i++) {
        c[i].seed = i;
        c[i].leases = leases;
        c[i].url = url;
        thread_start(&c[i].thread, "chaos", run_chaos, &c[i]);
    }
    for (int i = 0; i < 4; i++) {
        thread_join(&c[i].thread);
        done += c[i].done;
        failed += c[i].failed;
    }
    assert_int_equal(done + failed, 4 * leases);         /* every lease was granted */
    assert_true(failed > 0 && failed <= 4 * leases / 5); /* the killed ones, and only those */
    assert_true(stats().died_n >= failed);
}

static void test_chaos_with_the_fake(void **state)
{
    (void)state;
    start_with("--fake=normal",
               (struct pool_conf){.browsers_max = 3, .browsers_min = 1, .renders_max = 9});
    chaos(60, "http://127.0.0.1:1/d/x");
}

/* --- the real browser --- */

static bool has_real_browser(void)
{
    struct op find;
    const char *path;
    op_init(&find, -1);
    int rc = process_find(&find, getenv("ROUNDS_BROWSER_PATH"), &path);
    op_fini(&find);
    return rc == 0;
}

static int setup_real(void **state)
{
    if (setup(state) < 0)
        return -1;
    site_start(&f.site);
    site_add(&f.site, "/in", "200 OK", "Set-Cookie: key=alice; Path=/; Max-Age=999\r\n",
             "<!doctype "
             "html><script>localStorage.who='alice';sessionStorage.who='alice';window.name='alice'<"
             "/script>");
    static const char CACHED[] = "Cache-Control: public, max-age=9999\r\n";
    static const char SCRIPT[] =
        "Cache-Control: public, max-age=9999\r\nContent-Type: text/javascript\r\n";
    site_add(&f.site, "/cached", "200 OK", CACHED,
             "<!doctype html><script src='/app.js'></script>");
    site_add(&f.site, "/api/data", "200 OK", CACHED, "alice's");
    site_add(&f.site, "/app.js", "200 OK", SCRIPT, "1");
    site_add(&f.site, "/look", "200 OK", "", "<!doctype html><title>look</title>");
    return 0;
}

static int teardown_real(void **state)
{
    stop();
    site_stop(&f.site);
    return teardown(state);
}

static struct pool_lease lease_real(const char *fingerprint, enum pool_isolation isolation)
{
    struct pool_lease l;
    struct pool_ask ask = {.who = {f.site.origin, "1", fingerprint, isolation}};
    if (pool_lease(&f.op, f.pool, &ask, &l) < 0)
        fail_msg("%s: %s", err_word(f.op.err), f.op.err_text);
    hold(&l);
    return l;
}

static bool is_loaded(const struct facts *facts, void *ctx)
{
    (void)ctx;
    return facts->is_loaded;
}

static const char *visit(struct pool_lease *l, const char *path)
{
    const struct jv *v;
    if (page_go(&f.op, l->page, arena_fmt(&f.op.arena, "%s%s", f.site.origin, path)) < 0 ||
        page_wait(&f.op, l->page, is_loaded, NULL) < 0 ||
        page_eval(&f.op, l->page,
                  "[document.cookie,localStorage.who,sessionStorage.who,window.name].join()",
                  &v) < 0)
        fail_msg("%s", f.op.err_text);
    l->end = POOL_KEEP;
    return jv_text(v, "");
}

static void test_one_caller_sees_nothing_of_another(void **state)
{
    (void)state;
    static const enum pool_isolation KINDS[] = {POOL_WASH, POOL_CONTEXT, POOL_PROCESS};
    start_with(NULL, (struct pool_conf){.browsers_max = 2, .contexts_max = 4});
    for (size_t i = 0; i < 3; i++) {
        struct pool_lease l = lease_real("alice", KINDS[i]);
        assert_string_equal(visit(&l, "/in"), "key=alice,alice,alice,alice");
        let_go(&l);
        l = lease_real("alice", KINDS[i]);
        assert_true(l.is_warm);
        assert_string_equal(visit(&l, "/look"), "key=alice,alice,alice,alice");
        let_go(&l);
        l = lease_real("bob", KINDS[i]);
        assert_false(l.is_warm);
        assert_int_equal(l.is_washed, KINDS[i] == POOL_WASH);
        assert_string_equal(visit(&l, "/look"), ",,,");
        let_go(&l);
        l = lease_real("alice", KINDS[i]);
        assert_string_equal(visit(&l, "/look"),
                            KINDS[i] == POOL_WASH ? ",,," : "key=alice,alice,alice,alice");
        let_go(&l);
    }
    /* A tab thrown away leaves its context: what it held must not meet the next either. */
    struct pool_lease l = lease_real("alice", POOL_WASH);
    visit(&l, "/in");
    l.end = POOL_DROP_TAB;
    let_go(&l);
    l = lease_real("bob", POOL_WASH);
    assert_string_equal(visit(&l, "/look"), ",,,");
    let_go(&l);
}

/* What the server allows to be cached is asked for anew all the same: it may be another caller's.
 */
static void test_data_do_not_come_out_of_the_cache(void **state)
{
    (void)state;
    start_with(NULL, (struct pool_conf){0});
    static const char *const WHO[] = {"alice", "bob"};
    for (int i = 0; i < 2; i++) {
        struct pool_lease l = lease_real(WHO[i], POOL_WASH);
        site_forget(&f.site);
        visit(&l, "/cached");
        if (page_eval(&f.op, l.page, "fetch('/api/data').then(r=>r.text())", NULL) < 0)
            fail_msg("%s", f.op.err_text);
        assert_non_null(site_request(&f.site, &f.op.arena, "GET /cached"));
        assert_non_null(site_request(&f.site, &f.op.arena, "GET /api/data"));
        const char *script = site_request(&f.site, &f.op.arena, "GET /app.js");
        assert_true(i == 0 ? script != NULL : script == NULL); /* but the programs stay warm */
        let_go(&l);
    }
}

static void test_chaos_with_the_real_one(void **state)
{
    (void)state;
    start_with(NULL, (struct pool_conf){.browsers_max = 2, .browsers_min = 1, .contexts_max = 3});
    chaos(12, arena_fmt(&f.op.arena, "%s/look", f.site.origin));
}

int main(void)
{
    if (!getenv("FAKE_BROWSER"))
        return 77; /* run by meson, which knows where it is */
#define FAKE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define REAL(name) cmocka_unit_test_setup_teardown(name, setup_real, teardown_real)
    const struct CMUnitTest fakes[] = {
        FAKE(test_a_tab_stays_warm),
        FAKE(test_returning_nothing_is_fine),
        FAKE(test_identities_do_not_share_contexts),
        FAKE(test_process_isolation),
        FAKE(test_turns),
        FAKE(test_waiting_ends),
        FAKE(test_renewal_by_use),
        FAKE(test_renewal_by_age),
        FAKE(test_a_death_among_the_idle),
        FAKE(test_a_death_in_use),
        FAKE(test_a_hung_browser),
        FAKE(test_refusing_to_start),
        FAKE(test_stopping_waits_for_the_leased),
        FAKE(test_chaos_with_the_fake),
    };
    const struct CMUnitTest reals[] = {
        REAL(test_one_caller_sees_nothing_of_another),
        REAL(test_data_do_not_come_out_of_the_cache),
        REAL(test_chaos_with_the_real_one),
    };
    int failed = cmocka_run_group_tests(fakes, NULL, NULL);
    /* As with the other tests of a real browser: without one they are left out. */
    return has_real_browser() ? failed + cmocka_run_group_tests(reals, NULL, NULL) : failed;
}
