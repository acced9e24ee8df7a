/* SPDX-License-Identifier: EUPL-1.2 */
/* Digests and MACs over libcrypto; algorithms are fetched once, contexts kept: these run for every message. */
#include "gateway/base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdio.h>

static void check(bool good, const char *what)
{
    if (good)
        return;
    (void) fprintf(stderr, "pokana: libcrypto failed at %s\n", what);
    abort();
}

/* What one thread computes with: looked up once, freed when the thread ends. */
struct contexts {
    EVP_MD *sha256;
    EVP_MD_CTX *digest;
    EVP_MAC_CTX *hmac_sha256, *hmac_sha1;
    bool watched; /* its end is known to free them */
};

static _Thread_local struct contexts mine;
static pthread_key_t ends;
static pthread_once_t ends_made = PTHREAD_ONCE_INIT;

static void thread_ends(void *ctx)
{
    struct contexts *contexts = ctx;
    EVP_MD_free(contexts->sha256);
    EVP_MD_CTX_free(contexts->digest);
    EVP_MAC_CTX_free(contexts->hmac_sha256);
    EVP_MAC_CTX_free(contexts->hmac_sha1);
    *contexts = (struct contexts){ 0 };
}

static void make_ends(void)
{
    check(pthread_key_create(&ends, thread_ends) == 0, "threads");
}

static struct contexts *contexts(void)
{
    if (!mine.watched) {
        (void) pthread_once(&ends_made, make_ends);
        check(pthread_setspecific(ends, &mine) == 0, "threads");
        mine.watched = true;
    }
    return &mine;
}

void pk_sha256(struct pk_slice data, uint8_t ret_digest[32])
{
    struct contexts *own = contexts();
    unsigned len = 0;
    if (!own->digest) {
        own->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
        own->digest = EVP_MD_CTX_new();
        check(own->sha256 && own->digest, "SHA-256");
    }
    check(EVP_DigestInit_ex2(own->digest, own->sha256, NULL) == 1 && EVP_DigestUpdate(own->digest, data.data, data.len) == 1 &&
              EVP_DigestFinal_ex(own->digest, ret_digest, &len) == 1 && len == 32,
          "SHA-256");
}

/* Of one digest; each use sets its key. */
static EVP_MAC_CTX *new_hmac(const char *digest)
{
    char name[16];
    (void) snprintf(name, sizeof name, "%s", digest);
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end() };
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL;
    EVP_MAC_free(algorithm); /* the context holds it */
    check(context && EVP_MAC_CTX_set_params(context, params) == 1, "HMAC");
    return context;
}

static void hmac(EVP_MAC_CTX *context, struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t *ret_mac, size_t len)
{
    static const unsigned char none[1];
    const unsigned char *bytes = key.len > 0 ? (const unsigned char *) key.data : none;
    size_t written = 0;
    check(EVP_MAC_init(context, bytes, key.len, NULL) == 1, "HMAC");
    for (size_t i = 0; i < count; i++)
        check(EVP_MAC_update(context, (const unsigned char *) parts[i].data, parts[i].len) == 1, "HMAC");
    check(EVP_MAC_final(context, ret_mac, &written, len) == 1 && written == len, "HMAC");
}

void pk_hmac_sha256(struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t ret_mac[32])
{
    struct contexts *own = contexts();
    own->hmac_sha256 = own->hmac_sha256 ? own->hmac_sha256 : new_hmac("SHA256");
    hmac(own->hmac_sha256, key, parts, count, ret_mac, 32);
}

void pk_hmac_sha1(struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t ret_mac[20])
{
    struct contexts *own = contexts();
    own->hmac_sha1 = own->hmac_sha1 ? own->hmac_sha1 : new_hmac("SHA1");
    hmac(own->hmac_sha1, key, parts, count, ret_mac, 20);
}

bool pk_equal_constant_time(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void pk_ed25519_public(const uint8_t seed[PK_ED25519_KEY_BYTES], uint8_t ret_public[PK_ED25519_KEY_BYTES])
{
    size_t len = PK_ED25519_KEY_BYTES;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, PK_ED25519_KEY_BYTES);
    check(key && EVP_PKEY_get_raw_public_key(key, ret_public, &len) == 1 && len == PK_ED25519_KEY_BYTES, "ed25519");
    EVP_PKEY_free(key);
}

void pk_ed25519_sign(const uint8_t seed[PK_ED25519_KEY_BYTES], struct pk_slice data, uint8_t ret_signature[PK_ED25519_SIGNATURE_BYTES])
{
    size_t len = PK_ED25519_SIGNATURE_BYTES;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, PK_ED25519_KEY_BYTES);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    check(key && context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
              EVP_DigestSign(context, ret_signature, &len, (const unsigned char *) data.data, data.len) == 1 && len == PK_ED25519_SIGNATURE_BYTES,
          "ed25519");
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
}

int pk_rsa_sha256_verify(struct pk_slice public_pem, struct pk_slice data, struct pk_slice signature)
{
    if (public_pem.len == 0 || public_pem.len > 65536)
        return PK_E_DENIED;
    BIO *bio = BIO_new_mem_buf(public_pem.data, (int) public_pem.len);
    EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = key && context && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
                EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(context, (const unsigned char *) signature.data, signature.len, (const unsigned char *) data.data,
                                 data.len) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    BIO_free(bio);
    return good ? 0 : PK_E_DENIED;
}
