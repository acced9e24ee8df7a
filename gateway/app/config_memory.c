/* SPDX-License-Identifier: EUPL-1.2 */
/* What a configuration owns: every string and list it handed out, the secrets among them wiped at the end. */
#include "gateway/app/config_private.h"

#include "gateway/base/text.h"
#include "gateway/language/reply_topics.h"

struct kept {
    void *memory;
    size_t wipe_bytes;
};

struct pk_config_memory {
    struct kept *items;
    size_t count;
};

static void *keep(struct pk_config *config, void *memory, size_t wipe_bytes)
{
    struct pk_config_memory *kept = config->memory;
    kept->items = pk_realloc_array(kept->items, kept->count + 1, sizeof *kept->items);
    kept->items[kept->count++] = (struct kept){ memory, wipe_bytes };
    return memory;
}

void *pk_config_keep(struct pk_config *config, void *memory)
{
    return keep(config, memory, 0);
}

const char *pk_config_keep_secret(struct pk_config *config, struct pk_slice secret)
{
    return keep(config, pk_slice_dup(secret), secret.len);
}

struct pk_config *pk_config_new(const char *path)
{
    struct pk_config *config = pk_alloc(sizeof *config);
    config->memory = pk_alloc(sizeof *config->memory);
    config->path = pk_config_keep(config, pk_strdup(path));
    const char *slash = strrchr(path, '/');
    size_t len = slash == path ? 1 : slash ? (size_t) (slash - path) : 0;
    config->folder = pk_config_keep(config, len > 0 ? pk_strndup(path, len) : pk_strdup("."));
    return config;
}

void pk_config_free(struct pk_config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->rules.account_count; i++)
        pk_settings_free(config->rules.accounts[i].settings);
    for (size_t i = 0; i < config->rules.days_count; i++)
        pk_days_free((struct pk_days *) config->rules.days[i].days);
    for (size_t i = 0; i < config->memory->count; i++) {
        if (config->memory->items[i].wipe_bytes > 0)
            explicit_bzero(config->memory->items[i].memory, config->memory->items[i].wipe_bytes);
        free(config->memory->items[i].memory);
    }
    free(config->memory->items);
    free(config->memory);
    pk_topic_words_free(config->topic_words);
    pk_registry_free(config->registry);
    free(config);
}
