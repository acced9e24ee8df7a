/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From whom our messages come, as far as the configuration says so: the number, name or address an account sends by, and its chat.
 * For a page on which somebody compares it with what they got. Never a secret.
 */
#ifndef PK_SERVICE_SENDERS_H
#define PK_SERVICE_SENDERS_H

#include "gateway/service/service.h"

#define PK_SENDER_MAX 256u

struct pk_sender {
    const char *channel, *label; /* "sms", and what people call it */
    char name[PK_SENDER_MAX]; /* "+3197000000000", "Zaanstad", an address, the address of a chat without what is behind '?' */
    bool answered; /* it is a telephone number on SMS to which people can write */
};
/* Each once, in the order of the routes; those that go to screens are none. A non-zero return of `each` ends it and is returned. */
int pk_senders_each(const struct pk_service *service, int (*each)(void *ctx, const struct pk_sender *sender), void *ctx);

#endif
