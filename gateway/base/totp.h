/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One-time codes that go by the clock (RFC 6238): a secret shared with an authenticator app, and the 30 seconds it is. Pure:
 * the moment it is now comes in; which step was used last is kept by whoever asks.
 */
#ifndef PK_BASE_TOTP_H
#define PK_BASE_TOTP_H

#include "gateway/base/buf.h"

#include <stdint.h>

#define PK_TOTP_SECRET_BYTES 20 /* as long as the MAC: RFC 4226, 4 */
#define PK_TOTP_STEP_MS 30000ll
#define PK_TOTP_DIGITS 6

/* SHA-1 is what every app can; the MAC does not lean on what is broken in it. */
enum pk_totp_hash { PK_TOTP_SHA1, PK_TOTP_SHA256 };

/* The code of a step: a number of at most `digits` (1 to 8) digits. */
uint32_t pk_totp(enum pk_totp_hash hash, struct pk_slice secret, int64_t step, unsigned digits);
/* Is it the code of now, or of the step before or behind, and of a step after `last_step`? Then *ret_step is that step: kept,
 * it makes the code count once. Blanks inside are passed over. */
bool pk_totp_check(struct pk_slice secret, struct pk_slice code, int64_t now_ms, int64_t last_step, int64_t *ret_step);

/* Appends RFC 4648's base32 without padding, as apps take a secret. */
void pk_base32(struct pk_buf *out, const uint8_t *data, size_t len);

#endif
