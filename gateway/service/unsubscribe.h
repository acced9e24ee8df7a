/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Ending a channel with one press, at a link the message carried (RFC 8058: the reader's program presses for them). It ends what
 * that person gets on that channel, on every topic, and nothing else: who wants no mail may well want to be reminded by SMS.
 */
#ifndef PK_SERVICE_UNSUBSCRIBE_H
#define PK_SERVICE_UNSUBSCRIBE_H

#include "gateway/service/dispatcher.h"
#include "gateway/store/unsubscribe.h"

#define PK_UNSUBSCRIBE_PATH "/u/" /* and the token in hexadecimal digits */
#define PK_UNSUBSCRIBE_KEPT_MS (90 * 86400000ll)

/* Makes the link of this hand-over, where its account carries one and the message is one that people sign up for; else
 * flight->unsubscribe stays empty. In the unit that opens the attempt. */
int pk_unsubscribe_link(struct pk_flight *flight, int64_t now_ms, struct pk_error *err);

/* Whoever has the link ends the channel. 0 also when it was used before: then nothing is done, for the person may have come
 * back since. PK_E_NOT_FOUND for a link there is not. Inside a unit. */
int pk_unsubscribe(struct pk_service *service, struct pk_slice token, int64_t now_ms, struct pk_error *err);

#endif
