/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What publishers hear afterwards beside planned and completed: of each message of their triggers what became of it, by an id
 * that says nothing (`status_messages`); and of a campaign they started, step by step, counts with a floor (`status`).
 */
#ifndef PK_SERVICE_STATUS_EVENTS_H
#define PK_SERVICE_STATUS_EVENTS_H

#include "gateway/service/service.h"
#include "gateway/store/triggers.h"

/* Watches messages as long as a publisher wants to hear of them. After new rules as well. */
void pk_status_events_watch(struct pk_service *service);
/* A trigger is completed; tells whoever started the campaign it is a step of, if it is one. Inside a unit. */
int pk_status_events_step(struct pk_service *service, const struct pk_trigger *trigger, const int64_t counts[PK_MESSAGE_STATES], int64_t now_ms,
                          struct pk_error *err);
/* A campaign is over. Inside a unit. */
struct pk_campaign;
int pk_status_events_campaign(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err);

#endif
