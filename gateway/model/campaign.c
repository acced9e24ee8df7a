/* SPDX-License-Identifier: EUPL-1.2 */
/* The table: a row is a state, a column what is done to it. */
#include "gateway/model/campaign.h"

#include <stddef.h>
#include <string.h>

#define TO(state) (PK_CAMPAIGN_##state + 1) /* 0 = not allowed */

static const uint8_t after[PK_CAMPAIGN_STATES][PK_CAMPAIGN_ACTS] = {
    [PK_CAMPAIGN_DRAFT] = { [PK_CAMPAIGN_EDIT] = TO(DRAFT), [PK_CAMPAIGN_SUBMIT] = TO(AWAITING_APPROVAL), [PK_CAMPAIGN_CANCEL] = TO(CANCELLED) },
    [PK_CAMPAIGN_AWAITING_APPROVAL] = { [PK_CAMPAIGN_EDIT] = TO(DRAFT),
                                        [PK_CAMPAIGN_APPROVE] = TO(APPROVED),
                                        [PK_CAMPAIGN_REJECT] = TO(DRAFT),
                                        [PK_CAMPAIGN_CANCEL] = TO(CANCELLED) },
    [PK_CAMPAIGN_APPROVED] = { [PK_CAMPAIGN_EDIT] = TO(DRAFT), [PK_CAMPAIGN_START] = TO(RUNNING), [PK_CAMPAIGN_CANCEL] = TO(CANCELLED) },
    [PK_CAMPAIGN_RUNNING] = { [PK_CAMPAIGN_PAUSE] = TO(PAUSED), [PK_CAMPAIGN_CANCEL] = TO(CANCELLED), [PK_CAMPAIGN_FINISH] = TO(FINISHED) },
    [PK_CAMPAIGN_PAUSED] = { [PK_CAMPAIGN_EDIT] = TO(DRAFT), [PK_CAMPAIGN_RESUME] = TO(RUNNING), [PK_CAMPAIGN_CANCEL] = TO(CANCELLED) },
};

static const char *const state_names[PK_CAMPAIGN_STATES] = {
    [PK_CAMPAIGN_DRAFT] = "draft",     [PK_CAMPAIGN_AWAITING_APPROVAL] = "awaiting-approval",
    [PK_CAMPAIGN_APPROVED] = "approved", [PK_CAMPAIGN_RUNNING] = "running",
    [PK_CAMPAIGN_PAUSED] = "paused",   [PK_CAMPAIGN_FINISHED] = "finished",
    [PK_CAMPAIGN_CANCELLED] = "cancelled",
};

static const char *const act_names[PK_CAMPAIGN_ACTS] = {
    [PK_CAMPAIGN_EDIT] = "edit",     [PK_CAMPAIGN_SUBMIT] = "submit", [PK_CAMPAIGN_APPROVE] = "approve",
    [PK_CAMPAIGN_REJECT] = "reject", [PK_CAMPAIGN_START] = "start",   [PK_CAMPAIGN_PAUSE] = "pause",
    [PK_CAMPAIGN_RESUME] = "resume", [PK_CAMPAIGN_CANCEL] = "cancel", [PK_CAMPAIGN_FINISH] = "finish",
};

struct sentence {
    const char *nl, *bg, *en;
};

static const struct sentence sentences[PK_CAMPAIGN_STATES] = {
    [PK_CAMPAIGN_DRAFT] = { "Concept: de adviseur maakt de campagne af en vraagt goedkeuring.",
                            "Чернова: консултантът довършва кампанията и иска одобрение.",
                            "Draft: the adviser completes the campaign and asks for approval." },
    [PK_CAMPAIGN_AWAITING_APPROVAL] = { "Wacht op goedkeuring door een tweede persoon.",
                                        "Чака одобрение от втори човек.",
                                        "Waits for the approval of a second person." },
    [PK_CAMPAIGN_APPROVED] = { "Goedgekeurd: de adviseur kan de campagne starten.",
                               "Одобрена: консултантът може да я пусне.",
                               "Approved: the adviser can start it." },
    [PK_CAMPAIGN_RUNNING] = { "Loopt: de stappen gaan vanzelf op hun tijd.",
                              "Върви: стъпките се изпращат сами в определеното време.",
                              "Running: the steps go by themselves at their time." },
    [PK_CAMPAIGN_PAUSED] = { "Stilgezet: de adviseur hervat, past aan of breekt af.",
                             "Спряна за момент: консултантът я продължава, променя или прекратява.",
                             "Paused: the adviser resumes, changes or cancels it." },
    [PK_CAMPAIGN_FINISHED] = { "Klaar: alle stappen zijn gedaan; niemand hoeft iets te doen.",
                               "Завършена: всички стъпки са изпълнени, никой не трябва да прави нищо.",
                               "Finished: all steps are done; nobody has to do anything." },
    [PK_CAMPAIGN_CANCELLED] = { "Afgebroken: wat nog niet weg was, gaat niet meer weg.",
                                "Прекратена: неизпратеното няма да бъде изпратено.",
                                "Cancelled: what had not left does not leave any more." },
};

enum pk_campaign_state pk_campaign_after(enum pk_campaign_state state, enum pk_campaign_act act)
{
    if (state >= PK_CAMPAIGN_STATES || act >= PK_CAMPAIGN_ACTS || after[state][act] == 0)
        return PK_CAMPAIGN_STATES;
    return (enum pk_campaign_state) (after[state][act] - 1);
}

bool pk_campaign_is_final(enum pk_campaign_state state)
{
    return state >= PK_CAMPAIGN_FINISHED;
}

const char *pk_campaign_state_name(enum pk_campaign_state state)
{
    return state < PK_CAMPAIGN_STATES ? state_names[state] : NULL;
}

const char *pk_campaign_act_name(enum pk_campaign_act act)
{
    return act < PK_CAMPAIGN_ACTS ? act_names[act] : NULL;
}

const char *pk_campaign_state_sentence(enum pk_campaign_state state, const char *language)
{
    if (state >= PK_CAMPAIGN_STATES)
        return NULL;
    const struct sentence *found = &sentences[state];
    return strcmp(language, "nl") == 0 ? found->nl : strcmp(language, "bg") == 0 ? found->bg : found->en;
}
