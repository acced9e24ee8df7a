/* SPDX-License-Identifier: EUPL-1.2 */
/* How often somebody may try: counted by where they come from, for an hour. */
#include "tests/unit/cmocka.h"

#include "gateway/api/remotes.h"

#include <stdio.h>

#define NOW 1791999000000ll
#define HOUR 3600000ll

static unsigned taken(struct pk_remotes *remotes, const char *address, unsigned times, int64_t now_ms)
{
    unsigned count = 0;
    for (unsigned i = 0; i < times; i++)
        count += pk_remotes_take_address(remotes, pk_slice_of(address), now_ms);
    return count;
}

static void an_hour_has_so_many_tries(void **state)
{
    struct pk_remotes *remotes = pk_remotes_new();
    (void) state;
    assert_int_equal(taken(remotes, "192.0.2.1", 200, NOW), PK_REMOTES_AN_HOUR);
    assert_int_equal(taken(remotes, "192.0.2.1", 1, NOW + HOUR - 1), 0);
    assert_int_equal(taken(remotes, "192.0.2.2", 1, NOW), 1);
    assert_int_equal(taken(remotes, "192.0.2.1", 200, NOW + HOUR), PK_REMOTES_AN_HOUR);
    pk_remotes_free(remotes);
}

static void a_network_is_one(void **state)
{
    struct pk_remotes *remotes = pk_remotes_new();
    (void) state;
    assert_int_equal(taken(remotes, "2001:db8::1", PK_REMOTES_AN_HOUR, NOW), PK_REMOTES_AN_HOUR);
    assert_int_equal(taken(remotes, "2001:db8::ffff:2", 1, NOW), 0);
    assert_int_equal(taken(remotes, "2001:db8:0:1::1", 1, NOW), 1);
    assert_int_equal(taken(remotes, "192.0.2.1", PK_REMOTES_AN_HOUR, NOW), PK_REMOTES_AN_HOUR);
    assert_int_equal(taken(remotes, "::ffff:192.0.2.1", 1, NOW), 0); /* the same machine */
    assert_int_equal(taken(remotes, "nonsense", PK_REMOTES_AN_HOUR, NOW), PK_REMOTES_AN_HOUR);
    assert_int_equal(taken(remotes, "other nonsense", 1, NOW), 0); /* what is no address is one */
    pk_remotes_free(remotes);
}

static void very_many_do_not_fill_it(void **state)
{
    struct pk_remotes *remotes = pk_remotes_new();
    char address[48];
    (void) state;
    for (unsigned i = 0; i < 50000; i++) {
        (void) snprintf(address, sizeof address, "2001:db8:%x:%x::1", i >> 8, i & 0xff);
        assert_true(pk_remotes_take_address(remotes, pk_slice_of(address), NOW + i));
    }
    pk_remotes_free(remotes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_has_so_many_tries),
        cmocka_unit_test(a_network_is_one),
        cmocka_unit_test(very_many_do_not_fill_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
