/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the team is told by a message of its own (decisions/team.md): that something happened, never of whom. Whoever finds it
 * out notes it in the unit that does it; the watch tells, once for all that was noted since, and of each kind a few times a day
 * at most. Without a team it stays a note, and log, metric and pages say it.
 */
#ifndef PK_SERVICE_TEAM_H
#define PK_SERVICE_TEAM_H

#include "gateway/service/service.h"

enum pk_team_news {
    PK_TEAM_ACCOUNT_PAUSED, /* by its provider's answers, not by an operator */
    PK_TEAM_WEBHOOK_OFF,
    PK_TEAM_STANDING_USED, /* people were told something urgent as two colleagues had approved */
    PK_TEAM_BREACH_TOLD, /* somebody ordered that people be told of a breach */
    PK_TEAM_NEWS,
};

#define PK_TEAM_EVERY_MS (4 * 3600 * 1000ll) /* of one kind so often at most */

/* Inside a unit; with it, or not at all. */
int pk_team_note(struct pk_service *service, enum pk_team_news news, int64_t now_ms, struct pk_error *err);
/* Once a minute, in units of its own: what was noted and may be told now. */
void pk_team_watch(struct pk_service *service);

/* The texts the team gets, of every kind there is, also those told elsewhere; NULL behind the last. */
const char *pk_team_text(size_t index);

#endif
