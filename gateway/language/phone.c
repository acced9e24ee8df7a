/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Numbers as people write them, to E.164. Called by imports, the sign-up and for addresses that providers report.
 * The reading itself is phone_number.cpp's; nothing here keeps or tells a number.
 */
#include "gateway/language/phone.h"

#include "gateway/base/text.h"
#include "gateway/language/shim.h"

_Static_assert((int) PK_PHONE_OK == (int) PK_READING_OK && (int) PK_PHONE_AMBIGUOUS == (int) PK_READING_AMBIGUOUS &&
                   (int) PK_PHONE_NOT_SMS == (int) PK_READING_NOT_SMS && (int) PK_PHONE_INVALID == (int) PK_READING_INVALID,
               "the shim's readings are the public ones");

bool pk_phone_region_known(const char *region)
{
    return strlen(region) == 2 && pk_phone_has_region(region);
}

void pk_phone_country(struct pk_slice e164, char ret_country[3])
{
    ret_country[0] = '\0';
    if (e164.len < PK_PHONE_MAX)
        pk_phone_country_of(e164.data, e164.len, ret_country);
}

void pk_phone_examine(struct pk_slice text, const char *region, struct pk_phone *ret_phone)
{
    char number[PK_PHONE_MAX] = "";
    const char *type = NULL;
    struct pk_phone phone = { .status = PK_PHONE_INVALID };
    if (pk_utf8_valid(text))
        phone.status = (enum pk_phone_status) pk_phone_read(text.data, text.len, region, number, sizeof number, &type);
    if (phone.status == PK_PHONE_AMBIGUOUS) {
        memcpy(phone.suggest, number, sizeof number);
    } else if (phone.status != PK_PHONE_INVALID) {
        memcpy(phone.e164, number, sizeof number);
        phone.type = type;
    }
    *ret_phone = phone;
}

enum pk_phone_status pk_phone_parse(struct pk_slice text, const char *region, char ret_e164[PK_PHONE_MAX])
{
    struct pk_phone phone;
    pk_phone_examine(text, region, &phone);
    if (phone.status == PK_PHONE_OK)
        memcpy(ret_e164, phone.e164, sizeof phone.e164);
    else if (phone.status == PK_PHONE_AMBIGUOUS)
        memcpy(ret_e164, phone.suggest, sizeof phone.suggest);
    return phone.status;
}
