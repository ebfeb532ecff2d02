/* Which addresses are not the public internet. Pure.
 *
 * From the special-purpose registries of IANA (RFC 6890 and its updates). An IPv6 address that
 * carries an IPv4 one (mapped, compatible, NAT64, 6to4) is judged by what it carries, because
 * that is where the packets end.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "fetch/fetch_priv.h"

struct block4 {
    uint32_t net;
    int bits;
    unsigned class_bits;
};

#define IP4(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static const struct block4 blocks4[] = {
    {IP4(0, 0, 0, 0), 8, FETCH_LOOPBACK},
    {IP4(127, 0, 0, 0), 8, FETCH_LOOPBACK},
    {IP4(169, 254, 0, 0), 16, FETCH_LINK_LOCAL},
    {IP4(168, 63, 129, 16), 32, FETCH_LINK_LOCAL},   /* a cloud's metadata service, though public */
    {IP4(100, 100, 100, 200), 32, FETCH_LINK_LOCAL}, /* another's, though private */
    {IP4(10, 0, 0, 0), 8, FETCH_PRIVATE},
    {IP4(172, 16, 0, 0), 12, FETCH_PRIVATE},
    {IP4(192, 168, 0, 0), 16, FETCH_PRIVATE},
    {IP4(100, 64, 0, 0), 10, FETCH_PRIVATE},
    {IP4(192, 0, 0, 0), 24, FETCH_SPECIAL},
    {IP4(192, 0, 2, 0), 24, FETCH_SPECIAL},
    {IP4(192, 88, 99, 0), 24, FETCH_SPECIAL},
    {IP4(198, 18, 0, 0), 15, FETCH_SPECIAL},
    {IP4(198, 51, 100, 0), 24, FETCH_SPECIAL},
    {IP4(203, 0, 113, 0), 24, FETCH_SPECIAL},
    {IP4(224, 0, 0, 0), 3, FETCH_SPECIAL},
};

static unsigned class_of4(uint32_t address)
{
    for (size_t i = 0; i < sizeof blocks4 / sizeof *blocks4; i++)
        if ((address ^ blocks4[i].net) >> (32 - blocks4[i].bits) == 0)
            return blocks4[i].class_bits;
    return 0;
}

static bool starts(const unsigned char *p, const void *prefix, int bits)
{
    const unsigned char *q = prefix;
    int whole = bits / 8, rest = bits % 8;
    if (memcmp(p, q, (size_t)whole) != 0)
        return false;
    return rest == 0 || ((p[whole] ^ q[whole]) >> (8 - rest)) == 0;
}

static uint32_t carried(const unsigned char *p)
{
    return IP4(p[0], p[1], p[2], p[3]);
}

static unsigned class_of6(const unsigned char *p)
{
    static const unsigned char zero[16], one[16] = {[15] = 1};
    static const unsigned char ec2[16] = {0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54};
    if (memcmp(p, zero, 16) == 0 || memcmp(p, one, 16) == 0)
        return FETCH_LOOPBACK;
    if (starts(p, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 96) || starts(p, zero, 96) ||
        starts(p, "\0\x64\xff\x9b\0\0\0\0\0\0\0\0", 96))
        return class_of4(carried(p + 12));
    if (starts(p, "\x20\x02", 16))
        return class_of4(carried(p + 2));
    if (memcmp(p, ec2, 16) == 0 || starts(p, "\xfe\x80", 10))
        return FETCH_LINK_LOCAL;
    if (starts(p, "\xfc", 7) || starts(p, "\xfe\xc0", 10) || starts(p, "\0\x64\xff\x9b\0\x01", 48))
        return FETCH_PRIVATE;
    if (starts(p, "\xff", 8) || starts(p, "\x20\x01\x0d\xb8", 32) || starts(p, "\x20\x01\0", 23) ||
        starts(p, "\x01\0\0\0\0\0\0\0", 64))
        return FETCH_SPECIAL;
    return 0;
}

unsigned address_class(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return class_of4(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return class_of6(((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr);
    return FETCH_SPECIAL;
}

void address_text(const struct sockaddr *address, char out[FETCH_ADDRESS_MAX])
{
    out[0] = '\0';
    if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, out,
                  FETCH_ADDRESS_MAX);
    else if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, out,
                  FETCH_ADDRESS_MAX);
}

const char *address_class_name(unsigned class_bits)
{
    if (class_bits & FETCH_LOOPBACK)
        return "this machine itself";
    if (class_bits & FETCH_LINK_LOCAL)
        return "a link-local or metadata address";
    return class_bits & FETCH_PRIVATE ? "a private network" : "a reserved address";
}

int fetch_address_class(const char *address)
{
    struct in_addr four;
    struct in6_addr six;
    char text[FETCH_ADDRESS_MAX];
    size_t n = strcspn(address, "%"); /* a zone does not change the class */
    if (n >= sizeof text)
        return -1;
    memcpy(text, address, n);
    text[n] = '\0';
    if (inet_pton(AF_INET, text, &four) == 1)
        return (int)class_of4(ntohl(four.s_addr));
    if (inet_pton(AF_INET6, text, &six) == 1)
        return (int)class_of6(six.s6_addr);
    /* "127.1", "0x7f000001", "2130706433": the library and proxies take these for addresses, too. */
    return inet_aton(text, &four) ? (int)class_of4(ntohl(four.s_addr)) : -1;
}
