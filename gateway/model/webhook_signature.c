/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/webhook_signature.h"

#include "gateway/base/crypto.h"
#include "gateway/base/text.h"

#include <stdio.h>

enum kind { KIND_NONE = 0, KIND_HMAC, KIND_ED25519 };

struct key {
    char bytes[2 * PK_WEBHOOK_SECRET_MAX];
    struct pk_buf buf;
    enum kind kind;
};

static struct pk_slice behind(struct pk_slice text, size_t len)
{
    return pk_slice_make(text.data + len, text.len - len);
}

/* False when the text is no secret. The key is wiped by whoever read it. */
static bool read_key(struct pk_slice secret, struct key *ret_key)
{
    bool hmac = pk_slice_starts(secret, "whsec_"), ed25519 = pk_slice_starts(secret, "whsk_");
    *ret_key = (struct key){ .kind = KIND_NONE };
    ret_key->buf = (struct pk_buf){ .data = ret_key->bytes, .cap = sizeof ret_key->bytes, .max_bytes = sizeof ret_key->bytes - 1 };
    if (!hmac && !ed25519)
        return false;
    secret = behind(secret, strlen(hmac ? "whsec_" : "whsk_"));
    if (secret.len > 128 || pk_unbase64(secret, &ret_key->buf) != 0)
        return false;
    size_t len = ret_key->buf.len;
    if (hmac && len >= PK_WEBHOOK_SECRET_MIN && len <= PK_WEBHOOK_SECRET_MAX)
        ret_key->kind = KIND_HMAC;
    else if (ed25519 && (len == PK_ED25519_KEY_BYTES || len == 2 * PK_ED25519_KEY_BYTES))
        ret_key->kind = KIND_ED25519;
    return ret_key->kind != KIND_NONE;
}

bool pk_webhook_secret_valid(struct pk_slice secret)
{
    struct key key;
    bool valid = read_key(secret, &key);
    explicit_bzero(&key, sizeof key);
    return valid;
}

bool pk_webhook_public_key(struct pk_slice secret, struct pk_buf *out)
{
    struct key key;
    uint8_t public_key[PK_ED25519_KEY_BYTES];
    bool good = read_key(secret, &key) && key.kind == KIND_ED25519;
    if (good) {
        pk_ed25519_public((const uint8_t *) key.buf.data, public_key);
        (void) pk_buf_add_text(out, "whpk_");
        pk_base64(out, public_key, sizeof public_key);
    }
    explicit_bzero(&key, sizeof key);
    return good;
}

static void sign_with(const struct key *key, const struct pk_slice *parts, size_t count, struct pk_buf *out)
{
    uint8_t signature[PK_ED25519_SIGNATURE_BYTES];
    if (key->kind == KIND_HMAC) {
        pk_hmac_sha256(pk_buf_slice(&key->buf), parts, count, signature);
        (void) pk_buf_add_text(out, "v1,");
        pk_base64(out, signature, 32);
        return;
    }
    struct pk_buf whole; /* ed25519 reads what it signs twice */
    pk_buf_init(&whole, 1u << 20);
    for (size_t i = 0; i < count; i++)
        (void) pk_buf_add_slice(&whole, parts[i]);
    pk_ed25519_sign((const uint8_t *) key->buf.data, pk_buf_slice(&whole), signature);
    pk_buf_finish(&whole);
    (void) pk_buf_add_text(out, "v1a,");
    pk_base64(out, signature, sizeof signature);
}

int pk_webhook_sign(const struct pk_slice *secrets, size_t count, struct pk_slice id, int64_t timestamp_s, struct pk_slice body,
                    struct pk_buf *out)
{
    char moment[24];
    (void) snprintf(moment, sizeof moment, ".%lld.", (long long) timestamp_s);
    const struct pk_slice parts[] = { id, pk_slice_of(moment), body };
    if (count == 0 || id.len == 0 || memchr(id.data, '.', id.len))
        return PK_E_INVALID;
    for (size_t i = 0; i < count; i++)
        if (!pk_webhook_secret_valid(secrets[i]))
            return PK_E_INVALID;
    for (size_t i = 0; i < count; i++) {
        struct key key;
        if (read_key(secrets[i], &key)) {
            if (i > 0)
                (void) pk_buf_add_char(out, ' ');
            sign_with(&key, parts, PK_COUNT(parts), out);
        }
        explicit_bzero(&key, sizeof key);
    }
    return out->failed ? PK_E_LIMIT : 0;
}
