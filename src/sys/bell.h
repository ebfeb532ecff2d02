/* A bell between processes: one program waits beside it, any other may ring. A named pipe, so that
 * nothing polls, nothing is left listening on a network, and a ring without anybody there is lost
 * and no fault.
 */
#ifndef SYS_BELL_H
#define SYS_BELL_H

struct bell;

/* Waits at `path`, which is made (mode 0600), and calls `ring` on a thread of its own. Several rings
 * at once may be one call. NULL: no pipe can be made there; then nobody hears. */
struct bell *bell_start(const char *path, void (*ring)(void *ctx), void *ctx);
/* Joins its thread and removes the pipe. NULL is fine. */
void bell_stop(struct bell *bell);
/* Never blocks, never fails. */
void bell_ring(const char *path);

#endif
