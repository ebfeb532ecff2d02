/* The bell: a named pipe and the thread that reads it. Any thread may ring.
 *
 * The reader opens both ends, so that the pipe does not end when the last ringer goes. A pipe and
 * not a socket: its path may be of any length. Not inotify: instances of it are few for a user, and
 * it hears nothing in some containers' file systems.
 */
#include "sys/bell.h"

#include "base/mem.h"
#include "sys/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BELL_MODE = 0600 };

struct bell {
    char *path;
    int fd, stop_fd;
    void (*ring)(void *ctx);
    void *ctx;
    struct thread thread;
};

static void listen_to(void *ctx)
{
    struct bell *bell = ctx;
    char rings[256];
    for (;;) {
        struct pollfd fds[] = {{bell->fd, POLLIN, 0}, {bell->stop_fd, POLLIN, 0}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        if (fds[1].revents)
            return;
        if (fds[0].revents && read(bell->fd, rings, sizeof rings) > 0)
            bell->ring(bell->ctx);
    }
}

struct bell *bell_start(const char *path, void (*ring)(void *ctx), void *ctx)
{
    struct stat st;
    unlink(path); /* of one who was killed; whoever calls this owns the folder */
    if (mkfifo(path, BELL_MODE))
        return NULL;
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || !S_ISFIFO(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct bell *bell = MEM_NEW(struct bell);
    *bell = (struct bell){.path = mem_strdup(path),
                          .fd = fd,
                          .stop_fd = eventfd(0, EFD_CLOEXEC),
                          .ring = ring,
                          .ctx = ctx};
    thread_start(&bell->thread, "bell", listen_to, bell);
    return bell;
}

void bell_stop(struct bell *bell)
{
    uint64_t one = 1;
    if (!bell)
        return;
    (void)!write(bell->stop_fd, &one, sizeof one);
    thread_join(&bell->thread);
    unlink(bell->path);
    close(bell->fd);
    close(bell->stop_fd);
    mem_free(bell->path);
    mem_free(bell);
}

void bell_ring(const char *path)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC); /* ENXIO: nobody waits */
    struct stat st;
    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
        (void)!write(fd, "!", 1);
    close(fd);
}
