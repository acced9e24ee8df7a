/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What every account over HTTP has. An adapter's own struct begins with it:
 *
 *     struct account { struct pk_kit_account base; ... };
 */
#ifndef PK_KIT_ACCOUNT_H
#define PK_KIT_ACCOUNT_H

#include "adapters/kit/result.h"
#include "adapters/kit/settings.h"

struct pk_kit_account {
    const struct pk_host *host;
    struct pk_kit_settings settings;
    struct pk_kit_words words; /* what a result points at */
};

/* `size` zeroed bytes that begin with a filled base. 0 or PK_E_NOMEM; *ret_account is written on success only. */
int pk_kit_account_new(size_t size, const struct pk_host *host, const struct pk_setting_value *values, size_t count,
                       void **ret_account);
void pk_kit_account_free(void *account); /* NULL is fine; wipes the settings */

/* The webhook's protection by the setting `webhook_secret`, a secret as the first segment of the path: verify() of an
 * adapter that has no other. */
int pk_kit_verify_path(const struct pk_kit_account *account, const struct pk_hook_request *request, struct pk_error *err);

/* The text at a path of a JSON answer or call: strings, numbers and booleans as their text; {NULL,0} when absent. */
struct pk_slice pk_kit_at(const struct pk_host *host, const struct pk_value *root, const char *path);

/* Rows of an adapter's table of settings. Fallbacks may be NULL. */
/* clang-format off */
#define PK_KIT_TEXT(name_, fallback_, help_) { .name = name_, .type = PK_SETTING_TEXT, .fallback = fallback_, .help = help_ }
#define PK_KIT_TEXT_REQUIRED(name_, help_) { .name = name_, .type = PK_SETTING_TEXT, .required = 1, .help = help_ }
#define PK_KIT_SECRET(name_, help_) { .name = name_, .type = PK_SETTING_SECRET, .help = help_ }
#define PK_KIT_SECRET_REQUIRED(name_, help_) { .name = name_, .type = PK_SETTING_SECRET, .required = 1, .help = help_ }
#define PK_KIT_URL(name_, fallback_, help_) { .name = name_, .type = PK_SETTING_URL, .fallback = fallback_, .help = help_ }
#define PK_KIT_URL_REQUIRED(name_, help_) { .name = name_, .type = PK_SETTING_URL, .required = 1, .help = help_ }
#define PK_KIT_CHOICE(name_, choices_, fallback_, help_) \
    { .name = name_, .type = PK_SETTING_CHOICE, .choices = choices_, .fallback = fallback_, .help = help_ }
#define PK_KIT_BOOLEAN(name_, fallback_, help_) { .name = name_, .type = PK_SETTING_BOOLEAN, .fallback = fallback_, .help = help_ }
#define PK_KIT_INTEGER(name_, fallback_, min_, max_, help_) \
    { .name = name_, .type = PK_SETTING_INTEGER, .fallback = fallback_, .min = min_, .max = max_, .help = help_ }
#define PK_KIT_DURATION(name_, fallback_, min_, max_, help_) \
    { .name = name_, .type = PK_SETTING_DURATION, .fallback = fallback_, .min = min_, .max = max_, .help = help_ }
/* clang-format on */

#define PK_KIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PK_KIT_SECOND 1000ll /* in milliseconds, as everywhere */
#define PK_KIT_MINUTE (60 * PK_KIT_SECOND)
#define PK_KIT_HOUR (60 * PK_KIT_MINUTE)
#define PK_KIT_DAY (24 * PK_KIT_HOUR)

#endif
