/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/address.h"

#include "gateway/base/text.h"
#include "gateway/include/pokana/mail_address.h"
#include "gateway/language/phone.h"

int pk_address_read_mail(struct pk_slice text, char room[PK_ADDRESS_ROOM], struct pk_slice *ret_address, struct pk_error *err)
{
    struct pk_slice address = pk_slice_trim(text);
    for (size_t i = 0; i < address.len; i++)
        if ((unsigned char) address.data[i] >= 0x80) {
            (void) pk_fail(err, PK_E_INVALID, "address: a mail address holds Latin letters only");
            return pk_hint(err, PK_E_INVALID, "Write a domain in other letters in its xn-- form.");
        }
    if (!pk_mail_is_address(address) || !memchr(address.data, '.', address.len)) {
        (void) pk_fail(err, PK_E_INVALID, "address: it is not a mail address");
        return pk_hint(err, PK_E_INVALID, "Write it bare: name@example.nl, without a name beside it.");
    }
    for (size_t i = 0; i < address.len; i++) {
        char c = address.data[i];
        room[i] = c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
    }
    *ret_address = pk_slice_make(room, address.len);
    return 0;
}

struct pk_slice pk_address_as_kept(const struct pk_service *service, struct pk_slice channel, struct pk_slice text, char room[PK_ADDRESS_ROOM])
{
    struct pk_slice address = text;
    if (pk_slice_is(channel, PK_CHANNEL_EMAIL))
        return pk_address_read_mail(text, room, &address, NULL) == 0 ? address : text;
    if (!pk_slice_is(channel, PK_CHANNEL_SMS))
        return text;
    enum pk_phone_status status = pk_phone_parse(text, service->rules->phone_region, room);
    return status == PK_PHONE_OK || status == PK_PHONE_AMBIGUOUS ? pk_slice_of(room) : text;
}
