/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The way back. An account says who can write back to it; a text that asks for an answer is refused on a route where
 * somebody could not give one, unless a link of the gateway's own goes out with it instead. Told with the place and the
 * remedy, before anything is sent.
 */
#include "gateway/app/config_private.h"

#include "gateway/language/phone.h"
#include "gateway/service/texts.h"

#include <stdio.h>

/* ---- what is written ---- */

static void check_value(struct pk_config_reading *reading, const struct pk_account_rule *account)
{
    const struct pk_words *replies = &account->replies;
    for (size_t i = 0; i < replies->count; i++) {
        const char *word = replies->items[i];
        bool whole = strcmp(word, "yes") == 0 || strcmp(word, "no") == 0;
        if (whole && replies->count > 1)
            pk_config_tell_of(reading, "account", account->name, "replies", "Write yes, no, or the countries alone.",
                              "\"%s\" stands beside countries", word);
        else if (!whole && !pk_phone_region_known(word))
            pk_config_tell_of(reading, "account", account->name, "replies", "Write yes, no, or countries as two capital letters: NL, BG.",
                              "\"%s\" is not a country", word);
    }
}

void pk_config_check_replies(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->account_count; i++)
        check_value(reading, &rules->accounts[i]);
}

/* ---- what it means for texts ---- */

static const struct pk_account_rule *account_of(const struct pk_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->account_count; i++)
        if (strcmp(rules->accounts[i].name, name) == 0)
            return &rules->accounts[i];
    return NULL;
}

/* Somebody whom this route takes could not write back. *ret_country: where they are, when the route says which it takes. */
static bool is_deaf(const struct pk_account_rule *account, const struct pk_route_rule *route, const char **ret_country)
{
    *ret_country = NULL;
    for (size_t i = 0; i < route->countries.count; i++)
        if (!pk_account_hears_in(account, route->countries.items[i])) {
            *ret_country = pk_account_hears(account) ? route->countries.items[i] : NULL;
            return true;
        }
    return route->countries.count == 0 && !pk_account_hears_all(account);
}

static const struct pk_account_rule *deaf_account(const struct pk_rules *rules, const struct pk_route_rule *route, const char **ret_country)
{
    for (size_t i = 0; i < route->accounts.count; i++) {
        const struct pk_account_rule *account = account_of(rules, route->accounts.items[i]);
        if (account && is_deaf(account, route, ret_country))
            return account;
    }
    return NULL;
}

static bool asks(const struct pk_template *text)
{
    return pk_template_reply(text) == PK_TEXT_REPLY_YES_NO || pk_template_reply(text) == PK_TEXT_REPLY_OPINION;
}

static bool is_first(const struct pk_catalog *catalog, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (pk_slice_equal(pk_template_name(pk_catalog_template(catalog, i)), pk_template_name(pk_catalog_template(catalog, index))))
            return false;
    return true;
}

/* One text is named: with it all of them are put right. */
static void check_publisher(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading,
                            const struct pk_publisher_rule *publisher, const struct pk_route_rule *route)
{
    const char *country;
    const struct pk_account_rule *deaf = deaf_account(&config->rules, route, &country);
    const bool links = config->rules.public_url != NULL;
    if (!deaf)
        return;
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *text = pk_catalog_template(catalog, i);
        struct pk_slice name = pk_template_name(text);
        if (!asks(text) || !is_first(catalog, i) || !pk_words_allow(&publisher->templates, name) ||
            (links && pk_catalog_noreply(catalog, name).len > 0))
            continue;
        pk_config_tell_of(reading, "publisher", publisher->name, "templates",
                          links ? "Write the text's form for who cannot answer, NAME-noreply."
                                : "Set public_url in [gateway], so that a link to answer by goes out; or give it a route that can be answered.",
                          "text \"%.*s\" asks for an answer, and route \"%s\" has no way back by account \"%s\"%s%s", PK_SLICE_ARG(name),
                          route->name, deaf->name, country ? " from " : "", country ? country : "");
        return;
    }
}

static const struct pk_route_rule *route_of(const struct pk_rules *rules, const struct pk_publisher_rule *publisher)
{
    const char *name = publisher->route ? publisher->route : rules->default_route;
    return name ? pk_rules_route(rules, name) : rules->route_count > 0 ? &rules->routes[0] : NULL;
}

/* A publisher's messages take any route of its channel, by country; of who names none, of the ladder's. */
static bool may_take(const struct pk_rules *rules, const struct pk_publisher_rule *publisher, const struct pk_route_rule *route)
{
    const struct pk_route_rule *own = route_of(rules, publisher);
    bool takes = own && own->channel && route->channel && strcmp(own->channel, route->channel) == 0;
    for (size_t i = 0; !publisher->route && route->channel && i < rules->ladder.count; i++)
        takes |= strcmp(rules->ladder.items[i], route->channel) == 0;
    return takes;
}

void pk_config_check_way_back(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &config->rules;
    bool links = rules->public_url != NULL;
    for (size_t i = 0; i < rules->route_count; i++) {
        const char *country;
        const struct pk_account_rule *deaf = deaf_account(rules, &rules->routes[i], &country);
        if (deaf && !links)
            pk_config_tell_of(reading, "account", deaf->name, "replies",
                              "Set public and public_url in [gateway], so that a link to answer by goes out; or replies = yes.",
                              "the question whether people want messages leaves by route \"%s\" too, and has no way back%s%s",
                              rules->routes[i].name, country ? " from " : "", country ? country : "");
    }
    for (size_t i = 0; i < rules->publisher_count; i++)
        for (size_t j = 0; j < rules->route_count; j++)
            if (may_take(rules, &rules->publishers[i], &rules->routes[j]))
                check_publisher(config, catalog, reading, &rules->publishers[i], &rules->routes[j]);
}

void pk_config_know_links(struct pk_catalog *catalog, const char *public_url)
{
    char sample[PK_LINK_URL_MAX];
    if (!public_url)
        return;
    (void) snprintf(sample, sizeof sample, "%s" PK_LINK_PATH "%0*d", public_url, PK_LINK_TEXT, 0);
    pk_catalog_make_links(catalog, pk_slice_of(sample));
}
