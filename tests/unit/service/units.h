/* SPDX-License-Identifier: EUPL-1.2 */
/* Units of work in the house: a call whose code is looked at, and one that must do what it is asked. */
#ifndef PK_TESTS_SERVICE_UNITS_H
#define PK_TESTS_SERVICE_UNITS_H

#include "tests/unit/service/house.h"

/* Keeps what a call did, drops what it refused; `r` is its code. */
#define DO(house, r, call)                                           \
    do {                                                             \
        assert_int_equal(pk_unit_begin((house)->store, NULL), 0);    \
        (r) = (call);                                                \
        if ((r) != 0)                                                \
            pk_unit_drop((house)->store);                            \
        else                                                         \
            assert_int_equal(pk_unit_keep((house)->store, NULL), 0); \
        house_turns((house), 3);                                     \
    } while (0)

/* Keeps what a call did; fails the test when it refuses. The call says `err`. */
#define in_unit(house, call)                                     \
    do {                                                         \
        struct pk_error unit_err = { 0 }, *err = &unit_err;      \
        assert_int_equal(pk_unit_begin((house)->store, NULL), 0); \
        if ((call) != 0)                                         \
            fail_msg("%s", unit_err.message);                    \
        assert_int_equal(pk_unit_keep((house)->store, NULL), 0); \
        house_turns((house), 2);                                 \
    } while (0)

#endif
