/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/request.h"

#include "adapters/kit/encode.h"
#include "adapters/kit/text.h"

#include <stdio.h>
#include <stdlib.h>

#define MAC_BYTES 32
#define ISS_MAX 64

int pk_kit_begin(const struct pk_host *host, struct pk_request *request, const char *method, struct pk_slice base,
                 const char *path)
{
    struct pk_out *url = host->url(request);
    if (base.len > 0 && base.data[base.len - 1] == '/')
        base.len--;
    int r = host->method(request, method);
    if (r == 0)
        r = host->write(url, base.data, base.len);
    return r == 0 ? host->write(url, path, strlen(path)) : r;
}

int pk_kit_begin_json(const struct pk_host *host, struct pk_request *request, struct pk_slice base, const char *path)
{
    int r = pk_kit_begin(host, request, "POST", base, path);
    return r == 0 ? host->header(request, PK_SLICE("Content-Type"), PK_SLICE("application/json")) : r;
}

/* ---- what we show ---- */

char *pk_kit_basic(struct pk_slice user, struct pk_slice password)
{
    static const char front[] = "Basic ";
    size_t len = user.len + 1 + password.len;
    char *pair = malloc(len), *value = malloc(sizeof front + PK_KIT_BASE64_ROOM(len));
    if (pair && value) {
        if (user.len > 0)
            memcpy(pair, user.data, user.len);
        pair[user.len] = ':';
        if (password.len > 0)
            memcpy(pair + user.len + 1, password.data, password.len);
        memcpy(value, front, sizeof front - 1);
        (void) pk_kit_base64(pair, len, value + sizeof front - 1);
        explicit_bzero(pair, len);
    } else {
        free(value);
        value = NULL;
    }
    free(pair);
    return value;
}

void pk_kit_basic_free(char *basic)
{
    if (basic)
        explicit_bzero(basic, strlen(basic));
    free(basic);
}

size_t pk_kit_jwt_issued(const struct pk_host *host, struct pk_slice key, struct pk_slice iss, int64_t now_ms,
                         char ret_text[PK_KIT_JWT_ROOM])
{
    static const char front[] = "Bearer ", header[] = "{\"typ\":\"JWT\",\"alg\":\"HS256\"}";
    char claims[ISS_MAX + 48];
    uint8_t mac[MAC_BYTES];
    if (iss.len == 0 || iss.len > ISS_MAX)
        return 0;
    for (size_t i = 0; i < iss.len; i++)
        if (iss.data[i] < ' ' || iss.data[i] > '~' || iss.data[i] == '"' || iss.data[i] == '\\')
            return 0;
    int n = snprintf(claims, sizeof claims, "{\"iss\":\"%.*s\",\"iat\":%lld}", PK_SLICE_ARG(iss), (long long) (now_ms / 1000));
    size_t len = sizeof front - 1;
    memcpy(ret_text, front, len);
    len += pk_kit_base64url(header, sizeof header - 1, ret_text + len);
    ret_text[len++] = '.';
    len += pk_kit_base64url(claims, (size_t) n, ret_text + len);
    struct pk_slice sealed = pk_slice_make(ret_text + sizeof front - 1, len - (sizeof front - 1));
    host->hmac_sha256(key, &sealed, 1, mac);
    ret_text[len++] = '.';
    return len + pk_kit_base64url(mac, sizeof mac, ret_text + len);
}

/* ---- what we are shown ---- */

bool pk_kit_path_is(const struct pk_hook_request *request, struct pk_slice secret)
{
    struct pk_slice path = request->path_rest;
    const char *slash = path.len > 0 ? memchr(path.data, '/', path.len) : NULL;
    size_t n = slash ? (size_t) (slash - path.data) : path.len;
    return pk_kit_same_secret(pk_slice_make(path.data, n), secret);
}

bool pk_kit_header_is(const struct pk_hook_request *request, const char *name, struct pk_slice secret)
{
    return pk_kit_same_secret(request->header(request, name), secret);
}

bool pk_kit_bearer_is(const struct pk_hook_request *request, struct pk_slice secret)
{
    struct pk_slice given = request->header(request, "Authorization");
    size_t front = strlen("Bearer ");
    if (given.len < front || !pk_kit_same_word(pk_slice_make(given.data, front), PK_SLICE("Bearer ")))
        return false;
    return pk_kit_same_secret(pk_slice_make(given.data + front, given.len - front), secret);
}
