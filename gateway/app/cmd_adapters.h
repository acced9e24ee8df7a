/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by cmd_adapters.c and cmd_adapters_test.c, by nobody else. */
#ifndef PK_APP_CMD_ADAPTERS_H
#define PK_APP_CMD_ADAPTERS_H

#include "gateway/app/command.h"
#include "gateway/base/json.h"
#include "gateway/plugin/registry.h"

/* Adds the adapters of the configured folder. Without a configuration at the usual place there are still those built in;
 * one that was named must be there. */
int pk_adapters_load(const struct pk_invocation *invocation, struct pk_registry *registry, struct pk_error *err);
/* PK_E_NOT_FOUND, with those there are. */
int pk_adapters_unknown(const struct pk_registry *registry, const char *name, struct pk_error *err);

/* The verb `test`; without it among the words. */
int pk_adapters_test(const struct pk_invocation *invocation);

#endif
