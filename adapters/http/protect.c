/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Everything the settings ask for must hold: a secret in the path, a secret in a header, an HMAC over the body, Basic
 * credentials. Where they ask for nothing the webhook is not there.
 */
#include "adapters/http/http.h"

#include "adapters/kit/encode.h"
#include "adapters/kit/text.h"

#define MAC_BYTES 32

bool pk_http_adapter_protected(const struct http_account *account)
{
    return pk_kit_guard_is_set(&account->guard) || account->hmac_secret.len > 0;
}

static bool hmac_holds(const struct http_account *account, const struct pk_hook_request *request)
{
    uint8_t mac[MAC_BYTES];
    char expected[PK_KIT_HEX_ROOM(MAC_BYTES)], given[sizeof expected];
    struct pk_slice claim = request->header(request, account->hmac_header.data);
    if (request->body.len == 0)
        return false; /* it would vouch for nothing: neither query nor path are part of it */
    account->host->hmac_sha256(account->hmac_secret, &request->body, 1, mac);
    size_t len = account->hmac_base64 ? pk_kit_base64(mac, sizeof mac, expected) : pk_kit_hex(mac, sizeof mac, expected);
    claim = pk_kit_trim(claim);
    if (claim.len < len)
        return false;
    if (claim.len > len && claim.data[claim.len - len - 1] != '=' && claim.data[claim.len - len - 1] != ',')
        return false; /* "sha256=…" and "v1,…" are fronts, anything else is another signature */
    memcpy(given, claim.data + claim.len - len, len);
    for (size_t i = 0; i < len && !account->hmac_base64; i++)
        if (given[i] >= 'A' && given[i] <= 'F')
            given[i] = (char) (given[i] - 'A' + 'a');
    return pk_kit_same_secret(pk_slice_make(given, len), pk_slice_make(expected, len));
}

int pk_http_adapter_verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct http_account *account = self;
    if (!pk_http_adapter_protected(account)) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "the webhook is closed: nothing protects it");
        return pk_hint(err, PK_E_NOT_FOUND, "Set webhook_secret, webhook_header, webhook_hmac_header or webhook_user.");
    }
    if (account->hmac_secret.len > 0 && !hmac_holds(account, request))
        return pk_fail(err, PK_E_DENIED, "the call's signature does not fit its body");
    return pk_kit_guard_verify(&account->guard, request, err);
}
