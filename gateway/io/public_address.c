/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/io/public_address.h"

#include "gateway/base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct range4 {
    uint32_t first;
    unsigned bits;
};

struct range6 {
    uint8_t first[4];
    unsigned bits; /* at most 32 */
};

static const struct range4 closed4[] = {
    { 0x00000000, 8 },  /* this network */
    { 0x0a000000, 8 },  /* private */
    { 0x64400000, 10 }, /* shared by carriers */
    { 0x7f000000, 8 },  /* loopback */
    { 0xa9fe0000, 16 }, /* link-local, and the clouds' metadata */
    { 0xac100000, 12 }, /* private */
    { 0xc0000000, 24 }, /* protocol assignments */
    { 0xc0000200, 24 }, /* documentation */
    { 0xc0a80000, 16 }, /* private */
    { 0xc6120000, 15 }, /* benchmarks */
    { 0xc6336400, 24 }, /* documentation */
    { 0xcb007100, 24 }, /* documentation */
    { 0xe0000000, 3 },  /* multicast, reserved, broadcast */
};

static const struct range6 closed6[] = {
    { { 0x00, 0x00, 0x00, 0x00 }, 8 },  /* unspecified, loopback; mapped, compatible and translated IPv4 */
    { { 0x20, 0x01, 0x00, 0x00 }, 32 }, /* Teredo */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
    { { 0x20, 0x02, 0x00, 0x00 }, 16 }, /* 6to4 */
    { { 0xfc, 0x00, 0x00, 0x00 }, 7 },  /* private */
    { { 0xfe, 0x80, 0x00, 0x00 }, 9 },  /* link-local, site-local */
    { { 0xff, 0x00, 0x00, 0x00 }, 8 },  /* multicast */
};

static bool in_range(uint32_t ip, uint32_t first, unsigned bits)
{
    return (ip ^ first) >> (32 - bits) == 0;
}

static bool is_public4(uint32_t ip)
{
    for (size_t i = 0; i < PK_COUNT(closed4); i++)
        if (in_range(ip, closed4[i].first, closed4[i].bits))
            return false;
    return true;
}

static uint32_t front(const uint8_t bytes[4])
{
    return (uint32_t) bytes[0] << 24 | (uint32_t) bytes[1] << 16 | (uint32_t) bytes[2] << 8 | bytes[3];
}

static bool is_public6(const struct in6_addr *address)
{
    for (size_t i = 0; i < PK_COUNT(closed6); i++)
        if (in_range(front(address->s6_addr), front(closed6[i].first), closed6[i].bits))
            return false;
    return true;
}

bool pk_address_is_public(const struct sockaddr *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    switch (address->sa_family) {
    case AF_INET:
        memcpy(&in, address, sizeof in);
        return is_public4(ntohl(in.sin_addr.s_addr));
    case AF_INET6:
        memcpy(&in6, address, sizeof in6);
        return is_public6(&in6.sin6_addr);
    default:
        return false;
    }
}

bool pk_address_text_is_public(const char *text)
{
    struct in_addr in;
    struct in6_addr in6;
    if (inet_pton(AF_INET, text, &in) == 1)
        return is_public4(ntohl(in.s_addr));
    return inet_pton(AF_INET6, text, &in6) == 1 && is_public6(&in6);
}
