/* Any bytes on the gate's port: no crash, nothing is taken that was not sent, and a host that is
 * accepted is a text that the rules can judge. */
#include "gate/socks.h"

#include "base/assert.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct bytes heard = {(const char *)data, n};
    size_t used = 0;
    char host[GATE_HOST_MAX];
    int port = -1;
    if (socks_read_greeting(heard, &used) != SOCKS_GOOD)
        return 0;
    ASSERT(used > 0 && used <= n);
    heard = bytes_from(heard, used);
    used = 0;
    if (socks_read_request(heard, &used, host, &port) != SOCKS_GOOD)
        return 0;
    ASSERT(used > 0 && used <= heard.n);
    ASSERT(strnlen(host, sizeof host) < sizeof host && *host);
    ASSERT(port >= 0 && port <= 65535);
    return 0;
}
