/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys, sealed values and secrets in files: what fits opens, what was altered, moved or is somebody else's does not. */
#include "gateway/base/crypto.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "tests/unit/cmocka.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t master_one[32] = { 1, 2, 3 }, master_two[32] = { 9 };

static struct pk_keyring *ring_of(bool both)
{
    struct pk_keyring *ring = pk_keyring_new();
    assert_int_equal(pk_keyring_add(ring, 1, master_one, NULL), 0);
    if (both)
        assert_int_equal(pk_keyring_add(ring, 2, master_two, NULL), 0);
    return ring;
}

static void test_digests(void **state)
{
    (void) state;
    uint8_t digest[32];
    struct pk_buf hex;
    pk_buf_init(&hex, 128);
    pk_sha256(PK_SLICE("abc"), digest);
    pk_hex(&hex, digest, 32);
    assert_string_equal(hex.data, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    /* RFC 4231, test case 2, in two parts */
    struct pk_slice parts[] = { PK_SLICE_INIT("what do ya want "), PK_SLICE_INIT("for nothing?") };
    pk_hmac_sha256(PK_SLICE("Jefe"), parts, 2, digest);
    pk_buf_clear(&hex);
    pk_hex(&hex, digest, 32);
    assert_string_equal(hex.data, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_true(pk_equal_constant_time("abc", "abc", 3));
    assert_false(pk_equal_constant_time("abc", "abd", 3));
    pk_buf_finish(&hex);
}

static void test_sealed_opens_where_it_belongs_only(void **state)
{
    (void) state;
    pk_auto(pk_keyring) struct pk_keyring *ring = ring_of(false);
    struct pk_buf sealed, plain;
    pk_buf_init(&sealed, 256);
    pk_buf_init(&plain, 256);
    pk_seal(ring, "address.value", 7, PK_SLICE("+31600000001"), &sealed);
    assert_int_equal(sealed.len, 12 + PK_SEAL_OVERHEAD);
    assert_null(memmem(sealed.data, sealed.len, "31600", 5));
    assert_int_equal(pk_unseal(ring, "address.value", 7, pk_buf_slice(&sealed), &plain, NULL), 0);
    assert_string_equal(plain.data, "+31600000001");
    struct pk_error err = { 0 };
    pk_buf_clear(&plain);
    assert_int_equal(pk_unseal(ring, "address.value", 8, pk_buf_slice(&sealed), &plain, &err), PK_E_INVALID);
    assert_int_equal(pk_unseal(ring, "reply.text", 7, pk_buf_slice(&sealed), &plain, &err), PK_E_INVALID);
    assert_int_equal(plain.len, 0);
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.data[i] = (char) (sealed.data[i] ^ 1);
        assert_int_equal(pk_unseal(ring, "address.value", 7, pk_buf_slice(&sealed), &plain, &err), PK_E_INVALID);
        sealed.data[i] = (char) (sealed.data[i] ^ 1);
    }
    for (size_t n = 0; n < sealed.len; n++)
        assert_int_equal(pk_unseal(ring, "address.value", 7, pk_slice_make(sealed.data, n), &plain, &err), PK_E_INVALID);
    /* The same twice looks different. */
    struct pk_buf again;
    pk_buf_init(&again, 256);
    pk_seal(ring, "address.value", 7, PK_SLICE("+31600000001"), &again);
    assert_memory_not_equal(again.data, sealed.data, sealed.len);
    pk_buf_finish(&again);
    pk_buf_finish(&sealed);
    pk_buf_finish(&plain);
}

static void test_rotation_reads_old_and_writes_new(void **state)
{
    (void) state;
    pk_auto(pk_keyring) struct pk_keyring *old = ring_of(false);
    pk_auto(pk_keyring) struct pk_keyring *both = ring_of(true);
    struct pk_buf sealed, plain;
    pk_buf_init(&sealed, 256);
    pk_buf_init(&plain, 256);
    pk_seal(old, "t.c", 1, PK_SLICE("x"), &sealed);
    assert_int_equal(pk_unseal(both, "t.c", 1, pk_buf_slice(&sealed), &plain, NULL), 0);
    pk_buf_clear(&sealed);
    pk_seal(both, "t.c", 1, PK_SLICE("x"), &sealed);
    assert_int_equal(sealed.data[0], 2);
    struct pk_error err = { 0 };
    assert_int_equal(pk_unseal(old, "t.c", 1, pk_buf_slice(&sealed), &plain, &err), PK_E_INVALID);
    assert_non_null(strstr(err.message, "key 2"));
    uint8_t one[PK_BLIND_BYTES], two[PK_BLIND_BYTES], current[PK_BLIND_BYTES], other[PK_BLIND_BYTES];
    assert_int_equal(pk_blind(both, 1, "address", PK_SLICE("x"), one), 0);
    assert_int_equal(pk_blind(both, 2, "address", PK_SLICE("x"), two), 0);
    assert_int_equal(pk_blind(both, 0, "address", PK_SLICE("x"), current), 0);
    assert_int_equal(pk_blind(both, 0, "provider", PK_SLICE("x"), other), 0);
    assert_memory_not_equal(one, two, sizeof one);
    assert_memory_equal(current, two, sizeof two);
    assert_memory_not_equal(other, two, sizeof two);
    assert_int_equal(pk_blind(both, 3, "address", PK_SLICE("x"), other), PK_E_NOT_FOUND);
    assert_int_equal(pk_keyring_add(both, 2, master_one, &err), PK_E_CONFLICT);
    assert_int_equal(pk_keyring_add(both, 0, master_one, &err), PK_E_INVALID);
    pk_buf_finish(&sealed);
    pk_buf_finish(&plain);
}

static void test_mac_knows_where_parts_end(void **state)
{
    (void) state;
    pk_auto(pk_keyring) struct pk_keyring *ring = ring_of(false);
    uint8_t a[32], b[32], c[32];
    struct pk_slice one[] = { PK_SLICE_INIT("ab"), PK_SLICE_INIT("c") }, other[] = { PK_SLICE_INIT("a"), PK_SLICE_INIT("bc") };
    pk_keyring_mac(ring, PK_KEY_CHAIN, one, 2, a);
    pk_keyring_mac(ring, PK_KEY_CHAIN, other, 2, b);
    pk_keyring_mac(ring, PK_KEY_PSEUDONYM, one, 2, c);
    assert_memory_not_equal(a, b, 32);
    assert_memory_not_equal(a, c, 32);
}

static void in_folder(const char *folder, const char *name, char ret_path[256])
{
    (void) snprintf(ret_path, 256, "%s/%s", folder, name);
}

static void test_key_files(void **state)
{
    (void) state;
    char folder[] = "/tmp/pk-test-XXXXXX", path[256];
    assert_non_null(mkdtemp(folder));
    in_folder(folder, "keys", path);
    struct pk_error err = { 0 };
    struct stat st;
    assert_int_equal(pk_keyfile_create(path, &err), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(pk_keyfile_create(path, &err), PK_E_CONFLICT);
    assert_int_equal(pk_keyfile_add(path, &err), 0);
    struct pk_keyring *ring = NULL;
    assert_int_equal(pk_keyfile_read(path, &ring, &err), 0);
    assert_int_equal(pk_keyring_count(ring), 2);
    assert_int_equal(pk_keyring_current(ring), pk_keyring_id(ring, 1));
    pk_keyring_free(ring);
    ring = NULL;
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(pk_keyfile_read(path, &ring, &err), PK_E_DENIED);
    assert_non_null(strstr(err.hint, "chmod 600"));
    static const char *const bad[] = { "", "pokana-key 1 abc\n", "pokana-key 0 " "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", "hello\n" };
    for (size_t i = 0; i < PK_COUNT(bad); i++) {
        assert_int_equal(pk_file_replace(path, 0600, pk_slice_of(bad[i]), &err), 0);
        assert_true(pk_keyfile_read(path, &ring, &err) != 0);
        assert_null(ring);
    }
    (void) unlink(path);
    (void) rmdir(folder);
}

static void test_secrets_come_from_files(void **state)
{
    (void) state;
    char folder[] = "/tmp/pk-test-XXXXXX", path[256];
    assert_non_null(mkdtemp(folder));
    in_folder(folder, "token", path);
    struct pk_error err = { 0 };
    struct pk_buf secret;
    pk_buf_init(&secret, 1u << 17);
    assert_int_equal(pk_file_replace(path, 0600, PK_SLICE("s3cret\n"), &err), 0);
    assert_int_equal(pk_secret_resolve(PK_SLICE("file:token"), folder, &secret, &err), 0);
    assert_string_equal(secret.data, "s3cret");
    pk_buf_wipe(&secret);
    pk_buf_init(&secret, 1u << 17);
    assert_int_equal(pk_secret_resolve(PK_SLICE("s3cret"), folder, &secret, &err), PK_E_CONFIG);
    assert_null(strstr(err.message, "s3cret"));
    assert_non_null(strstr(err.hint, "file:"));
    assert_int_equal(pk_secret_resolve(PK_SLICE("file:gone"), folder, &secret, &err), PK_E_NOT_FOUND);
    assert_int_equal(pk_secret_resolve(PK_SLICE("file:"), folder, &secret, &err), PK_E_CONFIG);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    assert_int_equal(pk_secret_resolve(PK_SLICE("credential:token"), NULL, &secret, &err), 0);
    assert_string_equal(secret.data, "s3cret");
    assert_int_equal(pk_secret_resolve(PK_SLICE("credential:../x"), NULL, &secret, &err), PK_E_CONFIG);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_int_equal(pk_secret_resolve(PK_SLICE("credential:token"), NULL, &secret, &err), PK_E_CONFIG);
    assert_int_equal(pk_file_replace(path, 0600, PK_SLICE("\n"), &err), 0);
    pk_buf_wipe(&secret);
    pk_buf_init(&secret, 1u << 17);
    assert_int_equal(pk_secret_resolve(PK_SLICE("file:token"), folder, &secret, &err), PK_E_CONFIG);
    pk_buf_finish(&secret);
    (void) unlink(path);
    (void) rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_sealed_opens_where_it_belongs_only),
        cmocka_unit_test(test_rotation_reads_old_and_writes_new),
        cmocka_unit_test(test_mac_knows_where_parts_end),
        cmocka_unit_test(test_key_files),
        cmocka_unit_test(test_secrets_come_from_files),
    };
    return cmocka_run_group_tests_name("base/secrets", tests, NULL, NULL);
}
