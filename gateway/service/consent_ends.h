/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How consents end by themselves. One whose time is over is written down as expired; before that the person is asked once
 * whether it shall go on. Of somebody who was asked whether we may write and said nothing, a count is all that stays, and
 * the blind index of the address for as long as it may not be asked again. Old entries of the ledger go behind an anchor.
 * Part of housekeeping: small steps, each in a unit of its own.
 */
#ifndef PK_SERVICE_CONSENT_ENDS_H
#define PK_SERVICE_CONSENT_ENDS_H

#include "gateway/service/service.h"

struct pk_consent_ends;

struct pk_consent_ends *pk_consent_ends_new(struct pk_service *service);
void pk_consent_ends_free(struct pk_consent_ends *ends);
/* One share. True when there is more to do at once. Walks over what stands begin once an hour, what ended is looked at each
 * time. */
bool pk_consent_ends_run(struct pk_consent_ends *ends, int64_t now_ms);

/* How many people were ever forgotten because they did not answer: a number in the store. */
#define PK_NUMBER_SILENT "consent.silent"

#endif
