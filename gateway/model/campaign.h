/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How far a campaign is, and which step may follow. Numbers are stored: never renumber, only append. What somebody approved
 * is a digest over everything that was shown to them; whoever changes any of it returns the campaign to draft.
 */
#ifndef PK_MODEL_CAMPAIGN_H
#define PK_MODEL_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>

enum pk_campaign_state {
    PK_CAMPAIGN_DRAFT = 0,
    PK_CAMPAIGN_AWAITING_APPROVAL = 1,
    PK_CAMPAIGN_APPROVED = 2,
    PK_CAMPAIGN_RUNNING = 3,
    PK_CAMPAIGN_PAUSED = 4,
    PK_CAMPAIGN_FINISHED = 5, /* from here on final */
    PK_CAMPAIGN_CANCELLED = 6,
    PK_CAMPAIGN_STATES
};

/* What somebody, or the gateway, does to one. */
enum pk_campaign_act {
    PK_CAMPAIGN_EDIT = 0,   /* anything in it is changed: what was approved is approved no more */
    PK_CAMPAIGN_SUBMIT,     /* for approval */
    PK_CAMPAIGN_APPROVE,    /* by a second person */
    PK_CAMPAIGN_REJECT,     /* by a second person: back to draft */
    PK_CAMPAIGN_START,
    PK_CAMPAIGN_PAUSE,      /* by a person, or at a ceiling */
    PK_CAMPAIGN_RESUME,
    PK_CAMPAIGN_CANCEL,
    PK_CAMPAIGN_FINISH,     /* its last step is done */
    PK_CAMPAIGN_ACTS
};

/* Where `act` leads from `state`; PK_CAMPAIGN_STATES when it is not allowed there. */
enum pk_campaign_state pk_campaign_after(enum pk_campaign_state state, enum pk_campaign_act act);
bool pk_campaign_is_final(enum pk_campaign_state state);
const char *pk_campaign_state_name(enum pk_campaign_state state); /* "awaiting-approval"; NULL out of range */
const char *pk_campaign_act_name(enum pk_campaign_act act);       /* "approve" */
/* One sentence that says who acts next; "nl", "bg", else en. Never NULL within range. */
const char *pk_campaign_state_sentence(enum pk_campaign_state state, const char *language);

#endif
