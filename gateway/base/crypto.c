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

/* Each thread has its own. */
static _Thread_local struct {
    EVP_MD *md;
    EVP_MD_CTX *md_context;
    EVP_MAC *mac;
    EVP_MAC_CTX *mac_context;
} own;

void pk_crypto_thread_end(void)
{
    EVP_MD_CTX_free(own.md_context);
    EVP_MD_free(own.md);
    EVP_MAC_CTX_free(own.mac_context);
    EVP_MAC_free(own.mac);
    memset(&own, 0, sizeof own);
}

void pk_sha256(struct pk_slice data, uint8_t ret_digest[32])
{
    unsigned len = 0;
    if (!own.md) {
        own.md = EVP_MD_fetch(NULL, "SHA256", NULL);
        own.md_context = EVP_MD_CTX_new();
        check(own.md && own.md_context, "SHA-256");
    }
    check(EVP_DigestInit_ex2(own.md_context, own.md, NULL) == 1 && EVP_DigestUpdate(own.md_context, data.data, data.len) == 1 &&
              EVP_DigestFinal_ex(own.md_context, ret_digest, &len) == 1 && len == 32,
          "SHA-256");
}

static void hmac(const char *digest, struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t *ret_mac, size_t len)
{
    char name[16];
    size_t written = 0;
    if (!own.mac) {
        own.mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        own.mac_context = own.mac ? EVP_MAC_CTX_new(own.mac) : NULL;
        check(own.mac_context != NULL, "HMAC");
    }
    EVP_MAC_CTX *context = own.mac_context;
    (void) snprintf(name, sizeof name, "%s", digest);
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end() };
    static const unsigned char none[1];
    const unsigned char *bytes = key.len > 0 ? (const unsigned char *) key.data : none;
    check(EVP_MAC_init(context, bytes, key.len, params) == 1, "HMAC");
    for (size_t i = 0; i < count; i++)
        check(EVP_MAC_update(context, (const unsigned char *) parts[i].data, parts[i].len) == 1, "HMAC");
    check(EVP_MAC_final(context, ret_mac, &written, len) == 1 && written == len, "HMAC");
}

void pk_hmac_sha256(struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t ret_mac[32])
{
    hmac("SHA256", key, parts, count, ret_mac, 32);
}

void pk_hmac_sha1(struct pk_slice key, const struct pk_slice *parts, size_t count, uint8_t ret_mac[20])
{
    hmac("SHA1", key, parts, count, ret_mac, 20);
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
