/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One person's processing log, in the fields of the Logboek Dataverwerkingen: the acts of people and services on their
 * data, which have rows of their own, and what was sent to them, told from messages and attempts. Pseudonymous: no
 * address and no text.
 */
#ifndef PK_SERVICE_PROCESSING_H
#define PK_SERVICE_PROCESSING_H

#include "gateway/base/json.h"
#include "gateway/service/rights.h"

#define PK_PROCESSING_MESSAGES_MAX 1000u
#define PK_PROCESSING_ACTS_MAX 2000u

/* Asks the right and keeps that somebody looked. In a unit; the log is read afterwards. */
int pk_processing_open(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, int64_t now_ms, struct pk_error *err);

struct pk_processing {
    const char *source; /* of the processing activities' URIs: the gateway's own CloudEvents source */
    const char *version; /* of the program */
    int64_t recipient;
};
/* Writes {"subject", "records": [...], "more": true when there were more than fit}. Reads only: any thread's store. */
int pk_processing_write(struct pk_store *store, const struct pk_processing *wanted, struct pk_json_out *out, struct pk_error *err);

#endif
