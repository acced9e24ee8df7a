/* SPDX-License-Identifier: EUPL-1.2 */
/* cmocka with the headers it wants before it. */
#ifndef PK_TESTS_UNIT_CMOCKA_H
#define PK_TESTS_UNIT_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
