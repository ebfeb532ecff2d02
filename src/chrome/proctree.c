/* Reading /proc: which processes belong to a browser, what they use, and which profile directories
 * have lost their daemon. Any thread; owns nothing. Pid namespaces are no obstacle: all of a browser's
 * processes are seen from outside.
 */
#include "chrome/proctree.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One line of /proc/<pid>/stat. */
struct stat_line {
    pid_t pid, parent, group;
    int64_t birth; /* clock ticks since boot */
};

static ssize_t read_proc(pid_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, out, size - 1);
    close(fd);
    if (n >= 0)
        out[n] = 0;
    return n;
}

static int read_stat(pid_t pid, struct stat_line *out)
{
    char text[1024];
    if (read_proc(pid, "stat", text, sizeof text) <= 0)
        return -1;
    const char *after = strrchr(text, ')'); /* the name may hold anything but this last one */
    int parent, group;
    unsigned long long birth;
    if (!after || sscanf(after + 1,
                         " %*c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
                         "%*d %*d %llu",
                         &parent, &group, &birth) != 3)
        return -1;
    *out = (struct stat_line){pid, parent, group, (int64_t)birth};
    return 0;
}

int64_t proctree_birth(pid_t pid)
{
    struct stat_line line;
    return read_stat(pid, &line) < 0 ? -1 : line.birth;
}

/* Calls fn for each process there is. */
static void each_pid(void (*fn)(void *ctx, pid_t pid), void *ctx)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        int64_t pid;
        if (bytes_to_i64(bytes_of(entry->d_name), &pid) && pid > 0)
            fn(ctx, (pid_t)pid);
    }
    if (dir)
        closedir(dir);
}

struct snapshot {
    struct stat_line *lines;
    size_t n, cap;
};

static void add_line(void *ctx, pid_t pid)
{
    struct snapshot *s = ctx;
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 256;
        s->lines = mem_realloc(s->lines, s->cap * sizeof *s->lines);
    }
    if (read_stat(pid, &s->lines[s->n]) == 0)
        s->n++;
}

static bool has_pid(const struct proctree *tree, pid_t pid)
{
    for (size_t i = 0; i < tree->n; i++)
        if (tree->pids[i] == pid)
            return true;
    return false;
}

void proctree_read(struct proctree *tree, pid_t root)
{
    struct snapshot s = {0};
    each_pid(add_line, &s);
    tree->n = 0;
    bool has_grown = true;
    while (has_grown) { /* children may come before parents in /proc */
        has_grown = false;
        for (size_t i = 0; i < s.n && tree->n < PROCTREE_MAX; i++) {
            const struct stat_line *l = &s.lines[i];
            bool is_ours = l->pid == root || l->group == root || has_pid(tree, l->parent);
            if (is_ours && !has_pid(tree, l->pid)) {
                tree->pids[tree->n++] = l->pid;
                has_grown = true;
            }
        }
    }
    mem_free(s.lines);
}

static bool has_word(pid_t pid, struct bytes word)
{
    char text[4096];
    ssize_t n = read_proc(pid, "cmdline", text, sizeof text);
    return n > 0 && bytes_find((struct bytes){text, (size_t)n}, word) >= 0;
}

struct search {
    struct bytes word;
    pid_t *out;
    size_t n, max;
};

/* Adds the children of one thread that have the word in their command line. */
static void search_thread(struct search *s, pid_t parent, const char *thread)
{
    char name[64], text[4096];
    snprintf(name, sizeof name, "task/%.20s/children", thread);
    ssize_t size = read_proc(parent, name, text, sizeof text);
    struct bytes rest = {text, size > 0 ? (size_t)size : 0}, word;
    while (s->n < s->max && bytes_split(&rest, ' ', &word)) {
        int64_t pid;
        if (bytes_to_i64(word, &pid) && has_word((pid_t)pid, s->word))
            s->out[s->n++] = (pid_t)pid;
    }
}

/* Zygotes are started by the first thread, the network by another. */
static void search_children(struct search *s, pid_t parent)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && s->n < s->max && (entry = readdir(dir)))
        if (*entry->d_name != '.')
            search_thread(s, parent, entry->d_name);
    if (dir)
        closedir(dir);
}

static int open_pid(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

size_t proctree_zygotes(pid_t root, int fds[PROCTREE_ZYGOTES_MAX])
{
    pid_t pids[PROCTREE_ZYGOTES_MAX];
    struct search zygotes = {BYTES("--type=zygote"), pids, 0, PROCTREE_ZYGOTES_MAX};
    size_t n = 0;
    search_children(&zygotes, root);
    for (size_t i = 0; i < zygotes.n; i++) {
        int fd = open_pid(pids[i]);
        if (fd >= 0)
            fds[n++] = fd;
    }
    return n;
}

int proctree_network(pid_t root)
{
    pid_t pid;
    struct search network = {BYTES("=network.mojom."), &pid, 0, 1};
    search_children(&network, root);
    return network.n ? open_pid(pid) : -1;
}

/* "Pss:   123 kB" of smaps_rollup, or the resident pages of statm where that is not to be had. */
static int64_t memory_of(pid_t pid)
{
    char text[2048];
    long long kb;
    if (read_proc(pid, "smaps_rollup", text, sizeof text) > 0) {
        const char *pss = strstr(text, "\nPss:");
        if (pss && sscanf(pss, "\nPss: %lld kB", &kb) == 1)
            return kb * 1024;
    }
    long long size, resident;
    if (read_proc(pid, "statm", text, sizeof text) > 0 &&
        sscanf(text, "%lld %lld", &size, &resident) == 2)
        return resident * sysconf(_SC_PAGESIZE);
    return 0;
}

/* A "RssAnon:   123 kB" line of status, in bytes. */
static int64_t line_of(const char *status, const char *name)
{
    long long kb;
    const char *line = strstr(status, name);
    return line && sscanf(line + strlen(name), " %lld kB", &kb) == 1 ? kb * 1024 : 0;
}

/* What is no file's: the kernel counts it all along. */
static int64_t own_of(pid_t pid)
{
    char text[4096];
    if (read_proc(pid, "status", text, sizeof text) <= 0)
        return 0;
    return line_of(text, "\nRssAnon:") + line_of(text, "\nRssShmem:");
}

static int64_t sum(const struct proctree *tree, int64_t (*of)(pid_t pid))
{
    int64_t sum = 0;
    for (size_t i = 0; i < tree->n; i++)
        sum += of(tree->pids[i]);
    return sum;
}

int64_t proctree_memory(pid_t root, struct proctree_usage *usage, int64_t now_ms)
{
    enum { EXACT_MS = 600000, DRIFT = 4 }; /* a change by a fourth is worth an exact look */
    struct proctree tree;
    proctree_read(&tree, root);
    int64_t own = sum(&tree, own_of), drift = llabs(own - usage->own);
    if (own == 0 || usage->own == 0 || drift > usage->own / DRIFT ||
        now_ms - usage->exact_ms >= EXACT_MS)
        *usage = (struct proctree_usage){sum(&tree, memory_of), own, now_ms};
    return usage->own ? (int64_t)((double)usage->exact * (double)own / (double)usage->own)
                      : usage->exact;
}

/* --- leftovers of dead daemons --- */

static void kill_if_in(void *ctx, pid_t pid)
{
    const char *dir = ctx;
    char text[8192];
    ssize_t n = read_proc(pid, "cmdline", text, sizeof text);
    char flag[512];
    int flag_n = snprintf(flag, sizeof flag, "--user-data-dir=%s", dir);
    if (n > 0 && flag_n > 0 && pid != getpid() &&
        memmem(text, (size_t)n, flag, (size_t)flag_n + 1)) /* with its NUL: the whole argument */
        kill(pid, SIGKILL);
}

/* True when the name is a profile's and its daemon lives no more. */
static bool is_orphan(const char *name)
{
    int pid;
    long long birth;
    char word[16];
    if (strncmp(name, PROCTREE_PREFIX, strlen(PROCTREE_PREFIX)) != 0 ||
        sscanf(name + strlen(PROCTREE_PREFIX), "%d-%lld-%15s", &pid, &birth, word) != 3)
        return false;
    return pid > 0 && proctree_birth(pid) != birth;
}

int proctree_sweep(const char *temp_dir)
{
    DIR *dir = opendir(temp_dir);
    struct dirent *entry;
    int n = 0;
    while (dir && (entry = readdir(dir))) {
        if (!is_orphan(entry->d_name))
            continue;
        char *path = mem_fmt("%s/%s", temp_dir, entry->d_name);
        each_pid(kill_if_in, path);
        for (int i = 0; i < 5 && file_exists(path); i++)
            file_drop_tree(path);
        n += !file_exists(path);
        mem_free(path);
    }
    if (dir)
        closedir(dir);
    return n;
}
