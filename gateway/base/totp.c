/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/base/totp.h"

#include "gateway/base/crypto.h"

uint32_t pk_totp(enum pk_totp_hash hash, struct pk_slice secret, int64_t step, unsigned digits)
{
    uint8_t counter[8], mac[32];
    uint32_t bound = 1;
    for (size_t i = 0; i < sizeof counter; i++)
        counter[i] = (uint8_t) ((uint64_t) step >> (56 - 8 * i));
    const struct pk_slice part = pk_slice_make(counter, sizeof counter);
    if (hash == PK_TOTP_SHA1)
        pk_hmac_sha1(secret, &part, 1, mac);
    else
        pk_hmac_sha256(secret, &part, 1, mac);
    const uint8_t *at = mac + (mac[hash == PK_TOTP_SHA1 ? 19 : 31] & 0x0f);
    uint32_t number = (uint32_t) (at[0] & 0x7f) << 24 | (uint32_t) at[1] << 16 | (uint32_t) at[2] << 8 | at[3];
    for (unsigned i = 0; i < digits && i < 8; i++)
        bound *= 10;
    explicit_bzero(mac, sizeof mac);
    return number % bound;
}

/* Six digits, however they are grouped; false for anything else. */
static bool read_code(struct pk_slice code, uint32_t *ret_number)
{
    size_t digits = 0;
    *ret_number = 0;
    for (size_t i = 0; i < code.len; i++) {
        if (code.data[i] == ' ')
            continue;
        if (code.data[i] < '0' || code.data[i] > '9' || ++digits > PK_TOTP_DIGITS)
            return false;
        *ret_number = *ret_number * 10 + (uint32_t) (code.data[i] - '0');
    }
    return digits == PK_TOTP_DIGITS;
}

bool pk_totp_check(struct pk_slice secret, struct pk_slice code, int64_t now_ms, int64_t last_step, int64_t *ret_step)
{
    uint32_t number, right;
    int64_t now = now_ms / PK_TOTP_STEP_MS, found = 0;
    bool any = false;
    if (!read_code(code, &number))
        return false;
    for (int64_t step = now - 1; step <= now + 1; step++) {
        right = pk_totp(PK_TOTP_SHA1, secret, step, PK_TOTP_DIGITS);
        if (pk_equal_constant_time(&number, &right, sizeof number) && step > last_step) {
            found = step;
            any = true;
        }
    }
    if (any)
        *ret_step = found;
    return any;
}

void pk_base32(struct pk_buf *out, const uint8_t *data, size_t len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < len; i++) {
        bits = (bits << 8 | data[i]) & 0xfff;
        for (count += 8; count >= 5; count -= 5)
            (void) pk_buf_add_char(out, letters[bits >> (count - 5) & 31]);
    }
    if (count > 0)
        (void) pk_buf_add_char(out, letters[bits << (5 - count) & 31]);
}
