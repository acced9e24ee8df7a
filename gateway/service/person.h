/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One person and what is kept about them: found, shown whole, or erased. Each act is audited under the person's id, which
 * says nothing. No call tells of more than one person. Calls run inside a unit.
 */
#ifndef PK_SERVICE_PERSON_H
#define PK_SERVICE_PERSON_H

#include "gateway/base/json.h"
#include "gateway/service/service.h"

/* Who is meant: by id, or by an address as people write it. */
struct pk_whom {
    int64_t recipient; /* 0 = by address */
    const char *channel; /* NULL = "sms" */
    struct pk_slice address;
};

/* Everything kept about the person as one JSON object: addresses, tags, consents with their evidence, messages with what
 * became of them, replies, answers to invitations, and who looked or changed something. PK_E_NOT_FOUND. */
int pk_person_export(struct pk_service *service, const struct pk_actor *actor, const struct pk_whom *whom, int64_t now_ms,
                     struct pk_buf *out, struct pk_error *err);

struct pk_erase_plan {
    struct pk_whom whom;
    bool asked; /* the person asked for it: their last message says that it was done */
    bool stays_stopped; /* and wants never to be written to again; whoever said STOP stays stopped in any case */
};
/* Takes everything out at once: what waited is cancelled, consents are withdrawn in the ledger, which stays as a proof
 * under pseudonym. By id PK_E_NOT_FOUND when there is nobody; by address 0 whether or not it was known, and what is known
 * of it goes. The write-ahead log is emptied afterwards (pk_upkeep_when_emptied()). */
int pk_person_erase(struct pk_service *service, const struct pk_actor *actor, const struct pk_erase_plan *plan, int64_t now_ms,
                    struct pk_error *err);

#endif
