/* A browser as an operating-system process: found, started, told apart, killed and swept.
 *
 * It speaks over two pipes at the child's descriptors 3 and 4. It has a process group and a
 * profile directory of its own; HOME, XDG and crash directories point into it, so that everything
 * a browser writes goes away with it. Three things end a browser when the daemon dies: end of file
 * on its pipe, the parent-death signal, and the sweep at the next start.
 *
 * PR_SET_PDEATHSIG fires when the starting *thread* ends: start browsers from a thread that lives
 * as long as they shall (the pool's keeper does).
 */
#ifndef CHROME_PROCESS_H
#define CHROME_PROCESS_H

#include "base/op.h"

enum process_sandbox {
    PROCESS_SANDBOX_AUTO, /* on where the kernel allows it, else off with a reason */
    PROCESS_SANDBOX_OFF,
    PROCESS_SANDBOX_ON, /* refuse to start without */
};

struct process_conf {
    const char *browser_path; /* NULL or "": search */
    const char *temp_dir;     /* profile directories are made here; must exist */
    enum process_sandbox sandbox;
    const char
        *ca_file; /* PEM with further authorities to trust; NULL or "": none. Read by pool_start */
    const struct trust *trust; /* what came of it; the pool's; NULL: none */
    const char *const *flags;  /* further command line flags; may be NULL */
    size_t flags_n;
};

struct process; /* one running browser */

/* The configured path, or the first of the known names in /usr/lib/chromium and PATH. Fails with
 * ERR_UNAVAILABLE and what to install. The path lives in the op's arena. */
int process_find(struct op *op, const char *configured, const char **out) MUST_CHECK;
/* Why Chromium's sandbox cannot be on here ("running as root", "no user namespaces"), or NULL.
 * Asked once per process, then remembered. */
const char *process_sandbox_obstacle(void);
/* Removes profile directories in temp_dir whose daemon is dead, after killing what still runs in
 * them. Returns how many went. */
int process_sweep(const char *temp_dir);

/* Spawns; does not wait until the browser answers. Fails with ERR_UNAVAILABLE or ERR_STORAGE. The first
 * one makes this process the reaper of its browsers' orphans and ignore SIGPIPE. */
int process_start(struct op *op, const struct process_conf *conf, struct process **out) MUST_CHECK;
/* Kills the whole group, reaps it, removes the profile directory, frees. NULL is fine. Blocks for
 * some milliseconds (bounded by seconds when the kernel is slow). */
void process_kill(struct process *process);

/* Looks for the zygotes, once the browser has answered. */
void process_find_zygotes(struct process *process);
/* Looks for the process of its network, which comes up a moment later; known, it costs nothing. Only who
 * holds the browser may call. */
void process_find_network(struct process *process);
/* False: a process has died that it cannot do without, and it says nothing of it. Without a zygote the next
 * page that needs a renderer hangs for ever. Without its network all that was under way has failed, which
 * pages take for the server's fault. */
bool process_is_whole(const struct process *process);
/* Ends the main process at once, so that whoever reads from it sees its death; process_kill is still due. */
void process_break(const struct process *process);
int process_pid(const struct process *process);
int process_read_fd(const struct process *process);  /* what the browser says; non-blocking */
int process_write_fd(const struct process *process); /* what we say; non-blocking */
const char *process_profile_dir(const struct process *process);
bool process_has_sandbox(const struct process *process);
/* The last lines the browser wrote to stderr, one line, borrowed until the next call; "" if none. */
const char *process_last_words(struct process *process);
/* Reads what stderr holds, so that the browser never blocks on it. Does not block. */
void process_drain(struct process *process);
/* Proportional memory of the whole process tree, bytes; resident memory where the kernel does not
 * tell; 0 when it is gone. Costs tens of milliseconds at first and after great changes, else few
 * (see proctree_memory). One thread at a time. */
int64_t process_memory(struct process *process);

#endif
