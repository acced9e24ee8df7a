/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Calls are signed over their bytes as they arrive. Meta writes that it signs the form in which letters beyond ASCII are
 * \u escapes, and sends that form too; a proxy on the way may not. So where the bytes themselves do not fit, and hold such
 * letters, the escaped form is tried once.
 */
#include "adapters/whatsapp/whatsapp.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/text.h"

#include <stdlib.h>

#define CHALLENGE_MAX 256u
#define GROWTH 3u /* "\u0434" for two bytes, a pair of them for four */

/* ---- the signature ---- */

static char *put_unit(char *out, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    *out++ = '\\';
    *out++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *out++ = digits[unit >> shift & 15];
    return out;
}

/* One character of valid UTF-8; returns how many bytes it has. */
static size_t read_point(const unsigned char *at, uint32_t *ret_point)
{
    size_t len = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    uint32_t point = at[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        point = point << 6 | (at[i] & 0x3fu);
    *ret_point = point;
    return len;
}

static size_t escape(struct pk_slice body, char *out)
{
    char *start = out;
    for (size_t i = 0; i < body.len;) {
        uint32_t point;
        if ((unsigned char) body.data[i] < 0x80) {
            *out++ = body.data[i++];
            continue;
        }
        i += read_point((const unsigned char *) body.data + i, &point);
        if (point >= 0x10000) {
            out = put_unit(out, 0xd800 + ((point - 0x10000) >> 10));
            point = 0xdc00 + ((point - 0x10000) & 0x3ff);
        }
        out = put_unit(out, point);
    }
    return (size_t) (out - start);
}

static bool is_ascii(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char) text.data[i] >= 0x80)
            return false;
    return true;
}

static bool escaped_holds(const struct whatsapp *account, struct pk_slice body, struct pk_slice claim)
{
    struct pk_slice secret = pk_kit_text(&account->settings, "app_secret");
    if (is_ascii(body) || !pk_kit_utf8(body))
        return false;
    char *escaped = malloc(GROWTH * body.len);
    if (!escaped)
        return false;
    size_t len = escape(body, escaped);
    bool holds = pk_kit_hmac_is(account->host, secret, pk_slice_make(escaped, len), claim);
    explicit_bzero(escaped, len);
    free(escaped);
    return holds;
}

static bool signature_holds(const struct whatsapp *account, const struct pk_hook_request *request)
{
    struct pk_slice claim = request->header(request, "X-Hub-Signature-256");
    if (!pk_slice_starts(claim, "sha256="))
        return false;
    claim = pk_slice_make(claim.data + 7, claim.len - 7);
    return pk_kit_hmac_is(account->host, pk_kit_text(&account->settings, "app_secret"), request->body, claim) ||
           escaped_holds(account, request->body, claim);
}

/* ---- the challenge ---- */

static struct pk_slice in_query(const struct pk_hook_request *request, const char *wanted, char *room)
{
    struct pk_slice query = request->query, name, value, found = { 0 };
    while (!found.data && pk_kit_next_pair(&query, &room, &name, &value))
        if (pk_slice_is(name, wanted))
            found = value;
    return found;
}

static bool token_holds(const struct whatsapp *account, const struct pk_hook_request *request)
{
    char *room = malloc(request->query.len + 1);
    if (!room)
        return false;
    bool holds = pk_kit_same_secret(in_query(request, "hub.verify_token", room), pk_kit_text(&account->settings, "verify_token"));
    explicit_bzero(room, request->query.len + 1);
    free(room);
    return holds;
}

struct pk_slice pk_whatsapp_challenge(const struct pk_hook_request *request, char *room)
{
    struct pk_slice challenge = in_query(request, "hub.challenge", room);
    for (size_t i = 0; i < challenge.len; i++)
        if (!pk_kit_is_token(pk_slice_make(challenge.data + i, 1)))
            return (struct pk_slice){ 0 };
    return challenge.len > 0 && challenge.len <= CHALLENGE_MAX ? challenge : (struct pk_slice){ 0 };
}

int pk_whatsapp_verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct whatsapp *account = self;
    if (!pk_kit_is_set(&account->settings, "app_secret"))
        return pk_fail(err, PK_E_NOT_FOUND, "the webhook is closed: app_secret is not set");
    if (pk_slice_is(request->method, "GET"))
        return token_holds(account, request) ? 0 : pk_fail(err, PK_E_DENIED, "the call does not show verify_token");
    return signature_holds(account, request) ? 0 : pk_fail(err, PK_E_DENIED, "the call's signature does not fit its body");
}
