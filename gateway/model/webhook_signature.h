/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The signature of Standard Webhooks 1.0: what a receiver proves a body by. Signed is id "." timestamp "." body; every secret
 * gives one signature, so that during a rotation the receiver may know the old or the new one. Pure.
 */
#ifndef PK_MODEL_WEBHOOK_SIGNATURE_H
#define PK_MODEL_WEBHOOK_SIGNATURE_H

#include "gateway/base/buf.h"

#include <stdint.h>

#define PK_WEBHOOK_SECRET_MIN 24 /* bytes behind whsec_ */
#define PK_WEBHOOK_SECRET_MAX 64

/* Whether the text is a secret: "whsec_" and base64 of 24 to 64 bytes (HMAC-SHA-256), or "whsk_" and base64 of an ed25519 private
 * key: its seed of 32 bytes, or seed and public key. */
bool pk_webhook_secret_valid(struct pk_slice secret);

/* Of an ed25519 secret: appends "whpk_" and base64 of the public key, which the receiver is given. False for any other. */
bool pk_webhook_public_key(struct pk_slice secret, struct pk_buf *out);

/* Appends the value of the header webhook-signature: "v1,..." or "v1a,..." for each secret, separated by spaces. PK_E_INVALID for
 * a secret that is none and an id with a full stop in it; then nothing is appended. */
int pk_webhook_sign(const struct pk_slice *secrets, size_t count, struct pk_slice id, int64_t timestamp_s, struct pk_slice body,
                    struct pk_buf *out);

#endif
