/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The connection to the broker, lent to accounts that publish: `struct pk_publisher` over the bus. What the link took with
 * it when it fell is told as lost; nothing is sent again here.
 */
#ifndef PK_SERVICE_PUBLISHING_H
#define PK_SERVICE_PUBLISHING_H

#include "gateway/plugin/publisher.h"
#include "gateway/service/service.h"

struct pk_publishing;

struct pk_publishing *pk_publishing_new(struct pk_service *service);
void pk_publishing_free(struct pk_publishing *publishing); /* after the bus and the accounts */
const struct pk_publisher *pk_publishing_publisher(const struct pk_publishing *publishing);

/* From the bus. True: the token was one of these. */
bool pk_publishing_published(struct pk_publishing *publishing, uint64_t token, unsigned reason);
void pk_publishing_lost(struct pk_publishing *publishing); /* the link fell, or is closed for good */
unsigned pk_publishing_waiting(const struct pk_publishing *publishing); /* for the broker's answer */

#endif
