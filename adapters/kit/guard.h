/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What protects a webhook whose provider signs nothing: a secret in the path, a header with a key, Basic credentials. All
 * that are set must hold. Read from the settings `webhook_secret`, `webhook_header` with `webhook_header_secret`, and
 * `webhook_user` with `webhook_password`, of which an adapter declares those its provider can do.
 */
#ifndef PK_KIT_GUARD_H
#define PK_KIT_GUARD_H

#include "adapters/kit/settings.h"

struct pk_kit_guard {
    struct pk_slice path, header_name, header; /* borrowed from the settings; empty = not asked for */
    char *basic;                               /* the whole value of Authorization, or NULL */
};

/* PK_E_CONFIG names the setting that is missing beside another, too short or unfit for a path; PK_E_NOMEM. */
int pk_kit_guard_init(struct pk_kit_guard *guard, const struct pk_kit_settings *settings, struct pk_error *err);
void pk_kit_guard_finish(struct pk_kit_guard *guard);
bool pk_kit_guard_is_set(const struct pk_kit_guard *guard); /* does it ask for anything? */
/* 0 or PK_E_DENIED. One that asks for nothing lets everything pass: ask is_set() before. */
int pk_kit_guard_verify(const struct pk_kit_guard *guard, const struct pk_hook_request *request, struct pk_error *err);

#endif
