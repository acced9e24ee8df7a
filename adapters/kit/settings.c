/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/settings.h"

#include <stdlib.h>

#define SECRET_MIN 16u

static const char *keep(char **at, const char *data, size_t len)
{
    char *kept = *at;
    if (len > 0)
        memcpy(kept, data, len);
    kept[len] = '\0';
    *at += len + 1;
    return kept;
}

int pk_kit_settings_init(struct pk_kit_settings *settings, const struct pk_setting_value *values, size_t count)
{
    size_t bytes = 1;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(values[i].name) + values[i].text.len + 2;
    *settings = (struct pk_kit_settings){ .count = count, .memory_bytes = bytes };
    settings->values = calloc(count + 1, sizeof *settings->values);
    settings->memory = calloc(1, bytes);
    if (!settings->values || !settings->memory) {
        pk_kit_settings_finish(settings);
        return PK_E_NOMEM;
    }
    char *at = settings->memory;
    for (size_t i = 0; i < count; i++) {
        settings->values[i].name = keep(&at, values[i].name, strlen(values[i].name));
        settings->values[i].text = pk_slice_make(keep(&at, values[i].text.data, values[i].text.len), values[i].text.len);
        settings->values[i].number = values[i].number;
    }
    return 0;
}

void pk_kit_settings_finish(struct pk_kit_settings *settings)
{
    if (settings->memory)
        explicit_bzero(settings->memory, settings->memory_bytes);
    free(settings->memory);
    free(settings->values);
    *settings = (struct pk_kit_settings){ 0 };
}

static const struct pk_setting_value *find(const struct pk_kit_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->values[i].name, name) == 0)
            return &settings->values[i];
    return NULL;
}

struct pk_slice pk_kit_text(const struct pk_kit_settings *settings, const char *name)
{
    const struct pk_setting_value *value = find(settings, name);
    return value && value->text.len > 0 ? value->text : (struct pk_slice){ 0 };
}

bool pk_kit_is_set(const struct pk_kit_settings *settings, const char *name)
{
    return pk_kit_text(settings, name).len > 0;
}

int64_t pk_kit_number(const struct pk_kit_settings *settings, const char *name, int64_t otherwise)
{
    const struct pk_setting_value *value = find(settings, name);
    return value ? value->number : otherwise;
}

int pk_kit_pair(const struct pk_kit_settings *settings, const char *one, const char *other, struct pk_error *err)
{
    bool has_one = pk_kit_is_set(settings, one), has_other = pk_kit_is_set(settings, other);
    if (has_one == has_other)
        return 0;
    return pk_fail(err, PK_E_CONFIG, "%s: required setting is missing beside %s", has_one ? other : one, has_one ? one : other);
}

int pk_kit_check_secret(const struct pk_kit_settings *settings, const char *name, bool in_path, struct pk_error *err)
{
    struct pk_slice secret = pk_kit_text(settings, name);
    if (secret.len > 0 && secret.len < SECRET_MIN)
        return pk_fail(err, PK_E_CONFIG, "%s: the secret is shorter than %u characters", name, SECRET_MIN);
    for (size_t i = 0; i < secret.len && in_path; i++) {
        char c = secret.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && !memchr("-._~", c, 4)) {
            (void) pk_fail(err, PK_E_CONFIG, "%s: it holds characters that change on their way through a URL", name);
            return pk_hint(err, PK_E_CONFIG, "Use letters, digits, \"-\" and \"_\".");
        }
    }
    return 0;
}

const struct pk_setting_value *pk_kit_member(const struct pk_kit_settings *settings, const char *front, size_t *cursor)
{
    while (*cursor < settings->count) {
        const struct pk_setting_value *value = &settings->values[(*cursor)++];
        if (strncmp(value->name, front, strlen(front)) == 0)
            return value;
    }
    return NULL;
}
