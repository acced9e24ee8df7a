/* SPDX-License-Identifier: EUPL-1.2 */
/* Phone numbers as people and spreadsheets write them, to E.164, through libphonenumber. */
#ifndef PK_LANGUAGE_PHONE_H
#define PK_LANGUAGE_PHONE_H

#include "gateway/base/buf.h"

enum pk_phone_status {
    PK_PHONE_OK = 1,
    PK_PHONE_AMBIGUOUS,
    /* a Bulgarian mobile in national form: ask */ PK_PHONE_NOT_SMS,
    PK_PHONE_INVALID
};
#define PK_PHONE_MAX 17

/* region "NL" is where numbers without a country are taken to be. ret_e164 is set with OK, and with AMBIGUOUS to the
 * likely Bulgarian reading. */
enum pk_phone_status pk_phone_parse(struct pk_slice text, const char *region, char ret_e164[PK_PHONE_MAX]);

#endif
