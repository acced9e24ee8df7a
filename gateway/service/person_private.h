/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files about one person share. */
#ifndef PK_SERVICE_PERSON_PRIVATE_H
#define PK_SERVICE_PERSON_PRIVATE_H

#include "gateway/language/phone.h"
#include "gateway/service/address.h"
#include "gateway/service/person.h"
#include "gateway/store/recipients.h"

struct pk_found {
    uint32_t channel; /* PK_NAME_CHANNEL, also when nobody was found by the address */
    struct pk_slice value; /* the address as we keep it: the caller's own, or in room */
    char room[PK_ADDRESS_ROOM];
    struct pk_recipient who; /* id 0 = a stranger's address */
    struct pk_address at; /* by address that one, by id the person's first; id 0 = none */
};
/* PK_E_NOT_FOUND; PK_E_INVALID: no channel, or nothing that could be an address on it. */
int pk_person_find(struct pk_service *service, const struct pk_whom *whom, struct pk_found *ret_found, struct pk_error *err);

#endif
