/* Listening sockets from address texts. Runs at start only; may block on a name look-up. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <unistd.h>
#include "httpd/httpd_priv.h"

enum { BACKLOG = 1024, HOST_MAX = 256, PORT_MAX = 8 };

/* "[::1]:80" to "::1" and "80"; an empty host means every address. */
static int split_address(struct op *op, const char *address, char *host, char *port)
{
    struct bytes text = bytes_of(address), name, digits;
    int64_t number;
    const char *colon = strrchr(address, ':');
    if (!colon)
        return op_fail(op, ERR_BAD_INPUT, "listen address \"%s\" has no port: write host:port",
                       address);
    name = (struct bytes){address, (size_t)(colon - address)};
    digits = bytes_from(text, name.n + 1);
    if (name.n >= 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
        name = (struct bytes){name.p + 1, name.n - 2};
    else if (bytes_find_char(name, ':') >= 0)
        return op_fail(op, ERR_BAD_INPUT,
                       "listen address \"%s\": write an IPv6 address in brackets, [::1]:8081",
                       address);
    if (!bytes_to_i64(digits, &number) || number < 0 || number > 65535 || digits.n >= PORT_MAX)
        return op_fail(op, ERR_BAD_INPUT, "listen address \"%s\": the port must be 0 to 65535",
                       address);
    if (name.n >= HOST_MAX)
        return op_fail(op, ERR_BAD_INPUT, "listen address \"%s\" is too long", address);
    memcpy(host, name.p, name.n);
    host[name.n] = '\0';
    memcpy(port, digits.p, digits.n);
    port[digits.n] = '\0';
    return 0;
}

/* A socket of that kind, bound and listening; -1 with errno. */
static int open_socket(const struct addrinfo *at, bool is_every)
{
    int on = 1, off = 0;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, is_every ? &off : &on, sizeof on);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage local;
    socklen_t size = sizeof local;
    if (getsockname(fd, (struct sockaddr *)&local, &size) < 0)
        return 0;
    return ntohs(local.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&local)->sin6_port
                                             : ((struct sockaddr_in *)&local)->sin_port);
}

static int fail_to_open(struct op *op, const char *address, int cause)
{
    if (cause == EADDRINUSE)
        return op_fail(op, ERR_UNAVAILABLE,
                       "cannot listen on %s: another program has that port; stop it or choose "
                       "another port",
                       address);
    if (cause == EACCES)
        return op_fail(op, ERR_UNAVAILABLE,
                       "cannot listen on %s: ports below 1024 need the right to bind them",
                       address);
    return op_fail(op, ERR_BAD_INPUT, "cannot listen on %s: %s", address, strerror(cause));
}

int listen_open(struct op *op, const char *address, int *port)
{
    char host[HOST_MAX], digits[PORT_MAX];
    struct addrinfo *found = NULL;
    if (split_address(op, address, host, digits) < 0)
        return -1;
    bool is_every = host[0] == '\0';
    struct addrinfo hints = {.ai_family = is_every ? AF_INET6 : AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    int fault = getaddrinfo(is_every ? NULL : host, digits, &hints, &found);
    if (fault)
        return op_fail(op, ERR_BAD_INPUT, "cannot listen on %s: %s", address, gai_strerror(fault));
    int fd = -1, cause = 0;
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = open_socket(at, is_every);
        cause = errno;
    }
    freeaddrinfo(found);
    if (fd < 0 && is_every && (cause == EAFNOSUPPORT || cause == EADDRNOTAVAIL)) {
        struct sockaddr_in any = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtol(digits, NULL, 10))};
        struct addrinfo at = {
            .ai_family = AF_INET, .ai_addr = (struct sockaddr *)&any, .ai_addrlen = sizeof any};
        fd = open_socket(&at, false); /* a system without IPv6 */
        cause = errno;
    }
    if (fd < 0)
        return fail_to_open(op, address, cause);
    *port = port_of(fd);
    return fd;
}
