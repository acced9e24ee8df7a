/* SPDX-License-Identifier: EUPL-1.2 */
/* Webhooks in the configuration: what a good section becomes, and how each mistake of a bad one is told. */
#include "tests/unit/app/config_support.h"

#define HEAD "[gateway]\norganisation = Gemeente Voorbeeld\ntemplates = " PK_TEST_TEMPLATES "\npublic = 127.0.0.1:18080\n"
#define SCHOOL "[publisher school]\nsource = urn:x:1\ntemplates = *\ntopics = *\ntags = *\n"
#define HOOK "[webhook portal]\npublisher = school\nsecret = file:secret\n"
#define HTTPS "url = https://hooks.example/in\n"
#define GOOD "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"

static void what_a_good_section_becomes(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "secret", 0600, GOOD);
    place_write(&place, "old", 0600, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n");
    place_write(&place, "token", 0600, "a-token\n");
    pk_auto(pk_config) struct pk_config *config =
        place_read(&place, HEAD SCHOOL HOOK HTTPS "secret_before = file:old\ntoken = file:token\nevents = nl.notices.*, nl.campaigns.campaign-reported.v1\n"
                                                  "timeout = 15s\nnetwork = private\nhandshake = yes\n[webhook other]\npublisher = school\nsecret = file:secret\n"
                                                  "network = loopback\nurl = http://[::1]:9/in\n[retention]\nwebhooks = 3d\n" PLACE_TAIL);
    assert_string_equal(place.told, "");
    const struct pk_rules *rules = &config->rules;
    assert_int_equal(rules->webhook_count, 2);
    const struct pk_webhook_rule *webhook = &rules->webhooks[0];
    assert_string_equal(webhook->name, "portal");
    assert_string_equal(webhook->url, "https://hooks.example/in");
    assert_string_equal(webhook->secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assert_string_equal(webhook->secret_before, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX");
    assert_string_equal(webhook->token, "a-token");
    assert_int_equal(webhook->types.count, 2);
    assert_int_equal(webhook->timeout_ms, 15000);
    assert_int_equal(webhook->network, PK_WEBHOOK_PRIVATE);
    assert_true(webhook->handshake);
    assert_int_equal(rules->keep_webhooks_ms, 3 * 86400000);
    webhook = &rules->webhooks[1];
    assert_int_equal(webhook->network, PK_WEBHOOK_LOOPBACK);
    assert_string_equal(webhook->types.items[0], "*");
    assert_int_equal(webhook->timeout_ms, 20000);
    assert_null(webhook->secret_before);
    assert_false(webhook->handshake);
    place_drop(&place, "secret");
    place_drop(&place, "old");
    place_drop(&place, "token");
    place_remove(&place);
}

static void mistakes_of_the_file(void **state)
{
    static const char *const cases[][2] = {
        { HOOK "url = http://hooks.example/in\n", "[webhook portal] url: " },
        { HOOK "url = http://127.0.0.1:9/in\n", "[webhook portal] url: events are not sent unencrypted" },
        { HOOK "network = private\nurl = http://127.0.0.1:9/in\n", "[webhook portal] url: events are not sent unencrypted" },
        { HOOK "network = loopback\nurl = http://127.example/in\n", "[webhook portal] url: it is not an address of this machine" },
        { HOOK "network = loopback\nurl = https://10.0.0.1/in\n", "[webhook portal] url: it is not an address of this machine" },
        { HOOK "network = loopback\n" HTTPS, "[webhook portal] url: it is not an address of this machine" },
        { HOOK "url = https://me:word@hooks.example/in\n", "[webhook portal] url: an address holds no password" },
        { HOOK, "[webhook portal] url: required setting is missing" },
        { HOOK HTTPS "events = nl.notices.trigger-completd.v1\n", "[webhook portal] events: no event is of type \"nl.notices.trigger-completd.v1\"" },
        { HOOK HTTPS "secret_before = file:wrong\n", "[webhook portal] secret_before: what is in the file is no secret for a webhook" },
        { HOOK HTTPS "token = file:words\n", "[webhook portal] token: what is in the file is no bearer token" },
        { HOOK HTTPS "timeout = 31s\n", "[webhook portal] timeout: 31s is not between 1s and 30s" },
        { "[webhook portal]\npublisher = school\nsecret = " GOOD HTTPS, "[webhook portal] secret: " },
        { "[webhook portal]\npublisher = other\nsecret = file:secret\n" HTTPS, "[webhook portal] publisher: there is no publisher \"other\"" },
    };
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "secret", 0600, GOOD);
    place_write(&place, "wrong", 0600, "whsec_short\n");
    place_write(&place, "words", 0600, "two words\n");
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char text[2048];
        (void) snprintf(text, sizeof text, "%s%s", HEAD SCHOOL PLACE_TAIL, cases[i][0]);
        place.told[0] = '\0';
        pk_auto(pk_config) struct pk_config *config = place_read(&place, text);
        assert_null(config);
        if (!strstr(place.told, cases[i][1]))
            fail_msg("not told: %s\n%s", cases[i][1], place.told);
        if (strstr(place.told, "MfKQ9r8GKYqr") || strstr(place.told, "me:word"))
            fail_msg("a secret is told: %s", place.told);
    }
    place_drop(&place, "secret");
    place_drop(&place, "wrong");
    place_drop(&place, "words");
    place_remove(&place);
}

/* In whose name would it be asked? */
static void a_handshake_needs_an_address_of_ours(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "secret", 0600, GOOD);
    assert_null(place_read(&place, "[gateway]\norganisation = Gemeente Voorbeeld\npublic = 0.0.0.0:18080\n" SCHOOL HOOK HTTPS "handshake = yes\n" PLACE_TAIL));
    assert_non_null(strstr(place.told, "[webhook portal] handshake: there is no public_url to ask in the name of"));
    place_drop(&place, "secret");
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_good_section_becomes),
        cmocka_unit_test(mistakes_of_the_file),
        cmocka_unit_test(a_handshake_needs_an_address_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
