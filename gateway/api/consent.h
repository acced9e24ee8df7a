/* SPDX-License-Identifier: EUPL-1.2 */
/* How an entry of the consent ledger is told: also in a receipt. Only gateway/api. */
#ifndef PK_API_CONSENT_H
#define PK_API_CONSENT_H

#include "gateway/base/json.h"
#include "gateway/store/ledger.h"

/* Inside an open object. */
void pk_consent_event_write(struct pk_json_out *out, struct pk_store *store, const struct pk_consent_event *event);

#endif
