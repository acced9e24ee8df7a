/* SPDX-License-Identifier: EUPL-1.2 */
/* The borders of every range that is nobody's in public. */
#include "gateway/io/public_address.h"
#include "tests/unit/io/support.h"

#include <sys/un.h>

static void check(const char *text, bool is_public)
{
    if (pk_address_text_is_public(text) != is_public)
        fail_msg("\"%s\" counts as %s", text, is_public ? "private" : "public");
}

static void test_public(void **state)
{
    (void) state;
    static const char *const texts[] = { "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
                                         "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
                                         "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
                                         "203.0.112.255", "203.0.114.0", "223.255.255.255", "2a00::1", "2001:1::1", "2001:db7::1",
                                         "2003::1", "100::1", "fbff::1", "fe7f::1" };
    for (size_t i = 0; i < PK_COUNT(texts); i++)
        check(texts[i], true);
}

static void test_closed(void **state)
{
    (void) state;
    static const char *const texts[] = { "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
                                         "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0",
                                         "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.0.0", "192.168.255.255", "198.18.0.0",
                                         "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255",
                                         "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
                                         "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fdff::1", "fe80::1", "febf::1",
                                         "fec0::1", "ff02::1",
                                         "", "localhost", "1.2.3", "fe80::1%1", "1.2.3.4:80" };
    for (size_t i = 0; i < PK_COUNT(texts); i++)
        check(texts[i], false);
    struct sockaddr_un local = { .sun_family = AF_UNIX };
    assert_false(pk_address_is_public((const struct sockaddr *) (const void *) &local));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_public), cmocka_unit_test(test_closed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
