/* SPDX-License-Identifier: EUPL-1.2 */
/* ICU's defaults; see the header. Called by the daemon once, before there is a second thread. */
#include "gateway/language/defaults.h"

#include "gateway/language/dates.h"

#include <unicode/ucal.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#define ZONE_MAX 64

int pk_language_set_defaults(const char *language, const char *zone, struct pk_error *err)
{
    /* A zone ICU does not know would be Greenwich without a word: the wall clock asks. */
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_wall_new(zone, &wall, err);
    if (r != 0)
        return r;
    UErrorCode status = U_ZERO_ERROR;
    UChar name[ZONE_MAX + 1] = { 0 };
    (void) u_strFromUTF8(name, ZONE_MAX, NULL, zone, -1, &status);
    if (U_SUCCESS(status))
        ucal_setDefaultTimeZone(name, &status);
    if (U_SUCCESS(status))
        uloc_setDefault(language, &status);
    return U_SUCCESS(status) ? 0 : pk_fail(err, PK_E_INVALID, "cannot use language \"%.16s\" or zone \"%.64s\"", language, zone);
}
