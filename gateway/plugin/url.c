/* SPDX-License-Identifier: EUPL-1.2 */
/* Strict on purpose: what two readers could understand differently (credentials before the host, escapes or other
 * letters in it, short forms of addresses) is refused, so that the host judged here is the host curl calls. */
#include "gateway/plugin/url.h"

#include "gateway/base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static bool is_address(int family, struct pk_slice host, void *ret_address)
{
    char text[INET6_ADDRSTRLEN];
    if (host.len == 0 || host.len >= sizeof text)
        return false;
    memcpy(text, host.data, host.len);
    text[host.len] = '\0';
    return inet_pton(family, text, ret_address) == 1;
}

bool pk_url_host_is_loopback(struct pk_slice host)
{
    struct in_addr in;
    struct in6_addr in6;
    if (host.len >= 2 && host.data[0] == '[')
        host = pk_slice_make(host.data + 1, host.len - 2);
    if (is_address(AF_INET6, host, &in6))
        return IN6_IS_ADDR_LOOPBACK(&in6);
    return pk_slice_equal_nocase(host, "localhost") || (is_address(AF_INET, host, &in) && ntohl(in.s_addr) >> 24 == 127);
}

/* Cuts the host off "host[:port]"; false when it is none. */
static bool cut_host(struct pk_slice authority, struct pk_slice *ret_host)
{
    size_t n = 0;
    int64_t port;
    if (authority.len > 0 && authority.data[0] == '[') {
        struct in6_addr in6;
        const char *close = memchr(authority.data, ']', authority.len);
        if (!close)
            return false;
        n = (size_t) (close - authority.data) + 1;
        if (!is_address(AF_INET6, pk_slice_make(authority.data + 1, n - 2), &in6))
            return false;
    } else {
        while (n < authority.len && is_host_char(authority.data[n]))
            n++;
    }
    *ret_host = pk_slice_make(authority.data, n);
    if (n == 0 || n > 255)
        return false;
    if (n == authority.len)
        return true;
    return authority.data[n] == ':' && pk_parse_int(pk_slice_make(authority.data + n + 1, authority.len - n - 1), 1, 65535, &port) == 0;
}

const char *pk_url_mail_refusal(struct pk_slice url, bool *ret_plain)
{
    bool secure = pk_slice_starts(url, "smtps://");
    if (!secure && !pk_slice_starts(url, "smtp://"))
        return "the URL begins with neither smtp:// nor smtps://";
    struct pk_slice rest = pk_slice_make(url.data + (secure ? 8 : 7), url.len - (secure ? 8 : 7)), authority, host;
    if (rest.len == 0 || !pk_slice_cut(&rest, '/', &authority) || !cut_host(authority, &host))
        return "the URL names no host";
    for (size_t i = 0; i < rest.len; i++)
        if (!is_host_char(rest.data[i]))
            return "behind the host of the URL stands more than a name to greet with";
    *ret_plain = !secure && pk_url_host_is_loopback(host);
    return NULL;
}

const char *pk_url_refusal(struct pk_slice url)
{
    bool secure = pk_slice_starts(url, "https://");
    if (!secure && !pk_slice_starts(url, "http://"))
        return "the URL does not begin with https://";
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char) url.data[i] <= 0x20 || (unsigned char) url.data[i] >= 0x7f)
            return "the URL holds a space or a character that must be percent-encoded";
    size_t start = secure ? 8 : 7, end = start;
    while (end < url.len && !strchr("/?#", url.data[end]))
        end++;
    struct pk_slice authority = pk_slice_make(url.data + start, end - start), host;
    if (memchr(authority.data, '@', authority.len))
        return "the URL holds a user or password";
    if (!cut_host(authority, &host))
        return "the URL names no host";
    if (!secure && !pk_url_host_is_loopback(host))
        return "http:// is for this machine only (localhost, 127.0.0.1, [::1])";
    return NULL;
}
