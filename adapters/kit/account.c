/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/account.h"

#include "adapters/kit/request.h"

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

int pk_kit_verify_path(const struct pk_kit_account *account, const struct pk_hook_request *request, struct pk_error *err)
{
    struct pk_slice secret = pk_kit_text(&account->settings, "webhook_secret");
    if (secret.len == 0) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "the webhook is closed: webhook_secret is not set");
        return pk_hint(err, PK_E_NOT_FOUND, "Set webhook_secret and give the provider the address that ends in it.");
    }
    return pk_kit_path_is(request, secret) ? 0 : pk_fail(err, PK_E_DENIED, "the call's path does not hold webhook_secret");
}

struct pk_slice pk_kit_at(const struct pk_host *host, const struct pk_value *root, const char *path)
{
    return host->json_text(host->ctx, host->json_at(root, path));
}
