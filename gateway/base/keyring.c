/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The keyring: from each master key four derived keys, each for one use. A ciphertext is
 *
 *     key id (1) | nonce (12) | ciphertext | tag (16)        AAD: place, NUL, row as 8 bytes big-endian
 *
 * HKDF-SHA-256 (RFC 5869) with an empty salt, the info being the label.
 */
#include "gateway/base/crypto.h"
#include "gateway/base/random.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>

#define NONCE_BYTES 12u
#define TAG_BYTES 16u
#define PLACE_MAX 64u

static const char *const labels[PK_KEY_USES] = {
    [PK_KEY_DATA] = "pokana data",
    [PK_KEY_INDEX] = "pokana index",
    [PK_KEY_PSEUDONYM] = "pokana pseudonym",
    [PK_KEY_CHAIN] = "pokana chain",
};

struct key {
    uint8_t id;
    uint8_t use[PK_KEY_USES][32];
    EVP_CIPHER_CTX *seal, *open; /* keyed once; each use sets its nonce */
    EVP_MAC_CTX *blind; /* HMAC under the index key, keyed once: every hand-over and receipt needs one */
};

struct pk_keyring {
    struct key keys[PK_KEYS_MAX];
    size_t count;
};

static void check(bool good)
{
    if (good)
        return;
    (void) fprintf(stderr, "pokana: libcrypto failed at sealing\n");
    abort();
}

struct pk_keyring *pk_keyring_new(void)
{
    return pk_alloc(sizeof(struct pk_keyring));
}

void pk_keyring_free(struct pk_keyring *ring)
{
    if (!ring)
        return;
    for (size_t i = 0; i < ring->count; i++) {
        EVP_CIPHER_CTX_free(ring->keys[i].seal);
        EVP_CIPHER_CTX_free(ring->keys[i].open);
        EVP_MAC_CTX_free(ring->keys[i].blind);
    }
    explicit_bzero(ring, sizeof *ring);
    free(ring);
}

static void derive(const uint8_t master[PK_KEY_BYTES], const char *label, uint8_t ret_key[32])
{
    static const uint8_t no_salt[32] = { 0 };
    uint8_t extracted[32];
    struct pk_slice input = pk_slice_make(master, PK_KEY_BYTES);
    pk_hmac_sha256(pk_slice_make(no_salt, sizeof no_salt), &input, 1, extracted);
    struct pk_slice info[2] = { pk_slice_of(label), pk_slice_make("\x01", 1) };
    pk_hmac_sha256(pk_slice_make(extracted, sizeof extracted), info, 2, ret_key);
    explicit_bzero(extracted, sizeof extracted);
}

static EVP_MAC_CTX *keyed_hmac(const uint8_t key[32])
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end() };
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL;
    EVP_MAC_free(algorithm); /* the context holds it */
    check(context && EVP_MAC_init(context, key, 32, params) == 1);
    return context;
}

int pk_keyring_add(struct pk_keyring *ring, uint8_t id, const uint8_t master[PK_KEY_BYTES], struct pk_error *err)
{
    if (id == 0)
        return pk_fail(err, PK_E_INVALID, "key ids are 1 to 255");
    for (size_t i = 0; i < ring->count; i++)
        if (ring->keys[i].id == id)
            return pk_fail(err, PK_E_CONFLICT, "key %u is there twice", id);
    if (ring->count == PK_KEYS_MAX)
        return pk_fail(err, PK_E_LIMIT, "a keyring holds at most %d keys", PK_KEYS_MAX);
    struct key *key = &ring->keys[ring->count++];
    key->id = id;
    for (size_t use = 0; use < PK_KEY_USES; use++)
        derive(master, labels[use], key->use[use]);
    key->seal = EVP_CIPHER_CTX_new();
    key->open = EVP_CIPHER_CTX_new();
    key->blind = keyed_hmac(key->use[PK_KEY_INDEX]);
    check(key->seal && key->open);
    check(EVP_EncryptInit_ex(key->seal, EVP_aes_256_gcm(), NULL, key->use[PK_KEY_DATA], NULL) == 1);
    check(EVP_DecryptInit_ex(key->open, EVP_aes_256_gcm(), NULL, key->use[PK_KEY_DATA], NULL) == 1);
    return 0;
}

size_t pk_keyring_count(const struct pk_keyring *ring)
{
    return ring->count;
}

uint8_t pk_keyring_id(const struct pk_keyring *ring, size_t index)
{
    return index < ring->count ? ring->keys[index].id : 0;
}

uint8_t pk_keyring_current(const struct pk_keyring *ring)
{
    return ring->count > 0 ? ring->keys[ring->count - 1].id : 0;
}

static const struct key *find(const struct pk_keyring *ring, uint8_t id)
{
    for (size_t i = ring->count; i-- > 0;)
        if (id == 0 || ring->keys[i].id == id)
            return &ring->keys[i];
    return NULL;
}

void pk_keyring_check_value(const struct pk_keyring *ring, uint8_t id, uint8_t ret_check[16])
{
    uint8_t mac[32];
    const struct key *key = find(ring, id);
    struct pk_slice what = PK_SLICE("pokana check value");
    memset(ret_check, 0, 16);
    if (!key)
        return;
    pk_hmac_sha256(pk_slice_make(key->use[PK_KEY_PSEUDONYM], 32), &what, 1, mac);
    memcpy(ret_check, mac, 16);
}

/* ---- sealing ---- */

static size_t bind_place(const char *place, int64_t row, uint8_t ret_aad[PLACE_MAX + 9])
{
    size_t len = strlen(place) < PLACE_MAX ? strlen(place) : PLACE_MAX;
    memcpy(ret_aad, place, len);
    ret_aad[len++] = 0;
    for (int shift = 56; shift >= 0; shift -= 8)
        ret_aad[len++] = (uint8_t) ((uint64_t) row >> shift);
    return len;
}

void pk_seal(const struct pk_keyring *ring, const char *place, int64_t row, struct pk_slice plain, struct pk_buf *out)
{
    const struct key *key = find(ring, 0);
    uint8_t aad[PLACE_MAX + 9];
    size_t aad_len = bind_place(place, row, aad);
    check(key != NULL && plain.len < (1u << 24));
    char *to = pk_buf_reserve(out, plain.len + PK_SEAL_OVERHEAD);
    if (!to)
        return; /* the buffer says so itself */
    uint8_t *bytes = (uint8_t *) to;
    int n = 0;
    bytes[0] = key->id;
    pk_random_bytes(bytes + 1, NONCE_BYTES);
    uint8_t *body = bytes + 1 + NONCE_BYTES;
    check(EVP_EncryptInit_ex(key->seal, NULL, NULL, NULL, bytes + 1) == 1 &&
          EVP_EncryptUpdate(key->seal, NULL, &n, aad, (int) aad_len) == 1 &&
          EVP_EncryptUpdate(key->seal, body, &n, (const uint8_t *) plain.data, (int) plain.len) == 1 &&
          EVP_EncryptFinal_ex(key->seal, body + plain.len, &n) == 1 &&
          EVP_CIPHER_CTX_ctrl(key->seal, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, body + plain.len) == 1);
    pk_buf_grew(out, plain.len + PK_SEAL_OVERHEAD);
}

int pk_unseal(const struct pk_keyring *ring, const char *place, int64_t row, struct pk_slice sealed, struct pk_buf *out, struct pk_error *err)
{
    if (sealed.len < PK_SEAL_OVERHEAD)
        return pk_fail(err, PK_E_INVALID, "a sealed value is too short");
    const uint8_t *bytes = (const uint8_t *) sealed.data;
    const struct key *key = bytes[0] != 0 ? find(ring, bytes[0]) : NULL;
    if (!key) {
        (void) pk_fail(err, PK_E_INVALID, "a value is sealed under key %u, which is not in the key file", bytes[0]);
        return pk_hint(err, PK_E_INVALID, "Start with the key file this database was written with.");
    }
    size_t len = sealed.len - PK_SEAL_OVERHEAD;
    uint8_t aad[PLACE_MAX + 9], tag[TAG_BYTES];
    size_t aad_len = bind_place(place, row, aad);
    const uint8_t *body = bytes + 1 + NONCE_BYTES;
    memcpy(tag, body + len, TAG_BYTES);
    char *to = pk_buf_reserve(out, len);
    if (!to)
        return pk_fail(err, PK_E_LIMIT, "a sealed value is too long");
    int n = 0;
    check(EVP_DecryptInit_ex(key->open, NULL, NULL, NULL, bytes + 1) == 1 &&
          EVP_DecryptUpdate(key->open, NULL, &n, aad, (int) aad_len) == 1 &&
          EVP_DecryptUpdate(key->open, (uint8_t *) to, &n, body, (int) len) == 1 &&
          EVP_CIPHER_CTX_ctrl(key->open, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1);
    if (EVP_DecryptFinal_ex(key->open, (uint8_t *) to + len, &n) != 1) {
        explicit_bzero(to, len);
        return pk_fail(err, PK_E_INVALID, "a sealed value was altered or moved");
    }
    pk_buf_grew(out, len);
    return 0;
}

int pk_blind(const struct pk_keyring *ring, uint8_t id, const char *kind, struct pk_slice value, uint8_t ret_blind[PK_BLIND_BYTES])
{
    uint8_t mac[32];
    const struct key *key = find(ring, id);
    if (!key)
        return PK_E_NOT_FOUND;
    size_t written = 0;
    check(EVP_MAC_init(key->blind, NULL, 0, NULL) == 1 &&
          EVP_MAC_update(key->blind, (const uint8_t *) kind, strlen(kind) + 1) == 1 && /* with its NUL */
          EVP_MAC_update(key->blind, (const uint8_t *) value.data, value.len) == 1 &&
          EVP_MAC_final(key->blind, mac, &written, sizeof mac) == 1 && written == sizeof mac);
    memcpy(ret_blind, mac, PK_BLIND_BYTES);
    return 0;
}

int pk_keyring_mac_by(const struct pk_keyring *ring, uint8_t id, enum pk_key_use use, const struct pk_slice *parts, size_t count,
                      uint8_t ret_mac[32])
{
    const struct key *key = find(ring, id);
    uint8_t lengths[PK_MAC_PARTS_MAX][4];
    struct pk_slice input[2 * PK_MAC_PARTS_MAX];
    if (!key)
        return PK_E_NOT_FOUND;
    check(count <= PK_MAC_PARTS_MAX);
    /* Each part behind its length: no two lists of parts give the same bytes. */
    for (size_t i = 0; i < count; i++) {
        for (int at = 0; at < 4; at++)
            lengths[i][at] = (uint8_t) (parts[i].len >> (24 - 8 * at));
        input[2 * i] = pk_slice_make(lengths[i], sizeof lengths[i]);
        input[2 * i + 1] = parts[i];
    }
    pk_hmac_sha256(pk_slice_make(key->use[use], 32), input, 2 * count, ret_mac);
    return 0;
}

void pk_keyring_mac(const struct pk_keyring *ring, enum pk_key_use use, const struct pk_slice *parts, size_t count, uint8_t ret_mac[32])
{
    check(pk_keyring_mac_by(ring, 0, use, parts, count, ret_mac) == 0);
}

int pk_keyring_absorb(struct pk_keyring *ring, struct pk_keyring *from, struct pk_error *err)
{
    for (size_t i = 0; i < from->count; i++) {
        struct key *key = &from->keys[i];
        if (find(ring, key->id))
            continue;
        if (ring->count == PK_KEYS_MAX)
            return pk_fail(err, PK_E_LIMIT, "a keyring holds at most %d keys", PK_KEYS_MAX);
        ring->keys[ring->count] = *key;
        key->seal = key->open = NULL;
        key->blind = NULL;
        __atomic_store_n(&ring->count, ring->count + 1, __ATOMIC_RELEASE);
    }
    return 0;
}
