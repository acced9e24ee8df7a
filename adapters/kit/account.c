/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/account.h"

#include <stdlib.h>

int pk_kit_account_new(size_t size, const struct pk_host *host, const struct pk_setting_value *values, size_t count,
                       void **ret_account)
{
    struct pk_kit_account *account = calloc(1, size);
    if (!account)
        return PK_E_NOMEM;
    account->host = host;
    int r = pk_kit_settings_init(&account->settings, values, count);
    if (r == 0)
        *ret_account = account;
    else
        free(account);
    return r;
}

void pk_kit_account_free(void *account)
{
    struct pk_kit_account *base = account;
    if (!base)
        return;
    pk_kit_settings_finish(&base->settings);
    free(base);
}

struct pk_slice pk_kit_at(const struct pk_host *host, const struct pk_value *root, const char *path)
{
    return host->json_text(host->ctx, host->json_at(root, path));
}
