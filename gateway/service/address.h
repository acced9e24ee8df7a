/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Addresses as they are kept: whatever way somebody wrote one, it is found under this form. Numbers as E.164, mail addresses
 * in small letters (no mailbox anybody writes to differs from another by capitals alone), those of chats as they come.
 */
#ifndef PK_SERVICE_ADDRESS_H
#define PK_SERVICE_ADDRESS_H

#include "gateway/service/service.h"

#define PK_CHANNEL_SMS "sms"
#define PK_CHANNEL_EMAIL "email"

#define PK_ADDRESS_ROOM 256 /* room for any that is read */
#define PK_KEPT_ADDRESS_MAX 128 /* bytes of one that is taken in */

/* A mail address as it is kept; PK_E_INVALID for what is none. Spaces around it are passed over. */
int pk_address_read_mail(struct pk_slice text, char room[PK_ADDRESS_ROOM], struct pk_slice *ret_address, struct pk_error *err);

/* For look-ups: what cannot be read as one of its channel's is left as it is, and found nowhere. */
struct pk_slice pk_address_as_kept(const struct pk_service *service, struct pk_slice channel, struct pk_slice text, char room[PK_ADDRESS_ROOM]);

#endif
