/* SPDX-License-Identifier: EUPL-1.2 */
/* One setting's value against its declaration: asked by the reader of settings for what is configured, and by the
 * check of an adapter's table for the fallbacks it declares. */
#ifndef PK_PLUGIN_SETTING_VALUE_H
#define PK_PLUGIN_SETTING_VALUE_H

#include "gateway/include/pokana/adapter.h"

/* A family is declared as "header.*" and takes any "header.x". */
bool pk_setting_is_family(const struct pk_setting *setting);
bool pk_setting_takes(const struct pk_setting *setting, const char *key);

/* 0 and the number (0 for types without one), or PK_E_INVALID with why and what to write instead. The sentence repeats
 * the value only where the type leaves no room for a secret or a number of somebody's. */
int pk_setting_parse(const struct pk_setting *setting, struct pk_slice text, int64_t *ret_number, struct pk_error *err);

/* "30s" for 30000. */
#define PK_DURATION_TEXT_MAX 32
const char *pk_duration_format(int64_t ms, char ret_text[PK_DURATION_TEXT_MAX]);

#endif
