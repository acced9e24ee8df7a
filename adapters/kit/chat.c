/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/chat.h"

#include "adapters/kit/encode.h"
#include "adapters/kit/text.h"

#define ATTEMPT_MAX 16u
#define CHOICE_MAX 40u
#define TOKEN_MAX 64u
#define MAC_BYTES 32u

static bool is_word(struct pk_slice text, size_t most)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return text.len > 0 && text.len <= most;
}

bool pk_kit_is_token(struct pk_slice text)
{
    return is_word(text, TOKEN_MAX);
}

size_t pk_kit_button(const struct pk_job *job, struct pk_slice choice, char ret_payload[PK_KIT_BUTTON_ROOM])
{
    struct pk_slice attempt = job->attempt_id;
    if (!is_word(attempt, ATTEMPT_MAX) || !is_word(choice, CHOICE_MAX))
        return 0;
    char *at = ret_payload;
    *at++ = 'c';
    *at++ = ':';
    memcpy(at, attempt.data, attempt.len);
    at += attempt.len;
    *at++ = ':';
    memcpy(at, choice.data, choice.len);
    at += choice.len;
    *at = '\0';
    return (size_t) (at - ret_payload);
}

bool pk_kit_button_read(struct pk_slice payload, struct pk_slice *ret_attempt, struct pk_slice *ret_choice)
{
    if (!pk_slice_starts(payload, "c:"))
        return false;
    struct pk_slice rest = pk_slice_make(payload.data + 2, payload.len - 2);
    const char *colon = rest.len > 0 ? memchr(rest.data, ':', rest.len) : NULL;
    if (!colon)
        return false;
    struct pk_slice attempt = pk_slice_make(rest.data, (size_t) (colon - rest.data));
    struct pk_slice choice = pk_slice_make(colon + 1, rest.len - attempt.len - 1);
    if (!is_word(attempt, ATTEMPT_MAX) || !is_word(choice, CHOICE_MAX))
        return false;
    *ret_attempt = attempt;
    *ret_choice = choice;
    return true;
}

size_t pk_kit_units(struct pk_slice text)
{
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char) text.data[i];
        units += c >= 0xf0 ? 2 : (c & 0xc0) != 0x80;
    }
    return units;
}

bool pk_kit_hmac_is(const struct pk_host *host, struct pk_slice key, struct pk_slice bytes, struct pk_slice hex)
{
    uint8_t mac[MAC_BYTES];
    char expected[PK_KIT_HEX_ROOM(MAC_BYTES)], given[sizeof expected];
    if (key.len == 0 || hex.len != sizeof given - 1)
        return false;
    for (size_t i = 0; i < hex.len; i++)
        given[i] = hex.data[i] >= 'A' && hex.data[i] <= 'F' ? (char) (hex.data[i] - 'A' + 'a') : hex.data[i];
    host->hmac_sha256(key, &bytes, 1, mac);
    size_t len = pk_kit_hex(mac, sizeof mac, expected);
    return pk_kit_same_secret(pk_slice_make(given, hex.len), pk_slice_make(expected, len));
}
