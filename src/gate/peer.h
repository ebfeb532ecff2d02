/* Whose process is at the other end of a loopback connection. Private to gate/. */
#ifndef GATE_PEER_H
#define GATE_PEER_H

#include <stdbool.h>

/* False only if it is certain that the peer of this accepted TCP connection belongs to another user. One
 * question to the kernel, some tens of microseconds. */
bool peer_is_ours(int fd);

#endif
