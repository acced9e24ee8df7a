/* SPDX-License-Identifier: EUPL-1.2 */
/* What the chat adapters share: buttons there and back, lengths, tokens, signatures by the providers' own vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/kit/chat.h"
#include "gateway/plugin/host.h"

static void buttons(void **state)
{
    char payload[PK_KIT_BUTTON_ROOM];
    struct pk_job job = { .size = sizeof job, .attempt_id = PK_SLICE("01jab0attempt") };
    struct pk_slice attempt, choice;
    (void) state;
    assert_int_equal(pk_kit_button(&job, PK_SLICE("yes"), payload), 19);
    assert_string_equal(payload, "c:01jab0attempt:yes");
    assert_true(pk_kit_button_read(pk_slice_of(payload), &attempt, &choice));
    assert_true(pk_slice_is(attempt, "01jab0attempt"));
    assert_true(pk_slice_is(choice, "yes"));
    assert_int_equal(pk_kit_button(&job, PK_SLICE(""), payload), 0);
    assert_int_equal(pk_kit_button(&job, PK_SLICE("да"), payload), 0);
    assert_int_equal(pk_kit_button(&job, PK_SLICE("a:b"), payload), 0);
    /* The longest of both is within the 64 bytes that Telegram gives. */
    job.attempt_id = PK_SLICE("0123456789abcdef");
    assert_int_equal(pk_kit_button(&job, PK_SLICE("0123456789012345678901234567890123456789"), payload), 59);
    assert_int_equal(pk_kit_button(&job, PK_SLICE("01234567890123456789012345678901234567890"), payload), 0);
    job.attempt_id = PK_SLICE("0123456789abcdefg");
    assert_int_equal(pk_kit_button(&job, PK_SLICE("yes"), payload), 0);
}

static void payloads_of_others(void **state)
{
    static const char *const others[] = { "", "c", "c:", "c::", "c:a", "c:a:", "c::yes", "x:a:yes", "c:a:b:c", "c:a b:yes", "c:a:\xd0\xb4", "yes" };
    struct pk_slice attempt, choice;
    (void) state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (pk_kit_button_read(pk_slice_of(others[i]), &attempt, &choice))
            fail_msg("\"%s\" is taken for one of ours", others[i]);
    assert_false(pk_kit_button_read((struct pk_slice){ 0 }, &attempt, &choice));
}

static void lengths(void **state)
{
    (void) state;
    assert_int_equal(pk_kit_units(PK_SLICE("")), 0);
    assert_int_equal(pk_kit_units(PK_SLICE("abc")), 3);
    assert_int_equal(pk_kit_units(PK_SLICE("Да€")), 3);
    assert_int_equal(pk_kit_units(PK_SLICE("🎉")), 2);
}

static void tokens(void **state)
{
    (void) state;
    assert_true(pk_kit_is_token(PK_SLICE("7f3a9c01_XF3nNCvhuiizDIVaTdbZ7A")));
    assert_true(pk_kit_is_token(PK_SLICE("0123456789012345678901234567890123456789012345678901234567890123")));
    assert_false(pk_kit_is_token(PK_SLICE("01234567890123456789012345678901234567890123456789012345678901234")));
    assert_false(pk_kit_is_token(PK_SLICE("")));
    assert_false(pk_kit_is_token(PK_SLICE("a.b")));
    assert_false(pk_kit_is_token(PK_SLICE("a b")));
}

static void signatures(void **state)
{
    static const struct {
        const char *key, *bytes, *hex;
    } good[] = {
        /* viber-bot-python, tests/api/test_api.py */
        { "44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3",
          "{\"event\":\"webhook\",\"timestamp\":4977069964384421269,\"message_token\":1478683725125}",
          "d21b343448c8aee33b8e93768ef6ceb64a6ba6163099973a2b8bd028fea510ef" },
        { "test-app-secret", "{\"object\":\"whatsapp_business_account\",\"text\":\"\\u0414\\u0430\"}",
          "9a132c25e88244e46d7fb8d14f96d74e7a2ddc9018bf5d7f4f4dad073833c205" },
        { "test-app-secret", "{\"object\":\"whatsapp_business_account\",\"text\":\"Да\"}",
          "236113DB90CE7F6FCEDEF013C67E44A3612810DC34534E3D7D469D3F218101DC" },
    };
    struct pk_host_side *side = pk_host_new("test", NULL);
    const struct pk_host *host = pk_host_table(side);
    (void) state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct pk_slice key = pk_slice_of(good[i].key), bytes = pk_slice_of(good[i].bytes), hex = pk_slice_of(good[i].hex);
        assert_true(pk_kit_hmac_is(host, key, bytes, hex));
        assert_false(pk_kit_hmac_is(host, pk_slice_make(key.data, key.len - 1), bytes, hex));
        assert_false(pk_kit_hmac_is(host, key, pk_slice_make(bytes.data, bytes.len - 1), hex));
        assert_false(pk_kit_hmac_is(host, key, bytes, pk_slice_make(hex.data, hex.len - 1)));
        assert_false(pk_kit_hmac_is(host, key, bytes, (struct pk_slice){ 0 }));
        assert_false(pk_kit_hmac_is(host, (struct pk_slice){ 0 }, bytes, hex));
    }
    pk_host_free(side);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buttons), cmocka_unit_test(payloads_of_others), cmocka_unit_test(lengths),
        cmocka_unit_test(tokens),  cmocka_unit_test(signatures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
