/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who takes which country, and on which channels people are written to in turn. Every number of a channel has one route, so
 * that it never depends on the order of the file by whom somebody is reached.
 */
#include "gateway/app/config_private.h"

#include "gateway/language/phone.h"
#include "gateway/model/routing.h"

#include <stdio.h>

static bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool has(const struct pk_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (is(words->items[i], word))
            return true;
    return false;
}

/* ---- countries ---- */

static const struct pk_route_rule *taken_before(const struct pk_rules *rules, size_t index, const char *country)
{
    for (size_t i = 0; i < index; i++)
        if (is(rules->routes[i].channel, rules->routes[index].channel) && has(&rules->routes[i].countries, country))
            return &rules->routes[i];
    return NULL;
}

static void check_countries(struct pk_config_reading *reading, size_t index)
{
    const struct pk_rules *rules = &reading->config->rules;
    const struct pk_route_rule *route = &rules->routes[index];
    for (size_t i = 0; i < route->countries.count; i++) {
        const char *country = route->countries.items[i];
        const struct pk_route_rule *other = taken_before(rules, index, country);
        if (!pk_phone_region_known(country))
            pk_config_tell_of(reading, "route", route->name, "countries", "Write countries as two capital letters: NL, BG.",
                              "\"%s\" is not a country", country);
        else if (other)
            pk_config_tell_of(reading, "route", route->name, "countries",
                              "Name it in one of them; its accounts are used in order, and the next while those before do not work.",
                              "route \"%s\" takes country \"%s\" of this channel already", other->name, country);
    }
    if (route->countries.count > 0 && route->screens.count > 0)
        pk_config_tell_of(reading, "route", route->name, "countries", "Take it out.", "a screen is in no country");
}

/* The last of a channel's routes, where all of them name countries. */
static bool leaves_a_rest(const struct pk_rules *rules, size_t index)
{
    for (size_t i = 0; i < rules->route_count; i++)
        if (is(rules->routes[i].channel, rules->routes[index].channel) && (i > index || rules->routes[i].countries.count == 0))
            return false;
    return rules->routes[index].channel != NULL;
}

static void check_rest(struct pk_config_reading *reading, const struct pk_route_rule *route)
{
    const char *home = reading->config->rules.phone_region;
    bool of_home = false;
    for (size_t i = 0; i < reading->config->rules.route_count; i++)
        of_home |= is(reading->config->rules.routes[i].channel, route->channel) && has(&reading->config->rules.routes[i].countries, home);
    pk_config_tell_of(reading, "route", route->name, "countries", "Leave countries out of one route of this channel: it takes the rest.",
                      "no route of channel \"%s\" takes %s%s%s", route->channel, of_home ? "the other countries" : "country \"",
                      of_home ? "" : home, of_home ? "" : "\", nor the other ones");
}

/* ---- the ladder ---- */

static const struct pk_route_rule *route_on(const struct pk_rules *rules, const char *channel)
{
    for (size_t i = 0; i < rules->route_count; i++)
        if (is(rules->routes[i].channel, channel))
            return &rules->routes[i];
    return NULL;
}

static void check_ladder(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    const struct pk_words *ladder = &rules->ladder;
    const struct pk_route_rule *default_route = rules->default_route ? pk_rules_route(rules, rules->default_route) : NULL;
    for (size_t i = 0; i < ladder->count; i++) {
        const char *channel = ladder->items[i];
        const struct pk_route_rule *route = route_on(rules, channel);
        if (!route)
            pk_config_tell_of(reading, "ladder", "", "channels", "Add a [route NAME] with this channel, or take it from the list.",
                              "channel \"%s\" has no route", channel);
        else if (route->screens.count > 0)
            pk_config_tell_of(reading, "ladder", "", "channels", "Take it from the list.", "channel \"%s\" is one of screens", channel);
    }
    if (ladder->count == 1)
        pk_config_tell_of(reading, "ladder", "", "channels", "Add another channel, or leave the section out.", "one channel has no next one");
    if (ladder->count > PK_LADDER_MAX)
        pk_config_tell_of(reading, "ladder", "", "channels", NULL, "there are more than %u channels", PK_LADDER_MAX);
    if (ladder->count > 0 && default_route && default_route->channel && !has(ladder, default_route->channel))
        pk_config_tell_of(reading, "ladder", "", "channels", "Add it to the list, or set default_route in [limits].",
                          "channel \"%s\", that of the default route \"%s\", is not among them", default_route->channel, default_route->name);
}

/* ---- a second channel in the same call ---- */

static const struct pk_route_rule *route_with(const struct pk_rules *rules, const char *account)
{
    for (size_t i = 0; i < rules->route_count; i++)
        if (has(&rules->routes[i].accounts, account))
            return &rules->routes[i];
    return NULL;
}

static size_t rung_of(const struct pk_rules *rules, const struct pk_route_rule *route)
{
    size_t at = 0;
    while (at < rules->ladder.count && !is(rules->ladder.items[at], route->channel))
        at++;
    return at;
}

/* It is the next step of the ladder taken by the provider, so the ladder must have that step; and what the provider gets is
 * what people were told of: the same company. */
static void check_fallback(struct pk_config_reading *reading, const struct pk_account_rule *account)
{
    const struct pk_rules *rules = &reading->config->rules;
    const struct pk_account_rule *other = NULL;
    struct pk_slice name = pk_account_fallback(account);
    if (name.len == 0)
        return;
    for (size_t i = 0; i < rules->account_count; i++)
        if (pk_slice_is(name, rules->accounts[i].name))
            other = &rules->accounts[i];
    if (!other || other == account) {
        pk_config_tell_of(reading, "account", account->name, "fallback", "Name the [account NAME] of the second channel.",
                          "there is no other account \"%.*s\"", PK_SLICE_ARG(name));
        return;
    }
    const struct pk_route_rule *own = route_with(rules, account->name), *route = route_with(rules, other->name);
    if (!is(account->provider, other->provider))
        pk_config_tell_of(reading, "account", account->name, "fallback", "Name an account with the same provider.",
                          "what falls back stays at its own provider, and account \"%s\" is of another one", other->name);
    if (!own || !route || rung_of(rules, own) >= rung_of(rules, route) || rung_of(rules, route) == rules->ladder.count)
        pk_config_tell_of(reading, "account", account->name, "fallback", "Write both channels in this order into [ladder].",
                          "people are not written to on the channel of account \"%s\" after its own", other->name);
}

void pk_config_check_routing(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->route_count; i++) {
        check_countries(reading, i);
        if (leaves_a_rest(rules, i))
            check_rest(reading, &rules->routes[i]);
    }
    check_ladder(reading);
    for (size_t i = 0; i < rules->account_count; i++)
        check_fallback(reading, &rules->accounts[i]);
}
