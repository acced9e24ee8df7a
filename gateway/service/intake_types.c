/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is done for each type of trigger, in one table: a new type is a row here, and one in model/trigger.c that says how its data
 * is read. A type without a row asks for a notice. Which types are urgent is in approvals.c, with the texts they send.
 */
#include "gateway/service/intake_private.h"

static const struct pk_act_rule acts[] = {
    { "event.planned", pk_act_planned, false },
    { "event.changed", pk_act_changed, false },
    { "event.cancelled", pk_act_cancelled, false },
    { "infopoint.closed-today", pk_act_closed, true },
    { "infopoint.open-after-all", pk_act_open, true },
    { "infopoint.hours-changed", pk_act_changed, true },
    { "campaign.start", pk_act_campaign, false },
};

const struct pk_act_rule *pk_act_rule_of(const struct pk_event_type *type)
{
    for (size_t i = 0; i < PK_COUNT(acts); i++)
        if (strcmp(acts[i].word, type->word) == 0)
            return &acts[i];
    return NULL;
}
