/* SPDX-License-Identifier: EUPL-1.2 */
/* What `pokana campaigns` is divided into: what whoever approves is shown is in cmd_campaigns_preview.c. */
#ifndef PK_APP_CMD_CAMPAIGNS_H
#define PK_APP_CMD_CAMPAIGNS_H

#include "gateway/app/command.h"

int pk_campaigns_preview(const struct pk_invocation *invocation);
int pk_campaigns_trial(const struct pk_invocation *invocation);

#endif
