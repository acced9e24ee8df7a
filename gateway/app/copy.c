/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/copy.h"

#include "gateway/app/config.h"
#include "gateway/store/inspect.h"

static int find_paths(const struct pk_invocation *invocation, const char *file, const char **keys, char ret_keys[4096],
                      struct pk_copy *copy, struct pk_error *err)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    int r = file && *keys ? 0 : pk_config_read(invocation->config, &report, &config, err);
    if (r != 0)
        return r;
    const char *database = file ? file : config->database;
    if (!*keys) {
        (void) snprintf(ret_keys, 4096, "%s", config->keys);
        *keys = ret_keys;
    }
    if ((size_t) snprintf(copy->path, sizeof copy->path, "%s", database) >= sizeof copy->path)
        return pk_fail(err, PK_E_LIMIT, "the path of the database is too long");
    return 0;
}

int pk_copy_open(const struct pk_invocation *invocation, const char *file, const char *keys, struct pk_copy *ret_copy,
                 struct pk_error *err)
{
    char configured[4096];
    *ret_copy = (struct pk_copy){ 0 };
    int r = find_paths(invocation, file, &keys, configured, ret_copy, err);
    if (r == 0)
        r = pk_keyfile_read(keys, &ret_copy->keys, err);
    return r == 0 ? pk_store_open_copy(ret_copy->path, ret_copy->keys, &ret_copy->store, err) : r;
}

void pk_copy_close(struct pk_copy *copy)
{
    pk_store_close(copy->store);
    pk_keyring_free(copy->keys);
    *copy = (struct pk_copy){ 0 };
}
