/* SPDX-License-Identifier: EUPL-1.2 */
/* The defaults are the configuration's, whatever the environment says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/language/defaults.h"

#include <stdlib.h>
#include <unicode/ucal.h>
#include <unicode/uloc.h>

static void the_environment_is_not_asked(void **state)
{
    UChar zone[64];
    char name[64] = "";
    UErrorCode status = U_ZERO_ERROR;
    struct pk_error err = { 0 };
    (void) state;
    (void) setenv("TZ", "America/Lima", 1);
    (void) setenv("LC_ALL", "tr_TR.UTF-8", 1);
    assert_int_equal(pk_language_set_defaults("bg", "Europe/Amsterdam", &err), 0);
    assert_string_equal(uloc_getDefault(), "bg");
    int32_t len = ucal_getDefaultTimeZone(zone, 64, &status);
    for (int32_t i = 0; i < len && i < 63; i++)
        name[i] = (char) zone[i];
    assert_string_equal(name, "Europe/Amsterdam");
}

static void a_name_too_long_is_refused(void **state)
{
    static const char zone[] = "Europe/Somewhere-with-a-name-that-is-longer-than-any-name-of-a-zone-could-be";
    struct pk_error err = { 0 };
    (void) state;
    assert_int_equal(pk_language_set_defaults("bg", zone, &err), PK_E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_environment_is_not_asked), cmocka_unit_test(a_name_too_long_is_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
