/* Reading SOCKS5 greetings and requests from browsers. Pure; every length is checked against what was heard,
 * and nothing here is longer than 262 bytes.
 */
#include "gate/socks.h"

#include <arpa/inet.h>
#include <string.h>

enum { TYPE_IPV4 = 1, TYPE_NAME = 3, TYPE_IPV6 = 4 };

enum socks_result socks_read_greeting(struct bytes heard, size_t *used)
{
    if (heard.n >= 1 && heard.p[0] != 5)
        return SOCKS_BAD;
    if (heard.n < 2 || heard.n < 2 + (size_t)(unsigned char)heard.p[1])
        return SOCKS_MORE;
    *used = 2 + (size_t)(unsigned char)heard.p[1];
    return memchr(heard.p + 2, 0, *used - 2) ? SOCKS_GOOD : SOCKS_BAD;
}

static size_t address_size(struct bytes heard)
{
    switch (heard.p[3]) {
    case TYPE_IPV4:
        return 4;
    case TYPE_IPV6:
        return 16;
    case TYPE_NAME:
        return 1 + (size_t)(unsigned char)heard.p[4];
    default:
        return 0;
    }
}

enum socks_result socks_read_request(struct bytes heard, size_t *used, char host[GATE_HOST_MAX],
                                     int *port)
{
    if ((heard.n >= 1 && heard.p[0] != 5) || (heard.n >= 2 && heard.p[1] != 1))
        return SOCKS_BAD; /* only CONNECT; UDP would be a way around */
    if (heard.n < 5)
        return SOCKS_MORE;
    size_t n = address_size(heard);
    if (n == 0)
        return SOCKS_BAD;
    if (heard.n < 4 + n + 2)
        return SOCKS_MORE;
    const char *at = heard.p + 4;
    if (heard.p[3] == TYPE_NAME) {
        if (n == 1 || memchr(at + 1, 0, n - 1))
            return SOCKS_BAD;
        memcpy(host, at + 1, n - 1);
        host[n - 1] = 0;
    } else if (!inet_ntop(heard.p[3] == TYPE_IPV4 ? AF_INET : AF_INET6, at, host, GATE_HOST_MAX)) {
        return SOCKS_BAD;
    }
    *port = (unsigned char)at[n] << 8 | (unsigned char)at[n + 1];
    *used = 4 + n + 2;
    return SOCKS_GOOD;
}

void socks_write_answer(int code, char out[SOCKS_ANSWER_SIZE])
{
    memset(out, 0, SOCKS_ANSWER_SIZE);
    out[0] = 5;
    out[1] = (char)code;
    out[3] = TYPE_IPV4;
}
