/* SPDX-License-Identifier: EUPL-1.2 */
/* pokana serve: the gateway itself. */
#include "gateway/app/command.h"
#include "gateway/app/daemon.h"

static int run(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    if (invocation->word_count > 0)
        return pk_command_misused(&pk_command_serve, "\"%s\" makes no sense here", invocation->words[0]);
    return pk_daemon_run(invocation->config, &err) == 0 ? 0 : pk_command_failed(&err);
}

const struct pk_command pk_command_serve = {
    .name = "serve",
    .usage = "serve [--config FILE]",
    .summary = "run the gateway until SIGTERM; SIGHUP reads the configuration again",
    .run = run,
};
