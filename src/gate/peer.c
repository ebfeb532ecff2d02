/* The port of an identity is open to everybody on this machine, so each connection's owner is asked for: the
 * kernel's socket diagnosis (netlink) tells the user of the other end's socket. Reading /proc/net/tcp would
 * tell the same, at the cost of listing every connection of the machine.
 *
 * Where the kernel does not answer (some containers) the connection is let in: the port's number is random
 * and leads only where this identity may go anyway.
 */
#include "gate/peer.h"

#include "base/cleanup.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 ask;
};

static int ask_kernel(int nl, const struct sockaddr_in *theirs, const struct sockaddr_in *ours)
{
    struct question q = {
        .head = {.nlmsg_len = sizeof q,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST},
        .ask = {.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0U},
    };
    q.ask.id.idiag_sport = theirs->sin_port; /* their end is the source of their socket */
    q.ask.id.idiag_dport = ours->sin_port;
    q.ask.id.idiag_src[0] = theirs->sin_addr.s_addr;
    q.ask.id.idiag_dst[0] = ours->sin_addr.s_addr;
    q.ask.id.idiag_cookie[0] = q.ask.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return send(nl, &q, sizeof q, 0) == (ssize_t)sizeof q ? 0 : -1;
}

bool peer_is_ours(int fd)
{
    struct sockaddr_in theirs, ours;
    socklen_t n = sizeof theirs, m = sizeof ours;
    if (getpeername(fd, (struct sockaddr *)&theirs, &n) < 0 ||
        getsockname(fd, (struct sockaddr *)&ours, &m) < 0)
        return false;
    FD_CLOSE int nl = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    struct timeval limit = {.tv_usec = 100000};
    if (nl < 0 || setsockopt(nl, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0 ||
        ask_kernel(nl, &theirs, &ours) < 0)
        return true;
    _Alignas(struct nlmsghdr) char answer[4096];
    ssize_t got = recv(nl, answer, sizeof answer, 0);
    const struct nlmsghdr *head = (const struct nlmsghdr *)answer;
    if (got < (ssize_t)(NLMSG_HDRLEN + sizeof(struct inet_diag_msg)) ||
        head->nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return true;
    const struct inet_diag_msg *m_ = NLMSG_DATA(head);
    return m_->idiag_uid == geteuid();
}
