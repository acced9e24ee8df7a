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

#define PK_PARKED_MS (24 * 3600 * 1000ll) /* how long a receipt waits for its attempt */
#define PK_PARKED_MAX 10000 /* per account */

#endif
