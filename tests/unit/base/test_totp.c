/* SPDX-License-Identifier: EUPL-1.2 */
/* Codes by the clock against the vectors of RFC 6238 (appendix B) and RFC 4648; when one counts, and that it counts once. */
#include "tests/unit/cmocka.h"

#include "gateway/base/mem.h"
#include "gateway/base/totp.h"

static const struct pk_slice sha1_secret = { "12345678901234567890", 20 };
static const struct pk_slice sha256_secret = { "12345678901234567890123456789012", 32 };

static void the_vectors(void **state)
{
    static const struct {
        int64_t at_s;
        uint32_t sha1, sha256;
    } vectors[] = {
        { 59, 94287082, 46119246 },          { 1111111109, 7081804, 68084774 },   { 1111111111, 14050471, 67062674 },
        { 1234567890, 89005924, 91819424 },  { 2000000000, 69279037, 90698825 },  { 20000000000, 65353130, 77737706 },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(vectors); i++) {
        int64_t step = vectors[i].at_s * 1000 / PK_TOTP_STEP_MS;
        assert_int_equal(pk_totp(PK_TOTP_SHA1, sha1_secret, step, 8), vectors[i].sha1);
        assert_int_equal(pk_totp(PK_TOTP_SHA256, sha256_secret, step, 8), vectors[i].sha256);
    }
}

static bool check(const char *code, int64_t now_s, int64_t last, int64_t *ret_step)
{
    return pk_totp_check(sha1_secret, pk_slice_of(code), now_s * 1000, last, ret_step);
}

static void a_code_counts_around_now_and_once(void **state)
{
    int64_t step = 0; /* of the second 59: 287082 */
    (void) state;
    assert_true(check("287082", 59, 0, &step));
    assert_int_equal(step, 1);
    assert_false(check("287082", 59, 1, &step)); /* used */
    assert_true(check("287082", 89, 0, &step)); /* a slow hand */
    assert_true(check("287 082", 29, 0, &step)); /* a clock ahead */
    assert_false(check("287082", 90, 0, &step));
    assert_false(check("287083", 59, 0, &step));
    assert_false(check("28708", 59, 0, &step));
    assert_false(check("2870820", 59, 0, &step));
    assert_false(check("", 59, 0, &step));
    assert_false(check("28708a", 59, 0, &step));
}

static void base32(void **state)
{
    static const char *const pairs[][2] = { { "", "" },         { "f", "MY" },        { "fo", "MZXQ" },     { "foo", "MZXW6" },
                                            { "foob", "MZXW6YQ" }, { "fooba", "MZXW6YTB" }, { "foobar", "MZXW6YTBOI" } };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(pairs); i++) {
        struct pk_buf out;
        pk_buf_init(&out, 64);
        pk_base32(&out, (const uint8_t *) pairs[i][0], strlen(pairs[i][0]));
        assert_string_equal(out.len > 0 ? pk_buf_text(&out) : "", pairs[i][1]);
        pk_buf_finish(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_vectors), cmocka_unit_test(a_code_counts_around_now_and_once),
                                        cmocka_unit_test(base32) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
