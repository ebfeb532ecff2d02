/* What /proc tells about a browser's processes. Private to chrome/. No state, any thread. */
#ifndef CHROME_PROCTREE_H
#define CHROME_PROCTREE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Profile directories are named PREFIX<daemon pid>-<its start time>-<word>. */
#define PROCTREE_PREFIX "rounds-b-"

enum { PROCTREE_MAX = 512 };
struct proctree {
    pid_t pids[PROCTREE_MAX];
    size_t n;
};

/* The process, its descendants and the members of its group. */
void proctree_read(struct proctree *tree, pid_t root);
/* When a process started, in clock ticks since boot: with the pid it names a process for good.
 * -1: no such process. */
int64_t proctree_birth(pid_t pid);
/* The zygotes of a browser, the processes that all its later ones are born of: descriptors (pidfd) that
 * become readable when one ends. Returns how many; none where the kernel does not tell. */
enum { PROCTREE_ZYGOTES_MAX = 4 };
size_t proctree_zygotes(pid_t root, int fds[PROCTREE_ZYGOTES_MAX]);
/* The same of the process that all its requests go through; -1: none yet, or the kernel does not tell. */
int proctree_network(pid_t root);
/* The proportional memory of a tree, bytes; resident memory where the kernel does not tell; 0 when
 * it is gone. Reading it exactly costs the kernel a walk through every page, tens of milliseconds,
 * and holds up the processes meanwhile; so in between it is reckoned from what each process has of
 * its own, which costs nothing. `usage` is the caller's, zeroed at first, one for each tree. */
struct proctree_usage {
    int64_t exact, own; /* bytes, both of the same moment */
    int64_t exact_ms;   /* that moment, monotonic */
};
int64_t proctree_memory(pid_t root, struct proctree_usage *usage, int64_t now_ms);
int proctree_sweep(const char *temp_dir);

#endif
