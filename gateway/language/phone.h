/* SPDX-License-Identifier: EUPL-1.2 */
/* Phone numbers as people and spreadsheets write them, to E.164, through libphonenumber. Pure; nothing is kept. */
#ifndef PK_LANGUAGE_PHONE_H
#define PK_LANGUAGE_PHONE_H

#include "gateway/base/buf.h"

enum pk_phone_status {
    PK_PHONE_OK = 1,
    PK_PHONE_AMBIGUOUS, /* a Bulgarian mobile in national form: ask */
    PK_PHONE_NOT_SMS,   /* a number, and no mobile */
    PK_PHONE_INVALID
};
#define PK_PHONE_MAX 17

struct pk_phone {
    enum pk_phone_status status;
    char e164[PK_PHONE_MAX];    /* OK, NOT_SMS: the one certain reading; else "" */
    char suggest[PK_PHONE_MAX]; /* AMBIGUOUS: the likely Bulgarian reading; else "" */
    const char *type;           /* what e164 is: "mobile", "fixed", "freephone" ...; a constant, NULL without e164 */
};

/* Is it a country's two capital letters ("NL") with numbers of its own? */
bool pk_phone_region_known(const char *region);
/* The country of a number in E.164, "" where it is of none or of several: ret_country has room for three bytes. */
void pk_phone_country(struct pk_slice e164, char ret_country[3]);
/* region is where numbers without a country are taken to be. What is no UTF-8 is INVALID. */
void pk_phone_examine(struct pk_slice text, const char *region, struct pk_phone *ret_phone);
/* The same in short: ret_e164 is set with OK, and with AMBIGUOUS to the likely Bulgarian reading. */
enum pk_phone_status pk_phone_parse(struct pk_slice text, const char *region, char ret_e164[PK_PHONE_MAX]);

#endif
