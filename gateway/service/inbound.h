/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The door for what comes back: receipts find their attempt (or are parked until it is known), replies find their
 * person and go to service/conversation. Called by the desks' accounts, from a session's link or inside a webhook's
 * unit.
 */
#ifndef PK_SERVICE_INBOUND_H
#define PK_SERVICE_INBOUND_H

#include "gateway/service/desks.h"

/* As pk_account_ops.event: opens its own unit unless one is open. */
int pk_inbound_event(void *desk, struct pk_account *account, const struct pk_event *event);

/* A reply that comes in parts: kept, and heard when the last one is there. PK_E_LIMIT: it has to be heard by itself. Inside a
 * unit. */
int pk_inbound_part(struct pk_desk *desk, const struct pk_event *event, int64_t now_ms, struct pk_error *err);
/* Parts whose others never came are heard as they are, for one of them may say STOP; one reply a unit, a few at a time.
 * True when there are more. Housekeeping's. */
bool pk_inbound_parts_overdue(struct pk_service *service);
/* What somebody wrote, as UTF-8, appended: the event's octets in its coding (enum pk_coding, 0 = UTF-8). */
int pk_inbound_read(struct pk_slice octets, uint32_t coding, struct pk_buf *out);

#define PK_PARTS_KEPT_MAX 2000 /* in all; what comes beyond is heard part by part */
#define PK_PARTS_PER_REPLY 10u /* a longer one is heard part by part */

#define PK_PARKED_MS (24 * 3600 * 1000ll) /* how long a receipt waits for its attempt */
#define PK_PARKED_MAX 10000 /* per account */

#endif
