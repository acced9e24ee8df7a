/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana templates`: the texts, seen by those who write and pay for them. */
#include "gateway/app/cmd_templates_cost.h"
#include "gateway/app/options.h"
#include "gateway/base/mem.h"

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "cost", pk_templates_cost } };
    return pk_verb_run(&pk_command_templates, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_templates = {
    .name = "templates",
    .usage = PK_TEMPLATES_COST_USAGE,
    .summary = "the texts: what one would cost, and in which script",
    .run = run,
};
