/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The cryptography the gateway uses, over libcrypto, and the keyring that keeps an address unreadable in a stolen
 * file. One 32-byte master key gives, by HKDF-SHA-256 with a fixed label each, the data, index, pseudonym and chain
 * keys. Failures of libcrypto abort, but for a ciphertext that does not verify.
 */
#ifndef PK_BASE_CRYPTO_H
#define PK_BASE_CRYPTO_H

#include "gateway/base/buf.h"
#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>

void pk_sha256(struct pk_slice data, uint8_t ret_digest[32]);
void pk_hmac_sha256(struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t ret_mac[32]);
void pk_hmac_sha1(struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t ret_mac[20]);
bool pk_equal_constant_time(const void *a, const void *b, size_t len);
/* A private key is its seed of 32 bytes; the same key and data give the same signature. */
#define PK_ED25519_KEY_BYTES 32
#define PK_ED25519_SIGNATURE_BYTES 64
void pk_ed25519_public(const uint8_t seed[PK_ED25519_KEY_BYTES], uint8_t ret_public[PK_ED25519_KEY_BYTES]);
void pk_ed25519_sign(const uint8_t seed[PK_ED25519_KEY_BYTES], struct pk_slice data, uint8_t ret_signature[PK_ED25519_SIGNATURE_BYTES]);
/* RS256 with a PEM public key; PK_E_DENIED when it does not verify. */
int pk_rsa_sha256_verify(struct pk_slice public_pem, struct pk_slice data, struct pk_slice signature);

/* ---- keyring ---- */

#define PK_KEY_BYTES 32
#define PK_BLIND_BYTES 16 /* HMAC-SHA-256 cut to 128 bits */
#define PK_SEAL_OVERHEAD 29 /* key id, nonce 12, tag 16 */
#define PK_KEYS_MAX 8

enum pk_key_use { PK_KEY_DATA = 0, PK_KEY_INDEX, PK_KEY_PSEUDONYM, PK_KEY_CHAIN, PK_KEY_USES };

struct pk_keyring;

/* An empty ring; keys are added oldest first, the last one added seals. A ring keeps contexts: one thread at a time uses it. */
struct pk_keyring *pk_keyring_new(void);
void pk_keyring_free(struct pk_keyring *ring); /* wipes */
PK_AUTO_DEFINE(pk_keyring, struct pk_keyring *, pk_keyring_free)
/* PK_E_CONFLICT for an id present, PK_E_LIMIT past PK_KEYS_MAX. Ids are 1-255. */
int pk_keyring_add(struct pk_keyring *ring, uint8_t id, const uint8_t master[PK_KEY_BYTES], struct pk_error *err);
/* Takes the keys of `from` that `ring` lacks, in their order; `from` is emptied of them. The last one taken seals. Whoever
 * reads the ring meanwhile sees it before or after. PK_E_LIMIT past PK_KEYS_MAX. */
int pk_keyring_absorb(struct pk_keyring *ring, struct pk_keyring *from, struct pk_error *err);
size_t pk_keyring_count(const struct pk_keyring *ring);
uint8_t pk_keyring_id(const struct pk_keyring *ring, size_t index);
uint8_t pk_keyring_current(const struct pk_keyring *ring);
/* 16 bytes that prove a key without telling it: stored in the database, compared at start. */
void pk_keyring_check_value(const struct pk_keyring *ring, uint8_t id, uint8_t ret_check[16]);

/* AES-256-GCM under the current data key. `place` is what binds a ciphertext to its table, column and row:
 * it does not open anywhere else. Appends key id, nonce, ciphertext and tag. */
void pk_seal(const struct pk_keyring *ring, const char *place, int64_t row, struct pk_slice plain, struct pk_buf *out);
/* Appends the plaintext. PK_E_INVALID when altered, moved or of an unknown key. */
int pk_unseal(const struct pk_keyring *ring, const char *place, int64_t row, struct pk_slice sealed, struct pk_buf *out,
              struct pk_error *err);
/* The blind index of a value under one key id (0 = current). `kind` keeps the indices of different columns apart. */
int pk_blind(const struct pk_keyring *ring, uint8_t id, const char *kind, struct pk_slice value,
             uint8_t ret_blind[PK_BLIND_BYTES]);
/* MAC under a derived key of the current id, over length-prefixed parts in the order given. */
void pk_keyring_mac(const struct pk_keyring *ring, enum pk_key_use use, const struct pk_slice *parts, size_t count,
                    uint8_t ret_mac[32]);
/* The same under the key `id` (0 = current), at most PK_MAC_PARTS_MAX parts. PK_E_NOT_FOUND: the ring lacks it. Touches no
 * context of the ring: another thread may call it while no key is added. */
#define PK_MAC_PARTS_MAX 32u
int pk_keyring_mac_by(const struct pk_keyring *ring, uint8_t id, enum pk_key_use use, const struct pk_slice *parts, size_t count,
                      uint8_t ret_mac[32]);

/* ---- key files ----
 * Text: lines "pokana-key ID HEX64" (several while a rotation runs). Mode 0600, owner us or root. */
int pk_keyfile_create(const char *path, struct pk_error *err); /* PK_E_CONFLICT if it exists; synced */
int pk_keyfile_add(const char *path, struct pk_error *err); /* a further key, atomically */
int pk_keyfile_remove(const char *path, uint8_t id, struct pk_error *err); /* atomically; PK_E_NOT_FOUND, PK_E_CONFLICT for the last */
int pk_keyfile_read(const char *path, struct pk_keyring **ret_ring, struct pk_error *err);

#endif
