/* SPDX-License-Identifier: EUPL-1.2 */
/* Digests and MACs over libcrypto; algorithms are fetched once, contexts kept: these run for every message. */
#include "gateway/base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>

static void check(bool good, const char *what)
{
    if (good)
        return;
    (void) fprintf(stderr, "pokana: libcrypto failed at %s\n", what);
    abort();
}

void pk_sha256(struct pk_slice data, uint8_t ret_digest[32])
{
    static _Thread_local EVP_MD *algorithm;
    static _Thread_local EVP_MD_CTX *context;
    unsigned len = 0;
    if (!algorithm) {
        algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
        context = EVP_MD_CTX_new();
        check(algorithm && context, "SHA-256");
    }
    check(EVP_DigestInit_ex2(context, algorithm, NULL) == 1 && EVP_DigestUpdate(context, data.data, data.len) == 1 &&
              EVP_DigestFinal_ex(context, ret_digest, &len) == 1 && len == 32,
          "SHA-256");
}

/* A context of one digest, of one thread: the digest is looked up once, each use sets its key. */
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
    static _Thread_local EVP_MAC_CTX *context;
    context = context ? context : new_hmac("SHA256");
    hmac(context, key, parts, count, ret_mac, 32);
}

void pk_hmac_sha1(struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t ret_mac[20])
{
    static _Thread_local EVP_MAC_CTX *context;
    context = context ? context : new_hmac("SHA1");
    hmac(context, key, parts, count, ret_mac, 20);
}

bool pk_equal_constant_time(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
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
