/* A browser that misbehaves, step by step: each fault ends in a clear error within the deadline, or
 * is not noticed at all. Played by the fake browser. */
#include "../test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "chrome/page_priv.h"
#include "sys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    struct op op;
    char dir[64];
    struct browser *browser;
};

static struct fixture f;

static int open_page(const char *mode, struct page **page)
{
    char flag[128];
    const char *flags[] = {flag};
    char context[BROWSER_ID_MAX];
    snprintf(flag, sizeof flag, "--fake=%s", mode);
    struct browser_conf conf = {.process = {.browser_path = getenv("FAKE_BROWSER"),
                                            .temp_dir = f.dir,
                                            .flags = flags,
                                            .flags_n = 1},
                                .message_max = 1 << 20};
    if (browser_open(&f.op, &conf, &f.browser) < 0 ||
        browser_open_context(&f.op, f.browser, 0, context) < 0)
        return -1;
    return page_open(&f.op, f.browser, context, page);
}

/* One small render by a browser in this mode. */
static int render(const char *mode)
{
    struct page *page;
    struct bytes picture;
    if (open_page(mode, &page) < 0 ||
        page_set_view(&f.op, page, (struct page_view){400, 300, 1}) < 0 ||
        page_go(&f.op, page, "http://grafana.example/d/x") < 0 ||
        page_screenshot(&f.op, page, &(struct page_shot){0}, &picture) < 0)
        return -1;
    assert_memory_equal(picture.p, "\x89PNG", 4);
    assert_string_equal(page_facts(page)->url, "http://grafana.example/d/x");
    return page_close(&f.op, page);
}

static int setup(void **state)
{
    (void)state;
    f = (struct fixture){0};
    op_init(&f.op, 20000);
    snprintf(f.dir, sizeof f.dir, "/tmp/rounds-test-XXXXXX");
    return mkdtemp(f.dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    browser_close(f.browser);
    rmdir(f.dir); /* fails, and the next line finds it, if anything is left */
    bool is_left = file_exists(f.dir);
    file_drop_tree(f.dir);
    op_fini(&f.op);
    return is_left || waitpid(-1, NULL, WNOHANG) != -1 ? -1 : 0;
}

static void survives(const char *mode)
{
    if (render(mode) < 0)
        fail_msg("%s: %s", mode, f.op.err_text);
}

static void fails_with(const char *mode, enum err err, const char *part)
{
    assert_int_equal(render(mode), -1);
    if (f.op.err != err || !strstr(f.op.err_text, part))
        fail_msg("%s: %s: %s", mode, err_word(f.op.err), f.op.err_text);
}

static void test_normal(void **state)
{
    (void)state;
    survives("normal");
}

static void test_slow(void **state)
{
    (void)state;
    survives("slow");
}

static void test_split_frames(void **state)
{
    (void)state;
    survives("split");
}

static void test_wrong_ids(void **state)
{
    (void)state;
    survives("wrongid");
}

static void test_unordered_members(void **state)
{
    (void)state;
    survives("unordered");
}

static void test_chatter(void **state)
{
    (void)state;
    survives("chatty");
}

static void test_a_lost_navigation_is_repeated(void **state)
{
    (void)state;
    survives("lost:Page.navigate");
}

static void test_silence(void **state)
{
    (void)state;
    int64_t deadline_ms = f.op.deadline_ms = clock_mono_ms() + 1000;
    fails_with("silence:Page.captureScreenshot", ERR_TIMEOUT, "Page.captureScreenshot");
    assert_true(clock_mono_ms() >= deadline_ms);
}

static void test_silence_while_navigating(void **state)
{
    (void)state;
    f.op.deadline_ms = clock_mono_ms() + 1000;
    fails_with("silence:Page.navigate", ERR_TIMEOUT, "deadline");
}

static void test_hanging(void **state)
{
    (void)state;
    f.op.deadline_ms = clock_mono_ms() + 1000;
    fails_with("hang:Emulation.setDeviceMetricsOverride", ERR_TIMEOUT, "setDeviceMetricsOverride");
}

static void test_error_answer(void **state)
{
    (void)state;
    fails_with("error:Page.captureScreenshot", ERR_BROWSER,
               "Page.captureScreenshot: no such thing");
}

static void test_error_answer_while_navigating(void **state)
{
    (void)state;
    fails_with("error:Page.navigate", ERR_BROWSER, "no such thing");
}

static void test_crash(void **state)
{
    (void)state;
    fails_with("crash:Page.captureScreenshot", ERR_BROWSER, "out of everything");
}

static void test_crash_while_navigating(void **state)
{
    (void)state;
    fails_with("crash:Page.navigate", ERR_BROWSER, "out of everything");
}

static void test_garbage(void **state)
{
    (void)state;
    fails_with("garbage:Page.captureScreenshot", ERR_BROWSER, "not its protocol");
}

static void test_endless_message(void **state)
{
    (void)state;
    fails_with("huge:Page.captureScreenshot", ERR_BROWSER, "ceiling");
}

static void test_a_crashed_tab(void **state)
{
    (void)state;
    fails_with("crashtab:Page.captureScreenshot", ERR_BROWSER, "tab crashed");
    assert_false(cdp_is_broken(f.browser->cdp));
}

static bool is_told(const struct facts *facts, void *ctx)
{
    return strstr(facts->url, "/#") != NULL;
}

/* What the first scripts of a page ask for may be paused before the page itself is told of. */
static void test_requests_ahead_of_their_document_carry_the_credential(void **state)
{
    (void)state;
    struct page *page;
    struct secret token = {0};
    secret_set(&token, BYTES("Bearer hunter2"));
    struct page_header header = {"Authorization", &token};
    int rc = open_page("early", &page) < 0 ||
             page_set_credential(&f.op, page, "http://grafana.example", &header, 1) < 0 ||
             page_go(&f.op, page, "http://grafana.example/d/x") < 0 ||
             page_wait(&f.op, page, is_told, NULL) < 0;
    secret_fini(&token);
    if (rc)
        fail_msg("%s", f.op.err_text);
    assert_string_equal(page_facts(page)->url, "http://grafana.example/#carried");
    assert_int_equal(page_close(&f.op, page), 0);
}

int main(void)
{
    if (!getenv("FAKE_BROWSER"))
        return 77; /* run by meson, which knows where it is */
#define FAULT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        FAULT(test_normal),
        FAULT(test_requests_ahead_of_their_document_carry_the_credential),
        FAULT(test_slow),
        FAULT(test_split_frames),
        FAULT(test_wrong_ids),
        FAULT(test_unordered_members),
        FAULT(test_chatter),
        FAULT(test_a_lost_navigation_is_repeated),
        FAULT(test_silence),
        FAULT(test_silence_while_navigating),
        FAULT(test_hanging),
        FAULT(test_error_answer),
        FAULT(test_error_answer_while_navigating),
        FAULT(test_crash),
        FAULT(test_crash_while_navigating),
        FAULT(test_garbage),
        FAULT(test_endless_message),
        FAULT(test_a_crashed_tab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
