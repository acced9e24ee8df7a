/* SPDX-License-Identifier: EUPL-1.2 */
/* Webhooks' rules: the signature against published vectors, what is no secret, the schedule, what an answer means. */
#include "tests/unit/cmocka.h"

#include "gateway/base/crypto.h"
#include "gateway/base/text.h"
#include "gateway/include/pokana/error.h"
#include "gateway/model/webhook.h"
#include "gateway/model/webhook_signature.h"

#include <stdio.h>

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define MOMENT 1614265330
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
/* RFC 8032, section 7.1, test 1. */
#define SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define OF_NOTHING                                                                                                                     \
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
#define HOUR (3600 * 1000ll)

static int sign(const char *first, const char *second, const char *id, char ret_text[512])
{
    const struct pk_slice secrets[] = { pk_slice_of(first), pk_slice_of(second ? second : "") };
    struct pk_buf out;
    pk_buf_init(&out, 511);
    int r = pk_webhook_sign(secrets, second ? 2 : 1, pk_slice_of(id), MOMENT, PK_SLICE(BODY), &out);
    (void) snprintf(ret_text, 512, "%s", pk_buf_text(&out));
    pk_buf_finish(&out);
    return r;
}

static void the_signature_is_that_of_the_standard(void **state)
{
    char text[512];
    (void) state;
    assert_int_equal(sign(SECRET, NULL, ID, text), 0);
    assert_string_equal(text, SIGNATURE);
}

/* During a rotation each secret signs, the new one first. */
static void two_secrets_give_two_signatures(void **state)
{
    char both[512], other[512];
    (void) state;
    assert_int_equal(sign("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", NULL, ID, other), 0);
    assert_int_equal(sign("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", SECRET, ID, both), 0);
    assert_int_equal(strncmp(both, other, strlen(other)), 0);
    assert_string_equal(both + strlen(other), " " SIGNATURE);
    assert_string_not_equal(other, SIGNATURE);
}

static void ed25519_signs_as_its_standard_says(void **state)
{
    uint8_t seed[PK_ED25519_KEY_BYTES], wanted[PK_ED25519_SIGNATURE_BYTES], got[PK_ED25519_SIGNATURE_BYTES];
    (void) state;
    assert_int_equal(pk_unhex(PK_SLICE(SEED), seed, sizeof seed), 0);
    assert_int_equal(pk_unhex(PK_SLICE(OF_NOTHING), wanted, sizeof wanted), 0);
    pk_ed25519_sign(seed, PK_SLICE(""), got);
    assert_memory_equal(got, wanted, sizeof got);
}

/* Of a key written as seed or as seed and public key the signature is the same, and is over id, moment and body. */
static void ed25519_signs_the_same_content(void **state)
{
    uint8_t key[2 * PK_ED25519_KEY_BYTES] = { 0 }, signature[PK_ED25519_SIGNATURE_BYTES];
    char secret[256], text[512], longer[512];
    struct pk_buf out;
    (void) state;
    assert_int_equal(pk_unhex(PK_SLICE(SEED), key, PK_ED25519_KEY_BYTES), 0);
    for (size_t len = sizeof key; len >= PK_ED25519_KEY_BYTES; len /= 2) {
        pk_buf_init(&out, 200);
        (void) pk_buf_add_text(&out, "whsk_");
        pk_base64(&out, key, len);
        (void) snprintf(secret, sizeof secret, "%s", pk_buf_text(&out));
        pk_buf_finish(&out);
        assert_true(pk_webhook_secret_valid(pk_slice_of(secret)));
        assert_int_equal(sign(secret, NULL, ID, len == sizeof key ? longer : text), 0);
    }
    assert_string_equal(text, longer);
    pk_ed25519_sign(key, PK_SLICE(ID ".1614265330." BODY), signature);
    pk_buf_init(&out, 200);
    (void) pk_buf_add_text(&out, "v1a,");
    pk_base64(&out, signature, sizeof signature);
    assert_string_equal(text, pk_buf_text(&out));
    pk_buf_finish(&out);
}

static void an_ed25519_secret_has_a_public_half(void **state)
{
    static const char wanted[] = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"; /* RFC 8032, as above */
    uint8_t key[PK_ED25519_KEY_BYTES];
    struct pk_buf secret, public_key, expected;
    (void) state;
    pk_buf_init(&secret, 100);
    pk_buf_init(&public_key, 100);
    pk_buf_init(&expected, 100);
    assert_int_equal(pk_unhex(PK_SLICE(SEED), key, sizeof key), 0);
    (void) pk_buf_add_text(&secret, "whsk_");
    pk_base64(&secret, key, sizeof key);
    assert_true(pk_webhook_public_key(pk_buf_slice(&secret), &public_key));
    assert_int_equal(pk_unhex(pk_slice_of(wanted), key, sizeof key), 0);
    (void) pk_buf_add_text(&expected, "whpk_");
    pk_base64(&expected, key, sizeof key);
    assert_string_equal(pk_buf_text(&public_key), pk_buf_text(&expected));
    assert_false(pk_webhook_public_key(PK_SLICE(SECRET), &public_key));
    pk_buf_finish(&secret);
    pk_buf_finish(&public_key);
    pk_buf_finish(&expected);
}

static void what_is_no_secret_signs_nothing(void **state)
{
    static const char *const wrong[] = {
        "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_c2hvcnQ=",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=", /* 23 bytes */
        "whpk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=", /* 65 bytes */
    };
    char text[512];
    (void) state;
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        if (pk_webhook_secret_valid(pk_slice_of(wrong[i])))
            fail_msg("taken for a secret: %s", wrong[i]);
        assert_int_equal(sign(SECRET, wrong[i], ID, text), PK_E_INVALID);
        assert_string_equal(text, "");
    }
    assert_int_equal(sign(SECRET, NULL, "with.stop", text), PK_E_INVALID);
    assert_int_equal(sign(SECRET, NULL, "", text), PK_E_INVALID);
}

static void ten_tries_in_three_days(void **state)
{
    static const int64_t seconds[] = { 5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600 };
    int64_t at_ms = 1000000, latest_ms = 1000000;
    (void) state;
    assert_int_equal(pk_webhook_next_ms(0, at_ms, 0, 0), at_ms);
    for (unsigned tries = 1; tries < PK_WEBHOOK_TRIES; tries++) {
        int64_t soonest = pk_webhook_next_ms(tries, at_ms, 0, 0), middle = pk_webhook_next_ms(tries, at_ms, 0, UINT32_MAX / 2),
                last = pk_webhook_next_ms(tries, at_ms, 0, UINT32_MAX);
        assert_int_equal(soonest - at_ms, seconds[tries - 1] * 1000);
        assert_true(middle > soonest && last > middle);
        assert_true(last - at_ms <= seconds[tries - 1] * 1100);
        at_ms = soonest;
        latest_ms = pk_webhook_next_ms(tries, latest_ms, 0, UINT32_MAX);
    }
    assert_int_equal(pk_webhook_next_ms(PK_WEBHOOK_TRIES, at_ms, 0, 0), 0);
    assert_int_equal(pk_webhook_next_ms(PK_WEBHOOK_TRIES, at_ms, HOUR, 0), 0);
    assert_true(at_ms - 1000000 > 72 * HOUR && latest_ms - 1000000 < 84 * HOUR);
}

static void never_sooner_than_it_asked_for(void **state)
{
    (void) state;
    assert_int_equal(pk_webhook_next_ms(1, 0, 60000, 0), 60000); /* instead of five seconds */
    assert_int_equal(pk_webhook_next_ms(3, 0, 60000, 0), 1800000); /* nor sooner than usual */
}

static void what_an_answer_means(void **state)
{
    static const struct {
        unsigned status;
        enum pk_webhook_outcome outcome;
    } cases[] = { { 200, PK_WEBHOOK_TAKEN },      { 202, PK_WEBHOOK_TAKEN },   { 204, PK_WEBHOOK_TAKEN },   { 199, PK_WEBHOOK_REFUSED },
                  { 301, PK_WEBHOOK_REDIRECTED }, { 307, PK_WEBHOOK_REDIRECTED }, { 400, PK_WEBHOOK_REFUSED }, { 410, PK_WEBHOOK_GONE },
                  { 415, PK_WEBHOOK_REFUSED },    { 429, PK_WEBHOOK_BUSY },    { 500, PK_WEBHOOK_REFUSED }, { 503, PK_WEBHOOK_BUSY } };
    enum pk_webhook_state parsed;
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        if (pk_webhook_outcome_of(cases[i].status) != cases[i].outcome)
            fail_msg("status %u means %s", cases[i].status, pk_webhook_outcome_name(pk_webhook_outcome_of(cases[i].status)));
    for (unsigned i = PK_WEBHOOK_WAITING; i < PK_WEBHOOK_STATES; i++) {
        assert_int_equal(pk_webhook_state_parse(pk_slice_of(pk_webhook_state_name((enum pk_webhook_state) i)), &parsed), 0);
        assert_int_equal(parsed, i);
    }
    assert_int_equal(pk_webhook_state_parse(PK_SLICE(""), &parsed), PK_E_INVALID);
}

static void who_is_let_in_by_name(void **state)
{
    (void) state;
    assert_true(pk_webhook_permits(PK_SLICE("*"), PK_SLICE("pokana.example")));
    assert_true(pk_webhook_permits(PK_SLICE(" Pokana.example "), PK_SLICE("pokana.example")));
    assert_false(pk_webhook_permits(PK_SLICE(""), PK_SLICE("pokana.example")));
    assert_false(pk_webhook_permits(PK_SLICE("pokana.example.org"), PK_SLICE("pokana.example")));
    assert_false(pk_webhook_permits(PK_SLICE("*"), PK_SLICE("")));
}

static void the_host_of_an_address(void **state)
{
    static const char *const cases[][2] = {
        { "https://hooks.example/in?key=1", "hooks.example" }, { "https://hooks.example:8443", "hooks.example" }, { "https://[::1]:8443/x", "[::1]" },
        { "https://me:word@hooks.example:1/x", "hooks.example" }, { "hooks.example", "" }, { "https://", "" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        if (!pk_slice_is(pk_webhook_host(pk_slice_of(cases[i][0])), cases[i][1]))
            fail_msg("of %s it is not %s", cases[i][0], cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signature_is_that_of_the_standard), cmocka_unit_test(two_secrets_give_two_signatures),
        cmocka_unit_test(ed25519_signs_as_its_standard_says),    cmocka_unit_test(ed25519_signs_the_same_content),
        cmocka_unit_test(an_ed25519_secret_has_a_public_half),
        cmocka_unit_test(what_is_no_secret_signs_nothing),       cmocka_unit_test(ten_tries_in_three_days),
        cmocka_unit_test(never_sooner_than_it_asked_for),        cmocka_unit_test(what_an_answer_means),
        cmocka_unit_test(who_is_let_in_by_name),                 cmocka_unit_test(the_host_of_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
