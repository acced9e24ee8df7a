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

enum pk_phone_status pk_phone_parse(struct pk_slice text, const char *region, char ret_e164[PK_PHONE_MAX])
{
    if (!pk_utf8_valid(text))
        return PK_PHONE_INVALID;
    return (enum pk_phone_status) pk_phone_read(text.data, text.len, region, ret_e164, PK_PHONE_MAX);
}
