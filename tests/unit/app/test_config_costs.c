/* SPDX-License-Identifier: EUPL-1.2 */
/* What the configuration says accounts cost and may cost, and what makes no sense of it. */
#include "tests/unit/app/config_support.h"

#define HEAD PLACE_HEAD "[topic parent-meetings]\n[route sms]\nchannel = sms\naccounts = main\n[account main]\nadapter = simulator\n"

static void what_is_written(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(&place, HEAD "budget_per_day = 40.00\nprice = NL 0.0725, BG 0.0890, * 0.12\n"
                                                                          "messages_per_day = 5000\nlimit_warning = 75\ncurrency = EUR\n");
    assert_string_equal(place.told, "");
    const struct pk_account_rule *account = &config->rules.accounts[0];
    assert_int_equal(account->prices.count, 3);
    assert_string_equal(account->prices.currency, "EUR");
    assert_int_equal(pk_prices_of(&account->prices, "BG", 2), 1780);
    assert_int_equal(account->limits.cost, 400000);
    assert_int_equal(account->limits.messages, 5000);
    assert_int_equal(account->limits.warn_percent, 75);
    place_remove(&place);
}

static void without_any_there_is_no_limit(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(&place, HEAD);
    assert_string_equal(place.told, "");
    const struct pk_account_rule *account = &config->rules.accounts[0];
    assert_true(account->prices.count == 0 && account->limits.cost == 0 && account->limits.messages == 0);
    assert_int_equal(account->limits.warn_percent, 80);
    place_remove(&place);
}

static void what_makes_no_sense_is_told(void **state)
{
    static const struct {
        const char *lines, *told;
    } cases[] = {
        { "price = NL 0.07, XX 0.08\ncurrency = EUR\n", "price: \"XX\" is not a country | Write countries as two capital letters" },
        { "price = NL 0.07, NL 0.08\ncurrency = EUR\n", "price: \"NL 0.08\" is not a price | Write it like 0.065 EUR, or NL 0.0725" },
        { "price = 0.07\n", "price: currency is missing | Add currency = EUR." },
        { "price = 0.07 USD\ncurrency = EUR\n", "price: \"0.07 USD\" is not a price |" },
        { "currency = euro\n", "currency: \"euro\" is not a currency | Write its three capital letters, like EUR." },
        { "budget_per_day = 40\ncurrency = EUR\n", "budget_per_day: a budget needs a price for every country | Add price, or its *" },
        { "budget_per_day = 40\nprice = NL 0.07\ncurrency = EUR\n", "budget_per_day: a budget needs a price for every country |" },
        { "budget_per_day = 40,00\nprice = 0.07 EUR\n", "budget_per_day: \"40,00\" is not an amount | Write it like 40.00" },
        { "budget_per_day = 0\nprice = 0.07 EUR\n", "budget_per_day: \"0\" is not an amount |" },
        { "budget_per_day = 1.00001\nprice = 0.07 EUR\n", "budget_per_day: \"1.00001\" is not an amount |" },
        { "messages_per_day = -1\n", "messages_per_day: -1 is not between 0 and" },
        { "limit_warning = 101\n", "limit_warning: 101 is not between 1 and 100" },
    };
    struct place place;
    char text[1024];
    (void) state;
    place_make(&place);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        (void) snprintf(text, sizeof text, HEAD "%s", cases[i].lines);
        assert_null(place_read(&place, text));
        if (!strstr(place.told, cases[i].told) || !strstr(place.told, "[account main]"))
            fail_msg("case %zu: %s", i, place.told);
    }
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written),
        cmocka_unit_test(without_any_there_is_no_limit),
        cmocka_unit_test(what_makes_no_sense_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
