/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Consent that somebody enters for a person: told at a desk, or on paper. What is entered only asks: the person gets the
 * question and answers it. A yes that is documented counts at once when two different people stand for it. Nobody who
 * said STOP is asked or confirmed by others, and a consent can be withdrawn for a person in one step.
 */
#ifndef PK_SERVICE_CONSENT_H
#define PK_SERVICE_CONSENT_H

#include "gateway/service/service.h"
#include "gateway/store/ledger.h"
#include "gateway/store/recipients.h"

#define PK_CONSENT_WORD_MAX 64u /* bytes of how, wording and names of people */

struct pk_grant_plan {
    int64_t recipient;
    struct pk_slice topic, channel; /* names; a channel on which the person has an address */
    struct pk_slice how; /* "paper", "desk" */
    struct pk_slice wording; /* what they were shown: "form 7"; empty = not said */
    struct pk_slice by; /* who enters it; empty = the actor */
    int64_t given_ms; /* when the person did it; 0 = not said: they were signed up by somebody */
    bool confirmed; /* their yes is documented: how, wording and given_ms are needed, and a second person */
    struct pk_slice second_person;
};

struct pk_grant_result {
    enum pk_consent_state state; /* after it */
    bool changed; /* false: it stood already */
    bool asked; /* the question is on its way */
    int64_t until_ms;
};

/* All inside a unit. PK_E_NOT_FOUND: nobody has this id, or no address there; PK_E_INVALID: no such topic, or evidence that
 * is missing; PK_E_CONFLICT: they said STOP, said no after that day, or the network refuses them. */
int pk_consent_grant(struct pk_service *service, const struct pk_actor *actor, const struct pk_grant_plan *plan, int64_t now_ms,
                     struct pk_grant_result *ret_result, struct pk_error *err);

struct pk_withdraw_plan {
    int64_t recipient;
    struct pk_slice topic; /* empty = every topic */
    struct pk_slice how; /* empty = "desk" */
    struct pk_slice by; /* empty = the actor */
};
/* On every channel; what waits for those topics is suppressed. *ret_count: consents that ended; 0 when none stood. */
int pk_consent_withdraw(struct pk_service *service, const struct pk_actor *actor, const struct pk_withdraw_plan *plan, int64_t now_ms,
                        size_t *ret_count, struct pk_error *err);

/* Somebody looks at a person's consents: written into the audit, so that the person can be told. */
int pk_consent_look(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, const char *what, int64_t now_ms,
                    struct pk_recipient *ret_who, struct pk_error *err);
/* The person an address belongs to; told to the audit as well. Channel empty = the one of numbers. PK_E_NOT_FOUND. */
int pk_consent_find(struct pk_service *service, const struct pk_actor *actor, struct pk_slice channel, struct pk_slice address,
                    int64_t now_ms, int64_t *ret_recipient, struct pk_error *err);

/* ---- what a person is given to keep ---- */

/* Everything a receipt says. The slices live until the next call on the same tables. */
struct pk_receipt_facts {
    struct pk_consent_event event; /* the newest of this consent */
    uint8_t link[PK_LINK_BYTES], previous[PK_LINK_BYTES];
    struct pk_shown shown; /* id 0 = no text of ours */
    enum pk_consent_state state;
    const struct pk_topic_rule *topic; /* NULL = no longer configured */
    struct pk_recipient who;
};
/* PK_E_NOT_FOUND when there is no such consent, or its entry was pruned. Channel empty: the only one there is. */
int pk_consent_receipt(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, struct pk_slice topic,
                       struct pk_slice channel, int64_t now_ms, struct pk_receipt_facts *ret_facts, struct pk_error *err);
/* One sentence for the person, in their language and script: to what they said yes, since when, until when, how to stop.
 * PK_E_CONFLICT unless the consent stands, and has an end to tell. */
int pk_consent_sentence(struct pk_service *service, const struct pk_receipt_facts *facts, struct pk_buf *out, struct pk_error *err);

/* "+31…01": enough to tell two addresses of one person apart, and nobody's number. */
void pk_consent_mask(struct pk_slice address, struct pk_buf *out);

#endif
