/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files of `pokana campaigns`. */
#ifndef PK_APP_CMD_CAMPAIGNS_H
#define PK_APP_CMD_CAMPAIGNS_H

#include "gateway/app/command.h"

/* The verb `remind`; without it among the words. */
int pk_campaigns_remind_verb(const struct pk_invocation *invocation);

#endif
