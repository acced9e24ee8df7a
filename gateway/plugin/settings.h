/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An account's settings, checked against what its adapter declares: unknown names (with the nearest known), missing
 * ones, types, choices and bounds are told at their line; secrets are resolved.
 */
#ifndef PK_PLUGIN_SETTINGS_H
#define PK_PLUGIN_SETTINGS_H

#include "gateway/base/buf.h"
#include "gateway/base/ini.h"
#include "gateway/include/pokana/adapter.h"

struct pk_settings;

/* `own` names keys of the section that are the gateway's, not the adapter's (NULL-terminated): they are passed over.
 * Negative when anything was told. base_dir: where relative file: references start. */
int pk_settings_read(const struct pk_adapter *adapter, const struct pk_ini *ini, const struct pk_ini_section *section,
                     const char *const *own, const char *base_dir, struct pk_ini_report *report, struct pk_settings **ret_settings);
/* Lets go of one hold; the last one wipes and frees. Settings are read with one hold on them. */
void pk_settings_free(struct pk_settings *settings);
/* A further hold on the same settings, for whoever keeps them beside their owner; returned. NULL stays NULL. */
struct pk_settings *pk_settings_hold(struct pk_settings *settings);
PK_AUTO_DEFINE(pk_settings, struct pk_settings *, pk_settings_free)
/* Those given and those with a fallback, in the order declared; members of a family in the order written. */
const struct pk_setting_value *pk_settings_values(const struct pk_settings *settings, size_t *ret_count);

/* Was it given as file: or credential:? Never show it then. */
bool pk_settings_is_secret(const struct pk_settings *settings, size_t index);
/* Puts "[secret]" wherever the value of a secret occurs in the text. settings may be NULL. */
void pk_settings_erase(const struct pk_settings *settings, struct pk_buf *text);

#endif
