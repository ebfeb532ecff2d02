/* Browsers as processes: fork and exec with the debugging pipes at 3 and 4, a group and a profile of
 * their own, and a kill after which nothing is left.
 *
 * Any thread may call; a struct process belongs to whoever holds the browser. It owns the child, our
 * ends of three pipes and the profile directory. It does not know the protocol.
 *
 * fork rather than posix_spawn: the parent-death signal and closing of everything above 4 must happen
 * between fork and exec. The environment is built from a short list of names, because the daemon's own
 * may hold secrets. Debian's /usr/bin/chromium* are shell scripts that stay between us and the browser, so
 * the binaries behind them are tried first.
 */
#include "chrome/process.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "chrome/proctree.h"
#include "chrome/trust.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    WORDS_MAX = 2048, /* of stderr that is kept */
    ARGS_MAX = 96,
    PIPE_SIZE = 1 << 20,
    SHM_SMALL = 256 << 20, /* bytes; below this /dev/shm is too small for Chromium */
    KILL_MAX_MS = 5000,
    FD_READ = 3,
    FD_WRITE = 4, /* where the browser expects its ends */
    FD_SAFE = 10, /* children's ends are moved here first; see child_exec */
};

struct process {
    pid_t pid; /* also the process group */
    int read_fd, write_fd, err_fd;
    bool has_sandbox;
    int zygote_fds[PROCTREE_ZYGOTES_MAX];
    size_t zygotes_n;
    _Atomic int network_fd; /* -1 until it was found; the keeper looks at it while others lease */
    char *profile;
    char words[WORDS_MAX + 1];
    size_t words_n;
    struct proctree_usage usage;
};

/* A context of its own keeps no compiled code but that of the scripts in its renderer's memory, and by
 * default scripts above 3 MB, such as Grafana's, leave it at the next collection: every other document
 * compiled them again. Scripts fetched in the background are compiled again even then. Both cost a third of
 * a new document. */
#define SCRIPTS_KEPT                                                                               \
    "--enable-features=MemoryCacheStrongReference"                                                 \
    ":memory_cache_strong_ref_total_size_threshold/104857600"                                      \
    "/memory_cache_strong_ref_resource_size_threshold/33554432"

/* A round changes ranges hundreds of times in one document. Its garbage is collected when the heap has grown
 * by this much, in per cent: a fifth less memory at the same CPU time, on dashboards of ten panels. */
#define HEAP_GROWTH "--heap-growing-percent=40"

/* A document that is thrown away after one picture never earns back what optimising its functions costs, a
 * sixth of its CPU time. Functions must run fifteen to twenty times as often as by default before they are
 * optimised; documents that live for a round still get there. */
#define TIER_UP                                                                                    \
    "--invocation-count-for-maglev=6000,--invocation-count-for-maglev-osr=1000"                    \
    ",--invocation-count-for-turbofan=60000,--invocation-count-for-osr=5000"

/* What belongs to every browser, whoever asks. The network ones leave the gate as the only way out: a context
 * has a proxy of its own; the dead proxy and resolver here are for whatever has none. */
static const char *const FLAGS[] = {
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--no-service-autorun",
    "--mute-audio",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--password-store=basic",
    "--metrics-recording-only",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--disable-prompt-on-repost",
    "--disable-quic",
    "--disable-renderer-backgrounding",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--disable-features=Translate,BackForwardCache,MediaRouter,OptimizationHints,"
    "OptimizationGuideModelDownloading,InterestFeedContentSuggestions,CertificateTransparency"
    "ComponentUpdater,DialMediaRouteProvider,GlobalMediaControls,AutofillServerCommunication,"
    "Prerender2,SpeculationRulesPrefetchFuture,NetworkPrediction,BackgroundResourceFetch",
    SCRIPTS_KEPT,
    "--js-flags=" HEAP_GROWTH "," TIER_UP,
    "--dns-prefetch-disable",
    "--proxy-server=socks5://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
};

static const char *const KEPT_ENVIRONMENT[] = {
    "PATH=", "LANG=", "LANGUAGE=", "LC_", "TZ=", "FONTCONFIG_", "LD_LIBRARY_PATH=",
};

/* --- finding --- */

static const char *const KNOWN_PATHS[] = {
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium/headless_shell",
    "chromium-headless-shell",
    "chrome-headless-shell",
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
    "chromium",
    "/opt/google/chrome/chrome",
    "google-chrome-stable",
    "google-chrome",
    "chromium-browser",
};

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static const char *find_in_path(struct op *op, const char *name)
{
    const char *path = getenv("PATH");
    struct bytes rest = bytes_of(path ? path : "/usr/local/bin:/usr/bin:/bin"), dir;
    while (bytes_split(&rest, ':', &dir)) {
        const char *full = arena_fmt(&op->arena, "%.*s/%s", BYTES_ARG(dir), name);
        if (dir.n && is_program(full))
            return full;
    }
    return NULL;
}

int process_find(struct op *op, const char *configured, const char **out)
{
    if (configured && *configured) {
        const char *path = strchr(configured, '/') ? configured : find_in_path(op, configured);
        if (!path || !is_program(path))
            return op_fail(op, ERR_UNAVAILABLE,
                           "the configured browser %s is not a program that can be run",
                           configured);
        *out = arena_strdup(&op->arena, path);
        return 0;
    }
    for (size_t i = 0; i < sizeof KNOWN_PATHS / sizeof *KNOWN_PATHS; i++) {
        const char *name = KNOWN_PATHS[i];
        const char *path = *name == '/' ? (is_program(name) ? name : NULL) : find_in_path(op, name);
        if (path) {
            *out = arena_strdup(&op->arena, path);
            return 0;
        }
    }
    return op_fail(op, ERR_UNAVAILABLE,
                   "no browser found: install chromium-headless-shell or "
                   "chromium (or Google Chrome), or configure the browser's path");
}

/* --- the sandbox --- */

/* In a child: may it make the namespaces that Chromium's sandbox is made of? Creating the second kind
 * needs the capabilities that some kernels withhold in the first (AppArmor's restriction). */
static int try_namespaces(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWUSER) < 0)
            _exit(1);
        _exit(unshare(CLONE_NEWNET | CLONE_NEWPID) < 0 ? 2 : 0);
    }
    int status = 0;
    if (pid < 0)
        return 1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool has_setuid_helper(void)
{
    struct stat st;
    return stat("/usr/lib/chromium/chrome-sandbox", &st) == 0 && (st.st_mode & S_ISUID) &&
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
}

static const char *look_for_obstacle(void)
{
    if (geteuid() == 0)
        return "running as root: run rounds as a user of its own";
    switch (try_namespaces()) {
    case 0:
        return NULL;
    case 2:
        return has_setuid_helper()
                   ? NULL
                   : "user namespaces are restricted here (AppArmor): set "
                     "kernel.apparmor_restrict_unprivileged_userns=0 or allow the browser";
    default:
        return has_setuid_helper() ? NULL
                                   : "user namespaces are not allowed here: allow them, or install "
                                     "chromium-sandbox";
    }
}

const char *process_sandbox_obstacle(void)
{
    static _Atomic int state; /* 0 not asked, 1 none, 2 there is one */
    static const char *_Atomic text;
    if (state == 0) { /* two threads asking at once find the same */
        text = look_for_obstacle();
        state = text ? 2 : 1;
    }
    return text;
}

static int choose_sandbox(struct op *op, const struct process_conf *conf, bool *out)
{
    const char *obstacle =
        conf->sandbox == PROCESS_SANDBOX_OFF ? "off" : process_sandbox_obstacle();
    if (obstacle && conf->sandbox == PROCESS_SANDBOX_ON)
        return op_fail(op, ERR_UNAVAILABLE, "the browser's sandbox is required, but %s", obstacle);
    *out = !obstacle;
    return 0;
}

/* --- starting --- */

static int make_profile(struct op *op, const struct process_conf *conf, char **out)
{
    char word[9];
    rand_word(word, 8);
    char *path = mem_fmt("%s/%s%d-%lld-%s", conf->temp_dir, PROCTREE_PREFIX, (int)getpid(),
                         (long long)proctree_birth(getpid()), word);
    if (mkdir(path, 0700) < 0) {
        op_fail(op, ERR_STORAGE, "cannot make the browser's profile directory in %s: %s",
                conf->temp_dir, strerror(errno));
        mem_free(path);
        return -1;
    }
    static const char *const INSIDE[] = {"tmp", "run", "downloads"};
    for (size_t i = 0; i < sizeof INSIDE / sizeof *INSIDE; i++)
        mkdir(arena_fmt(&op->arena, "%s/%s", path, INSIDE[i]), 0700);
    if (conf->trust && trust_write(op, conf->trust, path) < 0) {
        file_drop_tree(path);
        mem_free(path);
        return -1;
    }
    *out = path;
    return 0;
}

static bool is_shm_small(void)
{
    struct statvfs fs;
    return statvfs("/dev/shm", &fs) < 0 ||
           (unsigned long long)fs.f_blocks * fs.f_frsize < (unsigned long long)SHM_SMALL;
}

static char **build_args(struct op *op, const struct process_conf *conf, const char *path,
                         const struct process *p)
{
    char **args = ARENA_ARRAY(&op->arena, char *, ARGS_MAX);
    size_t n = 0;
    args[n++] = arena_strdup(&op->arena, path);
    for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++)
        args[n++] = arena_strdup(&op->arena, FLAGS[i]);
    args[n++] = arena_fmt(&op->arena, "--user-data-dir=%s", p->profile);
    args[n++] = arena_fmt(&op->arena, "--crash-dumps-dir=%s/tmp", p->profile);
    if (!p->has_sandbox)
        args[n++] = arena_strdup(&op->arena, "--no-sandbox");
    if (is_shm_small())
        args[n++] = arena_strdup(&op->arena, "--disable-dev-shm-usage");
    for (size_t i = 0; i < conf->flags_n && n < ARGS_MAX - 2; i++)
        args[n++] = arena_strdup(&op->arena, conf->flags[i]);
    args[n] = NULL;
    return args;
}

static bool is_kept(const char *pair)
{
    for (size_t i = 0; i < sizeof KEPT_ENVIRONMENT / sizeof *KEPT_ENVIRONMENT; i++)
        if (strncmp(pair, KEPT_ENVIRONMENT[i], strlen(KEPT_ENVIRONMENT[i])) == 0)
            return true;
    return false;
}

static char **build_environment(struct op *op, const char *profile)
{
    size_t all = 0, n = 0;
    while (environ[all])
        all++;
    char **env = ARENA_ARRAY(&op->arena, char *, all + 9);
    for (size_t i = 0; i < all; i++)
        if (is_kept(environ[i]))
            env[n++] = arena_strdup(&op->arena, environ[i]);
    static const char *const IN_PROFILE[] = {"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
                                             "XDG_DATA_HOME", "BREAKPAD_DUMP_LOCATION"};
    for (size_t i = 0; i < sizeof IN_PROFILE / sizeof *IN_PROFILE; i++)
        env[n++] = arena_fmt(&op->arena, "%s=%s", IN_PROFILE[i], profile);
    env[n++] = arena_fmt(&op->arena, "TMPDIR=%s/tmp", profile);
    env[n++] = arena_fmt(&op->arena, "XDG_RUNTIME_DIR=%s/run", profile);
    env[n++] = arena_strdup(&op->arena, "DBUS_SESSION_BUS_ADDRESS=disabled:");
    env[n] = NULL;
    return env;
}

struct spawn {
    char **args, **env;
    int in, out, err; /* the child's ends */
    pid_t parent;
};

/* Between fork and exec: only calls that are safe there. The ends are first moved away from 3 and 4: were
 * one of them already there, dup2 onto itself would keep close-on-exec and the browser would find
 * nothing. */
static _Noreturn void child_exec(const struct spawn *s)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != s->parent)
        _exit(126);
    int in = fcntl(s->in, F_DUPFD_CLOEXEC, FD_SAFE);
    int out = fcntl(s->out, F_DUPFD_CLOEXEC, FD_SAFE);
    int err = fcntl(s->err, F_DUPFD_CLOEXEC, FD_SAFE);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(err, 2) < 0 || dup2(in, FD_READ) < 0 ||
        dup2(out, FD_WRITE) < 0)
        _exit(126);
    syscall(SYS_close_range, (unsigned)(FD_WRITE + 1), ~0U, 0U);
    execve(s->args[0], s->args, s->env);
    static const char SAID[] = "cannot execute the browser\n";
    if (write(2, SAID, sizeof SAID - 1) < 0)
        _exit(126);
    _exit(127);
}

static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void close_all(const int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* Our ends: [1] to write, [2] to read, [4] its stderr. */
static int spawn(struct op *op, struct process *p, struct spawn *s)
{
    int fds[6] = {-1, -1, -1, -1, -1, -1};
    if (pipe2(fds, O_CLOEXEC) < 0 || pipe2(fds + 2, O_CLOEXEC) < 0 ||
        pipe2(fds + 4, O_CLOEXEC) < 0) {
        close_all(fds, 6);
        return op_fail(op, ERR_UNAVAILABLE, "no pipe for a browser: %s", strerror(errno));
    }
    fcntl(fds[2], F_SETPIPE_SZ, PIPE_SIZE);
    /* Were stderr full and nobody reading, the browser would stand still: rather lose a line. */
    set_nonblocking(fds[5]);
    *s = (struct spawn){s->args, s->env, fds[0], fds[3], fds[5], getpid()};
    signal(SIGPIPE, SIG_IGN); /* a dead browser is an errno, not the daemon's end */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* its orphans become ours and can be reaped */
    p->pid = fork();
    if (p->pid == 0)
        child_exec(s);
    int error = errno;
    close_all((int[]){fds[0], fds[3], fds[5]}, 3);
    if (p->pid < 0) {
        close_all((int[]){fds[1], fds[2], fds[4]}, 3);
        return op_fail(op, ERR_UNAVAILABLE, "no process for a browser: %s", strerror(error));
    }
    setpgid(p->pid, p->pid); /* both sides, so that neither is early */
    p->write_fd = fds[1];
    p->read_fd = fds[2];
    p->err_fd = fds[4];
    set_nonblocking(p->write_fd);
    set_nonblocking(p->read_fd);
    set_nonblocking(p->err_fd);
    return 0;
}

int process_start(struct op *op, const struct process_conf *conf, struct process **out)
{
    const char *path;
    bool has_sandbox = false;
    if (process_find(op, conf->browser_path, &path) < 0 ||
        choose_sandbox(op, conf, &has_sandbox) < 0)
        return -1;
    struct process *p = MEM_NEW(struct process);
    p->has_sandbox = has_sandbox;
    p->network_fd = -1;
    if (make_profile(op, conf, &p->profile) < 0) {
        mem_free(p);
        return -1;
    }
    struct spawn s = {.args = build_args(op, conf, path, p),
                      .env = build_environment(op, p->profile)};
    if (spawn(op, p, &s) < 0) {
        file_drop_tree(p->profile);
        mem_free(p->profile);
        mem_free(p);
        return -1;
    }
    *out = p;
    return 0;
}

/* --- ending --- */

static void pause_ms(int ms)
{
    poll(NULL, 0, ms);
}

void process_kill(struct process *p)
{
    if (!p)
        return;
    close_all((int[]){p->read_fd, p->write_fd, p->err_fd}, 3);
    close_all(p->zygote_fds, p->zygotes_n);
    close_all((int[]){p->network_fd}, 1);
    struct proctree tree;
    proctree_read(&tree, p->pid); /* before: afterwards nobody can tell whose the orphans are */
    kill(-p->pid, SIGKILL);
    for (size_t i = 0; i < tree.n; i++)
        kill(tree.pids[i], SIGKILL);
    int64_t end = clock_mono_ms() + KILL_MAX_MS;
    while (clock_mono_ms() < end) {
        while (waitpid(-p->pid, NULL, WNOHANG) > 0)
            continue;
        for (size_t i = 0; i < tree.n; i++)
            waitpid(tree.pids[i], NULL, WNOHANG);
        if (kill(-p->pid, 0) < 0 && errno == ESRCH)
            break;
        pause_ms(1);
    }
    for (int i = 0; i < 5 && file_exists(p->profile); i++)
        file_drop_tree(p->profile); /* again if a dying process still made a file */
    mem_free(p->profile);
    mem_free(p);
}

int process_sweep(const char *temp_dir)
{
    return proctree_sweep(temp_dir);
}

/* --- asking --- */

void process_find_zygotes(struct process *p)
{
    p->zygotes_n = proctree_zygotes(p->pid, p->zygote_fds);
}

void process_find_network(struct process *p)
{
    if (p->network_fd < 0)
        p->network_fd = proctree_network(p->pid);
}

bool process_is_whole(const struct process *p)
{
    struct pollfd polls[PROCTREE_ZYGOTES_MAX + 1];
    for (size_t i = 0; i < p->zygotes_n; i++)
        polls[i] = (struct pollfd){.fd = p->zygote_fds[i], .events = POLLIN};
    polls[p->zygotes_n] =
        (struct pollfd){.fd = p->network_fd, .events = POLLIN}; /* -1: not asked */
    return poll(polls, p->zygotes_n + 1, 0) <= 0;
}

void process_break(const struct process *p)
{
    kill(p->pid, SIGKILL);
}

int process_pid(const struct process *p)
{
    return p->pid;
}

int process_read_fd(const struct process *p)
{
    return p->read_fd;
}

int process_write_fd(const struct process *p)
{
    return p->write_fd;
}

const char *process_profile_dir(const struct process *p)
{
    return p->profile;
}

bool process_has_sandbox(const struct process *p)
{
    return p->has_sandbox;
}

void process_drain(struct process *p)
{
    char buffer[1024];
    ssize_t n;
    while ((n = read(p->err_fd, buffer, sizeof buffer)) > 0) {
        size_t add = (size_t)n;
        if (p->words_n + add > WORDS_MAX) {
            size_t over = p->words_n + add - WORDS_MAX;
            memmove(p->words, p->words + over, p->words_n - over);
            p->words_n -= over;
        }
        memcpy(p->words + p->words_n, buffer, add);
        p->words_n += add;
    }
    p->words[p->words_n] = 0;
}

const char *process_last_words(struct process *p)
{
    process_drain(p);
    while (p->words_n > 0 && strchr(" \r\n", p->words[p->words_n - 1]))
        p->words[--p->words_n] = 0;
    for (size_t i = 0; i < p->words_n; i++)
        if ((unsigned char)p->words[i] < ' ')
            p->words[i] = ' ';
    size_t shown = 600; /* enough for the cause, short enough for a log line */
    return p->words_n > shown ? p->words + p->words_n - shown : p->words;
}

int64_t process_memory(struct process *p)
{
    return proctree_memory(p->pid, &p->usage, clock_mono_ms());
}
