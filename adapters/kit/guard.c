/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/guard.h"

#include "adapters/kit/request.h"

int pk_kit_guard_init(struct pk_kit_guard *guard, const struct pk_kit_settings *settings, struct pk_error *err)
{
    *guard = (struct pk_kit_guard){
        .path = pk_kit_text(settings, "webhook_secret"),
        .header_name = pk_kit_text(settings, "webhook_header"),
        .header = pk_kit_text(settings, "webhook_header_secret"),
    };
    int r = pk_kit_pair(settings, "webhook_header", "webhook_header_secret", err);
    if (r == 0)
        r = pk_kit_pair(settings, "webhook_user", "webhook_password", err);
    if (r == 0)
        r = pk_kit_check_secret(settings, "webhook_secret", true, err);
    if (r == 0)
        r = pk_kit_check_secret(settings, "webhook_header_secret", false, err);
    if (r != 0 || !pk_kit_is_set(settings, "webhook_user"))
        return r;
    guard->basic = pk_kit_basic(pk_kit_text(settings, "webhook_user"), pk_kit_text(settings, "webhook_password"));
    return guard->basic ? 0 : PK_E_NOMEM;
}

void pk_kit_guard_finish(struct pk_kit_guard *guard)
{
    pk_kit_basic_free(guard->basic);
    *guard = (struct pk_kit_guard){ 0 };
}

bool pk_kit_guard_is_set(const struct pk_kit_guard *guard)
{
    return guard->path.len > 0 || guard->header.len > 0 || guard->basic;
}

int pk_kit_guard_verify(const struct pk_kit_guard *guard, const struct pk_hook_request *request, struct pk_error *err)
{
    if (guard->path.len > 0 && !pk_kit_path_is(request, guard->path))
        return pk_fail(err, PK_E_DENIED, "the call's path does not hold webhook_secret");
    if (guard->header.len > 0 && !pk_kit_header_is(request, guard->header_name.data, guard->header))
        return pk_fail(err, PK_E_DENIED, "the call's header does not hold webhook_header_secret");
    if (guard->basic && !pk_kit_header_is(request, "Authorization", pk_slice_of(guard->basic)))
        return pk_fail(err, PK_E_DENIED, "the call's credentials are not webhook_user and webhook_password");
    return 0;
}
