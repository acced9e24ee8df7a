/* SPDX-License-Identifier: EUPL-1.2 */
/* What accounts cost and may cost: a price for every country that counts, and a budget that something is counted against. */
#include "gateway/app/config_private.h"

#include "gateway/language/phone.h"

static void check_countries(struct pk_config_reading *reading, const struct pk_account_rule *account)
{
    for (uint32_t i = 0; i < account->prices.count; i++) {
        const char *country = account->prices.rows[i].country;
        if (country[0] != '*' && !pk_phone_region_known(country))
            pk_config_tell_of(reading, "account", account->name, "price", "Write countries as two capital letters: NL, BG; * for all others.",
                              "\"%s\" is not a country", country);
    }
}

static bool prices_all(const struct pk_prices *prices)
{
    for (uint32_t i = 0; i < prices->count; i++)
        if (prices->rows[i].country[0] == '*')
            return true;
    return false;
}

static void check_account(struct pk_config_reading *reading, const struct pk_account_rule *account)
{
    const struct pk_prices *prices = &account->prices;
    const char *unit = account->adapter ? account->adapter->price_unit : NULL;
    check_countries(reading, account);
    if ((prices->count > 0 || account->limits.cost > 0) && prices->currency[0] == '\0')
        pk_config_tell_of(reading, "account", account->name, prices->count > 0 ? "price" : "budget_per_day", "Add currency = EUR.",
                          "currency is missing");
    else if (unit && prices->currency[0] && strcmp(unit, prices->currency) != 0)
        pk_config_tell_of(reading, "account", account->name, "currency", "Reckon in the provider's currency.",
                          "its adapter reports prices in %s", unit);
    /* What has no price would not be counted: the budget would hold nothing back. */
    if (account->limits.cost > 0 && !prices_all(prices))
        pk_config_tell_of(reading, "account", account->name, "budget_per_day", "Add price, or its * for all other countries.",
                          "a budget needs a price for every country");
}

void pk_config_check_costs(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->account_count; i++)
        check_account(reading, &rules->accounts[i]);
}
