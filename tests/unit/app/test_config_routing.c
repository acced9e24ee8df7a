/* SPDX-License-Identifier: EUPL-1.2 */
/* Who takes which country, and the ladder: what is written wrongly is told with its place and its remedy, once. */
#include "tests/unit/app/config_support.h"

#define HEAD                                                                                                                   \
    "[gateway]\norganisation = Gemeente Voorbeeld\ntemplates = " PK_TEST_TEMPLATES "\n[topic parent-meetings]\nname.bg = x\n"    \
    "[provider them]\ncompany = Them\ncountry = NL\ncontract = 2026-01-31\nkeeps = 30d\n"
#define BOT "[account bot]\nadapter = telegram\nprovider = them\ntoken = file:bot.token\nupdates = off\n"
#define ACCOUNTS "[account main]\nadapter = simulator\n[account other]\nadapter = simulator\n" BOT
#define ROUTE(name, channel, account, more) "[route " name "]\nchannel = " channel "\naccounts = " account "\n" more
#define CHAT ROUTE("chat", "telegram", "bot", "")
#define LADDER(channels) "[ladder]\nchannels = " channels "\n"

static void right_ones_are_read(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "bot.token", 0600, "716000000:AAinvented0token0of0nobody000000000\n");
    pk_auto(pk_config) struct pk_config *config =
        place_read(&place, HEAD ACCOUNTS ROUTE("near", "sms", "main", "countries = NL, BG\n") ROUTE("far", "sms", "other", "") CHAT
                       ROUTE("chat-near", "telegram", "bot", "countries = NL\n") LADDER("telegram, sms") "wait = 30m\n");
    assert_string_equal(place.told, "");
    const struct pk_rules *rules = &config->rules;
    assert_int_equal(rules->routes[0].countries.count, 2);
    assert_string_equal(rules->routes[0].countries.items[1], "BG");
    assert_int_equal(rules->routes[1].countries.count, 0);
    assert_int_equal(rules->ladder.count, 2);
    assert_string_equal(rules->ladder.items[0], "telegram");
    assert_int_equal(rules->ladder_wait_ms, 30 * 60 * 1000);
    /* Without a ladder there is none. */
    pk_auto(pk_config) struct pk_config *plain = place_read(&place, HEAD ACCOUNTS ROUTE("sms", "sms", "main, other", ""));
    assert_string_equal(place.told, "");
    assert_int_equal(plain->rules.ladder.count, 0);
    place_drop(&place, "bot.token");
    place_remove(&place);
}

#define VIBER(more) "[account vib]\nadapter = cm\nprovider = them\nproduct_token = file:bot.token\nchannel = viber\nsender = Gemeente\n" more
#define CM "[account cm]\nadapter = cm\nprovider = them\nproduct_token = file:bot.token\n"
#define FALLING VIBER("fallback = cm\n") CM ROUTE("vib", "viber", "vib", "")

/* The provider may take the ladder's next step by itself, and no other step. */
static void a_fallback_is_a_step_of_the_ladder(void **state)
{
    static const struct {
        const char *written, *told;
    } cases[] = {
        { FALLING ROUTE("sms", "sms", "cm", "") LADDER("viber, sms"), "" },
        { FALLING ROUTE("sms", "sms", "cm", "") LADDER("sms, viber"),
          "[account vib] fallback: people are not written to on the channel of account \"cm\" after its own | Write both channels in this order into [ladder].\n" },
        { FALLING ROUTE("sms", "sms", "cm", ""), "[account vib] fallback: people are not written to on the channel" },
        { VIBER("fallback = vib\n") CM ROUTE("vib", "viber", "vib", "") ROUTE("sms", "sms", "cm", "") LADDER("viber, sms"),
          "[account vib] fallback: there is no other account \"vib\" | Name the [account NAME] of the second channel.\n" },
        { VIBER("fallback = sim\n") CM "[account sim]\nadapter = simulator\n" ROUTE("vib", "viber", "vib", "") ROUTE("sms", "sms", "sim", "")
              LADDER("viber, sms"),
          "[account vib] fallback: what falls back stays at its own provider, and account \"sim\" is of another one" },
    };
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "bot.token", 0600, "716000000:AAinvented0token0of0nobody000000000\n");
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char text[4096];
        (void) snprintf(text, sizeof text, "%s%s", HEAD, cases[i].written);
        pk_auto(pk_config) struct pk_config *config = place_read(&place, text);
        if (cases[i].told[0] ? !strstr(place.told, cases[i].told) : place.told[0] != '\0')
            fail_msg("%zu: %s", i, place.told);
        (void) config;
    }
    place_drop(&place, "bot.token");
    place_remove(&place);
}

static const struct {
    const char *written, *told;
} wrong[] = { /* the last one is told two things */
    { ROUTE("near", "sms", "main", "countries = NL, nl\n") ROUTE("far", "sms", "other", ""),
      "[route near] countries: \"nl\" is not a country | Write countries as two capital letters: NL, BG.\n" },
    { ROUTE("near", "sms", "main", "countries = NL\n") ROUTE("far", "sms", "other", "countries = BG, NL\n") ROUTE("rest", "sms", "main", ""),
      "[route far] countries: route \"near\" takes country \"NL\" of this channel already | Name it in one of them;" },
    { ROUTE("near", "sms", "main", "countries = NL\n") ROUTE("far", "sms", "other", "countries = BG\n"),
      "[route far] countries: no route of channel \"sms\" takes the other countries | Leave countries out of one route of this channel: it takes the rest.\n" },
    { ROUTE("near", "sms", "main, other", "countries = BG\n"),
      "[route near] countries: no route of channel \"sms\" takes country \"NL\", nor the other ones | Leave countries out of one route" },
    { ROUTE("sms", "sms", "main, other", "") CHAT LADDER("sms"), "[ladder] channels: one channel has no next one | Add another channel, or leave the section out.\n" },
    { ROUTE("sms", "sms", "main, other", "") CHAT LADDER("telegram, viber, sms"),
      "[ladder] channels: channel \"viber\" has no route | Add a [route NAME] with this channel, or take it from the list.\n" },
    { ROUTE("sms", "sms", "main, other", "") CHAT LADDER("telegram"),
      "[ladder] channels: channel \"sms\", that of the default route \"sms\", is not among them | Add it to the list, or set default_route in [limits].\n" },
};

static void wrong_ones_are_told_once(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "bot.token", 0600, "716000000:AAinvented0token0of0nobody000000000\n");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[2048];
        (void) snprintf(text, sizeof text, HEAD ACCOUNTS "%s", wrong[i].written);
        assert_null(place_read(&place, text));
        const char *newline = strchr(place.told, '\n');
        if (!strstr(place.told, wrong[i].told) || !newline || (newline[1] != '\0' && i + 1 < sizeof wrong / sizeof wrong[0]))
            fail_msg("case %zu: %s", i, place.told);
    }
    place_drop(&place, "bot.token");
    place_remove(&place);
}

/* ---- the way back, by country ---- */

static void load(struct place *place, const char *text, int wanted)
{
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    pk_auto(pk_config) struct pk_config *config = place_read(place, text);
    if (!config)
        fail_msg("%s", place->told);
    struct pk_ini_report report = place_report(place);
    int r = pk_config_load_catalog(config, &report, &catalog, NULL);
    if (r != wanted)
        fail_msg("%d: %s", r, place->told);
}

#define DEAF(replies) "[account main]\nadapter = simulator\n[account other]\nadapter = simulator\nreplies = " replies "\n" BOT
#define ASKS "[broker]\nhost = localhost\n[publisher school]\nsource = urn:x:1\ntopics = *\ntags = *\ntemplates = *\n"

static void an_answer_is_asked_where_one_can_come(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "bot.token", 0600, "716000000:AAinvented0token0of0nobody000000000\n");
    /* It is heard from all the countries that it is used for. */
    load(&place, HEAD DEAF("NL") ROUTE("rest", "sms", "main", "") ROUTE("near", "sms", "other", "countries = NL\n") ASKS, 0);
    /* From one of them it is not: the publisher's own route hears, and yet somebody could not answer. */
    load(&place, HEAD DEAF("NL") ROUTE("rest", "sms", "main", "") ROUTE("near", "sms", "other", "countries = NL, BG\n") ASKS, PK_E_CONFIG);
    if (!strstr(place.told, "[account other] replies: the question whether people want messages leaves by route \"near\" too, and has no way back from BG | ") ||
        !strstr(place.told, "[publisher school] templates: text ") ||
        !strstr(place.told, "route \"near\" has no way back by account \"other\" from BG | Set public_url"))
        fail_msg("%s", place.told);
    /* On another rung likewise. */
    load(&place, HEAD ACCOUNTS "replies = no\n" ROUTE("sms", "sms", "main, other", "") CHAT LADDER("telegram, sms") ASKS, PK_E_CONFIG);
    if (!strstr(place.told, "route \"chat\" has no way back by account \"bot\" | "))
        fail_msg("%s", place.told);
    place_drop(&place, "bot.token");
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_ones_are_read),
        cmocka_unit_test(a_fallback_is_a_step_of_the_ladder),
        cmocka_unit_test(wrong_ones_are_told_once),
        cmocka_unit_test(an_answer_is_asked_where_one_can_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
