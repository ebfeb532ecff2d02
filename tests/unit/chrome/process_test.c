/* Browsers as processes: what they inherit, what they leave behind. Played by the fake browser. */
#include "../test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "chrome/browser.h"
#include "chrome/proctree.h"
#include "sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    struct op op;
    char dir[64];
};

static int setup(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    op_init(&f->op, 20000);
    snprintf(f->dir, sizeof f->dir, "/tmp/rounds-test-XXXXXX");
    *state = f;
    return mkdtemp(f->dir) ? 0 : -1;
}

static int count_entries(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *d;
    int n = 0;
    while (dir && (d = readdir(dir)))
        n += d->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    file_drop_tree(f->dir);
    op_fini(&f->op);
    mem_free(f);
    return 0;
}

static struct process_conf conf_of(struct fixture *f, const char *flag)
{
    const char **flags = ARENA_ARRAY(&f->op.arena, const char *, 1);
    flags[0] = flag;
    return (struct process_conf){
        .browser_path = getenv("FAKE_BROWSER"), .temp_dir = f->dir, .flags = flags, .flags_n = 1};
}

static int open_fake(struct fixture *f, const char *flag, struct browser **out)
{
    struct browser_conf conf = {.process = conf_of(f, flag), .message_max = 1 << 20};
    return browser_open(&f->op, &conf, out);
}

static void assert_nothing_left(struct fixture *f)
{
    assert_int_equal(count_entries(f->dir), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child, not even a zombie */
}

static void test_finding(void **state)
{
    struct fixture *f = *state;
    const char *path;
    assert_int_equal(process_find(&f->op, getenv("FAKE_BROWSER"), &path), 0);
    assert_string_equal(path, getenv("FAKE_BROWSER"));
    assert_int_equal(process_find(&f->op, "/no/such/browser", &path), -1);
    assert_int_equal(f->op.err, ERR_UNAVAILABLE);
    assert_non_null(strstr(f->op.err_text, "/no/such/browser"));
    op_clear(&f->op);
    assert_int_equal(process_find(&f->op, f->dir, &path), -1); /* a folder is not a program */
}

static void test_start_and_end(void **state)
{
    struct fixture *f = *state;
    struct browser *b;
    assert_int_equal(open_fake(f, "--fake=normal", &b), 0);
    assert_string_equal(b->version, "Fake/1.0");
    int pid = process_pid(b->process);
    assert_int_equal(getpgid(pid), pid);
    assert_int_equal(count_entries(f->dir), 1);
    assert_true(process_memory(b->process) > 0);
    browser_close(b);
    assert_int_equal(kill(pid, 0), -1);
    assert_nothing_left(f);
}

static void test_what_it_inherits(void **state)
{
    struct fixture *f = *state;
    struct browser *b;
    setenv("AUTH_TOKEN", "hunter2", 1);
    int leak = open("/dev/null", O_RDONLY); /* without close-on-exec */
    assert_true(leak >= 0);
    assert_int_equal(open_fake(f, "--fake=tell", &b), 0);
    char said[4096] = "";
    process_drain(b->process);
    snprintf(said, sizeof said, "%s", process_last_words(b->process));
    assert_null(strstr(said, "hunter2"));
    assert_non_null(strstr(said, "fd 0 fd 1 fd 2 fd 3 fd 4"));
    assert_null(strstr(said, "fd 5"));
    char home[256];
    snprintf(home, sizeof home, "XDG_CACHE_HOME=%s", process_profile_dir(b->process));
    assert_non_null(strstr(said, home));
    browser_close(b);
    close(leak);
    unsetenv("AUTH_TOKEN");
    assert_nothing_left(f);
}

static void test_refusing_to_start(void **state)
{
    struct fixture *f = *state;
    struct browser *b;
    assert_int_equal(open_fake(f, "--fake=refuse", &b), -1);
    assert_int_equal(f->op.err, ERR_UNAVAILABLE);
    assert_non_null(strstr(f->op.err_text, "cannot open display"));
    assert_nothing_left(f);
}

static void test_silent_at_start(void **state)
{
    struct fixture *f = *state;
    struct browser *b;
    f->op.deadline_ms = clock_mono_ms() + 100;
    assert_int_equal(open_fake(f, "--fake=silence", &b), -1);
    assert_int_equal(f->op.err, ERR_UNAVAILABLE);
    assert_nothing_left(f);
}

static void test_no_room_for_a_profile(void **state)
{
    struct fixture *f = *state;
    struct process_conf conf = conf_of(f, "--fake=normal");
    struct process *p;
    conf.temp_dir = "/no/such/folder";
    assert_int_equal(process_start(&f->op, &conf, &p), -1);
    assert_int_equal(f->op.err, ERR_STORAGE);
}

static void test_fifty_kills(void **state)
{
    struct fixture *f = *state;
    int before = count_entries("/proc/self/fd");
    for (int i = 0; i < 50; i++) {
        struct browser *b;
        assert_int_equal(open_fake(f, i % 2 ? "--fake=normal" : "--fake=chatty", &b), 0);
        if (i % 3 == 0)
            kill(process_pid(b->process), SIGKILL); /* by somebody else, before us */
        browser_close(b);
    }
    assert_int_equal(count_entries("/proc/self/fd"), before);
    assert_nothing_left(f);
}

static void test_a_dead_one_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct browser *b;
    assert_int_equal(open_fake(f, "--fake=normal", &b), 0);
    kill(process_pid(b->process), SIGKILL);
    char id[BROWSER_ID_MAX];
    assert_int_equal(browser_open_context(&f->op, b, 0, id), -1);
    assert_int_equal(f->op.err, ERR_BROWSER);
    browser_close(b);
    assert_nothing_left(f);
}

static void test_sweep(void **state)
{
    struct fixture *f = *state;
    struct browser *b;
    assert_int_equal(open_fake(f, "--fake=normal", &b), 0);
    char path[256];
    /* A profile of a process that is gone, one of a process that has our pid's number but is
     * another, and something that is nobody's business. */
    pid_t gone = fork();
    if (gone == 0)
        _exit(0);
    waitpid(gone, NULL, 0);
    snprintf(path, sizeof path, "%s/" PROCTREE_PREFIX "%d-123-abcdefgh", f->dir, (int)gone);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/" PROCTREE_PREFIX "%d-1-abcdefgh", f->dir, (int)getpid());
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/precious", f->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(process_sweep(f->dir), 2);
    assert_int_equal(count_entries(f->dir), 2);
    assert_true(file_exists(process_profile_dir(b->process)));
    char id[BROWSER_ID_MAX];
    assert_int_equal(browser_open_context(&f->op, b, 0, id), 0); /* the living one still works */
    browser_close(b);
}

/* A daemon that dies without a word: its browser must follow, and the next start sweeps. */
static void test_death_of_the_daemon(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t daemon = fork();
    if (daemon == 0) {
        struct browser *b;
        int pid = open_fake(f, "--fake=normal", &b) == 0 ? process_pid(b->process) : -1;
        if (write(ends[1], &pid, sizeof pid) != sizeof pid)
            _exit(1);
        for (;;)
            pause();
    }
    int browser = -1;
    assert_int_equal(read(ends[0], &browser, sizeof browser), sizeof browser);
    assert_true(browser > 0 && kill(browser, 0) == 0);
    kill(daemon, SIGKILL);
    assert_int_equal(waitpid(daemon, NULL, 0), daemon);
    assert_int_equal(waitpid(browser, NULL, 0),
                     browser); /* orphaned to us; blocks until it is dead */
    assert_int_equal(process_sweep(f->dir), 1);
    assert_nothing_left(f);
    close(ends[0]);
    close(ends[1]);
}

static void test_sandbox(void **state)
{
    struct fixture *f = *state;
    struct process_conf conf = conf_of(f, "--fake=normal");
    const char *obstacle = process_sandbox_obstacle();
    struct process *p;
    conf.sandbox = PROCESS_SANDBOX_ON;
    if (obstacle) {
        assert_int_equal(process_start(&f->op, &conf, &p), -1);
        assert_non_null(strstr(f->op.err_text, obstacle));
        op_clear(&f->op);
    } else {
        assert_int_equal(process_start(&f->op, &conf, &p), 0);
        assert_true(process_has_sandbox(p));
        process_kill(p);
    }
    if (geteuid() == 0)
        assert_non_null(strstr(obstacle, "root"));
    conf.sandbox = PROCESS_SANDBOX_OFF;
    assert_int_equal(process_start(&f->op, &conf, &p), 0);
    assert_false(process_has_sandbox(p));
    process_kill(p);
    assert_nothing_left(f);
}

enum { MIB = 1 << 20 };

/* Straight from the kernel and unseen by sanitizers, so that nobody's own share is counted. */
__attribute__((no_sanitize("address", "thread"))) static void take_memory(size_t n)
{
    volatile char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; p != MAP_FAILED && i < n; i += 4096)
        p[i] = 1;
}

/* A child that takes `first` bytes, tells, waits for a byte, takes `more`, tells, and waits for its end. */
static pid_t start_eater(size_t first, size_t more, int *tells, int *asks)
{
    int out[2], in[2];
    char byte = 0;
    assert_int_equal(pipe(out) | pipe(in), 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever a failed assertion leaves behind */
        take_memory(first);
        if (write(out[1], &byte, 1) == 1 && read(in[0], &byte, 1) == 1) {
            take_memory(more);
            if (write(out[1], &byte, 1) == 1)
                pause();
        }
        _exit(0);
    }
    *tells = out[0];
    *asks = in[1];
    return pid;
}

/* Small growth is reckoned, great growth is read anew: both come out near the truth. */
static void test_memory(void **state)
{
    (void)state;
    const size_t grown[] = {40 * MIB, 400 * MIB};
    for (size_t i = 0; i < 2; i++) {
        struct proctree_usage usage = {0};
        int tells, asks;
        char byte = 0;
        pid_t pid = start_eater(200 * MIB, grown[i], &tells, &asks);
        assert_int_equal(read(tells, &byte, 1), 1);
        int64_t before = proctree_memory(pid, &usage, 1000);
        assert_int_equal(write(asks, &byte, 1), 1);
        assert_int_equal(read(tells, &byte, 1), 1);
        int64_t after = proctree_memory(pid, &usage, 2000);
        assert_int_equal(usage.exact_ms, i == 0 ? 1000 : 2000);
        assert_true(before > 195 * MIB && before < 225 * MIB);
        assert_true(llabs(after - before - (int64_t)grown[i]) < 15 * MIB);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        assert_int_equal(proctree_memory(pid, &usage, 3000), 0);
        close(tells);
        close(asks);
    }
}

int main(void)
{
    if (!getenv("FAKE_BROWSER"))
        return 77; /* run by meson, which knows where it is */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_finding, setup, teardown),
        cmocka_unit_test_setup_teardown(test_start_and_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_it_inherits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusing_to_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_silent_at_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_room_for_a_profile, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fifty_kills, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_dead_one_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep, setup, teardown),
        cmocka_unit_test_setup_teardown(test_death_of_the_daemon, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sandbox, setup, teardown),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
