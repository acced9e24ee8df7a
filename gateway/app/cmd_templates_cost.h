/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana templates cost`: one verb of the command `templates`. */
#ifndef PK_APP_CMD_TEMPLATES_COST_H
#define PK_APP_CMD_TEMPLATES_COST_H

#include "gateway/app/command.h"

#define PK_TEMPLATES_COST_USAGE "templates cost NAME --topic TOPIC [--values FILE] [--tag TAG]... [--route ROUTE]"

/* A struct pk_verb's function. */
int pk_templates_cost(const struct pk_invocation *invocation);

#endif
