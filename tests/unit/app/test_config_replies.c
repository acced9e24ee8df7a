/* SPDX-License-Identifier: EUPL-1.2 */
/* Who can write back to an account, and that nothing that asks is let out on a route without a way back. */
#include "tests/unit/app/config_support.h"

#define HEAD "[gateway]\norganisation = Gemeente Voorbeeld\ntemplates = " PK_TEST_TEMPLATES "\n"
#define DOOR "public = 127.0.0.1:8080\npublic_url = https://m.example.nl\n"
#define REST "[topic parent-meetings]\nname.bg = x\n[route sms]\nchannel = sms\naccounts = main, other\n"
#define ACCOUNTS(replies) "[account main]\nadapter = simulator\n[account other]\nadapter = simulator\nreplies = " replies "\n"

static void what_is_written(void **state)
{
    static const char *const good[] = { "yes", "no", "NL", "NL, BG" };
    static const struct {
        const char *written, *told;
    } bad[] = {
        { "maybe", "\"maybe\" is not a country | Write yes, no, or countries as two capital letters: NL, BG.\n" },
        { "nl", "\"nl\" is not a country |" },
        { "XX", "\"XX\" is not a country |" },
        { "no, NL", "\"no\" stands beside countries | Write yes, no, or the countries alone.\n" },
        { "yes, NL", "\"yes\" stands beside countries |" },
    };
    struct place place;
    char text[1024];
    (void) state;
    place_make(&place);
    for (size_t i = 0; i < PK_COUNT(good); i++) {
        (void) snprintf(text, sizeof text, HEAD DOOR REST "[account main]\nadapter = simulator\n[account other]\nadapter = simulator\nreplies = %s\n",
                        good[i]);
        pk_auto(pk_config) struct pk_config *config = place_read(&place, text);
        assert_string_equal(place.told, "");
        const struct pk_account_rule *other = &config->rules.accounts[1];
        assert_int_equal(pk_account_hears_all(other), i == 0);
        assert_int_equal(pk_account_hears(other), i != 1);
        assert_int_equal(pk_account_hears_in(other, "BG"), i == 0 || i == 3);
        assert_int_equal(pk_account_hears_in(other, "NL"), i != 1);
        assert_int_equal(pk_account_hears_in(other, ""), i != 1);
    }
    for (size_t i = 0; i < PK_COUNT(bad); i++) {
        (void) snprintf(text, sizeof text, HEAD DOOR REST "[account main]\nadapter = simulator\n[account other]\nadapter = simulator\nreplies = %s\n",
                        bad[i].written);
        assert_null(place_read(&place, text));
        if (!strstr(place.told, bad[i].told) || !strstr(place.told, "[account other] replies"))
            fail_msg("%s", place.told);
    }
    place_remove(&place);
}

static int load(struct place *place, const char *text)
{
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    pk_auto(pk_config) struct pk_config *config = place_read(place, text);
    if (!config)
        fail_msg("%s", place->told);
    struct pk_ini_report report = place_report(place);
    return pk_config_load_catalog(config, &report, &catalog, NULL);
}

#define BROKER "[broker]\nhost = localhost\n"
#define PUBLISHER(templates) "[publisher school]\nsource = urn:x:1\ntopics = *\ntags = *\ntemplates = " templates "\n"

static void what_asks_needs_a_way_back(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    /* Everybody can answer; or a link goes out where they cannot. */
    assert_int_equal(load(&place, HEAD REST ACCOUNTS("yes") BROKER PUBLISHER("*")), 0);
    assert_int_equal(load(&place, HEAD DOOR REST ACCOUNTS("no") BROKER PUBLISHER("*")), 0);
    assert_int_equal(load(&place, HEAD DOOR REST ACCOUNTS("NL") BROKER PUBLISHER("*")), 0);
    /* A page of somebody's is no way back: nothing comes in by it. */
    static const char *const replies[] = { HEAD REST ACCOUNTS("no") BROKER PUBLISHER("festival-reminder, parent-meeting-invitation"),
                                           HEAD "page = https://m.example.nl/bg\n" REST ACCOUNTS("BG") BROKER PUBLISHER("*") };
    static const char *const texts[] = { "text \"parent-meeting-invitation\" asks for an answer, and route \"sms\" has no way back by account \"other\"",
                                         "asks for an answer, and route \"sms\" has no way back by account \"other\"" };
    for (size_t i = 0; i < PK_COUNT(replies); i++) {
        assert_int_equal(load(&place, replies[i]), PK_E_CONFIG);
        if (!strstr(place.told, "[account other] replies: the question whether people want messages leaves by route \"sms\" too, and has no way back | "
                                "Set public and public_url in [gateway], so that a link to answer by goes out; or replies = yes.\n") ||
            !strstr(place.told, "[publisher school] templates: ") || !strstr(place.told, texts[i]) ||
            !strstr(place.told, "Set public_url in [gateway], so that a link to answer by goes out;"))
            fail_msg("%s", place.told);
    }
    /* A publisher that asks nothing is left alone. */
    assert_int_equal(load(&place, HEAD REST ACCOUNTS("no") BROKER PUBLISHER("parent-meeting-cancelled")), PK_E_CONFIG);
    assert_null(strstr(place.told, "[publisher school]"));
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written),
        cmocka_unit_test(what_asks_needs_a_way_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
