/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files of `pokana campaigns`. */
#ifndef PK_APP_CMD_CAMPAIGNS_H
#define PK_APP_CMD_CAMPAIGNS_H

#include "gateway/app/command.h"

/* What whoever approves is shown, and a trial. */
int pk_campaigns_preview(const struct pk_invocation *invocation);
int pk_campaigns_trial(const struct pk_invocation *invocation);

/* Played in a copy with invented providers. */
int pk_campaigns_rehearse(const struct pk_invocation *invocation);

/* The verb `remind`; without it among the words. */
int pk_campaigns_remind_verb(const struct pk_invocation *invocation);

#endif
